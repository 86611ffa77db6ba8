//! What the manifest says about the process itself: peak memory and threads.
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
}
