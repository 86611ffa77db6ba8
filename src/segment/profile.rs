//! What sets a cluster apart: how many it holds, what is typical of them, and a short name made by rule.

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

/// One cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub number: u16,
    /// The parts that set it apart most, as `high_worth+low_recency`; `average` where none does.
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

/// A profile per cluster; names are unique.
pub fn profiles(clusters: &Profiled<'_>, numbers: &[u16], parts: &[PartOf<'_>]) -> Vec<Profile> {
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
                name: name(&deviations),
                n_fitted: members.len(),
                medians: medians(clusters, &members),
                deviations,
            }
        })
        .collect();
    tell_apart(&mut profiles);
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

fn name(deviations: &BTreeMap<String, f64>) -> String {
    let mut telling: Vec<(&String, f64)> = deviations
        .iter()
        .map(|(part, by)| (part, *by))
        .filter(|(_, by)| by.abs() >= TELLING_DEVIATIONS)
        .collect();
    telling.sort_by(|(_, one), (_, other)| other.abs().total_cmp(&one.abs()));
    let word = |(part, by): &(&String, f64)| format!("{}_{part}", if *by > 0.0 { "high" } else { "low" });
    let words: Vec<String> = telling.iter().take(NAME_PARTS).map(word).collect();
    if words.is_empty() { "average".into() } else { words.join("+") }
}

/// Clusters with the same name are told apart by their numbers.
fn tell_apart(profiles: &mut [Profile]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for profile in &*profiles {
        *counts.entry(profile.name.clone()).or_default() += 1;
    }
    for profile in profiles.iter_mut().filter(|profile| counts[&profile.name] > 1) {
        profile.name = format!("{} ({})", profile.name, profile.number);
    }
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
}
