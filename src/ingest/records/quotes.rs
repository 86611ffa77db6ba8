//! One record whose quotes are broken, or have quotes or backslashes in them, byte by byte.
//!
//! Reads: text from the start of that record. Produces: its fields, and what is wrong with its quotes. Grain: one
//! record.
//!
//! The rules are RFC 4180's: a field is quoted from its first byte to its last, and a quote in it is doubled. What
//! breaks them is split as the `csv` crate does: after a quote that something follows, the field goes on without
//! quotes to its separator; so the next record is found again.

use super::{Batch, QUOTE, is_line_end};

/// What is wrong with the quotes of a record; the first that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    Sound,
    /// A quote in a field that does not begin with one.
    Stray,
    /// Something between a closing quote and the separator.
    TextAfter,
    /// A backslash before a quote in a quoted field: exports that escape so read differently here.
    Backslash,
    /// The text ends inside quotes.
    Open,
}

/// Where a record stands, while it is gone through.
struct Walk<'t> {
    text: &'t [u8],
    at: usize,
    quoting: Quoting,
}

/// Where the record that starts at `start` ends, and what is wrong with its quotes; its fields are added to `batch`.
pub fn end_of_record(
    text: &[u8],
    separator: u8,
    start: usize,
    mut batch: Option<&mut Batch<'_>>,
) -> (usize, Quoting) {
    let mut walk = Walk { text, at: start, quoting: Quoting::Sound };
    loop {
        let field = walk.at;
        let mut rewritten = Vec::new();
        let is_quoted = text.get(field) == Some(&QUOTE);
        if is_quoted {
            walk.pass_quotes(separator, &mut rewritten);
        }
        let rest = walk.at;
        walk.pass_plain(separator);
        if let Some(batch) = batch.as_deref_mut() {
            if is_quoted {
                rewritten.extend_from_slice(&text[rest..walk.at]);
                batch.push_rewritten(&rewritten);
            } else {
                batch.push(field, walk.at);
            }
        }
        if text.get(walk.at) != Some(&separator) {
            return (walk.at, walk.quoting);
        }
        walk.at += 1;
    }
}

impl Walk<'_> {
    /// Goes past the closing quote; `text` is given what stands in the quotes.
    fn pass_quotes(&mut self, separator: u8, text: &mut Vec<u8>) {
        self.at += 1;
        loop {
            let rest = &self.text[self.at..];
            let Some(quote) = rest.iter().position(|byte| *byte == QUOTE) else {
                text.extend_from_slice(rest);
                self.at = self.text.len();
                self.fault(Quoting::Open);
                return;
            };
            text.extend_from_slice(&rest[..quote]);
            if quote > 0 && rest[quote - 1] == b'\\' {
                self.fault(Quoting::Backslash);
            }
            self.at += quote + 1;
            match self.text.get(self.at) {
                Some(&QUOTE) => {
                    text.push(QUOTE);
                    self.at += 1;
                }
                Some(next) if *next != separator && !is_line_end(*next) => {
                    self.fault(Quoting::TextAfter);
                    return;
                }
                _ => return,
            }
        }
    }

    /// Goes on to the separator or line end.
    fn pass_plain(&mut self, separator: u8) {
        let rest = &self.text[self.at..];
        let end = rest.iter().position(|byte| *byte == separator || is_line_end(*byte)).unwrap_or(rest.len());
        if rest[..end].contains(&QUOTE) {
            self.fault(Quoting::Stray);
        }
        self.at += end;
    }

    /// A quote that is never closed outweighs what was found before it.
    fn fault(&mut self, quoting: Quoting) {
        if self.quoting == Quoting::Sound || quoting == Quoting::Open {
            self.quoting = quoting;
        }
    }
}
