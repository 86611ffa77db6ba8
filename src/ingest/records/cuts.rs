//! A block of text to pieces of whole records, which can be split at the same time.
//!
//! Reads: a block that starts at the start of a record. Produces: where its pieces end. Never: cuts a record; the cuts
//! depend on the text alone.

use super::marks::{Marker, Marks, WIDTH};
use super::{QUOTE, is_line_end, quotes};

/// The pieces of a block, and how much of it they are.
pub struct Cuts<'t> {
    pub pieces: Vec<&'t [u8]>,
    pub used: usize,
}

/// The ends of pieces, while a block is gone through.
struct Ends {
    piece_bytes: usize,
    ends: Vec<usize>,
    /// Where the last record that is surely whole ends.
    whole: usize,
}

impl Ends {
    /// A record ends before `end`.
    fn meet(&mut self, end: usize) {
        self.whole = end;
        if end >= self.ends.last().copied().unwrap_or_default() + self.piece_bytes {
            self.ends.push(end);
        }
    }
}

/// Cuts `text` at record ends, at least `piece_bytes` apart; what comes after its last record is left out unless
/// `is_last`: it may go on.
pub fn cut(text: &[u8], separator: u8, piece_bytes: usize, is_last: bool) -> Cuts<'_> {
    let mut ends = Ends { piece_bytes, ends: Vec::with_capacity(text.len() / piece_bytes + 1), whole: 0 };
    if text.contains(&QUOTE) {
        find_ends(text, separator, &mut ends);
    } else {
        find_plain_ends(text, &mut ends);
    }
    let used = if is_last { text.len() } else { ends.whole };
    let mut start = 0;
    let ends = ends.ends.into_iter().filter(|end| *end < used).chain([used]);
    let pieces = ends.map(|end| &text[std::mem::replace(&mut start, end)..end]).collect();
    Cuts { pieces, used }
}

fn find_plain_ends(text: &[u8], ends: &mut Ends) {
    let mut from = ends.piece_bytes;
    while let Some(more) = text.get(from..).and_then(|rest| rest.iter().position(|byte| is_line_end(*byte))) {
        ends.meet(from + more + 1);
        from += more + ends.piece_bytes;
    }
    if let Some(last) = text.iter().rposition(|byte| is_line_end(*byte)) {
        ends.meet(last + 1);
    }
}

fn find_ends(text: &[u8], separator: u8, ends: &mut Ends) {
    let mut marker = Marker::new(text, separator, 0);
    while let Some(marks) = marker.next::<true>() {
        if !marks.is_broken {
            if let Some(end) = last_line_end(text, &marks) {
                ends.meet(end + 1);
            }
            continue;
        }
        let behind = text.len().min(marks.start + WIDTH);
        let mut at = ends.whole;
        while at < behind {
            at = quotes::end_of_record(text, separator, at, None).0 + 1;
            if at > text.len() {
                return;
            }
            ends.meet(at);
        }
        marker = Marker::new(text, separator, at);
    }
}

/// Where the last line end outside quotes is.
fn last_line_end(text: &[u8], marks: &Marks) -> Option<usize> {
    let mut breaks = marks.breaks;
    while breaks != 0 {
        let bit = breaks.ilog2();
        let at = marks.start + bit as usize;
        if is_line_end(text[at]) {
            return Some(at);
        }
        breaks ^= 1 << bit;
    }
    None
}

/// How much of a text its first record is, with the empty lines before it and one byte of line end; all of it where
/// that record does not end.
pub fn first_end(text: &[u8], separator: u8) -> usize {
    let start = text.iter().position(|byte| !is_line_end(*byte)).unwrap_or(text.len());
    let end = quotes::end_of_record(text, separator, start, None).0;
    text.len().min(end + 1)
}
