//! P16, P26 to P29: what the environment does to a night. Few open files, a closed or full standard output, time zones,
//! locales, no home; whatever it is, the bytes are the same and the files private.

use super::{Ground, succeeded, told};
use crate::faults::DropFolder;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

#[test]
fn a_night_is_the_same_in_every_environment_and_every_time() {
    let ground = Ground::small();
    succeeded(ground.night());
    let expected = ground.files();
    let environments: [&[(&str, &str)]; 5] = [
        &[("TZ", "Pacific/Kiritimati"), ("LANG", "zh_CN.GB18030"), ("LC_ALL", "zh_CN.GB18030")],
        &[("TZ", "America/Adak"), ("LANG", "C"), ("LC_ALL", "C"), ("TERM", "dumb"), ("NO_COLOR", "1")],
        &[("TZ", ":nowhere"), ("LANG", "tr_TR.UTF-8"), ("COLUMNS", "20"), ("RUST_LOG", "trace")],
        &[("RAYON_NUM_THREADS", "1"), ("POLARS_MAX_THREADS", "1")],
        &[("RAYON_NUM_THREADS", "16"), ("POLARS_MAX_THREADS", "16")],
    ];
    for environment in environments {
        let mut run = ground.command(&["run", "--as-of", super::AS_OF]);
        run.env_remove("HOME").env_remove("PATH").envs(environment.iter().copied());
        succeeded(run.output().unwrap());
        assert!(ground.files() == expected, "{environment:?}");
    }
    // In a fresh workspace, where the models are fitted anew, too.
    for _ in 0..3 {
        fs::remove_dir_all(ground.workspace()).unwrap();
        succeeded(ground.night());
        assert!(ground.files() == expected);
    }
}

#[test]
fn closed_and_full_outputs_stop_no_night() {
    let ground = Ground::small();
    succeeded(ground.night());
    let expected = ground.files();
    for prepared in ["exec <&- >&-;", "exec >/dev/full;", "exec 2>&-;", "exec 2>/dev/full;", "exec >&- 2>&-;"]
    {
        let output = ground.by_shell(prepared);
        assert!(output.status.success(), "{prepared} {}: {}", output.status, told(&output));
        assert!(ground.files() == expected, "{prepared}");
    }
    // A failing run keeps its exit code where nobody hears why.
    fs::remove_file(ground.exports().join("customers.csv.gz")).unwrap();
    fs::remove_dir_all(ground.workspace()).unwrap();
    let output = ground.by_shell("exec >/dev/full 2>/dev/full;");
    assert_ne!(output.status.code(), Some(0));
    assert!(output.status.code().is_some_and(|code| code < 5), "{}", output.status);
}

#[test]
fn every_file_is_private_whatever_the_umask() {
    for umask in ["000", "077", "027"] {
        let ground = Ground::small();
        succeeded(ground.by_shell(&format!("umask {umask};")));
        succeeded(ground.by_shell(&format!("umask {umask};")));
        let mut n = 0;
        check_modes(&ground.workspace(), &mut n);
        assert!(n > 100, "{n} entries");
    }
}

fn check_modes(path: &Path, n: &mut usize) {
    let seen = fs::symlink_metadata(path).unwrap();
    *n += 1;
    let mode = seen.permissions().mode() & 0o7777;
    assert_eq!(mode, if seen.is_dir() { 0o700 } else { 0o600 }, "{} is {mode:o}", path.display());
    if seen.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| check_modes(&entry.unwrap().path(), n));
    }
}

#[test]
fn sixty_four_open_files_are_enough_for_four_hundred_daily_files() {
    let folder = DropFolder::new();
    folder.remove("transactions.csv");
    let last = "2026-10-31".parse::<tercet::date::Date>().unwrap();
    for back in 0..400 {
        let day = last.plus_days(-back);
        let header = "transaction_id,customer_id,booked_on,amount,kind\n";
        let rows = format!("A{back},C1,{day},10.00,deposit\nB{back},C2,{day},-1.00,payment\n");
        folder.put(&format!("transactions_{day}.csv"), format!("{header}{rows}"));
    }
    let free = folder.night(&[]);
    // `night` begins with a new workspace; the shell narrows what the same program may open.
    let limited = folder.tercet_by_shell("ulimit -n 64;", &["run", "--as-of", "2026-10-31"]);
    succeeded(limited);
    assert_eq!(crate::published::table_bytes(&folder.workspace().join("published/as_of=2026-10-31")), free);
}
