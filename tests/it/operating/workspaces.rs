//! P13 to P15: a workspace that is missing, read-only, of somebody else or on two file systems, and exports that cannot be
//! read: refused before any work, with the path and what to do.

use super::{AS_OF, Ground, is_root, succeeded, told};
use crate::bank::{repository, skipped};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

/// Runs as a user who owns nothing here, since root is refused nothing. `None` where that cannot be done.
fn as_nobody(ground: &Ground, arguments: &[&str]) -> Option<Output> {
    if !is_root() {
        return Some(ground.command(arguments).output().unwrap());
    }
    let program = ground.home.path().join("tercet");
    let built = Path::new(env!("CARGO_BIN_EXE_tercet"));
    if !program.exists() && fs::hard_link(built, &program).is_err() {
        fs::copy(built, &program).unwrap();
    }
    fs::set_permissions(ground.home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let run = ground.called(&program, arguments);
    let mut changed = Command::new("setpriv");
    changed.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]);
    let output =
        changed.arg(run.get_program()).args(run.get_args()).current_dir(ground.home.path()).output().ok()?;
    (!told(&output).starts_with("setpriv")).then_some(output)
}

#[test]
fn a_workspace_is_made_where_it_is_missing_and_refused_where_it_cannot_be() {
    let test =
        "operating::workspaces::a_workspace_is_made_where_it_is_missing_and_refused_where_it_cannot_be";
    let ground = Ground::small();
    // The home of the test belongs to its own user alone.
    let mode = if is_root() { 0o755 } else { 0o555 };
    fs::set_permissions(ground.home.path(), fs::Permissions::from_mode(mode)).unwrap();
    let Some(output) = as_nobody(&ground, &["run", "--as-of", AS_OF]) else {
        return skipped(test, "setpriv cannot change the user here");
    };
    fs::set_permissions(ground.home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("cannot create `"), "{}", told(&output));
    assert!(told(&output).contains("--workspace"), "{}", told(&output));
    assert!(!ground.workspace().exists());

    // One of somebody else, with a night in it.
    succeeded(ground.night());
    let expected = ground.files();
    if is_root() {
        let output = as_nobody(&ground, &["run", "--as-of", AS_OF]).unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(ground.files() == expected);
    }
}

#[test]
fn a_read_only_folder_of_nights_is_refused_before_the_work() {
    let test = "operating::workspaces::a_read_only_folder_of_nights_is_refused_before_the_work";
    let ground = Ground::small();
    succeeded(ground.night());
    let published = ground.workspace().join("published");
    let mounted = mounted(
        &ground,
        &["run", "--as-of", AS_OF],
        &format!("mount -o bind {0} {0} && mount -o remount,ro,bind {0}", published.display()),
    );
    let Some(output) = mounted else { return skipped(test, "no file system can be mounted here") };
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("read-only") && told(&output).contains("published"), "{}", told(&output));
    succeeded(ground.night());
}

#[test]
fn nights_and_replaced_nights_on_two_file_systems_are_refused_before_the_work() {
    let test =
        "operating::workspaces::nights_and_replaced_nights_on_two_file_systems_are_refused_before_the_work";
    let ground = Ground::small();
    succeeded(ground.night());
    for folder in ["replaced", "published"] {
        let path = ground.workspace().join(folder);
        let mounted =
            mounted(&ground, &["run", "--as-of", AS_OF], &format!("mount -t tmpfs none {}", path.display()));
        let Some(output) = mounted else { return skipped(test, "no file system can be mounted here") };
        assert_eq!(output.status.code(), Some(2), "{folder}: {}", told(&output));
        assert!(told(&output).contains("nights cannot be moved"), "{folder}: {}", told(&output));
        assert!(!told(&output).contains("stage"), "{folder}: {}", told(&output));
    }
    succeeded(ground.night());
}

#[test]
fn a_read_only_workspace_is_verified_and_its_lock_left_as_it_is() {
    let test = "operating::workspaces::a_read_only_workspace_is_verified_and_its_lock_left_as_it_is";
    let ground = Ground::small();
    succeeded(ground.night());
    let verify = |arguments: &[&str]| {
        let mount = "mount -o bind {0} {0} && mount -o remount,ro,bind {0}";
        mounted(&ground, arguments, &mount.replace("{0}", &ground.workspace().display().to_string()))
    };
    let lock = ground.workspace().join(".lock");
    fs::write(&lock, "not the process that only looks\n").unwrap();
    succeeded(ground.command(&["verify"]).output().unwrap());
    assert_eq!(fs::read_to_string(&lock).unwrap(), "not the process that only looks\n");
    let Some(output) = verify(&["verify"]) else {
        return skipped(test, "no file system can be mounted here");
    };
    succeeded(output);
    // Computed again, it needs a folder to write to.
    let output = verify(&["verify", "--recompute"]).unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("read-only"), "{}", told(&output));
}

/// A command in a mount namespace of its own, after `mount`; `None` where this user may not.
fn mounted(ground: &Ground, arguments: &[&str], mount: &str) -> Option<Output> {
    let run = ground.command(arguments);
    let script = format!(r#"{{ {mount}; }} || exit 99; exec "$0" "$@""#);
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--propagation", "private", "sh", "-c", &script]);
    let output =
        unshare.arg(run.get_program()).args(run.get_args()).current_dir(repository()).output().ok()?;
    let is_refused = told(&output).starts_with("unshare") || output.status.code() == Some(99);
    (!is_refused).then_some(output)
}

#[test]
fn an_export_that_cannot_be_read_is_refused_by_name() {
    let test = "operating::workspaces::an_export_that_cannot_be_read_is_refused_by_name";
    let ground = Ground::small();
    let export = ground.exports().join("transactions-2026-10.csv.gz");
    fs::set_permissions(&export, fs::Permissions::from_mode(0o000)).unwrap();
    if is_root() {
        fs::create_dir(ground.workspace()).unwrap();
        fs::set_permissions(ground.workspace(), fs::Permissions::from_mode(0o777)).unwrap();
    }
    let Some(output) = as_nobody(&ground, &["run", "--as-of", AS_OF]) else {
        return skipped(test, "setpriv cannot change the user here");
    };
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    assert!(told(&output).contains("transactions-2026-10.csv.gz"), "{}", told(&output));
    assert!(told(&output).contains("permissions"), "{}", told(&output));
    assert!(!ground.workspace().join("published").join(format!("as_of={AS_OF}")).exists());
}
