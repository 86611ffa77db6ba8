//! The churn model of a night: the approved one, else the night before's, else one trained tonight.

use super::fit::Seen;
use super::models::{ChurnCard, NightModel, Wanted, in_force};
use crate::churn::{self, ChurnModel, Training};
use crate::error::Result;
use crate::publish::Previous;

/// The model, or why there is none.
pub(super) struct ChurnNight {
    pub(super) model: Result<NightModel<ChurnModel>, String>,
}

impl ChurnNight {
    /// # Errors
    /// Where an approved model, or that of the night `before`, cannot be used; kind `Internal` if training fails.
    pub(super) fn of(seen: &Seen<'_>, before: Option<&Previous>) -> Result<Self> {
        if !seen.config.churn.enabled {
            return Ok(Self { model: seen.churn_trained()? });
        }
        let model = match seen.churn_in_force(before)? {
            Some(model) => Ok(model),
            None => seen.churn_trained()?,
        };
        Ok(Self { model })
    }

    /// Rows that the model was trained on tonight.
    pub(super) fn n_rows(&self) -> usize {
        let trained = self.model.as_ref().ok().filter(|night| night.is_fitted_tonight());
        trained.and_then(|night| night.model.horizons.last()).map_or(0, |horizon| horizon.n_rows)
    }
}

impl Seen<'_> {
    /// The churn model in force; `None` where one has to be trained.
    ///
    /// # Errors
    /// Where an approved model, or that of the night `before`, cannot be used.
    pub(super) fn churn_in_force(&self, before: Option<&Previous>) -> Result<Option<NightModel<ChurnModel>>> {
        let wanted = Wanted {
            as_of: self.sight.tonight.as_of,
            settings: &churn::settings_digest(self.config),
            large_groups: &[],
            refit_after_days: self.config.churn.refit_after_days,
        };
        let used_before = before.and_then(|before| before.churn_model.as_ref());
        in_force(&self.config.workspace, &wanted, used_before)
    }

    /// A model trained on everybody seen, or why there is none.
    ///
    /// # Errors
    /// Kind `Internal`: the store cannot be read, or the model layer refuses what was checked before.
    pub(super) fn churn_trained(&self) -> Result<Result<NightModel<ChurnModel>, String>> {
        let as_of = self.sight.tonight.as_of;
        match churn::train(self.bank, as_of, self.config)? {
            Training::Trained(model) => Ok(Ok(NightModel::fitted(*model, as_of)?)),
            Training::NotTrained(reason) => Ok(Err(reason)),
        }
    }

    /// The card of a churn model.
    pub(super) fn churn_card(&self, model: &NightModel<ChurnModel>) -> String {
        ChurnCard { model: &model.model, entry: model.entry(), commit: self.commit, config: self.config }
            .markdown()
    }

    /// The card of a model that a night had to train, since none was in force; of another one `None`.
    pub(super) fn churn_card_of_night(&self, model: &NightModel<ChurnModel>) -> Option<String> {
        model.is_fitted_tonight().then(|| self.churn_card(model))
    }
}
