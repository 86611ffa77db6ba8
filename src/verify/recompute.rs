//! A published night computed again in a passing folder, and its files held against those that were published.
//!
//! Reads: the store, the models and the nights before, through second names of the same files. Never: reads the drop
//! folder, writes to the workspace but for the passing folder, calls a night damaged that cannot be computed again as it
//! was.

use super::finding::Findings;
use super::night::{self, Said};
use crate::config::Config;
use crate::cross_sell::Rules;
use crate::date::Date;
use crate::error::{Kind, Result};
use crate::io::census::{is_folder, link_beneath, passing_folder, size_and_digest};
use crate::io::nights::{MANIFEST, PUBLISHED, night_folder, night_name, published_nights};
use crate::io::private::{read_file, read_if_there, write_private};
use crate::pipeline::{self, Observer};
use crate::publish::{Accounts, Input};
use crate::store::commit::Commit;
use crate::store::tombstones::KEY_FILE;
use serde::Serialize;
use std::collections::BTreeMap;

/// What came of computing a night again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recomputed {
    /// So many tables and lists, byte for byte.
    Same { files: usize },
    /// These differ; each is a finding.
    Differs { files: Vec<String> },
    /// Why it cannot be computed as it was.
    Impossible { because: String },
}

const WHAT_NOW: &str = "the files are those that were published; nights before it that were removed or added since explain \
                        a difference, a fault of ours would too";
const NOTHING_WRONG: &str = "nothing is wrong with the night: its digests were checked";

pub(super) fn night(
    config: &Config,
    date: Date,
    commit: Option<&Commit>,
    findings: &mut Findings<'_>,
    observer: &dyn Observer,
) -> Result<Recomputed> {
    let folder = night_folder(&config.workspace, date);
    let name = findings.name(&folder);
    let said = read_file(&folder.join(MANIFEST)).ok().and_then(|bytes| night::said(&bytes));
    let reason = match (&said, commit) {
        (None, _) => Some("its manifest cannot be read".to_owned()),
        (_, None) => Some("the store cannot be read".to_owned()),
        (Some(said), Some(commit)) => obstacle(config, said, commit)?,
    };
    let outcome = match (reason, said) {
        (None, Some(said)) => computed(config, &said, observer)?,
        (reason, _) => Recomputed::Impossible { because: reason.unwrap_or_default() },
    };
    match &outcome {
        Recomputed::Same { .. } => {}
        Recomputed::Differs { files } => {
            for file in files {
                findings.damaged(
                    &format!("{name}/{file}"),
                    "comes out otherwise when computed again",
                    WHAT_NOW,
                );
            }
        }
        Recomputed::Impossible { because } => {
            findings.notice(&name, &format!("cannot be computed again: {because}"), NOTHING_WRONG);
        }
    }
    Ok(outcome)
}

/// Why the night of this manifest cannot come out as it was, as far as that can be told before.
fn obstacle(config: &Config, said: &Said, commit: &Commit) -> Result<Option<String>> {
    if said.purged > 0 {
        return Ok(Some("customers were purged from it".into()));
    }
    if said.tercet_version != env!("CARGO_PKG_VERSION") {
        return Ok(Some(format!("version {} of Tercet wrote it", said.tercet_version)));
    }
    if said.config_blake3 != config.digest() {
        return Ok(Some("it was computed with another configuration".into()));
    }
    if Rules::of(config)?.blake3 != said.rules_blake3 {
        return Ok(Some("it was computed with other product rules".into()));
    }
    if let Some(reason) = other_night_before(config, said)? {
        return Ok(Some(reason));
    }
    Ok(other_deliveries(said, commit))
}

fn other_night_before(config: &Config, said: &Said) -> Result<Option<String>> {
    let nights = published_nights(&config.workspace)?;
    let before = nights.into_iter().filter(|night| *night < said.as_of).max();
    let then = said.night_before.as_ref();
    if before != then.map(|then| then.as_of) {
        return Ok(Some("another night stands before it now".into()));
    }
    let Some(then) = then else { return Ok(None) };
    let segments = night_folder(&config.workspace, then.as_of).join("segments.parquet");
    let is_same = size_and_digest(&segments)?.is_some_and(|(_, digest)| digest == then.segments_blake3);
    Ok((!is_same).then(|| format!("the night before it, {}, was run again or changed since", then.as_of)))
}

/// Deliveries up to the night that came, went, or count otherwise since.
fn other_deliveries(said: &Said, commit: &Commit) -> Option<String> {
    type Key = (String, String, Date);
    let counts = |rows: Accounts<u64>| {
        (rows.read, rows.used + rows.later, rows.duplicate, rows.superseded, rows.purged)
    };
    let then: BTreeMap<Key, _> = said
        .inputs
        .iter()
        .filter(|input| input.delivered_on <= said.as_of)
        .map(|input| {
            (
                (input.table.clone(), input.blake3.clone(), input.delivered_on),
                (counts(input.rows), &input.path),
            )
        })
        .collect();
    let inputs: Vec<Input> =
        commit.deliveries.iter().map(|delivery| Input::of(delivery, said.as_of)).collect();
    let now: BTreeMap<Key, _> = inputs
        .iter()
        .filter(|input| input.delivered_on <= said.as_of)
        .map(|input| {
            (
                (input.table.to_owned(), input.blake3.clone(), input.delivered_on),
                (counts(input.rows), &input.path),
            )
        })
        .collect();
    let told = |path: &str, what: &str| Some(format!("the delivery `{}` {what}", path.escape_debug()));
    for (key, (counts, path)) in &then {
        match now.get(key) {
            None => return told(path, "was corrected or taken out since"),
            Some((other, _)) if other != counts => return told(path, "has rows that count otherwise since"),
            Some(_) => {}
        }
    }
    let (_, (_, path)) = now.iter().find(|(key, _)| !then.contains_key(*key))?;
    told(path, "came since")
}

/// Runs the night in a passing workspace of the same store, models and nights before it.
fn computed(config: &Config, said: &Said, observer: &dyn Observer) -> Result<Recomputed> {
    // Inside the workspace: second names need the same file system.
    let passing = passing_folder(&config.workspace)?;
    let home = passing.path();
    for part in ["store", "models"] {
        let from = config.workspace.join(part);
        if is_folder(&from) {
            link_beneath(&from, &home.join(part))?;
        }
    }
    for before in published_nights(&config.workspace)?.into_iter().filter(|night| *night < said.as_of) {
        let to = home.join(PUBLISHED).join(night_name(before));
        link_beneath(&night_folder(&config.workspace, before), &to)?;
    }
    if let Some(key) = read_if_there(&config.workspace.join(KEY_FILE))? {
        write_private(&home.join(KEY_FILE), &key)?;
    }
    // An empty drop folder: the store alone is asked.
    let data = home.join("drop");
    write_private(&data.join(".empty"), b"")?;
    let mut raw = (**config).clone();
    (raw.workspace, raw.data) = (home.to_owned(), data);
    let elsewhere = raw.check()?;
    let report = match pipeline::run(&elsewhere, Some(said.as_of), false, observer) {
        Ok(report) => report,
        Err(failure) if matches!(failure.kind(), Kind::Stopped(_)) => return Err(failure),
        Err(failure) => return Ok(Recomputed::Impossible { because: failure.with_causes() }),
    };
    let manifest = night::said(&read_file(&report.folder.join(MANIFEST))?);
    let manifest = manifest.filter(|manifest| manifest.models == said.models);
    let Some(manifest) = manifest else {
        return Ok(Recomputed::Impossible { because: "other models are in force for it now".into() });
    };
    // Rows that later deliveries had rejected stand among the rejects of a night computed now.
    let has_later = manifest.inputs.len() != said.inputs.len();
    let is_compared = |path: &str| {
        let is_table = path.ends_with(".parquet") && !(has_later && path == "rejects.parquet");
        is_table || path.starts_with("lists/")
    };
    let files = |said: &Said| -> BTreeMap<String, String> {
        let compared = said.files.iter().filter(|file| is_compared(&file.path));
        compared.map(|file| (file.path.clone(), file.blake3.clone())).collect()
    };
    let (then, now) = (files(said), files(&manifest));
    let mut differing: Vec<String> = then
        .iter()
        .filter(|(path, digest)| now.get(*path) != Some(*digest))
        .map(|(path, _)| path.clone())
        .collect();
    differing.extend(now.keys().filter(|path| !then.contains_key(*path)).cloned());
    if differing.is_empty() {
        return Ok(Recomputed::Same { files: then.len() });
    }
    Ok(Recomputed::Differs { files: differing })
}
