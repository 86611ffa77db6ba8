//! How much memory this process may have at most: of the machine, of its control groups, by its limit of address space.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "io/ is the rim: the only place that touches files and clocks"
)]

use rustix::process::{Resource, getrlimit};
use std::path::Path;

/// Where control groups are mounted (cgroups(7)).
const GROUPS: &str = "/sys/fs/cgroup";

/// The least of what can be told, in bytes; `None` where the kernel tells nothing. What others of the group take besides is
/// not looked at.
pub fn obtainable_bytes() -> Option<u64> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| available(&text));
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = limit_files(&groups)
        .iter()
        .filter_map(|file| limit(&std::fs::read_to_string(Path::new(GROUPS).join(file)).ok()?))
        .min();
    [machine, group, getrlimit(Resource::As).current].into_iter().flatten().min()
}

/// `MemAvailable` of `/proc/meminfo`, which is in kB of 1024 bytes (proc(5)).
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// Files with limits of the groups of a `/proc/PID/cgroup`, and of those above them, by either version.
fn limit_files(groups: &str) -> Vec<String> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let (folder, file) = match controllers {
            "" => ("", "memory.max"),
            named if named.split(',').any(|name| name == "memory") => ("memory/", "memory.limit_in_bytes"),
            _ => continue,
        };
        for group in Path::new(path).ancestors() {
            let group = group.to_string_lossy();
            let group = group.trim_start_matches('/');
            let separator = if group.is_empty() { "" } else { "/" };
            files.push(format!("{folder}{group}{separator}{file}"));
        }
    }
    files
}

/// `max`, and what is larger than any machine, is none.
fn limit(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|bytes| *bytes < 1 << 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_both_versions_and_of_groups_above_are_looked_for() {
        let groups = "4:memory:/a/b\n3:cpuset:/\n1:cpu,memory:/\n0::/user.slice/x.scope\n";
        let expected = [
            "memory/a/b/memory.limit_in_bytes",
            "memory/a/memory.limit_in_bytes",
            "memory/memory.limit_in_bytes",
            "memory/memory.limit_in_bytes",
            "user.slice/x.scope/memory.max",
            "user.slice/memory.max",
            "memory.max",
        ];
        assert_eq!(limit_files(groups), expected);
        assert_eq!(limit_files("broken"), [""; 0]);
        assert_eq!(
            ["max\n", "2147483648\n", "9223372036854771712\n", ""].map(limit),
            [None, Some(1 << 31), None, None]
        );
        assert_eq!(available("MemTotal: 9 kB\nMemAvailable:   2048 kB\n"), Some(2 << 20));
        assert_eq!(available("MemTotal: 9 kB\n"), None);
    }
}
