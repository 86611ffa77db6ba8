//! The distinct delivery sets of a table: many rows, few histories.

use super::delivery_set::DeliverySet;
use crate::contract::key::FoldMap;

/// Distinct sets, each found by its code, the order of first use.
#[derive(Default)]
pub struct Pool {
    sets: Vec<DeliverySet>,
    codes: FoldMap<DeliverySet, u32>,
}

impl Pool {
    pub fn code(&mut self, set: DeliverySet) -> u32 {
        let next = self.sets.len();
        *self.codes.entry(set).or_insert_with_key(|set| {
            self.sets.push(set.clone());
            u32::try_from(next).expect("fewer sets than rows, and fewer rows than u32 counts")
        })
    }

    pub fn into_sets(self) -> Vec<DeliverySet> {
        self.sets
    }
}

/// What becomes of the sets of an old pool: the change is made once per set, not once per row.
pub struct Recoding<'a, F> {
    old: &'a [DeliverySet],
    codes: Vec<Option<u32>>,
    change: F,
}

impl<'a, F: Fn(&DeliverySet) -> DeliverySet> Recoding<'a, F> {
    pub fn new(old: &'a [DeliverySet], change: F) -> Self {
        Self { old, codes: vec![None; old.len()], change }
    }

    /// The code in `pool` of the changed set.
    #[inline]
    pub fn code(&mut self, old: u32, pool: &mut Pool) -> u32 {
        let (old, change) = (old as usize, &self.change);
        *self.codes[old].get_or_insert_with(|| pool.code(change(&self.old[old])))
    }
}
