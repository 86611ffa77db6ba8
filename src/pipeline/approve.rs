//! `tercet approve`: puts a stored model in force, for the nights from the day it was trained through on, or takes it out.
//!
//! Reads: `models/<id>/`. Writes: `models/approved.json`, by adding to it. Never: approves a file that is not what its id
//! says, changes a model, or a night that is published.

use super::models::{Approval, Registry, What, Withdrawal, check_id, digest, folder, folder_of};
use crate::churn::ChurnModel;
use crate::config::{Config, nearest};
use crate::cross_sell::PropensityModel;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::clock::now_utc;
use crate::io::lock::WorkspaceLock;
use crate::io::nights::published_nights;
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

/// What a withdrawal came to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct WithdrawReport {
    pub model_id: String,
    /// The first night that does not use it any more.
    pub withdrawn_from: Date,
    pub withdrawn_at: String,
    pub note: Option<String>,
    /// Withdrawn before from the same night on; nothing was changed.
    pub is_known: bool,
    /// The approved model that this night uses instead; `None` where there is none.
    pub in_force: Option<String>,
}

/// Puts the model of this id in force; one that was withdrawn comes back.
///
/// # Errors
/// Kind `Usage` where there is no such model, or it is damaged; nothing is changed then.
pub fn approve(config: &Config, id: &str, note: Option<&str>) -> Result<ApproveReport> {
    let _lock = WorkspaceLock::acquire(&config.workspace)?;
    let mut registry = Registry::read(&config.workspace)?;
    let what = known_kind(config, id)?;
    let (blake3, trained_through) = checked(config, what, id)?;
    let standing = registry.of_id(id).filter(|known| known.withdrawal.is_none());
    let known = standing.map(|known| known.approval.clone());
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
    let followed_by =
        registry.next(&approval).map(|(next, from)| Successor { model_id: next.model_id.clone(), from });
    let Approval { model_id, note, approved_at, .. } = approval;
    Ok(ApproveReport { model_id, trained_through, approved_at, note, is_known, followed_by })
}

/// Takes an approved model out of force, for the nights from `from` on; without it from the day after the newest published
/// night, so that every published night can be made again as it was.
///
/// # Errors
/// Kind `Usage` where the model was never approved; nothing is changed then.
pub fn withdraw(config: &Config, id: &str, from: Option<Date>, note: Option<&str>) -> Result<WithdrawReport> {
    let _lock = WorkspaceLock::acquire(&config.workspace)?;
    let mut registry = Registry::read(&config.workspace)?;
    let known = registry.of_id(id).ok_or_else(|| never_approved(&registry, id))?;
    let (what, trained_through) = (known.approval.what, known.approval.trained_through);
    let after_newest = published_nights(&config.workspace)?.into_iter().max().map(|night| night.plus_days(1));
    let withdrawn_from = from.or(after_newest).map_or(trained_through, |from| from.max(trained_through));
    let known = known.withdrawal.filter(|known| known.withdrawn_from == withdrawn_from).cloned();
    let is_known = known.is_some();
    let withdrawal = known.unwrap_or_else(|| Withdrawal {
        model_id: id.to_owned(),
        withdrawn_from,
        note: note.map(str::to_owned),
        withdrawn_at: now_utc(),
    });
    if !is_known {
        registry.withdraw(withdrawal.clone());
        registry.write(&config.workspace)?;
    }
    let in_force = registry.newest(what, withdrawn_from).map(|approval| approval.model_id.clone());
    let Withdrawal { model_id, note, withdrawn_at, .. } = withdrawal;
    Ok(WithdrawReport { model_id, withdrawn_from, withdrawn_at, note, is_known, in_force })
}

fn never_approved(registry: &Registry, id: &str) -> Error {
    let error = Error::usage(format!("the model `{}` is not approved", id.escape_debug()));
    match nearest(id, registry.ids()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("`models/approved.json` of the workspace lists what was approved"),
    }
}

/// The kind of the model, which must be there and one that people approve.
fn known_kind(config: &Config, id: &str) -> Result<What> {
    let folder = folder(&config.workspace);
    let names = names_in(&folder)?;
    // Compared with what is there, so that no id leads out of the folder.
    let is_there = names.iter().any(|name| name == id);
    match What::of_id(id).filter(|_| is_there) {
        Some(what) => Ok(what),
        None => {
            let models = names.iter().filter(|name| What::of_id(name).is_some());
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
    let trained_through = match what {
        What::Segment => SegmentModel::from_json(&json).map(|model| model.trained_through),
        What::Churn => ChurnModel::from_json(&json).map(|model| model.trained_through),
        What::Propensity => PropensityModel::from_json(&json).map(|model| model.trained_through),
    };
    let trained_through = trained_through.map_err(unusable)?;
    let blake3 = digest(&json);
    check_id(id, what, trained_through, &blake3).map_err(unusable)?;
    Ok((blake3, trained_through))
}
