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
    /// The amount in currency units, for features only.
    #[expect(clippy::cast_precision_loss, reason = "a feature is a float by definition")]
    pub fn to_units(self) -> f64 {
        self.0 as f64 / MINOR_UNITS as f64
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (units, minor) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        write!(f, "{sign}{units}.{minor:02}")
    }
}
