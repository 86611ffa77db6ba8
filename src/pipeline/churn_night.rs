//! The churn model of a night: the approved one, else the night before's, else one trained tonight. Where none can be
//! trained any more, the night before's stays.

use super::fit::Seen;
use super::models::{ChurnCard, Comparison, Contests, NightModel, Wanted, in_force};
use crate::churn::{self, ChurnModel, Training};
use crate::error::Result;
use crate::publish::Previous;

/// The model, or why there is none.
pub(super) struct ChurnNight {
    /// Why an old model is still used, where it is.
    pub(super) not_renewed: Option<String>,
    pub(super) model: Result<NightModel<ChurnModel>, String>,
}

impl ChurnNight {
    /// # Errors
    /// Where an approved model, or that of the night `before`, cannot be used; kind `Internal` if training fails.
    pub(super) fn of(seen: &Seen<'_>, before: Option<&Previous>) -> Result<Self> {
        if !seen.config.churn.enabled {
            return Ok(Self { not_renewed: None, model: seen.churn_trained()? });
        }
        let refit_after_days = seen.config.churn.refit_after_days;
        if let Some(model) = seen.churn_in_force(before, refit_after_days)? {
            return Ok(Self { not_renewed: None, model: Ok(model) });
        }
        let reason = match seen.churn_trained()? {
            Ok(model) => return Ok(Self { not_renewed: None, model: Ok(model) }),
            Err(reason) => reason,
        };
        Ok(match seen.churn_in_force(before, i32::MAX)? {
            Some(model) => Self { not_renewed: Some(reason), model: Ok(model) },
            None => Self { not_renewed: None, model: Err(reason) },
        })
    }

    /// Rows that the model was trained on tonight.
    pub(super) fn n_rows(&self) -> usize {
        let trained = self.model.as_ref().ok().filter(|night| night.is_fitted_tonight());
        trained.and_then(|night| night.model.horizons.last()).map_or(0, |horizon| horizon.n_rows)
    }
}

impl Seen<'_> {
    /// The churn model in force, if it is approved or under so many days old; `None` where one has to be trained.
    ///
    /// # Errors
    /// Where an approved model, or that of the night `before`, cannot be used.
    pub(super) fn churn_in_force(
        &self,
        before: Option<&Previous>,
        refit_after_days: i32,
    ) -> Result<Option<NightModel<ChurnModel>>> {
        let wanted = Wanted {
            as_of: self.sight.tonight.as_of,
            settings: &churn::settings_digest(self.bank, self.config),
            large_groups: &[],
            refit_after_days,
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
    pub(super) fn churn_card(
        &self,
        model: &NightModel<ChurnModel>,
        comparison: &Comparison<Contests>,
    ) -> String {
        let card = ChurnCard {
            model: &model.model,
            entry: model.entry(),
            comparison,
            commit: self.commit,
            config: self.config,
        };
        card.markdown()
    }

    /// The card of a model that a night had to train, since none was in force; of another one `None`.
    pub(super) fn churn_card_of_night(&self, model: &NightModel<ChurnModel>) -> Option<String> {
        model.is_fitted_tonight().then(|| self.churn_card(model, &Comparison::NoneInForce))
    }
}
