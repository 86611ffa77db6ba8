//! Who stood on which list in earlier nights: a cooldown starts there where contacts are not delivered, and of those
//! held out, whom nobody contacts, always.

use super::earlier::{self, column};
use crate::date::Date;
use crate::error::Result;
use crate::io::nights::published_nights;
use arrow::array::{BooleanArray, StringArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::BTreeMap;
use std::path::Path;

/// By customer and list, the newest night on which he stood under it.
pub type Listed = BTreeMap<(String, String), Date>;

/// Whose listings are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Everybody,
    HeldOut,
}

/// Of the published nights from `from` on and before `until`.
///
/// # Errors
/// Kind `Internal` if one of them is there and cannot be read.
pub fn listed_between(workspace: &Path, from: Date, until: Date, asked: Asked) -> Result<Listed> {
    let mut nights = published_nights(workspace)?;
    nights.retain(|night| from <= *night && *night < until);
    nights.sort_unstable();
    let mut listed = Listed::new();
    for night in nights {
        let of_night = earlier::table(workspace, night, "targets", |bytes| rows(bytes, asked))?;
        listed.extend(of_night.into_iter().map(|row| (row, night)));
    }
    Ok(listed)
}

/// Customer and list, row by row.
fn rows(bytes: Vec<u8>, asked: Asked) -> Result<Vec<(String, String)>, Box<dyn std::error::Error>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["customer_id", "list", "held_out"]);
    let mut rows = Vec::new();
    for batch in builder.with_projection(mask).build()? {
        let batch = batch?;
        let text = |name: &'static str| {
            column::<StringArray>(&batch, name).ok_or_else(|| format!("no column `{name}`"))
        };
        let (customers, lists) = (text("customer_id")?, text("list")?);
        let held_out = column::<BooleanArray>(&batch, "held_out").ok_or("no column `held_out`")?;
        let is_asked = |at: &usize| asked == Asked::Everybody || held_out.value(*at);
        let asked_rows = (0..batch.num_rows()).filter(is_asked);
        rows.extend(asked_rows.map(|at| (customers.value(at).to_owned(), lists.value(at).to_owned())));
    }
    Ok(rows)
}
