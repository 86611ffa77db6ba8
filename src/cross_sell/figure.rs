//! Figures by product kind, by the names that rules and models know them by.

use super::facts::Facts;
use crate::contract::codes::ProductKind;
use crate::learn::Input;

/// One figure of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// 1 where he holds the kind, be it a limit that is not drawn, else 0.
    Held(ProductKind),
    /// In the newest snapshot, in currency units.
    Balance(ProductKind),
    /// Of the balance, what matures in the next 30 days.
    Maturing30d(ProductKind),
    /// Purchases in 365 days; missing where there is none and transactions do not reach back so far.
    Bought365d(ProductKind),
    /// Redemptions in 365 days; missing likewise.
    Redeemed365d(ProductKind),
    /// Last balance of a loan that was paid back before it was due, in 365 days; else 0.
    RepaidEarly365d(ProductKind),
}

/// What stands before and after the code of a kind, and the figure of it.
type Shape = (&'static str, &'static str, fn(ProductKind) -> Figure);

const SHAPES: [Shape; 6] = [
    ("held_", "", Figure::Held),
    ("balance_", "", Figure::Balance),
    ("maturing_", "_30d", Figure::Maturing30d),
    ("bought_", "_365d", Figure::Bought365d),
    ("redeemed_", "_365d", Figure::Redeemed365d),
    ("repaid_early_", "_365d", Figure::RepaidEarly365d),
];

impl Figure {
    pub fn read(name: &str) -> Option<Self> {
        SHAPES.into_iter().find_map(|(before, after, of)| {
            let kind = name.strip_prefix(before)?.strip_suffix(after)?;
            ProductKind::from_code(kind).map(of)
        })
    }

    /// Every name that [`read`](Self::read) knows.
    pub fn names() -> impl Iterator<Item = String> {
        let of = |(before, after, _): (&'static str, &'static str, fn(ProductKind) -> Figure)| {
            ProductKind::CODES.iter().map(move |code| format!("{before}{code}{after}"))
        };
        SHAPES.into_iter().flat_map(of)
    }

    pub fn name(self) -> String {
        let (place, kind) = match self {
            Figure::Held(kind) => (0, kind),
            Figure::Balance(kind) => (1, kind),
            Figure::Maturing30d(kind) => (2, kind),
            Figure::Bought365d(kind) => (3, kind),
            Figure::Redeemed365d(kind) => (4, kind),
            Figure::RepaidEarly365d(kind) => (5, kind),
        };
        let (before, after, _) = SHAPES[place];
        format!("{before}{}{after}", kind.code())
    }

    /// NaN where it is missing.
    pub fn of(self, facts: &Facts) -> f64 {
        let count = |n: u16| if n > 0 || facts.year_is_known { f64::from(n) } else { f64::NAN };
        match self {
            Figure::Held(kind) => f64::from(u8::from(facts.held.has(kind))),
            Figure::Balance(kind) => f64::from(facts.of_kind(kind).balance),
            Figure::Maturing30d(kind) => f64::from(facts.of_kind(kind).maturing),
            Figure::Bought365d(kind) => count(facts.of_kind(kind).n_bought),
            Figure::Redeemed365d(kind) => count(facts.of_kind(kind).n_redeemed),
            Figure::RepaidEarly365d(kind) => f64::from(facts.of_kind(kind).repaid_early),
        }
    }

    /// How a model reads it.
    pub fn input(self) -> Input {
        Input::new(&self.name(), !matches!(self, Figure::Held(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for name in Figure::names() {
            assert_eq!(Figure::read(&name).map(Figure::name), Some(name));
        }
        assert_eq!(Figure::names().count(), 6 * ProductKind::ALL.len());
        assert_eq!(Figure::read("bought_gold_365d"), None);
        assert_eq!(Figure::read("bought_fund_30d"), None);
    }
}
