//! A full disk and I/O errors at calls of a whole night: a seeded sample. `tests/kill_points.py` tries every call, and
//! kills too.

use super::{AS_OF, Ground, heard, succeeded, told};
use crate::bank::{repository, skipped};
use crate::folders::copy;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const CALLS: [&str; 7] = ["write", "fsync", "fdatasync", "rename", "renameat", "renameat2", "mkdirat"];
const SAMPLED: usize = 8;
const SEED: u64 = 11;

fn strace_works() -> bool {
    let works = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    works.is_ok_and(|status| status.success())
}

fn traced(ground: &Ground, expressions: &[String]) -> Output {
    let run = ground.command(&["run", "--as-of", AS_OF]);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-y", "-o"]).arg(ground.home.path().join("trace"));
    expressions.iter().for_each(|expression| {
        strace.args(["-e", expression]);
    });
    // One worker: a call's number in its thread is the same from run to run.
    strace.env("RAYON_NUM_THREADS", "1").env("POLARS_MAX_THREADS", "1").current_dir(repository());
    strace.arg("--").arg(run.get_program()).args(run.get_args()).output().unwrap()
}

/// The calls that name the workspace or one of its files, as a call and its number within its thread.
fn points(trace: &str, workspace: &str) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut points = Vec::new();
    for line in trace.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, arguments)) = rest.trim_start().split_once('(') else { continue };
        let Some(call) = CALLS.into_iter().find(|known| *known == call) else { continue };
        let nth = counts.entry((thread, call)).or_default();
        *nth += 1;
        if arguments.contains(workspace) {
            points.push((call.to_owned(), *nth));
        }
    }
    points
}

#[test]
fn a_full_disk_or_an_io_error_leaves_the_night_before_and_a_rerun_works() {
    let test = "operating::injected::a_full_disk_or_an_io_error_leaves_the_night_before_and_a_rerun_works";
    let ground = Ground::small();
    if !strace_works() {
        return skipped(test, "strace is not installed, or tracing not permitted");
    }
    // The night takes a month of deliveries in.
    let october = ["transactions-2026-10.csv.gz", "holdings-2026-10.csv.gz"];
    let away = |name: &str| ground.home.path().join(name);
    october.iter().for_each(|name| fs::rename(ground.exports().join(name), away(name)).unwrap());
    succeeded(ground.command(&["run", "--as-of", "2026-09-30"]).output().unwrap());
    october.iter().for_each(|name| fs::rename(away(name), ground.exports().join(name)).unwrap());
    let start = ground.home.path().join("start");
    copy(&ground.workspace(), &start);
    let trace = [format!("trace={}", CALLS.join(","))];
    succeeded(traced(&ground, &trace));
    let expected = ground.files();
    let trace = fs::read_to_string(ground.home.path().join("trace")).unwrap();
    let points = points(&trace, ground.workspace().to_str().unwrap());
    assert!(points.len() > 100, "{} calls", points.len());
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
    let chosen = rand::seq::index::sample(&mut rng, points.len(), SAMPLED);
    let mut n_failed = 0;
    for (n, (call, nth)) in chosen.iter().map(|at| &points[at]).enumerate() {
        let error = ["ENOSPC", "EIO"][n % 2];
        copy(&start, &ground.workspace());
        let output =
            traced(&ground, &[format!("trace={call}"), format!("inject={call}:error={error}:when={nth}")]);
        let (told, what) = (told(&output), format!("{error} at {call} {nth}"));
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1)), "{what}: {}: {told}", output.status);
        let night = ground.workspace().join(format!("published/as_of={AS_OF}"));
        if code == Some(1) {
            n_failed += 1;
            // Each thread counts its own calls: the message may be struck as well.
            let is_struck = call == "write" && told.is_empty();
            assert!(is_struck || (told.contains("error: ") && told.contains('`')), "{what}: {told}");
            assert!(!night.exists(), "{what}: a failed run must not show a night");
            assert_eq!(ground.staged(), Vec::<String>::new(), "{what}");
        } else {
            assert!(ground.files() == expected, "{what}: a night that is published is whole");
        }
        let before = fs::read_to_string(ground.workspace().join("published/as_of=2026-09-30/manifest.json"));
        assert!(before.is_ok(), "{what}: the night before is gone");
        succeeded(ground.night());
        assert!(ground.files() == expected, "{what}: a rerun gave another night");
    }
    assert!(n_failed >= SAMPLED / 4, "only {n_failed} of {SAMPLED} errors struck");
}

/// No night ends by itself because a disk takes long: how long is too long is for whoever starts it, as `TimeoutStartSec=`
/// of `deploy/tercet.service`. What is asked of a night is to end when it is told to.
#[test]
fn a_night_whose_drop_folder_hangs_ends_at_a_signal_and_holds_nobody_up_p24() {
    let test =
        "operating::injected::a_night_whose_drop_folder_hangs_ends_at_a_signal_and_holds_nobody_up_p24";
    if !strace_works() {
        return skipped(test, "strace is not installed, or tracing not permitted");
    }
    let ground = Ground::small();
    let (trace, run) = (ground.home.path().join("trace"), ground.command(&["run", "--as-of", AS_OF]));
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o"]).arg(&trace);
    strace.arg("-P").arg(ground.exports().join("transactions-2026-10.csv.gz"));
    // Ten minutes, in microseconds.
    strace.args(["-e", "trace=read,pread64", "-e", "inject=read,pread64:delay_enter=600000000"]);
    strace.arg("--").arg(run.get_program()).args(run.get_args()).current_dir(repository());
    let mut strace = strace.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while !fs::read_to_string(&trace).is_ok_and(|calls| calls.contains("read")) {
        assert!(strace.try_wait().unwrap().is_none(), "the night did not hang");
        std::thread::sleep(Duration::from_millis(50));
    }
    let holder = fs::read_to_string(ground.workspace().join(".lock")).unwrap();
    kill_process(Pid::from_raw(holder.trim().parse().unwrap()).unwrap(), Signal::TERM).unwrap();
    let mut log = BufReader::new(strace.stderr.take().unwrap());
    assert!(heard(&mut log, "stopped by SIGTERM"), "it does not end");
    // The call of a process that is gone is waited for by strace alone.
    strace.kill().unwrap();
    strace.wait().unwrap();
    let after = succeeded(ground.command(&["run", "--as-of", AS_OF, "--wait", "10"]).output().unwrap());
    assert!(!told(&after).contains("ended without a word"), "{}", told(&after));
}
