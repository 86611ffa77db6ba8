//! Past month-ends: what was known of some customers, and what they bought afterwards.
//!
//! Reads the bank's rows in two walks: features, and facts with what followed. Grain: customer and origin. Never: a feature
//! or a fact from after its origin, a purchase after the date that is known.

use super::PURCHASE_DAYS;
use super::facts::{Facts, bought_after};
use super::kinds::Kinds;
use super::rules::{Holding, Rules};
use crate::date::Date;
use crate::error::{Error, Result};
use crate::features::{self, Asked, FeatureTable, ServiceCosts};
use crate::learn::Drawn;
use crate::learn::draw::hash_of;
use crate::store::{Bank, Calendar, CustomerHistory, Histories, Population, Standing};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Monthly origins that a model learns from at most: a year shows every season once.
pub const ORIGINS_MAX: usize = 12;

/// Customers at one origin.
#[derive(Debug)]
pub struct Origin {
    pub date: Date,
    pub features: FeatureTable,
    /// One per row of `features`, as all that follow.
    pub facts: Vec<Facts>,
    /// What he did not hold at the origin and bought within [`PURCHASE_DAYS`].
    pub bought: Vec<Kinds>,
    pub named: Vec<Holding>,
    /// Stable hash of each row's customer.
    pub hashes: Vec<u32>,
    /// Customers at the origin, of whom the rows may be a part.
    pub n_customers: usize,
}

/// Month-ends with balances of which it is known at `known_until` who bought what, oldest first.
pub fn month_ends(calendar: &Calendar, known_until: Date) -> Vec<Date> {
    let Some(first) = calendar.snapshots.first() else { return Vec::new() };
    let newest = known_until.plus_days(-PURCHASE_DAYS);
    let months = ((newest - *first) / 28 + 1).max(0);
    newest.last_month_ends(months).filter(|date| calendar.has_balances_on(*date)).collect()
}

/// The newest of `dates` (ascending) whose purchases are known at `known_until`, oldest first.
pub fn usable(dates: &[Date], known_until: Date) -> &[Date] {
    let newest = known_until.plus_days(-PURCHASE_DAYS);
    let mature = &dates[..dates.partition_point(|date| *date <= newest)];
    &mature[mature.len().saturating_sub(ORIGINS_MAX)..]
}

/// At most so many customers at each date, chosen by hash, with what they bought.
///
/// # Errors
/// Kind `Internal` if the store cannot be read, or the features break their schema.
pub fn followed(
    bank: &Bank,
    asked: &[(Date, usize)],
    rules: &Rules,
    costs: &ServiceCosts,
) -> Result<Vec<Origin>> {
    let chosen: Vec<(Population, usize)> =
        asked.par_iter().map(|(date, rows_max)| chosen(bank, *date, *rows_max)).collect();
    let followed = follow(bank, &chosen)?;
    let asked: Vec<Asked<'_>> = chosen.iter().map(|(population, _)| Asked::whole(population)).collect();
    let tables = features::build(bank, &asked, costs)?;
    let origins = chosen.iter().zip(followed).zip(tables);
    Ok(origins
        .map(|((chosen, followed), features)| origin(bank, rules, chosen, followed, features))
        .collect())
}

/// Customers at a date, and of how many they are a part.
fn chosen(bank: &Bank, date: Date, rows_max: usize) -> (Population, usize) {
    let mut drawn = Drawn::new(date, rows_max);
    for index in bank.indices().filter(|index| bank.standing(*index, date) == Standing::InNight) {
        drawn.add(hash_of(&bank.customer(index).customer_id), index, ());
    }
    let n_customers = drawn.n_added;
    let (members, _) = drawn.chosen();
    (Population { date, members, counts: BTreeMap::new() }, n_customers)
}

type Followed = (Facts, Kinds);

/// Facts and purchases of each population's members, in their order.
fn follow(bank: &Bank, chosen: &[(Population, usize)]) -> Result<Vec<Vec<Followed>>> {
    let of_bucket = |bucket: u32| {
        let mut found: Vec<Vec<(u32, Followed)>> = chosen.iter().map(|_| Vec::new()).collect();
        bank.each_customer(bucket, &mut |history| {
            for ((population, _), found) in chosen.iter().zip(&mut found) {
                if population.members.binary_search(&history.index).is_ok() {
                    found.extend(
                        followed_from(bank, &history, population.date).map(|own| (history.index, own)),
                    );
                }
            }
        })?;
        Ok(found)
    };
    let buckets: Vec<Result<Vec<OfOrigin>>> = (0..bank.n_buckets()).into_par_iter().map(of_bucket).collect();
    let mut whole: Vec<OfOrigin> = chosen.iter().map(|_| Vec::new()).collect();
    for bucket in buckets {
        whole.iter_mut().zip(bucket?).for_each(|(whole, part)| whole.extend(part));
    }
    let in_order = |(mut found, (population, _)): (OfOrigin, &(Population, usize))| {
        if found.len() != population.members.len() {
            return Err(Error::internal("a bucket of the store holds fewer customers than it names"));
        }
        found.sort_unstable_by_key(|(index, _)| *index);
        Ok(found.into_iter().map(|(_, own)| own).collect())
    };
    whole.into_iter().zip(chosen).map(in_order).collect()
}

/// The customers of an origin who were found, by number.
type OfOrigin = Vec<(u32, Followed)>;

fn followed_from(bank: &Bank, history: &CustomerHistory<'_>, date: Date) -> Option<Followed> {
    let facts = Facts::of(history, bank.calendar(), date)?;
    let bought = bought_after(history, facts.held, date, PURCHASE_DAYS);
    Some((facts, bought))
}

fn origin(
    bank: &Bank,
    rules: &Rules,
    (population, n_customers): &(Population, usize),
    followed: Vec<Followed>,
    features: FeatureTable,
) -> Origin {
    let (facts, bought): (Vec<Facts>, Vec<Kinds>) = followed.into_iter().unzip();
    let over = rules.over(&features);
    let named = population.members.iter().zip(&facts).enumerate().map(|(row, (index, facts))| {
        over.holding(row, facts, bank.unread(*index).as_known_on(population.date))
    });
    let named = named.collect();
    let hash = |index: &u32| hash_of(&bank.customer(*index).customer_id);
    let hashes = population.members.iter().map(hash).collect();
    Origin { date: population.date, features, facts, bought, named, hashes, n_customers: *n_customers }
}
