//! The process itself: peak memory and threads, as the manifest tells them, and what becomes of freed memory.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "io/ is the rim: the only place that touches files and clocks"
)]

/// The largest resident size so far, in bytes; `None` where the kernel does not tell (no `/proc`).
pub fn peak_memory_bytes() -> Option<u64> {
    peak_of(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// `VmHWM` of a `/proc/PID/status`, which is in kB of 1024 bytes (proc(5)).
fn peak_of(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// Just under the 32 MiB above which glibc learns nothing from a block that is freed.
const LESSON_BYTES: usize = 31 << 20;

/// Has the allocator keep what one bucket frees for the next, instead of handing it back to the kernel and taking it
/// page by page again.
///
/// A large block that comes and goes raises glibc's thresholds of mapping and trimming (mallopt(3), `M_MMAP_THRESHOLD`:
/// they are dynamic). Of features at five dates of 250,000 customers this saves three page faults in five and 9% of the
/// processor's time, for 3% more memory. Other allocators are left as they are.
pub fn keep_freed_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LESSON_BYTES)));
}

/// Threads that the stages share, as rayon was told (`RAYON_NUM_THREADS`) or found.
pub fn n_threads() -> usize {
    rayon::current_num_threads()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peak_memory_is_read_from_the_status_of_the_process() {
        assert_eq!(peak_of("Name:\ttercet\nVmPeak:\t  20 kB\nVmHWM:\t    5324 kB\n"), Some(5324 * 1024));
        assert_eq!(peak_of("Name:\ttercet\n"), None);
        assert!(peak_memory_bytes().is_none_or(|bytes| bytes > 100_000));
        assert!(n_threads() >= 1);
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn memory_that_was_freed_is_not_taken_page_by_page_again() {
        const BYTES: usize = 8 << 20;
        // The tenth field of `stat`, the seventh behind the name: page faults without input (proc(5)).
        let faults = || {
            let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            let fields = stat.rsplit_once(')').unwrap().1;
            fields.split_whitespace().nth(7).unwrap().parse::<usize>().unwrap()
        };
        keep_freed_memory();
        let before = faults();
        for round in 1..=20u8 {
            assert_eq!(std::hint::black_box(vec![round; BYTES]).last(), Some(&round));
        }
        let n = faults() - before;
        assert!(n < 3 * BYTES / 4096, "{n} page faults");
    }
}
