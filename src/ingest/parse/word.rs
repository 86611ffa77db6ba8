//! Short texts as machine words, so that their bytes are looked at together.
//!
//! Never: reads beyond the text. Overlapping loads of its two ends give every length without a loop.

/// A byte in every lane.
pub const ONES: u64 = 0x0101_0101_0101_0101;
/// The highest bit of every lane.
pub const HIGHS: u64 = ONES << 7;

/// The first 8 bytes, the first in the lowest lane.
#[inline]
pub fn first8(text: &[u8]) -> Option<u64> {
    text.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// The last 8 bytes, the last in the highest lane.
#[inline]
pub fn last8(text: &[u8]) -> Option<u64> {
    text.last_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// A text of 1 to 8 bytes at the high end of a word: its last byte in the highest lane, and zeros below its first.
#[inline]
pub fn right_aligned(text: &[u8]) -> Option<u64> {
    let gap = 8usize.checked_sub(text.len())? * 8;
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return Some((u64::from(first) << gap) | (u64::from(last) << 32));
    }
    let (first, last) = (*text.first()?, *text.last()?);
    let middle = text[text.len() / 2];
    let at = gap + text.len() / 2 * 8;
    Some((u64::from(first) << gap) | (u64::from(middle) << at) | (u64::from(last) << 56))
}

/// A text of 1 to 16 bytes as a number; texts without NUL bytes that differ have numbers that differ.
#[inline]
pub fn short_text(text: &[u8]) -> Option<u128> {
    if let (Some(first), Some(last)) = (first8(text), last8(text)) {
        let gap = 16usize.checked_sub(text.len())? * 8;
        return Some((u128::from(first) << gap) | (u128::from(last) << 64));
    }
    right_aligned(text).map(|word| u128::from(word) << 64)
}

/// Eight ASCII digits, the first in the lowest lane, as the number they are; `None` where a lane is no digit.
#[inline]
pub fn eight_digits(word: u64) -> Option<u64> {
    digits_value(word ^ (ONES * u64::from(b'0')))
}

/// The same of lanes that hold 0 to 9.
#[inline]
pub fn digits_value(lanes: u64) -> Option<u64> {
    // A lane above 9 reaches its highest bit with 0x76 more.
    if ((lanes.wrapping_add(ONES * 0x76)) | lanes) & HIGHS != 0 {
        return None;
    }
    // Neighbours are put together: to pairs, to fours, to eight.
    let pairs = lanes.wrapping_mul(10).wrapping_add(lanes >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_read_whole() {
        let text = b"123456789abcdefg";
        for length in 1..=8 {
            let mut padded = [0u8; 8];
            padded[8 - length..].copy_from_slice(&text[..length]);
            assert_eq!(right_aligned(&text[..length]), Some(u64::from_le_bytes(padded)), "{length}");
        }
        for length in 1..=16 {
            let mut padded = [0u8; 16];
            padded[16 - length..].copy_from_slice(&text[..length]);
            assert_eq!(short_text(&text[..length]), Some(u128::from_le_bytes(padded)), "{length}");
        }
        assert_eq!((right_aligned(b""), right_aligned(&text[..9])), (None, None));
        assert_eq!((short_text(b""), short_text(b"123456789abcdefgh")), (None, None));
    }

    #[test]
    fn eight_digits_are_a_number() {
        for number in [0, 1, 12_345_678, 90_000_009, 99_999_999u64] {
            let text = format!("{number:08}");
            assert_eq!(first8(text.as_bytes()).and_then(eight_digits), Some(number));
            for at in 0..8 {
                for wrong in [b'/', b':', b'.', 0, 0x80, 0xff, b'a'] {
                    let mut bytes = text.clone().into_bytes();
                    bytes[at] = wrong;
                    assert_eq!(first8(&bytes).and_then(eight_digits), None, "{wrong} at {at}");
                }
            }
        }
    }
}
