//! The models of a night: which ones are in force, how they are stored, how far customers have moved from them.
//!
//! ```text
//! models/<id>/segment.json, card.md    the id ends in a digest of the model; beside them their CHECKSUMS
//! models/<id>/churn.json, card.md
//! models/<id>/propensity.json, card.md
//! models/approved.json                 what a person put in force or took out of it, and when
//! ```
//!
//! Reads: these files, and what a night says of its customers. Produces: the model that a night uses and why, new
//! models with their cards, figures of drift. Never: replaces a model that a person approved; reads a clock.

mod card;
mod choice;
mod churn_card;
mod churn_comparison;
mod comparison;
mod drift;
mod propensity_card;
mod quality;
mod registry;
mod renewed;

pub(super) use card::Card;
pub(super) use choice::{NightModel, Wanted, in_force, predecessor};
pub(super) use churn_card::ChurnCard;
pub use comparison::{Comparison, Contests, SameTypes};
pub(super) use drift::{of_churn as drift_of_churn, of_night as drift_of_night, refuse as refuse_drift};
pub(super) use propensity_card::PropensityCard;
pub use quality::{AxisFigures, GroupFigures};
pub(super) use quality::{group_figures, same_types};
pub(super) use registry::{Approval, Registry, Withdrawal};
pub(super) use renewed::Renewed;

use crate::churn::ChurnModel;
use crate::config::Config;
use crate::cross_sell::PropensityModel;
use crate::date::Date;
use crate::error::Result;
use crate::io::checksums;
use crate::io::private::{read_file, read_if_there, write_private};
use crate::publish::{ColumnDrift, ModelEntry, ModelStatus};
use crate::segment::SegmentModel;
use crate::warning::Warning;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const MODELS: &str = "models";
const CARD_FILE: &str = "card.md";
/// Characters of the digest that end an id: 32 bits, ample for the models of one workspace.
const ID_CHARACTERS: usize = 8;

/// The kinds of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    Segment,
    Churn,
    Propensity,
}

impl What {
    pub(super) const ALL: [What; 3] = [What::Segment, What::Churn, What::Propensity];

    pub(super) fn name(self) -> &'static str {
        match self {
            What::Segment => "segment",
            What::Churn => "churn",
            What::Propensity => "propensity",
        }
    }

    pub(super) fn file(self) -> &'static str {
        match self {
            What::Segment => "segment.json",
            What::Churn => "churn.json",
            What::Propensity => "propensity.json",
        }
    }

    /// The kind that an id begins with.
    pub(super) fn of_id(model_id: &str) -> Option<Self> {
        let (name, _) = model_id.split_once('-')?;
        Self::ALL.into_iter().find(|what| what.name() == name)
    }
}

/// What nights store and read back.
pub(super) trait NightlyModel: Sized {
    const WHAT: What;

    /// The last date whose data it has seen.
    fn trained_through(&self) -> Date;

    /// Digest of the settings that it was fitted with.
    fn fitted_with(&self) -> &str;

    /// The stored form.
    fn json(&self) -> Result<String>;

    /// The model of a stored form, or why it cannot be used.
    fn of_json(json: &[u8]) -> Result<Self, String>;

    /// Whether another version of the program wrote it.
    fn is_of_other_format(json: &[u8]) -> bool;

    /// Whether it says something of every one of these groups; models that know no groups do.
    fn covers(&self, _groups: &[&str]) -> bool {
        true
    }
}

/// What a night asks of a model, answered by the model's own methods of like names; `more` are those that it has besides.
macro_rules! nightly_model {
    ($model:ident is $what:ident $(, $more:item)?) => {
        impl NightlyModel for $model {
            const WHAT: What = What::$what;

            fn trained_through(&self) -> Date {
                self.trained_through
            }

            fn fitted_with(&self) -> &str {
                &self.fitted_with
            }

            fn json(&self) -> Result<String> {
                self.to_json()
            }

            fn of_json(json: &[u8]) -> Result<Self, String> {
                Self::from_json(json)
            }

            fn is_of_other_format(json: &[u8]) -> bool {
                $model::is_of_other_format(json)
            }

            $($more)?
        }
    };
}

nightly_model!(
    SegmentModel is Segment,
    fn covers(&self, groups: &[&str]) -> bool {
        SegmentModel::covers(self, groups)
    }
);
nightly_model!(ChurnModel is Churn);
nightly_model!(PropensityModel is Propensity);

/// Where all models lie.
pub(super) fn folder(workspace: &Path) -> PathBuf {
    workspace.join(MODELS)
}

/// Where the model of this id lies.
pub(super) fn folder_of(workspace: &Path, model_id: &str) -> PathBuf {
    folder(workspace).join(model_id)
}

/// The id of a model: its kind, what it has seen, and the first characters of its digest.
pub(super) fn model_id(what: What, trained_through: Date, blake3: &str) -> String {
    format!("{}-{trained_through}-{}", what.name(), &blake3[..ID_CHARACTERS])
}

/// Whether a file is the model that its folder says it is.
///
/// # Errors
/// Why not, for people.
pub(super) fn check_id(id: &str, what: What, trained_through: Date, blake3: &str) -> Result<(), String> {
    if model_id(what, trained_through, blake3) == id {
        return Ok(());
    }
    Err("damaged: its digest is not the one in its id".into())
}

pub(super) fn digest(json: &[u8]) -> String {
    blake3::hash(json).to_hex().to_string()
}

/// A model as it is stored.
pub(super) struct StoredModel {
    pub(super) entry: ModelEntry,
    what: What,
    json: String,
}

impl StoredModel {
    fn new(what: What, trained_through: Date, json: String, status: ModelStatus, as_of: Date) -> Self {
        let blake3 = digest(json.as_bytes());
        let entry = ModelEntry {
            what: what.name(),
            model_id: model_id(what, trained_through, &blake3),
            blake3,
            trained_through,
            status,
            age_days: as_of - trained_through,
        };
        Self { entry, what, json }
    }

    /// Writes the model's file; one that is there already is the same, since its id is its digest.
    pub(super) fn write(&self, workspace: &Path) -> Result<PathBuf> {
        let folder = folder_of(workspace, &self.entry.model_id);
        write_private(&folder.join(self.what.file()), self.json.as_bytes())?;
        Ok(folder)
    }

    /// Writes the model's file and the card beside it. The card that a person approved the model by stays.
    ///
    /// # Errors
    /// Where the list of approvals cannot be read; nothing is written then. Where a file cannot be written.
    pub(super) fn write_with_card(&self, workspace: &Path, card: &str) -> Result<PathBuf> {
        let is_approved = Registry::read(workspace)?.of_id(&self.entry.model_id).is_some();
        let folder = self.write(workspace)?;
        let path = folder.join(CARD_FILE);
        if !(is_approved && read_if_there(&path)?.is_some()) {
            write_private(&path, card.as_bytes())?;
        }
        let card = read_file(&path)?;
        let files = [(CARD_FILE, &card[..]), (self.what.file(), self.json.as_bytes())];
        write_private(&folder.join(checksums::NAME), checksums::of(files).as_bytes())?;
        Ok(folder)
    }
}

/// Cards of the models that were fitted tonight.
#[derive(Default)]
pub(super) struct Cards {
    pub(super) segment: Option<String>,
    pub(super) churn: Option<String>,
    pub(super) propensity: Option<String>,
}

/// The night's models, and why there is none of churn or of propensity.
pub(super) struct Models {
    pub(super) segment: NightModel<SegmentModel>,
    pub(super) churn: Renewed<ChurnModel>,
    pub(super) propensity: Renewed<PropensityModel>,
}

impl Models {
    /// The churn model and its id.
    pub(super) fn churn(&self) -> Option<(&ChurnModel, &str)> {
        let night = self.churn.model().ok()?;
        Some((&night.model, &night.entry().model_id))
    }

    pub(super) fn propensity(&self) -> Option<&PropensityModel> {
        Some(&self.propensity.model().ok()?.model)
    }

    fn all(&self) -> impl Iterator<Item = &StoredModel> {
        let trained = self.churn.model().into_iter().map(|night| &night.stored);
        let trained = trained.chain(self.propensity.model().into_iter().map(|night| &night.stored));
        std::iter::once(&self.segment.stored).chain(trained)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &ModelEntry> {
        self.all().map(|model| &model.entry)
    }

    /// Writes those that were fitted tonight with their cards, which are given of just those.
    pub(super) fn keep(&self, workspace: &Path, cards: &Cards) -> Result<()> {
        if let Some(card) = &cards.segment {
            self.segment.stored.write_with_card(workspace, card)?;
        }
        if let (Ok(night), Some(card)) = (self.churn.model(), &cards.churn) {
            night.stored.write_with_card(workspace, card)?;
        }
        if let (Ok(night), Some(card)) = (self.propensity.model(), &cards.propensity) {
            night.stored.write_with_card(workspace, card)?;
        }
        Ok(())
    }

    /// What should be known of the models in force, and of how far customers have moved since their fits.
    pub(super) fn warnings(&self, drift: &[ColumnDrift], config: &Config) -> Vec<Warning> {
        let mut warnings = self.segment.warnings(config.segment.refit_after_days);
        warnings.extend(self.segment.warnings_of_fit(&config.segment));
        warnings.extend(drift::warnings(drift, &config.models));
        match self.churn.model() {
            Ok(night) => {
                warnings.extend(self.churn.warnings(night, config.churn.refit_after_days));
                let missing = night.model.missing.iter().map(|missing| Warning::HorizonNotModelled {
                    horizon_days: missing.horizon_days,
                    reason: missing.because.clone(),
                });
                warnings.extend(missing);
                let suspicions = night.model.evaluations.iter().flat_map(|judged| &judged.suspicious);
                let mut features: Vec<&str> = suspicions.map(|found| found.feature.as_str()).collect();
                features.sort_unstable();
                features.dedup();
                if !features.is_empty() {
                    warnings.push(Warning::SuspiciousFeatures { features: features.join(", ") });
                }
            }
            Err(reason) => warnings.push(Warning::NoProbabilities { reason: reason.clone() }),
        }
        match self.propensity.model() {
            Ok(night) => {
                warnings.extend(self.propensity.warnings(night, config.propensity.refit_after_days));
            }
            Err(reason) => warnings.push(Warning::NoPropensity { reason: reason.clone() }),
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_what_a_model_is() {
        let trained_through = "2026-10-31".parse().unwrap();
        assert_eq!(model_id(What::Segment, trained_through, "0123456789ab"), "segment-2026-10-31-01234567");
        assert_eq!(What::of_id("segment-2026-10-31-01234567"), Some(What::Segment));
        assert_eq!(What::of_id("churn-2026-10-31-01234567"), Some(What::Churn));
        assert_eq!(What::of_id("approved.json"), None);
    }
}
