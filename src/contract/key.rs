//! Ids as 16 bytes, and the hash maps they are found in.
//!
//! Reads: the text of an id. Never: two different ids of up to 15 bytes with one key; a result that depends on a
//! random seed.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// An id: its own bytes and length where it has at most 15, else the first 15 bytes of its BLAKE3 digest.
///
/// Short keys are in the order of their lengths and then of their texts: ids that count up stay in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(u64, u64);

const EXACT_BYTES_MAX: usize = 15;
/// In place of the length where the key is a digest.
const DIGEST: u8 = 0xff;

impl Key {
    #[inline]
    pub fn of(id: &[u8]) -> Self {
        if id.len() <= EXACT_BYTES_MAX {
            let (high, low) = id.split_at(id.len().min(8));
            let (high, low) = (word(high), word(low) | id.len() as u64);
            // The length goes in front of the text: numbers without leading zeros stay in their order.
            return Self((high >> 8) | (low << 56), (low >> 8) | (high << 56));
        }
        let mut bytes = [DIGEST; 16];
        bytes[1..].copy_from_slice(&blake3::hash(id).as_bytes()[..EXACT_BYTES_MAX]);
        Self::from_bytes(bytes)
    }

    /// The key whose [`Key::to_bytes`] these are.
    #[inline]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let (high, low) = bytes.split_at(8);
        Self(word(high), word(low))
    }

    /// Bytes that sort as the key does.
    #[inline]
    pub fn to_bytes(self) -> [u8; 16] {
        ((u128::from(self.0) << 64) | u128::from(self.1)).to_be_bytes()
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}{:016x}", self.0, self.1)
    }
}

impl std::str::FromStr for Key {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from_bytes(u128::from_str_radix(text, 16)?.to_be_bytes()))
    }
}

impl serde::Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Up to 8 bytes as a big-endian number, as if followed by zeros.
///
/// Overlapping loads, and no buffer: a key that is read from memory just written waits until every lookup before
/// it has come back from the map, which makes a million lookups seven times as long.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    let n = bytes.len();
    if let Some(eight) = bytes.first_chunk() {
        return u64::from_be_bytes(*eight);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (first, last) = (u32::from_be_bytes(*first), u32::from_be_bytes(*last));
        return (u64::from(first) << 32) | (u64::from(last) << (8 * (8 - n)));
    }
    let at = |index: usize| u64::from(bytes[index]) << (56 - 8 * index);
    if n == 0 { 0 } else { at(0) | at(n / 2) | at(n - 1) }
}

impl std::hash::Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
        state.write_u64(self.1);
    }
}

/// A hash map whose hashes are the same on every machine and in every run.
pub type FoldMap<K, V> = HashMap<K, V, BuildHasherDefault<FoldHasher>>;

/// The same for a set.
pub type FoldSet<K> = HashSet<K, BuildHasherDefault<FoldHasher>>;

/// Multiply and fold, the step that wyhash and foldhash are built on; for tables in memory only, never stored.
#[derive(Default)]
pub struct FoldHasher(u64);

/// The first 64 binary digits of the golden ratio's and of pi's fractional part.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const PI: u64 = 0x243f_6a88_85a3_08d3;

impl Hasher for FoldHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            self.write_u64(word(chunk));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    #[expect(clippy::cast_possible_truncation, reason = "the two halves are taken on purpose")]
    #[inline]
    fn write_u64(&mut self, value: u64) {
        let product = u128::from(self.0 ^ value ^ PI) * u128::from(GOLDEN);
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_differ_have_keys_that_differ() {
        let ids: [&[u8]; 10] = [
            b"",
            b"0",
            b"00",
            b"007",
            b"7",
            b"a\0",
            b"a",
            b"123456789012345",
            b"1234567890123456",
            b"1234567890123457",
        ];
        for (i, one) in ids.iter().enumerate() {
            for (j, other) in ids.iter().enumerate() {
                assert_eq!(Key::of(one) == Key::of(other), i == j);
            }
        }
    }

    #[test]
    fn the_bytes_of_a_short_id_stand_in_its_key() {
        let text = b"abcdefghijklmno";
        for length in 0..=text.len() {
            let mut bytes = [0u8; 16];
            bytes[1..=length].copy_from_slice(&text[..length]);
            bytes[0] = u8::try_from(length).unwrap();
            assert_eq!(Key::of(&text[..length]), Key::from_bytes(bytes));
        }
    }

    #[test]
    fn ids_that_count_up_stay_in_order() {
        let ids =
            ["", "7", "12", "99", "100", "T9", "T000099", "T000100", "123456789012344", "123456789012345"];
        let mut keys: Vec<Key> = ids.iter().map(|id| Key::of(id.as_bytes())).collect();
        keys.sort_unstable();
        let mut by_length = ids;
        by_length.sort_by_key(|id| (id.len(), *id));
        assert_eq!(keys, by_length.map(|id| Key::of(id.as_bytes())));
        assert_eq!(Key::from_bytes(Key::of(b"T000100").to_bytes()), Key::of(b"T000100"));
    }
}
