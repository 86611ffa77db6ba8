//! One tree as it is kept: what prediction, reasons and a stored file need of it.

use super::Monotone;
use forust_ml::tree::Tree as Grown;
use serde::{Deserialize, Serialize};

/// Nodes from the root on; both children of a node stand next to one another, after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Tree(Vec<Node>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Node {
    /// Log-odds: of a leaf what it adds, of a split the average of the leaves below it, rows weighted by p (1 - p).
    value: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    split: Option<Split>,
}

/// Values under `below` go to the node `left`, others to the one after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Split {
    feature: usize,
    below: f64,
    left: usize,
    missing_left: bool,
}

impl Split {
    fn child(&self, row: &[f64]) -> usize {
        let value = row[self.feature];
        let goes_left = if value.is_nan() { self.missing_left } else { value < self.below };
        self.left + usize::from(!goes_left)
    }
}

impl Tree {
    /// Takes over a grown tree. `had_missing` tells which columns had missing values in training.
    pub(super) fn new(grown: &Grown, had_missing: &[bool], monotone: Option<&[Monotone]>) -> Self {
        let split = |at: usize| split_of(grown, at, had_missing);
        let nodes = (0..grown.nodes.len())
            .map(|at| Node { value: f64::from(grown.nodes[at].weight_value), split: split(at) });
        let mut tree = Self(nodes.collect());
        if let Some(monotone) = monotone {
            tree.hold_within_bounds(monotone);
        }
        tree.average_upwards(grown);
        tree
    }

    /// Keeps each leaf on its side of every monotone split above it: the middle of that split's two children, as
    /// XGBoost bounds them. A tree whose splits all hold is monotone, and so is a sum of such trees.
    fn hold_within_bounds(&mut self, monotone: &[Monotone]) {
        let mut bounds = vec![(f64::NEG_INFINITY, f64::INFINITY); self.0.len()];
        for at in 0..self.0.len() {
            let (low, high) = bounds[at];
            self.0[at].value = self.0[at].value.clamp(low, high);
            let Some(Split { feature, left, .. }) = self.0[at].split else { continue };
            let middle = f64::midpoint(self.0[left].value, self.0[left + 1].value).clamp(low, high);
            let (below, above) = ((low, middle), (middle, high));
            (bounds[left], bounds[left + 1]) = match monotone[feature] {
                Monotone::Free => ((low, high), (low, high)),
                Monotone::Increasing => (below, above),
                Monotone::Decreasing => (above, below),
            };
        }
    }

    fn average_upwards(&mut self, grown: &Grown) {
        let cover = |at: usize| f64::from(grown.nodes[at].hessian_sum);
        for at in (0..self.0.len()).rev() {
            if let Some(Split { left, .. }) = self.0[at].split {
                let sum = self.0[left].value * cover(left) + self.0[left + 1].value * cover(left + 1);
                self.0[at].value = sum / (cover(left) + cover(left + 1));
            }
        }
    }

    /// What the tree adds to the log-odds of a row.
    pub(super) fn leaf(&self, row: &[f64]) -> f64 {
        let mut node = &self.0[0];
        while let Some(split) = &node.split {
            node = &self.0[split.child(row)];
        }
        node.value
    }

    /// Adds each step along the row's path to the feature that decided it.
    pub(super) fn credit(&self, row: &[f64], contributions: &mut [f64]) {
        let mut node = &self.0[0];
        while let Some(split) = &node.split {
            let child = &self.0[split.child(row)];
            contributions[split.feature] += child.value - node.value;
            node = child;
        }
    }

    /// The average leaf.
    pub(super) fn average(&self) -> f64 {
        self.0[0].value
    }

    /// That every walk ends within the tree and at a number.
    pub(super) fn check(&self, n_features: usize) -> Result<(), &'static str> {
        if self.0.is_empty() {
            return Err("a tree without a root");
        }
        for (at, node) in self.0.iter().enumerate() {
            if !node.value.is_finite() {
                return Err("a value that is not finite");
            }
            let Some(split) = &node.split else { continue };
            if split.feature >= n_features || !split.below.is_finite() {
                return Err("a split of no feature or at no number");
            }
            if split.left <= at || split.left >= self.0.len() - 1 {
                return Err("a split without its two children");
            }
        }
        Ok(())
    }
}

/// The split of a grown node. Without missing values in training, later ones follow the weightier side.
fn split_of(grown: &Grown, at: usize, had_missing: &[bool]) -> Option<Split> {
    let node = &grown.nodes[at];
    if node.is_leaf {
        return None;
    }
    let (left, right) = (node.left_child, node.right_child);
    assert_eq!(right, left + 1, "forust-ml numbers the two children of a split together");
    let missing_left = if had_missing[node.split_feature] {
        node.missing_node == left
    } else {
        grown.nodes[left].hessian_sum > grown.nodes[right].hessian_sum
    };
    let below = node.split_value + 0.0; // -0.0 splits alike and would depend on the order of rows
    Some(Split { feature: node.split_feature, below, left, missing_left })
}
