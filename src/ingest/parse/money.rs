//! Amounts as whole minor units, exact or refused.

use super::Parsed;
use super::decimal::{Decimal, Notation, TOO_LARGE, decimal};
use super::number::NOT_FINITE;
use super::word::{ONES, digits_value, eight_digits, right_aligned};
use crate::config::source::Tolerance;
pub use crate::ingest::reasons::DECIMALS;

/// Amounts are published as `Decimal(18,2)`: 18 digits of minor units.
const MINOR_UNITS_MAX: u64 = 999_999_999_999_999_999;
/// Digits before the point that never exceed that.
const WHOLE_DIGITS_MAX: usize = 16;
/// 2^45 units: beyond, floats lie more than half a minor unit apart.
const FLOAT_MINOR_UNITS_MAX: f64 = 3_518_437_208_883_200.0;
/// Floats are read as the nearest minor unit within this part of one.
const FLOAT_TOLERANCE: f64 = 1e-6;

/// An amount in minor units: optional minus, digits, optionally a point and one or two decimals (more only if zero);
/// and what else the notation accepts.
///
/// # Errors
/// The reason why it is none, or the rule that would read it.
#[inline]
pub fn money(text: &[u8], notation: &Notation) -> Parsed<i64> {
    plain_money(text, notation).map_or_else(|| of_decimal(decimal(text, notation)?), Ok)
}

/// A plain amount, without a reason where it is none.
#[inline]
pub fn plain_money(text: &[u8], notation: &Notation) -> Option<i64> {
    // With a decimal comma `1.230` is no plain number, although it looks like one.
    if notation.accept.has(Tolerance::DecimalComma) { None } else { plain(text) }
}

/// A plain amount; `None` where it has to be looked at more closely.
#[inline]
fn plain(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let minor = match digits {
        [_, .., b'.', _, _] if digits.len() <= 8 => cents(digits)?,
        digits => longer(digits)?,
    };
    Some(if is_negative { -minor } else { minor })
}

/// `0.00` to `99999.99`, as one word.
#[inline]
fn cents(digits: &[u8]) -> Option<i64> {
    // Lanes below the text become zeros, as the digits and the point do.
    const POINT: u64 = (b'0' ^ b'.') as u64;
    let below = (ONES * u64::from(b'0')).checked_shr(8 * u32::try_from(digits.len()).ok()?).unwrap_or(0);
    let lanes = (right_aligned(digits)? | below) ^ (ONES * u64::from(b'0')) ^ (POINT << 40);
    // The point is taken out: what stands before it moves up.
    let value = digits_value(((lanes & 0xff_ffff_ffff) << 8) | (lanes & 0xffff_0000_0000_0000))?;
    i64::try_from(value).ok()
}

/// Any other plain amount.
fn longer(digits: &[u8]) -> Option<i64> {
    let (whole, decimals) = match digits {
        [whole @ .., b'.', _, _] => (whole, &digits[whole.len() + 1..]),
        [whole @ .., b'.', _] => (whole, &digits[whole.len() + 1..]),
        digits => match digits.iter().position(|byte| *byte == b'.') {
            Some(point) => (&digits[..point], &digits[point + 1..]),
            None => (digits, b"0".as_slice()),
        },
    };
    if whole.len() > WHOLE_DIGITS_MAX {
        return None;
    }
    let cents = match decimals {
        [tenths] => digit(*tenths)? * 10,
        [tenths, hundredths, zeros @ ..] if zeros.iter().all(|byte| *byte == b'0') => {
            digit(*tenths)? * 10 + digit(*hundredths)?
        }
        _ => return None,
    };
    Some(whole_number(whole)? * 100 + cents)
}

/// 1 to 16 digits.
fn whole_number(digits: &[u8]) -> Option<i64> {
    let (high, low) = digits.split_at(digits.len().saturating_sub(8));
    let eight = |digits: &[u8]| {
        let below = (ONES * u64::from(b'0')).checked_shr(8 * u32::try_from(digits.len()).ok()?).unwrap_or(0);
        i64::try_from(eight_digits(right_aligned(digits)? | below)?).ok()
    };
    let high = if high.is_empty() { 0 } else { eight(high)? };
    Some(high * 100_000_000 + eight(low)?)
}

#[inline]
fn digit(byte: u8) -> Option<i64> {
    byte.is_ascii_digit().then(|| i64::from(byte - b'0'))
}

/// An amount from a float: the minor unit it stands for, within [`FLOAT_TOLERANCE`] or as that amount's nearest float.
#[expect(clippy::cast_possible_truncation, reason = "checked against the largest exact whole number")]
pub fn money_from_float(value: f64) -> Parsed<i64> {
    if !value.is_finite() {
        return Err(NOT_FINITE);
    }
    let minor = (value * 100.0).round();
    if minor.abs() > FLOAT_MINOR_UNITS_MAX {
        return Err(TOO_LARGE);
    }
    let is_near = (value * 100.0 - minor).abs() <= FLOAT_TOLERANCE;
    let is_nearest = (minor / 100.0).to_bits() == value.to_bits();
    if is_near || is_nearest { Ok(minor as i64) } else { Err(DECIMALS) }
}

/// An amount from a decimal of any scale; exact or refused.
pub fn money_from_decimal(mantissa: i128, scale: i8) -> Parsed<i64> {
    of_decimal(Decimal { mantissa, scale: scale.into() })
}

fn of_decimal(Decimal { mantissa, scale }: Decimal) -> Parsed<i64> {
    let shift = scale - 2;
    let power = 10i128.checked_pow(shift.unsigned_abs());
    let minor = match (power, shift > 0) {
        _ if mantissa == 0 => 0,
        (None, true) => return Err(DECIMALS),
        (Some(power), true) if mantissa % power != 0 => return Err(DECIMALS),
        (Some(power), true) => mantissa / power,
        (power, false) => power.and_then(|power| mantissa.checked_mul(power)).ok_or(TOO_LARGE)?,
    };
    if minor.unsigned_abs() > u128::from(MINOR_UNITS_MAX) {
        return Err(TOO_LARGE);
    }
    i64::try_from(minor).map_err(|_| TOO_LARGE)
}
