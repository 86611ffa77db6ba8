//! Probabilities and reasons of many customers: a model that a night trained on an invented bank, applied to that bank's
//! customers again and again until there are as many as asked for, all results kept. Each step is a process of its own.

use serde_json::{Value, json};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use tercet::churn::{self, ChurnModel};
use tercet::config::{Config, overlay};
use tercet::contract::tables::Table;
use tercet::features::{self, FeatureTable};
use tercet::io::process::peak_memory_bytes;
use tercet::labels::Labels;
use tercet::store::{Bank, Population, Store};

/// Customers of the bank, and the months of their history: enough to train every horizon.
const CUSTOMERS: &str = "20000";
const MONTHS: &str = "24";

/// What is timed: scope and exposure alone, probabilities alone, and the whole table with its reasons.
const STEPS: [&str; 3] = ["scope", "probabilities", "table"];

/// `[ROWS]`: customers to score, a million without it.
pub fn measure(arguments: &[String]) {
    let rows = arguments.first().map_or("1000000", String::as_str);
    let home = tempfile::tempdir().expect("a temporary folder");
    let (data, workspace) = (home.path().join("data"), home.path().join("work"));
    super::tercet(&["synth", "--customers", CUSTOMERS, "--months", MONTHS, "--out", super::text(&data)]);
    super::tercet(&["run", "--data", super::text(&data), "--workspace", super::text(&workspace)]);
    println!("{rows} rows of {CUSTOMERS} customers, {MONTHS} months");
    let measured = STEPS.map(|what| step(what, super::text(&workspace), rows));
    for (what, measured) in STEPS.iter().zip(&measured) {
        report(what, measured);
    }
    let seconds = |at: usize| measured[at]["seconds"].as_f64().expect("a time");
    println!(
        "{:>14} {:8.3} s: the table less scope and probabilities",
        "reasons",
        seconds(2) - seconds(0) - seconds(1)
    );
}

fn step(what: &str, workspace: &str, rows: &str) -> Value {
    let program = std::env::current_exe().expect("this program");
    let arguments = ["score-step", what, workspace, rows];
    let output = Command::new(program).args(arguments).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a child prints JSON")
}

fn report(what: &str, measured: &Value) {
    let figure = |key: &str| measured[key].as_f64().unwrap_or_default();
    let gib = f64::from(1 << 30);
    println!(
        "{what:>14} {:8.3} s {:9} rows {:9} told {:7.3} GiB at most, {:.3} before",
        figure("seconds"),
        figure("rows"),
        figure("told"),
        figure("peak_bytes") / gib,
        figure("peak_before_bytes") / gib
    );
}

/// One step, in this process.
pub fn child(arguments: &[String]) {
    let [what, workspace, rows] = arguments else { panic!("name STEP WORKSPACE ROWS") };
    let night = Night::read(Path::new(workspace));
    let rows: usize = rows.parse().expect("a number of rows");
    let n_times = rows.div_ceil(night.features.n_customers());
    let peak_before = peak_memory_bytes();
    let started = Instant::now();
    let told = match what.as_str() {
        "scope" => night.tables(n_times, false),
        "probabilities" => night.probabilities(n_times),
        "table" => night.tables(n_times, true),
        other => panic!("no step {other}"),
    };
    let seconds = started.elapsed().as_secs_f64();
    let rows = n_times * night.features.n_customers();
    let peak = peak_memory_bytes();
    println!(
        "{}",
        json!({ "seconds": seconds, "rows": rows, "told": told, "peak_bytes": peak, "peak_before_bytes": peak_before })
    );
}

/// What a night scores with.
struct Night {
    config: Config,
    bank: Bank,
    features: FeatureTable,
    model: ChurnModel,
}

impl Night {
    fn read(workspace: &Path) -> Self {
        let config = overlay::read_defaults().and_then(|raw| raw.check()).expect("the defaults are sound");
        let store = Store::open(workspace, config.store.buckets).expect("the store opens");
        let as_of = store.newest_night(&[Table::Transactions]).expect("a night");
        let bank = store.bank(as_of).expect("a bank");
        let population = Population::of(&bank, as_of);
        let costs = config.value.cost_to_serve.rates();
        let features = features::build_one(&bank, &population, &costs).expect("features");
        let json = std::fs::read(model_file(workspace)).expect("the model");
        let model = ChurnModel::from_json(&json).expect("a sound model");
        Self { config, bank, features, model }
    }

    /// Tables of everybody, as a night makes them; how many reasons they tell.
    fn tables(&self, n_times: usize, with_model: bool) -> usize {
        let labels = Labels::of(self.config.language);
        let model = with_model.then_some((&self.model, "churn"));
        let score =
            |_| churn::score(&self.bank, &self.features, model, &labels, &self.config).expect("scores");
        let tables: Vec<_> = (0..n_times).map(score).collect();
        let rows = 0..self.features.n_customers();
        black_box(&tables)
            .iter()
            .map(|table| rows.clone().map(|row| table.reasons(row).count()).sum::<usize>())
            .sum()
    }

    /// Probabilities of everybody; how many there are.
    fn probabilities(&self, n_times: usize) -> usize {
        let all: Vec<_> = (0..n_times).map(|_| self.model.predict(&self.features).expect("scores")).collect();
        black_box(&all).iter().map(Vec::len).sum()
    }
}

/// The one churn model that the night trained.
fn model_file(workspace: &Path) -> PathBuf {
    let models = std::fs::read_dir(workspace.join("models")).expect("models");
    let files = models.flatten().map(|folder| folder.path().join("churn.json"));
    files.into_iter().find(|file| file.is_file()).expect("a churn model")
}
