//! Tiers by assets and the 20/60/20 classes by value.

/// The tier of the last complete month's mean assets; a limit belongs to the tier above it.
/// `None` without balances.
pub fn tier(aum_last_month_mean: f64, limits: &[f64; 4]) -> Option<u8> {
    if aum_last_month_mean.is_nan() {
        return None;
    }
    let reached = limits.iter().filter(|limit| aum_last_month_mean >= **limit).count();
    u8::try_from(reached).ok()
}

/// The class of each customer: by value, then by position (and so by id) where values are equal.
///
/// `shares` are those of the top and the middle class; missing values stand last.
pub fn value_classes(values: &[f64], shares: &[f64; 2]) -> Vec<&'static str> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let sortable = |row: usize| if values[row].is_nan() { f64::NEG_INFINITY } else { values[row] };
    order.sort_by(|a, b| sortable(*b).total_cmp(&sortable(*a)).then(a.cmp(b)));
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    let upto = |share: f64| (share * values.len() as f64).round() as usize;
    let (top, middle) = (upto(shares[0]), upto(shares[0] + shares[1]));
    let mut classes = vec!["bottom"; values.len()];
    for (rank, row) in order.into_iter().enumerate().take(middle) {
        classes[row] = if rank < top { "top" } else { "middle" };
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_belongs_to_the_tier_above() {
        let limits = [50_000.0, 200_000.0, 500_000.0, 2_000_000.0];
        let tiers = [49_999.99, 50_000.0, 500_000.0, 2e6, f64::NAN].map(|aum| tier(aum, &limits));
        assert_eq!(tiers, [Some(0), Some(1), Some(3), Some(4), None]);
    }

    #[test]
    fn classes_are_shares_of_customers_with_ties_by_position() {
        let classes = value_classes(&[5.0, 1.0, 5.0, f64::NAN, 2.0], &[0.2, 0.6]);
        assert_eq!(classes, ["top", "middle", "middle", "bottom", "middle"]);
    }
}
