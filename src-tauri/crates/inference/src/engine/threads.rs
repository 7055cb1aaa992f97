//! How many threads pay: one for each physical core that this process may use.

use std::{collections::BTreeSet, fs, num::NonZeroU32, path::Path, thread};

/// Physical cores that this process may use, by the processor's topology, its affinity and its
/// share of processor time (cgroup quota). Two threads on one core only wait for each other.
#[must_use]
pub fn physical_cores() -> NonZeroU32 {
    let usable = thread::available_parallelism().map_or(1, usize::from);
    let cores = distinct_cores(Path::new("/sys/devices/system/cpu")).unwrap_or(usable);
    u32::try_from(cores.min(usable)).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN)
}

/// Counts the different lists of sibling threads, one for each core; `None` where there are none.
fn distinct_cores(root: &Path) -> Option<usize> {
    let siblings: BTreeSet<String> = fs::read_dir(root)
        .ok()?
        .filter_map(|entry| {
            let topology = entry.ok()?.path().join("topology");
            fs::read_to_string(topology.join("thread_siblings_list")).ok()
        })
        .collect();
    (!siblings.is_empty()).then_some(siblings.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyper_threads_count_once() {
        let root = tempfile::tempdir().expect("a temporary folder");
        for (cpu, siblings) in ["0,2\n", "1,3\n", "0,2\n", "1,3\n"].iter().enumerate() {
            let topology = root.path().join(format!("cpu{cpu}/topology"));
            fs::create_dir_all(&topology).expect("a folder");
            fs::write(topology.join("thread_siblings_list"), siblings).expect("a file");
        }
        fs::create_dir(root.path().join("cpuidle")).expect("a folder");
        assert_eq!(distinct_cores(root.path()), Some(2));
        assert_eq!(distinct_cores(&root.path().join("none")), None);
    }
}
