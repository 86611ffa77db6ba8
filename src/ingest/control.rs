//! The control file of a delivery: found beside it, and held against it before a row is read.

use super::accept::control::{BYTES_MAX, Stated, missing};
use super::plan::Content;
use crate::config::source::Source;
use crate::error::Result;
use crate::io::exports;
use std::path::Path;

/// What the control file of a content states, where its source has one.
///
/// # Errors
/// Kind `Incomplete` where the control file is needed and not there, or states more bytes than there are; `Refused`
/// where it cannot be read, or states another size, date or digest.
pub fn of(data: &Path, source: &Source, content: &Content) -> Result<Option<Stated>> {
    let Some(control) = &source.control else { return Ok(None) };
    let export = &content.export;
    let Some(beside) = exports::beside(data, export, &control.file)? else {
        let name = control.file.replace("{file}", export.file_name());
        return if control.required { Err(missing(&export.name, &name)) } else { Ok(None) };
    };
    let stated = Stated::parse(&beside.name, &exports::contents(&beside, BYTES_MAX)?)?;
    stated.check_listed(&export.name, export.bytes, export.date)?;
    let sha256 = stated.sha256.as_ref().map(|_| exports::sha256(export)).transpose()?;
    stated.check_digests(&export.name, &content.digest, sha256.as_deref())?;
    Ok(Some(stated))
}
