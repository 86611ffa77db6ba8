//! One file of one table to be read: what every reader of a format is given.

use super::Limits;
use super::build::{Findings, RefusedRow};
use super::mapping::Mapping;
use crate::config::source::Source;
use crate::error::{Error, Result};
use crate::io::exports::Export;

/// What is needed to read one file of a table.
pub struct Job<'a, B> {
    pub export: &'a Export,
    pub source: &'a Source,
    pub mapping: &'a Mapping,
    pub builder: &'a B,
    pub limits: &'a Limits,
}

impl<B> Job<'_, B> {
    /// A refusal that begins with the name of the file.
    pub fn refuse(&self, what: &str) -> Error {
        Error::refused(format!("`{}` {what}", self.export.name.escape_debug()))
    }

    /// Passes the refusal on that a row brought, with its place; `unit` is what the file's rows are counted in.
    ///
    /// # Errors
    /// That refusal.
    pub fn check_refused(&self, findings: &mut Findings, unit: &str) -> Result<()> {
        let Some(RefusedRow { line, refusal }) = findings.refused.take() else { return Ok(()) };
        let file = self.export.name.escape_debug();
        Err(Error::refused(format!("{} of `{file}`, {unit} {line}", refusal.what)).hint(refusal.hint))
    }
}
