//! Ids: text that must be the same bytes wherever it stands.
//!
//! Never: changes an id, except full-width characters to ASCII where the mapping says so; reads one that looks like
//! another id but is not.

use super::full_width::folded;
use super::word::{HIGHS, ONES, first8, last8, right_aligned};
use super::{Parsed, number::is_scientific};
use crate::ingest::cell::NOT_UTF8;
pub use crate::ingest::reasons::{COMBINING, FULL_WIDTH_ID, INVISIBLE, SPREADSHEET};
use std::borrow::Cow;

/// Whether an id is printable ASCII without spaces and `+`: nearly all are, and are used as they are.
#[inline]
pub fn is_plain_id(id: &[u8]) -> bool {
    let (Some(first), Some(last)) = (first8(id), last8(id)) else {
        // A zero is no plain byte: lanes below the text are made plain.
        return right_aligned(id).is_some_and(|word| {
            let below = (ONES * u64::from(b'0')).checked_shr(8 * u32::try_from(id.len()).unwrap_or(8));
            is_plain(word | below.unwrap_or(0))
        });
    };
    is_plain(last)
        && (id.len() <= 16 && is_plain(first)
            || id.chunks_exact(8).all(|chunk| first8(chunk).is_some_and(is_plain)))
}

/// Whether every lane is 0x21 to 0x7e and not `+`.
#[inline]
fn is_plain(word: u64) -> bool {
    let plus = word ^ (ONES * u64::from(b'+'));
    // In lanes below 0x80: the highest bit is set below 0x21, at 0x7f, and where `plus` is zero.
    let odd = (word.wrapping_add(ONES * 0x5f) ^ HIGHS)
        | word.wrapping_add(ONES)
        | (plus.wrapping_add(ONES * 0x7f) ^ HIGHS);
    (word | odd) & HIGHS == 0
}

/// An id as it is looked up and kept; `full_width` is whether full-width characters stand for ASCII ones.
///
/// # Errors
/// The reason why it cannot be told from another id, or is one no more.
pub fn id(text: &[u8], full_width: bool) -> Parsed<Cow<'_, [u8]>> {
    if is_plain_id(text) {
        return Ok(Cow::Borrowed(text));
    }
    let characters = std::str::from_utf8(text).map_err(|_| NOT_UTF8)?;
    if characters.chars().any(is_invisible) {
        return Err(INVISIBLE);
    }
    if characters.chars().any(is_combining) {
        return Err(COMBINING);
    }
    let id = match folded(text) {
        Some(_) if !full_width => return Err(FULL_WIDTH_ID),
        Some(ascii) => Cow::Owned(ascii.into_bytes()),
        None => Cow::Borrowed(text),
    };
    if is_scientific(&id) { Err(SPREADSHEET) } else { Ok(id) }
}

/// Characters that make two ids look alike: controls, spaces other than the ASCII one, zero-width characters.
fn is_invisible(c: char) -> bool {
    let is_space = c.is_whitespace() && c != ' ';
    is_space
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Marks that change the letter before them, which has a character of its own in NFC: Latin, Greek and Cyrillic marks,
/// kana voicing marks, Hangul parts.
fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1100}'..='\u{11ff}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{3099}' | '\u{309a}' | '\u{fe20}'..='\u{fe2f}')
}
