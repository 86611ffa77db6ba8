//! One workbook: which it is, and what its rows say.

use super::cells::{Book, Cell, Sheet};
use super::header::Header;
use super::identity::{self, Identity};
use super::listed::Nights;
use super::reject::Reject;
use super::row::{Context, Fault, Filled};
use super::unzipped;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::privacy::Privacy;
use crate::publish::workbook::as_shown;
use std::collections::BTreeMap;

/// A workbook that could be read.
#[derive(Debug)]
pub struct Submitted {
    /// The path for messages.
    pub file: String,
    /// BLAKE3 in hexadecimal.
    pub digest: String,
    pub identity: Identity,
    /// Those with the header of a list, in the order of their tabs.
    pub sheets: Vec<(String, Header)>,
    /// Rows with a number.
    pub n_rows: usize,
    pub filled: Vec<(Place, Filled)>,
    pub rejects: Vec<Reject>,
}

/// Where a row stands, and its cells between tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Among [`Submitted::sheets`].
    sheet: usize,
    /// As the spreadsheet counts.
    pub row: u32,
    pub raw: String,
}

impl Submitted {
    pub fn reject(&self, place: &Place, fault: &Fault) -> Reject {
        let (sheet, header) = &self.sheets[place.sheet];
        Reject {
            file: self.file.clone(),
            sheet: sheet.clone(),
            row: place.row,
            column: header.shown(fault.column),
            reason: fault.reason.to_owned(),
            hint: fault.hint.clone(),
            raw: place.raw.clone(),
        }
    }

    /// Takes in the rows of a sheet below its header.
    fn take(&mut self, at: usize, sheet: &Sheet, context: &Context<'_>) {
        for (row, cells) in sheet.range(context.header.row + 1..) {
            self.n_rows += usize::from(context.header.cell(cells, super::header::RANK).is_some());
            let place = Place { sheet: at, row: row + 1, raw: raw(cells) };
            match context.read(cells) {
                Ok(None) => {}
                Ok(Some(filled)) => self.filled.push((place, filled)),
                Err(fault) => {
                    let reject = self.reject(&place, &fault);
                    self.rejects.push(reject);
                }
            }
        }
    }
}

const OUR_OWN: &str = "hand in the workbook that Tercet wrote, filled in and saved as `.xlsx`";

/// What workbooks are read against.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The newest date of the store.
    pub newest: Date,
    /// With the key of pseudonyms, where the configuration names one.
    pub privacy: &'a Privacy,
}

/// Reads one file; the inner error is why it is refused as a whole.
///
/// # Errors
/// Kind `Internal` where the published night that it belongs to cannot be read.
pub fn read(
    file: String,
    bytes: Vec<u8>,
    digest: String,
    nights: &mut Nights<'_>,
    known: Known<'_>,
) -> Result<Result<Submitted, Error>> {
    let (mut book, identity) = match opened(&file, bytes) {
        Ok(opened) => opened,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Identity { as_of, manager_id, run_id, .. } = &identity;
    let Some(lists) = nights.of_run(*as_of, run_id)? else {
        let what = format!(
            "is of run {} of the night of {as_of}, which this workspace does not have",
            run_id.escape_debug()
        );
        return Ok(Err(refused(&file, &what, "name the workspace that published it with `--workspace`")));
    };
    // In a cell an odd id stands without what a spreadsheet could not hold.
    let is_it = |id: &str| as_shown(id).trim() == manager_id;
    let of_managers = &lists.by_manager;
    let found =
        of_managers.get_key_value(manager_id).or_else(|| of_managers.iter().find(|(id, _)| is_it(id)));
    let Some((manager_id, listed)) = found else {
        let what =
            format!("is of manager `{}`, who has no list on the night of {as_of}", manager_id.escape_debug());
        return Ok(Err(refused(&file, &what, OUR_OWN)));
    };
    let identity = Identity { manager_id: manager_id.clone(), ..identity.clone() };
    let sheets = match lists_of(&file, &mut book) {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut submitted = Submitted {
        file,
        digest,
        identity: identity.clone(),
        sheets: sheets.iter().map(|(name, _, header)| (name.clone(), header.clone())).collect(),
        n_rows: 0,
        filled: Vec::new(),
        rejects: Vec::new(),
    };
    let is_his_key = lists.key_version.as_deref() == known.privacy.key_version();
    let pseudonyms = Some(known.privacy).filter(|_| lists.key_version.is_some() && is_his_key);
    for (at, (_, sheet, header)) in sheets.iter().enumerate() {
        let context = Context { header, identity: &identity, listed, newest: known.newest, pseudonyms };
        submitted.take(at, sheet, &context);
    }
    Ok(Ok(submitted))
}

fn refused(file: &str, what: &str, hint: &str) -> Error {
    Error::refused(format!("`{file}` {what}")).hint(hint)
}

fn opened(file: &str, bytes: Vec<u8>) -> Result<(Book, Identity), Error> {
    if let Some(fault) = unzipped::fault(&bytes) {
        return Err(refused(file, fault, OUR_OWN));
    }
    let no_workbook = || refused(file, "is not a workbook (`.xlsx`), or a damaged one", OUR_OWN);
    let mut book = Book::open(bytes).ok_or_else(no_workbook)?;
    if !book.sheet_names().iter().any(|name| name == identity::SHEET) {
        return Err(refused(
            file,
            "is not a workbook that Tercet wrote, or its hidden sheet was removed",
            OUR_OWN,
        ));
    }
    let sheet = book.sheet(identity::SHEET).ok_or_else(no_workbook)?;
    let identity = Identity::of(&sheet).map_err(|what| refused(file, &what, OUR_OWN))?;
    Ok((book, identity))
}

/// Every sheet with the header of a list: it may have been renamed, moved, or copied and filled in there.
fn lists_of(file: &str, book: &mut Book) -> Result<Vec<(String, Sheet, Header)>, Error> {
    let mut found = Vec::new();
    let mut missing: Option<Vec<String>> = None;
    for name in book.sheet_names().into_iter().filter(|name| name != identity::SHEET) {
        let Some(sheet) = book.sheet(&name) else {
            return Err(refused(file, &format!("has a damaged sheet `{}`", name.escape_debug()), OUR_OWN));
        };
        match Header::find(&sheet) {
            Ok(header) => found.push((name, sheet, header)),
            Err(lacking) if missing.as_ref().is_none_or(|fewest| lacking.len() < fewest.len()) => {
                missing = Some(lacking);
            }
            Err(_) => {}
        }
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let missing =
        missing.unwrap_or_default().iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ");
    let what = format!(
        "has no sheet with the header of a list in English or Chinese; missing or doubled: {missing}"
    );
    Err(refused(file, &what, "restore the header row as it was handed out"))
}

fn raw(cells: &BTreeMap<u32, Cell>) -> String {
    let last = cells.keys().next_back().copied().unwrap_or(0);
    let shown = (0..=last).map(|column| cells.get(&column).map_or_else(String::new, Cell::shown));
    shown.collect::<Vec<_>>().join("\t")
}
