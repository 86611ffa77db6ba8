//! Contacts that managers wrote into their workbooks, and rows of theirs that were rejected, without a customer: his lines
//! go, and what was written of others and names him is blanked.
//!
//! Reads and writes `results/` of the workspace, a file by one rename. A file that the store took in stays the delivery that
//! it was: the commit is told its new digest, so that no night reads it as a correction.

use super::night::Person;
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use crate::io::exports;
use crate::io::private::{names_in, read_file};
use crate::results::{FOLDER, KEPT_PATTERN, write_files};
use crate::store::Writer;
use crate::store::writer::REDACTED;
use std::collections::BTreeMap;
use std::path::Path;

const CUSTOMER_ID: &[u8] = b"customer_id";
const RAW: &[u8] = b"raw";
const REMARK: &[u8] = b"remark";

/// Takes him out of every file, but for a `dry_run`; names of those that name him.
///
/// # Errors
/// Kind `Internal` where a file cannot be read or written, or is no CSV any more.
pub(super) fn purge(workspace: &Path, person: &Person, dry_run: bool) -> Result<Vec<String>> {
    let folder = workspace.join(FOLDER);
    let mut changed = BTreeMap::new();
    for name in names_in(&folder)? {
        let path = folder.join(&name);
        let damaged = |cause: csv::Error| {
            Error::internal(format!("`{FOLDER}/{}` is no CSV any more", name.escape_debug()))
                .hint("mend it, or take it away, and purge again")
                .caused_by(cause)
        };
        if let Some(bytes) = without(person, &read_file(&path)?).map_err(damaged)? {
            changed.insert(name, bytes);
        }
    }
    if !dry_run {
        write_files(workspace, &changed)?;
    }
    Ok(changed.into_keys().collect())
}

fn without(person: &Person, bytes: &[u8]) -> Result<Option<Vec<u8>>, csv::Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader.byte_headers()?.clone();
    let column = |name: &[u8]| header.iter().position(|found| found == name);
    let (id, words) = (column(CUSTOMER_ID), column(RAW).or_else(|| column(REMARK)));
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_byte_record(&header)?;
    let mut is_named = false;
    for record in reader.byte_records() {
        let record = record?;
        let cell =
            |at: Option<usize>| String::from_utf8_lossy(at.and_then(|at| record.get(at)).unwrap_or_default());
        if id.is_some() && cell(id) == person.id {
            is_named = true;
            continue;
        }
        let is_his_text = words.is_some() && {
            let text = cell(words);
            person.traces.are_in(&text) || text.split('\t').any(|cell| person.shown.contains(cell.trim()))
        };
        is_named |= is_his_text;
        for (at, field) in record.iter().enumerate() {
            writer.write_field(if is_his_text && Some(at) == words { REDACTED.as_bytes() } else { field })?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    let bytes = writer.into_inner().map_err(|cause| csv::Error::from(cause.into_error()))?;
    Ok(is_named.then_some(bytes))
}

/// Tells the store what its files are now.
///
/// # Errors
/// Kind `Internal` where a file cannot be read.
pub(super) fn settle(workspace: &Path, changed: &[String], writer: &mut Writer) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    for export in exports::list(&workspace.join(FOLDER), KEPT_PATTERN)? {
        if !changed.contains(&export.name) {
            continue;
        }
        let digest = exports::digest(&export)?;
        let is_it = |file: &crate::store::commit::DeliveredFile| file.name == export.name;
        let numbers: Vec<u32> = writer
            .commit()
            .of_table(Table::Results)
            .filter(|delivery| delivery.files.iter().any(is_it))
            .map(|delivery| delivery.number)
            .collect();
        for number in numbers {
            let delivery = writer.delivery_mut(number);
            (delivery.digest, delivery.bytes) = (digest.clone(), export.bytes);
            for file in delivery.files.iter_mut().filter(|file| file.name == export.name) {
                file.stamp = export.stamp;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::writer::Traces;
    use std::collections::BTreeSet;

    #[test]
    fn his_lines_go_and_remarks_that_name_him_are_blanked() {
        let texts = |text: &str| BTreeSet::from([text.to_owned()]);
        let traces = Traces { ids: texts("C1"), names: texts("Zeb"), ..Traces::default() };
        let person = Person { id: "C1".into(), shown: texts("C1"), traces };
        let kept = |csv: &str| {
            without(&person, csv.as_bytes()).unwrap().map(|bytes| String::from_utf8(bytes).unwrap())
        };
        let contacts =
            "customer_id,rank,remark\nC1,1,his\nC2,2,\"lives with Zeb, see C1\"\nC3,3,call at six\n";
        assert_eq!(kept(contacts).unwrap(), "customer_id,rank,remark\nC2,2,(purged)\nC3,3,call at six\n");
        assert_eq!(kept("row,raw\n7,1\tC1\tx\n").unwrap(), "row,raw\n7,(purged)\n");
        assert_eq!(kept("customer_id,rank,remark\nC3,3,call at six\n"), None);
    }
}
