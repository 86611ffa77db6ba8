//! What was read, as text files in the workspace: contacts with the contract's own column names, and rejected rows.
//!
//! ```text
//! results/results-READ-NIGHT-RUN-MANAGER.csv      contacts read when the store's newest date was READ
//! results/rejected-NIGHT-RUN-MANAGER.csv          rows of the same workbook that were not taken in
//! ```
//!
//! A kept file is a delivery like any other: its name dates it, and whoever mends a line in it corrects it.

use super::FOLDER;
use super::digests::write_files;
use super::gathered::File;
use super::identity::Identity;
use super::row::Filled;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::private::{names_in, read_file, read_if_there};
use crate::labels::OUTCOMES;
use crate::publish::workbook::manager_stem;
use crate::store::tombstones::Tombstones;
use crate::store::writer::REDACTED;
use crate::targets::UNASSIGNED;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Begins the names of the files with contacts.
pub const PREFIX: &str = "results-";
const SUFFIX: &str = ".csv";

/// A workbook, whatever its file is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkbookKey {
    run_id: String,
    manager_id: String,
}

impl WorkbookKey {
    pub fn of(identity: &Identity) -> Self {
        Self { run_id: identity.run_id.clone(), manager_id: contact_manager(identity).to_owned() }
    }
}

/// The manager of a contact; empty where nobody owns the customer.
fn contact_manager(identity: &Identity) -> &str {
    if identity.manager_id == UNASSIGNED { "" } else { &identity.manager_id }
}

/// A line of a kept file: the contract's columns, and where the contact comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    customer_id: String,
    contacted_on: String,
    manager_id: String,
    /// The workbooks do not ask for it; for whoever knows it.
    channel: String,
    list: String,
    outcome: String,
    run_id: String,
    rank: i32,
    /// Files of older versions have none.
    #[serde(default)]
    remark: String,
}

impl Line {
    fn of(identity: &Identity, filled: &Filled, tombstones: &Tombstones) -> Self {
        let remark = filled.remark.as_deref().unwrap_or_default();
        Self {
            customer_id: filled.customer_id.clone(),
            contacted_on: filled.contacted_on.to_string(),
            manager_id: contact_manager(identity).to_owned(),
            channel: String::new(),
            list: filled.list.clone(),
            outcome: filled.outcome.unwrap_or_default().to_owned(),
            run_id: identity.run_id.clone(),
            rank: filled.rank,
            remark: if tombstones.are_named_in(remark) { REDACTED } else { remark }.to_owned(),
        }
    }
}

/// What was said of a customer of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    contacted_on: Date,
    outcome: Option<&'static str>,
    remark: String,
}

impl Said {
    /// Whether a row agrees with it; one without a remark says nothing against one.
    pub fn is_also_of(&self, filled: &Filled) -> bool {
        let remark = filled.remark.as_deref();
        (self.contacted_on, self.outcome) == (filled.contacted_on, filled.outcome)
            && remark.is_none_or(|remark| remark == self.remark || self.remark == REDACTED)
    }
}

/// What was read on earlier calls.
#[derive(Debug, Default)]
pub struct Kept(BTreeMap<(WorkbookKey, i32), Said>);

impl Kept {
    /// # Errors
    /// Kind `Refused` where a kept file was changed into something that is none, naming it.
    pub fn of(workspace: &Path) -> Result<Self> {
        let folder = workspace.join(FOLDER);
        let mut kept = BTreeMap::new();
        for name in
            names_in(&folder)?.iter().filter(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
        {
            for line in lines(&read_file(&folder.join(name))?, name)? {
                let broken = || broken(name);
                let on = Date::parse_iso(&line.contacted_on).ok_or_else(broken)?;
                let outcome = Some(&*line.outcome).filter(|outcome| !outcome.is_empty());
                let known = outcome
                    .map(|outcome| OUTCOMES.into_iter().find(|code| *code == outcome).ok_or_else(broken));
                let said = Said { contacted_on: on, outcome: known.transpose()?, remark: line.remark };
                let key = WorkbookKey { run_id: line.run_id, manager_id: line.manager_id };
                kept.insert((key, line.rank), said);
            }
        }
        Ok(Self(kept))
    }

    pub fn said(&self, workbook: &WorkbookKey, rank: i32) -> Option<&Said> {
        self.0.get(&(workbook.clone(), rank))
    }
}

fn broken(name: &str) -> Error {
    Error::refused(format!(
        "`{FOLDER}/{}` in the workspace is no file of contacts any more",
        name.escape_debug()
    ))
    .hint("mend it, or take it away and read its workbook again")
}

fn lines(csv: &[u8], name: &str) -> Result<Vec<Line>> {
    let read = csv::Reader::from_reader(csv).deserialize().collect::<Result<Vec<Line>, csv::Error>>();
    read.map_err(|_| broken(name))
}

/// Writes the contacts that are new and the rows that were rejected, a file per workbook.
///
/// # Errors
/// Kind `Internal` or `Usage`, naming the path.
pub fn keep(workspace: &Path, files: &[File], newest: Date, tombstones: &Tombstones) -> Result<()> {
    let folder = workspace.join(FOLDER);
    let mut contacts: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    let mut rejects: BTreeMap<String, Vec<[String; 6]>> = BTreeMap::new();
    for file in files {
        let identity = &file.submitted.identity;
        let workbook = workbook_name(identity);
        if !file.new.is_empty() {
            let own = contacts.entry(format!("{PREFIX}{newest}-{workbook}{SUFFIX}")).or_default();
            own.extend(file.new.iter().map(|filled| Line::of(identity, filled, tombstones)));
        }
        let rejected = rejects.entry(format!("rejected-{workbook}{SUFFIX}")).or_default();
        rejected.extend(file.rejects().iter().map(|reject| {
            let (file, sheet, row) = (reject.file.clone(), reject.sheet.clone(), reject.row.to_string());
            let raw = if tombstones.are_named_in(&reject.raw) { REDACTED } else { reject.raw.as_str() };
            [file, sheet, row, reject.column.clone(), reject.reason.clone(), raw.to_owned()]
        }));
    }
    let mut written = BTreeMap::new();
    for (name, new) in contacts {
        let path = folder.join(&name);
        let mut all = read_if_there(&path)?.map(|csv| lines(&csv, &name)).transpose()?.unwrap_or_default();
        all.extend(new);
        all.sort_by_key(|line| line.rank);
        written.insert(name, csv_of(all.iter().map(|line| move |csv: &mut Csv| csv.serialize(line)))?);
    }
    for (name, rows) in rejects {
        let path = folder.join(&name);
        // Of a workbook whose rows are all in order by now, an empty one remains.
        if !rows.is_empty() || read_if_there(&path)?.is_some() {
            let header = ["file", "sheet", "row", "column", "reason", "raw"].map(str::to_owned);
            let rows = std::iter::once(&header).chain(&rows);
            written.insert(name, csv_of(rows.map(|row| move |csv: &mut Csv| csv.write_record(row)))?);
        }
    }
    write_files(workspace, &written)
}

/// Night, run and manager, as a part of a file name.
fn workbook_name(identity: &Identity) -> String {
    let manager = manager_stem(&identity.manager_id);
    let run: String = identity.run_id.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{}-{run}-{}", identity.as_of.to_string().replace('-', ""), manager)
}

type Csv = csv::Writer<Vec<u8>>;

fn csv_of<W: Fn(&mut Csv) -> csv::Result<()>>(rows: impl Iterator<Item = W>) -> Result<Vec<u8>> {
    let failed = |cause: csv::Error| Error::internal("cannot write what was read").caused_by(cause);
    let mut csv = Csv::from_writer(Vec::new());
    for row in rows {
        row(&mut csv).map_err(failed)?;
    }
    csv.into_inner()
        .map_err(|cause| Error::internal("cannot write what was read").caused_by(cause.into_error()))
}
