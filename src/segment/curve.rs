//! How scores are shown: from 0 to 100, 50 being the mean of those the model was fitted on.

/// 100 times the logistic curve at pi / sqrt(3) standard deviations: 50 is the mean, 86 and 14 one deviation
/// away, and no customer falls off the scale. The factor gives the curve the spread of a normal one.
pub fn score_0_to_100(raw: f64, mean: f64, sd: f64) -> f64 {
    if sd <= 0.0 {
        return 50.0;
    }
    on_the_curve((raw - mean) / sd)
}

/// A number of standard deviations as 0 to 100.
pub fn on_the_curve(z: f64) -> f64 {
    100.0 / (1.0 + (-z * std::f64::consts::PI / 3f64.sqrt()).exp())
}
