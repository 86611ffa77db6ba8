//! Numbers in any of the ways of writing that a mapping can name, as exact decimals.
//!
//! Reads: the text of an amount or number that is not plain. Every way is understood here, so that the reason can name
//! the one that the mapping lacks. Never: takes a text that two rules would read differently: what a comma means is
//! said by the mapping alone.

use super::Parsed;
use super::characters::{CHARACTERS_MAX, Folded};
use super::full_width::FULL_WIDTH;
use super::scan::Scan;
use crate::config::source::{Accept, Tolerance};
use crate::ingest::reasons::{
    DECIMAL_COMMA, EXPONENT, INNER_SPACES, PARENTHESES, PLUS, THOUSANDS, TRAILING_MINUS, UNITS,
};
pub use crate::ingest::reasons::{NOT_AN_AMOUNT, OTHER_CURRENCY, POINT, TOO_LARGE};

/// How the numbers of a column are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notation {
    pub accept: Accept,
    /// The base currency's code; until it is known no currency is read.
    pub currency: Option<Box<str>>,
}

/// An exact number: `mantissa` times ten to the power of minus `scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    pub mantissa: i128,
    pub scale: i32,
}

/// Whether the text has a sign of its own, in any way of writing.
pub fn is_signed(text: &[u8]) -> bool {
    let is_sign = |byte: Option<&u8>| byte.is_some_and(|byte| b"+-()".contains(byte));
    if is_sign(text.first()) || is_sign(text.last()) {
        return true;
    }
    !text.is_ascii()
        && Folded::of(text).is_some_and(|folded| folded.text().iter().any(|byte| b"+-()".contains(byte)))
}

/// What a value is told that only this tolerance would read.
pub fn accept_reason(tolerance: Tolerance) -> &'static str {
    match tolerance {
        Tolerance::Thousands => THOUSANDS,
        Tolerance::DecimalComma => DECIMAL_COMMA,
        Tolerance::FullWidth => FULL_WIDTH,
        Tolerance::Parentheses => PARENTHESES,
        Tolerance::TrailingMinus => TRAILING_MINUS,
        Tolerance::Plus => PLUS,
        Tolerance::InnerSpaces => INNER_SPACES,
        Tolerance::Units => UNITS,
        Tolerance::Exponent => EXPONENT,
    }
}

/// The number, where the notation accepts the way it is written.
///
/// # Errors
/// The reason: what no rule reads, or the rule that would read it.
pub fn decimal(text: &[u8], notation: &Notation) -> Parsed<Decimal> {
    let folded = Folded::of(text).ok_or_else(|| unfolded_reason(text))?;
    let by_comma = notation.accept.has(Tolerance::DecimalComma);
    match Scan::new(&folded, by_comma, notation).number() {
        Ok((number, used)) => match used.first_beyond(notation.accept) {
            None => Ok(number),
            Some(lacking) => Err(accept_reason(lacking)),
        },
        Err(NOT_AN_AMOUNT) if Scan::new(&folded, !by_comma, notation).number().is_ok() => {
            Err(if by_comma { POINT } else { accept_reason(Tolerance::DecimalComma) })
        }
        Err(reason) => Err(reason),
    }
}

fn unfolded_reason(text: &[u8]) -> &'static str {
    let is_long = text.len() > CHARACTERS_MAX
        && text.iter().all(|byte| byte.is_ascii_digit() || b"+-.,".contains(byte));
    if is_long { TOO_LARGE } else { NOT_AN_AMOUNT }
}
