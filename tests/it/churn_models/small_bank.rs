//! One invented bank, what is known of it on its last day, and the model that is trained on that: small enough to be
//! trained on again and again.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at model files from outside, and damage them"
)]

use crate::bank::{invent, repository, taken_in};
use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tercet::churn::labels::{HORIZONS_DAYS, Label};
use tercet::churn::origins::{self, Origin};
use tercet::churn::{self, ChurnModel, Training};
use tercet::config::{Churn, Config, overlay};
use tercet::date::Date;
use tercet::store::Bank;

/// The last day of the invented bank, whose first is 2024-09-01.
pub const LAST: &str = "2026-10-31";
pub const MONTHS: u32 = 26;
pub const CUSTOMERS: u32 = 400;
/// The place of 90 days among [`HORIZONS_DAYS`].
pub const QUARTER: usize = 1;

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Few customers are enough to train on, and few resamples for the intervals.
pub fn for_small_banks(rules: &mut Churn) {
    rules.positives_min = 10;
    rules.bootstrap_samples = 20;
    rules.backtest_origins = 1; // of each horizon
}

pub fn config_with(data: &Path, workspace: &Path, change: impl FnOnce(&mut Churn)) -> Config {
    let mut raw = overlay::read_defaults().unwrap();
    raw.data = data.to_owned();
    raw.workspace = workspace.to_owned();
    raw.sources.values_mut().for_each(|source| source.allowed_empty = true);
    for_small_banks(&mut raw.churn);
    change(&mut raw.churn);
    raw.check().unwrap()
}

pub fn config_over(data: &Path, workspace: &Path) -> Config {
    config_with(data, workspace, |_| {})
}

/// One invented bank, what is known of it on its last day, and the model that is trained on that.
pub struct Shared {
    pub home: tempfile::TempDir,
    pub config: Config,
    pub bank: Bank,
    pub model: ChurnModel,
}

impl Shared {
    pub fn exports(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// The origins whose outcome of a horizon is known by `known_until`, with all their customers.
    pub fn followed(&self, known_until: Date, horizon: usize) -> Vec<Origin> {
        let (calendar, rules) = (self.bank.calendar(), &self.config.churn);
        let month_ends = origins::month_ends(calendar, known_until, rules);
        let usable = origins::usable(&month_ends, calendar, known_until, HORIZONS_DAYS[horizon], rules);
        let asked: Vec<(Date, usize)> = usable.iter().map(|on| (*on, usize::MAX)).collect();
        let costs = self.config.value.cost_to_serve.rates();
        origins::followed(&self.bank, &asked, known_until, rules, &costs).unwrap()
    }
}

pub fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        fs::create_dir(&data).unwrap();
        invent(CUSTOMERS, MONTHS, 21, &data);
        let config = config_over(&data, &home.path().join("work"));
        let bank = taken_in(&config, date(LAST)).bank(date(LAST)).unwrap();
        let model = trained(&bank, LAST, &config);
        Shared { home, config, bank, model }
    })
}

pub fn trained(bank: &Bank, as_of: &str, config: &Config) -> ChurnModel {
    match churn::train(bank, date(as_of), config).unwrap() {
        Training::Trained(model) => *model,
        Training::NotTrained(reason) => panic!("no model: {reason}"),
    }
}

/// The model of the same bank from other exports.
pub fn trained_from(exports: &Path, as_of: &str) -> ChurnModel {
    let home = tempfile::tempdir().unwrap();
    let config = config_over(exports, home.path());
    let bank = taken_in(&config, date(as_of)).bank(date(as_of)).unwrap();
    trained(&bank, as_of, &config)
}

/// Gives every row whose outcome is known another one.
pub fn relabelled(origins: &mut [Origin], label: impl Fn(&Origin, usize) -> Label) {
    for origin in origins {
        let labels: Vec<Label> = (0..origin.labels.len()).map(|row| label(origin, row)).collect();
        for (known, label) in origin.labels.iter_mut().zip(labels) {
            known.iter_mut().flatten().for_each(|known| *known = label);
        }
    }
}

pub fn fitted(origins: &[Origin], config: &Config) -> Result<ChurnModel, String> {
    churn::fit(&shared().bank, &origins.iter().collect::<Vec<_>>(), date(LAST), config).unwrap()
}

pub fn assert_probabilities(model: &ChurnModel, origin: &Origin) {
    for row in model.predict(&origin.features).unwrap() {
        let known: Vec<f64> = row.into_iter().flatten().collect();
        assert_eq!(known.len(), model.horizons.len());
        assert!(known.iter().all(|p| *p > 0.0 && *p < 1.0), "{row:?}");
        assert!(known.is_sorted(), "{row:?}");
    }
}

/// A configuration file over the defaults that says what [`for_small_banks`] says.
pub fn config_file(home: &Path, more: &str) -> PathBuf {
    let path = home.join("bank.toml");
    let text = format!("[churn]\nbootstrap_samples = 20\nbacktest_origins = 1\n{more}\n");
    fs::write(&path, text).unwrap();
    path
}

/// Runs `tercet`; exit code, standard output and standard error.
pub fn tercet(what: &[&str], config: &Path, data: &Path, workspace: &Path) -> (i32, String, String) {
    let mut command = Command::cargo_bin("tercet").unwrap();
    command.current_dir(repository()).args(what).arg("--config").arg(config);
    command.arg("--data").arg(data).arg("--workspace").arg(workspace);
    let output = command.output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code().unwrap(), out, err)
}
