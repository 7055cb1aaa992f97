//! How much memory conversations may take.

use std::{fs, path::Path};

/// Least and most of it, in megabytes. The most leaves room under the worker's own limit.
const LEAST_MB: u64 = 128;
const MOST_MB: u64 = 2_000;

/// Megabytes for the contexts of all conversations: a quarter of what is free, by the kernel's
/// estimate and the limit of this process's group.
#[must_use]
pub fn memory_budget() -> u64 {
    let available = fs::read_to_string("/proc/meminfo").ok().and_then(|text| available_kib(&text));
    let machine = available.map(|kib| kib * 1024 / 1_000_000);
    let group = group_limit_mb(Path::new("/sys/fs/cgroup"));
    let free = machine.into_iter().chain(group).min();
    free.map_or(LEAST_MB, |free| (free / 4).clamp(LEAST_MB, MOST_MB))
}

/// The `MemAvailable` line of `proc_meminfo(5)`.
fn available_kib(meminfo: &str) -> Option<u64> {
    let value = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    value.trim().strip_suffix(" kB")?.parse().ok()
}

/// The `memory.max` of this process's group and the groups around it (cgroup v2), the least of
/// them; `None` where there is no limit.
fn group_limit_mb(root: &Path) -> Option<u64> {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let path = own.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or("");
    let groups = Path::new(path).ancestors().map(|group| root.join(group).join("memory.max"));
    let limits =
        groups.filter_map(|file| fs::read_to_string(file).ok()?.trim().parse::<u64>().ok());
    limits.min().map(|bytes| bytes / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_within_its_bounds() {
        assert!((LEAST_MB..=MOST_MB).contains(&memory_budget()));
    }

    #[test]
    fn the_kernels_estimate_is_read() {
        let text = "MemTotal: 9 kB\nMemAvailable:   23425264 kB\n";
        assert_eq!(available_kib(text), Some(23_425_264));
        assert_eq!(available_kib("MemTotal: 9 kB\n"), None);
    }

    #[test]
    fn a_group_without_a_limit_has_none() {
        let root = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(group_limit_mb(root.path()), None);
        fs::write(root.path().join("memory.max"), "max\n").expect("a file");
        assert_eq!(group_limit_mb(root.path()), None);
        fs::write(root.path().join("memory.max"), "512000000\n").expect("a file");
        assert_eq!(group_limit_mb(root.path()), Some(512));
    }
}
