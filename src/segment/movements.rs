//! Who moved since the night before: type, tier, cluster, and presence.

use super::SegmentTable;
use crate::error::Result;
use crate::schema;
use polars::prelude::*;
use std::collections::BTreeMap;

/// What the night before said of one customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Before {
    pub customer_type: Option<String>,
    pub tier: Option<String>,
    /// high or low, by axis in the order value, loyalty, behaviour.
    pub levels: [Option<String>; 3],
    pub cluster: Option<i32>,
}

/// How many customers of each type before are of which type now; only of those who were in both nights.
pub type Migration = BTreeMap<String, BTreeMap<String, u64>>;

/// What a night says of who moved since the one before it; empty where there is none.
#[derive(Debug)]
pub struct Moved {
    /// One row per customer and thing that changed.
    pub movements: DataFrame,
    pub migration: Migration,
}

/// Both from one look at the night's segments.
///
/// # Errors
/// Kind `Internal` if a frame breaks its schema.
pub fn moved(now: &SegmentTable, before: Option<&BTreeMap<String, Before>>) -> Result<Moved> {
    let Some(before) = before else {
        return Ok(Moved { movements: frame(Vec::new())?, migration: Migration::new() });
    };
    let now = standing(now.frame())?;
    Ok(Moved { movements: frame(changes(&now, before))?, migration: migration(&now, before) })
}

fn migration(now: &BTreeMap<String, Before>, before: &BTreeMap<String, Before>) -> Migration {
    let mut migration = Migration::new();
    for (customer, is) in now {
        let was = before.get(customer).and_then(|before| before.customer_type.clone());
        if let (Some(was), Some(is)) = (was, is.customer_type.clone()) {
            *migration.entry(was).or_default().entry(is).or_default() += 1;
        }
    }
    migration
}

fn changes(now: &BTreeMap<String, Before>, before: &BTreeMap<String, Before>) -> Vec<Movement> {
    let mut rows = Vec::new();
    for (customer, is) in now {
        match before.get(customer) {
            Some(was) => changed(customer, was, is, &mut rows),
            None => rows.push(Movement::new(
                customer,
                "presence",
                None,
                is.customer_type.clone(),
                "entered".into(),
            )),
        }
    }
    for (customer, was) in before.iter().filter(|(customer, _)| !now.contains_key(*customer)) {
        rows.push(Movement::new(customer, "presence", was.customer_type.clone(), None, "left".into()));
    }
    rows
}

/// The rows in their order, as published.
fn frame(mut rows: Vec<Movement>) -> Result<DataFrame> {
    rows.sort();
    let frame = DataFrame::new(
        rows.len(),
        vec![
            Column::new(
                "customer_id".into(),
                rows.iter().map(|row| row.customer_id.as_str()).collect::<Vec<_>>(),
            ),
            Column::new("what".into(), rows.iter().map(|row| row.what).collect::<Vec<_>>()),
            Column::new("was".into(), rows.iter().map(|row| row.was.as_deref()).collect::<Vec<_>>()),
            Column::new("is".into(), rows.iter().map(|row| row.is.as_deref()).collect::<Vec<_>>()),
            Column::new("because".into(), rows.iter().map(|row| row.because.as_str()).collect::<Vec<_>>()),
        ],
    )?;
    schema::MOVEMENTS.check(&frame)?;
    Ok(frame)
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Movement {
    customer_id: String,
    what: &'static str,
    was: Option<String>,
    is: Option<String>,
    because: String,
}

impl Movement {
    fn new(
        customer: &str,
        what: &'static str,
        was: Option<String>,
        is: Option<String>,
        because: String,
    ) -> Self {
        Self { customer_id: customer.into(), what, was, is, because }
    }
}

fn changed(customer: &str, was: &Before, is: &Before, rows: &mut Vec<Movement>) {
    if was.customer_type != is.customer_type {
        let axes = ["value", "loyalty", "behaviour"].iter().zip(was.levels.iter().zip(&is.levels));
        let moved: Vec<String> = axes
            .filter(|(_, (was, is))| was != is)
            .map(|(axis, (_, is))| format!("{axis} {}", is.as_deref().unwrap_or("unknown")))
            .collect();
        rows.push(Movement::new(
            customer,
            "type",
            was.customer_type.clone(),
            is.customer_type.clone(),
            moved.join(", "),
        ));
    }
    if was.tier != is.tier {
        rows.push(Movement::new(customer, "tier", was.tier.clone(), is.tier.clone(), "assets".into()));
    }
    if was.cluster != is.cluster {
        let number = |cluster: Option<i32>| cluster.map(|cluster| cluster.to_string());
        let because = "nearest cluster".to_owned();
        rows.push(Movement::new(customer, "cluster", number(was.cluster), number(is.cluster), because));
    }
}

/// What a segment frame says of each customer.
///
/// # Errors
/// Kind `Internal` if the frame lacks a column.
pub fn standing(frame: &DataFrame) -> Result<BTreeMap<String, Before>> {
    let texts = |name: &str| -> Result<Vec<Option<String>>> {
        Ok(frame.column(name)?.str()?.iter().map(|text| text.map(str::to_owned)).collect())
    };
    let (ids, types, tiers) = (texts("customer_id")?, texts("customer_type")?, texts("tier")?);
    let levels = [texts("value_level")?, texts("loyalty_level")?, texts("behaviour_level")?];
    let clusters: Vec<Option<i32>> = frame.column("cluster")?.i32()?.iter().collect();
    let of_row = |row: usize| Before {
        customer_type: types[row].clone(),
        tier: tiers[row].clone(),
        levels: [0, 1, 2].map(|axis: usize| levels[axis][row].clone()),
        cluster: clusters[row],
    };
    Ok(ids.into_iter().enumerate().filter_map(|(row, id)| Some((id?, of_row(row)))).collect())
}
