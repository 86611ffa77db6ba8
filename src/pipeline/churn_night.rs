//! The churn model of a night.

use super::fit::Seen;
use super::models::{ChurnCard, Comparison, Contests, NightModel, Renewed, Wanted, in_force};
use crate::churn::{self, ChurnModel, Training};
use crate::error::Result;
use crate::publish::Previous;

/// The churn model of tonight.
///
/// # Errors
/// Where an approved model, or that of the night `before`, cannot be used; kind `Internal` if training fails.
pub(super) fn churn_model(seen: &Seen<'_>, before: Option<&Previous>) -> Result<Renewed<ChurnModel>> {
    if !seen.config.churn.enabled {
        return Ok(Renewed::new(seen.churn_trained()?));
    }
    let in_force = |refit_after_days| seen.churn_in_force(before, refit_after_days);
    Renewed::of(seen.config.churn.refit_after_days, in_force, || seen.churn_trained())
}

/// Rows that the model was trained on tonight.
pub(super) fn n_rows(churn: &Renewed<ChurnModel>) -> usize {
    churn.fitted_tonight().and_then(|night| night.model.horizons.last()).map_or(0, |horizon| horizon.n_rows)
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
}
