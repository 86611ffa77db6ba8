//! How a distribution has moved: bins then as outlines, bins now as bars.

use super::Drawing;

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 26.0;

/// Customers by bin when a model was fitted and now.
pub(in super::super) fn shift(then: &[u64], now: &[u64], label: &str) -> String {
    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    let [then, now] = [then, now].map(shares);
    let highest = then.iter().chain(&now).copied().fold(f64::MIN_POSITIVE, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "a few bins")]
    let width = WIDTH / then.len().max(1) as f64;
    let mut left = 0.0;
    for (then, now) in then.into_iter().zip(now) {
        let [then, now] = [then, now].map(|share| share / highest * (HEIGHT - 2.0));
        drawing.rect([left + 1.0, HEIGHT - now, width - 2.0, now], "fill", "");
        drawing.line([left, HEIGHT - then, left + width, HEIGHT - then], "then");
        left += width;
    }
    drawing.finished(label)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of customers")]
fn shares(counts: &[u64]) -> Vec<f64> {
    let all = counts.iter().sum::<u64>().max(1) as f64;
    counts.iter().map(|count| *count as f64 / all).collect()
}
