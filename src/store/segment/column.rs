//! The columns of a segment on their way into a file: type, meaning, coding, and which rows have a value.

use super::sparse::{Absent, Sparse};
use crate::contract::key::Key;
use bytes::Bytes;
use std::borrow::Cow;

pub(super) const KEY_BYTES: usize = 16;

/// How a column is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Delta,
    Dictionary,
}

/// What a column holds, as Parquet has it.
pub(super) enum Values<'a> {
    /// Codes and days.
    I32(Cow<'a, [i32]>),
    /// Minor units.
    I64(Cow<'a, [i64]>),
    F64(Vec<f64>),
    Keys(Bytes),
}

/// One column of a segment to be written.
pub(super) struct Column<'a> {
    pub(super) name: &'static str,
    /// Physical type of the Parquet column and its meaning, as the text of a schema has them around the name.
    kind: (&'static str, &'static str),
    pub(super) coding: Coding,
    /// 1 where a row has a value and 0 where not; `None` where every row must have one.
    pub(super) levels: Option<Vec<i16>>,
    pub(super) values: Values<'a>,
}

impl<'a> Column<'a> {
    /// Codes of up to 32 bits.
    pub(super) fn codes(name: &'static str, values: &[u32], coding: Coding) -> Self {
        let values = values.iter().map(|code| code.cast_signed()).collect();
        Self {
            name,
            kind: ("int32", "(INTEGER(32,false))"),
            coding,
            levels: None,
            values: Values::I32(values),
        }
    }

    /// A few codes of up to 16 bits.
    pub(super) fn short_codes(name: &'static str, values: impl Iterator<Item = u16>) -> Self {
        let values = Values::I32(values.map(i32::from).collect());
        Self {
            name,
            kind: ("int32", "(INTEGER(16,false))"),
            coding: Coding::Dictionary,
            levels: None,
            values,
        }
    }

    /// Days since 1970-01-01.
    pub(super) fn days(name: &'static str, values: impl Into<Cow<'a, [i32]>>) -> Self {
        let values = Values::I32(values.into());
        Self { name, kind: ("int32", "(DATE)"), coding: Coding::Delta, levels: None, values }
    }

    /// Minor units.
    pub(super) fn money(name: &'static str, values: impl Into<Cow<'a, [i64]>>) -> Self {
        let values = Values::I64(values.into());
        Self { name, kind: ("int64", "(DECIMAL(18,2))"), coding: Coding::Delta, levels: None, values }
    }

    /// Ids, plain.
    pub(super) fn keys(name: &'static str, keys: &[Key]) -> Self {
        let mut plain = Vec::with_capacity(keys.len() * KEY_BYTES);
        for key in keys {
            plain.extend_from_slice(&key.to_bytes());
        }
        let kind = ("fixed_len_byte_array(16)", "");
        Self { name, kind, coding: Coding::Dictionary, levels: None, values: Values::Keys(plain.into()) }
    }

    /// The same with nulls; `None` where no row has a value.
    pub(super) fn sparse_codes(name: &'static str, column: &Sparse<u32>, coding: Coding) -> Option<Self> {
        let (present, levels) = dense(column)?;
        Some(Self { levels: Some(levels), ..Self::codes(name, &present, coding) })
    }

    pub(super) fn sparse_days(name: &'static str, column: &Sparse<i32>) -> Option<Self> {
        let (present, levels) = dense(column)?;
        Some(Self { levels: Some(levels), ..Self::days(name, present) })
    }

    pub(super) fn sparse_money(name: &'static str, column: &Sparse<i64>) -> Option<Self> {
        let (present, levels) = dense(column)?;
        Some(Self { levels: Some(levels), ..Self::money(name, present) })
    }

    pub(super) fn sparse_rates(name: &'static str, column: &Sparse<f64>) -> Option<Self> {
        let (present, levels) = dense(column)?;
        let (kind, values) = (("double", ""), Values::F64(present));
        Some(Self { name, kind, coding: Coding::Dictionary, levels: Some(levels), values })
    }

    /// Room that is enough; the pages behind what is used are never touched.
    pub(super) fn plain_bytes(&self) -> usize {
        match &self.values {
            Values::I32(values) => size_of_val(values.as_ref()),
            Values::I64(values) => size_of_val(values.as_ref()),
            Values::F64(values) => size_of_val(values.as_slice()),
            Values::Keys(plain) => plain.len(),
        }
    }

    /// The column in the text of a schema.
    pub(super) fn declaration(&self) -> String {
        let repetition = if self.levels.is_some() { "optional" } else { "required" };
        format!("{repetition} {} {} {};", self.kind.0, self.name, self.kind.1)
    }
}

/// The values that are there, and for every row whether it has one.
fn dense<T: Absent>(column: &Sparse<T>) -> Option<(Vec<T>, Vec<i16>)> {
    let values = column.values();
    let present: Vec<T> = values.iter().copied().filter(|value| !value.is_absent()).collect();
    let levels = values.iter().map(|value| i16::from(!value.is_absent())).collect();
    (!present.is_empty()).then_some((present, levels))
}
