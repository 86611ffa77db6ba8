//! The ledger of assignments: who was first assigned to which campaign when, and whether he was held out.
//!
//! A night's ledger is the night before's and tonight's first times, so that a rerun gives the same one. Never: an
//! assignment changed or taken out before its time; a customer twice under one campaign and product.

use crate::date::Date;
use crate::targets::List;
use crate::targets::holdout::{Lot, Lots};
use std::collections::BTreeSet;
use std::sync::Arc;

/// One customer assigned to one campaign; of selling, with one product.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// List and quarter: `retention-2026Q4`.
    pub campaign: Arc<str>,
    pub list: Arc<str>,
    pub customer_id: Box<str>,
    /// Null of marketing's.
    pub manager_id: Option<Arc<str>>,
    pub product: Option<Arc<str>>,
    pub assigned_on: Date,
    pub held_out: bool,
    /// As he stood on that day.
    pub tier: Option<Arc<str>>,
    pub band: Option<Arc<str>>,
    /// Currency units.
    pub expected_value: Option<f64>,
    /// Minor units.
    pub amount: Option<i64>,
}

impl Assignment {
    /// What the ledger is sorted by; no two are alike.
    pub fn key(&self) -> (&str, &str, Option<&str>) {
        (&self.campaign, &self.customer_id, self.product.as_deref())
    }

    /// Whether one lot was drawn for both: they are of one customer in one campaign.
    pub fn shares_lot_with(&self, other: &Self) -> bool {
        self.campaign == other.campaign && self.customer_id == other.customer_id
    }
}

/// Assignments, ascending by campaign, customer and product.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    rows: Vec<Assignment>,
}

impl Ledger {
    /// Rows in any order; of those with one key the earliest stands.
    pub fn of(mut rows: Vec<Assignment>) -> Self {
        rows.sort_by(|a, b| a.key().cmp(&b.key()).then(a.assigned_on.cmp(&b.assigned_on)));
        rows.dedup_by(|next, kept| next.key() == kept.key());
        Self { rows }
    }

    pub fn rows(&self) -> &[Assignment] {
        &self.rows
    }

    /// Everybody's lots; those stand whose outcome is still waited for: the customer was first assigned less than
    /// `horizon_days` ago, so that a call of the morning after `as_of` would fall into it.
    pub fn lots(&self, as_of: Date, horizon_days: i32, share: f64) -> Lots {
        let of_lots = self.rows.chunk_by(Assignment::shares_lot_with);
        let firsts = of_lots.filter_map(|own| own.iter().min_by_key(|row| row.assigned_on));
        let mut waited_for: Vec<&Assignment> =
            firsts.filter(|first| as_of < first.assigned_on.plus_days(horizon_days)).collect();
        waited_for.sort_by_key(|first| first.assigned_on);
        let mut lots = Lots::new(as_of, share);
        for first in waited_for {
            let Some(list) = List::from_code(&first.list) else { continue };
            let lot = Lot { list, campaign: Arc::clone(&first.campaign), held_out: first.held_out };
            lots.add(&first.customer_id, lot);
        }
        lots
    }

    /// With tonight's, of which those count that come for the first time, and without those that are older than
    /// `keep_days`.
    #[must_use]
    pub fn continued(self, tonight: Vec<Assignment>, as_of: Date, keep_days: i32) -> Self {
        let oldest = as_of.plus_days(-keep_days);
        let mut rows = self.rows;
        rows.retain(|row| row.assigned_on >= oldest);
        rows.extend(tonight);
        Self::of(rows)
    }
}

/// Texts that come again and again, each once in memory.
#[derive(Debug, Default)]
pub struct Names(BTreeSet<Arc<str>>);

impl Names {
    pub fn of(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}
