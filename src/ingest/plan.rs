//! What is to be done with the files of one table: which are known, which are new, which correct others.
//!
//! Reads: the commit of the store, the listing of the drop folder, and the bytes of files whose size, times or inode
//! are not those that were seen before. Grain: one content (a digest) with all the names it was delivered by.
//! Never: takes a content in twice; forgets a delivery because its file has left the folder.

use super::accept::control::Stated;
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use crate::io::exports::{self, Export};
use crate::store::commit::{Commit, DeliveredFile, Delivery, TONIGHT};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be done with the files of one table.
#[derive(Debug, Default)]
pub struct Plan {
    /// Digest of everything that decides how the files are read.
    pub reading: String,
    /// Contents to be read, by rank.
    pub read: Vec<Content>,
    /// Deliveries whose rows leave the store: corrected, or to be read again.
    pub removed: BTreeSet<u32>,
    /// Deliveries that came by further names.
    pub renamed: Vec<(u32, Vec<DeliveredFile>)>,
    /// Files still in the folder of deliveries that stay.
    pub present: BTreeMap<u32, Export>,
    pub notes: Vec<Note>,
}

/// A content that is to be read.
#[derive(Debug)]
pub struct Content {
    pub export: Export,
    pub digest: String,
    /// By rank.
    pub files: Vec<DeliveredFile>,
    /// Of the delivery, once it has one.
    pub number: u32,
    /// What its control file states.
    pub control: Option<Stated>,
}

impl Plan {
    /// Whether rows come or go.
    pub fn changes_rows(&self) -> bool {
        !self.read.is_empty() || !self.removed.is_empty()
    }

    /// Has a delivery read again whose file is still there.
    pub fn read_again(&mut self, delivery: &Delivery) {
        let Some(export) = self.present.remove(&delivery.number) else { return };
        let renamed = self.renamed.iter().position(|(number, _)| *number == delivery.number);
        let files = renamed.map_or_else(|| delivery.files.clone(), |at| self.renamed.swap_remove(at).1);
        self.removed.insert(delivery.number);
        self.read.push(Content::new(export, delivery.digest.clone(), files));
        self.read.sort_by(|a, b| a.files.cmp(&b.files));
    }
}

impl Content {
    pub fn new(export: Export, digest: String, files: Vec<DeliveredFile>) -> Self {
        Self { export, digest, files, number: u32::MAX, control: None }
    }
}

/// What an operator should know of a file although nothing is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The same bytes came by another name; they count once.
    Copy { file: String, of: String },
    /// The file takes the place of what came by its name before.
    Corrected { file: String },
}

/// Contents by digest and number; what is new comes last.
type Contents = BTreeMap<(String, u32), Known>;

const NEW: u32 = u32::MAX;

/// One content while names are sorted out.
struct Known {
    number: Option<u32>,
    reading: String,
    files: BTreeSet<DeliveredFile>,
    export: Option<Export>,
}

/// Compares the folder with the store. `reading` is the digest of everything that decides how a file is read.
///
/// # Errors
/// Kind `Usage` where the mapping changed and a delivery read with the old one is no longer in the folder; of
/// reading files otherwise.
pub fn plan(table: Table, exports: &[Export], commit: &Commit, reading: &str) -> Result<Plan> {
    let mut contents = known(table, commit);
    let unseen: Vec<&Export> = exports.iter().filter(|export| !mark_seen(&mut contents, export)).collect();
    let digests: Vec<Result<String>> = unseen.par_iter().map(|export| exports::digest(export)).collect();
    let mut plan = Plan::default();
    for (export, digest) in unseen.into_iter().zip(digests) {
        attach(table, &mut contents, export, digest?, reading, &mut plan.notes);
    }
    for ((digest, _), content) in contents {
        settle(table, digest, content, commit, reading, &mut plan)?;
    }
    plan.read.sort_by(|a, b| a.files.cmp(&b.files));
    Ok(plan)
}

fn known(table: Table, commit: &Commit) -> Contents {
    let entry = |delivery: &Delivery| {
        let files = delivery.files.iter().cloned().collect();
        let reading = delivery.reading.clone();
        let key = (delivery.digest.clone(), delivery.number);
        (key, Known { number: Some(delivery.number), reading, files, export: None })
    };
    commit.of_table(table).map(entry).collect()
}

/// Whether the file is one that was seen before, untouched since.
fn mark_seen(contents: &mut Contents, export: &Export) -> bool {
    let is_it = |file: &DeliveredFile| file.name == export.name && file.stamp == export.stamp;
    let seen = contents.values_mut().find(|content| content.files.iter().any(is_it));
    seen.map(|content| content.export.get_or_insert_with(|| export.clone())).is_some()
}

/// Gives a name to its content, and takes it from the one that had it before.
fn attach(
    table: Table,
    contents: &mut Contents,
    export: &Export,
    digest: String,
    reading: &str,
    notes: &mut Vec<Note>,
) {
    let file = DeliveredFile {
        delivered_on: export.date.unwrap_or(TONIGHT),
        name: export.name.clone(),
        is_dated: export.date.is_some(),
        stamp: export.stamp,
    };
    let key = key_of(table, contents, &file, digest);
    for (_, other) in contents.iter_mut().filter(|(other, _)| **other != key) {
        let before = other.files.len();
        // Without a date in its name a file stands for its night: what it brought on earlier nights stays.
        other.files.retain(|known| known.name != file.name || !known.is_dated);
        if other.files.len() < before {
            notes.push(Note::Corrected { file: file.name.clone() });
        }
    }
    let new = || Known { number: None, reading: reading.to_owned(), files: BTreeSet::new(), export: None };
    let content = contents.entry(key).or_insert_with(new);
    let same_name = content.files.iter().find(|known| known.name == file.name).cloned();
    if let Some(first) = content.files.first().filter(|_| same_name.is_none()) {
        notes.push(Note::Copy { file: file.name.clone(), of: first.name.clone() });
    }
    // Touched but not changed: the date it came first stays.
    let delivered_on = same_name.as_ref().map_or(file.delivered_on, |known| known.delivered_on);
    content.files.retain(|known| known.name != file.name);
    content.files.insert(DeliveredFile { delivered_on, ..file });
    content.export.get_or_insert_with(|| export.clone());
}

/// The content of this digest; a new one where the file, undated, held something else in between, or where the table
/// is described anew by every delivery and this one is of another date: it says that nothing has changed since.
fn key_of(table: Table, contents: &Contents, file: &DeliveredFile, digest: String) -> (String, u32) {
    let has_name = |content: &Known| content.files.iter().any(|known| known.name == file.name);
    let says_the_same = |content: &Known| {
        matches!(table, Table::Transactions | Table::Holdings)
            || content.files.iter().all(|known| known.delivered_on == file.delivered_on || !file.is_dated)
    };
    let of_digest =
        contents.iter().filter(|((other, _), content)| *other == digest && says_the_same(content));
    let last = of_digest.map(|((_, number), _)| *number).max();
    let is_outlived = |number: u32| {
        !file.is_dated && contents.iter().any(|((_, other), content)| *other > number && has_name(content))
    };
    let number = last.filter(|number| !is_outlived(*number));
    // New contents of one digest are told apart by counting down.
    let is_taken = |number: &u32| contents.contains_key(&(digest.clone(), *number));
    let number = number.unwrap_or_else(|| (0..=NEW).rev().find(|number| !is_taken(number)).unwrap_or(NEW));
    (digest, number)
}

/// Decides what becomes of one content now that names are sorted out.
fn settle(
    table: Table,
    digest: String,
    content: Known,
    commit: &Commit,
    reading: &str,
    plan: &mut Plan,
) -> Result<()> {
    let files: Vec<DeliveredFile> = content.files.into_iter().collect();
    let Some(delivery) = content.number.and_then(|number| commit.delivery(number)) else {
        plan.read.extend(content.export.map(|export| Content::new(export, digest, files)));
        return Ok(());
    };
    let number = delivery.number;
    let is_read_otherwise = content.reading != reading;
    match content.export {
        _ if files.is_empty() => {
            plan.removed.insert(number);
        }
        Some(export) if is_read_otherwise => {
            plan.removed.insert(number);
            plan.read.push(Content::new(export, digest, files));
        }
        // What an undated file brought on earlier nights cannot come again: it stays as it was read then.
        None if is_read_otherwise && files.iter().any(|file| file.is_dated) => {
            return Err(out_of_reach(table, delivery));
        }
        export => {
            if files != delivery.files {
                plan.renamed.push((number, files));
            }
            plan.present.extend(export.map(|export| (number, export)));
        }
    }
    Ok(())
}

fn out_of_reach(table: Table, delivery: &Delivery) -> Error {
    let (table, file) = (table.name(), delivery.name().escape_debug().to_string());
    Error::usage(format!(
        "`{file}` was read with another `sources.{table}` and is no longer in the drop folder"
    ))
    .hint(format!(
        "put the files of `{table}` back to have them read anew, undo the change of `sources.{table}`, or deliver \
         the history into a new workspace"
    ))
}
