//! Fitting the segment model and placing every customer of a night.

use super::axis::{self, Placed};
use super::curve::on_the_curve;
use super::joint::{self, CarriedOn};
use super::model::{AxisModel, FORMAT_VERSION, GroupModel, JointModel, SegmentModel};
use super::movements::Before;
use super::parts::Basis;
use super::profile::PartOf;
use super::standing::Standing;
use super::tiers::value_classes;
use super::types::{Level, NO_TYPE, customer_type};
use crate::config::{Config, Segment};
use crate::contract::Customer;
use crate::contract::codes::CustomerKind;
use crate::error::Result;
use crate::features::catalogue::features;
use crate::features::{Axis, Feature, FeatureTable, Part};
use crate::schema;
use crate::store::Bank;
use ndarray::Array2;
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

    /// top, middle or bottom.
    pub fn value_classes(&self) -> &[&'static str] {
        &self.value_classes
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

/// Features of the same customers tonight, and on earlier dates those that loyalty is smoothed over.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    pub tonight: &'a FeatureTable,
    /// A row per row of tonight's.
    pub earlier: &'a [FeatureTable],
}

impl<'a> Sight<'a> {
    /// What an axis is measured on.
    fn of(&self, axis: Axis) -> Vec<&'a FeatureTable> {
        let earlier = if axis == Axis::Loyalty { self.earlier } else { &[] };
        std::iter::once(self.tonight).chain(earlier).collect()
    }
}

/// The features that [`Sight::earlier`] needs.
pub fn smoothed_features() -> Vec<&'static Feature> {
    features().filter(|feature| feature.axis == Axis::Loyalty && feature.shape.is_some()).collect()
}

/// Fits a model on the settled customers of each group; cluster numbers and names carry over from the model `before`.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked before.
pub fn fit(
    bank: &Bank,
    sight: Sight<'_>,
    before: Option<&SegmentModel>,
    config: &Config,
) -> Result<SegmentModel> {
    let features = sight.tonight;
    let mut models = Vec::new();
    for (kind, rows) in groups(bank, features) {
        let settled: Vec<usize> =
            rows.into_iter().filter(|row| !is_provisional(bank, features, *row, config)).collect();
        let mut model = GroupModel {
            segment_group: kind.code().into(),
            n_fitted: settled.len(),
            axes: Vec::new(),
            joint: None,
        };
        if settled.len() >= GROUP_MIN {
            let ids = ids(bank, features, &settled);
            for axis in Axis::ALL {
                let tables = sight.of(axis);
                model.axes.push(axis::fit(&tables, &settled, &ids, axis, &config.segment, config.seed)?);
            }
            let before = before.and_then(|before| before.group(kind.code()));
            model.joint = Some(fit_joint(&model, sight, &settled, &ids, before, config)?);
        }
        models.push(model);
    }
    Ok(SegmentModel {
        format_version: FORMAT_VERSION,
        trained_through: features.as_of,
        fitted_with: settings_digest(features, config),
        hysteresis: config.segment.hysteresis,
        groups: models,
    })
}

/// The joint clusters of a group whose axes are fitted.
fn fit_joint(
    group: &GroupModel,
    sight: Sight<'_>,
    rows: &[usize],
    ids: &[&str],
    before: Option<&GroupModel>,
    config: &Config,
) -> Result<JointModel> {
    let placed = place_axes(&group.axes, sight, rows);
    let parts: Vec<PartOf<'_>> = group
        .axes
        .iter()
        .zip(&placed)
        .flat_map(|(axis, placed)| axis.parts.parts.iter().zip(placed.measured.values.columns()))
        .map(|(part, values)| PartOf { name: &part.part, values })
        .collect();
    let points = joint_points(&placed);
    let before = before.and_then(|before| {
        let joint = before.joint.as_ref()?;
        let points = joint_points(&place_axes(&before.axes, sight, rows));
        Some((joint::place(joint, points.view()), joint))
    });
    let before = before.as_ref().map(|(numbers, joint)| CarriedOn {
        numbers,
        next_number: joint.next_number,
        profiles: &joint.profiles,
    });
    let table = (sight.tonight, rows);
    joint::fit(points.view(), table, ids, before, &parts, &config.segment, config.seed)
}

fn place_axes(axes: &[AxisModel], sight: Sight<'_>, rows: &[usize]) -> Vec<Placed> {
    Axis::ALL.into_iter().zip(axes).map(|(axis, model)| axis::place(model, &sight.of(axis), rows)).collect()
}

fn joint_points(placed: &[Placed]) -> Array2<f32> {
    joint::side_by_side(&placed.iter().map(|placed| &placed.points).collect::<Vec<_>>())
}

/// Digest of everything beside the customers themselves that decides a fit: settings, seed, and what value is computed
/// from. How many customers a group has is no part of it.
pub fn settings_digest(features: &FeatureTable, config: &Config) -> String {
    // This one decides how long a model is used, not what it is.
    let fit = Segment { refit_after_days: 0, ..config.segment.clone() };
    let costs = &config.value.cost_to_serve;
    let text = format!("{fit:?}|{}|{}|{costs:?}", config.seed, features.value_basis.code());
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// Codes of the groups that are large enough to be fitted on.
pub fn large_groups(bank: &Bank, features: &FeatureTable, config: &Config) -> Vec<&'static str> {
    let is_large = |rows: &[usize]| {
        rows.iter().filter(|row| !is_provisional(bank, features, **row, config)).count() >= GROUP_MIN
    };
    let large = groups(bank, features).into_iter().filter(|(_, rows)| is_large(rows));
    large.map(|(kind, _)| kind.code()).collect()
}

fn is_provisional(bank: &Bank, features: &FeatureTable, row: usize, config: &Config) -> bool {
    features.as_of - customer(bank, features, row).opened_on < config.segment.provisional_days
}

/// Places every customer under `model`; who lies near a border keeps the level of the night `before`.
///
/// # Errors
/// Kind `Internal` if the frame breaks its schema.
pub fn place(
    bank: &Bank,
    sight: Sight<'_>,
    model: &SegmentModel,
    standing: &Standing,
    before: Option<&BTreeMap<String, Before>>,
    config: &Config,
) -> Result<SegmentTable> {
    let features = sight.tonight;
    let mut placement = Placement::empty(features.n_customers());
    for (kind, rows) in groups(bank, features) {
        let Some(group) = model.group(kind.code()) else { continue };
        let placed = place_axes(&group.axes, sight, &rows);
        if let Some(joint) = &group.joint {
            for (row, number) in rows.iter().zip(joint::place(joint, joint_points(&placed).view())) {
                placement.clusters[*row] = Some(i32::from(number));
                placement.cluster_names[*row] = joint.name(number).map(str::to_owned);
            }
        }
        for (place, (axis, placed)) in group.axes.iter().zip(placed).enumerate() {
            placement.take(place, axis, &placed, &rows);
        }
    }
    let levels = [0, 1, 2]
        .map(|axis: usize| levels(bank, features, axis, &placement.margins[axis], before, model.hysteresis));
    assemble(bank, features, &placement, &levels, standing, config)
}

/// What the model says of each row.
struct Placement {
    /// By axis.
    scores: [Vec<f64>; 3],
    margins: [Vec<f64>; 3],
    /// Of each part, 0 to 100 and what it is taken from.
    parts: BTreeMap<Part, (Vec<f64>, Vec<Basis>)>,
    clusters: Vec<Option<i32>>,
    cluster_names: Vec<Option<String>>,
}

impl Placement {
    fn empty(n: usize) -> Self {
        let none = || [(); 3].map(|()| vec![f64::NAN; n]);
        let parts = Part::ALL.into_iter().map(|part| (part, (vec![f64::NAN; n], vec![Basis::Missing; n])));
        Self {
            scores: none(),
            margins: none(),
            parts: parts.collect(),
            clusters: vec![None; n],
            cluster_names: vec![None; n],
        }
    }

    /// Takes in what an axis says of some rows.
    fn take(&mut self, axis: usize, model: &AxisModel, placed: &Placed, rows: &[usize]) {
        for (at, row) in rows.iter().enumerate() {
            self.scores[axis][*row] = placed.scores[at];
            self.margins[axis][*row] = placed.margins[at];
        }
        for (place, part) in model.parts.parts.iter().enumerate() {
            let of_part = self.parts.iter_mut().find(|(known, _)| known.name() == part.part);
            let Some((_, (scores, bases))) = of_part else { continue };
            for (at, row) in rows.iter().enumerate() {
                scores[*row] = on_the_curve(placed.measured.values[(at, place)]);
                bases[*row] = placed.measured.bases[(at, place)];
            }
        }
    }
}

/// Levels on one axis; `None` where the group is not clustered.
fn levels(
    bank: &Bank,
    features: &FeatureTable,
    axis: usize,
    margins: &[f64],
    before: Option<&BTreeMap<String, Before>>,
    hysteresis: f64,
) -> Vec<Option<Level>> {
    let level = |(row, margin): (usize, &f64)| {
        let id = &*customer(bank, features, row).customer_id;
        let before =
            before.and_then(|before| before.get(id)?.levels[axis].as_deref()).and_then(Level::from_code);
        (!margin.is_nan()).then(|| Level::of_margin(*margin, before, hysteresis))
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
    levels: &[Vec<Option<Level>>; 3],
    standing: &Standing,
    config: &Config,
) -> Result<SegmentTable> {
    let n = features.n_customers();
    let customers: Vec<&Customer> = (0..n).map(|row| customer(bank, features, row)).collect();
    let [value, loyalty, behaviour] = levels;
    let customer_types: Vec<&'static str> =
        (0..n).map(|row| type_of(value[row], loyalty[row], behaviour[row])).collect();
    let value_classes = value_classes(features.column("value_12m"), &config.value.class_shares);
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
    columns.extend(axis_columns(features, placed, levels));
    columns.extend(part_columns(placed));
    columns.push(Column::new("value_12m".into(), features.column("value_12m").to_vec()));
    columns.push(Column::new("aum".into(), features.column("aum").to_vec()));
    columns.extend(standing.columns());
    columns.push(Column::new("value_class".into(), value_classes.clone()));
    columns.push(Column::new("cluster".into(), &placed.clusters));
    columns.push(Column::new("cluster_name".into(), &placed.cluster_names));
    columns.push(Column::new(
        "is_provisional".into(),
        (0..n).map(|row| is_provisional(bank, features, row, config)).collect::<Vec<_>>(),
    ));
    let frame = DataFrame::new(n, columns)?;
    schema::SEGMENTS.check(&frame)?;
    Ok(SegmentTable {
        frame,
        customer_types,
        tiers: standing.tiers(),
        value_classes,
        loyalty_scores: placed.scores[1].clone(),
    })
}

/// Score, level, margin and basis of each axis.
fn axis_columns(
    features: &FeatureTable,
    placed: &Placement,
    levels: &[Vec<Option<Level>>; 3],
) -> Vec<Column> {
    let mut columns = Vec::new();
    for (place, axis) in Axis::ALL.into_iter().enumerate() {
        let name = |what: &str| PlSmallStr::from_string(format!("{}_{what}", axis.name()));
        let codes: Vec<Option<&str>> = levels[place].iter().map(|level| level.map(Level::code)).collect();
        columns.push(Column::new(name("score"), placed.scores[place].clone()));
        columns.push(Column::new(name("level"), codes));
        columns.push(Column::new(name("margin"), placed.margins[place].clone()));
        let bases: Vec<&str> = match axis {
            Axis::Value => vec![features.value_basis.code(); features.n_customers()],
            Axis::Loyalty => placed.parts[&Part::Wallet].1.iter().map(|basis| basis.code()).collect(),
            Axis::Behaviour => vec!["transactions"; features.n_customers()],
        };
        columns.push(Column::new(name("basis"), bases));
    }
    columns
}

/// Score and basis of each part of loyalty and behaviour.
fn part_columns(placed: &Placement) -> Vec<Column> {
    let mut columns = Vec::new();
    for (part, (scores, bases)) in placed.parts.iter().filter(|(part, _)| part.axis() != Axis::Value) {
        let name =
            |what: &str| PlSmallStr::from_string(format!("{}_{}{what}", part.axis().name(), part.name()));
        let scores: Vec<Option<f64>> =
            scores.iter().map(|score| Some(*score).filter(|s| !s.is_nan())).collect();
        columns.push(Column::new(name(""), scores));
        columns.push(Column::new(name("_basis"), bases.iter().map(|basis| basis.code()).collect::<Vec<_>>()));
    }
    columns
}
