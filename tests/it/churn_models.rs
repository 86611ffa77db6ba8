//! Churn models from training to the nights that use them: what stops one from being trained, what is refused, which model
//! a night takes, what a backtest says. Group M of the faults as far as churn is concerned.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at model files from outside, and damage them"
)]

use crate::bank::{Unobserved, invent, night, repository, taken_in};
use crate::published::Table;
use crate::rewritten::{Row, rewrite};
use crate::same_bytes::shuffle;
use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tercet::churn::backtest::{Backtest, backtest};
use tercet::churn::labels::{EventKind, HORIZONS_DAYS, Label};
use tercet::churn::model::{FORMAT_VERSION, HorizonModel};
use tercet::churn::origins::{self, Origin};
use tercet::churn::{self, ChurnModel, Evaluation, Training};
use tercet::config::{Churn, Config, overlay};
use tercet::date::Date;
use tercet::error::Kind;
use tercet::learn::CalibratedOn;
use tercet::pipeline::{self, ChurnFit, NightReport, approve, fit, run, withdraw};
use tercet::publish::{ModelEntry, ModelStatus};
use tercet::schema::{BACKTEST, BACKTEST_CALIBRATION, TableSchema};
use tercet::store::Bank;

/// The last day of the invented bank, whose first is 2024-09-01.
const LAST: &str = "2026-10-31";
const MONTHS: u32 = 26;
const CUSTOMERS: u32 = 400;
/// The place of 90 days among [`HORIZONS_DAYS`].
const QUARTER: usize = 1;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Few customers are enough to train on, and few resamples for the intervals.
fn for_small_banks(rules: &mut Churn) {
    rules.positives_min = 10;
    rules.bootstrap_samples = 20;
    rules.backtest_origins = 1; // of each horizon
}

fn config_with(data: &Path, workspace: &Path, change: impl FnOnce(&mut Churn)) -> Config {
    let mut raw = overlay::read_defaults().unwrap();
    raw.data = data.to_owned();
    raw.workspace = workspace.to_owned();
    raw.sources.values_mut().for_each(|source| source.allowed_empty = true);
    for_small_banks(&mut raw.churn);
    change(&mut raw.churn);
    raw.check().unwrap()
}

fn config_over(data: &Path, workspace: &Path) -> Config {
    config_with(data, workspace, |_| {})
}

/// One invented bank, what is known of it on its last day, and the model that is trained on that.
struct Shared {
    home: tempfile::TempDir,
    config: Config,
    bank: Bank,
    model: ChurnModel,
}

impl Shared {
    fn exports(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// The origins whose outcome of a horizon is known by `known_until`, with all their customers.
    fn followed(&self, known_until: Date, horizon: usize) -> Vec<Origin> {
        let (calendar, rules) = (self.bank.calendar(), &self.config.churn);
        let month_ends = origins::month_ends(calendar, known_until, rules);
        let usable = origins::usable(&month_ends, calendar, known_until, HORIZONS_DAYS[horizon], rules);
        let asked: Vec<(Date, usize)> = usable.iter().map(|on| (*on, usize::MAX)).collect();
        let costs = self.config.value.cost_to_serve.rates();
        origins::followed(&self.bank, &asked, known_until, rules, &costs).unwrap()
    }
}

fn shared() -> &'static Shared {
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

fn trained(bank: &Bank, as_of: &str, config: &Config) -> ChurnModel {
    match churn::train(bank, date(as_of), config).unwrap() {
        Training::Trained(model) => *model,
        Training::NotTrained(reason) => panic!("no model: {reason}"),
    }
}

/// The model of the same bank from other exports.
fn trained_from(exports: &Path, as_of: &str) -> ChurnModel {
    let home = tempfile::tempdir().unwrap();
    let config = config_over(exports, home.path());
    let bank = taken_in(&config, date(as_of)).bank(date(as_of)).unwrap();
    trained(&bank, as_of, &config)
}

/// Gives every row whose outcome is known another one.
fn relabelled(origins: &mut [Origin], label: impl Fn(&Origin, usize) -> Label) {
    for origin in origins {
        let labels: Vec<Label> = (0..origin.labels.len()).map(|row| label(origin, row)).collect();
        for (known, label) in origin.labels.iter_mut().zip(labels) {
            known.iter_mut().flatten().for_each(|known| *known = label);
        }
    }
}

fn fitted(origins: &[Origin], config: &Config) -> Result<ChurnModel, String> {
    churn::fit(&shared().bank, &origins.iter().collect::<Vec<_>>(), date(LAST), config).unwrap()
}

fn assert_probabilities(model: &ChurnModel, origin: &Origin) {
    for row in model.predict(&origin.features).unwrap() {
        let known: Vec<f64> = row.into_iter().flatten().collect();
        assert_eq!(known.len(), model.horizons.len());
        assert!(known.iter().all(|p| *p > 0.0 && *p < 1.0), "{row:?}");
        assert!(known.is_sorted(), "{row:?}");
    }
}

// What there is to learn from.

#[test]
fn where_nobody_left_or_everybody_did_there_is_no_model_m13() {
    let shared = shared();
    let mut origins = shared.followed(date(LAST), QUARTER);
    relabelled(&mut origins, |_, _| Label::Stays);
    let reason = fitted(&origins, &shared.config).unwrap_err();
    assert_eq!(reason, "only 0 customers left at the usable origins; 10 are needed");
    relabelled(&mut origins, |_, _| Label::Leaves(EventKind::Closed));
    let reason = fitted(&origins, &shared.config).unwrap_err();
    assert!(reason.starts_with("only 0 customers stayed at the usable origins, too few"), "{reason}");
}

#[test]
fn three_who_left_are_too_few_or_give_probabilities_that_are_none_of_0_and_1_m14() {
    let shared = shared();
    let mut origins = shared.followed(date(LAST), QUARTER);
    let three: Vec<u32> = origins[0].hashes.iter().copied().take(3).collect();
    let first = origins[0].date;
    relabelled(&mut origins, |origin, row| {
        let leaves = origin.date == first && three.contains(&origin.hashes[row]);
        if leaves { Label::Leaves(EventKind::Closed) } else { Label::Stays }
    });
    let reason = fitted(&origins, &shared.config).unwrap_err();
    assert_eq!(reason, "only 3 customers left at the usable origins; 10 are needed");
    let lenient = config_with(&shared.exports(), shared.home.path(), |rules| rules.positives_min = 3);
    match fitted(&origins, &lenient) {
        Ok(model) => assert_probabilities(&model, &origins[0]),
        // All three may stand in one fold.
        Err(reason) => assert!(reason.contains("could not be"), "{reason}"),
    }
}

#[test]
fn a_feature_that_tells_everybody_apart_gives_no_certainty_and_is_named_m15_m16() {
    const FEATURE: &str = "days_since_last_activity";
    let shared = shared();
    let mut origins = shared.followed(date(LAST), QUARTER);
    let mut known: Vec<f64> = origins
        .iter()
        .flat_map(|origin| origin.features.column(FEATURE).iter().copied())
        .filter(|days| !days.is_nan())
        .collect();
    known.sort_by(f64::total_cmp);
    let limit = known[known.len() * 4 / 5];
    relabelled(&mut origins, |origin, row| {
        let is_over = origin.features.column(FEATURE)[row] > limit;
        if is_over { Label::Leaves(EventKind::Silent) } else { Label::Stays }
    });
    let model = fitted(&origins, &shared.config).unwrap();
    let test = origins.last().unwrap();
    assert_probabilities(&model, test);
    for judged in churn::judge(&model, test, None, &shared.config).unwrap() {
        assert!(judged.auc.unwrap().value > 0.97, "{judged:?}");
        assert!(judged.suspicious.iter().any(|found| found.feature == FEATURE), "{judged:?}");
    }
}

#[test]
fn columns_that_a_bank_does_not_deliver_are_in_no_model_m6_m7() {
    let shared = shared();
    let without = tempfile::tempdir().unwrap();
    rewrite(&shared.exports(), without.path(), |table, mut row, write| {
        if table == "contacts" {
            return;
        }
        // And one that is the same for everybody.
        if table == "customers" {
            "7".clone_into(row.cell("satisfaction"));
        }
        write(&row);
    });
    let model = trained_from(without.path(), LAST);
    let names = |model: &ChurnModel| -> Vec<String> {
        let names = model.horizons.iter().flat_map(|horizon| horizon.scorer.names());
        names.map(str::to_owned).collect()
    };
    let reads_contacts =
        |model: &ChurnModel| names(model).iter().any(|name| name == "days_since_last_contact");
    assert!(reads_contacts(&shared.model), "{:?}", names(&shared.model));
    assert!(!reads_contacts(&model), "{:?}", names(&model));
    // A customer of the whole bank, whose contacts are known, is scored all the same.
    assert_probabilities(&model, shared.followed(date(LAST), QUARTER).last().unwrap());
}

// Leakage.

/// The exports with a complaint, open at the month-end, of exactly those who leave in the 90 days after it, and no other.
fn with_complaints_from_the_future(to: &Path) {
    let shared = shared();
    let leavers = |origin: &Origin| -> Vec<(String, Date)> {
        let customers = origin.features.customers();
        let left = origin.labelled(QUARTER).filter(|(_, left)| *left);
        left.map(|(row, _)| (shared.bank.customer(customers[row]).customer_id.to_string(), origin.date))
            .collect()
    };
    let mut planted: Vec<(String, Date)> =
        shared.followed(date(LAST), QUARTER).iter().flat_map(leavers).collect();
    assert!(planted.len() > 20, "{}", planted.len());
    rewrite(&shared.exports(), to, |table, mut row, write| {
        if table == "contacts" {
            for (customer_id, month_end) in planted.drain(..) {
                let mut complaint: Row<'_> = row.clone();
                *complaint.cell("customer_id") = customer_id;
                *complaint.cell("contacted_on") = month_end.plus_days(-1).to_string();
                "true".clone_into(complaint.cell("complaint"));
                *complaint.cell("opened_at") = month_end.plus_days(-1).to_string();
                *complaint.cell("resolved_at") = month_end.plus_days(10).to_string();
                write(&complaint);
            }
            "false".clone_into(row.cell("complaint"));
            row.cell("opened_at").clear();
            row.cell("resolved_at").clear();
        }
        write(&row);
    });
}

#[test]
fn a_backtest_names_a_feature_that_knows_the_outcome_m16() {
    let names_complaints = |judged: &[Evaluation]| {
        let mut judged = judged.iter().filter(|judged| judged.horizon_days == 90).peekable();
        assert!(judged.peek().is_some(), "nothing is judged at 90 days");
        judged.all(|judged| judged.suspicious.iter().any(|found| found.feature == "complaint_open"))
    };
    assert!(!names_complaints(&shared().model.evaluations));
    let home = tempfile::tempdir().unwrap();
    let exports = home.path().join("data");
    fs::create_dir(&exports).unwrap();
    with_complaints_from_the_future(&exports);
    let config = config_over(&exports, &home.path().join("work"));
    let bank = taken_in(&config, date(LAST)).bank(date(LAST)).unwrap();
    let leaking = backtest(&bank, date(LAST), &config).unwrap();
    assert!(names_complaints(&leaking.evaluations), "{:#?}", leaking.evaluations);
}

// The same data, the same model.

#[test]
fn one_thread_or_two_and_any_order_of_rows_give_the_same_bytes_m12() {
    let shared = shared();
    let json = shared.model.to_json().unwrap();
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let again = pool.install(|| trained(&shared.bank, LAST, &shared.config));
        assert!(again.to_json().unwrap() == json, "{threads} threads give another model");
    }
    let home = tempfile::tempdir().unwrap();
    let shuffled = home.path().join("shuffled");
    shuffle(&shared.exports(), &shuffled);
    assert!(trained_from(&shuffled, LAST).to_json().unwrap() == json, "another order, another model");
}

/// Whether a row was known on a day; what it says of later days is cleared.
fn known_on(table: &str, row: &mut Row<'_>, on: Date) -> bool {
    let mut is_later = |column: &str| {
        row.find(column).is_some_and(|cell| cell.parse::<Date>().is_ok_and(|found| found > on))
    };
    let began = ["booked_on", "snapshot_on", "contacted_on"];
    if began.into_iter().any(&mut is_later)
        || matches!(table, "customers" | "accounts") && is_later("opened_on")
    {
        return false;
    }
    for (ended, with_it) in [("closed_on", "close_reason"), ("left_on", ""), ("resolved_at", "")] {
        if row.find(ended).is_some_and(|cell| cell.parse::<Date>().is_ok_and(|found| found > on)) {
            row.cell(ended).clear();
            if let Some(cell) = row.find(with_it) {
                cell.clear();
            }
        }
    }
    true
}

#[test]
fn a_model_of_an_earlier_date_is_the_one_that_was_trained_then() {
    const EARLIER: &str = "2026-08-31";
    let shared = shared();
    let then = tempfile::tempdir().unwrap();
    let mut n_unknown = 0;
    rewrite(&shared.exports(), then.path(), |table, mut row, write| {
        if known_on(table, &mut row, date(EARLIER)) {
            write(&row);
        } else {
            n_unknown += 1;
        }
    });
    assert!(n_unknown > 1000, "{n_unknown}");
    let (then, now) = (trained_from(then.path(), EARLIER), trained_from(&shared.exports(), EARLIER));
    assert_eq!(then, now);
    assert!(then.to_json().unwrap() == now.to_json().unwrap());
}

// Short histories.

#[test]
fn where_no_later_origin_is_left_to_calibrate_on_all_rows_are_scored_out_of_fold() {
    // Eight origins to learn half a year from, none of which was over when the newest began.
    let known_until = date("2026-05-31");
    let shared = shared();
    let origins = shared.followed(known_until, 2);
    let refs: Vec<&Origin> = origins.iter().collect();
    let model = churn::fit(&shared.bank, &refs, known_until, &shared.config).unwrap().unwrap();
    let longest: &HorizonModel = model.horizon(180).unwrap();
    assert_eq!(longest.calibrated_on, CalibratedOn::OutOfFold { folds: 5 });
    let n_rows: usize = origins.iter().map(|origin| origin.labelled(2).count()).sum();
    assert_eq!((longest.n_rows, longest.n_calibrated), (n_rows, n_rows));
    assert_eq!(longest.trained_on, origins.iter().map(|origin| origin.date).collect::<Vec<_>>());
    assert_probabilities(&model, origins.last().unwrap());
    // Of a month, some outcomes were: three leavers at the newest origin are enough to calibrate on.
    let lenient = config_with(&shared.exports(), shared.home.path(), |rules| rules.positives_min = 3);
    let model = churn::fit(&shared.bank, &refs, known_until, &lenient).unwrap().unwrap();
    let shortest = model.horizon(30).unwrap();
    let CalibratedOn::Later(later) = &shortest.calibrated_on else { panic!("{shortest:?}") };
    assert!(later.iter().min() > shortest.trained_on.iter().max());
}

#[test]
fn a_horizon_that_nothing_can_judge_has_no_probabilities_and_the_reason_is_true() {
    let shared = shared();
    let model = trained(&shared.bank, "2026-05-31", &shared.config);
    assert!(model.horizon(180).is_none() && model.horizon(90).is_some(), "{:?}", model.missing);
    let missing = model.missing.iter().find(|missing| missing.horizon_days == 180).unwrap();
    // Somebody left; it is only not known yet who.
    assert_eq!(
        missing.because,
        "it could not be judged: no origin whose outcome is known had a matured origin before it to learn from"
    );
    let judged: Vec<i32> = model.evaluations.iter().map(|judged| judged.horizon_days).collect();
    assert!(!judged.contains(&180), "{judged:?}");
}

// Model files.

#[test]
fn files_that_are_damaged_or_of_another_program_are_no_models_m18_m19() {
    let json = shared().model.to_json().unwrap();
    assert_eq!(ChurnModel::from_json(json.as_bytes()).unwrap(), shared().model);
    for share in [0, 1, 10, 50, 90, 99] {
        let cut = &json.as_bytes()[..json.len() * share / 100];
        let reason = ChurnModel::from_json(cut).unwrap_err();
        assert!(reason.starts_with("damaged: "), "{share} %: {reason}");
    }
    let reason_of = |json: &str| ChurnModel::from_json(json.as_bytes()).unwrap_err();
    assert!(reason_of(&of_other_format(&json)).contains("another format"));
    let name = shared().model.horizons[0].scorer.names()[0].to_owned();
    let renamed = json.replace(&format!("\"{name}\""), "\"no_such_feature\"");
    assert!(reason_of(&renamed).contains("`no_such_feature`"), "{}", reason_of(&renamed));
    let unknown = json.replacen('{', "{\n  \"unknown_key\": 1,", 1);
    assert!(reason_of(&unknown).contains("unknown_key"));
}

fn of_other_format(json: &str) -> String {
    let (ours, other) = (format!("\"format_version\": {FORMAT_VERSION}"), "\"format_version\": 99");
    assert!(json.contains(&ours));
    json.replacen(&ours, other, 1)
}

/// Two features change places.
fn with_swapped_features(json: &str) -> String {
    let names = shared().model.horizons[0].scorer.names();
    let [first, second] = [names[0], names[1]].map(|name| format!("\"{name}\""));
    json.replace(&first, "\"<>\"").replace(&second, &first).replace("\"<>\"", &second)
}

#[test]
fn what_is_not_the_file_of_its_id_is_not_approved_and_not_used_m18_m19() {
    let home = tempfile::tempdir().unwrap();
    let config = config_over(&shared().exports(), &home.path().join("work"));
    taken_in(&config, date(LAST));
    let report = fit(&config, Some(date(LAST)), &Unobserved).unwrap();
    let ChurnFit::Fitted { model_id, folder, .. } = report.churn else { panic!("{:?}", report.churn) };
    let path = folder.join("churn.json");
    let whole = fs::read_to_string(&path).unwrap();
    assert!(whole == shared().model.to_json().unwrap(), "a fit gives another model than a training");

    fs::write(&path, with_swapped_features(&whole)).unwrap();
    let refused = approve(&config, &model_id, None).unwrap_err();
    assert_eq!(refused.kind(), Kind::Usage);
    assert!(refused.to_string().ends_with("its digest is not the one in its id"), "{refused}");

    // A file of another program under the id that it would have there.
    let other = of_other_format(&whole);
    let digest = blake3::hash(other.as_bytes()).to_hex().to_string();
    let other_id = format!("churn-{LAST}-{}", &digest[..8]);
    let other_folder = config.workspace.join("models").join(&other_id);
    fs::create_dir(&other_folder).unwrap();
    fs::write(other_folder.join("churn.json"), other).unwrap();
    let refused = approve(&config, &other_id, None).unwrap_err();
    assert!(refused.to_string().contains("another format"), "{refused}");
    assert!(refused.hints()[0].contains("`tercet fit`"), "{:?}", refused.hints());

    fs::write(&path, &whole).unwrap();
    approve(&config, &model_id, None).unwrap();
    let damaged = with_swapped_features(&whole);
    fs::write(&path, &damaged).unwrap();
    let refused = run(&config, Some(date(LAST)), false, &Unobserved).unwrap_err();
    assert_eq!(refused.kind(), Kind::Usage);
    assert!(refused.to_string().ends_with("it is not the file that was approved"), "{refused}");
    assert!(refused.hints()[0].contains("backup"), "{:?}", refused.hints());
    assert!(fs::read_to_string(&path).unwrap() == damaged, "an approved model was replaced");
    assert!(!config.workspace.join("published").join(format!("as_of={LAST}")).exists());
}

// The model of a night.

fn churn_model(report: &NightReport) -> &ModelEntry {
    report.manifest.models.iter().find(|model| model.what == "churn").unwrap()
}

fn id_and_status(report: &NightReport) -> (&str, ModelStatus) {
    (&churn_model(report).model_id, churn_model(report).status)
}

fn warns_of(report: &NightReport, text: &str) -> bool {
    report.manifest.warnings.iter().any(|warning| warning.contains(text))
}

fn assert_published(report: &NightReport) {
    let churn = Table::read(&report.folder.join("churn.parquet"));
    let [month, quarter, half] = ["churn_30", "churn_90", "churn_180"].map(|name| churn.floats(name));
    assert!(quarter.iter().flatten().count() > 50, "{} rows", churn.n_rows());
    for row in 0..churn.n_rows() {
        let known: Vec<f64> = [month[row], quarter[row], half[row]].into_iter().flatten().collect();
        assert!(known.iter().all(|p| *p > 0.0 && *p < 1.0), "{known:?}");
        assert!(known.is_sorted(), "{known:?}");
    }
}

#[test]
fn a_night_keeps_its_model_until_it_is_old_an_approved_one_takes_over_and_can_be_withdrawn_m13_m19_m22() {
    let home = tempfile::tempdir().unwrap();
    let workspace = home.path().join("work");
    let config = config_over(&shared().exports(), &workspace);
    let file = |id: &str| workspace.join("models").join(id).join("churn.json");

    let first = night(&config, "2026-09-30");
    let (old, status) = id_and_status(&first);
    assert_eq!(status, ModelStatus::FittedTonight);
    assert_published(&first);
    let kept = night(&config, "2026-10-29");
    assert_eq!(id_and_status(&kept), (old, ModelStatus::Kept));
    assert_published(&kept);

    let whole = fs::read(file(old)).unwrap();
    fs::write(file(old), &whole[..whole.len() / 2]).unwrap();
    let refused = run(&config, Some(date("2026-10-30")), false, &Unobserved).unwrap_err();
    assert!(refused.to_string().ends_with("it is not the file that the night before used"), "{refused}");
    assert!(refused.hints()[0].contains("move the model's folder away"), "{:?}", refused.hints());
    assert_eq!(fs::read(file(old)).unwrap().len(), whole.len() / 2);
    fs::write(file(old), &whole).unwrap();

    let refitted = night(&config, "2026-10-30");
    let (new, status) = id_and_status(&refitted);
    assert_eq!(status, ModelStatus::FittedTonight);
    assert_ne!(new, old);
    assert_eq!(churn_model(&refitted).trained_through, date("2026-10-30"));

    let done = approve(&config, new, Some("better")).unwrap();
    assert_eq!((done.is_known, done.trained_through), (false, date("2026-10-30")));
    assert_eq!(id_and_status(&night(&config, "2026-10-29")), (old, ModelStatus::Kept));
    let last = night(&config, LAST);
    assert_eq!(id_and_status(&last), (new, ModelStatus::Approved));
    assert_published(&last);

    // Nothing could be trained tonight: the approved model stays.
    let none = config_with(&shared().exports(), &workspace, |rules| rules.positives_min = 1_000_000);
    let strict = night(&none, LAST);
    assert_eq!(id_and_status(&strict), (new, ModelStatus::Approved));
    assert!(warns_of(&strict, "fitted with other settings"), "{:?}", strict.manifest.warnings);
    assert_published(&strict);

    let done = withdraw(&config, new, Some(date(LAST)), None).unwrap();
    assert_eq!((done.withdrawn_from, done.in_force), (date(LAST), None));
    let after = night(&config, LAST);
    assert_eq!(id_and_status(&after).1, ModelStatus::FittedTonight);
    assert_ne!(id_and_status(&after).0, new);
}

/// A configuration file over the defaults that says what [`for_small_banks`] says.
fn config_file(home: &Path, more: &str) -> PathBuf {
    let path = home.join("bank.toml");
    let text = format!("[churn]\nbootstrap_samples = 20\nbacktest_origins = 1\n{more}\n");
    fs::write(&path, text).unwrap();
    path
}

/// Runs `tercet`; exit code, standard output and standard error.
fn tercet(what: &[&str], config: &Path, data: &Path, workspace: &Path) -> (i32, String, String) {
    let mut command = Command::cargo_bin("tercet").unwrap();
    command.current_dir(repository()).args(what).arg("--config").arg(config);
    command.arg("--data").arg(data).arg("--workspace").arg(workspace);
    let output = command.output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code().unwrap(), out, err)
}

#[test]
fn a_night_that_can_train_no_model_has_no_probabilities_says_why_and_ends_well_m13() {
    let home = tempfile::tempdir().unwrap();
    let workspace = home.path().join("work");
    let file = config_file(home.path(), "positives_min = 1000000");
    let (code, _, said) = tercet(&["run", "--as-of", LAST], &file, &shared().exports(), &workspace);
    assert_eq!(code, 0, "{said}");
    let folder = workspace.join("published").join(format!("as_of={LAST}"));
    let churn = Table::read(&folder.join("churn.parquet"));
    for name in ["churn_30", "churn_90", "churn_180", "band", "reason_1", "model_id"] {
        assert_eq!(churn.n_null(name), churn.n_rows(), "{name}");
    }
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let warnings: Vec<&str> =
        manifest["warnings"].as_array().unwrap().iter().map(|warning| warning.as_str().unwrap()).collect();
    let told = warnings.iter().find(|warning| warning.starts_with("no churn probabilities: only "));
    assert!(told.is_some_and(|told| told.ends_with("1000000 are needed")), "{warnings:?}");
}

// Backtests.

fn assert_columns(folder: &Path, schema: &TableSchema) -> Table {
    let path = folder.join(format!("{}.parquet", schema.name));
    let table = Table::read(&path);
    let own = (schema.fields)();
    let promised: Vec<&str> =
        std::iter::once("as_of_date").chain(own.iter().map(|field| field.name)).collect();
    assert_eq!(table.names(), promised);
    assert!(table.n_rows() > 0, "{}", path.display());
    table
}

fn assert_only_the_past_taught(found: &Backtest, config: &Config) {
    let rules = &config.churn;
    for judged in &found.evaluations {
        let days = rules.gap_days + judged.horizon_days + rules.confirm_days;
        assert!(!judged.trained_on.is_empty(), "{judged:?}");
        assert!(judged.trained_on.iter().all(|on| on.plus_days(days) <= judged.test_origin), "{judged:?}");
        assert!(judged.test_origin.plus_days(days) <= found.known_until, "{judged:?}");
        let names: Vec<&str> = judged.baselines.iter().map(|rule| rule.name.as_str()).collect();
        assert_eq!(names, ["recency", "assets_trend", "warning_signals"]);
        let n_in_bins: usize = judged.reliability.iter().map(|bin| bin.n_customers).sum();
        assert_eq!(n_in_bins, judged.n_customers);
    }
}

#[test]
fn a_backtest_judges_by_the_past_alone_and_leaves_its_tables_also_through_the_binary() {
    let home = tempfile::tempdir().unwrap();
    let workspace = home.path().join("work");
    let config = config_over(&shared().exports(), &workspace);
    taken_in(&config, date(LAST));
    let report = pipeline::backtest(&config, None, &Unobserved).unwrap();
    assert_eq!(report.folder, workspace.join("backtests").join(format!("as_of={LAST}")));
    assert_only_the_past_taught(&report.backtest, &config);
    let mut tests: Vec<Date> = report.backtest.evaluations.iter().map(|judged| judged.test_origin).collect();
    tests.dedup();
    assert!(tests.is_sorted() && (1..=HORIZONS_DAYS.len()).contains(&tests.len()), "{tests:?}");
    assert!(report.backtest.evaluations.iter().any(|judged| judged.horizon_days == 90));

    let figures = assert_columns(&report.folder, &BACKTEST);
    let shares = ["auc", "average_precision", "base_rate", "brier", "expected_calibration_error"];
    for (figure, value) in figures.texts("figure").into_iter().zip(figures.floats("value")) {
        let (figure, value) = (figure.unwrap(), value.unwrap());
        assert!(value.is_finite(), "{figure}: {value}");
        let is_share = shares.contains(&figure.as_str()) || figure.starts_with("capture");
        assert!(!is_share || (0.0..=1.0).contains(&value), "{figure}: {value}");
    }
    let by = figures.counts("scored_by");
    let names: Vec<&str> = by.keys().map(String::as_str).collect();
    assert_eq!(names, ["assets_trend", "model", "recency", "warning_signals"]);
    let bins = assert_columns(&report.folder, &BACKTEST_CALIBRATION);
    for name in ["mean_probability", "observed_rate"] {
        assert!(bins.floats(name).iter().all(|share| (0.0..=1.0).contains(&share.unwrap())), "{name}");
    }

    let json = fs::read(report.folder.join("backtest.json")).unwrap();
    let tables = crate::published::table_bytes(&report.folder);
    fs::remove_dir_all(&report.folder).unwrap();
    let file = config_file(home.path(), "positives_min = 10");
    let (code, said, error) = tercet(&["backtest", "--json"], &file, &shared().exports(), &workspace);
    assert_eq!(code, 0, "{error}");
    assert!(serde_json::from_str::<serde_json::Value>(&said).unwrap().is_object(), "{said}");
    assert!(fs::read(report.folder.join("backtest.json")).unwrap() == json, "the binary finds other figures");
    assert_eq!(crate::published::table_bytes(&report.folder), tables);
}

#[test]
fn a_backtest_without_a_store_or_with_too_short_a_history_says_so() {
    for (months, said) in [
        (None, "the store is empty"),
        // No origin, and origins before which no outcome was known.
        (Some(7), "history is too short for an origin whose outcome is known"),
        (Some(10), "history is too short: an origin and its outcome need"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let (data, workspace) = (home.path().join("data"), home.path().join("work"));
        fs::create_dir(&data).unwrap();
        let config = config_over(&data, &workspace);
        if let Some(months) = months {
            invent(60, months, 5, &data);
            taken_in(&config, date(LAST));
        }
        let refused = pipeline::backtest(&config, None, &Unobserved).unwrap_err();
        assert_eq!(refused.kind(), Kind::Incomplete, "{refused}");
        assert!(refused.to_string().contains(said), "{refused}");
        assert!(!refused.hints().is_empty());
        let file = config_file(home.path(), "");
        let (code, _, error) = tercet(&["backtest"], &file, &data, &workspace);
        assert_eq!(code, 4, "{error}");
        assert!(error.contains(said) && error.contains("hint: "), "{error}");
        assert!(!workspace.join("backtests").exists());
    }
}
