//! The code table of one coded column: source texts to contract codes, resolved once per distinct text.
//!
//! Reads: the mapping's `codes`. Never: guesses a code, looks through the patterns twice for one text.

use super::key::FoldMap;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// A code of the contract, as its place in the list of codes.
pub type Code = u8;

/// Between joined values in a key; text with a NUL byte never comes this far.
const JOINT: u8 = 0;
/// Texts remembered per column and piece of work: a column with more is no coded column.
const MEMO_MAX: usize = 4096;

/// One entry with `*`: `None` stands for any value of that column, also a missing one.
struct Pattern {
    parts: Vec<Option<Box<[u8]>>>,
    code: Code,
}

/// Source texts to codes.
pub struct CodeTable {
    exact: FoldMap<Box<[u8]>, Code>,
    /// Fewest `*` first, then in the order of their texts.
    patterns: Vec<Pattern>,
    known: &'static [&'static str],
}

/// What one piece of work has resolved already, and its buffer for joined texts.
#[derive(Default)]
pub struct CodeMemo {
    joined: Vec<u8>,
    seen: FoldMap<Box<[u8]>, Option<Code>>,
}

fn position(known: &'static [&'static str], code: &str) -> Option<Code> {
    known.iter().position(|name| *name == code).and_then(|at| Code::try_from(at).ok())
}

impl CodeTable {
    /// The table of a mapping; without entries, the contract's own codes. `columns` is how many are joined.
    pub fn new(
        key: &str,
        codes: &BTreeMap<String, String>,
        known: &'static [&'static str],
        columns: usize,
    ) -> Result<Self> {
        let mut table = Self { exact: FoldMap::default(), patterns: Vec::new(), known };
        if codes.is_empty() {
            for code in known {
                table.exact.extend(position(known, code).map(|at| (code.as_bytes().into(), at)));
            }
        }
        for (text, code) in codes {
            let parts: Vec<&str> = if columns == 1 { vec![text] } else { text.split('|').collect() };
            let code = position(known, code).filter(|_| parts.len() == columns).ok_or_else(|| {
                Error::usage(format!(
                    "`{key}.codes`: `{}` does not map {columns} columns to a code of the contract",
                    text.escape_debug()
                ))
                .hint("write one value or `*` per joined column, with `|` between them")
            })?;
            table.add(&parts, code);
        }
        table.patterns.sort_by_key(|pattern| pattern.parts.iter().filter(|part| part.is_none()).count());
        Ok(table)
    }

    fn add(&mut self, parts: &[&str], code: Code) {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes().trim_ascii()).collect();
        if parts.contains(&b"*".as_slice()) {
            let parts = parts.iter().map(|part| (*part != b"*").then(|| (*part).into())).collect();
            self.patterns.push(Pattern { parts, code });
        } else {
            self.exact.insert(parts.join(&JOINT).into(), code);
        }
    }

    /// The code that the configuration names as a constant.
    pub fn constant(&self, code: &str) -> Option<Code> {
        position(self.known, code)
    }

    /// The code of the values of the joined columns, missing ones as empty texts.
    #[inline]
    pub fn resolve<'a>(&self, values: impl Iterator<Item = &'a [u8]>, memo: &mut CodeMemo) -> Option<Code> {
        memo.joined.clear();
        for (at, value) in values.enumerate() {
            if at > 0 {
                memo.joined.push(JOINT);
            }
            memo.joined.extend_from_slice(value);
        }
        self.resolve_joined(memo)
    }

    /// The code of the value of the only column.
    #[inline]
    pub fn resolve_one(&self, value: &[u8], memo: &mut CodeMemo) -> Option<Code> {
        match self.exact.get(value) {
            None if !self.patterns.is_empty() => self.resolve(std::iter::once(value), memo),
            code => code.copied(),
        }
    }

    fn resolve_joined(&self, memo: &mut CodeMemo) -> Option<Code> {
        if let Some(code) = self.exact.get(memo.joined.as_slice()) {
            return Some(*code);
        }
        if self.patterns.is_empty() {
            return None;
        }
        if let Some(code) = memo.seen.get(memo.joined.as_slice()) {
            return *code;
        }
        let code = self.scan(&memo.joined);
        if memo.seen.len() < MEMO_MAX {
            memo.seen.insert(memo.joined.as_slice().into(), code);
        }
        code
    }

    fn scan(&self, joined: &[u8]) -> Option<Code> {
        let values: Vec<&[u8]> = joined.split(|byte| *byte == JOINT).collect();
        let fits = |pattern: &&Pattern| {
            let same = |(part, value): (&Option<Box<[u8]>>, &&[u8])| {
                part.as_deref().is_none_or(|part| part == *value)
            };
            pattern.parts.len() == values.len() && pattern.parts.iter().zip(&values).all(same)
        };
        self.patterns.iter().find(fits).map(|pattern| pattern.code)
    }
}
