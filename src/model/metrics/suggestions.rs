//! How well one customer's suggestions are ordered.

/// Average precision of scored suggestions to one customer: over those that he took, the mean share of taken ones among
/// all that are scored at least as high. Equal scores count against it.
///
/// `None` where he took none. As scikit-learn's `label_ranking_average_precision_score` of one row.
///
/// # Panics
/// Lengths differ.
pub fn suggestion_average_precision(scores: &[f64], taken: &[bool]) -> Option<f64> {
    assert_eq!(scores.len(), taken.len(), "a score for each suggestion");
    let precision_at = |limit: f64| {
        let above = || scores.iter().zip(taken).filter(|(score, _)| **score >= limit);
        above().filter(|(_, taken)| **taken).count() as f64 / above().count() as f64
    };
    let taken_scores: Vec<f64> =
        scores.iter().zip(taken).filter(|(_, taken)| **taken).map(|(score, _)| *score).collect();
    let sum: f64 = taken_scores.iter().map(|score| precision_at(*score)).sum();
    (!taken_scores.is_empty()).then(|| sum / taken_scores.len() as f64)
}
