//! A model that nights train on the bank's past: the one in force, else one trained tonight; where none can be trained any
//! more, the night before's stays.

use super::{NightModel, NightlyModel};
use crate::error::Result;
use crate::warning::Warning;

/// The model of a night, or why there is none.
pub(in crate::pipeline) struct Renewed<M> {
    model: Result<NightModel<M>, String>,
    /// Why an old model is still used, where it is.
    not_renewed: Option<String>,
}

impl<M: NightlyModel> Renewed<M> {
    /// `in_force` is the model in force, if it is approved or under so many days old; `trained` a new one, or why there is
    /// none.
    ///
    /// # Errors
    /// Those of both.
    pub(in crate::pipeline) fn of(
        refit_after_days: i32,
        in_force: impl Fn(i32) -> Result<Option<NightModel<M>>>,
        trained: impl FnOnce() -> Result<Result<NightModel<M>, String>>,
    ) -> Result<Self> {
        if let Some(model) = in_force(refit_after_days)? {
            return Ok(Self::new(Ok(model)));
        }
        let reason = match trained()? {
            Ok(model) => return Ok(Self::new(Ok(model))),
            Err(reason) => reason,
        };
        Ok(match in_force(i32::MAX)? {
            Some(model) => Self { model: Ok(model), not_renewed: Some(reason) },
            None => Self::new(Err(reason)),
        })
    }

    /// Trained tonight, or not at all.
    pub(in crate::pipeline) fn new(model: Result<NightModel<M>, String>) -> Self {
        Self { model, not_renewed: None }
    }

    /// The model, or why there is none.
    pub(in crate::pipeline) fn model(&self) -> Result<&NightModel<M>, &String> {
        self.model.as_ref()
    }

    pub(in crate::pipeline) fn fitted_tonight(&self) -> Option<&NightModel<M>> {
        self.model.as_ref().ok().filter(|night| night.is_fitted_tonight())
    }

    /// What should be known of `night`, the model that is used.
    pub(super) fn warnings(&self, night: &NightModel<M>, refit_after_days: i32) -> Vec<Warning> {
        let mut warnings = night.warnings(refit_after_days);
        warnings.extend(self.not_renewed.iter().map(|reason| Warning::ModelNotRenewed {
            model_id: night.entry().model_id.clone(),
            age_days: night.entry().age_days,
            reason: reason.clone(),
        }));
        warnings
    }
}
