//! `run --dry-run`: everything is computed and nothing written.

use super::{AS_OF, Ground, is_installed, succeeded, told};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

/// Every entry beneath a folder, and the folder itself: inode, mode, size, time of change of content and of entry.
fn listing(folder: &Path) -> BTreeMap<String, [i64; 6]> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let seen = fs::symlink_metadata(&folder).unwrap();
        let figures = [
            i64::try_from(seen.ino()).unwrap(),
            seen.mode().into(),
            seen.mtime(),
            seen.mtime_nsec(),
            seen.ctime(),
            seen.ctime_nsec(),
        ];
        found.insert(folder.display().to_string(), figures);
        if seen.is_dir() {
            folders.extend(fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    found
}

#[test]
fn a_rehearsed_night_writes_nothing_and_says_what_the_night_would_be() {
    let ground = Ground::small();
    let rehearse = |more: &[&str]| {
        let arguments = [&["run", "--as-of", AS_OF, "--dry-run"], more].concat();
        succeeded(ground.command(&arguments).output().unwrap())
    };
    // Without a workspace, none is made.
    let text = String::from_utf8(rehearse(&[]).stdout).unwrap();
    assert!(!ground.workspace().exists());
    assert!(text.contains("Would be published at") && text.contains("segments "), "{text}");

    succeeded(ground.command(&["run", "--as-of", "2026-09-30"]).output().unwrap());
    let before = listing(ground.home.path());
    let rehearsed: Value = serde_json::from_slice(&rehearse(&["--json"]).stdout).unwrap();
    assert_eq!(listing(ground.home.path()), before);
    assert_eq!(rehearsed["dry_run"], true);

    let night = succeeded(ground.command(&["run", "--as-of", AS_OF, "--json"]).output().unwrap());
    let night: Value = serde_json::from_slice(&night.stdout).unwrap();
    for key in ["run_id", "files", "rows", "customers", "inputs", "lists", "drift", "models"] {
        assert_eq!(rehearsed["manifest"][key], night["manifest"][key], "{key}");
    }
    assert!(night["manifest"]["files"].as_array().unwrap().len() > 10);

    // Of a night that is there already, nothing is replaced.
    let before = listing(ground.home.path());
    rehearse(&[]);
    assert_eq!(listing(ground.home.path()), before);
}

#[test]
fn a_rehearsal_ends_as_the_night_would() {
    let ground = Ground::small();
    let later = ["run", "--as-of", "2026-12-31"];
    let rehearsed = ground.command(&[&later[..], &["--dry-run"]].concat()).output().unwrap();
    assert_eq!(rehearsed.status.code(), Some(4), "{}", told(&rehearsed));
    assert!(!ground.workspace().exists());
    let night = ground.command(&later).output().unwrap();
    assert_eq!(told(&night), told(&rehearsed));
    fs::remove_file(ground.exports().join("customers.csv.gz")).unwrap();
    let rehearsed = ground.command(&["run", "--dry-run"]).output().unwrap();
    let night = ground.command(&["run"]).output().unwrap();
    assert_eq!((night.status.code(), told(&night)), (rehearsed.status.code(), told(&rehearsed)));
    assert_ne!(night.status.code(), Some(0));
}

#[test]
fn a_rehearsal_makes_no_call_that_writes() {
    if !is_installed("strace") {
        return crate::bank::skipped("operating::dry_run", "strace is not installed");
    }
    let ground = Ground::small();
    succeeded(ground.command(&["run", "--as-of", "2026-09-30"]).output().unwrap());
    let run = ground.command(&["run", "--as-of", AS_OF, "--dry-run"]);
    let trace = ground.home.path().join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o"]).arg(&trace).args(["-e", "trace=openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,ftruncate,truncate,fsync,fdatasync"]);
    strace.arg("--").arg(run.get_program()).args(run.get_args()).current_dir(crate::bank::repository());
    let output = strace.output().unwrap();
    if !output.status.success() && told(&output).contains("ptrace") {
        return crate::bank::skipped("operating::dry_run", "tracing is not permitted");
    }
    succeeded(output);
    let trace = fs::read_to_string(trace).unwrap();
    let writes: Vec<&str> = trace
        .lines()
        .filter(|line| !line.contains("<... ") && !line.contains("+++") && !line.contains("---"))
        .filter(|line| !line.contains("/dev/") && !line.contains("/sys/") && !line.contains("/proc/"))
        .filter(|line| {
            let opens = line.contains(" open");
            !opens || ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| line.contains(flag))
        })
        .collect();
    assert!(trace.lines().count() > 50, "{trace}");
    assert_eq!(writes, Vec::<&str>::new());
}
