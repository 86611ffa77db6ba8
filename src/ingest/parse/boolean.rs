//! Yes and no.

use super::Parsed;
pub use crate::ingest::reasons::NOT_A_BOOLEAN;

/// One of eight words, in any case.
pub fn boolean(text: &[u8]) -> Parsed<bool> {
    if let [one] = text {
        return match one {
            b'1' | b'y' | b'Y' => Ok(true),
            b'0' | b'n' | b'N' => Ok(false),
            _ => Err(NOT_A_BOOLEAN),
        };
    }
    let is = |word: &str| text.eq_ignore_ascii_case(word.as_bytes());
    if is("true") || is("yes") {
        Ok(true)
    } else if is("false") || is("no") {
        Ok(false)
    } else {
        Err(NOT_A_BOOLEAN)
    }
}
