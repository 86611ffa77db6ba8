//! What `tercet fit` makes of churn: a model, its figures beside those of the model in force, and its card.

use super::fit::Seen;
use super::models::{Comparison, Contests, NightModel};
use crate::churn::{self, ChurnModel, Contest, Evaluation, Training};
use crate::error::Result;
use crate::publish::Previous;
use std::path::PathBuf;

/// What the fit of a churn model came to.
#[derive(Debug)]
pub enum ChurnFit {
    Fitted {
        model_id: String,
        blake3: String,
        folder: PathBuf,
        evaluations: Vec<Evaluation>,
        comparison: Comparison<Contests>,
    },
    /// Why there is none.
    NotFitted(String),
}

/// A trained model, not yet written.
pub(super) struct Trained {
    model: NightModel<ChurnModel>,
    comparison: Comparison<Contests>,
}

impl Seen<'_> {
    /// A model trained on everybody seen beside the one in force, or why there is none. In force is the approved one, else
    /// that of the night `before`, however old: where no other can be trained, it stays.
    ///
    /// # Errors
    /// Kind `Internal`: the store cannot be read, or the model layer refuses what was checked before.
    pub(super) fn churn_beside(&self, before: Option<&Previous>) -> Result<Result<Trained, String>> {
        let in_force = self.churn_in_force(before, i32::MAX);
        let old = in_force.as_ref().ok().and_then(Option::as_ref).map(|night| &night.model);
        let as_of = self.sight.tonight.as_of;
        let (model, contests) = match churn::train_beside(self.bank, as_of, old, self.config)? {
            (Training::Trained(model), contests) => (NightModel::fitted(*model, as_of)?, contests),
            (Training::NotTrained(reason), _) => return Ok(Err(reason)),
        };
        let comparison = match in_force {
            Ok(None) => Comparison::NoneInForce,
            Err(error) => Comparison::Unusable { because: error.to_string() },
            Ok(Some(old)) => self.churn_comparison(&model, &old, contests)?,
        };
        Ok(Ok(Trained { model, comparison }))
    }

    fn churn_comparison(
        &self,
        new: &NightModel<ChurnModel>,
        old: &NightModel<ChurnModel>,
        horizons: Vec<Contest>,
    ) -> Result<Comparison<Contests>> {
        let model_id = old.entry().model_id.clone();
        if model_id == new.entry().model_id {
            return Ok(Comparison::Unchanged { model_id });
        }
        let features = self.sight.tonight;
        let bands = churn::band_changes(self.bank, features, &new.model, &old.model, self.config)?;
        Ok(Comparison::Compared { model_id, status: old.entry().status, found: Contests { bands, horizons } })
    }

    /// Writes a churn model with its card, if there is one.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub(super) fn kept_churn(&self, churn: Result<Trained, String>) -> Result<ChurnFit> {
        let Trained { model, comparison } = match churn {
            Ok(trained) => trained,
            Err(reason) => return Ok(ChurnFit::NotFitted(reason)),
        };
        let card = self.churn_card(&model, &comparison);
        let folder = model.stored.write_with_card(&self.config.workspace, &card)?;
        Ok(ChurnFit::Fitted {
            model_id: model.entry().model_id.clone(),
            blake3: model.entry().blake3.clone(),
            folder,
            evaluations: model.model.evaluations,
            comparison,
        })
    }
}
