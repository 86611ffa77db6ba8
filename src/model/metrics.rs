//! How good a churn score is. No function here depends on the order of rows: equal scores are taken together.
//!
//! Scores are any finite numbers, higher meaning likelier; probabilities are 0 to 1. All panic where scores and
//! labels differ in length, which is a fault of the caller, and give `None` where the number is not defined.

/// Customers with the same score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Tied {
    positives: u64,
    negatives: u64,
}

/// What the best-scored part of the customers holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TopShare {
    /// Customers in the part: `share` of all, rounded up.
    pub n_top: usize,
    /// Positives among them; an expectation over a random order of equal scores where the border splits a tie.
    pub positives: f64,
    /// Share of all positives that the part holds.
    pub capture: f64,
    /// Positives in the part against the same number of customers taken at random; 1 is chance.
    pub lift: f64,
}

/// Share of true labels; `None` without labels.
pub fn base_rate(labels: &[bool]) -> Option<f64> {
    let positives = labels.iter().filter(|&&label| label).count();
    (!labels.is_empty()).then(|| positives as f64 / labels.len() as f64)
}

/// Area under the ROC curve: the chance that a positive is scored above a negative, ties counting half.
///
/// Exact in integers. `None` with one class only or a NaN score. Cost: O(n log n).
/// Source: Hanley & McNeil (1982), "The meaning and use of the area under a ROC curve".
pub fn auc(scores: &[f64], labels: &[bool]) -> Option<f64> {
    auc_of_groups(tied_groups(scores, labels)?.into_iter())
}

/// Average precision: sum over distinct scores, best first, of (gain in recall x precision), not interpolated.
///
/// `None` without positives or with a NaN score. Cost: O(n log n). As scikit-learn's `average_precision_score`.
pub fn average_precision(scores: &[f64], labels: &[bool]) -> Option<f64> {
    let groups = tied_groups(scores, labels)?;
    let all_positives: u64 = groups.iter().map(|group| group.positives).sum();
    let (mut seen, mut found, mut area) = (0, 0, 0.0);
    for group in groups {
        seen += group.positives + group.negatives;
        found += group.positives;
        area += group.positives as f64 * (found as f64 / seen as f64);
    }
    (all_positives > 0).then(|| area / all_positives as f64)
}

/// Lift and capture of the best-scored `share` (above 0, at most 1) of the customers.
///
/// `None` without positives, with a NaN score, or with a share out of range. Cost: O(n log n).
pub fn top_share(scores: &[f64], labels: &[bool], share: f64) -> Option<TopShare> {
    if !(share > 0.0 && share <= 1.0) {
        return None;
    }
    let groups = tied_groups(scores, labels)?;
    let all_positives: u64 = groups.iter().map(|group| group.positives).sum();
    if all_positives == 0 {
        return None;
    }
    let n = labels.len() as f64;
    let n_top = (share * n - 1e-9).ceil().clamp(1.0, n); // 1e-9: 0.1 x 30 must not become 4
    let positives = positives_within(&groups, n_top);
    let capture = positives / all_positives as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 <= n_top <= n")]
    Some(TopShare { n_top: n_top as usize, positives, capture, lift: capture * n / n_top })
}

/// Mean squared difference between probability and outcome, 0 best; `None` without rows.
///
/// Source: Brier (1950), "Verification of forecasts expressed in terms of probability".
pub fn brier(probabilities: &[f64], labels: &[bool]) -> Option<f64> {
    mean_of(probabilities, labels, |p, label| (p - f64::from(u8::from(label))).powi(2))
}

/// Mean of -ln(probability given to what happened), in nats; `None` without rows.
///
/// Probabilities are held off 0 and 1 by `f64::EPSILON`, as scikit-learn does, so that one certain miss stays finite.
pub fn log_loss(probabilities: &[f64], labels: &[bool]) -> Option<f64> {
    mean_of(probabilities, labels, |p, label| {
        let p = p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        -(if label { p } else { 1.0 - p }).ln()
    })
}

/// The mean over rows, added in ascending order of terms, so that the order of rows changes no bit.
fn mean_of(probabilities: &[f64], labels: &[bool], term: impl Fn(f64, bool) -> f64) -> Option<f64> {
    assert_eq!(probabilities.len(), labels.len(), "one label per score");
    let mut terms: Vec<f64> = probabilities.iter().zip(labels).map(|(&p, &label)| term(p, label)).collect();
    terms.sort_unstable_by(f64::total_cmp);
    (!terms.is_empty()).then(|| terms.iter().sum::<f64>() / terms.len() as f64)
}

/// Positives and negatives (2^63 pairs at most) by distinct score, best first, to the area under the ROC curve.
fn auc_of_groups(groups: impl Iterator<Item = Tied>) -> Option<f64> {
    let (mut positives, mut negatives, mut half_pairs) = (0_u64, 0_u64, 0_u128);
    for group in groups {
        half_pairs += u128::from(group.negatives) * u128::from(2 * positives + group.positives);
        positives += group.positives;
        negatives += group.negatives;
    }
    let pairs = u128::from(positives) * u128::from(negatives);
    (pairs > 0).then(|| half_pairs as f64 / (2 * pairs) as f64)
}

/// [`auc`] with each row counted `weights[row]` times, over rows already put in [`best_first`] order.
pub(in crate::model) fn auc_weighted(
    scores: &[f64],
    labels: &[bool],
    order: &[usize],
    weight_of: impl Fn(usize) -> u64,
) -> Option<f64> {
    let groups = order.chunk_by(|&a, &b| scores[a] == scores[b]);
    auc_of_groups(groups.map(|tied| {
        tied.iter().fold(Tied::default(), |mut group, &row| {
            *(if labels[row] { &mut group.positives } else { &mut group.negatives }) += weight_of(row);
            group
        })
    }))
}

/// Row numbers from the highest score to the lowest; `None` with a NaN score.
pub(in crate::model) fn best_first(scores: &[f64]) -> Option<Vec<usize>> {
    if scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_unstable_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    Some(order)
}

fn tied_groups(scores: &[f64], labels: &[bool]) -> Option<Vec<Tied>> {
    assert_eq!(scores.len(), labels.len(), "one label per score");
    let order = best_first(scores)?;
    let groups = order.chunk_by(|&a, &b| scores[a] == scores[b]).map(|tied| {
        let positives = tied.iter().filter(|&&row| labels[row]).count() as u64;
        Tied { positives, negatives: tied.len() as u64 - positives }
    });
    Some(groups.collect())
}

/// Positives among the first `n_top` customers; a group that the border splits gives its share.
fn positives_within(groups: &[Tied], n_top: f64) -> f64 {
    let (mut left, mut positives) = (n_top, 0.0);
    for group in groups {
        let size = (group.positives + group.negatives) as f64;
        positives += group.positives as f64 * (left / size).min(1.0);
        left -= size;
        if left <= 0.0 {
            break;
        }
    }
    positives
}

#[cfg(test)]
mod tests;
