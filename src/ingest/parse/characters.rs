//! The characters that numbers are written with, one byte each.

use super::full_width::ascii_of;
use crate::config::source::{Accept, Tolerance};

/// Characters read at most; numbers in exports have a quarter of that.
pub const CHARACTERS_MAX: usize = 96;

// Characters beyond ASCII, as bytes of their own.
pub const WAN: u8 = 0x80;
pub const YI: u8 = 0x81;
pub const YUAN: u8 = 0x82;
pub const YUAN_SIGN: u8 = 0x83;
pub const OTHER_SIGN: u8 = 0x84;

/// The text with one byte a character, full-width characters as ASCII.
pub struct Folded {
    bytes: [u8; CHARACTERS_MAX],
    length: usize,
    /// What was needed to read the characters.
    pub used: Accept,
}

impl Folded {
    pub fn of(text: &[u8]) -> Option<Self> {
        let mut folded = Self { bytes: [0; CHARACTERS_MAX], length: 0, used: Accept::default() };
        for c in std::str::from_utf8(text).ok()?.chars() {
            let byte = match c {
                '万' => WAN,
                '亿' => YI,
                '元' => YUAN,
                '¥' | '￥' => YUAN_SIGN,
                '€' | '$' | '£' | '＄' | '￡' => OTHER_SIGN,
                '\u{a0}' | '\u{202f}' => b' ',
                c if c.is_ascii() => u8::try_from(c).ok()?,
                c => {
                    folded.used = folded.used.with(Tolerance::FullWidth);
                    u8::try_from(ascii_of(c)?).ok()?
                }
            };
            *folded.bytes.get_mut(folded.length)? = byte;
            folded.length += 1;
        }
        Some(folded)
    }

    pub fn text(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}
