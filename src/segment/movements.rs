//! Who moved since the night before: type, tier, cluster, and presence.
//!
//! Reads: a night's segments, and what the night before said of each customer. Produces: one row per customer and thing
//! that changed, with the three scores of both nights; how many went from which type to which. Never: places anybody.

use super::SegmentTable;
use crate::error::Result;
use crate::features::Axis;
use crate::schema;
use polars::prelude::*;
use std::collections::BTreeMap;

/// What the night before said of one customer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Before {
    pub customer_type: Option<String>,
    pub tier: Option<String>,
    /// high or low, by axis in the order value, loyalty, behaviour.
    pub levels: [Option<String>; 3],
    /// 0 to 100, in the same order; `None` where there is none.
    pub scores: [Option<f64>; 3],
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
            None => rows.push(Movement {
                is: is.customer_type.clone(),
                scores_are: is.scores,
                ..Movement::new(customer, "presence", "entered")
            }),
        }
    }
    for (customer, was) in before.iter().filter(|(customer, _)| !now.contains_key(*customer)) {
        rows.push(Movement {
            was: was.customer_type.clone(),
            scores_were: was.scores,
            ..Movement::new(customer, "presence", "left")
        });
    }
    rows
}

/// The rows in their order, as published.
fn frame(mut rows: Vec<Movement>) -> Result<DataFrame> {
    rows.sort_by(|one, other| one.key().cmp(&other.key()));
    let texts = |of: fn(&Movement) -> Option<&str>| rows.iter().map(of).collect::<Vec<_>>();
    let mut columns = vec![
        Column::new("customer_id".into(), texts(|row| Some(&row.customer_id))),
        Column::new("what".into(), texts(|row| Some(row.what))),
        Column::new("was".into(), texts(|row| row.was.as_deref())),
        Column::new("is".into(), texts(|row| row.is.as_deref())),
        Column::new("because".into(), texts(|row| Some(&row.because))),
    ];
    for (at, axis) in Axis::ALL.into_iter().enumerate() {
        let name = |side: &str| PlSmallStr::from_string(format!("{}_score_{side}", axis.name()));
        let scores = |of: fn(&Movement) -> &[Option<f64>; 3]| -> Vec<Option<f64>> {
            rows.iter().map(|row| of(row)[at]).collect()
        };
        columns.push(Column::new(name("was"), scores(|row| &row.scores_were)));
        columns.push(Column::new(name("is"), scores(|row| &row.scores_are)));
    }
    let frame = DataFrame::new(rows.len(), columns)?;
    schema::MOVEMENTS.check(&frame)?;
    Ok(frame)
}

#[derive(Debug, Default)]
struct Movement {
    customer_id: String,
    what: &'static str,
    was: Option<String>,
    is: Option<String>,
    because: String,
    /// In the order of [`Before::scores`].
    scores_were: [Option<f64>; 3],
    scores_are: [Option<f64>; 3],
}

impl Movement {
    fn new(customer: &str, what: &'static str, because: impl Into<String>) -> Self {
        Self { customer_id: customer.into(), what, because: because.into(), ..Self::default() }
    }

    /// A customer has one row of each kind.
    fn key(&self) -> (&str, &str) {
        (&self.customer_id, self.what)
    }
}

fn changed(customer: &str, was: &Before, is: &Before, rows: &mut Vec<Movement>) {
    let mut push = |what, was_said: Option<String>, is_said: Option<String>, because: String| {
        rows.push(Movement {
            was: was_said,
            is: is_said,
            scores_were: was.scores,
            scores_are: is.scores,
            ..Movement::new(customer, what, because)
        });
    };
    if was.customer_type != is.customer_type {
        push("type", was.customer_type.clone(), is.customer_type.clone(), changed_levels(was, is));
    }
    if was.tier != is.tier {
        push("tier", was.tier.clone(), is.tier.clone(), "assets".into());
    }
    if was.cluster != is.cluster {
        let number = |cluster: Option<i32>| cluster.map(|cluster| cluster.to_string());
        push("cluster", number(was.cluster), number(is.cluster), "nearest cluster".into());
    }
}

/// The axes whose level changed, each with its level now.
fn changed_levels(was: &Before, is: &Before) -> String {
    let axes = Axis::ALL.into_iter().zip(was.levels.iter().zip(&is.levels));
    let changed: Vec<String> = axes
        .filter(|(_, (was, is))| was != is)
        .map(|(axis, (_, is))| format!("{} {}", axis.name(), is.as_deref().unwrap_or("unknown")))
        .collect();
    changed.join(", ")
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
    let floats = |name: &str| -> Result<Vec<Option<f64>>> {
        Ok(frame.column(name)?.f64()?.iter().map(|score| score.filter(|score| !score.is_nan())).collect())
    };
    let scores = [floats("value_score")?, floats("loyalty_score")?, floats("behaviour_score")?];
    let clusters: Vec<Option<i32>> = frame.column("cluster")?.i32()?.iter().collect();
    let of_row = |row: usize| Before {
        customer_type: types[row].clone(),
        tier: tiers[row].clone(),
        levels: [0, 1, 2].map(|axis: usize| levels[axis][row].clone()),
        scores: [0, 1, 2].map(|axis: usize| scores[axis][row]),
        cluster: clusters[row],
    };
    Ok(ids.into_iter().enumerate().filter_map(|(row, id)| Some((id?, of_row(row)))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(customer_type: &str, levels: [&str; 3], scores: [f64; 3]) -> Before {
        Before {
            customer_type: Some(customer_type.into()),
            tier: Some("t1".into()),
            levels: levels.map(|level| Some(level.into())),
            scores: scores.map(Some),
            cluster: Some(2),
        }
    }

    fn floats(frame: &DataFrame, name: &str) -> Vec<Option<f64>> {
        frame.column(name).unwrap().f64().unwrap().iter().collect()
    }

    #[test]
    fn a_movement_names_the_axes_whose_level_changed_and_the_scores_of_both_nights() {
        let was = before("core", ["high", "high", "high"], [70.0, 60.0, 80.0]);
        let is = before("captive", ["high", "low", "high"], [71.0, 42.0, 80.0]);
        let left = before("sleeping", ["high", "high", "low"], [1.0, 2.0, 3.0]);
        let entered = Before { scores: [None; 3], ..left.clone() };
        let then = BTreeMap::from([("A".into(), was.clone()), ("B".into(), left), ("D".into(), was.clone())]);
        let now = BTreeMap::from([("D".into(), was), ("A".into(), is), ("C".into(), entered)]);
        let frame = frame(changes(&now, &then)).unwrap();
        let texts = |name: &str| -> Vec<Option<String>> {
            frame.column(name).unwrap().str().unwrap().iter().map(|text| text.map(str::to_owned)).collect()
        };
        let said = |texts: [&str; 3]| texts.map(|text| Some(text.to_owned())).to_vec();
        assert_eq!(texts("customer_id"), said(["A", "B", "C"]));
        assert_eq!(texts("what"), said(["type", "presence", "presence"]));
        assert_eq!(texts("because"), said(["loyalty low", "left", "entered"]));
        assert_eq!(floats(&frame, "value_score_was"), [Some(70.0), Some(1.0), None]);
        assert_eq!(floats(&frame, "value_score_is"), [Some(71.0), None, None]);
        assert_eq!(floats(&frame, "loyalty_score_was"), [Some(60.0), Some(2.0), None]);
        assert_eq!(floats(&frame, "loyalty_score_is"), [Some(42.0), None, None]);
        assert_eq!(floats(&frame, "behaviour_score_is"), [Some(80.0), None, None]);
    }

    #[test]
    fn all_levels_that_changed_are_named() {
        let was = before("core", ["high", "high", "high"], [70.0, 60.0, 80.0]);
        let is = Before { levels: [Some("low".into()), Some("high".into()), None], ..was.clone() };
        assert_eq!(changed_levels(&was, &is), "value low, behaviour unknown");
        assert_eq!(changed_levels(&was, &was), "");
    }
}
