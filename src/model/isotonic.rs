//! Isotonic regression: the non-decreasing sequence nearest to a given one, by pool-adjacent-violators.
//!
//! Reads: values and weights in order. Produces: blocks of neighbours with rising means. Never: sorts, or knows
//! what the values are.
//!
//! Source: Ayer, Brunk, Ewing, Reid & Silverman (1955), "An empirical distribution function for sampling with
//! incomplete information"; least weighted squares, unique (Robertson, Wright & Dykstra 1988, chapter 1).

/// Neighbours that share one value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Block {
    /// The first of them, counted from 0.
    pub first: usize,
    /// The last of them.
    pub last: usize,
    /// Sum of weight x value.
    sum: f64,
    weight: f64,
}

impl Block {
    /// The weighted mean.
    pub fn mean(&self) -> f64 {
        self.sum / self.weight
    }
}

/// The blocks of `(value, weight)` pairs, weights above 0; means rise strictly from block to block.
///
/// Cost: O(n).
pub fn pool_adjacent_violators(pairs: impl IntoIterator<Item = (f64, f64)>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (index, (value, weight)) in pairs.into_iter().enumerate() {
        let mut block = Block { first: index, last: index, sum: value * weight, weight };
        while let Some(before) = blocks.pop_if(|before| before.mean() >= block.mean()) {
            block.first = before.first;
            block.sum += before.sum;
            block.weight += before.weight;
        }
        blocks.push(block);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fitted(values: &[f64], weights: &[f64]) -> Vec<f64> {
        let blocks = pool_adjacent_violators(values.iter().copied().zip(weights.iter().copied()));
        blocks.iter().flat_map(|block| vec![block.mean(); block.last - block.first + 1]).collect()
    }

    #[test]
    fn blocks_are_those_of_scikit_learn() {
        // scikit-learn 1.9.1: isotonic_regression([1, 3, 2, 4, 3.5, 3, 6], sample_weight=[1, 1, 3, 1, 2, 1, 1])
        let found = fitted(&[1.0, 3.0, 2.0, 4.0, 3.5, 3.0, 6.0], &[1.0, 1.0, 3.0, 1.0, 2.0, 1.0, 1.0]);
        assert_eq!(found, [1.0, 2.25, 2.25, 3.5, 3.5, 3.5, 6.0]);
        assert!(fitted(&[], &[]).is_empty());
    }

    proptest! {
        /// The max-min formula of Robertson, Wright & Dykstra (1988), chapter 1.
        #[test]
        fn the_fit_is_the_greatest_least_mean(rows in prop::collection::vec((-9_i32..9, 1_i32..5), 1..12)) {
            let values: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let weights: Vec<f64> = rows.iter().map(|row| f64::from(row.1)).collect();
            let mean = |from: usize, to: usize| {
                let sum: f64 = (from..=to).map(|index| values[index] * weights[index]).sum();
                sum / weights[from..=to].iter().sum::<f64>()
            };
            let found = fitted(&values, &weights);
            for (index, found) in found.into_iter().enumerate() {
                let least = |from| (index..rows.len()).map(|to| mean(from, to)).fold(f64::INFINITY, f64::min);
                let expected = (0..=index).map(least).fold(f64::NEG_INFINITY, f64::max);
                prop_assert_eq!(found, expected);
            }
        }
    }
}
