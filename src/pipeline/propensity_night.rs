//! The propensity model of a night: the approved one, else the night before's, else one trained tonight. Where none can
//! be trained any more, the night before's stays.

use super::fit::Seen;
use super::models::{NightModel, PropensityCard, Wanted, in_force};
use crate::cross_sell::{self, PropensityModel, Rules, Training};
use crate::error::Result;
use crate::publish::Previous;

/// The model, or why there is none.
pub(super) struct PropensityNight {
    /// Why an old model is still used, where it is.
    pub(super) not_renewed: Option<String>,
    pub(super) model: Result<NightModel<PropensityModel>, String>,
}

impl PropensityNight {
    /// # Errors
    /// Where an approved model, or that of the night `before`, cannot be used; kind `Internal` if training fails.
    pub(super) fn of(seen: &Seen<'_>, rules: &Rules, before: Option<&Previous>) -> Result<Self> {
        let refit_after_days = seen.config.propensity.refit_after_days;
        if let Some(model) = seen.propensity_in_force(rules, before, refit_after_days)? {
            return Ok(Self { not_renewed: None, model: Ok(model) });
        }
        let reason = match seen.propensity_trained(rules)? {
            Ok(model) => return Ok(Self { not_renewed: None, model: Ok(model) }),
            Err(reason) => reason,
        };
        Ok(match seen.propensity_in_force(rules, before, i32::MAX)? {
            Some(model) => Self { not_renewed: Some(reason), model: Ok(model) },
            None => Self { not_renewed: None, model: Err(reason) },
        })
    }

    /// Products that a model was trained of tonight.
    pub(super) fn n_rows(&self) -> usize {
        let trained = self.model.as_ref().ok().filter(|night| night.is_fitted_tonight());
        trained.map_or(0, |night| night.model.products.iter().filter(|of| of.learned.is_some()).count())
    }
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

    /// The card of a model that a night had to train, since none was in force; of another one `None`.
    pub(super) fn propensity_card_of_night(&self, model: &NightModel<PropensityModel>) -> Option<String> {
        model.is_fitted_tonight().then(|| self.propensity_card(model))
    }
}
