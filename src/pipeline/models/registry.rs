//! `models/approved.json`: which models a person put in force, oldest approval first.
//!
//! Reads and writes that file alone, whole and by one rename. Never: looks at a model; takes one out.

use super::{What, folder};
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::private::{read_if_there, write_private};
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

/// Every approval of a workspace.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::pipeline) struct Registry {
    approvals: Vec<Approval>,
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
        let approvals = serde_json::from_slice(&json).map_err(|cause| {
            Error::usage(format!("`{}` is no list of approved models", path.display()))
                .hint("put it back from a backup; or move it away, and approve the models again")
                .caused_by(cause)
        })?;
        Ok(Self { approvals })
    }

    /// # Errors
    /// Kind `Internal` or `Usage`, naming the path; the old list stands then.
    pub(in crate::pipeline) fn write(&self, workspace: &Path) -> Result<()> {
        let json = serde_json::to_vec_pretty(&self.approvals).map_err(|cause| {
            Error::internal("the list of approved models cannot be written").caused_by(cause)
        })?;
        write_private(&path(workspace), &json)
    }

    /// The approved model that has seen most and nothing after `as_of`; of two that have seen the same, the one
    /// approved last.
    pub(in crate::pipeline) fn newest(&self, what: What, as_of: Date) -> Option<&Approval> {
        let known = self.approvals.iter().filter(|approval| approval.trained_through <= as_of);
        known.filter(|approval| approval.what == what).max_by_key(|approval| approval.trained_through)
    }

    /// The approved model that takes over from this one at some date; `None` where it is in force for good.
    pub(in crate::pipeline) fn next(&self, approval: &Approval) -> Option<&Approval> {
        let of_kind = || self.approvals.iter().filter(|other| other.what == approval.what);
        let later = of_kind().filter(|other| other.trained_through > approval.trained_through);
        let at_once = self.newest(approval.what, approval.trained_through).filter(|other| *other != approval);
        let date = later.map(|other| other.trained_through).min();
        at_once.or_else(|| self.newest(approval.what, date?))
    }

    pub(in crate::pipeline) fn of_id(&self, model_id: &str) -> Option<&Approval> {
        self.approvals.iter().find(|approval| approval.model_id == model_id)
    }

    pub(in crate::pipeline) fn add(&mut self, approval: Approval) {
        self.approvals.push(approval);
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
        assert_eq!(registry.of_id("b").unwrap().trained_through, date("2026-09-30"));
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
        let next = |id: &str| registry.next(registry.of_id(id).unwrap()).map(|next| next.model_id.as_str());
        assert_eq!(next("august"), Some("september"));
        assert_eq!(next("october"), Some("october again"));
        assert_eq!(next("october again"), None);
    }

    #[test]
    fn a_damaged_list_is_refused_with_a_hint() {
        let home = tempfile::tempdir().unwrap();
        Registry::default().write(home.path()).unwrap();
        for text in ["", "{}", "[{}]", "[{\"what\": \"segment\"}]"] {
            std::fs::write(path(home.path()), text).unwrap();
            let refused = Registry::read(home.path()).unwrap_err();
            assert_eq!(refused.kind(), Kind::Usage, "{text}");
            assert!(refused.hints()[0].contains("backup"), "{text}");
        }
    }
}
