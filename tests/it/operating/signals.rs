//! P3, P4: SIGTERM and SIGINT stop a night within two seconds, at whatever stage; a second one at once. P19 to P21: the
//! lock, and waiting for it.

use super::{AS_OF, Ground, heard, succeeded, told};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufReader, Read};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Far less than the long stage takes: the two seconds themselves are not timed on a machine that tests much at once.
const LIMIT: Duration = Duration::from_secs(10);

/// A night whose log is read up to the line that `stage` ended.
fn running(ground: &Ground, stage: &str) -> (Child, BufReader<std::process::ChildStderr>) {
    let mut command = ground.command(&["run", "--as-of", AS_OF, "--log-format", "json"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let is_reached = heard(&mut log, &format!("\"stage\":\"{stage}\""));
    assert!(is_reached, "the night ended before the stage `{stage}` did");
    (child, log)
}

fn send(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

fn ended(child: &mut Child) -> (Option<i32>, Duration) {
    let begun = Instant::now();
    let status = child.wait().unwrap();
    (status.code(), begun.elapsed())
}

/// Long enough for a churn model, which takes most of a minute to learn.
fn with_a_long_stage() -> Ground {
    Ground::of(1500, 24)
}

/// A few seconds.
fn without_one() -> Ground {
    Ground::of(1500, 8)
}

#[test]
fn a_signal_stops_a_night_within_two_seconds_and_leaves_nothing_staged() {
    let ground = with_a_long_stage();
    let cases = [
        // Many short steps follow, each of which looks for a signal, ...
        ("ingest", Signal::TERM, 143, "SIGTERM"),
        ("bank", Signal::INT, 130, "SIGINT"),
        // ... and one long one, which does not.
        ("segments", Signal::TERM, 143, "SIGTERM"),
        ("segments", Signal::INT, 130, "SIGINT"),
    ];
    for (stage, signal, code, name) in cases {
        let (mut child, mut log) = running(&ground, stage);
        send(&child, signal);
        let (ended_by, took) = ended(&mut child);
        let mut rest = String::new();
        log.read_to_string(&mut rest).unwrap();
        assert_eq!(ended_by, Some(code), "after {stage}: {rest}");
        assert!(took < LIMIT, "after {stage}: {took:?}");
        assert!(rest.contains(&format!("stopped by {name}")), "after {stage}: {rest}");
        assert!(!ground.workspace().join(format!("published/as_of={AS_OF}")).exists(), "after {stage}");
        assert_eq!(ground.staged(), Vec::<String>::new(), "after {stage}");

        let status = succeeded(ground.command(&["status", "--json"]).output().unwrap());
        let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
        let last = &status["runs"]["last"];
        let told = (last["outcome"].as_str(), last["exit_code"].as_i64());
        assert_eq!(told, (Some("stopped"), Some(code.into())));
        assert_eq!(status["runs"]["last_failed"]["execution_id"], last["execution_id"]);
    }
    // What they took in is there.
    succeeded(ground.command(&["run", "--as-of", "2024-12-31"]).output().unwrap());
}

#[test]
fn a_second_signal_ends_a_night_at_once_and_the_next_run_clears_what_is_left() {
    let ground = with_a_long_stage();
    let (mut child, _log) = running(&ground, "segments");
    // Into the long stage: between two stages the first signal would do.
    std::thread::sleep(Duration::from_secs(1));
    send(&child, Signal::INT);
    // Signals of one kind that come at once are one.
    std::thread::sleep(Duration::from_millis(100));
    send(&child, Signal::INT);
    let (code, _) = ended(&mut child);
    assert_eq!(code, Some(130));
    assert_eq!(ground.staged().len(), 1, "it had no time to clear");
    succeeded(ground.command(&["run", "--as-of", "2024-12-31"]).output().unwrap());
    assert_eq!(ground.staged(), Vec::<String>::new());
    assert_eq!(crate::folders::files(&ground.workspace().join("runs")).len(), 2);
}

#[test]
fn of_two_runs_one_exits_75_or_waits() {
    let ground = with_a_long_stage();
    let (mut first, _log) = running(&ground, "segments");
    // The run itself writes its record anew meanwhile, beside its place first.
    let records = || {
        let names = crate::folders::files(&ground.workspace().join("runs")).into_keys();
        names.filter(|name| !name.starts_with('.')).collect::<Vec<_>>()
    };
    let before = records();
    // Another date of the same workspace is another run too.
    for as_of in [AS_OF, "2026-09-30"] {
        let second = ground.command(&["run", "--as-of", as_of]).output().unwrap();
        assert_eq!(second.status.code(), Some(75), "{}", told(&second));
        assert!(told(&second).contains("another run holds"), "{}", told(&second));
        assert!(told(&second).contains("--wait"), "{}", told(&second));
    }
    let rehearsal = ground.command(&["run", "--dry-run"]).output().unwrap();
    assert_eq!(rehearsal.status.code(), Some(75), "{}", told(&rehearsal));
    let begun = Instant::now();
    let impatient = ground.command(&["run", "--as-of", AS_OF, "--wait", "1"]).output().unwrap();
    assert_eq!(impatient.status.code(), Some(75), "{}", told(&impatient));
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(records(), before, "who is turned away leaves no record");

    let mut patient = ground.command(&["run", "--as-of", "2024-12-31", "--wait", "--log-format", "json"]);
    let mut patient = patient.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(patient.stderr.take().unwrap());
    assert!(heard(&mut log, "waiting for it"), "it does not wait");
    send(&first, Signal::TERM);
    assert_eq!(first.wait().unwrap().code(), Some(143));
    let mut rest = String::new();
    log.read_to_string(&mut rest).unwrap();
    assert!(patient.wait().unwrap().success(), "{rest}");
    assert!(ground.workspace().join("published/as_of=2024-12-31").exists());
}

#[test]
fn a_killed_run_holds_nobody_up_and_is_told_as_died() {
    let ground = without_one();
    let (mut child, _log) = running(&ground, "ingest");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ground.workspace().join(".lock").exists());
    let after = succeeded(ground.night());
    assert!(told(&after).contains("an earlier run ended without a word: killed"), "{}", told(&after));
    let status = succeeded(ground.command(&["status"]).output().unwrap());
    let text = String::from_utf8(status.stdout).unwrap();
    assert!(text.contains("last failure:") && text.contains(" died"), "{text}");
    // The line that it was stopped at says that a stage has ended: the next may have begun.
    let stages = ["ingest", "commit"].map(|stage| format!("in the stage `{stage}`: killed, out of memory"));
    assert!(stages.iter().any(|stage| text.contains(stage)), "{text}");
}
