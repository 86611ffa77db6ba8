//! Statistics: the cube of institutions, classes of customers, products and periods.
//!
//! Reads the store once, bucket by bucket, up to the night, and tonight's segments. Produces `statistics.parquet`: customers,
//! accounts, balances, daily averages and their increase, gross losses and gains, renewals. Grain: a period, an
//! institution, a class, a product or a reason. Never: a figure that does not add up, an estimate, a customer.
//!
//! ```text
//! months, institutions, classes ──> customer (rows, losses, gains) ──> cube ──> view (periods) ──> table
//! ```

mod classes;
mod columns;
mod cube;
mod customer;
mod destination;
mod figures;
mod gains;
mod institutions;
mod losses;
mod months;
mod periods;
mod rows;
mod stocks;
mod table;
mod view;

use crate::config::Config;
use crate::error::Result;
use crate::features::FeatureTable;
use crate::segment::SegmentTable;
use crate::store::{Bank, Histories};
use classes::{Classes, Tonight};
use cube::Cube;
use customer::Count;
use institutions::Institutions;
use months::Months;
use polars::prelude::DataFrame;
use rayon::prelude::*;

/// Cubes in memory at a time, however many threads there are: one of 300 branches takes 120 MB.
const CUBES_MAX: u32 = 4;

/// Columns of `statistics.parquet`.
///
/// # Errors
/// Kind `Internal` where a file of the store is missing or damaged, or the frame breaks its schema.
pub fn build(
    bank: &Bank,
    features: &FeatureTable,
    segments: &SegmentTable,
    config: &Config,
) -> Result<DataFrame> {
    let as_of = features.as_of;
    let accounts = bank.accounts()?;
    let months = Months::of(bank, as_of, accounts.are_known(), config);
    let classes = Classes::of(config);
    let institutions = Institutions::of(bank);
    let tonight = Tonight::of_bank(bank.n_customers(), features, segments);
    let count = Count {
        bank,
        as_of,
        config,
        months: &months,
        classes: &classes,
        institutions: &institutions,
        accounts: &accounts,
        tonight: &tonight,
    };
    let cube = counted(&count)?;
    table::frame(&cube, &months, &classes, &institutions)
}

/// One cube per thread, each over every so-manieth bucket; sums of whole numbers owe nothing to the order.
fn counted(count: &Count<'_>) -> Result<Cube> {
    let empty = || Cube::new(count.months.list.len(), count.classes.n_members, count.institutions);
    let n_buckets = count.bank.n_buckets();
    let n_threads = u32::try_from(rayon::current_num_threads()).unwrap_or(CUBES_MAX);
    let n_parts = n_threads.min(CUBES_MAX).clamp(1, n_buckets.max(1));
    let of_part = |part: u32| -> Result<Cube> {
        let mut cube = empty();
        for bucket in (part..n_buckets).step_by(n_parts as usize) {
            count.bank.each_customer(bucket, &mut |history| count.add(&history, &mut cube))?;
        }
        Ok(cube)
    };
    let mut parts = (0..n_parts).into_par_iter().map(of_part).collect::<Result<Vec<Cube>>>()?.into_iter();
    let mut whole = parts.next().unwrap_or_else(empty);
    parts.for_each(|part| whole.merge(part));
    whole.roll_up(count.institutions);
    Ok(whole)
}
