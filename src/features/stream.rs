//! Features straight from the store, bucket by bucket, at any number of dates: memory grows with a bucket, not with the
//! bank, and every row is read once whatever the number of dates.

use super::catalogue::N_FEATURES;
use super::table::margin_rates;
use super::{Lens, Sweep};
use crate::date::Date;
use crate::error::Result;
use crate::store::{Standing, Store};
use rayon::prelude::*;

/// Features of some customers of a bucket at one date.
#[derive(Debug, Default)]
pub struct Block {
    /// Place of the date among those asked for.
    pub date: usize,
    pub customer_ids: Vec<Box<str>>,
    /// One row per customer, [`N_FEATURES`] values each; missing figures are NaN.
    pub values: Vec<f64>,
}

/// Customers in a block at most.
const BLOCK_CUSTOMERS: usize = 1024;

/// Hands the features of everybody in a night of each date to `each`, block by block, from several threads.
///
/// `as_of` says what was known; none of the dates may be later.
///
/// # Errors
/// Kind `Internal` where a file of the store is missing or damaged; whatever `each` says.
pub fn stream(
    store: &Store,
    as_of: Date,
    dates: &[Date],
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
    };
    let lenses: Vec<Lens<'_>> = dates.iter().map(lens).collect();
    if let [first, .., last] | [first @ last] = Sweep::new(&lenses).snapshots() {
        reading.only_snapshots(*first, *last);
    }
    let buckets: Vec<Result<()>> = (0..reading.n_buckets())
        .into_par_iter()
        .map(|bucket| {
            let mut sweep = Sweep::new(&lenses);
            let mut row = vec![f64::NAN; lenses.len() * N_FEATURES];
            let mut blocks: Vec<Block> =
                (0..lenses.len()).map(|date| Block { date, ..Block::default() }).collect();
            let mut handed = Ok(());
            reading.each_customer(bucket, |history| {
                if handed.is_err() {
                    return;
                }
                let is_in = |date: &Date| Standing::of(&history, *date) == Standing::InNight;
                if !dates.iter().any(is_in) {
                    return;
                }
                sweep.features(&history, &mut row);
                for (block, (date, values)) in
                    blocks.iter_mut().zip(dates.iter().zip(row.chunks_exact(N_FEATURES)))
                {
                    if is_in(date) {
                        block.customer_ids.push(history.customer.customer_id.clone());
                        block.values.extend_from_slice(values);
                    }
                    if block.customer_ids.len() == BLOCK_CUSTOMERS {
                        let date = block.date;
                        handed = each(std::mem::replace(block, Block { date, ..Block::default() }));
                    }
                }
            })?;
            handed?;
            blocks.into_iter().filter(|block| !block.customer_ids.is_empty()).try_for_each(each)
        })
        .collect();
    buckets.into_iter().collect()
}
