//! The drop folder: which files are there, of which date, their bytes, their digests. The only door through which
//! exports come in.
//!
//! Reads: regular files inside the drop folder. Produces: one [`Export`] per file, by name. Writes: nothing. Never:
//! follows a link out of the folder, waits on a FIFO, changes an export, lets the order of a folder show.
//!
//! | step | where |
//! |---|---|
//! | `files` of a source to a pattern, its `{date}` and `{month}` | `pattern` |
//! | the date in a file's own name | `name_date` |
//! | folders to files | `walk` |
//! | bytes, digests, changes since the listing | `read` |

mod name_date;
mod pattern;
mod read;
mod walk;

pub use pattern::Pattern;
pub use read::{ExportFile, changed, contents, digest, open, sha256, unchanged, unreadable};

use crate::date::Date;
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// One export: its name inside the drop folder, where it is, and what its name and its inode say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Relative to the drop folder, with `/` between folders.
    pub name: String,
    /// Without links.
    pub path: PathBuf,
    pub bytes: u64,
    pub stamp: Stamp,
    /// The date in the name: a day, or the last day of a month.
    pub date: Option<Date>,
    /// The name tells the month alone.
    pub is_month: bool,
}

/// What changes where a file is written again; nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Stamp {
    pub modified_ns: i64,
    pub changed_ns: i64,
    pub inode: u64,
}

impl Export {
    /// The name without its folders.
    pub fn file_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

/// A path for a message: a name in the drop folder may hold what would steer a terminal.
pub fn shown(path: &Path) -> String {
    path.display().to_string().escape_debug().to_string()
}

/// The regular files of `folder` that `pattern` describes, by name; [`Pattern`] says what a pattern may hold.
///
/// # Errors
/// Kind `Usage` where the folder or the pattern is wrong; `Refused` where a match is no regular file inside the folder,
/// where a name holds several dates, or where some names hold a date and others none; `Incomplete` where a match is
/// still being written.
pub fn list(folder: &Path, pattern: &str) -> Result<Vec<Export>> {
    let pattern = Pattern::parse(pattern)?;
    let mut exports = walk::files(folder, &pattern)?;
    exports.sort_by(|a, b| a.name.cmp(&b.name));
    dated_alike(&exports)?;
    Ok(exports)
}

/// The one file `name` of the drop folder; no pattern.
///
/// # Errors
/// Kind `Incomplete` where it is not there; otherwise as [`list`].
pub fn find(folder: &Path, name: &str) -> Result<Export> {
    let pattern = Pattern::exact(name)?;
    walk::files(folder, &pattern)?.pop().ok_or_else(|| {
        Error::incomplete(format!("no file `{}` in `{}`", name.escape_debug(), shown(folder)))
            .hint("a column looks its values up there; wait for the delivery, or correct `lookup.file`")
    })
}

/// The file beside `export` that `template` names, where it is there: `{file}` stands for the name of the export's
/// file, `{stem}` for that name without its endings (`t.csv.gz` -> `t`).
///
/// # Errors
/// Kind `Usage` where the template leaves the export's folder or names the export itself; otherwise as [`list`].
pub fn beside(folder: &Path, export: &Export, template: &str) -> Result<Option<Export>> {
    let file = export.file_name();
    let name = template.replace("{file}", file).replace("{stem}", stem(file));
    if name.contains('/') || name.is_empty() || name == file {
        let error = Error::usage(format!("`control.file = \"{}\"` is no file name", template.escape_debug()));
        return Err(error.hint("name the control file by the delivered one: `{file}.ctl` or `{stem}.ctl`"));
    }
    let place = export.name.strip_suffix(file).unwrap_or_default();
    Ok(walk::files(folder, &Pattern::exact(&format!("{place}{name}"))?)?.pop())
}

/// A file name without the ending of its compression and of its format.
fn stem(file: &str) -> &str {
    let unpacked = file.strip_suffix(".gz").or_else(|| file.strip_suffix(".zst")).unwrap_or(file);
    match unpacked.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => unpacked,
    }
}

/// A file without a date would count for the night's date, and be another delivery the next night.
fn dated_alike(exports: &[Export]) -> Result<()> {
    let dated = exports.iter().find(|export| export.date.is_some());
    let undated = exports.iter().find(|export| export.date.is_none());
    let (Some(dated), Some(undated)) = (dated, undated) else { return Ok(()) };
    let (dated, undated) = (dated.name.escape_debug(), undated.name.escape_debug());
    Err(Error::refused(format!("`{dated}` has a date in its name, and `{undated}` has none")).hint(
        "say in `files` where the date stands, as in `transactions_{date}.csv`, or move the other file",
    ))
}

#[cfg(test)]
mod tests;
