//! Amounts and numbers of a row.

use super::{Field, Plain};
use crate::ingest::cell::{Cell, Digits, Fault, Row, WRONG_TYPE};
use crate::ingest::parse;
pub use crate::ingest::reasons::NEGATIVE;
use crate::ingest::reasons::{NO_SIGN, NOT_WHOLE, SIGNED, outside};
use crate::money::Money;

/// How the sign of an amount is found.
pub enum SignRule {
    AsIs,
    Negated,
    NegativeWhere { slot: usize, values: Vec<Box<[u8]>> },
}

impl Field {
    /// An amount that the column may have: none below zero, unless the mapping allows it.
    #[inline]
    pub fn money<R: Row>(&self, row: &R) -> Result<Option<Money>, Fault> {
        match self.signed_money(row)? {
            Some(Money(minor)) if minor < 0 && !self.allow_negative => Err(self.fault(NEGATIVE)),
            amount => Ok(amount),
        }
    }

    /// An amount as delivered, below zero or not; what sums are taken of.
    #[inline]
    pub fn signed_money<R: Row>(&self, row: &R) -> Result<Option<Money>, Fault> {
        match self.plain(row) {
            Plain::Missing => return Ok(None),
            Plain::Text(text) if matches!(self.sign, SignRule::AsIs) => {
                if let Some(minor) = parse::plain_money(text, &self.notation) {
                    return Ok(Some(Money(minor)));
                }
            }
            Plain::Float(units) if matches!(self.sign, SignRule::AsIs) => {
                let minor = parse::money_from_float(units);
                return minor.map(|minor| Some(Money(minor))).map_err(|reason| self.fault(reason));
            }
            _ => {}
        }
        self.other_money(row)
    }

    #[inline(never)]
    fn other_money<R: Row>(&self, row: &R) -> Result<Option<Money>, Fault> {
        let cell = self.cell(row)?;
        let minor = match cell {
            Cell::Missing => return Ok(None),
            Cell::Text(text) => parse::money(text, &self.notation),
            Cell::Integer(units) => parse::money_from_decimal(i128::from(units), 0),
            Cell::Float(units) => parse::money_from_float(units),
            Cell::Decimal(value, scale) => parse::money_from_decimal(value, scale),
            Cell::Date(_) | Cell::Local(_) | Cell::Instant(_) | Cell::Boolean(_) => Err(WRONG_TYPE),
        };
        let signed = minor.and_then(|minor| match &self.sign {
            SignRule::AsIs => Ok(minor),
            SignRule::Negated => Ok(-minor),
            SignRule::NegativeWhere { .. } if minor < 0 || has_sign(cell) => Err(SIGNED),
            SignRule::NegativeWhere { slot, values } => {
                Ok(if is_among(row.cell(*slot), values)? { -minor } else { minor })
            }
        });
        signed.map(|minor| Some(Money(minor))).map_err(|reason| self.fault(reason))
    }

    #[inline]
    pub fn number<R: Row>(&self, row: &R) -> Result<Option<f64>, Fault> {
        if let Plain::Missing = self.plain(row) { Ok(None) } else { self.other_number(row) }
    }

    #[inline(never)]
    fn other_number<R: Row>(&self, row: &R) -> Result<Option<f64>, Fault> {
        let number = match self.cell(row)? {
            Cell::Missing => return Ok(None),
            Cell::Text(text) => parse::number(text, &self.notation),
            cell => number_of(cell),
        };
        number.map(Some).map_err(|reason| self.fault(reason))
    }

    /// A number within `low` and `high`.
    pub fn number_within<R: Row>(&self, row: &R, low: f64, high: f64) -> Result<Option<f64>, Fault> {
        match self.number(row)? {
            Some(number) if !(low..=high).contains(&number) => Err(self.fault(outside(low, high))),
            number => Ok(number),
        }
    }

    /// A whole number within `low` and `high`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and within u32 by the check"
    )]
    pub fn whole_within<R: Row>(&self, row: &R, low: u32, high: u32) -> Result<Option<u32>, Fault> {
        match self.number_within(row, f64::from(low), f64::from(high))? {
            Some(number) if number.fract() != 0.0 => Err(self.fault(NOT_WHOLE)),
            number => Ok(number.map(|number| number as u32)),
        }
    }

    /// 1 (cautious) to 5 (speculative).
    pub fn risk_level<R: Row>(&self, row: &R) -> Result<Option<u8>, Fault> {
        Ok(self.whole_within(row, 1, 5)?.and_then(|level| u8::try_from(level).ok()))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number is a float by contract")]
fn number_of(cell: Cell<'_>) -> Result<f64, &'static str> {
    match cell {
        Cell::Integer(number) => Ok(number as f64),
        Cell::Float(number) if number.is_finite() => Ok(number),
        Cell::Float(_) => Err(parse::NOT_FINITE),
        Cell::Decimal(number, scale) => Ok(number as f64 / 10f64.powi(i32::from(scale))),
        _ => Err(WRONG_TYPE),
    }
}

fn has_sign(cell: Cell<'_>) -> bool {
    matches!(cell, Cell::Text(text) if parse::is_signed(text))
}

fn is_among(cell: Cell<'_>, values: &[Box<[u8]>]) -> Result<bool, &'static str> {
    let mut digits = Digits::default();
    let text = cell.text(&mut digits)?;
    let listed = values.iter().any(|value| **value == *text.unwrap_or_default());
    if text.is_none() && !listed { Err(NO_SIGN) } else { Ok(listed) }
}
