//! Results as a source of the store: what was kept, taken in with a night beside the bank's own contacts.

use super::FOLDER;
use crate::config::source::Source;
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use crate::ingest::{self, Limits, Taken};
use crate::io::exports;
use crate::io::private::{names_in, read_file};
use crate::store::Writer;
use std::collections::BTreeMap;
use std::path::Path;

/// Names of the kept files.
pub const FILES: &str = "results-{date}-*.csv";

/// The column that older versions did not keep.
const REMARK: &str = "remark";

/// How the kept files are read; the same words as in a bank's own mapping.
const MAPPING: &str = r#"
files = "results-{date}-*.csv"
format = "csv"
[columns]
customer_id = "customer_id"
contacted_on = "contacted_on"
manager_id = "manager_id"
channel = "channel"
list = "list"
outcome = "outcome"
remark = "remark"
"#;

/// Takes in what was kept and is not in the store yet; `taken` is added to.
///
/// # Errors
/// As [`ingest::take_in`].
pub fn take_in(writer: &mut Writer, workspace: &Path, limits: &Limits, taken: &mut Taken) -> Result<()> {
    let folder = workspace.join(FOLDER);
    let Some(sources) = sources(writer, &folder)? else { return Ok(()) };
    let more = ingest::take_in(writer, &sources, &folder, &without_volume(limits), &|_| {})?;
    add(taken, more);
    Ok(())
}

/// The same for a check; see [`ingest::rehearse`].
///
/// # Errors
/// As [`ingest::rehearse`].
pub fn rehearse(
    writer: &mut Writer,
    workspace: &Path,
    limits: &Limits,
    taken: &mut Taken,
    refusals: &mut Vec<Error>,
) -> Result<()> {
    let folder = workspace.join(FOLDER);
    let Some(sources) = sources(writer, &folder)? else { return Ok(()) };
    let more = ingest::rehearse(writer, &sources, &folder, &without_volume(limits), &|_| {}, refusals)?;
    add(taken, more);
    Ok(())
}

/// Managers hand in as many workbooks on a day as they like.
fn without_volume(limits: &Limits) -> Limits {
    Limits { volume: None, ..limits.clone() }
}

/// `None` where there is nothing that the store does not know.
fn sources(writer: &Writer, folder: &Path) -> Result<Option<BTreeMap<Table, Source>>> {
    if names_in(folder)?.is_empty() {
        return Ok(None);
    }
    let mut source: Source = toml::from_str(MAPPING)
        .map_err(|cause| Error::internal("the mapping of results is wrong").caused_by(cause))?;
    let known = || writer.commit().of_table(Table::Results).flat_map(|delivery| &delivery.files);
    let kept = exports::list(folder, &source.files)?;
    let is_known =
        |export: &exports::Export| known().any(|file| file.name == export.name && file.stamp == export.stamp);
    if kept.iter().all(is_known) {
        return Ok(None);
    }
    // All are read by one mapping: another one would have those of an older version read again.
    for export in &kept {
        if !has_remarks(&read_file(&folder.join(&export.name))?) && source.columns.remove(REMARK).is_some() {
            let file = export.name.as_str();
            tracing::warn!(
                file,
                "an older version kept it without remarks: as long as it is here, none are taken in"
            );
        }
    }
    Ok(Some(BTreeMap::from([(Table::Results, source)])))
}

/// Whether the header of a kept file names remarks.
fn has_remarks(csv: &[u8]) -> bool {
    let header = csv.split(|byte| *byte == b'\n').next().unwrap_or_default();
    header.split(|byte| *byte == b',').any(|name| name.trim_ascii() == REMARK.as_bytes())
}

fn add(taken: &mut Taken, more: Taken) {
    taken.n_rows += more.n_rows;
    taken.deliveries.extend(more.deliveries);
    taken.notes.extend(more.notes);
    taken.warnings.extend(more.warnings);
}
