//! Which new cluster carries on which old one, so that a type keeps its name when the model is fitted again.
//!
//! Reads: how many customers each new label shares with each old one. Produces: pairs, one to one. Never: takes the
//! best pair first, which can cost more further on than it gains.
//!
//! Papers: Kuhn (1955), "The Hungarian method for the assignment problem"; Munkres (1957), "Algorithms for the
//! assignment and transportation problems". The method is the crate `pathfinding`'s.

use ndarray::{Array2, ArrayView2};
use pathfinding::prelude::{Matrix, kuhn_munkres};

/// Customers by new label (rows) and old label (columns).
///
/// Cost: O(n + `n_new` x `n_old`).
///
/// # Panics
/// Lengths differ, or a label is not below its number of labels.
pub fn overlap(new: &[u16], old: &[u16], n_new: usize, n_old: usize) -> Array2<u64> {
    assert_eq!(new.len(), old.len(), "two labels per customer");
    let mut table = Array2::zeros((n_new, n_old));
    for (&new, &old) in new.iter().zip(old) {
        table[(usize::from(new), usize::from(old))] += 1;
    }
    table
}

/// For each new label (row of `overlap`) the old one (column) that it carries on, in the one-to-one matching with
/// the greatest total overlap.
///
/// `None` for a new label beyond the number of old ones, and for one that shares no customer with the old label
/// left for it. Where several matchings have the same total, the method's order of search decides: it takes labels
/// in ascending order, and the same table always gives the same matching. Cost: O(s^2 l) for s labels on the
/// shorter side and l on the longer.
pub fn old_of_new(overlap: ArrayView2<'_, u64>) -> Vec<Option<usize>> {
    let (n_new, n_old) = overlap.dim();
    let mut old_of_new = vec![None; n_new];
    if overlap.is_empty() {
        return old_of_new;
    }
    // The method leaves no row without a column, so the shorter side stands in the rows.
    let new_in_rows = n_new <= n_old;
    let table = if new_in_rows { overlap } else { overlap.reversed_axes() };
    // i128: sums and differences of u64 fit.
    let weights = Matrix::from_fn(table.nrows(), table.ncols(), |cell| i128::from(table[cell]));
    let (_, column_of_row) = kuhn_munkres(&weights);
    for (row, column) in column_of_row.into_iter().enumerate() {
        let (new, old) = if new_in_rows { (row, column) } else { (column, row) };
        old_of_new[new] = (table[(row, column)] > 0).then_some(old);
    }
    old_of_new
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;

    fn total(overlap: &Array2<u64>, old_of_new: &[Option<usize>]) -> u64 {
        old_of_new.iter().enumerate().filter_map(|(new, old)| Some(overlap[(new, (*old)?)])).sum()
    }

    /// The greatest total over all matchings, by trying each.
    fn greatest_total(overlap: &Array2<u64>, new: usize, taken: &mut Vec<usize>) -> u64 {
        if new == overlap.nrows() {
            return 0;
        }
        let mut greatest = greatest_total(overlap, new + 1, taken);
        for old in 0..overlap.ncols() {
            if !taken.contains(&old) {
                taken.push(old);
                greatest = greatest.max(overlap[(new, old)] + greatest_total(overlap, new + 1, taken));
                taken.pop();
            }
        }
        greatest
    }

    #[test]
    fn the_total_counts_not_the_best_single_pair() {
        // 90 first would leave 0 beside it; 80 + 70 is more.
        let overlap = array![[90, 80], [70, 0]];
        assert_eq!(old_of_new(overlap.view()), [Some(1), Some(0)]);
    }

    #[test]
    fn renumbered_clusters_find_themselves() {
        let old = [0, 0, 0, 1, 1, 2, 2, 2, 2];
        let new = [2, 2, 2, 0, 0, 1, 1, 1, 0];
        let overlap = overlap(&new, &old, 3, 3);
        assert_eq!(overlap, array![[0, 2, 1], [0, 0, 3], [3, 0, 0]]);
        assert_eq!(old_of_new(overlap.view()), [Some(1), Some(2), Some(0)]);
    }

    #[test]
    fn with_more_new_than_old_one_new_is_unmatched() {
        assert_eq!(old_of_new(array![[5, 1], [4, 4], [0, 9]].view()), [Some(0), None, Some(1)]);
        assert_eq!(old_of_new(array![[3], [8], [8]].view()), [None, Some(0), None]);
    }

    #[test]
    fn with_more_old_than_new_one_old_is_gone() {
        assert_eq!(old_of_new(array![[5, 4, 0], [1, 4, 9]].view()), [Some(0), Some(2)]);
    }

    #[test]
    fn no_customer_in_common_is_no_match() {
        assert_eq!(old_of_new(array![[7, 0], [3, 0]].view()), [Some(0), None]);
        assert_eq!(old_of_new(Array2::zeros((2, 3)).view()), [None, None]);
    }

    #[test]
    fn level_labels_keep_their_order() {
        assert_eq!(old_of_new(Array2::from_elem((3, 3), 4).view()), [Some(0), Some(1), Some(2)]);
        assert_eq!(old_of_new(Array2::from_elem((2, 4), 4).view()), [Some(0), Some(1)]);
        assert_eq!(old_of_new(Array2::from_elem((4, 2), 4).view()), [Some(0), Some(1), None, None]);
    }

    #[test]
    fn tables_without_rows_or_columns() {
        assert_eq!(old_of_new(Array2::zeros((0, 0)).view()), []);
        assert_eq!(old_of_new(Array2::zeros((0, 3)).view()), []);
        assert_eq!(old_of_new(Array2::zeros((2, 0)).view()), [None, None]);
        assert_eq!(overlap(&[], &[], 2, 1), Array2::<u64>::zeros((2, 1)));
    }

    #[test]
    fn counts_of_any_size_do_not_overflow() {
        let overlap = array![[u64::MAX, u64::MAX], [0, u64::MAX]];
        assert_eq!(old_of_new(overlap.view()), [Some(0), Some(1)]);
    }

    proptest! {
        #[test]
        fn no_matching_has_a_greater_total(
            (n_new, n_old) in (1_usize..5, 1_usize..5),
            cells in prop::collection::vec(0_u64..6, 16),
        ) {
            let overlap = Array2::from_shape_fn((n_new, n_old), |(new, old)| cells[new * 4 + old]);
            let found = old_of_new(overlap.view());
            prop_assert_eq!(total(&overlap, &found), greatest_total(&overlap, 0, &mut Vec::new()));
            let mut matched: Vec<usize> = found.into_iter().flatten().collect();
            matched.sort_unstable();
            prop_assert!(matched.windows(2).all(|pair| pair[0] < pair[1]), "one to one");
        }
    }
}
