//! What an earlier published night said of its customers' leaving.

use super::earlier::{self, column};
use crate::churn::labels::HORIZONS_DAYS;
use crate::churn::outcomes::Scores;
use crate::date::Date;
use crate::error::Result;
use crate::io::nights::published_nights;
use arrow::array::{Array, BooleanArray, Float64Array, StringArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::BTreeMap;
use std::path::Path;

/// The scores of the newest published night on or before `until`; `None` where there is none.
///
/// # Errors
/// Kind `Internal` if that night is there and cannot be read.
pub fn scores_until(workspace: &Path, until: Date) -> Result<Option<Scores>> {
    let nights = published_nights(workspace)?;
    let Some(on) = nights.into_iter().filter(|night| *night <= until).max() else { return Ok(None) };
    let customers = earlier::table(workspace, on, "churn", customers)?;
    Ok(Some(Scores { on, customers }))
}

type Customers = BTreeMap<String, (crate::churn::model::Probabilities, Option<String>)>;

fn customers(bytes: Vec<u8>) -> Result<Customers, Box<dyn std::error::Error>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))?;
    let horizons = HORIZONS_DAYS.map(|days| format!("churn_{days}"));
    let wanted =
        ["customer_id", "in_scope", "model_id"].into_iter().chain(horizons.iter().map(String::as_str));
    let mask = ProjectionMask::columns(builder.parquet_schema(), wanted);
    let mut customers = Customers::new();
    for batch in builder.with_projection(mask).build()? {
        let batch = batch?;
        let ids = column::<StringArray>(&batch, "customer_id").ok_or("no column `customer_id`")?;
        let in_scope = column::<BooleanArray>(&batch, "in_scope").ok_or("no column `in_scope`")?;
        let models = column::<StringArray>(&batch, "model_id");
        // A night of an older version knows fewer horizons.
        let scores = horizons.each_ref().map(|name| column::<Float64Array>(&batch, name));
        for row in (0..batch.num_rows()).filter(|row| in_scope.value(*row)) {
            let score = |scores: &Option<&Float64Array>| {
                scores.filter(|scores| scores.is_valid(row)).map(|scores| scores.value(row))
            };
            let model =
                models.filter(|models| models.is_valid(row)).map(|models| models.value(row).to_owned());
            customers.insert(ids.value(row).to_owned(), (scores.each_ref().map(score), model));
        }
    }
    Ok(customers)
}
