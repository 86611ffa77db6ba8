//! Which model of a kind a night uses: an approved one, else the night before's unless it was withdrawn, else one fitted
//! tonight.
//!
//! Reads: `approved.json`, the model files, what the night before used. Grain: a night. Never: takes another model
//! where the approved one cannot be used; uses one that has seen a day after the night.

use super::{Approval, NightlyModel, Registry, StoredModel, What, check_id, digest, folder_of};
use crate::config::Segment;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::private::read_if_there;
use crate::publish::{ModelEntry, ModelStatus, Previous};
use crate::segment::SegmentModel;
use crate::warning::Warning;
use std::path::{Path, PathBuf};

/// What a night asks of a model.
#[derive(Debug, Clone, Copy)]
pub(in crate::pipeline) struct Wanted<'a> {
    pub(in crate::pipeline) as_of: Date,
    /// Digest of the settings that a fit would have tonight.
    pub(in crate::pipeline) settings: &'a str,
    /// Groups that a fit would cluster tonight. One that the model has may have shrunk; one that it lacks must not go
    /// without types for it.
    pub(in crate::pipeline) large_groups: &'a [&'a str],
    pub(in crate::pipeline) refit_after_days: i32,
}

/// A model of a night.
pub(in crate::pipeline) struct NightModel<M> {
    pub(in crate::pipeline) model: M,
    pub(in crate::pipeline) stored: StoredModel,
    /// Whether it was fitted with tonight's settings.
    is_current: bool,
}

impl<M: NightlyModel> NightModel<M> {
    /// One that was fitted on the data of `as_of`.
    ///
    /// # Errors
    /// Kind `Internal` if the model cannot be stored.
    pub(in crate::pipeline) fn fitted(model: M, as_of: Date) -> Result<Self> {
        let json = model.json()?;
        let through = model.trained_through();
        let stored = StoredModel::new(M::WHAT, through, json, ModelStatus::FittedTonight, as_of);
        Ok(Self { model, stored, is_current: true })
    }

    /// One that was stored under this id with this digest.
    ///
    /// # Errors
    /// The reason why it cannot be used, for people.
    fn read(
        json: Vec<u8>,
        (id, blake3): (&str, &str),
        status: ModelStatus,
        wanted: &Wanted<'_>,
    ) -> Result<Self, String> {
        if digest(&json) != blake3 {
            return Err(match status {
                ModelStatus::Approved => "it is not the file that was approved".into(),
                _ => "it is not the file that the night before used".into(),
            });
        }
        let model = M::of_json(&json)?;
        check_id(id, M::WHAT, model.trained_through(), blake3)?;
        let json = String::from_utf8(json).map_err(|_| "damaged: it is not UTF-8".to_owned())?;
        let is_current = model.fitted_with() == wanted.settings;
        let stored = StoredModel::new(M::WHAT, model.trained_through(), json, status, wanted.as_of);
        Ok(Self { model, stored, is_current })
    }

    pub(in crate::pipeline) fn entry(&self) -> &ModelEntry {
        &self.stored.entry
    }

    pub(in crate::pipeline) fn is_fitted_tonight(&self) -> bool {
        self.entry().status == ModelStatus::FittedTonight
    }

    /// What should be known of why it is this one.
    pub(super) fn warnings(&self, refit_after_days: i32) -> Vec<Warning> {
        let model_id = self.entry().model_id.clone();
        let age_days = self.entry().age_days;
        match self.entry().status {
            ModelStatus::Kept => Vec::new(),
            ModelStatus::FittedTonight => vec![Warning::ModelFitted { what: M::WHAT.name(), model_id }],
            ModelStatus::Approved => {
                let other = Warning::ModelOfOtherSettings { model_id: model_id.clone() };
                let old = Warning::ModelOld { model_id, age_days, refit_after_days };
                let said =
                    [(!self.is_current).then_some(other), (age_days >= refit_after_days).then_some(old)];
                said.into_iter().flatten().collect()
            }
        }
    }
}

impl NightModel<SegmentModel> {
    /// What should be known of the fit: groups without types, axes without a cut, missing clusters.
    pub(in crate::pipeline) fn warnings_of_fit(&self, settings: &Segment) -> Vec<Warning> {
        self.model.warnings(settings.joint_clusters[0])
    }
}

/// The model in force; `None` where the night has to fit one. `before` is id and digest of the night before's.
///
/// # Errors
/// Kind `Usage` where an approved model cannot be used, `Internal` where the night before's cannot.
pub(in crate::pipeline) fn in_force<M: NightlyModel>(
    workspace: &Path,
    wanted: &Wanted<'_>,
    before: Option<&(String, String)>,
) -> Result<Option<NightModel<M>>> {
    let registry = Registry::read(workspace)?;
    let is_withdrawn = |(id, _): &&(String, String)| registry.is_withdrawn(id, wanted.as_of);
    match registry.newest(M::WHAT, wanted.as_of) {
        Some(approval) => approved(workspace, approval, wanted).map(Some),
        None => kept(workspace, wanted, before.filter(|before| !is_withdrawn(before))),
    }
}

/// The model of the night before however old it is, whose cluster numbers a new one carries on; `None` where there is
/// none, or the file is not what its id says.
pub(in crate::pipeline) fn predecessor(
    workspace: &Path,
    before: Option<&Previous>,
) -> Result<Option<SegmentModel>> {
    let Some((id, _)) = before.and_then(|before| before.segment_model.as_ref()) else { return Ok(None) };
    let json = read_if_there(&file_of::<SegmentModel>(workspace, id))?;
    let whole = |json: Vec<u8>| {
        let model = SegmentModel::from_json(&json).ok()?;
        check_id(id, What::Segment, model.trained_through, &digest(&json)).ok()?;
        Some(model)
    };
    Ok(json.and_then(whole))
}

fn file_of<M: NightlyModel>(workspace: &Path, model_id: &str) -> PathBuf {
    folder_of(workspace, model_id).join(M::WHAT.file())
}

fn approved<M: NightlyModel>(
    workspace: &Path,
    approval: &Approval,
    wanted: &Wanted<'_>,
) -> Result<NightModel<M>> {
    let path = file_of::<M>(workspace, &approval.model_id);
    let unusable = |reason: String| {
        Error::usage(format!(
            "cannot use the approved {} model, `{}`: {reason}",
            M::WHAT.name(),
            path.display()
        ))
        .hint(
            "put its folder back from a backup, or put another in force: `tercet fit`, then `tercet approve`",
        )
    };
    let json = read_if_there(&path)?.ok_or_else(|| unusable("there is no such file".into()))?;
    let name = (approval.model_id.as_str(), approval.blake3.as_str());
    NightModel::read(json, name, ModelStatus::Approved, wanted).map_err(unusable)
}

/// The model of the night before, while it is young enough, was fitted as it would be tonight and has every group that is
/// large enough: types must not change with a refit.
fn kept<M: NightlyModel>(
    workspace: &Path,
    wanted: &Wanted<'_>,
    before: Option<&(String, String)>,
) -> Result<Option<NightModel<M>>> {
    let Some((id, blake3)) = before else { return Ok(None) };
    let path = file_of::<M>(workspace, id);
    let Some(json) = read_if_there(&path)? else { return Ok(None) };
    if M::is_of_other_format(&json) {
        return Ok(None);
    }
    let night = NightModel::<M>::read(json, (id, blake3), ModelStatus::Kept, wanted).map_err(|reason| {
        Error::internal(format!(
            "cannot use the {} model of the night before, `{}`: {reason}",
            M::WHAT.name(),
            path.display()
        ))
        .hint("move the model's folder away, and this night fits a new one")
    })?;
    let is_young = night.entry().age_days < wanted.refit_after_days;
    let is_whole = night.model.covers(wanted.large_groups);
    Ok(Some(night).filter(|night| is_young && is_whole && night.is_current))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "damages model files")]

    use super::super::Withdrawal;
    use super::*;
    use crate::error::Kind;
    use crate::seal;
    use crate::segment::model::FORMAT_VERSION;

    /// A workspace with one night's model and some approved ones.
    struct Home(tempfile::TempDir);

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    impl Home {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        /// Stores a model without groups; id and digest.
        fn store(&self, trained_through: &str, fitted_with: &str) -> (String, String) {
            let trained_through = date(trained_through);
            let model = SegmentModel {
                format_version: FORMAT_VERSION,
                trained_through,
                fitted_with: fitted_with.into(),
                hysteresis: 0.05,
                groups: Vec::new(),
            };
            let night = NightModel::fitted(model, trained_through).unwrap();
            night.stored.write(self.0.path()).unwrap();
            (night.entry().model_id.clone(), night.entry().blake3.clone())
        }

        fn approve(&self, (model_id, blake3): &(String, String), trained_through: &str) {
            let mut registry = Registry::read(self.0.path()).unwrap();
            registry.add(Approval {
                what: What::Segment,
                model_id: model_id.clone(),
                blake3: blake3.clone(),
                trained_through: date(trained_through),
                note: None,
                approved_at: String::new(),
            });
            registry.write(self.0.path()).unwrap();
        }

        fn withdraw(&self, (model_id, _): &(String, String), from: &str) {
            let mut registry = Registry::read(self.0.path()).unwrap();
            registry.withdraw(Withdrawal {
                model_id: model_id.clone(),
                withdrawn_from: date(from),
                note: None,
                withdrawn_at: String::new(),
            });
            registry.write(self.0.path()).unwrap();
        }

        fn in_force(
            &self,
            as_of: &str,
            before: Option<&(String, String)>,
        ) -> Result<Option<NightModel<SegmentModel>>> {
            self.in_force_for(&[], as_of, before)
        }

        /// With these groups large enough to be fitted on.
        fn in_force_for(
            &self,
            large_groups: &[&str],
            as_of: &str,
            before: Option<&(String, String)>,
        ) -> Result<Option<NightModel<SegmentModel>>> {
            let wanted =
                Wanted { as_of: date(as_of), settings: "today's", large_groups, refit_after_days: 90 };
            in_force(self.0.path(), &wanted, before)
        }

        /// Status, date and warnings of the model of a night.
        fn chosen(
            &self,
            as_of: &str,
            before: Option<&(String, String)>,
        ) -> Option<(ModelStatus, Date, usize)> {
            let night = self.in_force(as_of, before).unwrap()?;
            Some((night.entry().status, night.model.trained_through, night.warnings(90).len()))
        }
    }

    #[test]
    fn an_approved_model_goes_before_the_night_before_and_that_before_a_fit() {
        use ModelStatus::{Approved, Kept};
        let home = Home::new();
        let before = home.store("2026-09-15", "today's");
        let others = home.store("2026-09-15", "others");
        let [august, october] = ["2026-08-31", "2026-10-31"].map(|through| home.store(through, "today's"));
        let gone = (String::from("segment-2026-09-15-00000000"), "00".repeat(32));
        // Nothing is approved: (night, night before, expected).
        for (as_of, before, expected) in [
            ("2026-11-01", None, None),
            ("2026-11-01", Some(&before), Some((Kept, date("2026-09-15"), 0))),
            ("2026-12-13", Some(&before), Some((Kept, date("2026-09-15"), 0))),
            ("2026-12-14", Some(&before), None),
            ("2026-11-01", Some(&others), None),
            ("2026-11-01", Some(&gone), None),
        ] {
            assert_eq!(home.chosen(as_of, before), expected, "{as_of} {before:?}");
        }
        home.approve(&october, "2026-10-31");
        home.approve(&august, "2026-08-31");
        for (as_of, before, expected) in [
            ("2026-08-30", None, None),
            ("2026-08-31", None, Some((Approved, date("2026-08-31"), 0))),
            ("2026-10-30", Some(&before), Some((Approved, date("2026-08-31"), 0))),
            ("2026-10-31", Some(&before), Some((Approved, date("2026-10-31"), 0))),
            // However old, it stays in force, with a warning.
            ("2027-12-31", Some(&before), Some((Approved, date("2026-10-31"), 1))),
        ] {
            assert_eq!(home.chosen(as_of, before), expected, "{as_of} {before:?}");
        }
    }

    #[test]
    fn a_group_that_has_grown_ends_a_kept_model_but_no_approved_one() {
        let home = Home::new();
        let before = home.store("2026-10-31", "today's");
        let status = |large_groups: &[&str]| {
            let night = home.in_force_for(large_groups, "2026-11-01", Some(&before)).unwrap();
            night.map(|night| night.entry().status)
        };
        assert_eq!(status(&[]), Some(ModelStatus::Kept));
        assert_eq!(status(&["institution"]), None);
        home.approve(&before, "2026-10-31");
        assert_eq!(status(&["institution"]), Some(ModelStatus::Approved));
    }

    #[test]
    fn a_withdrawn_model_is_not_kept_from_the_night_before_either() {
        use ModelStatus::{Approved, Kept};
        let home = Home::new();
        let other = home.store("2026-10-30", "today's");
        let october = home.store("2026-10-31", "today's");
        home.approve(&october, "2026-10-31");
        home.withdraw(&october, "2026-11-16");
        for (as_of, before, expected) in [
            ("2026-11-15", &october, Some((Approved, date("2026-10-31"), 0))),
            ("2026-11-16", &october, None),
            ("2026-11-16", &other, Some((Kept, date("2026-10-30"), 0))),
        ] {
            assert_eq!(home.chosen(as_of, Some(before)), expected, "{as_of} {before:?}");
        }
        home.approve(&october, "2026-10-31");
        let again = home.chosen("2026-11-16", Some(&october));
        assert_eq!(again, Some((Approved, date("2026-10-31"), 0)));
    }

    #[test]
    fn an_approved_model_of_other_settings_stays_in_force_with_a_warning() {
        let home = Home::new();
        let model = home.store("2026-10-31", "others");
        home.approve(&model, "2026-10-31");
        let night = home.in_force("2026-11-01", None).unwrap().unwrap();
        assert_eq!(night.warnings(90), [Warning::ModelOfOtherSettings { model_id: model.0 }]);
    }

    #[test]
    fn an_approved_model_that_cannot_be_used_is_refused_and_not_replaced() {
        let (old, unknown) = ("\"format_version\": 1,", "\"format_version\": 4, \"colour\": 1,");
        let current = format!("\"format_version\": {FORMAT_VERSION},");
        let change = |to: &'static str| {
            let current = current.clone();
            move |json: String| Some(json.replace(&current, to))
        };
        type Damage<'a> = (&'a str, Box<dyn Fn(String) -> Option<String>>, bool);
        let wider = |json: String| json.replace("\"hysteresis\": 0.05", "\"hysteresis\": 0.06");
        let sealed_anew = move |json: String| {
            let (body, _) = seal::opened(json.as_bytes());
            Some(seal::sealed(&wider(String::from_utf8(body.into_owned()).unwrap())))
        };
        let cases: [Damage<'_>; 7] = [
            ("there is no such file", Box::new(|_| None), false),
            ("it is not the file that was approved", Box::new(|json| Some(json + "\n")), false),
            ("format 1 where 4 is known", Box::new(change(old)), true),
            ("damaged: unknown field `colour`", Box::new(change(unknown)), true),
            ("what it says is not what was sealed", Box::new(move |json| Some(wider(json))), true),
            ("its digest is not the one in its id", Box::new(sealed_anew), true),
            ("damaged: EOF", Box::new(|json| Some(json[..json.len() / 2].to_owned())), true),
        ];
        for (reason, damage, is_approved_so) in cases {
            let home = Home::new();
            let before = home.store("2026-10-30", "today's");
            let mut model = home.store("2026-10-31", "today's");
            let path = file_of::<SegmentModel>(home.0.path(), &model.0);
            match damage(std::fs::read_to_string(&path).unwrap()) {
                None => std::fs::remove_file(&path).unwrap(),
                Some(json) => {
                    std::fs::write(&path, &json).unwrap();
                    if is_approved_so {
                        model.1 = digest(json.as_bytes());
                    }
                }
            }
            home.approve(&model, "2026-10-31");
            let Err(refused) = home.in_force("2026-11-01", Some(&before)) else { panic!("{reason}: used") };
            assert_eq!(refused.kind(), Kind::Usage, "{reason}");
            assert!(refused.to_string().contains(reason), "{refused}");
            assert!(refused.hints()[0].contains("tercet approve"), "{reason}");
            // A night that it has seen too much for is not held up by it.
            assert_eq!(home.chosen("2026-10-30", Some(&before)).unwrap().0, ModelStatus::Kept);
        }
    }
}
