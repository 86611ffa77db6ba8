//! `rejects.parquet`: every quarantined row as it was.

use crate::error::Result;
use crate::schema;
use crate::store::books::Reject;
use polars::prelude::*;

/// The frame of rejected rows, each with the name of its file, in their order.
///
/// # Errors
/// Kind `Internal` if the frame breaks its schema.
pub fn frame(rejects: &[(String, Reject)]) -> Result<DataFrame> {
    let texts = |of: fn(&(String, Reject)) -> &str| {
        Column::new("".into(), rejects.iter().map(of).collect::<Vec<_>>())
    };
    let lines: Vec<i64> =
        rejects.iter().map(|(_, reject)| i64::try_from(reject.line).unwrap_or(i64::MAX)).collect();
    let columns = vec![
        texts(|(file, _)| file).with_name("source_file".into()),
        Column::new("line".into(), lines),
        texts(|(_, reject)| &reject.column).with_name("column".into()),
        texts(|(_, reject)| &reject.reason).with_name("reason".into()),
        texts(|(_, reject)| &reject.raw).with_name("raw".into()),
    ];
    let frame = DataFrame::new(rejects.len(), columns)?;
    schema::REJECTS.check(&frame)?;
    Ok(frame)
}
