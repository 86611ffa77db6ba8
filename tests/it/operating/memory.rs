//! P17: memory runs out. Nothing is half published, the exit code is that of a fault, the next run says in which stage it
//! happened; what a night took before is held against what can be had.

use super::{AS_OF, Ground, succeeded, told};
use serde_json::Value;
use std::fs;

/// As `ulimit -v` counts.
const KIBIBYTES: [u32; 6] = [150_000, 200_000, 250_000, 300_000, 350_000, 400_000];

#[test]
fn a_night_without_memory_ends_as_a_fault_and_the_next_one_works_p17() {
    let ground = Ground::small();
    succeeded(ground.command(&["run", "--as-of", "2026-09-30"]).output().unwrap());
    let latest = || fs::read_to_string(ground.workspace().join("LATEST")).unwrap();
    let night = ground.workspace().join(format!("published/as_of={AS_OF}"));
    let (mut n_failed, mut n_struck) = (0, 0);
    for kibibytes in KIBIBYTES {
        let output = ground.by_shell(&format!("ulimit -v {kibibytes}; export RAYON_NUM_THREADS=2;"));
        if output.status.success() {
            break;
        }
        n_failed += 1;
        assert_eq!(latest(), "as_of=2026-09-30\n");
        assert!(!night.exists(), "{kibibytes}");
        // A limit that lets the program not even be loaded is the loader's to tell.
        let is_ours = told(&output).contains("memory allocation of");
        assert!(!is_ours || output.status.code() == Some(1), "{}: {}", output.status, told(&output));
        let Some(stage) = stage_of_the_dead(&ground).filter(|_| is_ours) else { continue };
        n_struck += 1;
        let next = succeeded(ground.command(&["run", "--as-of", "2026-09-30"]).output().unwrap());
        let named = format!("stage=\"{stage}\"");
        assert!(
            told(&next).lines().any(|line| line.contains("ended without a word") && line.contains(&named))
        );
    }
    assert!(n_failed > 0, "{} KiB are enough", KIBIBYTES[0]);
    assert!(n_struck > 0, "no limit struck a stage");
    succeeded(ground.night());
    assert!(night.exists());
}

/// The stage in which a run died that never told its end.
fn stage_of_the_dead(ground: &Ground) -> Option<String> {
    let records = crate::folders::files(&ground.workspace().join("runs"));
    let mut records = records.values().filter_map(|json| serde_json::from_slice::<Value>(json).ok());
    let dead = records.find(|record| record["outcome"] == "running")?;
    Some(dead["failed_stage"].as_str()?.to_owned())
}

#[test]
fn less_memory_than_the_night_before_took_is_warned_of() {
    let ground = Ground::small();
    let first = succeeded(ground.command(&["run", "--as-of", "2026-09-30"]).output().unwrap());
    assert!(!told(&first).contains("of memory"), "{}", told(&first));
    let manifest = ground.workspace().join("published/as_of=2026-09-30/manifest.json");
    let mut value: Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
    // An exbibyte: more than any machine has.
    value["peak_memory_bytes"] = (1u64 << 60).into();
    fs::write(&manifest, serde_json::to_vec(&value).unwrap()).unwrap();
    let second = succeeded(ground.night());
    assert!(told(&second).contains("took 1099511627776 MiB of memory"), "{}", told(&second));
}
