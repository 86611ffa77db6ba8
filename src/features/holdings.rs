//! One pass over a customer's holdings: what each snapshot adds up to.
//!
//! A snapshot is complete for its date, so that a product that is absent from it is worth zero.

use super::Lens;
use crate::contract::Holding;
use crate::date::Date;
use crate::money::Money;
use std::ops::Range;

/// One snapshot of one customer. Amounts are minor units.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// Of the customer's holdings.
    pub rows: Range<usize>,
    /// Assets under management, and the same in currency units.
    pub aum: i64,
    pub assets: f64,
    /// Kinds with a balance, a bit each.
    kinds: u32,
    /// Yearly margin in currency units; 0 where no margin rates are given.
    pub margin: f64,
    /// Up to this snapshot, since the first of the pass: only differences mean something.
    pub until: SinceFirst,
}

/// Running totals over snapshots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SinceFirst {
    /// Change of market value, and how many rows carry one.
    pub price_effect: i64,
    pub n_price_effects: u32,
    /// Between consecutive snapshots: what matured, and what of it started anew with a term.
    pub matured: i64,
    pub renewed: i64,
    /// How often something matured while nobody says when what has a term since began: it may be renewed money.
    pub n_renewals_unknown: u32,
}

impl Snapshot {
    pub fn n_kinds(&self) -> u32 {
        self.kinds.count_ones()
    }
}

/// A snapshot between its neighbours.
#[derive(Debug, Clone, Copy)]
struct Dates {
    before: Option<Date>,
    on: Date,
    after: Option<Date>,
}

/// Money with a term at a snapshot: what began since the one before, and what matures by the next.
#[derive(Debug, Clone, Copy, Default)]
struct Terms {
    started: i64,
    maturing: i64,
    /// Whether money has a term and no begin.
    begin_is_unknown: bool,
}

/// Scratch of the pass, reused from customer to customer; after it, what the pass found.
#[derive(Debug, Default)]
pub struct HoldingPass {
    snapshots: Vec<Snapshot>,
}

impl HoldingPass {
    /// Adds up the snapshots of `dates`, which must ascend; `rows` must be sorted by date. Margins are taken from
    /// `margins`, where there are any.
    pub fn over(&mut self, rows: &[Holding], dates: &[Date], margins: Option<&Lens<'_>>) {
        self.snapshots.clear();
        let Some(first) = dates.first() else { return };
        // In order rather than by halves: rows come from memory in a stream.
        let mut start = rows.iter().take_while(|row| row.snapshot_on < *first).count();
        let mut until = SinceFirst::default();
        let mut maturing = 0;
        for (position, on) in dates.iter().enumerate() {
            let before = position.checked_sub(1).map(|before| dates[before]);
            let own = rows_of(rows, start, *on);
            let mut snapshot = Snapshot { rows: own.clone(), ..Snapshot::default() };
            let dates = Dates { before, on: *on, after: dates.get(position + 1).copied() };
            let mut terms = Terms::default();
            for row in &rows[own.clone()] {
                snapshot.add(row, dates, &mut until, &mut terms);
                if let Some(lens) = margins {
                    snapshot.margin += lens.margin_rate(row).unwrap_or(0.0) * row.balance.to_units();
                }
            }
            if before.is_some() {
                until.matured += maturing;
                until.renewed += terms.started.min(maturing);
                until.n_renewals_unknown += u32::from(terms.begin_is_unknown && terms.started < maturing);
            }
            maturing = terms.maturing;
            start = own.end;
            snapshot.assets = Money(snapshot.aum).to_units();
            snapshot.until = until;
            self.snapshots.push(snapshot);
        }
    }

    /// One per date of the pass.
    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }
}

/// The rows from `start` on that are of the snapshot `on`; rows of no snapshot of the bank's are passed over.
fn rows_of(rows: &[Holding], start: usize, on: Date) -> Range<usize> {
    let mut own = start..start;
    while let Some(row) = rows.get(own.end).filter(|row| row.snapshot_on <= on) {
        own.end += 1;
        if row.snapshot_on < on {
            own.start = own.end;
        }
    }
    own
}

impl Snapshot {
    fn add(&mut self, row: &Holding, dates: Dates, until: &mut SinceFirst, terms: &mut Terms) {
        let balance = row.balance.0;
        let counted = if row.product_kind.counts_in_aum() { balance } else { 0 };
        self.aum += counted;
        self.kinds |= u32::from(balance != 0) << row.product_kind as u32;
        if let Some(matures_on) = row.matures_on {
            let began = |on| dates.before < Some(on) && on <= dates.on;
            terms.started += if row.started_on.is_some_and(began) { counted } else { 0 };
            terms.begin_is_unknown |= row.started_on.is_none() && counted > 0;
            let is_due = dates.on < matures_on && dates.after.is_some_and(|after| matures_on <= after);
            terms.maturing += if is_due { counted } else { 0 };
        }
        if let Some(change) = row.market_value_change {
            until.price_effect += change.0;
            until.n_price_effects += 1;
        }
    }
}
