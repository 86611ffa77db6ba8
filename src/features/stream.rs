//! Features bucket by bucket, at any number of dates: memory grows with a bucket, not with the bank, and every row is
//! read once whatever the number of dates.

use super::Sweep;
use super::catalogue::{Kernel, features};
use super::lens::{Lens, margin_rates};
use super::service_costs::ServiceCosts;
use crate::date::Date;
use crate::error::Result;
use crate::store::{CustomerHistory, Histories, Standing, Store};
use rayon::prelude::*;

/// Features of some customers of a bucket at one date.
#[derive(Debug)]
pub struct Block {
    /// Place of the date among those asked for.
    pub date: usize,
    /// As the histories number them.
    pub customers: Vec<u32>,
    /// One row per customer, a value per feature that was asked for; missing figures are NaN.
    pub values: Vec<f64>,
}

/// Customers in a block at most: its values stay in the cache of a core until they are handed on.
const BLOCK_CUSTOMERS: usize = 256;

/// Hands the features of everybody in a night of each date to `each`, block by block, from several threads; customers
/// are numbered by their code in the store.
///
/// `as_of` says what was known; none of the dates may be later. Holdings of months that no feature looks at are left
/// unread: who has nothing else is in no night here.
///
/// # Errors
/// Kind `Internal` where a file of the store is missing or damaged; whatever `each` says.
pub fn stream(
    store: &Store,
    as_of: Date,
    dates: &[Date],
    costs: &ServiceCosts,
    each: &(dyn Fn(Block) -> Result<()> + Sync),
) -> Result<()> {
    let mut reading = store.reading(as_of)?;
    let calendar = reading.calendar()?;
    let products = reading.products().to_vec();
    let margin_rates = margin_rates(&products);
    let lens = |date: &Date| Lens {
        as_of: *date,
        calendar: &calendar,
        products: &products,
        margin_rates: &margin_rates,
        costs,
    };
    let lenses: Vec<Lens<'_>> = dates.iter().map(lens).collect();
    if let [first, .., last] | [first @ last] = Sweep::new(&lenses).snapshots() {
        reading.only_snapshots(*first, *last);
    }
    let kernels: Vec<Vec<Kernel>> = vec![features().map(|feature| feature.kernel).collect(); dates.len()];
    let in_night =
        |date: usize, history: &CustomerHistory<'_>| history.standing(dates[date]) == Standing::InNight;
    blocks(&reading, &lenses, &kernels, &in_night, each)
}

/// The same of any customers and features, at the dates of the lenses: `is_wanted` says at which; each has its kernels.
pub(super) fn blocks(
    source: &impl Histories,
    lenses: &[Lens<'_>],
    kernels: &[Vec<Kernel>],
    is_wanted: &(dyn Fn(usize, &CustomerHistory<'_>) -> bool + Sync),
    each: &(dyn Fn(Block) -> Result<()> + Sync),
) -> Result<()> {
    let buckets: Vec<Result<()>> = (0..source.n_buckets())
        .into_par_iter()
        .map(|bucket| {
            let mut filling = Filling::new(lenses, kernels, each);
            source.each_customer(bucket, &mut |history| filling.take(&history, is_wanted))?;
            filling.finish()
        })
        .collect();
    buckets.into_iter().collect()
}

/// The blocks of one bucket while they fill.
struct Filling<'a> {
    sweep: Sweep<'a>,
    /// By date.
    kernels: &'a [Vec<Kernel>],
    wanted: Vec<bool>,
    /// One per date.
    blocks: Vec<Block>,
    each: &'a (dyn Fn(Block) -> Result<()> + Sync),
    handed: Result<()>,
}

impl<'a> Filling<'a> {
    fn new(
        lenses: &'a [Lens<'a>],
        kernels: &'a [Vec<Kernel>],
        each: &'a (dyn Fn(Block) -> Result<()> + Sync),
    ) -> Self {
        Self {
            sweep: Sweep::new(lenses),
            kernels,
            wanted: vec![false; lenses.len()],
            blocks: kernels
                .iter()
                .enumerate()
                .map(|(date, kernels)| Block::of(date, kernels.len()))
                .collect(),
            each,
            handed: Ok(()),
        }
    }

    fn take(
        &mut self,
        history: &CustomerHistory<'_>,
        is_wanted: &(dyn Fn(usize, &CustomerHistory<'_>) -> bool + Sync),
    ) {
        for (date, wanted) in self.wanted.iter_mut().enumerate() {
            *wanted = is_wanted(date, history);
        }
        if self.handed.is_err() || !self.wanted.contains(&true) {
            return;
        }
        let swept = self.sweep.read(history);
        for (block, _) in self.blocks.iter_mut().zip(&self.wanted).filter(|(_, wanted)| **wanted) {
            let (start, kernels) = (block.values.len(), &self.kernels[block.date]);
            block.customers.push(history.index);
            block.values.resize(start + kernels.len(), f64::NAN);
            swept.figures(block.date, kernels, &mut block.values[start..]);
            if block.customers.len() == BLOCK_CUSTOMERS {
                let full = std::mem::replace(block, Block::of(block.date, kernels.len()));
                let handed = (self.each)(full);
                self.handed = std::mem::replace(&mut self.handed, Ok(())).and(handed);
            }
        }
    }

    fn finish(self) -> Result<()> {
        self.handed?;
        self.blocks.into_iter().filter(|block| !block.customers.is_empty()).try_for_each(self.each)
    }
}

impl Block {
    fn of(date: usize, width: usize) -> Self {
        Self {
            date,
            customers: Vec::with_capacity(BLOCK_CUSTOMERS),
            values: Vec::with_capacity(BLOCK_CUSTOMERS * width),
        }
    }
}
