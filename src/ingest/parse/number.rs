//! Numbers that are no amounts: rates, scores, counts.

use super::Parsed;
use super::decimal::{Decimal, NOT_AN_AMOUNT, Notation, TOO_LARGE, decimal};
use crate::config::source::Tolerance;
pub use crate::ingest::reasons::{NOT_A_NUMBER, NOT_FINITE};

/// A decimal number: optional minus, digits, optionally a point and digits; and what else the notation accepts.
///
/// # Errors
/// The reason why it is none, or the rule that would read it.
pub fn number(text: &[u8], notation: &Notation) -> Parsed<f64> {
    if !notation.accept.has(Tolerance::DecimalComma) && is_plain(text) {
        return finite(std::str::from_utf8(text).map_err(|_| NOT_A_NUMBER)?);
    }
    match decimal(text, notation) {
        // Through text: the nearest float, whatever the scale.
        Ok(Decimal { mantissa, scale }) => finite(&format!("{mantissa}e{}", -scale)),
        Err(NOT_AN_AMOUNT) => Err(NOT_A_NUMBER),
        Err(TOO_LARGE) => Err(NOT_FINITE),
        Err(reason) => Err(reason),
    }
}

fn finite(text: &str) -> Parsed<f64> {
    let value: f64 = text.parse().map_err(|_| NOT_A_NUMBER)?;
    if value.is_finite() { Ok(value) } else { Err(NOT_FINITE) }
}

fn is_plain(text: &[u8]) -> bool {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let mut parts = unsigned.splitn(2, |byte| *byte == b'.');
    parts.all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
}

/// Whether a text is digits with an exponent, as `6.22202E+18`: what a spreadsheet makes of a long number.
pub fn is_scientific(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|byte| byte.eq_ignore_ascii_case(&b'e')) else { return false };
    let (mantissa, exponent) = (&text[..at], &text[at + 1..]);
    let is_power = |digits: &[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    is_plain(mantissa.strip_prefix(b"+").unwrap_or(mantissa))
        && is_power(exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent))
}
