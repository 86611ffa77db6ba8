//! One pass over the characters of a number: what it is, and which tolerances it took.

use super::Parsed;
use super::characters::{Folded, OTHER_SIGN, WAN, YI, YUAN, YUAN_SIGN};
use super::decimal::{Decimal, NOT_AN_AMOUNT, Notation, OTHER_CURRENCY, TOO_LARGE};
use crate::config::source::{Accept, Tolerance};

/// Beyond, an exponent cannot be of an amount, nor of a finite number.
const EXPONENT_MAX: i32 = 9_999;
/// Of an ISO 4217 currency code.
const CODE_LETTERS: usize = 3;

/// One reading of a text, from its start to its end.
pub struct Scan<'f> {
    rest: &'f [u8],
    used: Accept,
    by_comma: bool,
    notation: &'f Notation,
    mantissa: i128,
    scale: i32,
    /// `Some(true)` once a minus was seen.
    sign: Option<bool>,
    has_currency: bool,
}

impl<'f> Scan<'f> {
    pub fn new(folded: &'f Folded, by_comma: bool, notation: &'f Notation) -> Self {
        Self {
            rest: folded.text(),
            used: folded.used,
            by_comma,
            notation,
            mantissa: 0,
            scale: 0,
            sign: None,
            has_currency: false,
        }
    }

    /// `[sign] [currency] [sign] digits [exponent] [unit] [currency] [minus]`, all of it in parentheses or not.
    pub fn number(mut self) -> Parsed<(Decimal, Accept)> {
        let has_parentheses = self.open();
        self.take_sign();
        let is_word = self.rest.len() == CODE_LETTERS && is_code(self.rest);
        if !is_word && self.take_currency(YUAN_SIGN)? {
            self.take_if(b' ');
        }
        self.take_sign();
        self.take_digits()?;
        self.take_exponent();
        self.take_unit()?;
        if self.sign.is_none() && self.take_if(b'-') {
            self.note(Tolerance::TrailingMinus);
            self.sign = Some(true);
        }
        if !self.rest.is_empty() || (has_parentheses && self.sign.is_some()) {
            return Err(NOT_AN_AMOUNT);
        }
        let is_negative = has_parentheses || self.sign == Some(true);
        let mantissa = if is_negative { -self.mantissa } else { self.mantissa };
        Ok((Decimal { mantissa, scale: self.scale }, self.used))
    }

    fn note(&mut self, tolerance: Tolerance) {
        self.used = self.used.with(tolerance);
    }

    fn take_if(&mut self, wanted: u8) -> bool {
        let rest = self.rest.strip_prefix(&[wanted]);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn open(&mut self) -> bool {
        let [b'(', inner @ .., b')'] = self.rest else { return false };
        self.note(Tolerance::Parentheses);
        if inner.trim_ascii().len() < inner.len() {
            self.note(Tolerance::InnerSpaces);
        }
        self.rest = inner.trim_ascii();
        true
    }

    fn take_sign(&mut self) {
        if self.sign.is_some() {
            return;
        }
        if self.take_if(b'-') {
            self.sign = Some(true);
        } else if self.take_if(b'+') {
            self.note(Tolerance::Plus);
            self.sign = Some(false);
        } else {
            return;
        }
        if self.take_if(b' ') {
            self.note(Tolerance::InnerSpaces);
        }
    }

    /// A currency's code, or the base currency's `sign`, once.
    fn take_currency(&mut self, sign: u8) -> Parsed<bool> {
        let is_yuan = self.notation.currency.as_deref() == Some("CNY");
        let (is_base, length) = match self.rest {
            [byte, ..] if *byte == sign => (is_yuan, 1),
            [OTHER_SIGN, ..] => (false, 1),
            code if is_code(code) => {
                let base = self.notation.currency.as_deref().map(str::as_bytes);
                (base == Some(&code[..CODE_LETTERS]), CODE_LETTERS)
            }
            _ => return Ok(false),
        };
        if self.has_currency {
            return Err(NOT_AN_AMOUNT);
        }
        if !is_base {
            return Err(OTHER_CURRENCY);
        }
        self.note(Tolerance::Units);
        self.has_currency = true;
        self.rest = &self.rest[length..];
        Ok(true)
    }

    /// Digits with or without groups, and decimals.
    fn take_digits(&mut self) -> Parsed<()> {
        let first = self.take_run()?;
        let (group, tolerance) =
            if self.by_comma { (b'.', Tolerance::DecimalComma) } else { (b',', Tolerance::Thousands) };
        match self.rest {
            [byte, b'0'..=b'9', ..] if *byte == group => self.take_groups(first, group, tolerance)?,
            [b' ', b'0'..=b'9', ..] => self.take_groups(first, b' ', Tolerance::InnerSpaces)?,
            _ if first == 0 => return Err(NOT_AN_AMOUNT),
            _ => {}
        }
        if self.take_if(if self.by_comma { b',' } else { b'.' }) {
            if self.by_comma {
                self.note(Tolerance::DecimalComma);
            }
            let decimals = self.take_run()?;
            if decimals == 0 {
                return Err(NOT_AN_AMOUNT);
            }
            self.scale = i32::try_from(decimals).map_err(|_| TOO_LARGE)?;
        }
        Ok(())
    }

    /// Groups of exactly three digits after the `first` digits.
    fn take_groups(&mut self, first: usize, separator: u8, tolerance: Tolerance) -> Parsed<()> {
        if !(1..=3).contains(&first) {
            return Err(NOT_AN_AMOUNT);
        }
        self.note(tolerance);
        while matches!(self.rest, [byte, b'0'..=b'9', ..] if *byte == separator) {
            self.rest = &self.rest[1..];
            if self.take_run()? != 3 {
                return Err(NOT_AN_AMOUNT);
            }
        }
        Ok(())
    }

    /// Digits up to the next other character, and how many they were.
    fn take_run(&mut self) -> Parsed<usize> {
        let mut taken = 0;
        while let [digit @ b'0'..=b'9', rest @ ..] = self.rest {
            let more = self.mantissa.checked_mul(10).and_then(|n| n.checked_add(i128::from(digit - b'0')));
            self.mantissa = more.ok_or(TOO_LARGE)?;
            self.rest = rest;
            taken += 1;
        }
        Ok(taken)
    }

    fn take_exponent(&mut self) {
        let [b'e' | b'E', exponent @ ..] = self.rest else { return };
        let (sign, mut digits) = match exponent {
            [b'-', digits @ ..] => (-1, digits),
            [b'+', digits @ ..] => (1, digits),
            digits => (1, digits),
        };
        let mut power = 0;
        let before = digits.len();
        while let [digit @ b'0'..=b'9', rest @ ..] = digits {
            power = (power * 10 + i32::from(digit - b'0')).min(EXPONENT_MAX);
            digits = rest;
        }
        if digits.len() == before {
            return;
        }
        self.note(Tolerance::Exponent);
        self.scale -= sign * power;
        self.rest = digits;
    }

    /// `万`, `亿`, `万亿` and a currency, after a space or not.
    fn take_unit(&mut self) -> Parsed<()> {
        let before = self.rest;
        self.take_if(b' ');
        let after_space = self.rest;
        for (unit, power) in [(WAN, 4), (YI, 8)] {
            if self.take_if(unit) {
                self.note(Tolerance::Units);
                self.scale -= power;
            }
        }
        let has_unit = self.rest.len() < after_space.len();
        if has_unit && self.used.has(Tolerance::Exponent) {
            return Err(NOT_AN_AMOUNT);
        }
        self.take_currency(YUAN)?;
        if self.rest.len() == after_space.len() {
            self.rest = before;
        }
        Ok(())
    }
}

/// Whether the text starts with three capital letters, and no more.
fn is_code(text: &[u8]) -> bool {
    text.iter().take_while(|byte| byte.is_ascii_uppercase()).count() == CODE_LETTERS
}
