//! A night in operation: how it stops, waits, is rehearsed and written down, and what the machine does to it. All
//! through the binary, as a scheduler runs it; faults P3, P4, P13 to P17, P19 to P21, P24 and P26 to P29.
//! P22 is tried where nights are made visible, in `src/io/staging`. P25 has no case: nothing is written to an object store,
//! and a workspace whose file system cannot exchange two folders in one step is refused (P13).
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "these tests look at the workspace from outside, as an operator does"
)]

mod canary;
mod dry_run;
mod environment;
mod formats;
mod injected;
mod memory;
mod records;
mod signals;
mod workspaces;

use crate::bank::{invent, repository};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const AS_OF: &str = "2026-10-31";

/// A drop folder of an invented bank and the place of a workspace.
struct Ground {
    home: TempDir,
}

impl Ground {
    fn of(customers: u32, months: u32) -> Self {
        let ground = Self { home: tempfile::tempdir().unwrap() };
        invent(customers, months, 5, &ground.exports());
        ground
    }

    fn small() -> Self {
        Self::of(60, 16)
    }

    fn exports(&self) -> PathBuf {
        self.home.path().join("exports")
    }

    fn workspace(&self) -> PathBuf {
        self.home.path().join("work")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.called(Path::new(env!("CARGO_BIN_EXE_tercet")), arguments)
    }

    fn called(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(repository()).args(arguments);
        command.arg("--data").arg(self.exports()).arg("--workspace").arg(self.workspace());
        command
    }

    /// The night, by the shell after `prepared`.
    fn by_shell(&self, prepared: &str) -> Output {
        let run = self.command(&["run", "--as-of", AS_OF]);
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!(r#"{prepared} exec "$0" "$@""#)]);
        shell.arg(run.get_program()).args(run.get_args()).current_dir(repository()).output().unwrap()
    }

    fn night(&self) -> Output {
        self.command(&["run", "--as-of", AS_OF]).output().unwrap()
    }

    /// Every file of the published night but for the manifest, which tells times.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = crate::folders::files(&self.workspace().join(format!("published/as_of={AS_OF}")));
        files.remove("manifest.json").expect("a manifest");
        assert!(files.len() > 10, "{:?}", files.keys());
        files
    }

    /// Staging folders in `published/`.
    fn staged(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.workspace().join("published")) else { return Vec::new() };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with('.')).collect()
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn succeeded(output: Output) -> Output {
    assert!(output.status.success(), "{}: {}", output.status, told(&output));
    output
}

/// Reads a log up to the first line with `wanted` in it; false where it ends before.
pub fn heard(log: &mut impl BufRead, wanted: &str) -> bool {
    log.lines().map(Result::unwrap).any(|line| line.contains(wanted))
}

/// Whether a program can be run here.
fn is_installed(program: impl AsRef<OsStr>) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
