//! What the operator types and reads: exit codes, messages, hints.

use crate::bank::repository;
use assert_cmd::Command;

/// Runs `tercet` in the repository; exit code and standard error.
fn tercet(arguments: &[&str]) -> (i32, String) {
    let output =
        Command::cargo_bin("tercet").unwrap().current_dir(repository()).args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn run_with_config(text: &str, arguments: &[&str]) -> (i32, String) {
    let home = tempfile::tempdir().unwrap();
    let (config, workspace) = (home.path().join("bank.toml"), home.path().join("work"));
    tempfile::NamedTempFile::new_in(home.path())
        .and_then(|mut file| {
            std::io::Write::write_all(&mut file, text.as_bytes())?;
            file.persist(&config).map_err(Into::into)
        })
        .unwrap();
    let (config, workspace) = (config.to_str().unwrap(), workspace.to_str().unwrap());
    let (code, message) =
        tercet(&[&["run", "--config", config, "--workspace", workspace], arguments].concat());
    (code, message.replace(config, "bank.toml"))
}

#[test]
fn a_typo_in_the_configuration_is_refused_with_its_line_and_a_hint() {
    let (code, message) = run_with_config("seed = 1\n[churn]\nconfirm = 30\n", &[]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(message, @r"
    error: bank.toml:3: unknown key `churn.confirm`

    hint: did you mean `churn.confirm_days`?
    ");
}

#[test]
fn a_date_that_the_exports_do_not_reach_is_not_complete_yet() {
    let (code, message) = run_with_config("", &["--as-of", "2026-11-30"]);
    assert_eq!(code, 4);
    insta::assert_snapshot!(message, @r"
    error: the exports are complete up to 2026-10-31; `--as-of 2026-11-30` is later

    hint: wait for the delivery, or leave `--as-of` out to take the newest complete date
    ");
}

#[test]
fn a_date_before_anybody_came_is_refused() {
    let (code, message) = run_with_config("", &["--as-of", "1990-01-01"]);
    assert_eq!(code, 3);
    assert!(message.contains("nobody is in the night of 1990-01-01"), "{message}");
}

#[test]
fn an_empty_drop_folder_is_not_complete_yet() {
    let home = tempfile::tempdir().unwrap();
    let (code, message) = run_with_config("", &["--data", home.path().to_str().unwrap()]);
    assert_eq!(code, 4);
    assert!(message.contains("branches.csv.gz"), "{message}");
}
