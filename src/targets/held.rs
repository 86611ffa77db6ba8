//! Who holds which kind of product on a date: one bit per kind.

use crate::contract::codes::ProductKind;
use crate::date::Date;
use crate::store::Store;
use rayon::prelude::*;

/// One mask per customer of the store.
pub struct Held(Vec<u32>);

impl Held {
    /// By the bank's newest snapshot on or before `date`; `None` where there is none.
    pub fn on(store: &Store, date: Date) -> Option<Self> {
        let n = u32::try_from(store.n_customers()).expect("customers are indexed by u32");
        store
            .calendar()
            .has_balances_on(date)
            .then(|| Self((0..n).into_par_iter().map(|index| mask(store, index, date)).collect()))
    }

    pub fn has(&self, index: u32, product: ProductKind) -> bool {
        self.0[index as usize] & (1 << product as u32) != 0
    }
}

fn mask(store: &Store, index: u32, date: Date) -> u32 {
    let rows = store.newest_holdings(index, date).unwrap_or_default();
    rows.iter().filter(|row| row.balance.0 > 0).fold(0, |mask, row| mask | 1 << row.product_kind as u32)
}
