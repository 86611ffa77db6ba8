//! What the figures of a slice come to, in a sentence.

use super::tally::{EffectFigures, Status};
use crate::labels::Labels;
use crate::money::grouped_count;

/// The effect with its interval, or how much is missing.
pub fn in_words(figures: &EffectFigures, labels: &Labels) -> String {
    let days = figures.horizon_days.to_string();
    let event = labels.text("effect_event", event_of(&figures.list));
    let (assigned, held_out) = (share(figures.rate_assigned), share(figures.rate_held_out));
    let [effect, low, high] = [figures.effect, figures.effect_low, figures.effect_high].map(points);
    let difference = points(Some(figures.detectable_difference)).trim_start_matches('+').to_owned();
    let known = [figures.known_assigned, figures.known_held_out].map(grouped_count);
    let needed = [figures.needed_assigned, figures.needed_held_out].map(grouped_count);
    let missing = [
        figures.needed_assigned.saturating_sub(figures.known_assigned),
        figures.needed_held_out.saturating_sub(figures.known_held_out),
    ]
    .map(grouped_count);
    let values = [
        ("event", event),
        ("days", &*days),
        ("assigned", &assigned),
        ("held_out", &held_out),
        ("effect", &effect),
        ("low", &low),
        ("high", &high),
        ("difference", &difference),
        ("known_assigned", &known[0]),
        ("known_held_out", &known[1]),
        ("needed_assigned", &needed[0]),
        ("needed_held_out", &needed[1]),
        ("missing_assigned", &missing[0]),
        ("missing_held_out", &missing[1]),
    ];
    let sentence = |code: &str| labels.fill("effect", code, &values);
    let sentences: &[&str] = match figures.status {
        Status::Measured => &["measured"],
        Status::TooFew => &["measured", "missing"],
        Status::NotMatured => &["not_matured", "missing"],
        Status::NobodyHeldOut => &["nobody_held_out"],
    };
    sentences.iter().map(|code| sentence(code)).collect::<Vec<_>>().join(labels.text("effect", "separator"))
}

/// Key of `[effect_event]`.
fn event_of(list: &str) -> &str {
    match list {
        "retention" | "win_back" | "vip_upgrade" => list,
        _ => "selling",
    }
}

fn share(rate: Option<f64>) -> String {
    rate.map_or_else(|| "-".into(), |rate| format!("{:.1}%", 100.0 * rate))
}

/// Percentage points, signed.
fn points(difference: Option<f64>) -> String {
    difference.map_or_else(|| "-".into(), |difference| format!("{:+.1}", 100.0 * difference))
}
