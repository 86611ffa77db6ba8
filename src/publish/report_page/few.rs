//! Groups of so few customers that their money would tell of single ones.
//!
//! Reads how many customers each group of a table has, or which; says whose amounts and mean probabilities are withheld.
//! Counts are shown all the same. Never: withholds so little that a total gives it away. Every total of the groups
//! counts as known, also where the page does not show it.

use std::collections::BTreeSet;

/// Fewer customers than this have no amount and no mean probability: of two, each knows the other's by his own. The
/// minimum frequency rule of statistical offices with n = 3.
pub(super) const FEW: usize = 3;

/// Whether a group is too small for its money to be shown.
pub(super) fn is_few(n: usize) -> bool {
    (1..FEW).contains(&n)
}

/// Which of the groups of a total are withheld: those too small, and with them the next larger ones until what the
/// total less the others gives away is of enough customers. Nobody stands in two groups.
pub(super) fn withheld(sizes: impl IntoIterator<Item = usize>) -> Vec<bool> {
    let sizes: Vec<usize> = sizes.into_iter().collect();
    hidden_with(&sizes, |are| sizes.iter().zip(are).filter(|(_, is)| **is).map(|(n, _)| n).sum())
}

/// The same of groups that may share customers: two that each have the same one are still of one.
pub(super) fn withheld_sharing<'c>(groups: impl IntoIterator<Item = &'c [usize]>) -> Vec<bool> {
    let groups: Vec<&[usize]> = groups.into_iter().collect();
    let sizes: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    hidden_with(&sizes, |are| {
        let hidden = groups.iter().zip(are).filter(|(_, is)| **is);
        hidden.flat_map(|(group, _)| *group).collect::<BTreeSet<_>>().len()
    })
}

/// Which of the larger groups are withheld, and which of their parts; `whole_of` has the place of each part's whole. No part
/// is had from its whole and the others, and no whole from its parts.
pub(super) fn withheld_within(whole_of: &[usize], sizes: &[usize]) -> [Vec<bool>; 2] {
    let mut parts: Vec<Vec<usize>> = vec![Vec::new(); whole_of.iter().max().map_or(0, |last| last + 1)];
    (0..).zip(whole_of).for_each(|(part, whole)| parts[*whole].push(part));
    let wholes = withheld(parts.iter().map(|parts| parts.iter().map(|part| sizes[*part]).sum()));
    let mut are = vec![false; sizes.len()];
    for (parts, whole_is) in parts.iter().zip(&wholes) {
        let of_parts = withheld(parts.iter().map(|part| sizes[*part]));
        for (part, is) in parts.iter().zip(of_parts) {
            are[*part] = is || (*whole_is && sizes[*part] > 0);
        }
    }
    [wholes, are]
}

/// `n_hidden` says how many customers those that are withheld have together.
fn hidden_with(sizes: &[usize], n_hidden: impl Fn(&[bool]) -> usize) -> Vec<bool> {
    let mut are: Vec<bool> = sizes.iter().map(|n| is_few(*n)).collect();
    while is_few(n_hidden(&are)) {
        let open = (0..sizes.len()).filter(|at| sizes[*at] > 0 && !are[*at]);
        let Some(next) = open.min_by_key(|at| sizes[*at]) else { break };
        are[next] = true;
    }
    are
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_groups_are_withheld_with_what_would_give_them_away() {
        assert_eq!(withheld([0, 3, 40]), [false, false, false]);
        assert_eq!(withheld([1, 3, 40]), [true, true, false], "the total less 40 would be of one customer");
        assert_eq!(withheld([1, 9, 2, 0]), [true, false, true, false], "three together give nobody away");
        assert_eq!(withheld([1, 1, 9, 5]), [true, true, false, true]);
        assert_eq!(withheld([2]), [true], "there is no other group");
        assert_eq!(withheld([]), [false; 0]);
    }

    #[test]
    fn groups_that_share_their_customers_are_as_few_as_these() {
        let groups: [&[usize]; 4] = [&[1], &[1, 2], &[2, 3, 4], &[5, 6, 7, 8]];
        assert_eq!(withheld_sharing(groups), [true, true, true, false], "the first two are of two customers");
        assert_eq!(withheld(groups.map(<[usize]>::len)), [true, true, false, false]);
    }

    #[test]
    fn a_manager_is_not_had_from_his_branch_nor_a_branch_from_its_managers() {
        // Branches of 1 + 5 + 9, of 4 + 6 and of 2.
        let [branches, managers] = withheld_within(&[0, 0, 0, 1, 1, 2], &[1, 5, 9, 4, 6, 2]);
        assert_eq!(branches, [false, true, true], "of two customers, and what would give them away");
        assert_eq!(managers, [true, true, false, true, true, true]);
        let [branches, managers] = withheld_within(&[0, 0, 0], &[1, 5, 0]);
        assert_eq!((branches, managers), (vec![false], vec![true, true, false]));
        assert_eq!(withheld_within(&[], &[]), [Vec::<bool>::new(), Vec::new()]);
    }
}
