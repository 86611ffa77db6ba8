//! What was found of one file, and what to do about it.

use serde::Serialize;
use std::path::Path;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something is not what was written, or does not add up.
    Damaged,
    /// Worth knowing; nothing is wrong with it.
    Notice,
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    pub severity: Severity,
    /// Below the workspace.
    pub file: String,
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

/// What was found so far.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    workspace: &'a Path,
    found: Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub(super) fn of(workspace: &'a Path) -> Self {
        Self { workspace, found: Vec::new() }
    }

    pub(super) fn workspace(&self) -> &'a Path {
        self.workspace
    }

    /// The name of a path inside the workspace.
    pub(super) fn name(&self, path: &Path) -> String {
        path.strip_prefix(self.workspace).unwrap_or(path).display().to_string()
    }

    pub(super) fn damaged(&mut self, file: &str, what: &str, hint: &str) {
        self.add(Severity::Damaged, file, what, hint);
    }

    pub(super) fn notice(&mut self, file: &str, what: &str, hint: &str) {
        self.add(Severity::Notice, file, what, hint);
    }

    fn add(&mut self, severity: Severity, file: &str, what: &str, hint: &str) {
        let file = file.escape_debug().to_string();
        self.found.push(Finding { severity, file, what: what.to_owned(), hint: hint.to_owned() });
    }

    pub(super) fn extend(&mut self, more: impl IntoIterator<Item = Finding>) {
        self.found.extend(more);
    }

    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    pub(super) fn sorted(mut self) -> Vec<Finding> {
        self.found.sort_unstable();
        self.found.dedup();
        self.found
    }
}
