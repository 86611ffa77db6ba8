//! The models of a night as they are stored: `models/<id>/`, the id being a digest of what is in it.

use crate::churn::{ChurnModel, Training};
use crate::date::Date;
use crate::error::Result;
use crate::io::private::write_private;
use crate::publish::ModelEntry;
use crate::segment::SegmentModel;
use std::path::Path;

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
    fn new(what: &'static str, file: &'static str, trained_through: Date, json: String) -> Self {
        let blake3 = blake3::hash(json.as_bytes()).to_hex().to_string();
        let model_id = format!("{what}-{trained_through}-{}", &blake3[..8]);
        Self {
            entry: ModelEntry { what, model_id, blake3, trained_through, fitted_tonight: true },
            file,
            json,
        }
    }
}

impl Models {
    pub(super) fn of(segment: &SegmentModel, training: &Training) -> Result<Self> {
        let segment =
            StoredModel::new("segment", "segment.json", segment.trained_through, segment.to_json()?);
        let churn = match training {
            Training::Trained { model, .. } => {
                Some(StoredModel::new("churn", "churn.json", model.trained_through, model.to_json()?))
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
                &workspace.join("models").join(&model.entry.model_id).join(model.file),
                model.json.as_bytes(),
            )?;
        }
        Ok(())
    }
}
