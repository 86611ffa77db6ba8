//! How one field of a row is ordered and kept in a column: the only place that knows Arrow's array types.
//!
//! Money, dates, counts and codes of the store keep their numbers; codes of the contract are kept as their text,
//! so that a new value in a code table never renumbers what is stored.

use crate::contract::codes::{Channel, CustomerKind, Gender, ProductKind, Role};
use crate::date::Date;
use crate::money::Money;
use arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray, UInt8Array,
    UInt32Array,
};
use std::cmp::Ordering;
use std::sync::Arc;

/// A value that is never missing.
pub trait Value: Sized {
    type Array: Array + 'static;

    fn array<'a>(values: impl Iterator<Item = Option<&'a Self>>) -> ArrayRef
    where
        Self: 'a;

    /// `None` where the stored text is no code of the contract.
    fn at(array: &Self::Array, row: usize) -> Option<Self>;

    fn order(&self, other: &Self) -> Ordering;

    /// A number that ascends with the value, to sort by before the values themselves are looked at.
    fn prefix(&self) -> u128 {
        0
    }
}

/// A field of a row: a [`Value`] or an optional one.
pub trait Cell: Sized {
    const NULLABLE: bool;
    type Array: Array + 'static;

    fn array<'a>(cells: impl Iterator<Item = &'a Self>) -> ArrayRef
    where
        Self: 'a;

    /// `None` where the stored value is none of this field's.
    fn at(array: &Self::Array, row: usize) -> Option<Self>;

    /// The cell without a value; `None` where its field must have one.
    fn missing() -> Option<Self>;

    /// A missing value comes first.
    fn order(&self, other: &Self) -> Ordering;

    fn prefix(&self) -> u128;
}

impl<V: Value> Cell for V {
    const NULLABLE: bool = false;
    type Array = V::Array;

    fn array<'a>(cells: impl Iterator<Item = &'a Self>) -> ArrayRef
    where
        Self: 'a,
    {
        V::array(cells.map(Some))
    }

    fn at(array: &V::Array, row: usize) -> Option<Self> {
        V::at(array, row)
    }

    fn missing() -> Option<Self> {
        None
    }

    #[inline]
    fn order(&self, other: &Self) -> Ordering {
        Value::order(self, other)
    }

    fn prefix(&self) -> u128 {
        Value::prefix(self)
    }
}

impl<V: Value> Cell for Option<V> {
    const NULLABLE: bool = true;
    type Array = V::Array;

    fn array<'a>(cells: impl Iterator<Item = &'a Self>) -> ArrayRef
    where
        Self: 'a,
    {
        V::array(cells.map(Option::as_ref))
    }

    fn at(array: &V::Array, row: usize) -> Option<Self> {
        if array.is_null(row) { Some(None) } else { V::at(array, row).map(Some) }
    }

    fn missing() -> Option<Self> {
        Some(None)
    }

    #[inline]
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Some(one), Some(other)) => Value::order(one, other),
            _ => self.is_some().cmp(&other.is_some()),
        }
    }

    fn prefix(&self) -> u128 {
        self.as_ref().map_or(0, Value::prefix)
    }
}

impl Value for Box<str> {
    type Array = StringArray;

    fn array<'a>(values: impl Iterator<Item = Option<&'a Self>>) -> ArrayRef {
        Arc::new(values.collect::<StringArray>())
    }

    fn at(array: &StringArray, row: usize) -> Option<Self> {
        Some(array.value(row).into())
    }

    #[inline]
    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn prefix(&self) -> u128 {
        let mut bytes = [0u8; 16];
        let length = self.len().min(bytes.len());
        bytes[..length].copy_from_slice(&self.as_bytes()[..length]);
        u128::from_be_bytes(bytes)
    }
}

/// Values kept as a number or a truth.
macro_rules! plain {
    ($value:ty, $array:ty, $order:expr, |$one:ident| $stored:expr, $restored:expr) => {
        impl Value for $value {
            type Array = $array;

            fn array<'a>(values: impl Iterator<Item = Option<&'a Self>>) -> ArrayRef {
                Arc::new(values.map(|value| value.map(|$one| $stored)).collect::<$array>())
            }

            fn at(array: &$array, row: usize) -> Option<Self> {
                Some($restored(array.value(row)))
            }

            #[inline]
            fn order(&self, other: &Self) -> Ordering {
                $order(self, other)
            }
        }
    };
}

plain!(Date, Date32Array, Ord::cmp, |date| date.0, Date);
plain!(Money, Int64Array, Ord::cmp, |money| money.0, Money);
plain!(f64, Float64Array, f64::total_cmp, |number| *number, std::convert::identity);
plain!(bool, BooleanArray, Ord::cmp, |truth| *truth, std::convert::identity);
plain!(u8, UInt8Array, Ord::cmp, |number| *number, std::convert::identity);

/// A count, or the code of a customer in the store.
impl Value for u32 {
    type Array = UInt32Array;

    fn array<'a>(values: impl Iterator<Item = Option<&'a Self>>) -> ArrayRef {
        Arc::new(values.map(Option::<&u32>::copied).collect::<UInt32Array>())
    }

    fn at(array: &UInt32Array, row: usize) -> Option<Self> {
        Some(array.value(row))
    }

    #[inline]
    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn prefix(&self) -> u128 {
        u128::from(*self)
    }
}

macro_rules! code {
    ($($value:ty),+) => {$(
        impl Value for $value {
            type Array = StringArray;

            fn array<'a>(values: impl Iterator<Item = Option<&'a Self>>) -> ArrayRef {
                Arc::new(values.map(|value| value.map(|value| value.code())).collect::<StringArray>())
            }

            fn at(array: &StringArray, row: usize) -> Option<Self> {
                Self::from_code(array.value(row))
            }

            /// By the text, for an order that a new value of the code table does not change.
            #[inline]
            fn order(&self, other: &Self) -> Ordering {
                if self == other { Ordering::Equal } else { self.code().cmp(other.code()) }
            }
        }
    )+};
}

code!(Channel, CustomerKind, Gender, ProductKind, Role);
