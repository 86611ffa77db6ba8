//! Who stood on which list in earlier nights: a cooldown starts there where contacts are not delivered, and of those
//! held out, whom nobody contacts, always.

use super::earlier::{self, column};
use crate::date::Date;
use crate::error::Result;
use crate::io::nights::published_nights;
use crate::targets::Listings;
use arrow::array::{BooleanArray, StringArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::path::Path;

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
pub fn listed_between(workspace: &Path, from: Date, until: Date, asked: Asked) -> Result<Listings> {
    let mut nights = published_nights(workspace)?;
    nights.retain(|night| from <= *night && *night < until);
    let mut listed = Listings::default();
    for night in nights {
        earlier::table(workspace, night, "targets", |bytes| add_rows(bytes, night, asked, &mut listed))?;
    }
    Ok(listed)
}

fn add_rows(
    bytes: Vec<u8>,
    night: Date,
    asked: Asked,
    listed: &mut Listings,
) -> Result<(), Box<dyn std::error::Error>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["customer_id", "list", "held_out"]);
    for batch in builder.with_projection(mask).build()? {
        let batch = batch?;
        let text = |name: &'static str| {
            column::<StringArray>(&batch, name).ok_or_else(|| format!("no column `{name}`"))
        };
        let (customers, lists) = (text("customer_id")?, text("list")?);
        let held_out = column::<BooleanArray>(&batch, "held_out").ok_or("no column `held_out`")?;
        for at in 0..batch.num_rows() {
            if held_out.value(at) {
                listed.add_held_out(customers.value(at), night);
            } else if asked == Asked::Everybody {
                listed.add(customers.value(at), lists.value(at), night);
            }
        }
    }
    Ok(())
}
