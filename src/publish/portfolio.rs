//! Whose customers are whose tonight, and a manager's customers at a glance.
//!
//! Reads the night's tables; sums and sorts, and computes no score.

use super::workbook::{Figures, Known, Loss, Maturity, Overview};
use crate::config::Band;
use crate::labels::{CUSTOMER_TYPES, TIERS};
use crate::money::Money;
use crate::privacy::Privacy;
use crate::targets::{self, ManagerList};
use std::collections::{BTreeMap, BTreeSet};

/// The largest expected losses that a sheet names.
const LOSSES_MAX: usize = 10;
/// Maturities that a sheet names: with the tables above them, two pages.
const MATURITIES_MAX: usize = 60;
/// The requirement: maturities of the next 30 days.
const MATURITY_DAYS: i32 = 30;

/// Rows of the night's tables by the manager who works them tonight, ascending.
pub(super) struct Portfolios<'a>(BTreeMap<&'a str, Vec<usize>>);

impl<'a> Portfolios<'a> {
    pub fn of(night: &targets::Night<'a>) -> Self {
        let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for row in 0..night.n_rows() {
            rows.entry(night.owner(row)).or_default().push(row);
        }
        Self(rows)
    }

    pub fn rows(&self, manager_id: &str) -> &[usize] {
        self.0.get(manager_id).map_or(&[], Vec::as_slice)
    }
}

/// Ranks on a list, by row of the night's tables.
pub(super) type Ranks = BTreeMap<usize, u32>;

pub(super) fn ranks(list: &ManagerList) -> Ranks {
    list.shown().map(|assigned| assigned.row).zip(1u32..).collect()
}

/// Rows that stand on a list tonight and are held out: in no file.
pub(super) fn held_out(list: &ManagerList) -> BTreeSet<usize> {
    list.listed.iter().filter(|assigned| assigned.held_out).map(|assigned| assigned.row).collect()
}

/// A customer as files show him.
pub(super) fn known(night: &targets::Night<'_>, privacy: &Privacy, row: usize, ranks: &Ranks) -> Known {
    let customer = night.customer(row);
    Known {
        customer_id: privacy.customer_id(&customer.customer_id).into_owned(),
        name: privacy.name(customer.name.as_deref()),
        rank: ranks.get(&row).copied(),
    }
}

/// The code of a customer's tier; empty without balances.
pub(super) fn tier(night: &targets::Night<'_>, row: usize) -> &'static str {
    night.segments.tiers()[row].map_or("", |tier| TIERS[usize::from(tier)])
}

/// The customers of `rows` at a glance. All count in the sums; neither the held-out nor those whom no list may name are
/// named.
pub(super) fn overview(
    night: &targets::Night<'_>,
    privacy: &Privacy,
    rows: &[usize],
    ranks: &Ranks,
    held_out: &BTreeSet<usize>,
) -> Overview {
    let may_be_named = |row: &usize| !held_out.contains(row) && targets::never_listed(night, *row).is_none();
    let named: Vec<usize> = rows.iter().copied().filter(may_be_named).collect();
    let sums = Sums::of(night);
    let types =
        |code: &'static str| (code, sums.where_(rows, |row| night.segments.customer_types()[row] == code));
    let tiers = |at: usize| {
        let is_in = |row: usize| night.segments.tiers()[row].map(usize::from) == Some(at);
        (TIERS[at], sums.where_(rows, is_in))
    };
    let limits = &night.config.churn.band_limits;
    let band_of = |row: usize| night.churn.probabilities()[row].map(|p| Band::of(p, limits));
    let bands = [Band::VeryHigh, Band::High, Band::Raised, Band::Low];
    let bands = bands.map(|band| (band, sums.where_(rows, |row| band_of(row) == Some(band))));
    let (maturities, further_maturities) = maturities(night, privacy, &named, ranks);
    let has_some = |figures: &Figures| figures.n > 0;
    Overview {
        as_of: night.as_of(),
        value_basis: night.features.value_basis.code(),
        types: CUSTOMER_TYPES.map(types).into_iter().filter(|(_, figures)| has_some(figures)).collect(),
        tiers: (0..TIERS.len()).rev().map(tiers).filter(|(_, figures)| has_some(figures)).collect(),
        all: sums.where_(rows, |_| true),
        bands: bands.into_iter().filter(|(_, figures)| has_some(figures)).collect(),
        n_not_scored: rows.iter().filter(|row| night.churn.probabilities()[**row].is_none()).count(),
        losses: losses(night, privacy, &named, ranks),
        maturity_days: MATURITY_DAYS,
        maturities,
        further_maturities,
    }
}

/// The columns that are summed.
struct Sums<'a> {
    values: &'a [f64],
    assets: &'a [f64],
    night: &'a targets::Night<'a>,
}

impl<'a> Sums<'a> {
    fn of(night: &'a targets::Night<'a>) -> Self {
        Self { values: night.features.column("value_12m"), assets: night.features.column("aum"), night }
    }

    /// Over the rows that are chosen; a value that is missing counts as 0, as in `managers`.
    fn where_(&self, rows: &[usize], is_chosen: impl Fn(usize) -> bool) -> Figures {
        let has_balances = self.night.bank.calendar().has_balances_on(self.night.as_of());
        let assets = if has_balances { 0.0 } else { f64::NAN };
        let mut figures = Figures { assets, ..Figures::default() };
        for row in rows.iter().copied().filter(|row| is_chosen(*row)) {
            let known = |value: f64| if value.is_nan() { 0.0 } else { value };
            figures.n += 1;
            figures.value += known(self.values[row]);
            figures.assets += known(self.assets[row]);
            if let Some((_, at_risk, expected_loss)) = loss(self.night, row) {
                *figures.at_risk.get_or_insert(0.0) += at_risk;
                *figures.expected_loss.get_or_insert(0.0) += expected_loss;
            }
        }
        figures
    }
}

/// Probability within 90 days, what would be lost, and the two multiplied; `None` where there is no probability.
fn loss(night: &targets::Night<'_>, row: usize) -> Option<(f64, f64, f64)> {
    let probability = night.churn.probabilities()[row]?;
    let at_risk = night.churn.exposures()[row]?.to_units();
    Some((probability, at_risk, probability * at_risk))
}

fn losses(night: &targets::Night<'_>, privacy: &Privacy, rows: &[usize], ranks: &Ranks) -> Vec<Loss> {
    let losses = rows.iter().filter_map(|row| Some((*row, loss(night, *row)?)));
    let mut losses: Vec<_> = losses.filter(|(_, (_, _, expected))| *expected > 0.0).collect();
    losses.sort_by(|(a, (_, _, one)), (b, (_, _, other))| other.total_cmp(one).then(a.cmp(b)));
    losses.truncate(LOSSES_MAX);
    let named = losses.into_iter().map(|(row, (probability, at_risk, expected_loss))| Loss {
        customer: known(night, privacy, row, ranks),
        customer_type: night.segments.customer_types()[row],
        probability,
        at_risk,
        expected_loss,
    });
    named.collect()
}

/// Money of the newest snapshot whose term ends from the night on: the largest amounts by date, and how many others.
fn maturities(
    night: &targets::Night<'_>,
    privacy: &Privacy,
    rows: &[usize],
    ranks: &Ranks,
) -> (Vec<Maturity>, (usize, Money)) {
    let as_of = night.as_of();
    let until = as_of.plus_days(MATURITY_DAYS);
    let mut all = Vec::new();
    for row in rows {
        let held = night.holdings(*row, as_of).iter();
        let held = held.filter(|held| held.product_kind.counts_in_aum() && held.balance.0 > 0);
        all.extend(held.filter_map(|held| {
            let on = held.matures_on.filter(|on| as_of <= *on && *on <= until)?;
            Some((std::cmp::Reverse(held.balance), on, *row, held.product_kind))
        }));
    }
    all.sort_unstable();
    let further = all.split_off(all.len().min(MATURITIES_MAX));
    let sum = further.iter().map(|(amount, ..)| amount.0.0).sum();
    all.sort_unstable_by_key(|(amount, on, row, product)| (*on, *amount, *row, *product));
    let named = all.into_iter().map(|(amount, on, row, product)| Maturity {
        customer: known(night, privacy, row, ranks),
        product: product.code(),
        amount: amount.0,
        on,
    });
    (named.collect(), (further.len(), Money(sum)))
}
