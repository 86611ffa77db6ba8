//! What becomes of the refusal of a file that could be read to its end.

use crate::contract::tables::Table;
use crate::error::{Error, Result};
use std::collections::BTreeSet;

/// Whether such a refusal stops the ingest.
pub enum Refusals<'r> {
    /// A night stops at the first.
    Stop,
    /// A rehearsal reads on, and says further ones too, in the order in which a night would meet them.
    Collect(Collected<'r>),
}

/// What a rehearsal was told so far.
pub struct Collected<'r> {
    refusals: &'r mut Vec<Error>,
    /// Files that were found unfit as they were read.
    unfit: BTreeSet<(Table, String)>,
    /// The first of them that should have had customers or accounts, and has no rows.
    owners_without_rows: Option<String>,
}

impl<'r> Refusals<'r> {
    /// Collects into `refusals`.
    pub fn into(refusals: &'r mut Vec<Error>) -> Self {
        Refusals::Collect(Collected { refusals, unfit: BTreeSet::new(), owners_without_rows: None })
    }

    /// Takes note of what was judged of a file, or of several together.
    ///
    /// # Errors
    /// The refusal, where it stops the ingest.
    pub fn note(&mut self, judged: Result<()>) -> Result<()> {
        match self {
            Refusals::Stop => judged,
            Refusals::Collect(collected) => {
                collected.refusals.extend(judged.err());
                Ok(())
            }
        }
    }

    /// The same of one file with so many rows, as soon as it is read.
    ///
    /// # Errors
    /// As [`Refusals::note`].
    pub fn note_read(&mut self, table: Table, file: &str, rows: u64, judged: Result<()>) -> Result<()> {
        if let (Refusals::Collect(collected), true) = (&mut *self, judged.is_err()) {
            // Accounts are read twice where customers take their opening from them.
            if !collected.unfit.insert((table, file.to_owned())) {
                return Ok(());
            }
            if rows == 0 && matches!(table, Table::Customers | Table::Accounts) {
                collected.owners_without_rows.get_or_insert_with(|| file.to_owned());
            }
        }
        self.note(judged)
    }

    /// A file of customers or accounts that was refused since it has no rows: whoever is not known to a later file may
    /// have been missing there.
    pub fn owners_without_rows(&self) -> Option<&str> {
        match self {
            Refusals::Stop => None,
            Refusals::Collect(collected) => collected.owners_without_rows.as_deref(),
        }
    }
}
