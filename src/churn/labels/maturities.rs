//! Contracts that ended: what matured, and whether it was renewed.

use super::balances::at;
use crate::contract::Holding;
use crate::date::Date;
use crate::money::Money;

/// Money with a term that came free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Matured {
    pub amount: Money,
    /// Of it, what began a new term by the next snapshot.
    pub renewed: Money,
    /// The first day on which some came free.
    pub first_on: Option<Date>,
}

impl Matured {
    /// What matured after `from` and up to `to`; renewals are seen in snapshots up to `until`. `snapshots` are the
    /// bank's and must ascend.
    pub fn between(holdings: &[Holding], snapshots: &[Date], from: Date, to: Date, until: Date) -> Self {
        let mut matured = Self::default();
        let start = snapshots.partition_point(|on| *on <= from).saturating_sub(1);
        let seen = &snapshots[start..snapshots.partition_point(|on| *on <= until).max(start)];
        for (position, on) in seen.iter().enumerate() {
            let next = seen.get(position + 1).copied();
            let (after, last) = (from.max(*on), next.map_or(to, |next| next.min(to)));
            let due = matured.add_due(at(holdings, *on), after, last);
            let began = next.map_or(0, |next| began(at(holdings, next), *on, next));
            matured.renewed.0 += due.min(began);
        }
        matured
    }

    /// Adds what matures after `after` and up to `last`; how much it was.
    fn add_due(&mut self, rows: &[Holding], after: Date, last: Date) -> i64 {
        let mut due = 0;
        for row in rows.iter().filter(|row| row.product_kind.counts_in_aum()) {
            let Some(on) = row.matures_on.filter(|on| *on > after && *on <= last) else { continue };
            due += row.balance.0;
            self.first_on = Some(self.first_on.map_or(on, |first| first.min(on)));
        }
        self.amount.0 += due;
        due
    }
}

/// Money whose term began after `after` and up to `last`.
fn began(rows: &[Holding], after: Date, last: Date) -> i64 {
    let is_new = |row: &&Holding| {
        row.product_kind.counts_in_aum()
            && row.matures_on.is_some()
            && row.started_on.is_some_and(|on| on > after && on <= last)
    };
    rows.iter().filter(is_new).map(|row| row.balance.0).sum()
}
