//! A night is published whole or not at all, and a delivery is taken in whole or not at all: kills, a held lock,
//! leftovers and reruns, all through the binary.
//!
//! The kills are injected by `strace` into system calls of the ingest and of the publish path, found in the trace of an
//! unbroken run; a seeded sample of them, since every point takes two runs. `src/io/staging.rs` and
//! `src/store/commit.rs` say why each of them is survived. Every call of an ingest is tried by
//! `cargo test --release --test it -- --ignored every_call_of_an_ingest`.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "these tests look at the workspace from outside, as an operator does"
)]

use crate::folders::{copy, files, names};
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// The night before, and the night that is killed: month ends, the second the last day of the exports.
const BEFORE: &str = "2026-09-30";
const AS_OF: &str = "2026-10-31";
/// Calls that change what others see, or close a step that does.
const CALLS: [&str; 9] =
    ["fsync", "fdatasync", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "openat", "close"];
/// Killed in each of the two situations: at so many sampled calls before the rename that shows the night ...
const SAMPLED_BEFORE: usize = 2;
/// ... at the rename and the calls next to it, always ...
const AT_THE_RENAME: usize = 3;
/// ... and at so many sampled later ones.
const SAMPLED_AFTER: usize = 1;
/// Calls by which an ingest changes the store.
const INGEST_CALLS: [&str; 11] = [
    "write",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "mkdir",
    "mkdirat",
    "openat",
    "unlink",
    "unlinkat",
];
/// An ingest is killed at so many sampled calls ...
const SAMPLED_IN_INGEST: usize = 5;
/// ... and at so many before the commit and after it, always.
const AROUND_THE_COMMIT: usize = 2;
const SEED: u64 = 5;
const SIGKILL: i32 = 9;

#[test]
fn a_kill_while_publishing_leaves_whole_nights_and_a_rerun_gives_the_same_bytes() {
    let test = "crash::a_kill_while_publishing_leaves_whole_nights_and_a_rerun_gives_the_same_bytes";
    if let Err(reason) = strace_works() {
        return skipped(test, &reason);
    }
    let home = tempfile::tempdir().unwrap();
    let bank = Bank::new(&home);
    let (base, whole) = (home.path().join("base"), home.path().join("whole"));
    bank.publish(&base, BEFORE);
    copy(&base, &whole);
    bank.publish(&whole, AS_OF);
    let expected = tables(&whole, AS_OF);
    assert!(expected.len() >= 5, "too few tables to compare: {:?}", expected.keys());

    let mut n_killed = 0;
    for start in [&base, &whole] {
        for point in bank.points(&home, start) {
            let workspace = home.path().join("killed");
            copy(start, &workspace);
            let status = bank.strace(&workspace, &point.injection("signal=SIGKILL"), None).status;
            let killed = status.signal() == Some(SIGKILL) || status.code() == Some(128 + SIGKILL);
            assert!(killed || status.success(), "{point:?}: {status}");
            n_killed += usize::from(killed);

            let latest = check_nights(&workspace);
            assert!(latest == AS_OF || (latest == BEFORE && start == &base), "{point:?}: LATEST is {latest}");
            assert!(night(&workspace, BEFORE).exists(), "{point:?}: the night before is gone");
            bank.publish(&workspace, AS_OF);
            assert_eq!(check_nights(&workspace), AS_OF, "{point:?}");
            assert!(tables(&workspace, AS_OF) == expected, "{point:?}: a rerun gave other tables");
            assert_eq!(hidden(&workspace.join("published")), Vec::<String>::new(), "{point:?}");
        }
    }
    // Thread timing decides whether a late call comes at all; most of the points must have struck.
    assert!(n_killed >= 2 * AT_THE_RENAME, "only {n_killed} runs were killed");
}

#[test]
fn a_killed_ingest_leaves_the_old_store_or_the_new_one_and_a_rerun_gives_the_same_bytes() {
    let test = "crash::a_killed_ingest_leaves_the_old_store_or_the_new_one_and_a_rerun_gives_the_same_bytes";
    kill_ingests(test, |calls, commit| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
        let mut chosen = rand::seq::index::sample(&mut rng, calls, SAMPLED_IN_INGEST.min(calls)).into_vec();
        chosen.extend(commit.saturating_sub(AROUND_THE_COMMIT)..calls.min(commit + AROUND_THE_COMMIT));
        chosen
    });
}

#[test]
#[ignore = "two runs for each of about 250 calls: some minutes"]
fn every_call_of_an_ingest_may_be_the_last() {
    kill_ingests("crash::every_call_of_an_ingest_may_be_the_last", |calls, _| (0..calls).collect());
}

/// Kills the ingest of a second evening's deliveries at the calls that `chosen` takes of so many, the commit among them.
fn kill_ingests(test: &str, chosen: impl Fn(usize, usize) -> Vec<usize>) {
    if let Err(reason) = strace_works() {
        return skipped(test, &reason);
    }
    let home = tempfile::tempdir().unwrap();
    let (bank, held_back) = (Bank::new(&home), home.path().join("held-back"));
    fs::create_dir(&held_back).unwrap();
    let (base, whole) = (home.path().join("base"), home.path().join("whole"));
    let october = ["transactions-2026-10.csv.gz", "holdings-2026-10.csv.gz"];
    october.iter().for_each(|name| fs::rename(bank.exports.join(name), held_back.join(name)).unwrap());
    bank.publish(&base, BEFORE);
    october.iter().for_each(|name| fs::rename(held_back.join(name), bank.exports.join(name)).unwrap());
    ["transactions-2026-09.csv.gz", "customers.csv.gz"]
        .iter()
        .for_each(|name| shorten(&bank.exports.join(name)));

    copy(&base, &whole);
    let traced = [format!("trace={}", INGEST_CALLS.join(","))];
    let output = bank.strace(&whole, &traced, None);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (calls, commit) = ingest_path(&fs::read_to_string(trace_beside(&whole)).unwrap());
    let (old, new, expected) = (store(&base), store(&whole), tables(&whole, AS_OF));
    assert!(old[COMMIT] != new[COMMIT], "the second evening brought nothing");

    let chosen = chosen(calls.len(), commit);
    let mut n_killed = 0;
    for point in chosen.iter().map(|at| &calls[*at]) {
        let workspace = home.path().join("killed");
        copy(&base, &workspace);
        let status = bank.strace(&workspace, &point.injection("signal=SIGKILL"), None).status;
        let killed = status.signal() == Some(SIGKILL) || status.code() == Some(128 + SIGKILL);
        assert!(killed || status.success(), "{point:?}: {status}");
        n_killed += usize::from(killed);

        let found = store(&workspace);
        let commit = [&old, &new].into_iter().find(|state| state[COMMIT] == found[COMMIT]);
        let commit =
            commit.unwrap_or_else(|| panic!("{point:?}: the commit is neither the old one nor the new one"));
        let lost: Vec<_> = commit.iter().filter(|(name, bytes)| found.get(*name) != Some(bytes)).collect();
        assert!(
            lost.is_empty(),
            "{point:?}: lost or changed: {:?}",
            lost.iter().map(|(name, _)| name).collect::<Vec<_>>()
        );
        must_succeed(&mut status_command(&workspace));
        bank.publish(&workspace, AS_OF);
        assert!(tables(&workspace, AS_OF) == expected, "{point:?}: a rerun gave other tables");
        let rerun = store(&workspace);
        let names: BTreeSet<&String> = rerun.keys().chain(new.keys()).collect();
        let other: Vec<_> = names.into_iter().filter(|name| rerun.get(*name) != new.get(*name)).collect();
        assert!(other.is_empty(), "{point:?}: a rerun gave another store in {other:?}");
    }
    // Threads share the calls otherwise from run to run; most of the points must have struck.
    assert!(2 * n_killed >= chosen.len(), "only {n_killed} of {} runs were killed", chosen.len());
}

/// Delivers a file anew without its last row.
fn shorten(path: &Path) {
    let mut text = String::new();
    MultiGzDecoder::new(fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut encoder = GzEncoder::new(fs::File::create(path).unwrap(), flate2::Compression::fast());
    encoder.write_all((lines[..lines.len() - 1].join("\n") + "\n").as_bytes()).unwrap();
    encoder.finish().unwrap();
}

const COMMIT: &str = "COMMIT.json";

/// Every file of the store.
fn store(workspace: &Path) -> BTreeMap<String, Vec<u8>> {
    files(&workspace.join("store"))
}

/// The calls of a trace that change something, from the opening of the store to the first folder of the night, and the
/// place among them of the rename that commits.
fn ingest_path(trace: &str) -> (Vec<Point>, usize) {
    let (mut calls, mut commit) = (Vec::new(), None);
    let mut counts: HashMap<(&str, &str), usize> = HashMap::new();
    let mut begun = false;
    for line in trace.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, arguments)) = rest.trim_start().split_once('(') else { continue };
        if !INGEST_CALLS.contains(&call) {
            continue;
        }
        let nth = counts.entry((thread, call)).or_default();
        *nth += 1;
        begun |= arguments.contains(COMMIT);
        if begun && arguments.contains(".staging-") {
            break;
        }
        let is_read = call == "openat" && !arguments.contains("O_CREAT");
        if begun && !is_read {
            let is_commit = call.starts_with("rename") && arguments.contains(&format!("/{COMMIT}\""));
            commit = commit.or(is_commit.then_some(calls.len()));
            calls.push(Point { call: call.to_owned(), nth: *nth });
        }
    }
    let commit = commit.unwrap_or_else(|| panic!("the trace shows no commit:\n{trace}"));
    assert!(calls.len() > 50, "the trace shows no ingest:\n{trace}");
    (calls, commit)
}

fn status_command(workspace: &Path) -> Command {
    let mut status = Command::new(env!("CARGO_BIN_EXE_tercet"));
    status.current_dir(env!("CARGO_MANIFEST_DIR"));
    status.args(["status", "--config", "config/default.toml", "--workspace"]).arg(workspace);
    status
}

#[test]
fn a_failed_sync_after_the_rename_is_a_warning_and_deletes_nothing() {
    let test = "crash::a_failed_sync_after_the_rename_is_a_warning_and_deletes_nothing";
    if let Err(reason) = strace_works() {
        return skipped(test, &reason);
    }
    let home = tempfile::tempdir().unwrap();
    let bank = Bank::new(&home);
    let workspace = home.path().join("work");
    bank.publish(&workspace, AS_OF);
    // The first sync of `published/` itself is the one after the rename.
    let first = Point { call: "fsync".into(), nth: 1 };
    let output = bank.strace(&workspace, &first.injection("error=EIO"), Some(&workspace.join("published")));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {told}", output.status);
    assert!(told.contains("durability unknown"), "{told}");
    assert_eq!(check_nights(&workspace), AS_OF);
    assert_eq!(hidden(&workspace.join("published")).len(), 1, "the replaced night stays until the next run");

    bank.publish(&workspace, AS_OF);
    assert_eq!(replaced(&workspace), [format!("as_of={AS_OF}.1"), format!("as_of={AS_OF}.2")]);
}

#[test]
fn the_second_of_two_runs_exits_75() {
    let home = tempfile::tempdir().unwrap();
    let workspace = home.path().join("work");
    fs::create_dir(&workspace).unwrap();
    let lock = fs::File::create(workspace.join(".lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let output = run_command(Path::new("data/sample"), &workspace, AS_OF).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(75), "{told}");
    assert!(told.contains("another run holds"), "{told}");
    assert!(!workspace.join("published").exists(), "the second run must not touch the workspace");
}

#[test]
fn leftovers_of_a_dead_run_hold_nobody_up_and_a_rerun_keeps_the_night_it_replaces() {
    let home = tempfile::tempdir().unwrap();
    let bank = Bank::new(&home);
    let workspace = home.path().join("work");
    fs::create_dir_all(workspace.join(format!("published/.staging-{AS_OF}-1/lists"))).unwrap();
    fs::write(workspace.join(".lock"), "999999\n").unwrap();
    bank.publish(&workspace, AS_OF);
    assert_eq!(check_nights(&workspace), AS_OF);
    assert_eq!(hidden(&workspace.join("published")), Vec::<String>::new());
    assert_eq!(replaced(&workspace), Vec::<String>::new());

    let first = tables(&workspace, AS_OF);
    bank.publish(&workspace, AS_OF);
    assert_eq!(check_nights(&workspace), AS_OF);
    assert!(tables(&workspace, AS_OF) == first, "a rerun gave other tables");
    assert_eq!(replaced(&workspace), [format!("as_of={AS_OF}.1")]);
    check_night(&workspace.join(format!("replaced/as_of={AS_OF}.1")));
}

/// A drop folder, and the binary run over it.
struct Bank {
    exports: PathBuf,
}

impl Bank {
    fn new(home: &TempDir) -> Self {
        let exports = home.path().join("exports");
        let mut synth = Command::new(env!("CARGO_BIN_EXE_tercet"));
        synth.args(["synth", "--customers", "60", "--months", "16", "--seed", "5", "--out"]).arg(&exports);
        must_succeed(&mut synth);
        Self { exports }
    }

    fn publish(&self, workspace: &Path, as_of: &str) {
        must_succeed(&mut run_command(&self.exports, workspace, as_of));
    }

    /// Runs the night under `strace`; with `only`, calls count that name this very path or a handle on it.
    fn strace(&self, workspace: &Path, expressions: &[String], only: Option<&Path>) -> Output {
        let run = run_command(&self.exports, workspace, AS_OF);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o"]).arg(trace_beside(workspace));
        for expression in expressions {
            strace.args(["-e", expression]);
        }
        if let Some(path) = only {
            strace.arg("-P").arg(path.canonicalize().unwrap());
        }
        strace.current_dir(env!("CARGO_MANIFEST_DIR")).arg("--").arg(run.get_program()).args(run.get_args());
        strace.output().unwrap()
    }

    /// Calls to be killed at, from the first file of the night on: around the rename, and a seeded sample.
    fn points(&self, home: &TempDir, start: &Path) -> Vec<Point> {
        let workspace = home.path().join("traced");
        copy(start, &workspace);
        let output = self.strace(&workspace, &[format!("trace={}", CALLS.join(","))], None);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let trace = fs::read_to_string(trace_beside(&workspace)).unwrap();
        let (staging, showing) = publish_path(&trace);
        let (at_the_rename, after) = showing.split_at(AT_THE_RENAME.min(showing.len()));
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
        let mut sample = |points: &[Point], n: usize| {
            let chosen = rand::seq::index::sample(&mut rng, points.len(), n.min(points.len()));
            chosen.iter().map(|i| points[i].clone()).collect::<Vec<_>>()
        };
        [sample(&staging, SAMPLED_BEFORE), at_the_rename.to_vec(), sample(after, SAMPLED_AFTER)].concat()
    }
}

/// The `nth` time that one thread makes this call: `strace` counts thread by thread.
#[derive(Debug, Clone)]
struct Point {
    call: String,
    nth: usize,
}

impl Point {
    fn injection(&self, what: &str) -> [String; 2] {
        [format!("trace={}", self.call), format!("inject={}:{what}:when={}", self.call, self.nth)]
    }
}

/// The calls of a trace from the first file of the night on, parted at the rename that shows the night.
fn publish_path(trace: &str) -> (Vec<Point>, Vec<Point>) {
    let (mut staging, mut showing) = (Vec::new(), Vec::new());
    let mut counts: HashMap<(&str, &str), usize> = HashMap::new();
    let (mut begun, mut shown) = (false, false);
    for line in trace.lines() {
        // `1234  fsync(7) = 0`; the second half of an interrupted line starts with `<...`.
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, arguments)) = rest.trim_start().split_once('(') else { continue };
        if !CALLS.contains(&call) {
            continue;
        }
        let nth = counts.entry((thread, call)).or_default();
        *nth += 1;
        begun |= arguments.contains("O_EXCL") && arguments.contains(".parquet\"");
        shown |= call == "renameat2" && arguments.contains(&format!("\"as_of={AS_OF}\""));
        let point = Point { call: call.to_owned(), nth: *nth };
        match (begun, shown) {
            (_, true) => showing.push(point),
            (true, false) => staging.push(point),
            (false, false) => {}
        }
    }
    assert!(!staging.is_empty() && !showing.is_empty(), "the trace shows no night being published:\n{trace}");
    (staging, showing)
}

fn run_command(exports: &Path, workspace: &Path, as_of: &str) -> Command {
    let mut run = Command::new(env!("CARGO_BIN_EXE_tercet"));
    run.current_dir(env!("CARGO_MANIFEST_DIR"));
    run.args(["run", "--config", "config/default.toml", "--as-of", as_of]);
    run.arg("--data").arg(exports).arg("--workspace").arg(workspace);
    run
}

fn must_succeed(command: &mut Command) {
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{told}", output.status);
}

/// Whether kills can be injected here: `strace` installed, and tracing permitted.
fn strace_works() -> Result<(), String> {
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=close",
        "-e",
        "inject=close:signal=SIGKILL:when=1",
    ]);
    match strace.arg("true").output() {
        Err(_) => Err("strace is not installed".to_owned()),
        Ok(output) if output.status.signal() == Some(SIGKILL) => Ok(()),
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stderr);
            Err(format!(
                "strace cannot inject signals here ({})",
                told.lines().next().unwrap_or("no reason given")
            ))
        }
    }
}

/// Cargo hides what a passing test prints, so `.ci/run` reads the file.
fn skipped(test: &str, reason: &str) {
    let line = format!("skipped: {test}: {reason}\n");
    eprint!("{line}");
    if let Some(path) = std::env::var_os("TERCET_SKIPPED") {
        let file = fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes())).unwrap();
    }
}

fn trace_beside(workspace: &Path) -> PathBuf {
    workspace.with_extension("strace")
}

fn night(workspace: &Path, as_of: &str) -> PathBuf {
    workspace.join(format!("published/as_of={as_of}"))
}

/// What a reader relies on: `LATEST` names a night, and every night that can be seen is whole. Gives `LATEST`.
fn check_nights(workspace: &Path) -> String {
    for name in names(&workspace.join("published")) {
        if name.starts_with("as_of=") {
            check_night(&workspace.join("published").join(name));
        }
    }
    let latest = fs::read_to_string(workspace.join("LATEST")).unwrap();
    let date = latest.strip_prefix("as_of=").and_then(|rest| rest.strip_suffix('\n'));
    let date = date.unwrap_or_else(|| panic!("LATEST is `{latest}`"));
    assert!(night(workspace, date).is_dir(), "LATEST names {date}, which is not there");
    date.to_owned()
}

/// Every file of the manifest has its size and digest, and there is no other.
fn check_night(folder: &Path) {
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    assert!(manifest["run_id"].is_string(), "{}: no run_id", folder.display());
    let mut found = files(folder);
    found.remove("manifest.json");
    for file in manifest["files"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        let bytes = found.remove(path).unwrap_or_else(|| panic!("{}: `{path}` is missing", folder.display()));
        assert_eq!(file["bytes"].as_u64().unwrap(), bytes.len() as u64, "{}: `{path}`", folder.display());
        assert_eq!(file["blake3"], blake3::hash(&bytes).to_hex().as_str(), "{}: `{path}`", folder.display());
    }
    assert!(found.is_empty(), "{}: not in the manifest: {:?}", folder.display(), found.keys());
}

/// The Parquet tables of a night, byte for byte.
fn tables(workspace: &Path, as_of: &str) -> BTreeMap<String, Vec<u8>> {
    let mut tables = files(&night(workspace, as_of));
    tables.retain(|path, _| path.ends_with(".parquet"));
    tables
}

fn hidden(folder: &Path) -> Vec<String> {
    names(folder).into_iter().filter(|name| name.starts_with('.')).collect()
}

fn replaced(workspace: &Path) -> Vec<String> {
    names(&workspace.join("replaced"))
}
