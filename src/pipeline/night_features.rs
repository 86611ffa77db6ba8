//! What a night's models see: everybody's features tonight, and on the earlier dates that loyalty is smoothed over.

use crate::config::Config;
use crate::error::{Error, Result};
use crate::features::{self, Asked, FeatureTable};
use crate::segment::{Sight, smoothed_features};
use crate::store::{Bank, Population};

/// Tables of the same customers.
pub(super) struct NightFeatures {
    pub(super) tonight: FeatureTable,
    earlier: Vec<FeatureTable>,
}

impl NightFeatures {
    /// One pass over the bank.
    ///
    /// # Errors
    /// Kind `Internal` if columns do not make a frame.
    pub(super) fn of(bank: &Bank, population: &Population, config: &Config) -> Result<Self> {
        let earlier =
            |days: &i32| Population { date: population.date.plus_days(-days), ..population.clone() };
        let earlier: Vec<Population> = config.segment.loyalty_smoothing_days.iter().map(earlier).collect();
        let smoothed = |population| Asked { population, features: smoothed_features() };
        let asked: Vec<Asked<'_>> =
            std::iter::once(Asked::whole(population)).chain(earlier.iter().map(smoothed)).collect();
        let mut tables = features::build(bank, &asked, &config.value.cost_to_serve.rates())?.into_iter();
        let tonight = tables.next().ok_or_else(|| Error::internal("a night has no features"))?;
        Ok(Self { tonight, earlier: tables.collect() })
    }

    pub(super) fn sight(&self) -> Sight<'_> {
        Sight { tonight: &self.tonight, earlier: &self.earlier }
    }
}
