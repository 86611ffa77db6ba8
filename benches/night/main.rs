//! The whole night as a process, on invented banks of 20,000 and 250,000 customers over 24 months.
//!
//! `cargo bench --bench night` prints rows per second by stage and the peak memory, as the program's own summary
//! tells them; each size is run once to warm the files and then `RUNS` times, and the median wall time is shown
//! with the stages of that run. Sizes can be given: `cargo bench --bench night -- 20000`; with the word `once` each
//! is run once, for sizes that take long: `-- 1000000 once` has 6,667 managers.
//!
//! `cargo bench --bench night -- store DATA [DAY]` times the store instead, on a folder of exports that
//! `config/examples/bench.toml` maps, each step in a process of its own: building it, reading features at one and at
//! five dates, and taking in the files of the folder DAY besides.
//!
//! `cargo bench --bench night -- score [ROWS]` times churn probabilities and their reasons for a million customers.
//!
//! `cargo bench --bench night -- kmeans …` times k-means alone: see `benches/kmeans_beside_scikit_learn.py`;
//! `-- trees …` the churn models: see `benches/trees_beside_lightgbm.py`.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a bench times processes and writes their input"
)]

mod kmeans;
mod memory;
mod score;
mod store;
mod trees;

use memory::{Watched, watched};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const SIZES: [u32; 2] = [20_000, 250_000];
const MONTHS: &str = "24";
const RUNS: usize = 3;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.first().map(String::as_str) {
        Some("store") => store::measure(&arguments[1..]),
        Some("kmeans") => kmeans::measure(&arguments[1..]),
        Some("trees") => trees::measure(&arguments[1..]),
        Some("score") => score::measure(&arguments[1..]),
        Some("score-step") => score::child(&arguments[1..]),
        Some("child") => store::child(&arguments[1..]),
        _ => nights(),
    }
}

fn nights() {
    let given: Vec<u32> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let is_once = std::env::args().any(|argument| argument == "once");
    for customers in if given.is_empty() { SIZES.to_vec() } else { given } {
        let home = tempfile::tempdir().expect("a temporary folder");
        let data = home.path().join("data");
        tercet(&["synth", "--customers", &customers.to_string(), "--months", MONTHS, "--out", text(&data)]);
        let runs = if is_once { 1 } else { RUNS };
        let warmed = usize::from(!is_once);
        let mut nights: Vec<Night> =
            (0..warmed + runs).map(|_| night(&data, home.path())).skip(warmed).collect();
        nights.sort_by(|a, b| a.milliseconds().total_cmp(&b.milliseconds()));
        print(customers, &nights[runs / 2], runs);
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

fn tercet(arguments: &[&str]) -> Vec<u8> {
    let output =
        Command::new(env!("CARGO_BIN_EXE_tercet")).args(arguments).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// What a night says of itself, and the memory that its stages were seen to hold.
struct Night {
    summary: Value,
    peaks: BTreeMap<String, u64>,
}

impl Night {
    fn milliseconds(&self) -> f64 {
        self.summary["milliseconds"].as_f64().expect("a number")
    }
}

/// One run into a fresh workspace: what a rerun finds must not help it.
fn night(data: &Path, home: &Path) -> Night {
    let workspace = home.join("work");
    let _ = std::fs::remove_dir_all(&workspace);
    let Watched { stdout, peaks } =
        watched(&["run", "--json", "--data", text(data), "--workspace", text(&workspace)]);
    Night { summary: serde_json::from_slice(&stdout).expect("--json prints JSON"), peaks }
}

fn print(customers: u32, night: &Night, runs: usize) {
    println!("{customers} customers, {MONTHS} months, median of {runs}: {:.2} s", night.milliseconds() / 1e3);
    for stage in night.summary["manifest"]["stages"].as_array().expect("stages") {
        let (rows, ms) =
            (stage["rows"].as_f64().expect("rows"), stage["milliseconds"].as_f64().expect("a time"));
        let name = stage["stage"].as_str().expect("a name");
        let peak = night.peaks.get(name).map_or(f64::NAN, |bytes| gibibytes(*bytes as f64));
        println!(
            "  {name:<16} {rows:>12} rows {:>9.3} s {:>14.0} rows/s {peak:>7.2} GiB",
            ms / 1e3,
            rows / ms * 1e3
        );
    }
    let peak = night.summary["manifest"]["peak_memory_bytes"].as_f64().unwrap_or(f64::NAN);
    println!("  peak memory {:.2} GiB", gibibytes(peak));
}

fn gibibytes(bytes: f64) -> f64 {
    bytes / f64::from(1u32 << 30)
}
