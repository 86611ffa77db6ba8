//! Who holds which kind of product on a date: one bit per kind.

use crate::contract::codes::ProductKind;
use crate::date::Date;
use crate::store::{Bank, Excerpt};
use rayon::prelude::*;

/// One mask per customer of the bank.
pub struct Held(Vec<u32>);

impl Held {
    /// By the bank's newest snapshot on or before `date`; `None` where there is none.
    pub fn on(bank: &Bank, rows: &Excerpt<'_>, date: Date) -> Option<Self> {
        bank.calendar()
            .has_balances_on(date)
            .then(|| Self(bank.indices().into_par_iter().map(|index| mask(rows, index, date)).collect()))
    }

    pub fn has(&self, index: u32, product: ProductKind) -> bool {
        self.0[index as usize] & (1 << product as u32) != 0
    }
}

fn mask(rows: &Excerpt<'_>, index: u32, date: Date) -> u32 {
    let rows = rows.newest_holdings(index, date).unwrap_or_default();
    rows.iter().filter(|row| row.balance.0 > 0).fold(0, |mask, row| mask | 1 << row.product_kind as u32)
}
