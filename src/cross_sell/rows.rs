//! Rows of one product: customers who did not hold it at some origins, and whether they bought it.

use super::figure::Figure;
use super::origins::Origin;
use super::rules::{Holding, Rules};
use crate::contract::codes::ProductKind;
use crate::features::catalogue::features;
use crate::learn::{Input, Sample};

/// Whether any clause of the product names him: an input beside the catalogue and the figures by kind.
pub const NAMED: &str = "named_by_rules";

/// Whether some clause of a product is among those that hold.
pub fn is_named(rules: &Rules, product: ProductKind, holding: Holding) -> bool {
    rules.clauses().iter().enumerate().any(|(place, clause)| clause.product == product && holding.has(place))
}

/// The rows of these origins whose customer did not hold the product, where `keep` accepts origin and hash: with the
/// figures of `like`, on which a model was trained, or with all that tell rows apart.
pub fn labelled(
    origins: &[&Origin],
    rules: &Rules,
    product: ProductKind,
    like: Option<&Sample>,
    keep: impl Fn(&Origin, u32) -> bool,
) -> Sample {
    let of_origin = |origin: &&Origin| {
        let rows = (0..origin.facts.len()).filter(|row| !origin.facts[*row].held.has(product));
        rows.filter(|row| keep(origin, origin.hashes[*row])).collect::<Vec<usize>>()
    };
    let rows: Vec<Vec<usize>> = origins.iter().map(of_origin).collect();
    let each = || origins.iter().zip(&rows).flat_map(|(origin, rows)| rows.iter().map(|row| (*origin, *row)));
    let mut sample = Sample::new(
        each().map(|(origin, row)| origin.bought[row].has(product)).collect(),
        each().map(|(origin, row)| origin.hashes[row]).collect(),
    );
    for feature in features().filter(|feature| feature.in_churn_model) {
        let columns = origins.iter().zip(&rows).flat_map(|(origin, rows)| {
            let column = origin.features.column(feature.name);
            rows.iter().map(|row| column[*row])
        });
        sample.add(Input::of(feature), columns);
    }
    for figure in figures(product) {
        let column: Vec<f64> = each().map(|(origin, row)| figure.of(&origin.facts[row])).collect();
        add(&mut sample, figure.input(), column, like);
    }
    let named = each().map(|(origin, row)| f64::from(u8::from(is_named(rules, product, origin.named[row]))));
    sample.add(Input::new(NAMED, false), named);
    sample
}

/// Adds a figure where it is wanted: a model reads what it was trained on also where all later rows are alike in it, while
/// one that tells no rows apart teaches nothing.
fn add(sample: &mut Sample, input: Input, column: Vec<f64>, like: Option<&Sample>) {
    let is_wanted = match like {
        Some(known) => known.inputs.iter().any(|known| known.name == input.name),
        None => column.iter().any(|value| value.to_bits() != column[0].to_bits()),
    };
    if is_wanted {
        sample.add(input, column.into_iter());
    }
}

/// By kind: what he holds of the others, bought and gave up of all, and which loans he paid back early.
fn figures(product: ProductKind) -> impl Iterator<Item = Figure> {
    let kinds = || ProductKind::ALL.iter().copied();
    let held = kinds().filter(move |kind| *kind != product).map(Figure::Held);
    let moved = kinds().flat_map(|kind| [Figure::Bought365d(kind), Figure::Redeemed365d(kind)]);
    let due = kinds().map(Figure::Maturing30d);
    let repaid = kinds().filter(|kind| kind.is_debt()).map(Figure::RepaidEarly365d);
    held.chain(moved).chain(due).chain(repaid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_a_model_was_trained_on_is_read_where_all_later_rows_are_alike_in_it() {
        let rows = |figures: [[f64; 2]; 2], like: Option<&Sample>| {
            let mut sample = Sample::new(vec![true, false], vec![1, 2]);
            for (name, column) in ["held_fund", "held_wealth"].into_iter().zip(figures) {
                add(&mut sample, Input::new(name, false), column.to_vec(), like);
            }
            sample
        };
        let train = rows([[0.0, 1.0], [1.0, 1.0]], None);
        let names =
            |sample: &Sample| sample.inputs.iter().map(|input| input.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&train), ["held_fund"]);
        let later = rows([[0.0, 0.0], [0.0, 1.0]], Some(&train));
        assert_eq!(names(&later), ["held_fund"], "what training did not see is of no use");
        assert_eq!(later.columns_of(["held_fund"].into_iter()), [[0.0, 0.0]], "known, and not missing");
    }
}
