//! `tercet verify`: one changed byte anywhere is found, and what is whole is called sound.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests damage files and look at them from outside, as an operator does"
)]

use crate::bank::{Unobserved, invent, night, recorded_night, repository};
use crate::folders::fifo;
use crate::operating::heard;
use crate::published::Table;
use assert_cmd::Command;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeSet;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tercet::config::{Config, overlay};
use tercet::error::Kind;
use tercet::io::checksums;
use tercet::io::lock::Patience;
use tercet::io::whole_folder::write_folder;
use tercet::pipeline::{approve, run};
use tercet::purge::purge_customer;
use tercet::verify::{Question, Recomputed, Severity, VerifyReport, verify};

const EVE: &str = "2026-09-30";
const NIGHT: &str = "2026-10-30";

/// An invented bank in few files, over a workspace.
pub fn small_bank(home: &Path, customers: u32, months: u32) -> Config {
    let data = home.join("drop");
    if !data.exists() {
        invent(customers, months, 11, &data);
    }
    let mut raw = overlay::read_defaults().unwrap();
    (raw.data, raw.workspace, raw.store.buckets) = (data, home.join("work"), 2);
    raw.check().unwrap()
}

pub fn verified(config: &Config) -> VerifyReport {
    // Where other tests start programs, these hold the lock until they are loaded.
    let patience = Patience::UpTo(Duration::from_secs(30));
    verify(config, &Question { patience, ..Question::default() }, &Unobserved).unwrap()
}

/// Files that are damaged, with what is wrong with them.
fn damaged(report: &VerifyReport) -> Vec<(&str, &str)> {
    let damaged = report.findings.iter().filter(|finding| finding.severity == Severity::Damaged);
    damaged.map(|finding| (finding.file.as_str(), finding.what.as_str())).collect()
}

/// Every file beneath a folder, hidden ones too.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

#[test]
fn one_flipped_byte_in_any_file_is_found_and_named_o24() {
    let home = tempfile::tempdir().unwrap();
    let config = small_bank(home.path(), 60, 4);
    let work = &config.workspace;
    recorded_night(&config, EVE).unwrap();
    recorded_night(&config, NIGHT).unwrap();
    recorded_night(&config, "2026-12-31").unwrap_err();
    let kept = work.join("results");
    fs::create_dir(&kept).unwrap();
    let contact = |id: &str| {
        let header = "customer_id,contacted_on,manager_id,channel,list,outcome,run_id,rank\n";
        format!("{header}{id},{NIGHT},M0001,,retention,no_answer,x,1\n")
    };
    let segments = Table::read(&work.join(format!("published/as_of={EVE}/segments.parquet")));
    let [person, other] = [0, 1].map(|at| segments.texts("customer_id").remove(at).unwrap());
    for (name, id) in [("1-M0001", &person), ("2-M0002", &other)] {
        fs::write(kept.join(format!("results-{NIGHT}-20261030-{name}.csv")), contact(id)).unwrap();
    }
    let report = night(&config, NIGHT);
    purge_customer(&config, &person, &Default::default()).unwrap();
    assert!(kept.join(".digests").exists());
    approve(&config, &report.manifest.models[0].model_id, None).unwrap();
    let sums = checksums::of([("backtest.json", &b"{}"[..])]).into_bytes();
    let backtest = [("backtest.json".to_owned(), b"{}".to_vec()), (checksums::NAME.to_owned(), sums)];
    write_folder(&work.join("backtests"), "as_of=2026-10-31", &backtest).unwrap();

    let sound = verified(&config);
    assert_eq!(sound.findings, [], "what is whole is sound");
    assert_eq!(sound.nights.len(), 3, "two nights and the one that was replaced");
    assert!(sound.models >= 1 && sound.backtests == 1 && sound.runs == 3, "{sound:?}");
    let (mut n_files, mut n_flips) = (0, 0);
    let mut seeded = Xoshiro256PlusPlus::seed_from_u64(24);
    let parts: BTreeSet<String> = files(work)
        .iter()
        .filter_map(|path| path.strip_prefix(work).unwrap().iter().next())
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let all = [
        ".lock",
        "LATEST",
        "backtests",
        "lineage",
        "metrics.prom",
        "models",
        "published",
        "purge.key",
        "replaced",
        "results",
        "runs",
        "runs.parquet",
        "store",
    ];
    assert!(parts.iter().eq(all.iter()), "{parts:?}");
    for path in files(work).into_iter().filter(|path| !path.ends_with(".lock")) {
        let name = path.strip_prefix(work).unwrap().display().to_string();
        let whole = fs::read(&path).unwrap();
        assert!(!whole.is_empty(), "{name}");
        let is_witness = [".json", "CHECKSUMS", "LATEST", "metrics.prom", "runs.parquet", ".digests"];
        let is_own_witness =
            is_witness.iter().any(|end| name.ends_with(end)) && !name.starts_with("lineage/");
        let places: Vec<usize> = if is_own_witness {
            (0..whole.len()).filter(|at| *at < 110 || at % 997 == 0 || at + 3 > whole.len()).collect()
        } else {
            vec![seeded.gen_range(0..whole.len())]
        };
        for at in places {
            let mut flipped = whole.clone();
            flipped[at] ^= if n_flips % 2 == 0 { 0x01 } else { 0x20 };
            fs::write(&path, &flipped).unwrap();
            let report = verified(&config);
            let found = damaged(&report);
            let is_named = found.iter().any(|(file, _)| *file == name || name.ends_with("CHECKSUMS"));
            assert!(!found.is_empty() && is_named, "{name}, byte {at}: {:?}", report.findings);
            n_flips += 1;
        }
        fs::write(&path, &whole).unwrap();
        n_files += 1;
    }
    assert!(n_files > 80 && n_flips > 500, "{n_files} files, {n_flips} flips");
    assert_eq!(verified(&config).findings, []);
}

#[test]
fn files_that_are_missing_or_too_many_and_a_wrong_latest_are_told() {
    let home = tempfile::tempdir().unwrap();
    let config = small_bank(home.path(), 60, 4);
    let work = &config.workspace;
    night(&config, EVE);
    let folder = work.join(format!("published/as_of={EVE}"));
    let published = |name: &str| format!("published/as_of={EVE}/{name}");
    fs::remove_file(folder.join("churn.parquet")).unwrap();
    fs::write(folder.join("lists/own.csv"), "x").unwrap();
    fs::create_dir(work.join("published/.staging-left")).unwrap();
    fs::write(work.join("store/tables/left-000009.parquet"), "x").unwrap();
    fs::write(work.join("LATEST"), "as_of=2026-10-01\n").unwrap();
    let segment = files(&work.join("store/transactions")).remove(0);
    fs::remove_file(&segment).unwrap();
    let report = verified(&config);
    let segment = segment.strip_prefix(work).unwrap().display().to_string();
    let (churn, own) = (published("churn.parquet"), published("lists/own.csv"));
    assert_eq!(
        damaged(&report),
        [
            ("LATEST", "does not name the newest night, 2026-09-30"),
            (&churn, "is missing"),
            (&own, "is not in the manifest"),
            (&segment, "is missing"),
        ]
    );
    let notices: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Notice)
        .map(|finding| finding.file.as_str())
        .collect();
    assert_eq!(notices, ["published/.staging-left", "store/tables/left-000009.parquet"]);
    assert!(report.findings.iter().all(|finding| !finding.hint.is_empty()));
}

#[test]
fn what_an_older_version_left_without_a_seal_is_no_damage_whatever_ran_since() {
    let home = tempfile::tempdir().unwrap();
    let config = small_bank(home.path(), 60, 4);
    let work = &config.workspace;
    recorded_night(&config, EVE).unwrap();
    let (metrics, table) = (work.join("metrics.prom"), work.join("runs.parquet"));
    let sealed = fs::read_to_string(&metrics).unwrap();
    fs::write(&metrics, sealed.split_once('\n').unwrap().1).unwrap();
    let mut parquet = fs::read(&table).unwrap();
    let (end, length) =
        (parquet.len() - 8, u32::from_le_bytes(*parquet.last_chunk::<8>().unwrap().first_chunk().unwrap()));
    let footer = end - length as usize;
    parquet.drain(footer - 32..footer);
    fs::write(&table, &parquet).unwrap();
    let report = verified(&config);
    assert!(report.is_sound(), "{:?}", report.findings);
    let told: Vec<&str> = report.findings.iter().map(|finding| finding.file.as_str()).collect();
    assert_eq!(told, ["metrics.prom", "runs.parquet"]);
    assert!(report.findings.iter().all(|finding| finding.what.contains("older version")));

    fs::write(&metrics, sealed.replace("tercet_run_exit_code 0", "tercet_run_exit_code 1")).unwrap();
    fs::write(&table, &parquet[..footer]).unwrap();
    let what = "is not what was sealed";
    assert_eq!(damaged(&verified(&config)), [("metrics.prom", what), ("runs.parquet", what)]);
}

#[test]
fn results_that_are_gone_or_changed_are_told_one_by_one_also_beside_damaged_digests() {
    let home = tempfile::tempdir().unwrap();
    let config = small_bank(home.path(), 60, 4);
    let work = &config.workspace;
    night(&config, EVE);
    let folder = work.join(format!("published/as_of={EVE}"));
    let person = Table::read(&folder.join("segments.parquet")).texts("customer_id").remove(0).unwrap();
    let kept = work.join("results");
    fs::create_dir(&kept).unwrap();
    let names = [
        "rejected-20260930-1-M0001.csv".to_owned(),
        format!("results-{EVE}-20260930-1-M0001.csv"),
        format!("results-{EVE}-20260930-1-M0002.csv"),
    ];
    let header = "customer_id,contacted_on,manager_id,channel,list,outcome,run_id,rank\n";
    fs::write(kept.join(&names[0]), format!("file,sheet,row,column,reason,raw\nf,s,1,c,r,{person}\n"))
        .unwrap();
    for name in &names[1..] {
        fs::write(kept.join(name), format!("{header}{person},{EVE},M0001,,retention,no_answer,x,1\n"))
            .unwrap();
    }
    // He stands in all of them, so that all are written anew, with their digests.
    purge_customer(&config, &person, &Default::default()).unwrap();
    assert_eq!(verified(&config).findings, []);
    let whole: Vec<Vec<u8>> = names.iter().map(|name| fs::read(kept.join(name)).unwrap()).collect();
    let named = |name: &String| format!("results/{name}");

    names[1..].iter().for_each(|name| fs::remove_file(kept.join(name)).unwrap());
    fs::write(kept.join(&names[0]), "changed\n").unwrap();
    let report = verified(&config);
    let (files, missing) = (names.each_ref().map(named), "is missing");
    let told = [(&*files[0], "is not what was written"), (&*files[1], missing), (&*files[2], missing)];
    assert_eq!(damaged(&report), told);
    assert!(report.findings[0].hint.starts_with("no night reads it"), "{:?}", report.findings[0]);
    assert!(report.findings[1].hint.contains("read its workbook again"), "{:?}", report.findings[1]);

    for (name, bytes) in names.iter().zip(&whole) {
        fs::write(kept.join(name), bytes).unwrap();
    }
    let digests = fs::read(kept.join(".digests")).unwrap();
    fs::write(kept.join(".digests"), &digests[..digests.len() - 1]).unwrap();
    fifo(&kept.join("results-2026-10-01-x.csv"));
    fifo(&work.join("metrics.prom"));
    let report = verified(&config);
    let found = damaged(&report);
    let files: Vec<&str> = found.iter().map(|(file, _)| *file).collect();
    assert_eq!(files, ["metrics.prom", "results/.digests", "results/results-2026-10-01-x.csv"]);
    assert!(found[0].1.contains("is no file") && found[2].1.contains("is no file"), "{found:?}");
    let notices = &report.findings[found.len()..];
    assert_eq!(
        notices.iter().map(|notice| notice.file.clone()).collect::<Vec<_>>(),
        names.each_ref().map(named)
    );
    assert!(notices.iter().all(|notice| notice.hint.contains("`.digests`")), "{notices:?}");
}

#[test]
fn tables_of_another_run_and_rows_that_were_not_counted_are_told_though_every_digest_is_right() {
    let home = tempfile::tempdir().unwrap();
    let config = small_bank(home.path(), 60, 4);
    night(&config, EVE);
    let other = night(&config, NIGHT);
    let from = config.workspace.join(format!("published/as_of={NIGHT}/movements.parquet"));
    let folder = config.workspace.join(format!("published/as_of={EVE}"));
    fs::copy(&from, folder.join("movements.parquet")).unwrap();
    // Somebody who knows how: the manifest is made to fit, seal and all.
    let manifest = fs::read(folder.join("manifest.json")).unwrap();
    let (body, _) = tercet::seal::opened(&manifest);
    let mut body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let bytes = fs::read(&from).unwrap();
    for file in body["files"].as_array_mut().unwrap() {
        if file["path"] == "movements.parquet" {
            file["bytes"] = bytes.len().into();
            file["blake3"] = blake3::hash(&bytes).to_hex().to_string().into();
        }
    }
    body["rows"]["movements"] = other.manifest.rows["movements"].into();
    body["rows"]["targets"] = 999_999.into();
    body["inputs"][0]["rows"]["used"] = 7.into();
    let sealed = tercet::seal::sealed(&serde_json::to_string_pretty(&body).unwrap());
    fs::write(folder.join("manifest.json"), sealed).unwrap();
    let report = verified(&config);
    let found = damaged(&report);
    let is_told = |what: &str| found.iter().any(|(_, told)| told.contains(what));
    assert!(is_told("is of another run than the manifest"), "{found:?}");
    assert!(is_told("and the manifest says 999999"), "{found:?}");
    assert!(is_told("do not add up"), "{found:?}");
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn a_night_is_computed_again_byte_for_byte_where_that_is_still_possible() {
    let home = tempfile::tempdir().unwrap();
    let config = small_bank(home.path(), 80, 6);
    let work = &config.workspace;
    for on in ["2026-08-31", EVE, NIGHT] {
        night(&config, on);
    }
    let before = files(work);
    let recompute = Question { recompute: true, ..Question::default() };
    let report = verify(&config, &recompute, &Unobserved).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    for night in &report.nights {
        assert!(matches!(&night.recomputed, Some(Recomputed::Same { files }) if *files > 12), "{night:?}");
    }
    assert!(files(work) == before, "something stayed behind");

    // The first night again, under other settings: the second cannot come out as it was.
    let mut raw = (*config).clone();
    raw.lists.cross_sell_per_customer += 1;
    let other = raw.check().unwrap();
    night(&other, "2026-08-31");
    let report = verify(&config, &recompute, &Unobserved).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    let told: Vec<String> = report
        .nights
        .iter()
        .filter_map(|night| match night.recomputed.as_ref()? {
            Recomputed::Impossible { because } => Some(format!("{} {because}", night.as_of)),
            _ => None,
        })
        .collect();
    assert_eq!(told[0], "2026-08-31 it was computed with another configuration");
    assert!(told.len() == 1 || told[1].contains("was run again or changed since"), "{told:?}");
}

#[test]
fn the_command_tells_each_finding_on_a_line_and_ends_with_1_p19() {
    let home = tempfile::tempdir().unwrap();
    let config = small_bank(home.path(), 60, 4);
    let tercet = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tercet"));
        command.current_dir(repository()).args(arguments).arg("--workspace").arg(&config.workspace);
        let file = home.path().join("tercet.toml");
        fs::write(&file, "[store]\nbuckets = 2\n").unwrap();
        let output = command.arg("--config").arg(file).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let (code, _, said) = tercet(&["verify"]);
    assert_eq!(code, 4, "{said}");
    assert!(!config.workspace.exists(), "a workspace was made");
    night(&config, EVE);
    let (code, said, _) = tercet(&["verify"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.ends_with("\nsound\n"), "{said}");
    assert_eq!(tercet(&["verify", "--as-of", "2020-01-01"]).0, 4);

    let path = config.workspace.join(format!("published/as_of={EVE}/targets.parquet"));
    let mut bytes = fs::read(&path).unwrap();
    bytes[9] ^= 1;
    fs::write(&path, bytes).unwrap();
    let (code, said, _) = tercet(&["verify", "--as-of", EVE]);
    assert_eq!(code, 1, "{said}");
    let line = format!(
        "damaged: published/as_of={EVE}/targets.parquet: has another digest than the manifest says; "
    );
    assert!(said.lines().any(|told| told.starts_with(&line)), "{said}");
    let (code, said, _) = tercet(&["verify", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (code, &json["is_sound"], &json["findings"][0]["severity"]),
        (1, &false.into(), &"damaged".into())
    );

    let lock = fs::File::options().write(true).open(config.workspace.join(".lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    assert_eq!(tercet(&["verify"]).0, 75);
    assert_eq!(verify(&config, &Question::default(), &Unobserved).unwrap_err().kind(), Kind::Locked);
    for command in [
        &["verify"][..],
        &["purge", "--before", "2000-01-01"],
        &["purge", "--before", "2000-01-01", "--dry-run"],
        &["backfill", "--from", EVE, "--to", EVE, "--rerun"],
    ] {
        assert_eq!(tercet(command).0, 75, "{command:?}");
        let started = std::time::Instant::now();
        assert_eq!(tercet(&[command, &["--wait", "1"]].concat()).0, 75, "{command:?}");
        assert!(started.elapsed().as_millis() >= 1000, "{command:?} did not wait");
    }
    let mut waiting = std::process::Command::new(env!("CARGO_BIN_EXE_tercet"));
    waiting.current_dir(repository()).args([
        "purge",
        "--before",
        "2000-01-01",
        "--wait",
        "--log-format",
        "json",
    ]);
    waiting.arg("--config").arg(home.path().join("tercet.toml")).arg("--workspace").arg(&config.workspace);
    let mut waiting = waiting.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(waiting.stderr.take().unwrap());
    assert!(heard(&mut log, "waiting for it"), "it does not wait");
    drop(lock);
    assert!(waiting.wait().unwrap().success());
    assert!(run(&config, Some(EVE.parse().unwrap()), false, &Unobserved).is_ok());
}
