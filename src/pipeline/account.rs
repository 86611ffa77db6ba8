//! The account of a night: the books of every delivery, warnings, and the manifest drawn up from them.

use super::models::Models;
use crate::churn::Training;
use crate::config::Config;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::features::FeatureTable;
use crate::ingest::Ingested;
use crate::publish::{Input, Manifest, NightBefore, Previous};
use crate::segment::{self, SegmentModel};
use crate::store::{Calendar, Population, Standing};
use crate::targets::{Lists, Rules};
use crate::warning::Warning;
use std::collections::BTreeMap;

/// The books of every delivery; what they say must add up.
pub(super) fn books(delivered: &Ingested, as_of: Date) -> Result<Vec<Input>> {
    let mut later = vec![(0u64, 0i128); delivered.deliveries.len()];
    let transactions = delivered
        .tables
        .transactions
        .iter()
        .filter(|row| row.booked_on > as_of)
        .map(|row| (row.delivery, row.amount));
    let holdings = delivered
        .tables
        .holdings
        .iter()
        .filter(|row| row.snapshot_on > as_of)
        .map(|row| (row.delivery, row.balance));
    for (delivery, money) in transactions.chain(holdings) {
        let (rows, amount) = &mut later[usize::from(delivery)];
        *rows += 1;
        *amount += i128::from(money.0);
    }
    let inputs: Vec<Input> = delivered
        .deliveries
        .iter()
        .zip(later)
        .map(|(delivery, (rows, amount))| Input::of(delivery, rows, amount))
        .collect();
    match inputs.iter().find(|input| !input.reconciles()) {
        Some(input) => Err(Error::internal(format!(
            "the rows or amounts of `{}` do not add up: {:?} {:?}",
            input.path, input.rows, input.amounts_minor_units
        ))),
        None => Ok(inputs),
    }
}

/// What the manifest is drawn up from.
pub(super) struct Known<'a> {
    pub(super) delivered: &'a Ingested,
    pub(super) inputs: Vec<Input>,
    pub(super) calendar: &'a Calendar,
    pub(super) population: &'a Population,
    pub(super) features: &'a FeatureTable,
    pub(super) segment_model: &'a SegmentModel,
    pub(super) training: &'a Training,
    pub(super) before: Option<&'a Previous>,
    pub(super) lists: &'a Lists,
}

pub(super) fn manifest(config: &Config, rules: &Rules, models: &Models, known: &Known<'_>) -> Manifest {
    let standings = [Standing::InNight, Standing::OpenedLater, Standing::Closed, Standing::WithoutHistory];
    let count =
        |standing: Standing| (standing.code(), known.population.counts.get(&standing).copied().unwrap_or(0));
    Manifest {
        manifest_version: 0,
        run_id: String::new(),
        as_of: known.population.date,
        tercet_version: env!("CARGO_PKG_VERSION"),
        schema_version: crate::schema::SCHEMA_VERSION,
        config_blake3: config.digest().to_owned(),
        rules_version: rules.version,
        seed: config.seed,
        night_before: known.before.map(|before| NightBefore {
            as_of: before.as_of,
            segments_blake3: before.segments_blake3.clone(),
        }),
        inputs: known.inputs.clone(),
        customers: standings.map(count).into(),
        value_basis: known.features.value_basis.code(),
        models: models.entries().cloned().collect(),
        churn_evaluation: match known.training {
            Training::Trained { evaluation, .. } => evaluation.as_ref().ok().cloned(),
            Training::NotTrained(_) => None,
        },
        silhouettes: silhouettes(known.segment_model),
        lists: known.lists.counts.iter().map(|(list, n)| (list.code(), *n)).collect(),
        suppressed: known.lists.suppressed.clone(),
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
    let is_new = |what: &str| models.entries().any(|model| model.what == what && model.fitted_tonight);
    let mut warnings = Vec::new();
    if is_new("segment") {
        warnings.push(Warning::SegmentModelFitted);
    }
    warnings.extend(known.segment_model.warnings(config.segment.joint_clusters));
    match known.training {
        Training::NotTrained(reason) => warnings.push(Warning::NoProbabilities { reason: reason.clone() }),
        Training::Trained { evaluation: Err(reason), .. } => {
            warnings.push(Warning::ModelNotJudged { reason: reason.clone() })
        }
        Training::Trained { evaluation: Ok(_), .. } => {}
    }
    warnings.extend(known.lists.warnings.iter().cloned());
    let as_of = known.population.date;
    let newest = known.calendar.snapshots.iter().rev().find(|snapshot| **snapshot <= as_of);
    if let Some(newest) =
        newest.filter(|newest| as_of.last_month_ends(1).any(|month_end| **newest < month_end))
    {
        warnings.push(Warning::OldSnapshot { newest: *newest, as_of });
    }
    let superseded = known.delivered.deliveries.iter().filter(|delivery| delivery.superseded > 0);
    warnings.extend(superseded.map(|delivery| Warning::SupersededRows {
        file: delivery.path.clone(),
        superseded: delivery.superseded,
    }));
    let rejected = known.delivered.deliveries.iter().filter(|delivery| delivery.rejected > 0);
    warnings.extend(rejected.map(|delivery| Warning::RejectedRows {
        file: delivery.path.clone(),
        rejected: delivery.rejected,
        rows: delivery.rows,
    }));
    warnings
}
