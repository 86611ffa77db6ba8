//! What sets a cluster apart: how many it holds, what is typical of them, and a short name made by rule.
//!
//! Reads: the fitted customers with their clusters, the profiles of the model before. Produces: a [`Profile`] per cluster. A
//! cluster that carries on an old number keeps its name too, while all that the name says still sets it apart.

use crate::features::FeatureTable;
use crate::model::quantile::quantile;
use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Features whose medians tell people most of a cluster.
const TELLING: [&str; 7] = [
    "value_12m",
    "aum",
    "tenure_days",
    "n_product_kinds",
    "n_started_365d",
    "days_since_last_activity",
    "net_flow_90d",
];
/// A part tells a cluster apart where its mean lies so many standard deviations from that of all [d].
const TELLING_DEVIATIONS: f64 = 0.5;
/// Members that a cluster's medians are taken of at least.
const MEDIAN_MEMBERS_MIN: usize = 5;
/// Parts in a name at most.
const NAME_PARTS: usize = 2;
/// The name of a cluster that nothing sets apart.
const AVERAGE: &str = "average";
const BETWEEN_WORDS: &str = "+";
/// What stands between a name and the number that tells it from another's.
const NUMBER_FROM: &str = " (";

/// One cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub number: u16,
    /// The parts that set it apart most, as `high_worth+low_recency`; `average` where none does. Of a cluster that was
    /// known before, those that did then, while they still do.
    pub name: String,
    pub n_fitted: usize,
    /// Medians of telling features, of those who have them.
    pub medians: BTreeMap<String, f64>,
    /// Per part, how many standard deviations its mean lies from that of all.
    pub deviations: BTreeMap<String, f64>,
}

/// A part of an axis over the fitted customers; NaN where missing.
pub struct PartOf<'a> {
    pub name: &'a str,
    pub values: ArrayView1<'a, f64>,
}

/// Fitted customers and their clusters.
pub struct Profiled<'a> {
    pub table: &'a FeatureTable,
    pub rows: &'a [usize],
    pub labels: &'a [u16],
    pub n_clusters: usize,
}

/// A profile per cluster; names are unique. `before` are those of the model whose numbers carry over.
pub fn profiles(
    clusters: &Profiled<'_>,
    numbers: &[u16],
    parts: &[PartOf<'_>],
    before: &[Profile],
) -> Vec<Profile> {
    let mut profiles: Vec<Profile> = (0..clusters.n_clusters)
        .map(|cluster| {
            let members: Vec<usize> = (0..clusters.labels.len())
                .filter(|at| usize::from(clusters.labels[*at]) == cluster)
                .collect();
            let deviations =
                parts.iter().filter_map(|part| Some((part.name.to_owned(), deviation(part, &members)?)));
            let deviations: BTreeMap<String, f64> = deviations.collect();
            Profile {
                number: numbers[cluster],
                name: String::new(),
                n_fitted: members.len(),
                medians: medians(clusters, &members),
                deviations,
            }
        })
        .collect();
    name_all(&mut profiles, before);
    profiles
}

fn medians(clusters: &Profiled<'_>, members: &[usize]) -> BTreeMap<String, f64> {
    // A few customers' median is a customer's own figure.
    if members.len() < MEDIAN_MEMBERS_MIN {
        return BTreeMap::new();
    }
    let median = |name: &&str| {
        let column = clusters.table.column(name);
        let values: Vec<f64> = members.iter().map(|at| column[clusters.rows[*at]]).collect();
        Some(((*name).to_owned(), quantile(&values, 0.5)?))
    };
    TELLING.iter().filter_map(median).collect()
}

/// `None` where the part is the same for all, or missing for all of the members.
fn deviation(part: &PartOf<'_>, members: &[usize]) -> Option<f64> {
    let (mean, sd) = mean_and_sd(part.values.iter().copied())?;
    let (own, _) = mean_and_sd(members.iter().map(|at| part.values[*at]))?;
    (sd > 0.0).then(|| (own - mean) / sd)
}

/// Mean and population standard deviation of those that are known; `None` where none is.
pub fn mean_and_sd(values: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    let known = values.filter(|value| !value.is_nan());
    let n = f64::from(u32::try_from(known.clone().count()).ok().filter(|n| *n > 0)?);
    let mean = known.clone().sum::<f64>() / n;
    Some((mean, (known.map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt()))
}

/// Names every profile: first those that keep theirs, then the others by what sets them apart now.
fn name_all(profiles: &mut [Profile], before: &[Profile]) {
    let kept = |profile: &Profile| {
        let old = before.iter().find(|old| old.number == profile.number)?;
        still_holds(&old.name, &profile.deviations).then(|| old.name.clone())
    };
    let kept: Vec<Option<String>> = profiles.iter().map(kept).collect();
    let names: Vec<String> = profiles
        .iter()
        .zip(&kept)
        .map(|(profile, kept)| kept.clone().unwrap_or_else(|| name(&profile.deviations)))
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &names {
        *counts.entry(name).or_default() += 1;
    }
    for ((profile, name), kept) in profiles.iter_mut().zip(&names).zip(&kept) {
        // New clusters with the name of another are told apart by their numbers, which no other has.
        let is_alone = kept.is_some() || counts[name.as_str()] == 1;
        profile.name =
            if is_alone { name.clone() } else { format!("{name}{NUMBER_FROM}{})", profile.number) };
    }
}

fn name(deviations: &BTreeMap<String, f64>) -> String {
    let mut telling: Vec<(&String, f64)> =
        deviations.iter().map(|(part, by)| (part, *by)).filter(|(_, by)| tells(*by)).collect();
    telling.sort_by(|(_, one), (_, other)| other.abs().total_cmp(&one.abs()));
    let words: Vec<String> =
        telling.iter().take(NAME_PARTS).map(|(part, by)| format!("{}_{part}", side(*by))).collect();
    if words.is_empty() { AVERAGE.into() } else { words.join(BETWEEN_WORDS) }
}

/// Whether all that a name says is still true of a cluster.
fn still_holds(name: &str, deviations: &BTreeMap<String, f64>) -> bool {
    let words = name.split_once(NUMBER_FROM).map_or(name, |(words, _)| words);
    let is_true = |word: &str| {
        let (direction, part) = word.split_once('_')?;
        Some(deviations.get(part).is_some_and(|by| tells(*by) && side(*by) == direction))
    };
    if words == AVERAGE {
        return !deviations.values().any(|by| tells(*by));
    }
    words.split(BETWEEN_WORDS).all(|word| is_true(word) == Some(true))
}

fn tells(deviation: f64) -> bool {
    deviation.abs() >= TELLING_DEVIATIONS
}

fn side(deviation: f64) -> &'static str {
    if deviation > 0.0 { "high" } else { "low" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_sets_a_cluster_apart_most() {
        let of =
            |parts: &[(&str, f64)]| name(&parts.iter().map(|(part, by)| ((*part).to_owned(), *by)).collect());
        assert_eq!(of(&[("worth", 0.4), ("wallet", -0.3)]), "average");
        assert_eq!(of(&[("worth", 0.6), ("wallet", -1.2), ("tenure", 0.5)]), "low_wallet+high_worth");
    }

    #[test]
    fn a_deviation_is_taken_of_those_who_are_known() {
        let values = ndarray::array![0.0, 2.0, f64::NAN, 4.0];
        let part = PartOf { name: "worth", values: values.view() };
        assert_eq!(deviation(&part, &[2]), None);
        let by = deviation(&part, &[2, 3]).unwrap();
        assert!((by - 2.0 / (8.0f64 / 3.0).sqrt()).abs() < 1e-12);
    }

    fn profile(number: u16, name: &str, deviations: &[(&str, f64)]) -> Profile {
        Profile {
            number,
            name: name.into(),
            n_fitted: 10,
            medians: BTreeMap::new(),
            deviations: deviations.iter().map(|(part, by)| ((*part).to_owned(), *by)).collect(),
        }
    }

    #[test]
    fn a_name_carries_over_with_the_number_while_all_of_it_is_true() {
        let before = [
            profile(0, "high_worth+low_recency", &[]),
            profile(1, "high_wallet", &[]),
            profile(2, "average (2)", &[]),
            profile(3, "average (3)", &[]),
        ];
        let mut now = [
            // Another part is stronger by now, but the old name still holds.
            profile(0, "", &[("worth", 0.6), ("recency", -0.7), ("tenure", 2.0)]),
            // Another direction.
            profile(1, "", &[("wallet", -0.9)]),
            profile(2, "", &[("worth", 0.1)]),
            // No longer average.
            profile(3, "", &[("trend", 0.8)]),
            // Not known before, and named as a new one.
            profile(4, "", &[("wallet", -1.0)]),
            profile(5, "", &[("worth", 0.9), ("recency", -0.8)]),
        ];
        name_all(&mut now, &before);
        let names: Vec<&str> = now.iter().map(|profile| profile.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "high_worth+low_recency",
                "low_wallet (1)",
                "average (2)",
                "high_trend",
                "low_wallet (4)",
                "high_worth+low_recency (5)"
            ]
        );
        name_all(&mut now[..1], &[]);
        assert_eq!(now[0].name, "high_tenure+low_recency");
    }
}
