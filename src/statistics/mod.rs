//! Statistics: the cube of institutions, classes of customers, products and periods.
//!
//! Reads the store once, bucket by bucket, up to the night, and tonight's segments. Produces `statistics.parquet`: customers,
//! accounts, balances, daily averages and their increase, gross losses and gains, renewals. Grain: a period, an
//! institution, a class, a product or a reason. Never: a figure that does not add up, an estimate, a customer.
//!
//! ```text
//! months, institutions, classes ──> customer (rows, losses, gains) ──> cube ──> stretch ──> view (periods) ──> table
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
mod lost;
mod months;
mod periods;
mod rows;
mod sparse;
mod stocks;
mod stretch;
mod table;
mod view;

use crate::config::Config;
use crate::error::Result;
use crate::features::FeatureTable;
use crate::segment::SegmentTable;
use crate::store::{Bank, Histories};
use classes::{Classes, Tonight};
use cube::{Cube, OfBank};
use customer::Count;
use institutions::Institutions;
use months::Months;
use polars::prelude::DataFrame;
use rayon::prelude::*;

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
    let cube = Cube::new(months.list.len(), &institutions);
    let of_bank = counted(&count, &cube)?;
    table::frame((&cube, &of_bank), &months, &classes, &institutions)
}

/// Adds every customer to the cube, buckets side by side; sums of whole numbers owe nothing to the order.
fn counted(count: &Count<'_>, cube: &Cube) -> Result<OfBank> {
    let empty = || OfBank::new(count.months.list.len());
    let with_bucket = |mut of_bank: OfBank, bucket: u32| -> Result<OfBank> {
        count.bank.each_customer(bucket, &mut |history| count.add(&history, cube, &mut of_bank))?;
        Ok(of_bank)
    };
    (0..count.bank.n_buckets())
        .into_par_iter()
        .try_fold(empty, with_bucket)
        .try_reduce(empty, |one, other| Ok(one.merged(other)))
}
