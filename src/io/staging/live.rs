//! The staging folders of this process: who ends it by force removes them first, and never a night that can be seen.
//!
//! One lock stands between the rename that shows a night and the removal of its staging folder: whoever publishes holds
//! it over the rename and all that belongs to it, and whoever clears never gives it back.

use super::Folder;
use crate::io::stop;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

/// How often a folder is removed anew while threads still write into it.
const TRIES: u32 = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// Path of a staging folder to its inode.
pub(super) type Live = BTreeMap<PathBuf, u64>;

static LIVE: Mutex<Live> = Mutex::new(Live::new());

/// Entries are put in and taken out at once, so a thread that panicked left the map whole.
pub(super) fn hold() -> MutexGuard<'static, Live> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes every staging folder of this process; from here on none can be made or shown any more, unless a night is shown
/// already: then nothing is done. Gives up after about `patience`: what remains is cleared by the next run.
pub fn clear_at_the_end(patience: Duration) {
    let Some(live) = held_within(patience) else { return };
    if stop::is_night_shown() {
        return;
    }
    for (path, inode) in live.iter() {
        for _ in 0..TRIES {
            if is_gone(path, *inode) || std::fs::remove_dir_all(path).is_ok() {
                break;
            }
            std::thread::sleep(BETWEEN_TRIES);
        }
    }
    std::mem::forget(live);
}

/// After an exchange the name holds the night before.
fn is_gone(path: &Path, inode: u64) -> bool {
    Folder::open(path).and_then(|folder| folder.inode()).map_or(true, |found| found != inode)
}

fn held_within(patience: Duration) -> Option<MutexGuard<'static, Live>> {
    let mut waited = Duration::ZERO;
    loop {
        match LIVE.try_lock() {
            Ok(live) => return Some(live),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if waited >= patience => return None,
            Err(TryLockError::WouldBlock) => {
                std::thread::sleep(BETWEEN_TRIES);
                waited += BETWEEN_TRIES;
            }
        }
    }
}
