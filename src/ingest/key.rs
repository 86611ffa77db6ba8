//! Ids as 16 bytes, and the hash maps they are found in.
//!
//! Reads: the text of an id. Never: two different ids of up to 15 bytes with one key; a result that depends on a
//! random seed.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// An id: its own bytes and length where it has at most 15, else the first 15 bytes of its BLAKE3 digest.
///
/// The order of short keys is the order of their texts, so that an export sorted by id stays sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(u64, u64);

const EXACT_BYTES_MAX: usize = 15;
/// In place of the length where the key is a digest.
const DIGEST: u8 = 0xff;

impl Key {
    #[inline]
    pub fn of(id: &[u8]) -> Self {
        let mut bytes = [0u8; 16];
        if id.len() <= EXACT_BYTES_MAX {
            bytes[..id.len()].copy_from_slice(id);
            bytes[EXACT_BYTES_MAX] = id.len().to_le_bytes()[0];
        } else {
            bytes.copy_from_slice(&blake3::hash(id).as_bytes()[..16]);
            bytes[EXACT_BYTES_MAX] = DIGEST;
        }
        let (high, low) = bytes.split_at(8);
        Self(word(high), word(low))
    }
}

/// Up to 8 bytes as a big-endian number, as if followed by zeros.
fn word(bytes: &[u8]) -> u64 {
    let mut padded = [0u8; 8];
    padded[..bytes.len()].copy_from_slice(bytes);
    u64::from_be_bytes(padded)
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
    fn short_keys_sort_as_their_texts_do() {
        assert!(Key::of(b"T000099") < Key::of(b"T000100"));
        assert!(Key::of(b"12") < Key::of(b"123"));
    }
}
