//! Fitting the segment model and placing every customer of a night.

use super::axis::{self, Placed};
use super::joint;
use super::model::{FORMAT_VERSION, GroupModel, SegmentModel};
use super::movements::Before;
use super::tiers::{tier, value_classes};
use super::types::{Level, NO_TYPE, customer_type};
use crate::config::{Config, Segment};
use crate::contract::Customer;
use crate::contract::codes::CustomerKind;
use crate::error::Result;
use crate::features::{Axis, FeatureTable};
use crate::labels::TIERS;
use crate::schema;
use crate::store::Bank;
use polars::prelude::*;
use std::collections::BTreeMap;

/// A group with fewer customers to fit on is not clustered: each of eight types should stand for a few.
const GROUP_MIN: usize = 24;

/// One row per customer of the night, in the order of the feature table.
#[derive(Debug, Clone)]
pub struct SegmentTable {
    frame: DataFrame,
    customer_types: Vec<&'static str>,
    tiers: Vec<Option<u8>>,
    value_classes: Vec<&'static str>,
    loyalty_scores: Vec<f64>,
}

impl SegmentTable {
    /// Columns of `segments.parquet`.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    pub fn customer_types(&self) -> &[&'static str] {
        &self.customer_types
    }

    /// 0 to 4; `None` without balances.
    pub fn tiers(&self) -> &[Option<u8>] {
        &self.tiers
    }

    /// Whether the customer is in the top class by value.
    pub fn is_top_class(&self, row: usize) -> bool {
        self.value_classes[row] == "top"
    }

    /// 0 to 100; NaN where the group is not clustered.
    pub fn loyalty_scores(&self) -> &[f64] {
        &self.loyalty_scores
    }
}

/// Rows of the table by group, each ascending.
fn groups(bank: &Bank, features: &FeatureTable) -> [(CustomerKind, Vec<usize>); 2] {
    let rows = |kind| {
        (0..features.n_customers()).filter(|row| customer(bank, features, *row).kind == kind).collect()
    };
    [CustomerKind::Individual, CustomerKind::Institution].map(|kind| (kind, rows(kind)))
}

fn customer<'a>(bank: &'a Bank, features: &FeatureTable, row: usize) -> &'a Customer {
    bank.customer(features.customers()[row])
}

fn ids<'a>(bank: &'a Bank, features: &FeatureTable, rows: &[usize]) -> Vec<&'a str> {
    rows.iter().map(|row| &*customer(bank, features, *row).customer_id).collect()
}

/// Fits a model on the settled customers of each group.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked before.
pub fn fit(bank: &Bank, features: &FeatureTable, config: &Config) -> Result<SegmentModel> {
    let mut models = Vec::new();
    for (kind, rows) in groups(bank, features) {
        let settled: Vec<usize> =
            rows.into_iter().filter(|row| !is_provisional(bank, features, *row, config)).collect();
        let ids = ids(bank, features, &settled);
        let mut model = GroupModel {
            segment_group: kind.code().into(),
            n_fitted: settled.len(),
            axes: Vec::new(),
            joint: None,
        };
        if settled.len() >= GROUP_MIN {
            for axis in Axis::ALL {
                model.axes.push(axis::fit(features, &settled, &ids, axis, &config.segment, config.seed)?);
            }
            model.joint = Some(joint::fit(features, &settled, &ids, &config.segment, config.seed)?);
        }
        models.push(model);
    }
    Ok(SegmentModel {
        format_version: FORMAT_VERSION,
        trained_through: features.as_of,
        fitted_with: settings_digest(bank, features, config),
        groups: models,
    })
}

/// Digest of everything beside the customers' features that decides a fit: settings, seed, what value is
/// computed from, and which groups are large enough.
pub fn settings_digest(bank: &Bank, features: &FeatureTable, config: &Config) -> String {
    let is_fitted = |rows: &[usize]| {
        rows.iter().filter(|row| !is_provisional(bank, features, **row, config)).count() >= GROUP_MIN
    };
    let fitted = groups(bank, features).map(|(_, rows)| is_fitted(&rows));
    // These two decide how a model is used, not what it is.
    let fit = Segment { hysteresis: 0.0, refit_after_days: 0, ..config.segment.clone() };
    let text = format!("{fit:?}|{}|{}|{fitted:?}", config.seed, features.value_basis.code());
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

fn is_provisional(bank: &Bank, features: &FeatureTable, row: usize, config: &Config) -> bool {
    features.as_of - customer(bank, features, row).opened_on < config.segment.provisional_days
}

/// Places every customer under `model`; who lies near a border keeps the level of the night `before`.
///
/// `loyalty_basis` says what stands for the share of wallet.
///
/// # Errors
/// Kind `Internal` if the model does not fit the table, or the frame its schema.
pub fn place(
    bank: &Bank,
    features: &FeatureTable,
    model: &SegmentModel,
    before: Option<&BTreeMap<String, Before>>,
    loyalty_basis: &str,
    config: &Config,
) -> Result<SegmentTable> {
    let n = features.n_customers();
    let mut axes: Vec<Placed> =
        vec![Placed { scores: vec![f64::NAN; n], margins: vec![f64::NAN; n] }; Axis::ALL.len()];
    let mut clusters: Vec<Option<i32>> = vec![None; n];
    for (kind, rows) in groups(bank, features) {
        let Some(group) = model.group(kind.code()) else { continue };
        for (axis, model) in axes.iter_mut().zip(&group.axes) {
            let placed = axis::place(model, features, &rows)?;
            for (position, row) in rows.iter().enumerate() {
                axis.scores[*row] = placed.scores[position];
                axis.margins[*row] = placed.margins[position];
            }
        }
        if let Some(joint) = &group.joint {
            for (row, cluster) in rows.iter().zip(joint::place(joint, features, &rows)?) {
                clusters[*row] = Some(i32::from(cluster));
            }
        }
    }
    let levels =
        [0, 1, 2].map(|axis: usize| levels(bank, features, axis, &axes[axis].margins, before, config));
    assemble(bank, features, &Placement { axes, levels, clusters }, loyalty_basis, config)
}

/// What the model says of each row.
struct Placement {
    axes: Vec<Placed>,
    levels: [Vec<Option<Level>>; 3],
    clusters: Vec<Option<i32>>,
}

/// Levels on one axis; `None` where the group is not clustered.
fn levels(
    bank: &Bank,
    features: &FeatureTable,
    axis: usize,
    margins: &[f64],
    before: Option<&BTreeMap<String, Before>>,
    config: &Config,
) -> Vec<Option<Level>> {
    let level = |(row, margin): (usize, &f64)| {
        let id = &*customer(bank, features, row).customer_id;
        let before =
            before.and_then(|before| before.get(id)?.levels[axis].as_deref()).and_then(Level::from_code);
        (!margin.is_nan()).then(|| Level::of_margin(*margin, before, config.segment.hysteresis))
    };
    margins.iter().enumerate().map(level).collect()
}

fn type_of(value: Option<Level>, loyalty: Option<Level>, behaviour: Option<Level>) -> &'static str {
    match (value, loyalty, behaviour) {
        (Some(value), Some(loyalty), Some(behaviour)) => customer_type(value, loyalty, behaviour),
        _ => NO_TYPE,
    }
}

fn assemble(
    bank: &Bank,
    features: &FeatureTable,
    placed: &Placement,
    loyalty_basis: &str,
    config: &Config,
) -> Result<SegmentTable> {
    let n = features.n_customers();
    let customers: Vec<&Customer> = (0..n).map(|row| customer(bank, features, row)).collect();
    let [value, loyalty, behaviour] = &placed.levels;
    let customer_types: Vec<&'static str> =
        (0..n).map(|row| type_of(value[row], loyalty[row], behaviour[row])).collect();
    let tiers: Vec<Option<u8>> = features
        .column("aum_last_month_mean")
        .iter()
        .map(|aum| tier(*aum, &config.value.tier_limits))
        .collect();
    let mut columns = vec![
        Column::new("customer_id".into(), customers.iter().map(|c| &*c.customer_id).collect::<Vec<_>>()),
        Column::new(
            "manager_id".into(),
            customers.iter().map(|c| c.manager_id.as_deref()).collect::<Vec<_>>(),
        ),
        Column::new("branch_id".into(), customers.iter().map(|c| c.branch_id.as_deref()).collect::<Vec<_>>()),
        Column::new("segment_group".into(), customers.iter().map(|c| c.kind.code()).collect::<Vec<_>>()),
        Column::new("customer_type".into(), customer_types.clone()),
    ];
    let bases = [features.value_basis.code(), loyalty_basis, "transactions"];
    for (((axis, of_axis), levels), basis) in
        Axis::ALL.into_iter().zip(&placed.axes).zip(&placed.levels).zip(bases)
    {
        let name = |what: &str| PlSmallStr::from_string(format!("{}_{what}", axis.name()));
        let codes: Vec<Option<&str>> = levels.iter().map(|level| level.map(Level::code)).collect();
        columns.push(Column::new(name("score"), of_axis.scores.clone()));
        columns.push(Column::new(name("level"), codes));
        columns.push(Column::new(name("margin"), of_axis.margins.clone()));
        columns.push(Column::new(name("basis"), vec![basis; n]));
    }
    columns.push(Column::new("value_12m".into(), features.column("value_12m").to_vec()));
    columns.push(Column::new("aum".into(), features.column("aum").to_vec()));
    columns.push(Column::new(
        "tier".into(),
        tiers.iter().map(|tier| tier.map(|tier| TIERS[usize::from(tier)])).collect::<Vec<_>>(),
    ));
    let value_classes = value_classes(features.column("value_12m"), &config.value.class_shares);
    columns.push(Column::new("value_class".into(), value_classes.clone()));
    columns.push(Column::new("cluster".into(), &placed.clusters));
    columns.push(Column::new(
        "is_provisional".into(),
        (0..n).map(|row| is_provisional(bank, features, row, config)).collect::<Vec<_>>(),
    ));
    let frame = DataFrame::new(n, columns)?;
    schema::SEGMENTS.check(&frame)?;
    Ok(SegmentTable {
        frame,
        customer_types,
        tiers,
        value_classes,
        loyalty_scores: placed.axes[1].scores.clone(),
    })
}
