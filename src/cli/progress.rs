//! Progress on a terminal; nothing where standard error is none.

use super::log;
use crate::pipeline::Observer;
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(120);

/// One line that says what is going on. Hidden by indicatif itself where standard error is no terminal, and where it is read by a machine.
pub struct Bar(ProgressBar);

impl Bar {
    pub fn new() -> Self {
        let bar = if log::is_json() { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        bar.set_style(
            ProgressStyle::with_template("{spinner} {msg} {bytes} {elapsed}").expect("a valid template"),
        );
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// Turns the line into a bar over `total` of `what`.
    pub fn counting(&self, what: &'static str, total: u64) {
        self.0.set_style(
            ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} {eta}").expect("a valid template"),
        );
        self.0.set_length(total);
        self.0.set_message(what);
    }

    pub fn reached(&self, position: u64) {
        self.0.set_position(position);
    }

    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Observer for Bar {
    fn stage_began(&self, stage: &'static str) {
        self.0.set_message(stage);
    }

    fn bytes_read(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}
