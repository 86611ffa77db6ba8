//! The code table of one coded column: source texts to contract codes, resolved once per distinct text.
//!
//! Reads: the mapping's `codes`. Never: guesses a code, looks through the patterns twice for one text.

use super::parse::short_text;
use crate::contract::key::FoldMap;
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
    short: ShortTable,
    /// Also holds what `short` holds.
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
    /// The codes of dictionary entries (see `Row::entry`) that were asked for.
    by_entry: Vec<Option<Code>>,
}

impl CodeMemo {
    /// The code of a dictionary entry, where it was remembered.
    #[inline]
    pub fn of_entry(&self, entry: usize) -> Option<Code> {
        self.by_entry.get(entry).copied().flatten()
    }

    /// Remembers the code of a dictionary entry.
    pub fn remember(&mut self, entry: usize, code: Option<Code>) {
        if entry < MEMO_MAX {
            self.by_entry.resize(self.by_entry.len().max(entry + 1), None);
            self.by_entry[entry] = code;
        }
    }
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
        let mut table =
            Self { short: ShortTable::default(), exact: FoldMap::default(), patterns: Vec::new(), known };
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
        table.short = ShortTable::of(&table.exact);
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

    /// The code of the value of the only column, where it is short and listed without `*`: nearly always.
    #[inline]
    pub fn find_short(&self, value: &[u8]) -> Option<Code> {
        self.short.find(value)
    }

    /// The code of the value of the only column.
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

/// Texts of up to 16 bytes as numbers, each at a place of its own: one multiplication and one comparison find them.
#[derive(Default)]
struct ShortTable {
    factor: u64,
    shift: u32,
    /// A power of two of places; zero is no text.
    places: Box<[(u128, Code)]>,
}

impl ShortTable {
    /// Beyond, no factor that keeps all texts apart is found soon.
    const TEXTS_MAX: usize = 64;
    /// So many places per text, and at least [`Self::PLACES_MIN`].
    const ROOM: usize = 8;
    const PLACES_MIN: usize = 16;
    const TRIES: u64 = 1_000;
    /// The first 64 binary digits of the golden ratio's fractional part.
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

    /// The table of the short texts among these; empty where there are too many.
    fn of(texts: &FoldMap<Box<[u8]>, Code>) -> Self {
        let short: Vec<(u128, Code)> =
            texts.iter().filter_map(|(text, code)| Some((short_text(text)?, *code))).collect();
        if short.is_empty() || short.len() > Self::TEXTS_MAX {
            return Self::default();
        }
        let n_places = (short.len() * Self::ROOM).next_power_of_two().max(Self::PLACES_MIN);
        let factors = (1..=Self::TRIES).map(|n| Self::GOLDEN.wrapping_mul(2 * n + 1) | 1);
        factors.into_iter().find_map(|factor| Self::with_factor(factor, n_places, &short)).unwrap_or_default()
    }

    fn with_factor(factor: u64, n_places: usize, texts: &[(u128, Code)]) -> Option<Self> {
        let shift = 64 - n_places.trailing_zeros();
        let mut table = Self { factor, shift, places: vec![(0, 0); n_places].into() };
        for (text, code) in texts {
            let at = table.place(*text);
            if table.places[at].0 != 0 {
                return None;
            }
            table.places[at] = (*text, *code);
        }
        Some(table)
    }

    #[expect(clippy::cast_possible_truncation, reason = "both halves are mixed; the shift leaves a place")]
    #[inline]
    fn place(&self, text: u128) -> usize {
        let mixed = (text as u64).rotate_left(29) ^ ((text >> 64) as u64);
        (mixed.wrapping_mul(self.factor) >> self.shift) as usize
    }

    #[inline]
    fn find(&self, text: &[u8]) -> Option<Code> {
        if self.places.is_empty() {
            return None;
        }
        let text = short_text(text)?;
        let (found, code) = self.places.get(self.place(text))?;
        (*found == text).then_some(*code)
    }
}
