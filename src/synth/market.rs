//! The common price factor, one number a month.
//!
//! Same seed and number of months, same market. One or two bad months make a falling balance
//! something else than an outflow.

use super::draws::Draws;

const FAMILY: u64 = 1;
/// Calm months: half a per cent up, as equity markets do on average.
const CALM_MEAN: f64 = 0.005;
/// Monthly volatility of a broad index.
const CALM_SD: f64 = 0.028;
/// A crash that pulls a fund investor's balance down by a tenth.
const CRASH: f64 = -0.12;

/// Return of the market in every month.
pub fn factors(seed: u64, months: usize) -> Vec<f64> {
    let mut draws = Draws::new(seed, FAMILY, 0);
    let mut factors: Vec<f64> = (0..months).map(|_| CALM_MEAN + CALM_SD * draws.normal()).collect();
    // One crash per 15 months or so: two in a history of 24 to 30.
    let crashes = (months / 15).max(1);
    for crash in 0..crashes {
        let stretch = months / crashes;
        let at = crash * stretch + draws.index(stretch);
        factors[at] = CRASH + 0.01 * draws.normal();
    }
    factors
}
