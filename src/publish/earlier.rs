//! Tables of an earlier published night, as a later one reads them.

use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::nights::night_folder;
use crate::io::private::{read_file, read_if_there};
use arrow::array::RecordBatch;
use std::path::{Path, PathBuf};

type Cause = Box<dyn std::error::Error>;

/// What `read` makes of the bytes of a table.
///
/// # Errors
/// Kind `Internal` if the table cannot be read.
pub(super) fn table<T>(
    workspace: &Path,
    night: Date,
    name: &str,
    read: impl FnOnce(Vec<u8>) -> Result<T, Cause>,
) -> Result<T> {
    let path = path_of(workspace, night, name);
    let bytes = read_file(&path).map_err(Into::into);
    bytes.and_then(read).map_err(|cause| unreadable(&path, &cause))
}

/// The same of a table that an older version did not write; `None` where it is not there.
///
/// # Errors
/// Kind `Internal` if the table is there and cannot be read.
pub(super) fn table_if_there<T>(
    workspace: &Path,
    night: Date,
    name: &str,
    read: impl FnOnce(Vec<u8>) -> Result<T, Cause>,
) -> Result<Option<T>> {
    let path = path_of(workspace, night, name);
    let Some(bytes) = read_if_there(&path)? else { return Ok(None) };
    read(bytes).map(Some).map_err(|cause| unreadable(&path, &cause))
}

fn path_of(workspace: &Path, night: Date, name: &str) -> PathBuf {
    night_folder(workspace, night).join(format!("{name}.parquet"))
}

fn unreadable(path: &Path, cause: &Cause) -> Error {
    Error::internal(format!("cannot read an earlier night, `{}`: {cause}", path.display()))
        .hint("run that night again, or move its folder out of `published/`")
}

/// A column by its name and type.
pub(super) fn column<'b, A: 'static>(batch: &'b RecordBatch, name: &str) -> Option<&'b A> {
    batch.column_by_name(name)?.as_any().downcast_ref::<A>()
}
