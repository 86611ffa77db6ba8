//! How many rows of a file may be rejected.

use super::build::{Findings, Tally};
use super::cell::NOT_UTF8;
use super::{Limits, decode, owners};
use crate::error::{Error, Result};
use crate::store::books::Reject;
use std::collections::BTreeMap;

/// Refuses a file with too many rejects of its own. Rows that only share the fate of their customer or account are
/// left out of both sides: that fault is counted where it lies. After a file of `owners_without_rows`, rows that name
/// nobody who is known are told as what may follow from it, where they alone are too many.
pub fn check_share(
    file: &str,
    findings: &Findings,
    limits: &Limits,
    owners_without_rows: Option<&str>,
) -> Result<()> {
    let Tally { rows, rejected, inherited, .. } = findings.tally;
    let (rows, rejected) = (rows - inherited, rejected - inherited);
    let share = share_of(rejected, rows);
    if share <= limits.reject_share_max {
        return Ok(());
    }
    let file = file.escape_debug();
    if let Some(owners) = owners_without_rows {
        let unknown =
            findings.rejects.iter().filter(|reject| owners::is_unknown(&reject.reason)).count() as u64;
        if share_of(rejected - unknown, rows - unknown) <= limits.reject_share_max {
            let owners = owners.escape_debug();
            return Err(Error::refused(format!(
                "`{file}`: {unknown} of {rows} rows name nobody who is known, which may follow from `{owners}`"
            ))
            .hint(format!("check again once `{owners}` has its rows")));
        }
    }
    let (percent, limit) = (share * 100.0, limits.reject_share_max * 100.0);
    let mut message = format!(
        "`{file}`: {rejected} of {rows} rows rejected ({percent:.2}%), more than the {limit:.2}% allowed"
    );
    if let Some((first, count)) = most_frequent(&findings.rejects) {
        let column = first.column.escape_debug();
        let column = if first.column.is_empty() { String::new() } else { format!("`{column}` ") };
        message += &format!("; {count} of them: {column}{}, first on line {}", first.reason, first.line);
    }
    if inherited > 0 {
        message += &format!("; {inherited} more name a customer or account that was rejected");
    }
    let mut error = Error::refused(message);
    let undecoded = findings.rejects.iter().filter(|reject| reject.reason == NOT_UTF8).count() as u64;
    if undecoded * 2 >= rejected && decode::seems_gb18030(&findings.undecoded) {
        error = error.hint("`encoding = \"gb18030\"` may be what the export is in");
    }
    Err(error
        .hint("correct the export or its mapping, or raise `reject_share_max` if these rows may be left out"))
}

/// The part of the rows that is rejected; 0 without rejects.
#[expect(clippy::cast_precision_loss, reason = "shares are compared, not kept")]
fn share_of(rejected: u64, rows: u64) -> f64 {
    rejected as f64 / rows.max(1) as f64
}

/// The first reject with the most frequent column and reason of the file's own, and how many there are.
fn most_frequent(rejects: &[Reject]) -> Option<(&Reject, u64)> {
    let mut counts: BTreeMap<(&str, &str), (u64, &Reject)> = BTreeMap::new();
    for reject in rejects.iter().filter(|reject| !owners::is_inherited(&reject.reason)) {
        counts.entry((&reject.column, &reject.reason)).or_insert((0, reject)).0 += 1;
    }
    let most = counts.into_values().max_by(|a, b| a.0.cmp(&b.0).then(b.1.line.cmp(&a.1.line)))?;
    Some((most.1, most.0))
}
