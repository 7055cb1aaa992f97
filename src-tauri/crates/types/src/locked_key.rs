//! Keys that stay out of swap and of memory dumps.
//!
//! Locking memory takes a system call that is unsafe to make, so the program hands in who makes it,
//! once at its start; without one, as in tests, keys are wiped and nothing more. Each key has a page
//! of its own: locks do not count, so that giving back one key's page must not uncover another's.
//!
//! **Limits.** Copies that a computation makes on the stack or in a cipher's state are not covered,
//! nor what the operating system writes when it hibernates.

use std::{
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use zeroize::Zeroize;

/// The pages of every processor that this program runs on (x86-64).
const PAGE_BYTES: usize = 4096;

/// Keeps memory from being swapped out and dumped.
pub trait MemoryLock: Send + Sync {
    /// Locks whole pages; whether the operating system allowed it.
    fn lock(&self, pages: &[u8]) -> bool;

    /// Gives back what was locked.
    fn unlock(&self, pages: &[u8]);
}

static LOCK: OnceLock<&'static dyn MemoryLock> = OnceLock::new();
/// Keys alive that could not be locked.
static UNLOCKED: AtomicUsize = AtomicUsize::new(0);

/// Locks keys by `lock` from here on. The first call counts; keys made before are not locked.
pub fn lock_keys_by(lock: &'static dyn MemoryLock) {
    // A second one would have to give back what the first has locked.
    let _ = LOCK.set(lock);
}

/// How many keys lie in memory that may be swapped out; nothing when no key is locked at all.
#[must_use]
pub fn unlocked_keys() -> Option<usize> {
    LOCK.get().map(|_| UNLOCKED.load(Ordering::Relaxed))
}

#[repr(C, align(4096))]
struct Page([u8; PAGE_BYTES]);

/// A key of 32 bytes in locked memory, wiped when dropped; neither cloned, serialised nor printed.
pub struct LockedKey {
    page: Box<Page>,
    cover: Cover,
}

/// Whether a page is locked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cover {
    Locked,
    /// The operating system did not allow it.
    Refused,
    /// There was nobody to ask.
    Unasked,
}

impl LockedKey {
    /// Copies `key`, which is its owner's to wipe.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        let mut page = Box::new(Page([0; PAGE_BYTES]));
        let cover = match LOCK.get() {
            None => Cover::Unasked,
            Some(lock) if lock.lock(&page.0) => Cover::Locked,
            Some(_) => {
                UNLOCKED.fetch_add(1, Ordering::Relaxed);
                Cover::Refused
            }
        };
        page.0[..32].copy_from_slice(key);
        Self { page, cover }
    }

    /// The key itself. Do not copy it into anything that outlives the call.
    ///
    /// # Panics
    /// Never: a page is longer than a key.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.page.0.first_chunk().expect("a page is longer than a key")
    }

    /// Another page with the same key.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self::new(self.expose())
    }
}

impl Drop for LockedKey {
    fn drop(&mut self) {
        self.page.0[..32].zeroize();
        match self.cover {
            Cover::Unasked => {}
            Cover::Refused => {
                UNLOCKED.fetch_sub(1, Ordering::Relaxed);
            }
            Cover::Locked => {
                if let Some(lock) = LOCK.get() {
                    lock.unlock(&self.page.0);
                }
            }
        }
    }
}

impl fmt::Debug for LockedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LockedKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Notes what it is asked for, and allows one page.
    #[derive(Default)]
    struct OnePage(Mutex<Vec<(&'static str, usize)>>);

    impl MemoryLock for OnePage {
        fn lock(&self, pages: &[u8]) -> bool {
            let mut asked = self.0.lock().expect("nobody panics");
            asked.push(("lock", pages.len()));
            asked.len() == 1
        }

        fn unlock(&self, pages: &[u8]) {
            assert!(pages.iter().all(|byte| *byte == 0), "a key is wiped before it is unlocked");
            self.0.lock().expect("nobody panics").push(("unlock", pages.len()));
        }
    }

    #[test]
    fn each_key_has_a_locked_page_of_its_own_and_those_that_could_not_be_are_counted() {
        static ONE_PAGE: OnceLock<OnePage> = OnceLock::new();
        let before = LockedKey::new(&[1; 32]);
        assert_eq!(unlocked_keys(), None);
        let lock = ONE_PAGE.get_or_init(OnePage::default);
        lock_keys_by(lock);
        let (first, second) = (LockedKey::new(&[2; 32]), LockedKey::new(&[3; 32]));
        assert_eq!(
            (before.expose(), first.expose(), second.expose()),
            (&[1; 32], &[2; 32], &[3; 32])
        );
        assert_eq!(first.page.0.as_ptr().align_offset(PAGE_BYTES), 0);
        assert_eq!(unlocked_keys(), Some(1));
        assert_eq!(format!("{first:?}"), "LockedKey(…)");
        drop((before, first, second));
        assert_eq!(unlocked_keys(), Some(0));
        let asked = lock.0.lock().expect("nobody panics").clone();
        assert_eq!(asked, [("lock", 4096), ("lock", 4096), ("unlock", 4096)]);
    }
}
