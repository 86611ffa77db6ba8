//! SIGINT and SIGTERM: a run that is asked to end does so within two seconds, and leaves nothing behind but what the
//! next one expects.
//!
//! ```text
//! signal --> a flag --> check(), at every file that is read or written and at every stage: the run ends as with any error
//!        \-> a thread that waits GRACE, removes what is staged, decides whether the night is shown, and calls `forced`
//!        \-> a thread that ends the process once that is done, at the latest after LIMIT
//! second signal --> the process ends at once; the next run clears what it left
//! ```
//!
//! A night that can be seen is a success, whatever comes after it: from [`night_shown`] on, the run of one night ends
//! with 0.
//!
//! Whichever comes first: everything is safe against a crash, so a stage that computes for long need not look. Without
//! [`heed`] no signal is caught, and [`check`] always passes.
#![allow(clippy::disallowed_methods, reason = "io/ is the rim: the only place that waits for time to pass")]

use crate::error::{Error, Kind, Result, Signal};
use crate::io::staging;
use signal_hook::consts::{SIGABRT, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::{flag, low_level};
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, OnceLock, mpsc};
use std::thread::Builder;
use std::time::Duration;

/// What a stage is given to come to its end by itself.
pub const GRACE: Duration = Duration::from_millis(1200);
/// What the removal of staged files may take after that.
const CLEARING: Duration = Duration::from_millis(400);
/// When the process has ended, whatever holds it up: a disk that hangs, a reader of standard error who reads no more.
const LIMIT: Duration = Duration::from_millis(1800);
/// How often a wait looks up.
const LOOK: Duration = Duration::from_millis(50);

/// Number of the signal that came, 0 before.
static CAME: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);
/// The night that is being worked on can be seen.
static IS_SHOWN: AtomicBool = AtomicBool::new(false);
/// The same as the end by force found it: what is said, recorded and exited with agree, whatever comes meanwhile.
static WAS_SHOWN: OnceLock<bool> = OnceLock::new();
/// One night is all that was asked for.
static IS_ONE_NIGHT: AtomicBool = AtomicBool::new(false);
/// Another signal ends the process with 0.
static IS_DONE: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// What a process was started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// Done as soon as the night can be seen.
    OneNight,
    /// Not done before it ends by itself.
    Other,
}

/// Work on another night begins.
pub fn night_begins() {
    IS_SHOWN.store(false, Ordering::SeqCst);
}

/// The night can be seen from here on. To be called under the lock that the end by force waits for.
pub fn night_shown() {
    IS_SHOWN.store(true, Ordering::SeqCst);
    note_if_done();
}

pub fn is_night_shown() -> bool {
    IS_SHOWN.load(Ordering::SeqCst)
}

fn was_night_shown() -> bool {
    *WAS_SHOWN.get_or_init(is_night_shown)
}

fn note_if_done() {
    let is_done = is_night_shown() && IS_ONE_NIGHT.load(Ordering::SeqCst);
    if CAME.load(Ordering::SeqCst) != 0 && is_done {
        IS_DONE.store(true, Ordering::SeqCst);
    }
}

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
/// themselves, and whether the night can be seen; the process ends when it returns, or at the limit. Its exit code is that
/// of the signal, or 0 where the night can be seen and is all that was asked for.
///
/// # Errors
/// Kind `Internal` where the system lets no signal be caught.
pub fn heed(errand: Errand, forced: impl FnOnce(&Error, bool) + Send + 'static) -> Result<()> {
    let failed =
        |cause: std::io::Error| Error::internal("cannot wait for signals to end by").caused_by(cause);
    let (mut heard, told) = UnixStream::pair().map_err(failed)?;
    IS_ONE_NIGHT.store(errand == Errand::OneNight, Ordering::SeqCst);
    let is_second = Arc::new(AtomicBool::new(false));
    for number in [SIGINT, SIGTERM] {
        // In this order: a first signal finds the flag down and raises it.
        flag::register_conditional_shutdown(number, 0, Arc::clone(&IS_DONE)).map_err(failed)?;
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
        note_if_done();
        let (ending, ended) = mpsc::channel::<()>();
        let by_force = move || {
            std::thread::sleep(GRACE);
            staging::clear_at_the_end(CLEARING);
            forced(&stopped(), was_night_shown());
            drop(ending);
        };
        // Without a thread for it nothing is said, and the next run clears what is left.
        let _ = Builder::new().name("ending".into()).spawn(by_force).map(|_| ended.recv_timeout(LIMIT));
        let is_done = was_night_shown() && errand == Errand::OneNight;
        let exit_code = if is_done { 0 } else { stopped().kind().exit_code() };
        low_level::exit(exit_code.into());
    };
    Builder::new().name("signals".into()).spawn(wait).map_err(failed)?;
    Ok(())
}

/// As the signal that came says.
fn stopped() -> Error {
    Error::stopped(signal(CAME.load(Ordering::Relaxed)))
}

/// Has a limit on the size of files (`ulimit -f`) end in an error of the write, as a full disk does, and not in the death
/// of the process.
pub fn outlive_file_size_limits() {
    // Where no signal can be caught, such a limit kills as ever.
    let _ = flag::register(SIGXFSZ, Arc::default());
}

/// Has an abort end in the exit code of any other fault of the machine: so Rust answers to memory that cannot be had, once
/// it has said how much was asked for.
pub fn end_aborts_as_faults() {
    let (always, exit_code) = (Arc::new(AtomicBool::new(true)), Kind::Internal.exit_code());
    // Where no signal can be caught, an abort ends as ever.
    let _ = flag::register_conditional_shutdown(SIGABRT, exit_code.into(), always);
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
