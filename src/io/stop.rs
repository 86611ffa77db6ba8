//! SIGINT and SIGTERM: a run that is asked to end does so within two seconds, and leaves nothing behind but what the
//! next one expects.
//!
//! ```text
//! signal --> a flag --> check(), at every file that is read or written and at every stage: the run ends as with any error
//!        \-> a thread that waits GRACE, removes what is staged, calls `forced`, and ends the process
//! second signal --> the process ends at once; the next run clears what it left
//! ```
//!
//! Whichever comes first: everything is safe against a crash, so a stage that computes for long need not look. Without
//! [`heed`] no signal is caught, and [`check`] always passes.
#![allow(clippy::disallowed_methods, reason = "io/ is the rim: the only place that waits for time to pass")]

use crate::error::{Error, Result, Signal};
use crate::io::staging;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// What a stage is given to come to its end by itself.
pub const GRACE: Duration = Duration::from_millis(1200);
/// What the removal of staged files may take after that.
const CLEARING: Duration = Duration::from_millis(400);
/// How often a wait looks up.
const LOOK: Duration = Duration::from_millis(50);

/// Number of the signal that came, 0 before.
static CAME: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// # Errors
/// Kind `Stopped` once a signal came.
pub fn check() -> Result<()> {
    match CAME.load(Ordering::Relaxed) {
        0 => Ok(()),
        number => Err(Error::stopped(signal(number))),
    }
}

fn signal(number: usize) -> Signal {
    if number == usize::from(Signal::Interrupt.number()) { Signal::Interrupt } else { Signal::Terminate }
}

/// Catches SIGINT and SIGTERM from here on. `forced` is called with what stopped the run where the stages did not end by
/// themselves; the process ends when it returns.
///
/// # Errors
/// Kind `Internal` where the system lets no signal be caught.
pub fn heed(forced: impl FnOnce(&Error) + Send + 'static) -> Result<()> {
    let failed =
        |cause: std::io::Error| Error::internal("cannot wait for signals to end by").caused_by(cause);
    let (mut heard, told) = UnixStream::pair().map_err(failed)?;
    let is_second = Arc::new(AtomicBool::new(false));
    for number in [SIGINT, SIGTERM] {
        // In this order: a first signal finds the flag down and raises it.
        flag::register_conditional_shutdown(number, 128 + number, Arc::clone(&is_second)).map_err(failed)?;
        flag::register(number, Arc::clone(&is_second)).map_err(failed)?;
        let as_size = usize::try_from(number).unwrap_or_default();
        flag::register_usize(number, Arc::clone(&CAME), as_size).map_err(failed)?;
        low_level::pipe::register(number, told.try_clone().map_err(failed)?).map_err(failed)?;
    }
    let wait = move || {
        if heard.read_exact(&mut [0]).is_err() {
            return;
        }
        std::thread::sleep(GRACE);
        staging::clear_at_the_end(CLEARING);
        let number = CAME.load(Ordering::Relaxed);
        let stopped = Error::stopped(signal(number));
        forced(&stopped);
        low_level::exit(stopped.kind().exit_code().into());
    };
    std::thread::Builder::new().name("signals".into()).spawn(wait).map_err(failed)?;
    Ok(())
}

/// Waits, and looks up for signals meanwhile.
///
/// # Errors
/// As [`check`].
pub fn pause(length: Duration) -> Result<()> {
    let mut left = length;
    while !left.is_zero() {
        check()?;
        let step = left.min(LOOK);
        std::thread::sleep(step);
        left -= step;
    }
    check()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_came_ends_with_its_exit_code() {
        let ended = |number| Error::stopped(signal(number)).kind().exit_code();
        assert_eq!((ended(2), ended(15)), (130, 143));
        check().unwrap();
        pause(Duration::from_millis(1)).unwrap();
    }
}
