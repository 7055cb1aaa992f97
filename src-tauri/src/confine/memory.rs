//! Keeps the pages of keys out of swap and of memory dumps.
//!
//! Only those: locking the whole process would take the models and the webview's libraries with it,
//! which is more than an ordinary user may lock.

use std::io;

use cloister_types::MemoryLock;

/// Locks by the operating system.
pub(super) struct SystemLock;

impl MemoryLock for SystemLock {
    fn lock(&self, pages: &[u8]) -> bool {
        let (start, length) = (pages.as_ptr().cast_mut().cast(), pages.len());
        #[expect(unsafe_code, reason = "locking memory has no safe wrapper")]
        // SAFETY: the range is borrowed, so it is mapped; locking changes nothing that Rust sees, and
        // `MADV_DONTDUMP` none of its content.
        let (locked, undumped) = unsafe {
            (libc::mlock(start, length), libc::madvise(start, length, libc::MADV_DONTDUMP))
        };
        if undumped != 0 {
            tracing::debug!(error = %io::Error::last_os_error(), "a key could be dumped");
        }
        locked == 0
    }

    fn unlock(&self, pages: &[u8]) {
        let (start, length) = (pages.as_ptr().cast_mut().cast(), pages.len());
        #[expect(unsafe_code, reason = "unlocking memory has no safe wrapper")]
        // SAFETY: as above. Both fail only for a range that is not mapped, or was not locked.
        let _ = unsafe {
            (libc::madvise(start, length, libc::MADV_DODUMP), libc::munlock(start, length))
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(align(4096))]
    struct Page([u8; 4096]);

    /// The flags of the mapping that holds `address`, from `proc_pid_smaps(5)`.
    fn flags(address: usize) -> String {
        let maps = std::fs::read_to_string("/proc/self/smaps").expect("this kernel tells");
        let mut here = false;
        for line in maps.lines() {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            if let Some((start, end)) = range
                && let (Ok(start), Ok(end)) =
                    (usize::from_str_radix(start, 16), usize::from_str_radix(end, 16))
            {
                here = (start..end).contains(&address);
            } else if here && let Some(flags) = line.strip_prefix("VmFlags: ") {
                return flags.to_owned();
            }
        }
        String::new()
    }

    #[test]
    fn a_page_is_locked_and_left_out_of_dumps_until_it_is_given_back() {
        let page = Box::new(Page([7; 4096]));
        let address = page.0.as_ptr().addr();
        assert!(SystemLock.lock(&page.0));
        let locked = flags(address);
        assert!(locked.contains("lo") && locked.contains("dd"), "{locked}");
        SystemLock.unlock(&page.0);
        let given_back = flags(address);
        assert!(!given_back.contains("lo") && !given_back.contains("dd"), "{given_back}");
        assert_eq!(page.0[4095], 7);
    }
}
