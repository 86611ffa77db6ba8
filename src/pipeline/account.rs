//! The account of a night: the books of every delivery, warnings, and the manifest drawn up from them.

use super::models::Models;
use crate::churn::Outcomes;
use crate::config::Config;
use crate::cross_sell::Rules;
use crate::date::Date;
use crate::effect::Effect;
use crate::error::{Error, Result};
use crate::features::FeatureTable;
use crate::ingest::Taken;
use crate::privacy::Privacy;
use crate::publish::{ColumnDrift, Disclosure, Input, Manifest, NightBefore, Previous};
use crate::segment::movements::Migration;
use crate::segment::{self, SegmentModel};
use crate::store::books::Reject;
use crate::store::commit::{Commit, Delivery};
use crate::store::{Calendar, Population, Standing, Store};
use crate::targets::Lists;
use crate::warning::Warning;
use std::collections::BTreeMap;

/// Holds the books of every delivery against themselves: nothing may be lost.
pub(super) fn reconcile(commit: &Commit) -> Result<()> {
    match commit.deliveries.iter().find(|delivery| !delivery.books.reconcile()) {
        None => Ok(()),
        Some(delivery) => Err(Error::internal(format!(
            "the rows or amounts of `{}` do not add up: {:?}",
            delivery.name().escape_debug(),
            delivery.books
        ))),
    }
}

/// The books of every delivery as seen on the night.
pub(super) fn books(commit: &Commit, as_of: Date) -> Vec<Input> {
    let mut deliveries: Vec<&Delivery> = commit.deliveries.iter().collect();
    deliveries.sort_by_key(|delivery| (delivery.table, delivery.rank()));
    deliveries.into_iter().map(|delivery| Input::of(delivery, as_of)).collect()
}

/// Rejected rows of every delivery, by file and line.
pub(super) fn rejects(store: &Store) -> Result<Vec<(String, Reject)>> {
    let mut rejects = Vec::new();
    for delivery in &store.commit().deliveries {
        if let Some(file) = &delivery.rejects {
            let rows = store.rejects(file)?.rows;
            rejects.extend(rows.into_iter().map(|reject| (delivery.name().to_owned(), reject)));
        }
    }
    rejects.sort_unstable();
    Ok(rejects)
}

/// What the manifest is drawn up from.
pub(super) struct Known<'a> {
    pub(super) commit: &'a Commit,
    pub(super) taken: &'a Taken,
    pub(super) inputs: Vec<Input>,
    pub(super) calendar: &'a Calendar,
    pub(super) population: &'a Population,
    pub(super) features: &'a FeatureTable,
    pub(super) drift: &'a [ColumnDrift],
    pub(super) migration: &'a Migration,
    pub(super) standing: &'a segment::Standing,
    pub(super) before: Option<&'a Previous>,
    pub(super) lists: &'a Lists,
    pub(super) outcomes: &'a Outcomes,
    pub(super) effect: &'a Effect,
    pub(super) privacy: &'a Privacy,
}

pub(super) fn manifest(config: &Config, rules: &Rules, models: &Models, known: &Known<'_>) -> Manifest {
    let standings = [Standing::InNight, Standing::OpenedLater, Standing::Closed, Standing::WithoutHistory];
    let count =
        |standing: Standing| (standing.code(), known.population.counts.get(&standing).copied().unwrap_or(0));
    Manifest {
        manifest_version: 0,
        run_id: String::new(),
        as_of: known.population.date,
        purged: 0,
        tercet_version: env!("CARGO_PKG_VERSION"),
        schema_version: crate::schema::SCHEMA_VERSION,
        config_blake3: config.digest().to_owned(),
        rules_version: rules.version,
        rules_blake3: rules.blake3.clone(),
        seed: config.seed,
        privacy: Disclosure {
            profile: known.privacy.profile(),
            key_version: known.privacy.key_version().map(str::to_owned),
        },
        night_before: known.before.map(|before| NightBefore {
            as_of: before.as_of,
            segments_blake3: before.segments_blake3.clone(),
        }),
        inputs: known.inputs.clone(),
        customers: standings.map(count).into(),
        value_basis: known.features.value_basis.code(),
        models: models.entries().cloned().collect(),
        churn_evaluations: models.churn().map_or_else(Vec::new, |(model, _)| model.evaluations.clone()),
        churn_outcomes: known.outcomes.figures.clone(),
        silhouettes: silhouettes(&models.segment.model),
        migration: known.migration.clone(),
        concentration: Some(&known.standing.concentration).filter(|all| all.tells_of_many()).cloned(),
        lifetime: known.standing.lifetime.clone(),
        drift: known.drift.to_vec(),
        lists: known.lists.counts.iter().map(|(list, n)| (list.code(), *n)).collect(),
        suppressed: known.lists.suppressed.clone(),
        effects: known.effect.figures.clone(),
        rows: BTreeMap::new(),
        files: Vec::new(),
        warnings: warnings(config, models, known).iter().map(Warning::to_string).collect(),
        stages: Vec::new(),
        peak_memory_bytes: None,
        threads: crate::io::process::n_threads(),
        finished_at: String::new(),
    }
}

fn silhouettes(model: &SegmentModel) -> BTreeMap<String, Option<f64>> {
    let of_group = |group: &segment::model::GroupModel| {
        let name = group.segment_group.clone();
        let axes: Vec<_> =
            group.axes.iter().map(|axis| (format!("{name}.{}", axis.axis), axis.silhouette)).collect();
        axes.into_iter()
            .chain(group.joint.iter().map(|joint| (format!("{name}.joint"), joint.silhouette)))
            .collect::<Vec<_>>()
    };
    model.groups.iter().flat_map(of_group).collect()
}

fn warnings(config: &Config, models: &Models, known: &Known<'_>) -> Vec<Warning> {
    let mut warnings = models.warnings(known.drift, config);
    warnings.extend(known.lists.warnings.iter().cloned());
    let as_of = known.population.date;
    let newest = known.calendar.snapshots.iter().rev().find(|snapshot| **snapshot <= as_of);
    if let Some(newest) =
        newest.filter(|newest| as_of.last_month_ends(1).any(|month_end| **newest < month_end))
    {
        warnings.push(Warning::OldSnapshot { newest: *newest, as_of });
    }
    warnings.extend(of_deliveries(known));
    warnings
}

/// What should be known of the deliveries that this night took in, and of rows that do not count.
fn of_deliveries(known: &Known<'_>) -> Vec<Warning> {
    let mut warnings = known.taken.all_warnings();
    for delivery in known.taken.deliveries.iter().filter_map(|number| known.commit.delivery(*number)) {
        let (file, books) = (delivery.name().to_owned(), &delivery.books);
        if books.superseded > 0 {
            warnings.push(Warning::SupersededRows { file: file.clone(), superseded: books.superseded });
        }
        if books.rejected > 0 {
            warnings.push(Warning::RejectedRows { file, rejected: books.rejected, rows: books.rows });
        }
    }
    warnings
}
