//! The store alone: each step runs in a fresh process, so that memory and caches are its own.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tercet::config::source::{Format, Source};
use tercet::config::{Config, overlay};
use tercet::contract::tables::Table;
use tercet::date::Date;
use tercet::features::{self, ServiceCosts};
use tercet::ingest::{self, Limits};
use tercet::store::{Store, Writer};

/// Steps between the five dates.
const STEP_DAYS: i32 = 92;

/// Builds a store from the exports of a folder and reads it.
pub fn measure(arguments: &[String]) {
    let [data, rest @ ..] = arguments else { panic!("name the folder of the exports") };
    let home = tempfile::tempdir_in(Path::new(data).parent().unwrap_or(Path::new("."))).expect("a folder");
    let workspace = home.path().join("work");
    let place = workspace.to_str().expect("a plain name");
    report("build", &step(&["build", data, place]));
    report("again", &step(&["build", data, place]));
    for _ in 0..3 {
        report("one date", &step(&["features", place, "1"]));
        report("five dates", &step(&["features", place, "5"]));
    }
    if let [day, ..] = rest {
        report("a day more", &step(&["build", day, place]));
        report("one date", &step(&["features", place, "1"]));
    }
}

fn step(arguments: &[&str]) -> Value {
    let program = std::env::current_exe().expect("this program");
    let output = Command::new(program).arg("child").args(arguments).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a child prints JSON")
}

fn report(what: &str, measured: &Value) {
    let figure = |key: &str| measured[key].as_f64().unwrap_or_default();
    println!(
        "{what:>12} {:8.3} s {:12} rows {:7.3} GiB",
        figure("seconds"),
        figure("rows"),
        figure("peak_bytes") / f64::from(1 << 30)
    );
}

/// One step, in this process.
pub fn child(arguments: &[String]) {
    tercet::io::process::keep_freed_memory();
    let started = Instant::now();
    let rows = match arguments {
        [what, data, workspace] if what == "build" => build(Path::new(data), Path::new(workspace)),
        [what, workspace, dates] if what == "features" => {
            features(Path::new(workspace), dates.parse().expect("a number of dates"))
        }
        other => panic!("no step {other:?}"),
    };
    let seconds = started.elapsed().as_secs_f64();
    let peak = tercet::io::process::peak_memory_bytes();
    println!("{}", json!({ "seconds": seconds, "rows": rows, "peak_bytes": peak }));
}

fn config(data: &Path, workspace: &Path) -> Config {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config/examples/bench.toml");
    let text = std::fs::read_to_string(&file).expect("the example");
    let mut raw = overlay::read("bench.toml", &text).expect("the example is sound");
    raw.data = data.to_owned();
    raw.workspace = workspace.to_owned();
    if data.join("transactions").is_dir() && !holds(&data.join("transactions"), "parquet") {
        raw.sources.values_mut().for_each(text_of);
    }
    raw.check().expect("the example is sound")
}

/// The same exports as text: their format is in the example, their columns are the same.
fn text_of(source: &mut Source) {
    source.format = Format::Csv;
    source.files = source.files.replace(".parquet", ".csv*");
}

fn holds(folder: &Path, extension: &str) -> bool {
    let files = std::fs::read_dir(folder).expect("a folder");
    files.flatten().any(|file| file.path().extension().is_some_and(|own| own == extension))
}

fn build(data: &Path, workspace: &Path) -> usize {
    let config = config(data, workspace);
    let limits = Limits {
        reject_share_max: config.ingest.reject_share_max,
        base_currency: config.base_currency.clone(),
        field_bytes_max: config.ingest.field_bytes_max,
        volume: None,
    };
    let mut writer = Writer::open(workspace, config.store.buckets).expect("the store opens");
    let taken = ingest::take_in(&mut writer, config.sources(), data, &limits, &|_| ())
        .expect("the exports are sound");
    let night = tercet::store::newest_night(writer.commit(), &[Table::Transactions]).expect("a night");
    writer.finish(night).expect("the store is written");
    taken.n_rows
}

fn features(workspace: &Path, n_dates: i32) -> usize {
    let store = Store::open(workspace, config(workspace, workspace).store.buckets).expect("the store opens");
    let newest = store.newest_night(&[Table::Transactions]).expect("a night");
    let dates: Vec<Date> = (0..n_dates).map(|step| newest.plus_days(-step * STEP_DAYS)).collect();
    let rows = AtomicUsize::new(0);
    features::stream(&store, newest, &dates, &ServiceCosts::default(), &|block| {
        rows.fetch_add(block.customers.len(), Ordering::Relaxed);
        Ok(())
    })
    .expect("features");
    rows.into_inner()
}
