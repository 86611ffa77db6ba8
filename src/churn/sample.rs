//! Rows of churn: features of customers in scope at some origins, and whether each left within a horizon.

use super::origins::Origin;
use crate::features::Feature;
use crate::features::catalogue::features;
use crate::learn::{Input, Sample};
use crate::model::boosted::Monotone;

/// The rows of these origins that a horizon is trained on, with every feature that a churn model may use and that some
/// row has.
pub fn labelled(origins: &[&Origin], horizon: usize) -> Sample {
    labelled_where(origins, horizon, |_, _| true)
}

/// The same of the rows that `keep` accepts by origin and hash of the customer.
pub fn labelled_where(origins: &[&Origin], horizon: usize, keep: impl Fn(&Origin, u32) -> bool) -> Sample {
    let rows: Vec<(&Origin, usize, bool)> = origins
        .iter()
        .flat_map(|origin| origin.labelled(horizon).map(|(row, left)| (*origin, row, left)))
        .filter(|(origin, row, _)| keep(origin, origin.hashes[*row]))
        .collect();
    let left = rows.iter().map(|(_, _, left)| *left).collect();
    let mut sample = Sample::new(left, rows.iter().map(|(origin, row, _)| origin.hashes[*row]).collect());
    for feature in features().filter(|feature| feature.in_churn_model) {
        let of_origins = rows.chunk_by(|a, b| std::ptr::eq(a.0, b.0)).flat_map(|of_origin| {
            let column = of_origin[0].0.features.column(feature.name);
            of_origin.iter().map(|(_, row, _)| column[*row])
        });
        sample.add(Input { monotone: monotone(feature), ..Input::of(feature) }, of_origins);
    }
    sample
}

fn monotone(feature: &Feature) -> Monotone {
    match feature.churn_sign {
        Some(true) => Monotone::Increasing,
        Some(false) => Monotone::Decreasing,
        None => Monotone::Free,
    }
}
