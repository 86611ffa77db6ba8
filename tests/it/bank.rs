//! Invented banks and real exports for tests, and nights run over them through the library.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use tercet::config::{Config, overlay};
use tercet::date::Date;
use tercet::error::Result;
use tercet::ingest::{Limits, take_in};
use tercet::pipeline::{NightReport, Observer, Request, run, run_recorded};
use tercet::runs::Recorder;
use tercet::store::{Store, Writer};
use tercet::synth;

/// Writes an invented bank into `out`.
pub fn invent(customers: u32, months: u32, seed: u64, out: &Path) {
    let options = synth::Options {
        customers,
        months,
        seed,
        format: synth::Format::Csv,
        out: out.to_owned(),
        end: "2026-10-31".parse().unwrap(),
    };
    synth::write(&options, &mut |_| {}).unwrap();
}

/// The default configuration over a drop folder and a workspace.
pub fn default_config(data: &Path, workspace: &Path) -> Config {
    let mut raw = overlay::read_defaults().unwrap();
    raw.data = data.to_owned();
    raw.workspace = workspace.to_owned();
    raw.check().unwrap()
}

/// The same where every table may come without rows.
pub fn config_allowing_empty(data: &Path, workspace: &Path) -> Config {
    let mut raw = overlay::read_defaults().unwrap();
    raw.data = data.to_owned();
    raw.workspace = workspace.to_owned();
    raw.sources.values_mut().for_each(|source| source.allowed_empty = true);
    raw.check().unwrap()
}

/// An example configuration of the repository over a drop folder and a workspace.
pub fn example_config(name: &str, data: &Path, workspace: &Path) -> Config {
    let text = std::fs::read_to_string(repository().join("config/examples").join(name)).unwrap();
    let mut raw = overlay::read(name, &text).unwrap();
    raw.data = data.to_owned();
    raw.workspace = workspace.to_owned();
    raw.check().unwrap()
}

pub fn repository() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// A folder of the real data, or `None` after the test `name` was noted as skipped.
pub fn real_data(folder: &str, name: &str) -> Option<PathBuf> {
    let path = repository().join("../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    skipped(name, "../shared/data is not there");
    None
}

/// Notes a test that could not run, for the end of the CI's output.
pub fn skipped(name: &str, reason: &str) {
    if let Some(path) = std::env::var_os("TERCET_SKIPPED") {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        writeln!(file, "skipped: {name}: {reason}").unwrap();
    }
}

/// Watches nothing.
pub struct Unobserved;

impl Observer for Unobserved {
    fn stage_began(&self, _: &'static str) {}
    fn bytes_read(&self, _: u64) {}
}

/// Runs a night through the library.
pub fn night(config: &Config, as_of: &str) -> NightReport {
    run(config, Some(as_of.parse::<Date>().unwrap()), false, &Unobserved).unwrap()
}

/// Runs a night as a scheduler does: written down, however it ends.
pub fn recorded_night(config: &Config, as_of: &str) -> Result<NightReport> {
    let request = Request { as_of: Some(as_of.parse().unwrap()), ..Request::default() };
    run_recorded(config, &request, &Recorder::new(), &Unobserved)
}

/// The store of a workspace after the drop folder was taken in on `night`.
pub fn taken_in(config: &Config, night: Date) -> Store {
    let limits = Limits {
        reject_share_max: config.ingest.reject_share_max,
        base_currency: config.base_currency.clone(),
        field_bytes_max: config.ingest.field_bytes_max,
        volume: None,
    };
    let mut writer = Writer::open(&config.workspace, config.store.buckets).unwrap();
    take_in(&mut writer, config.sources(), &config.data, &limits, &|_| {}).unwrap();
    writer.finish(night).unwrap()
}
