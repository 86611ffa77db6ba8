//! The propensity model of a night.

use super::fit::Seen;
use super::models::{NightModel, PropensityCard, Renewed, Wanted, in_force};
use crate::cross_sell::{self, PropensityModel, Rules, Training};
use crate::error::Result;
use crate::publish::Previous;

/// The propensity model of tonight.
///
/// # Errors
/// Where an approved model, or that of the night `before`, cannot be used; kind `Internal` if training fails.
pub(super) fn propensity_model(
    seen: &Seen<'_>,
    rules: &Rules,
    before: Option<&Previous>,
) -> Result<Renewed<PropensityModel>> {
    let in_force = |refit_after_days| seen.propensity_in_force(rules, before, refit_after_days);
    Renewed::of(seen.config.propensity.refit_after_days, in_force, || seen.propensity_trained(rules))
}

/// Products that a model was trained of tonight.
pub(super) fn n_products(propensity: &Renewed<PropensityModel>) -> usize {
    let products = propensity.fitted_tonight().map(|night| night.model.products.iter());
    products.map_or(0, |products| products.filter(|of| of.learned.is_some()).count())
}

impl Seen<'_> {
    /// The propensity model in force, if it is approved or under so many days old; `None` where one has to be trained.
    ///
    /// # Errors
    /// Where an approved model, or that of the night `before`, cannot be used.
    fn propensity_in_force(
        &self,
        rules: &Rules,
        before: Option<&Previous>,
        refit_after_days: i32,
    ) -> Result<Option<NightModel<PropensityModel>>> {
        let wanted = Wanted {
            as_of: self.sight.tonight.as_of,
            settings: &cross_sell::settings_digest(self.bank, rules, self.config),
            large_groups: &[],
            refit_after_days,
        };
        let used_before = before.and_then(|before| before.propensity_model.as_ref());
        in_force(&self.config.workspace, &wanted, used_before)
    }

    /// A model trained on what was known, or why there is none.
    ///
    /// # Errors
    /// Kind `Internal`: the store cannot be read, or the model layer refuses what was checked before.
    pub(super) fn propensity_trained(
        &self,
        rules: &Rules,
    ) -> Result<Result<NightModel<PropensityModel>, String>> {
        let as_of = self.sight.tonight.as_of;
        match cross_sell::train(self.bank, rules, as_of, self.config)? {
            Training::Trained(model) => Ok(Ok(NightModel::fitted(*model, as_of)?)),
            Training::NotTrained(reason) => Ok(Err(reason)),
        }
    }

    /// The card of a propensity model.
    pub(super) fn propensity_card(&self, model: &NightModel<PropensityModel>) -> String {
        PropensityCard { model: &model.model, entry: model.entry(), commit: self.commit, config: self.config }
            .markdown()
    }
}
