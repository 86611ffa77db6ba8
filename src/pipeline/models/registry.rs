//! `models/approved.json`: which models a person put in force or took out of it, a log with the oldest entry first,
//! sealed.
//!
//! Reads and writes that file alone, whole and by one rename. Of a model its last entry holds; none is ever changed or
//! taken out. Never: looks at a model.

use super::{What, folder};
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::private::{read_if_there, write_private};
use crate::seal;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const FILE: &str = "approved.json";

/// One model put in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pipeline) struct Approval {
    pub(in crate::pipeline) what: What,
    pub(in crate::pipeline) model_id: String,
    /// Of the model's file.
    pub(in crate::pipeline) blake3: String,
    pub(in crate::pipeline) trained_through: Date,
    /// Why, in the words of who approved it.
    pub(in crate::pipeline) note: Option<String>,
    /// By the machine's clock, UTC; no night depends on it.
    pub(in crate::pipeline) approved_at: String,
}

/// One model taken out of force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pipeline) struct Withdrawal {
    pub(in crate::pipeline) model_id: String,
    /// The first night that does not use it any more; those before it are made again as they were.
    pub(in crate::pipeline) withdrawn_from: Date,
    /// Why, in the words of who withdrew it.
    pub(in crate::pipeline) note: Option<String>,
    /// By the machine's clock, UTC; no night depends on it.
    pub(in crate::pipeline) withdrawn_at: String,
}

/// A line of the log; the two kinds are told apart by their fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Entry {
    Approval(Approval),
    Withdrawal(Withdrawal),
}

/// Every approval and withdrawal of a workspace.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pipeline) struct Registry {
    entries: Vec<Entry>,
}

/// What the log comes to for one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pipeline) struct Approved<'a> {
    pub(in crate::pipeline) approval: &'a Approval,
    /// By which it was taken out of force, if it was.
    pub(in crate::pipeline) withdrawal: Option<&'a Withdrawal>,
}

impl Approved<'_> {
    /// Whether a night may use it.
    fn holds_on(&self, as_of: Date) -> bool {
        self.approval.trained_through <= as_of && !self.is_withdrawn_on(as_of)
    }

    fn is_withdrawn_on(&self, as_of: Date) -> bool {
        self.withdrawal.is_some_and(|withdrawal| withdrawal.withdrawn_from <= as_of)
    }
}

fn path(workspace: &Path) -> PathBuf {
    folder(workspace).join(FILE)
}

impl Registry {
    /// The approvals of a workspace; none where there is no file.
    ///
    /// # Errors
    /// Kind `Usage` where the file is damaged, `Internal` where it cannot be read.
    pub(in crate::pipeline) fn read(workspace: &Path) -> Result<Self> {
        let path = path(workspace);
        let Some(json) = read_if_there(&path)? else { return Ok(Self::default()) };
        let refused = || {
            Error::usage(format!("`{}` is no list of approved models", path.display()))
                .hint("put it back from a backup; or move it away, and approve the models again")
        };
        // Before there were seals it was the list alone.
        if json.starts_with(b"[") {
            let entries = serde_json::from_slice(&json).map_err(|cause| refused().caused_by(cause))?;
            return Ok(Self { entries });
        }
        match seal::opened(&json) {
            (body, true) => serde_json::from_slice(&body).map_err(|cause| refused().caused_by(cause)),
            (_, false) => Err(refused()),
        }
    }

    /// # Errors
    /// Kind `Internal` or `Usage`, naming the path; the old list stands then.
    pub(in crate::pipeline) fn write(&self, workspace: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self).map_err(|cause| {
            Error::internal("the list of approved models cannot be written").caused_by(cause)
        })?;
        write_private(&path(workspace), seal::sealed(&json).as_bytes())
    }

    /// What the log comes to for each model, the one approved last at the end.
    fn approved(&self) -> Vec<Approved<'_>> {
        let mut approved: Vec<Approved<'_>> = Vec::new();
        for entry in &self.entries {
            match entry {
                Entry::Approval(approval) => {
                    approved.retain(|known| known.approval.model_id != approval.model_id);
                    approved.push(Approved { approval, withdrawal: None });
                }
                Entry::Withdrawal(withdrawal) => {
                    let of_it = |known: &&mut Approved<'_>| known.approval.model_id == withdrawal.model_id;
                    if let Some(known) = approved.iter_mut().find(of_it) {
                        known.withdrawal = Some(withdrawal);
                    }
                }
            }
        }
        approved
    }

    /// The model in force on `as_of`: of those approved and not withdrawn, the one that has seen most and nothing later;
    /// of two that have seen the same, the one approved last.
    pub(in crate::pipeline) fn newest(&self, what: What, as_of: Date) -> Option<&Approval> {
        let holding = self.approved().into_iter().filter(|known| known.holds_on(as_of));
        let of_kind = holding.map(|known| known.approval).filter(|approval| approval.what == what);
        of_kind.max_by_key(|approval| approval.trained_through)
    }

    /// The approved model that takes over from this one, and the first night that uses it; `None` where this one is in
    /// force for good.
    pub(in crate::pipeline) fn next(&self, approval: &Approval) -> Option<(&Approval, Date)> {
        let approved = self.approved();
        let mut dates: Vec<Date> = approved
            .iter()
            .flat_map(|known| {
                let until = known.withdrawal.map(|withdrawal| withdrawal.withdrawn_from);
                [Some(known.approval.trained_through), until]
            })
            .flatten()
            .filter(|date| *date >= approval.trained_through)
            .collect();
        dates.sort_unstable();
        dates.into_iter().find_map(|date| {
            let newest = self.newest(approval.what, date)?;
            (newest.model_id != approval.model_id).then_some((newest, date))
        })
    }

    /// What the log comes to for one model; `None` where it was never approved.
    pub(in crate::pipeline) fn of_id(&self, model_id: &str) -> Option<Approved<'_>> {
        self.approved().into_iter().find(|known| known.approval.model_id == model_id)
    }

    /// Whether a person took this model out of force for the night of `as_of`.
    pub(in crate::pipeline) fn is_withdrawn(&self, model_id: &str, as_of: Date) -> bool {
        self.of_id(model_id).is_some_and(|known| known.is_withdrawn_on(as_of))
    }

    /// Ids of all models that were ever approved.
    pub(in crate::pipeline) fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Approval(approval) => Some(approval.model_id.as_str()),
            Entry::Withdrawal(_) => None,
        })
    }

    pub(in crate::pipeline) fn add(&mut self, approval: Approval) {
        self.entries.push(Entry::Approval(approval));
    }

    pub(in crate::pipeline) fn withdraw(&mut self, withdrawal: Withdrawal) {
        self.entries.push(Entry::Withdrawal(withdrawal));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "looks at the file from outside")]

    use super::*;
    use crate::error::Kind;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn approval(what: What, model_id: &str, trained_through: &str) -> Approval {
        Approval {
            what,
            model_id: model_id.into(),
            blake3: "00".repeat(32),
            trained_through: date(trained_through),
            note: None,
            approved_at: "2026-11-01T08:00:00Z".into(),
        }
    }

    #[test]
    fn what_was_approved_is_read_back() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(Registry::read(home.path()).unwrap(), Registry::default());
        let mut registry = Registry::default();
        registry
            .add(Approval { note: Some("高 \"q\"".into()), ..approval(What::Segment, "a", "2026-10-31") });
        registry.add(approval(What::Segment, "b", "2026-09-30"));
        registry.write(home.path()).unwrap();
        assert_eq!(Registry::read(home.path()).unwrap(), registry);
        assert_eq!(registry.of_id("b").unwrap().approval.trained_through, date("2026-09-30"));
        assert_eq!(registry.of_id("c"), None);
    }

    #[test]
    fn the_newest_is_the_one_that_has_seen_most_but_nothing_later() {
        let mut registry = Registry::default();
        registry.add(approval(What::Segment, "october", "2026-10-31"));
        registry.add(approval(What::Segment, "august", "2026-08-31"));
        registry.add(approval(What::Segment, "october again", "2026-10-31"));
        registry.add(approval(What::Churn, "november", "2026-11-30"));
        let newest =
            |as_of: &str| registry.newest(What::Segment, date(as_of)).map(|found| found.model_id.as_str());
        assert_eq!(newest("2026-12-31"), Some("october again"));
        assert_eq!(newest("2026-10-31"), Some("october again"));
        assert_eq!(newest("2026-10-30"), Some("august"));
        assert_eq!(newest("2026-08-30"), None);
    }

    #[test]
    fn a_model_is_followed_by_the_next_that_has_seen_more() {
        let mut registry = Registry::default();
        for (model_id, trained_through) in [
            ("august", "2026-08-31"),
            ("october", "2026-10-31"),
            ("october again", "2026-10-31"),
            ("september", "2026-09-30"),
        ] {
            registry.add(approval(What::Segment, model_id, trained_through));
        }
        let next = |id: &str| {
            let next = registry.next(registry.of_id(id).unwrap().approval);
            next.map(|(next, from)| (next.model_id.clone(), from.to_string()))
        };
        let said = |id: &str, from: &str| Some((id.to_owned(), from.to_owned()));
        assert_eq!(next("august"), said("september", "2026-09-30"));
        assert_eq!(next("october"), said("october again", "2026-10-31"));
        assert_eq!(next("october again"), None);
    }

    fn withdrawal(model_id: &str, from: &str) -> Withdrawal {
        Withdrawal {
            model_id: model_id.into(),
            withdrawn_from: date(from),
            note: Some("too many moved".into()),
            withdrawn_at: "2026-11-20T08:00:00Z".into(),
        }
    }

    #[test]
    fn a_withdrawn_model_leaves_its_place_to_the_one_before_and_earlier_nights_keep_it() {
        let home = tempfile::tempdir().unwrap();
        let mut registry = Registry::default();
        registry.add(approval(What::Segment, "august", "2026-08-31"));
        registry.add(approval(What::Segment, "october", "2026-10-31"));
        registry.withdraw(withdrawal("october", "2026-11-16"));
        registry.write(home.path()).unwrap();
        let mut registry = Registry::read(home.path()).unwrap();
        let newest = |registry: &Registry, as_of: &str| {
            registry.newest(What::Segment, date(as_of)).map(|found| found.model_id.clone())
        };
        assert_eq!(newest(&registry, "2026-11-15").as_deref(), Some("october"));
        assert_eq!(newest(&registry, "2026-11-16").as_deref(), Some("august"));
        assert!(registry.is_withdrawn("october", date("2026-11-16")));
        assert!(!registry.is_withdrawn("october", date("2026-11-15")));
        assert!(!registry.is_withdrawn("august", date("2026-11-16")));
        // Until it is withdrawn, the newer one follows the older.
        let august = registry.of_id("august").unwrap().approval.clone();
        let (next, from) = registry.next(&august).unwrap();
        assert_eq!((next.model_id.as_str(), from), ("october", date("2026-10-31")));

        registry.withdraw(withdrawal("august", "2026-08-31"));
        assert_eq!(newest(&registry, "2026-10-30"), None);
        assert_eq!(newest(&registry, "2026-11-16"), None);
        // Approved again, it is in force again, and the log has every step.
        registry.add(approval(What::Segment, "october", "2026-10-31"));
        assert_eq!(newest(&registry, "2026-11-16").as_deref(), Some("october"));
        assert_eq!(registry.entries.len(), 5);
        assert_eq!(registry.of_id("october").unwrap().withdrawal, None);
    }

    #[test]
    fn a_damaged_list_is_refused_with_a_hint() {
        let home = tempfile::tempdir().unwrap();
        Registry::default().write(home.path()).unwrap();
        for text in ["", "{}", "[{}]", "[{\"what\": \"segment\"}]", "[{\"model_id\": \"a\", \"note\": null}]"]
        {
            std::fs::write(path(home.path()), text).unwrap();
            let refused = Registry::read(home.path()).unwrap_err();
            assert_eq!(refused.kind(), Kind::Usage, "{text}");
            assert!(refused.hints()[0].contains("backup"), "{text}");
        }
    }
}
