//! The night before: the newest published night before a date, and what it said of each customer.

use super::earlier::column;
use super::totals::Totals;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::nights::{self, night_folder, published_nights};
use crate::io::private::read_file;
use crate::segment::movements::Before;
use arrow::array::{Array, Float64Array, Int32Array, StringArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::BTreeMap;
use std::path::Path;

const TEXTS: [&str; 6] =
    ["customer_id", "customer_type", "tier", "value_level", "loyalty_level", "behaviour_level"];
const CLUSTER: &str = "cluster";
/// In the order of [`Before::scores`]; a night that lacks one has no such scores.
const SCORES: [&str; 3] = ["value_score", "loyalty_score", "behaviour_score"];

/// What the night before said.
#[derive(Debug, Clone)]
pub struct Previous {
    pub as_of: Date,
    /// Of the bytes of its `segments.parquet`.
    pub segments_blake3: String,
    /// Id and BLAKE3 of the segment model that placed its customers.
    pub segment_model: Option<(String, String)>,
    /// The same of its churn model.
    pub churn_model: Option<(String, String)>,
    /// The same of its propensity model.
    pub propensity_model: Option<(String, String)>,
    /// Sums over all its customers; `None` where an older version published it without them.
    pub totals: Option<Totals>,
    pub customers: BTreeMap<String, Before>,
}

/// The newest published night before `as_of`; `None` where there is none.
///
/// # Errors
/// Kind `Internal` if that night is there and cannot be read.
pub fn night_before(workspace: &Path, as_of: Date) -> Result<Option<Previous>> {
    let Some(before) = published_nights(workspace)?.into_iter().filter(|night| *night < as_of).max() else {
        return Ok(None);
    };
    let folder = night_folder(workspace, before);
    let damaged = |cause: Box<dyn std::error::Error>| {
        Error::internal(format!("cannot read the night before, `{}`: {cause}", folder.display()))
            .hint("run that night again, or move its folder out of `published/`")
    };
    let segments = read_file(&folder.join("segments.parquet")).map_err(|cause| damaged(cause.into()))?;
    let manifest: Models = nights::manifest(&folder)?;
    Ok(Some(Previous {
        as_of: before,
        segments_blake3: blake3::hash(&segments).to_hex().to_string(),
        segment_model: manifest.of("segment"),
        churn_model: manifest.of("churn"),
        propensity_model: manifest.of("propensity"),
        totals: Totals::of_night(workspace, before)?,
        customers: standings(segments).map_err(damaged)?,
    }))
}

/// What is read of a manifest.
#[derive(serde::Deserialize)]
struct Models {
    models: Vec<ModelUsed>,
}

impl Models {
    fn of(&self, what: &str) -> Option<(String, String)> {
        let model = self.models.iter().find(|model| model.what == what)?;
        Some((model.model_id.clone(), model.blake3.clone()))
    }
}

/// A model as a published manifest names it.
#[derive(Debug, PartialEq, Eq, serde::Deserialize)]
pub struct ModelUsed {
    pub what: String,
    pub model_id: String,
    /// Of its file.
    pub blake3: String,
}

fn standings(bytes: Vec<u8>) -> Result<BTreeMap<String, Before>, Box<dyn std::error::Error>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))?;
    let names = TEXTS.into_iter().chain(SCORES).chain([CLUSTER]);
    let mask = ProjectionMask::columns(builder.parquet_schema(), names);
    let mut customers = BTreeMap::new();
    for batch in builder.with_projection(mask).build()? {
        let batch = batch?;
        let texts = |name: &str| {
            column::<StringArray>(&batch, name).ok_or_else(|| format!("no text column `{name}`"))
        };
        let [ids, types, tiers, value, loyalty, behaviour] = TEXTS.map(texts);
        let clusters =
            column::<Int32Array>(&batch, CLUSTER).ok_or_else(|| format!("no column `{CLUSTER}`"))?;
        let (ids, types, tiers) = (ids?, types?, tiers?);
        let levels = [value?, loyalty?, behaviour?];
        let scores = SCORES.map(|name| column::<Float64Array>(&batch, name));
        let text = |array: &StringArray, row: usize| array.is_valid(row).then(|| array.value(row).to_owned());
        for row in 0..batch.num_rows() {
            let before = Before {
                customer_type: text(types, row),
                tier: text(tiers, row),
                levels: levels.map(|level| text(level, row)),
                scores: scores
                    .map(|scores| scores.filter(|scores| scores.is_valid(row)).map(|s| s.value(row))),
                cluster: clusters.is_valid(row).then(|| clusters.value(row)),
            };
            customers.insert(ids.value(row).to_owned(), before);
        }
    }
    Ok(customers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, RecordBatch};
    use parquet::arrow::ArrowWriter;
    use std::sync::Arc;

    /// A table with one row.
    fn written(columns: impl IntoIterator<Item = (&'static str, ArrayRef)>) -> Vec<u8> {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        bytes
    }

    #[test]
    fn a_night_without_scores_is_still_read() {
        let text = |name: &'static str| (name, Arc::new(StringArray::from(vec!["x"])) as ArrayRef);
        let old = || {
            let cluster = (CLUSTER, Arc::new(Int32Array::from(vec![Some(3)])) as ArrayRef);
            TEXTS.map(text).into_iter().chain([cluster])
        };
        let read = |bytes: Vec<u8>| standings(bytes).unwrap().remove("x").unwrap();
        let without = read(written(old()));
        assert_eq!((without.scores, without.cluster), ([None; 3], Some(3)));
        let scores = [Some(40.5), None, Some(60.0)];
        let columns = SCORES
            .into_iter()
            .zip(scores)
            .map(|(name, score)| (name, Arc::new(Float64Array::from(vec![score])) as ArrayRef));
        assert_eq!(read(written(old().chain(columns))), Before { scores, ..without });
    }
}
