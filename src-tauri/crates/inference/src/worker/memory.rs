//! The worker's own memory use.

use std::{
    fs::File,
    io::{Read, Seek},
};

/// Reads the process's peak memory. Opened before the worker may open nothing any more.
pub(super) struct MemoryGauge(Option<File>);

impl MemoryGauge {
    pub(super) fn open() -> Self {
        Self(File::open("/proc/self/status").ok())
    }

    /// The peak resident set in megabytes (10⁶ bytes); 0 where the kernel does not tell.
    pub(super) fn peak_mb(&mut self) -> u64 {
        let mut text = String::new();
        let Some(file) = &mut self.0 else { return 0 };
        if file.rewind().and_then(|()| file.read_to_string(&mut text)).is_err() {
            return 0;
        }
        peak_kib(&text).unwrap_or(0) * 1024 / 1_000_000
    }
}

/// The `VmHWM` line of `proc_pid_status(5)`.
fn peak_kib(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    value.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_again_and_again() {
        let mut gauge = MemoryGauge::open();
        let first = gauge.peak_mb();
        assert!(first > 0);
        assert!(gauge.peak_mb() >= first);
        assert_eq!(peak_kib("VmPeak:\t 9 kB\nVmHWM:\t   1234 kB\n"), Some(1234));
        assert_eq!(peak_kib("VmHWM: many"), None);
    }
}
