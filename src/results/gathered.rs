//! The rows of all files together: each customer of a list once, and nobody twice with two stories.

use super::header::OUTCOME;
use super::kept::{Kept, WorkbookKey};
use super::reject::Reject;
use super::row::{Fault, Filled};
use super::submitted::Submitted;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A file and what became of its rows: rows filled in = new + repeated + known + rejected.
#[derive(Debug)]
pub struct File {
    pub submitted: Submitted,
    /// Taken in from this file.
    pub new: Vec<Filled>,
    /// Said by another row of this call already.
    pub repeated: usize,
    /// Read on an earlier call.
    pub known: usize,
}

impl File {
    pub fn rejects(&self) -> &[Reject] {
        &self.submitted.rejects
    }
}

const TWO_STORIES: Fault = Fault {
    column: OUTCOME,
    reason: "another row for the same customer of this list says otherwise",
    hint: Cow::Borrowed("leave the right one of them alone filled in, and read the workbooks again"),
};

const READ_BEFORE: Fault = Fault {
    column: OUTCOME,
    reason: "what was read of this row before says otherwise",
    hint: Cow::Borrowed(
        "what was read before stands; to correct it, change the line in `results/` of the workspace",
    ),
};

/// One file per submitted workbook, in their order.
pub fn gather(submitted: Vec<Submitted>, kept: &Kept) -> Vec<File> {
    let file = |submitted| File { submitted, new: Vec::new(), repeated: 0, known: 0 };
    let mut files: Vec<File> = submitted.into_iter().map(file).collect();
    // Workbook and rank to the places of the rows that speak of it: file, and row among those that are filled in.
    let mut rows: BTreeMap<(WorkbookKey, i32), Vec<(usize, usize)>> = BTreeMap::new();
    for (file, of_file) in files.iter().enumerate() {
        for (row, (_, filled)) in of_file.submitted.filled.iter().enumerate() {
            rows.entry((WorkbookKey::of(&of_file.submitted.identity), filled.rank))
                .or_default()
                .push((file, row));
        }
    }
    for ((workbook, rank), places) in rows {
        let told: Vec<Filled> =
            places.iter().map(|(file, row)| files[*file].submitted.filled[*row].1.clone()).collect();
        let (first, differs) = (most_told(&told), !agree(&told));
        let before = kept.said(&workbook, rank);
        let is_other = before.is_some_and(|before| !before.is_also_of(&first));
        for (at, (file, row)) in places.into_iter().enumerate() {
            let file = &mut files[file];
            match (differs, is_other, before) {
                (true, ..) => file.turn_away(row, &TWO_STORIES),
                (false, true, _) => file.turn_away(row, &READ_BEFORE),
                (false, false, Some(_)) => file.known += 1,
                (false, false, None) if at > 0 => file.repeated += 1,
                (false, false, None) => file.new.push(first.clone()),
            }
        }
    }
    for file in &mut files {
        file.submitted.rejects.sort_by(|a, b| (&a.sheet, a.row).cmp(&(&b.sheet, b.row)));
    }
    files
}

/// Whether rows of one customer of a list say the same; one without a remark says nothing against one.
fn agree(told: &[Filled]) -> bool {
    let remarks: BTreeSet<&str> = told.iter().filter_map(|filled| filled.remark.as_deref()).collect();
    let contacts: BTreeSet<_> = told.iter().map(|filled| (filled.contacted_on, filled.outcome)).collect();
    remarks.len() <= 1 && contacts.len() == 1
}

/// The first of them, with the remark of any.
fn most_told(told: &[Filled]) -> Filled {
    let remark = told.iter().find_map(|filled| filled.remark.clone());
    Filled { remark, ..told[0].clone() }
}

impl File {
    fn turn_away(&mut self, row: usize, fault: &Fault) {
        let (place, _) = &self.submitted.filled[row];
        let reject = self.submitted.reject(place, fault);
        self.submitted.rejects.push(reject);
    }
}
