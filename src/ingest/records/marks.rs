//! Where the bytes that matter stand among 64 bytes of text: one bit each, the first byte lowest.
//!
//! Reads: text from the start of a record. Produces: the separators and line ends outside quotes. Never: decides what
//! broken quotes mean: it says that they are there.

use super::QUOTE;

/// Bytes that are looked at together.
pub const WIDTH: usize = 64;

type Bits = u64;

/// What stands among 64 bytes.
pub struct Marks {
    /// Place of the first byte.
    pub start: usize,
    /// Separators and line ends outside quotes.
    pub breaks: Bits,
    /// The quotes here do not stand at both ends of fields; the marks are of no use.
    pub is_broken: bool,
    /// Quotes have quotes inside them, or a backslash before them.
    pub is_escaped: bool,
}

/// Goes through a text.
pub struct Marker<'t> {
    text: &'t [u8],
    separator: u8,
    at: usize,
    /// All bits are set inside quotes.
    inside: Bits,
    /// Of the byte before, in the lowest bit.
    breaks_before: Bits,
    closes_before: Bits,
}

impl<'t> Marker<'t> {
    /// Begins at `at`, where a record starts.
    pub fn new(text: &'t [u8], separator: u8, at: usize) -> Self {
        Self { text, separator, at, inside: 0, breaks_before: 1, closes_before: 0 }
    }

    pub fn is_inside(&self) -> bool {
        self.inside != 0
    }

    /// The next 64 bytes; fewer at the end. `HAS_QUOTES` may be false only where the text has none.
    #[inline]
    pub fn next<const HAS_QUOTES: bool>(&mut self) -> Option<Marks> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let mut padded = [0; WIDTH];
        let bytes = rest.first_chunk::<WIDTH>().unwrap_or_else(|| {
            padded[..rest.len()].copy_from_slice(rest);
            &padded
        });
        let start = self.at;
        self.at += WIDTH;
        let separator = self.separator;
        let breaks = find(bytes, |byte| (byte == separator) | (byte == b'\n') | (byte == b'\r'));
        if HAS_QUOTES {
            return Some(self.outside_quotes(bytes, start, breaks));
        }
        Some(Marks { start, breaks, is_broken: false, is_escaped: false })
    }

    #[inline]
    fn outside_quotes(&mut self, bytes: &[u8; WIDTH], start: usize, breaks: Bits) -> Marks {
        let quotes = find(bytes, |byte| byte == QUOTE);
        let inside = prefix_xor(quotes) ^ self.inside;
        let (opening, closing) = (quotes & inside, quotes & !inside);
        let after_break = breaks << 1 | self.breaks_before;
        let after_closing = closing << 1 | self.closes_before;
        let is_escaped = (opening & after_closing != 0) || self.has_backslash(bytes, start, closing);
        let misplaced = opening & !(after_break | after_closing) | after_closing & !(breaks | quotes);
        // Past the end of the text nothing is misplaced.
        let length = self.text.len() - start;
        let within = if length < WIDTH { (1 << length) - 1 } else { Bits::MAX };
        self.inside = 0u64.wrapping_sub(inside >> (WIDTH - 1));
        self.breaks_before = breaks >> (WIDTH - 1);
        self.closes_before = closing >> (WIDTH - 1);
        Marks { start, breaks: breaks & !inside, is_broken: misplaced & within != 0, is_escaped }
    }

    /// Whether a backslash stands before a closing quote.
    #[inline]
    fn has_backslash(&self, bytes: &[u8; WIDTH], start: usize, closing: Bits) -> bool {
        let is_before = closing & 1 != 0 && start > 0 && self.text[start - 1] == b'\\';
        let has_any = bytes.iter().fold(0, |found, byte| found | u8::from(*byte == b'\\')) != 0;
        is_before || (has_any && find(bytes, |byte| byte == b'\\') << 1 & closing != 0)
    }
}

/// Every bit is whether an odd number of bits are set up to it.
#[inline]
fn prefix_xor(bits: Bits) -> Bits {
    let mut sums = bits;
    for shift in [1, 2, 4, 8, 16, 32] {
        sums ^= sums << shift;
    }
    sums
}

/// Of each byte, the bit it has among its eight.
const PLACES: [u8; WIDTH] = {
    let mut places = [0; WIDTH];
    let mut at = 0;
    while at < WIDTH {
        places[at] = 1 << (at % 8);
        at += 1;
    }
    places
};

/// Which bytes are wanted. Without branches and sums of places, so that many bytes are compared at a time.
#[inline]
fn find(bytes: &[u8; WIDTH], is_wanted: impl Fn(u8) -> bool) -> Bits {
    /// Adds the bits of eight bytes, each in a place of its own, up in the highest byte.
    const GATHER: u64 = 0x0101_0101_0101_0101;
    let mut flags = [0; WIDTH];
    for ((flag, byte), place) in flags.iter_mut().zip(bytes).zip(&PLACES) {
        *flag = if is_wanted(*byte) { *place } else { 0 };
    }
    let (words, _) = flags.as_chunks::<8>();
    let gathered = |found: Bits, word: &[u8; 8]| {
        found >> 8 | (u64::from_le_bytes(*word).wrapping_mul(GATHER) & 0xff << 56)
    };
    words.iter().fold(0, gathered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_bit_is_set_where_its_byte_is_wanted(text in proptest::collection::vec(0u8..4, WIDTH), wanted in 0u8..4) {
            let one_by_one = text.iter().enumerate().map(|(at, byte)| u64::from(*byte == wanted) << at).sum::<u64>();
            prop_assert_eq!(find(text.first_chunk().unwrap(), |byte| byte == wanted), one_by_one);
        }
    }
}
