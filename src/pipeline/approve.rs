//! `tercet approve`: puts a stored model in force, for the nights from the day it was trained through on.
//!
//! Reads: `models/<id>/`. Writes: `models/approved.json`. Never: approves a file that is not what its id says, changes
//! a model, or a night that is published.

use super::models::{Approval, Registry, What, digest, folder, folder_of, model_id};
use crate::config::{Config, nearest};
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::clock::now_utc;
use crate::io::lock::WorkspaceLock;
use crate::io::private::{names_in, read_if_there};
use crate::segment::SegmentModel;

/// What an approval came to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ApproveReport {
    pub model_id: String,
    /// Nights from this date on may use it.
    pub trained_through: Date,
    pub approved_at: String,
    pub note: Option<String>,
    /// Approved before; nothing was changed.
    pub is_known: bool,
    /// Which approved model nights use instead of it from some date on.
    pub followed_by: Option<Successor>,
}

/// An approved model that takes over.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Successor {
    pub model_id: String,
    /// The first night that uses it.
    pub from: Date,
}

/// Puts the model of this id in force.
///
/// # Errors
/// Kind `Usage` where there is no such model, or it is damaged; nothing is changed then.
pub fn approve(config: &Config, id: &str, note: Option<&str>) -> Result<ApproveReport> {
    let _lock = WorkspaceLock::acquire(&config.workspace)?;
    let mut registry = Registry::read(&config.workspace)?;
    let what = known_kind(config, id)?;
    let (blake3, trained_through) = checked(config, what, id)?;
    let known = registry.of_id(id).cloned();
    let is_known = known.is_some();
    let approval = known.unwrap_or_else(|| Approval {
        what,
        model_id: id.to_owned(),
        blake3,
        trained_through,
        note: note.map(str::to_owned),
        approved_at: now_utc(),
    });
    if !is_known {
        registry.add(approval.clone());
        registry.write(&config.workspace)?;
    }
    let next = registry.next(&approval);
    let followed_by =
        next.map(|next| Successor { model_id: next.model_id.clone(), from: next.trained_through });
    let Approval { model_id, note, approved_at, .. } = approval;
    Ok(ApproveReport { model_id, trained_through, approved_at, note, is_known, followed_by })
}

/// The kind of the model, which must be there and one that people approve.
fn known_kind(config: &Config, id: &str) -> Result<What> {
    let folder = folder(&config.workspace);
    let names = names_in(&folder)?;
    // Compared with what is there, so that no id leads out of the folder.
    let is_there = names.iter().any(|name| name == id);
    match What::of_id(id).filter(|_| is_there) {
        Some(What::Segment) => Ok(What::Segment),
        Some(What::Churn) => {
            Err(Error::usage(format!("`{id}` is a churn model, and only segment models are approved"))
                .hint("the churn model is trained every night on the newest labels"))
        }
        None => {
            let models = names.iter().filter(|name| What::of_id(name) == Some(What::Segment));
            let error =
                Error::usage(format!("there is no model `{}` in `{}`", id.escape_debug(), folder.display()));
            Err(match nearest(id, models.map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("`tercet fit` writes a model and says its id"),
            })
        }
    }
}

/// Digest and last day of a model whose file is what its id says.
fn checked(config: &Config, what: What, id: &str) -> Result<(String, Date)> {
    let path = folder_of(&config.workspace, id).join(what.file());
    let unusable = |reason: String| {
        Error::usage(format!("cannot approve `{}`: {reason}", path.display()))
            .hint("put it back from a backup, or fit it anew: `tercet fit`")
    };
    let json = read_if_there(&path)?.ok_or_else(|| unusable("there is no such file".into()))?;
    let model = SegmentModel::from_json(&json).map_err(unusable)?;
    let blake3 = digest(&json);
    if model_id(what, model.trained_through, &blake3) != id {
        return Err(unusable("damaged: its digest is not the one in its id".into()));
    }
    Ok((blake3, model.trained_through))
}
