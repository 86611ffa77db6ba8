//! What came of reading workbooks: counts per file, rejected rows, refused files.

use super::gathered::File;
use super::reject::Reject;
use crate::date::Date;
use crate::error::Error;
use serde::Serialize;

/// What was read.
#[derive(Debug, Default)]
pub struct Report {
    pub files: Vec<FileReport>,
    /// Files with the bytes of another one: the file, and the one that counts.
    pub copies: Vec<(String, String)>,
    pub rejects: Vec<Reject>,
    /// Files that are refused as a whole; nothing is kept of any then.
    pub refusals: Vec<Error>,
}

/// One workbook. `filled_in = contacts + repeated + known + rejected`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    pub file: String,
    pub as_of: Date,
    pub manager_id: String,
    /// Customers on its sheets with a list.
    pub rows: usize,
    pub filled_in: usize,
    /// Contacts that are new.
    pub contacts: usize,
    /// Of them, those that reached the customer.
    pub reached: usize,
    /// Rows that say what another row of this call says.
    pub repeated: usize,
    /// Rows that were read on an earlier call.
    pub known: usize,
    pub rejected: usize,
}

impl Report {
    pub(super) fn describe(&mut self, files: &[File], not_reached_outcomes: &[String]) {
        for file in files {
            let missed =
                |outcome: Option<&str>| not_reached_outcomes.iter().any(|code| outcome == Some(code));
            let rejected = file.rejects().len();
            self.files.push(FileReport {
                file: file.submitted.file.clone(),
                as_of: file.submitted.identity.as_of,
                manager_id: file.submitted.identity.manager_id.clone(),
                rows: file.submitted.n_rows,
                filled_in: file.new.len() + file.repeated + file.known + rejected,
                contacts: file.new.len(),
                reached: file.new.iter().filter(|filled| !missed(filled.outcome)).count(),
                repeated: file.repeated,
                known: file.known,
                rejected,
            });
            self.rejects.extend(file.rejects().iter().cloned());
        }
    }

    /// Whether anything was kept: nothing is where a file was refused.
    pub fn is_kept(&self) -> bool {
        self.refusals.is_empty()
    }
}
