//! `tercet explain CUSTOMER`: one customer of a published night as a person wants to see him, each figure with its basis.
//!
//! Reads: a published night, the segment model that its manifest names, and the movements of the nights before. Produces:
//! an [`Explanation`], as text or as JSON. Grain: one customer. Never: reads the store or the exports, computes a
//! score again, writes or logs anything; the customer's data is in the answer and in no error.
//!
//! | file | what it does |
//! |---|---|
//! | `night` | which night; its manifest, tables and model, each held against its digest |
//! | `rows` | the rows of one customer, or whole columns, by name |
//! | `figure` | a value with its basis, or why it is missing |
//! | `who` `placement` `standing` `tier_months` `movements` `churn` `lists` | the parts of the answer |
//! | `contributions` `group` | what lifts and lowers a score, and the group that he is compared with |
//! | `text` `words` | the answer for people |

mod churn;
mod contributions;
mod figure;
mod group;
mod lists;
mod movements;
mod night;
mod placement;
mod rows;
mod standing;
mod text;
mod tier_months;
mod who;
mod words;

pub use churn::Churn;
pub use contributions::Contribution;
pub use figure::{Figure, Missing};
pub use lists::Lists;
pub use movements::{History, Moved, ScoreMoved};
pub use placement::{AxisScore, Placement};
pub use standing::Standing;
pub use text::text;
pub use tier_months::TierMonth;
pub use who::{Source, Who};

use crate::config::Config;
use crate::cross_sell::Rules;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::labels::Labels;
use night::Night;
use rows::Row;
use serde::Serialize;
use std::path::Path;

/// Everything that a published night says of one customer.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    pub night: Source,
    pub who: Who,
    pub placement: Placement,
    pub standing: Standing,
    pub movements: History,
    pub churn: Churn,
    pub lists: Lists,
}

/// The customer in the night of `as_of`, or in the newest.
///
/// # Errors
/// Kind `Usage` where he is not in that night, `Incomplete` where it is not published, `Internal` where it cannot be
/// read. None names him.
pub fn explain(workspace: &Path, customer: &str, as_of: Option<Date>) -> Result<Explanation> {
    let night = Night::find(workspace, as_of)?;
    let rows = |table: &str| night.rows(table, customer);
    let segments = rows("segments")?;
    let segments = segments.first().ok_or_else(|| not_in(&night))?;
    let (features, churn) = (rows("features")?, rows("churn")?);
    let features = only(&night, "features", features.first())?;
    let churn = only(&night, "churn", churn.first())?;
    let movements = movements::history(workspace, &night, customer)?;
    Ok(Explanation {
        night: who::source(&night),
        who: who::of(customer, &night, segments, features),
        placement: placement::of(&night, segments, features, &movements.moves)?,
        standing: standing::of(&night, segments, features, &movements.moves),
        churn: churn::of(&night, churn, segments),
        lists: lists::of(&rows("targets")?, &rows("suppressions")?, &rows("cross_sell")?),
        movements,
    })
}

/// The words of the answer: of the configured language, with those that the bank's own product rules bring. A rule that
/// the file does not have any more is told by its code, as are all where the file cannot be read.
#[must_use]
pub fn labels(config: &Config) -> Labels {
    match Rules::of(config) {
        Ok(rules) => rules.labels(config.language),
        Err(_) => Labels::of(config.language),
    }
}

/// A table with one row per customer has one of everybody in the night.
fn only<'a>(night: &Night, table: &str, row: Option<Row<'a>>) -> Result<Row<'a>> {
    row.ok_or_else(|| night.damaged(&format!("`{table}` and `segments` are not of the same customers")))
}

/// Ids are personal data: neither his nor one like it is told.
fn not_in(night: &Night) -> Error {
    let manifest = &night.manifest;
    let n = |standing: &str| manifest.customers.get(standing).copied().unwrap_or(0);
    let rejected = manifest.rows.get("rejects").copied().unwrap_or(0);
    Error::usage(format!("no customer of this id is in the night of {}", manifest.as_of))
        .hint("ids are compared as delivered, leading zeros included")
        .hint(format!(
            "{} customers are in this night; of the others delivered {} were closed by then, {} opened later, {} without any history",
            n("in_night"),
            n("closed"),
            n("opened_later"),
            n("without_history")
        ))
        .hint("another night may have him: name it with `--as-of`")
        .hint(format!("{rejected} rejected rows stand in `rejects.parquet` of that night, each with its reason"))
}

/// The answer for machines: one JSON object.
///
/// # Errors
/// Kind `Internal` where it cannot be written, which is a fault of ours.
pub fn json(answer: &Explanation) -> Result<String> {
    serde_json::to_string_pretty(answer)
        .map_err(|cause| Error::internal("the answer cannot be written").caused_by(cause))
}
