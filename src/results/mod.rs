//! Results: workbooks that managers filled in, read strictly and kept for the next night to take in as contacts.
//!
//! Reads: workbooks that `publish` wrote, and the published night that each belongs to. Writes: `results/` in the
//! workspace, one text file per workbook and day of reading, which the nights after it take in as the table `results`,
//! beside the bank's own contacts. Grain: a customer of a manager's list. Never: guesses a customer, a date or an
//! outcome; takes a row in twice; lets a row go without a word.
//!
//! | step | where |
//! |---|---|
//! | bytes to cells, bounded | `unzipped`, `cells` |
//! | which workbook it is, and of which night | `identity`, `listed` |
//! | which column is which, in either language | `header` |
//! | a row to a contact or a reject | `row`, `submitted` |
//! | rows of several files, and those read before | `gathered`, `kept` |
//! | into the store with a night | `source` |

mod cells;
mod digests;
mod gathered;
mod header;
mod identity;
mod kept;
mod listed;
mod reject;
mod report;
mod row;
mod source;
mod submitted;
mod unzipped;

pub(crate) use digests::{Digests, NAME as DIGESTS, write_files};
pub(crate) use kept::PREFIX as CONTACTS;
pub use reject::Reject;
pub use report::{FileReport, Report};
pub(crate) use source::FILES as KEPT_PATTERN;
pub use source::{rehearse, take_in};

use crate::date::Date;
use crate::error::Result;
use crate::io::exports::shown;
use crate::privacy::Privacy;
use crate::store::tombstones::Tombstones;
use std::path::{Path, PathBuf};
use submitted::Submitted;

/// Folder of the workspace for what was read.
pub(crate) const FOLDER: &str = "results";

/// Reads workbooks and keeps their contacts for the nights to come; `newest` is the newest date of the store, `privacy`
/// has the key of pseudonyms, under which those of a workbook are held against the list. Rows of customers who were
/// taken out for good are turned away without a trace of them. Where any file is refused as a whole, nothing is kept
/// and the report says why of each.
///
/// # Errors
/// Kind `Usage` where a file cannot be read, `Internal` where a published night or a kept file cannot.
pub fn read(
    workspace: &Path,
    files: &[PathBuf],
    newest: Date,
    privacy: &Privacy,
    not_reached_outcomes: &[String],
    tombstones: &Tombstones,
) -> Result<Report> {
    let known = submitted::Known { newest, privacy };
    let mut nights = listed::Nights::new(workspace);
    let mut submitted: Vec<Submitted> = Vec::new();
    let mut report = Report::default();
    for path in files {
        let bytes = crate::io::handed_in::read_whole(path, unzipped::FILE_BYTES_MAX)?;
        let digest = blake3::hash(&bytes).to_hex().to_string();
        if let Some(first) = submitted.iter().find(|other| other.digest == digest) {
            report.copies.push((shown(path), first.file.clone()));
            continue;
        }
        match submitted::read(shown(path), bytes, digest, &mut nights, known)? {
            Ok(read) => submitted.push(read),
            Err(refusal) => report.refusals.push(refusal),
        }
    }
    let gathered = gathered::gather(submitted, &kept::Kept::of(workspace)?);
    if report.refusals.is_empty() {
        kept::keep(workspace, &gathered, newest, tombstones)?;
    }
    report.describe(&gathered, not_reached_outcomes);
    Ok(report)
}
