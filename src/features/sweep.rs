//! Features of one customer at several dates from one pass over his rows.
//!
//! Transactions are added up once, with the running totals kept at the edges of every window of every date, and
//! holdings once by snapshot; each figure of each date is a difference of totals or a few snapshots. Nothing is
//! allocated per customer once the scratch has grown to the largest.

use super::Lens;
use super::activity::Activity;
use super::assets::{Assets, baseline};
use super::balance_plan::snapshots_needed;
use super::catalogue::{Kernel, N_FEATURES, features};
use super::entropy::EntropyTerms;
use super::facts::{Contacts, Facts};
use super::holdings::HoldingPass;
use super::reference::Reference;
use super::rhythm::Gaps;
use super::timeline::Timeline;
use super::transactions::TransactionPass;
use crate::contract::Transaction;
use crate::date::Date;
use crate::store::CustomerHistory;

/// Computes features at the dates of its lenses, customer by customer. One per thread: it owns the scratch.
#[derive(Debug)]
pub struct Sweep<'l> {
    lenses: &'l [Lens<'l>],
    references: Vec<Reference>,
    timeline: Timeline,
    /// Snapshots that any of the dates needs.
    snapshots: &'l [Date],
    has_margin_rates: bool,
    transactions: TransactionPass,
    holdings: HoldingPass,
    terms: EntropyTerms,
    kernels: Vec<Kernel>,
}

/// One customer whose rows have been read.
#[derive(Debug, Clone, Copy)]
pub struct Swept<'s> {
    history: CustomerHistory<'s>,
    transactions: &'s [Transaction],
    references: &'s [Reference],
    snapshots: &'s [Date],
    transaction_pass: &'s TransactionPass,
    holding_pass: &'s HoldingPass,
    terms: &'s EntropyTerms,
    kernels: &'s [Kernel],
}

impl<'l> Sweep<'l> {
    /// `lenses` may come in any order of dates.
    ///
    /// # Panics
    /// If the lenses differ in anything but the date.
    pub fn new(lenses: &'l [Lens<'l>]) -> Self {
        assert!(
            lenses.iter().all(|lens| lens.knows_as(&lenses[0])),
            "lenses of one sweep differ in the date only"
        );
        let snapshots = lenses.first().map_or(&[][..], |lens| {
            let all = &lens.calendar.snapshots;
            &all[snapshots_needed(lenses, all)]
        });
        let timeline = Timeline::of(lenses);
        Self {
            references: lenses.iter().map(|lens| Reference::of(lens, &timeline, snapshots)).collect(),
            has_margin_rates: lenses.first().is_some_and(Lens::has_margin_rates),
            lenses,
            timeline,
            snapshots,
            transactions: TransactionPass::default(),
            holdings: HoldingPass::default(),
            terms: EntropyTerms::new(),
            kernels: features().map(|feature| feature.kernel).collect(),
        }
    }

    /// The snapshots that any of the dates needs: holdings of others need not be in a history.
    pub fn snapshots(&self) -> &'l [Date] {
        self.snapshots
    }

    /// Features of the customer at every lens's date: `out` is lenses x [`N_FEATURES`], row-major; NaN = missing.
    ///
    /// # Panics
    /// If `out` has another length, or the sum of a customer's amounts does not fit 64 bits.
    pub fn features(&mut self, history: &CustomerHistory<'_>, out: &mut [f64]) {
        assert_eq!(out.len(), self.lenses.len() * N_FEATURES, "a row of features per lens");
        let swept = self.read(history);
        for (lens, row) in out.chunks_exact_mut(N_FEATURES).enumerate() {
            swept.features(lens, row);
        }
    }

    /// Reads a customer's rows, for features at some of the dates.
    ///
    /// # Panics
    /// If the sum of his amounts does not fit 64 bits.
    pub fn read<'s>(&'s mut self, history: &CustomerHistory<'s>) -> Swept<'s> {
        let transactions = self.transactions.over(history.transactions, &self.timeline);
        let margins = self.lenses.first().filter(|_| self.has_margin_rates);
        self.holdings.over(history.holdings, self.snapshots, margins);
        Swept {
            history: *history,
            transactions,
            references: &self.references,
            snapshots: self.snapshots,
            transaction_pass: &self.transactions,
            holding_pass: &self.holdings,
            terms: &self.terms,
            kernels: &self.kernels,
        }
    }
}

impl Swept<'_> {
    /// Features at the date of one lens, in the order of the catalogue; NaN = missing.
    ///
    /// # Panics
    /// If `out` has not [`N_FEATURES`] cells, or there is no such lens.
    pub fn features(&self, lens: usize, out: &mut [f64]) {
        assert_eq!(out.len(), N_FEATURES, "a cell per feature");
        self.figures(lens, self.kernels, out);
    }

    /// The figures of some kernels at the date of one lens; NaN = missing.
    ///
    /// # Panics
    /// If there is no such lens.
    pub fn figures(&self, lens: usize, kernels: &[Kernel], out: &mut [f64]) {
        let facts = self.facts(lens);
        for (cell, kernel) in out.iter_mut().zip(kernels) {
            *cell = kernel(&facts);
        }
        // Apart, so that it takes several cells at a time.
        for cell in out {
            *cell = if cell.is_finite() { *cell } else { f64::NAN };
        }
    }

    /// As [`baseline_assets`](super::baseline_assets) at the date of one lens, from what was read already.
    ///
    /// # Panics
    /// If there is no such lens.
    pub fn baseline_assets(&self, lens: usize) -> Option<f64> {
        let as_of = self.references[lens].as_of;
        let until = self.references[lens].balances.newest.map_or(0, |newest| newest + 1);
        let assets = |position: usize| self.holding_pass.snapshots()[position].assets;
        baseline(&self.snapshots[..until], self.history.customer.opened_on, as_of, assets)
    }

    /// The last day up to the date of one lens on which the customer started something.
    ///
    /// # Panics
    /// If there is no such lens.
    pub fn last_started_on(&self, lens: usize) -> Option<Date> {
        self.activity(lens).last_started_on()
    }

    fn activity(&self, lens: usize) -> Activity<'_> {
        let reference = &self.references[lens];
        Activity::of(self.transaction_pass, self.transactions, &reference.edges, reference.as_of)
    }

    /// What the kernels read, at the date of one lens. Looks at nothing that is dated after it.
    ///
    /// # Panics
    /// If there is no such lens.
    pub fn facts(&self, lens: usize) -> Facts<'_> {
        let reference = &self.references[lens];
        let as_of = reference.as_of;
        let activity = self.activity(lens);
        let snapshots = self.holding_pass.snapshots();
        Facts {
            as_of,
            customer: self.history.customer,
            known: self.history.as_known_on(as_of),
            gaps: Gaps::of(activity.active_days()),
            activity,
            assets: Assets::of(self.history.holdings, snapshots, &reference.balances, as_of),
            contacts: Contacts::of(self.history.contacts, as_of),
            reference,
            terms: self.terms,
        }
    }
}
