//! One row per id: what is a duplicate, and which of several contents wins.
//!
//! Reads: rows sorted by (id, content, delivery). Grain: one row per id. Never: looks at the order of arrival: the
//! last content in content order wins. Of rows alike, the one in the first file by name is kept.

use super::Ingested;
use super::account::Fate;
use super::build::Build;

/// The rows that are not kept and why, in ascending order: those alike with the winner are duplicates, the other
/// contents of its id superseded.
pub fn fates<R>(
    rows: &[R],
    same_id: impl Fn(&R, &R) -> bool,
    same_content: impl Fn(&R, &R) -> bool,
) -> Vec<(usize, Fate)> {
    let mut fates = Vec::new();
    let mut start = 0;
    for group in rows.chunk_by(same_id) {
        if let [_, .., winner] = group {
            let kept = group.iter().position(|row| same_content(row, winner)).unwrap_or_default();
            let fate = |at: usize| if at > kept { Fate::Duplicate } else { Fate::Superseded };
            fates.extend((0..group.len()).filter(|at| *at != kept).map(|at| (start + at, fate(at))));
        }
        start += group.len();
    }
    fates
}

/// Takes the rows with a fate out, and enters it in their files' books.
pub fn settle<B: Build>(
    rows: &mut Vec<B::Row>,
    fates: &[(usize, Fate)],
    night: &mut Ingested,
    delivery: impl Fn(&B::Row) -> u16,
) {
    for (at, fate) in fates {
        let row = &rows[*at];
        night.deliveries[usize::from(delivery(row))].move_row::<B>(row, *fate);
    }
    let mut dropped = fates.iter().map(|(at, _)| *at).peekable();
    let mut at = 0;
    rows.retain(|_| {
        let is_kept = dropped.next_if_eq(&at).is_none();
        at += 1;
        is_kept
    });
}
