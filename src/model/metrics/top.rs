//! What the best-scored customers hold. Where the border splits equal scores, they give their share.

use super::ranked::{Ranking, Tied};

/// What the best-scored part of the customers holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TopShare {
    /// Customers in the part: `share` of all, rounded up, or as many as were asked for.
    pub n_top: usize,
    /// Positives among them; an expectation over a random order of equal scores where the border splits a tie.
    pub positives: f64,
    /// Share of all positives that the part holds.
    pub capture: f64,
    /// Positives in the part against the same number of customers taken at random; 1 is chance.
    pub lift: f64,
}

impl TopShare {
    /// Share of the part that is positive.
    pub fn precision(&self) -> f64 {
        self.positives / self.n_top as f64
    }
}

impl Ranking {
    /// Lift and capture of the best-scored `share` (above 0, at most 1) of the customers.
    ///
    /// `None` without positives, or with a share out of range.
    pub fn top_share(&self, share: f64) -> Option<TopShare> {
        if !(share > 0.0 && share <= 1.0) {
            return None;
        }
        let n = self.n() as f64;
        let n_top = (share * n - 1e-9).ceil().max(1.0); // 1e-9: 0.1 x 30 must not become 4
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 <= n_top <= n")]
        self.top(n_top as usize)
    }

    /// Lift, capture and precision of the `n_top` best-scored customers, such as a list has places; of everybody
    /// where there are fewer.
    ///
    /// `None` without positives, or with `n_top` 0.
    pub fn top(&self, n_top: usize) -> Option<TopShare> {
        let (n, all_positives) = (self.n() as f64, self.positives() as f64);
        if all_positives == 0.0 || n_top == 0 {
            return None;
        }
        let n_top_f64 = (n_top as f64).min(n);
        let positives = self.sum_within(n_top_f64, |tied| tied.positives as f64);
        let capture = positives / all_positives;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= n_top <= n")]
        Some(TopShare { n_top: n_top_f64 as usize, positives, capture, lift: capture * n / n_top_f64 })
    }

    /// Share of all value lost that stands among the `n_top` best-scored customers.
    ///
    /// `None` where no value is lost, or with `n_top` 0. Values below 0 have no share, and the result is then
    /// of no use; the caller leaves them out.
    pub fn value_capture(&self, n_top: usize) -> Option<f64> {
        let all: f64 = self.groups.iter().map(|tied| tied.value_lost).sum();
        let captured = self.sum_within(n_top as f64, |tied| tied.value_lost);
        (all > 0.0 && n_top > 0).then(|| (captured / all).min(1.0))
    }

    fn sum_within(&self, n_top: f64, of: impl Fn(&Tied) -> f64) -> f64 {
        let (mut left, mut sum) = (n_top, 0.0);
        for tied in &self.groups {
            let size = tied.n() as f64;
            sum += of(tied) * (left / size).min(1.0);
            left -= size;
            if left <= 0.0 {
                break;
            }
        }
        sum
    }
}
