//! The models of a night as they are stored: `models/<id>/`, the id being a digest of what is in it.

use crate::churn::{ChurnModel, Training};
use crate::config::Config;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::features::FeatureTable;
use crate::io::private::{read_if_there, write_private};
use crate::publish::{ModelEntry, Previous};
use crate::segment::{self, SegmentModel};
use crate::store::Bank;
use std::path::Path;

const MODELS: &str = "models";
const SEGMENT_FILE: &str = "segment.json";

/// The segment model of the night before, while it is young enough and was fitted as it would be tonight: types
/// must not change with a refit.
///
/// # Errors
/// Kind `Internal` if that model is there and is not the one that the night before used.
pub(super) fn kept_segment_model(
    bank: &Bank,
    features: &FeatureTable,
    before: Option<&Previous>,
    config: &Config,
) -> Result<Option<SegmentModel>> {
    let Some((id, digest)) = before.and_then(|before| before.segment_model.as_ref()) else { return Ok(None) };
    let path = config.workspace.join(MODELS).join(id).join(SEGMENT_FILE);
    let Some(json) = read_if_there(&path)? else { return Ok(None) };
    let unusable = |reason: String| {
        Error::internal(format!(
            "cannot use the segment model of the night before, `{}`: {reason}",
            path.display()
        ))
        .hint("move the model's folder away, and this night fits a new one")
    };
    if blake3::hash(&json).to_hex().as_str() != digest {
        return Err(unusable("it is not the file that the night before used".into()));
    }
    let model = SegmentModel::from_json(&json).map_err(unusable)?;
    let is_young = features.as_of - model.trained_through < config.segment.refit_after_days;
    let is_current = model.fitted_with == segment::settings_digest(bank, features, config);
    Ok(Some(model).filter(|_| is_young && is_current))
}

/// The night's models, as they are stored.
pub(super) struct Models {
    segment: StoredModel,
    churn: Option<StoredModel>,
}

struct StoredModel {
    entry: ModelEntry,
    file: &'static str,
    json: String,
}

impl StoredModel {
    fn new(
        what: &'static str,
        file: &'static str,
        trained_through: Date,
        json: String,
        fitted_tonight: bool,
    ) -> Self {
        let blake3 = blake3::hash(json.as_bytes()).to_hex().to_string();
        let model_id = format!("{what}-{trained_through}-{}", &blake3[..8]);
        Self { entry: ModelEntry { what, model_id, blake3, trained_through, fitted_tonight }, file, json }
    }
}

impl Models {
    pub(super) fn of(segment: &SegmentModel, is_kept: bool, training: &Training) -> Result<Self> {
        let (through, json) = (segment.trained_through, segment.to_json()?);
        let segment = StoredModel::new("segment", SEGMENT_FILE, through, json, !is_kept);
        let churn = match training {
            Training::Trained { model, .. } => {
                Some(StoredModel::new("churn", "churn.json", model.trained_through, model.to_json()?, true))
            }
            Training::NotTrained(_) => None,
        };
        Ok(Self { segment, churn })
    }

    pub(super) fn churn<'a>(&'a self, training: &'a Training) -> Option<(&'a ChurnModel, &'a str)> {
        match (training, &self.churn) {
            (Training::Trained { model, .. }, Some(stored)) => Some((model, &stored.entry.model_id)),
            _ => None,
        }
    }

    fn all(&self) -> impl Iterator<Item = &StoredModel> {
        std::iter::once(&self.segment).chain(&self.churn)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &ModelEntry> {
        self.all().map(|model| &model.entry)
    }

    /// Writes `models/<id>/…`; a model that is there already is the same, since its id is its digest.
    pub(super) fn keep(&self, workspace: &Path) -> Result<()> {
        for model in self.all() {
            write_private(
                &workspace.join(MODELS).join(&model.entry.model_id).join(model.file),
                model.json.as_bytes(),
            )?;
        }
        Ok(())
    }
}
