//! Figures that depend on the order of scores alone.

use super::ranked::Ranking;

impl Ranking {
    /// Area under the ROC curve: the chance that a positive is scored above a negative, ties counting half.
    ///
    /// Exact in integers (2^63 pairs at most). `None` with one class only.
    /// Source: Hanley & McNeil (1982), "The meaning and use of the area under a ROC curve".
    pub fn auc(&self) -> Option<f64> {
        let (mut positives, mut negatives, mut half_pairs) = (0_u64, 0_u64, 0_u128);
        for group in &self.groups {
            half_pairs += u128::from(group.negatives) * u128::from(2 * positives + group.positives);
            positives += group.positives;
            negatives += group.negatives;
        }
        let pairs = u128::from(positives) * u128::from(negatives);
        (pairs > 0).then(|| half_pairs as f64 / (2 * pairs) as f64)
    }

    /// Average precision: sum over distinct scores, best first, of (gain in recall x precision), not interpolated.
    ///
    /// `None` without positives. As scikit-learn's `average_precision_score`.
    pub fn average_precision(&self) -> Option<f64> {
        let (mut seen, mut found, mut area) = (0, 0, 0.0);
        for group in &self.groups {
            seen += group.n();
            found += group.positives;
            area += group.positives as f64 * (found as f64 / seen as f64);
        }
        (found > 0).then(|| area / found as f64)
    }
}
