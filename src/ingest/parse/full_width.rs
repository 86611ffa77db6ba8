//! Full-width characters, which stand for ASCII ones in Chinese text.

pub use crate::ingest::reasons::FULL_WIDTH;

/// The ASCII character that `c` is the full-width form of.
pub fn ascii_of(c: char) -> Option<char> {
    match c {
        '\u{3000}' => Some(' '),
        // The block repeats ASCII from `!` to `~` in its order.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xff01 + u32::from('!')),
        _ => None,
    }
}

/// The text with full-width characters as ASCII; `None` where it has none, or is no text.
pub fn folded(text: &[u8]) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    text.chars()
        .any(|c| ascii_of(c).is_some())
        .then(|| text.chars().map(|c| ascii_of(c).unwrap_or(c)).collect())
}
