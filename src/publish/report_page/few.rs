//! Groups of so few customers that their money would tell of single ones.
//!
//! Reads how many customers each group of a table has; says whose amounts and mean probabilities are withheld. Counts are
//! shown all the same. Never: withholds so little that a total gives it away.

/// Fewer customers than this have no amount and no mean probability: of two, each knows the other's by his own. The
/// minimum frequency rule of statistical offices with n = 3.
pub(super) const FEW: usize = 3;

/// Whether a group is too small for its money to be shown.
pub(super) fn is_few(n: usize) -> bool {
    (1..FEW).contains(&n)
}

/// Which of the groups of a total are withheld: those too small, and with them the next larger ones until what the
/// total less the others gives away is of enough customers.
pub(super) fn withheld(sizes: impl IntoIterator<Item = usize>) -> Vec<bool> {
    let sizes: Vec<usize> = sizes.into_iter().collect();
    let mut are: Vec<bool> = sizes.iter().map(|n| is_few(*n)).collect();
    let hidden = |are: &[bool]| sizes.iter().zip(are).filter(|(_, is)| **is).map(|(n, _)| n).sum::<usize>();
    while is_few(hidden(&are)) {
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
}
