//! A set of product kinds: one bit each.

use crate::contract::codes::ProductKind;

/// How many kinds there are.
pub const N_KINDS: usize = ProductKind::ALL.len();

const _: () = assert!(N_KINDS <= 32, "a bit per kind");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds(u32);

impl Kinds {
    pub fn has(self, kind: ProductKind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }

    pub fn add(&mut self, kind: ProductKind) {
        self.0 |= 1 << kind as u32;
    }

    /// Those that are not in `others`.
    #[must_use]
    pub fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }
}
