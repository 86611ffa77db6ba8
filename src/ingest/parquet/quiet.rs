//! A panic inside the Parquet crates, turned into a refusal without a message on standard error.
//!
//! Files are checked before they are decoded, so this is the last resort: the crates hold assertions that no check of
//! ours can rule out. Silence is for the one call and its thread; every other panic is reported as before. Never:
//! called around code that hands work to other threads, or around our own rows.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// What `work` returns, or `None` where it panics.
pub fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    HOOK.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_QUIET.get() {
                loud(info);
            }
        }));
    });
    let was_quiet = IS_QUIET.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    IS_QUIET.set(was_quiet);
    result.ok()
}
