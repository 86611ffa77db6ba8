//! How he moved: type, tier, cluster, coming and going, tonight and in the nights before.
//!
//! Reads: `movements` of at most [`NIGHTS`] published nights, newest first. Produces: his rows of them. Never: fails on an
//! old night that cannot be read; it is named instead.

use super::figure::{Figure, Missing};
use super::night::Night;
use super::rows::{Row, Rows};
use crate::date::Date;
use crate::error::Result;
use crate::features::Axis;
use crate::io::nights::published_nights;
use serde::Serialize;
use std::path::Path;

/// How many nights are looked at, tonight included.
pub const NIGHTS: usize = 12;

/// His movements.
#[derive(Debug, Clone, Serialize)]
pub struct History {
    /// Newest first.
    pub moves: Vec<Moved>,
    /// Nights that were read.
    pub nights: Vec<Date>,
    /// Nights that could not be: damaged, or of another format.
    pub unreadable: Vec<Date>,
}

/// One thing that changed in one night.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moved {
    pub as_of: Date,
    /// type, tier, cluster or presence.
    pub what: String,
    pub was: Option<String>,
    pub is: Option<String>,
    pub because: Option<String>,
    /// One per axis whose score is known on both nights; none in nights that did not publish them.
    pub scores: Vec<ScoreMoved>,
}

/// A score on both sides of a movement, 0 to 100.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreMoved {
    pub axis: &'static str,
    pub was: f64,
    pub is: f64,
}

/// Looks through the published nights up to this one.
///
/// # Errors
/// Kind `Internal` where this night's table cannot be read.
pub fn history(workspace: &Path, night: &Night, customer: &str) -> Result<History> {
    let tonight = night.manifest.as_of;
    let mut history =
        History { moves: of_night(night, customer)?, nights: vec![tonight], unreadable: Vec::new() };
    let earlier = published_nights(workspace)?.into_iter().rev().filter(|date| *date < tonight);
    for date in earlier.take(NIGHTS - 1) {
        match Night::open(workspace, date).and_then(|night| of_night(&night, customer)) {
            Ok(moves) => {
                history.moves.extend(moves);
                history.nights.push(date);
            }
            Err(_) => history.unreadable.push(date),
        }
    }
    Ok(history)
}

fn of_night(night: &Night, customer: &str) -> Result<Vec<Moved>> {
    let rows: Rows = night.rows("movements", customer)?;
    let moved = |row: Row<'_>| Moved {
        as_of: night.manifest.as_of,
        what: row.get("what").unwrap_or_default(),
        was: row.get("was"),
        is: row.get("is"),
        because: row.get("because").filter(|because: &String| !because.is_empty()),
        scores: Axis::ALL.into_iter().filter_map(|axis| score_moved(row, axis.name())).collect(),
    };
    Ok(rows.iter().map(moved).collect())
}

fn score_moved(row: Row<'_>, axis: &'static str) -> Option<ScoreMoved> {
    let score = |side: &str| row.get(&format!("{axis}_score_{side}"));
    Some(ScoreMoved { axis, was: score("was")?, is: score("is")? })
}

/// What the night before said of `what`: what tonight's movement says it was, else what it is now.
pub fn before(night: &Night, moved: &[Moved], what: &str, now: &Figure<String>) -> Figure<String> {
    if night.manifest.night_before.is_none() {
        return Figure::missing(Missing::FirstNight);
    }
    let tonight =
        |what: &str| moved.iter().find(|moved| moved.as_of == night.manifest.as_of && moved.what == what);
    match (tonight("presence"), tonight(what)) {
        (Some(_), _) => Figure::missing(Missing::NotInNightBefore),
        (None, Some(moved)) => Figure::of(moved.was.clone(), Missing::NotKnown),
        (None, None) => now.clone(),
    }
}
