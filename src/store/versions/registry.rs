//! Ids and their codes: each id of customers, accounts or products is a number in the store, given once.
//!
//! Reads: ids. Produces: codes from 0 up, in sorted order within a batch of new ids. Never: a code that changes or
//! is given twice, an id forgotten but by name.

use super::codec;
use crate::contract::NONE;
use crate::contract::key::{FoldHasher, Key};
use crate::error::{Error, Result};
use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use bytes::Bytes;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

const TABLE: &str = "ids";
const COLUMN: &str = "id";
const BATCH_ROWS: usize = 1 << 16;

/// The ids of one kind.
///
/// Beside its text an id costs 20 bytes, and 6 to 12 in the table, as full as that happens to be.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    /// All ids, one after the other, in order of their codes.
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
    /// Of each code. Apart from the table of codes, which stays so small that most of it is near.
    keys: Vec<Key>,
    codes: HashTable<u32>,
}

/// Where an id was found last. Exports and the store's own tables mostly have ids in the order of their codes, and
/// a step to the next one costs a third of what a look into the table does.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trail {
    at: u32,
    /// How many ids in a row were not found ahead.
    lost: u32,
}

impl Trail {
    /// Codes that are looked at: every day some customers of a few dozen have a row.
    const AHEAD: usize = 64;
    /// After so many, the ids come in another order.
    const LOST_MAX: u32 = 8;
}

impl Registry {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The code of an id, if it has one.
    #[inline]
    pub fn code(&self, key: &Key) -> Option<u32> {
        self.codes.find(hash(key), |code| self.keys[*code as usize] == *key).copied()
    }

    /// The same, looked for first where the last one was found and just after it.
    #[inline]
    pub fn code_along(&self, key: &Key, trail: &mut Trail) -> Option<u32> {
        if trail.lost < Trail::LOST_MAX {
            let ahead = self.keys.get(trail.at as usize..).unwrap_or_default();
            let ahead = &ahead[..ahead.len().min(Trail::AHEAD)];
            if let Some(step) = (0u32..).zip(ahead).find_map(|(step, other)| (other == key).then_some(step)) {
                *trail = Trail { at: trail.at + step, lost: 0 };
                return Some(trail.at);
            }
            trail.lost += 1;
        }
        let code = self.code(key)?;
        trail.at = code;
        Some(code)
    }

    /// The id of a code.
    ///
    /// # Panics
    /// Where the code was never given, as an index does.
    pub fn id(&self, code: u32) -> &str {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        &self.text[start as usize..self.ends[code] as usize]
    }

    /// Gives the next codes to those of these ids that have none, in sorted order; returns how many.
    ///
    /// # Errors
    /// Kind `Internal` where there are more ids, or more text of ids, than 32 bits count.
    pub fn intern<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>) -> Result<usize> {
        let is_new = |id: &&str| self.code(&Key::of(id.as_bytes())).is_none();
        let mut new: Vec<&str> = ids.into_iter().filter(is_new).collect();
        new.sort_unstable();
        new.dedup();
        self.reserve(new.len());
        for id in &new {
            self.push(id)?;
        }
        Ok(new.len())
    }

    /// Gives these codes other ids, so that nobody finds those they had.
    ///
    /// # Errors
    /// Kind `Internal` where a new id has a code.
    pub fn rename(&mut self, to: &BTreeMap<u32, String>) -> Result<()> {
        let mut renamed = Self::default();
        renamed.reserve(self.len());
        for code in 0..u32::try_from(self.len()).unwrap_or(NONE) {
            let id = to.get(&code).map_or_else(|| self.id(code), String::as_str);
            if !renamed.push(id)? {
                return Err(Error::internal("an id was given twice"));
            }
        }
        *self = renamed;
        Ok(())
    }

    /// # Errors
    /// Kind `Internal` where Parquet cannot be written.
    pub fn encode(&self) -> Result<Bytes> {
        let schema = Arc::new(Schema::new(vec![Field::new(COLUMN, DataType::Utf8, false)]));
        let starts = (0..self.len().max(1)).step_by(BATCH_ROWS);
        let batches = starts.map(|start| {
            let end = self.len().min(start + BATCH_ROWS);
            let codes = (start..end).map(|code| u32::try_from(code).unwrap_or(NONE));
            let ids: ArrayRef = Arc::new(StringArray::from_iter_values(codes.map(|code| self.id(code))));
            Ok(RecordBatch::try_new(Arc::clone(&schema), vec![ids])?)
        });
        codec::write(TABLE, Vec::new(), batches)
    }

    /// # Errors
    /// Kind `Internal` where the bytes are not what [`Registry::encode`] gave.
    pub fn decode(bytes: Bytes) -> Result<Self> {
        let stored = codec::open(TABLE, bytes)?;
        let mut registry = Self::default();
        registry.reserve(stored.n_rows);
        for batch in stored.batches {
            let batch = batch.map_err(|cause| codec::damaged(TABLE).caused_by(cause))?;
            let ids = batch.column_by_name(COLUMN).and_then(|ids| ids.as_any().downcast_ref::<StringArray>());
            let ids = ids.filter(|ids| ids.null_count() == 0).ok_or_else(|| codec::damaged(TABLE))?;
            for id in ids.iter().flatten() {
                if !registry.push(id)? {
                    return Err(codec::damaged(TABLE));
                }
            }
        }
        Ok(registry)
    }

    /// Makes room for exactly so many more ids.
    fn reserve(&mut self, more: usize) {
        self.ends.reserve_exact(more);
        self.keys.reserve_exact(more);
        self.codes.reserve(more, |code| hash(&self.keys[*code as usize]));
    }

    /// False where the id has a code.
    fn push(&mut self, id: &str) -> Result<bool> {
        let code = u32::try_from(self.len()).ok().filter(|code| *code != NONE);
        let end = u32::try_from(self.text.len() + id.len()).ok();
        let (Some(code), Some(end)) = (code, end) else {
            return Err(Error::internal("there are more ids than the store can number"));
        };
        let (key, keys) = (Key::of(id.as_bytes()), &self.keys);
        let is_it = |code: &u32| keys[*code as usize] == key;
        let Entry::Vacant(entry) = self.codes.entry(hash(&key), is_it, |code| hash(&keys[*code as usize]))
        else {
            return Ok(false);
        };
        entry.insert(code);
        self.keys.push(key);
        self.text.push_str(id);
        self.ends.push(end);
        Ok(true)
    }
}

#[inline]
fn hash(key: &Key) -> u64 {
    let mut hasher = FoldHasher::default();
    key.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry() -> Registry {
        let mut registry = Registry::default();
        assert_eq!(registry.intern(["C7", "C10", "", "C7"]).unwrap(), 3);
        assert_eq!(registry.intern(["an id of more than fifteen bytes", "C10", "A"]).unwrap(), 2);
        registry
    }

    #[test]
    fn codes_are_given_once_in_sorted_order_of_each_batch() {
        let registry = registry();
        let ids = ["", "C10", "C7", "A", "an id of more than fifteen bytes"];
        for (code, id) in (0..).zip(ids) {
            assert_eq!(registry.code(&Key::of(id.as_bytes())), Some(code), "{id}");
            assert_eq!(registry.id(code), id);
        }
        assert_eq!(registry.code(&Key::of(b"B")), None);
        assert_eq!(Registry::default().code(&Key::of(b"B")), None);
    }

    #[test]
    fn a_registry_comes_back_as_it_was() {
        for registry in [registry(), Registry::default()] {
            let bytes = registry.encode().unwrap();
            let mut back = Registry::decode(bytes.clone()).unwrap();
            assert_eq!(
                (&back.text, &back.ends, &back.keys),
                (&registry.text, &registry.ends, &registry.keys)
            );
            assert_eq!(back.encode().unwrap(), bytes);
            assert_eq!(back.intern(["new"]).unwrap(), 1);
            assert_eq!(back.id(u32::try_from(registry.len()).unwrap()), "new");
        }
    }

    #[test]
    fn many_ids_are_all_found() {
        let ids: Vec<String> = (0..100_000).map(|number| format!("C{number:07}")).collect();
        let mut registry = Registry::default();
        for part in ids.chunks(7_777) {
            registry.intern(part.iter().map(String::as_str)).unwrap();
        }
        for (code, id) in (0..).zip(&ids) {
            assert_eq!(registry.code(&Key::of(id.as_bytes())), Some(code));
        }
        assert_eq!(Registry::decode(registry.encode().unwrap()).unwrap().keys, registry.keys);
    }

    #[test]
    fn along_a_trail_codes_are_the_same_in_any_order() {
        let ids: Vec<String> = (0..1_000).map(|n| format!("C{n:04}")).collect();
        let mut registry = Registry::default();
        registry.intern(ids.iter().map(String::as_str)).unwrap();
        for step in [1, 7, 63, 64, 65, 333, 999] {
            let mut trail = Trail::default();
            for n in (0..3_000).map(|n| n * step % 1_003) {
                let key = Key::of(format!("C{n:04}").as_bytes());
                assert_eq!(registry.code_along(&key, &mut trail), registry.code(&key), "{n}, by {step}");
            }
        }
    }

    #[test]
    fn damage_anywhere_is_found() {
        let bytes = registry().encode().unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= 0x10;
            assert!(Registry::decode(damaged.into()).is_err(), "byte {at}");
            assert!(Registry::decode(bytes.slice(..at)).is_err(), "cut at {at}");
        }
    }
}
