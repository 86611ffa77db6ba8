//! Money as whole minor units: exact until a feature needs a float.

use std::fmt;

/// An amount in minor units (cents, fen) of the base currency.
///
/// Sums are taken in `i128` or with checked operations; `i64` holds 92 quadrillion units of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(pub i64);

/// Minor units in one unit of the currency; the published type is `Decimal(18,2)`.
pub const MINOR_UNITS: i64 = 100;

impl Money {
    /// The nearest whole number of minor units; the ends of the range where it lies beyond.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "`as` saturates, and MINOR_UNITS is 100"
    )]
    pub fn from_units(units: f64) -> Self {
        Self((units * MINOR_UNITS as f64).round() as i64)
    }

    /// As people read it: whole currency units with thousands separators, `1,234,567`.
    pub fn grouped(self) -> String {
        let units = (self.0.unsigned_abs() + 50) / 100;
        format!("{}{}", if self.0 < 0 && units > 0 { "-" } else { "" }, grouped_count(units))
    }

    /// The amount in currency units, for features only.
    #[expect(clippy::cast_precision_loss, reason = "a feature is a float by definition")]
    pub fn to_units(self) -> f64 {
        self.0 as f64 / MINOR_UNITS as f64
    }
}

/// A whole number with thousands separators, `1,234,567`.
pub fn grouped_count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Minor units as currency units with two decimals; also of sums that no single amount holds.
pub fn decimal(minor: i128) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100)
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal(self.0.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_and_grouped_for_people() {
        let shown = [0, 49, 50, 99_999, 123_456_789, -100_000_000].map(|minor| Money(minor).grouped());
        assert_eq!(shown, ["0", "0", "1", "1,000", "1,234,568", "-1,000,000"]);
        assert_eq!(Money::from_units(-0.005).to_string(), "-0.01");
    }
}
