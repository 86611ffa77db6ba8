//! Columns that few rows have a value in: nothing at all where no row has one, else a marker for the absent.

use super::gathered;
use crate::contract::NONE;

/// A value type with one value that means "absent".
pub trait Absent: Copy {
    /// The marker: the least integer, [`NONE`] in codes, not-a-number in floats.
    const ABSENT: Self;

    fn is_absent(self) -> bool;
}

/// Days since 1970-01-01.
impl Absent for i32 {
    const ABSENT: Self = i32::MIN;

    fn is_absent(self) -> bool {
        self == Self::ABSENT
    }
}

/// Minor units.
impl Absent for i64 {
    const ABSENT: Self = i64::MIN;

    fn is_absent(self) -> bool {
        self == Self::ABSENT
    }
}

/// Codes.
impl Absent for u32 {
    const ABSENT: Self = NONE;

    fn is_absent(self) -> bool {
        self == Self::ABSENT
    }
}

impl Absent for f64 {
    const ABSENT: Self = f64::NAN;

    fn is_absent(self) -> bool {
        self.is_nan()
    }
}

/// A column of optional values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sparse<T> {
    /// As long as the table, or empty where no row has a value.
    values: Vec<T>,
}

impl<T: Absent> Sparse<T> {
    pub(super) fn new(values: Vec<T>) -> Self {
        Self { values }
    }

    /// The value of a row, or the marker.
    #[inline]
    pub fn get(&self, at: usize) -> T {
        self.values.get(at).copied().unwrap_or(T::ABSENT)
    }

    /// The value of a row.
    #[inline]
    pub fn value(&self, at: usize) -> Option<T> {
        Some(self.get(at)).filter(|value| !value.is_absent())
    }

    /// All values, markers among them; none where no row has a value.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// Whether any row has a value.
    pub fn has_values(&self) -> bool {
        self.values.iter().any(|value| !value.is_absent())
    }

    /// Adds the value of the row after `n_rows` others.
    #[inline]
    pub(super) fn push(&mut self, n_rows: usize, value: T) {
        if self.values.is_empty() {
            if value.is_absent() {
                return;
            }
            self.values.resize(n_rows, T::ABSENT);
        }
        self.values.push(value);
    }

    /// Adds the values of `n_others` rows after `n_rows` of its own.
    pub(super) fn append(&mut self, n_rows: usize, others: &Self, n_others: usize) {
        if self.values.is_empty() && others.values.is_empty() {
            return;
        }
        self.values.resize(n_rows, T::ABSENT);
        self.values.extend_from_slice(&others.values);
        self.values.resize(n_rows + n_others, T::ABSENT);
    }

    pub(super) fn gather(&mut self, positions: &[u32]) {
        if !self.values.is_empty() {
            self.values = gathered(&self.values, positions);
        }
    }
}
