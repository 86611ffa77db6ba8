//! How much memory each stage of a night holds at most: a run is watched from outside.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Between two looks.
const EVERY: Duration = Duration::from_millis(10);

/// What a run printed, and the most memory that was seen during each stage, in bytes.
pub struct Watched {
    pub stdout: Vec<u8>,
    pub peaks: BTreeMap<String, u64>,
}

/// Runs a night with lines of JSON on standard error, one as each stage ends.
pub fn watched(arguments: &[&str]) -> Watched {
    let mut night = Command::new(env!("CARGO_BIN_EXE_tercet"))
        .args(["--log-format", "json"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let status = format!("/proc/{}/status", night.id());
    let (mut stdout, stderr) = (night.stdout.take().expect("a pipe"), night.stderr.take().expect("a pipe"));
    let (peak, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let look = || peak.fetch_max(resident(&status), Ordering::Relaxed);
    let (printed, peaks) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                look();
                std::thread::sleep(EVERY);
            }
        });
        let printed = scope.spawn(move || {
            let mut bytes = Vec::new();
            stdout.read_to_end(&mut bytes).expect("a readable pipe");
            bytes
        });
        let mut peaks = BTreeMap::new();
        for line in BufReader::new(stderr).lines() {
            let line: Value = serde_json::from_str(&line.expect("text")).unwrap_or_default();
            if let Some(stage) = line["stage"].as_str() {
                look();
                peaks.insert(stage.to_owned(), peak.swap(0, Ordering::Relaxed));
            }
        }
        is_over.store(true, Ordering::Relaxed);
        (printed.join().expect("a reader that ends"), peaks)
    });
    assert!(night.wait().expect("an end").success(), "the night failed");
    Watched { stdout: printed, peaks }
}

/// Resident bytes; 0 where the process has ended.
fn resident(status: &str) -> u64 {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0) << 10
}
