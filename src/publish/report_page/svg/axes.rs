//! The frame of a diagram: two scales with ticks, grid lines and names.

use super::scale::Scale;
use super::{Anchor, Drawing};

/// Space between a tick's words and the frame.
const GAP: f64 = 6.0;
/// From the baseline of a text to its middle.
const HALF_LETTER: f64 = 4.0;

/// One axis: its scale, its ticks with their words, and its name.
pub(super) struct Axis<'a> {
    pub scale: Scale,
    pub ticks: &'a [(f64, String)],
    pub name: &'a str,
}

/// Draws both axes; `x` runs to the right, `y` upwards.
pub(super) fn axes(drawing: &mut Drawing, x: &Axis, y: &Axis) {
    let ([left, right], [bottom, top]) = (x.scale.places(), y.scale.places());
    for (figure, words) in y.ticks {
        let at = y.scale.at(*figure);
        drawing.line([left, at, right, at], "grid");
        drawing.text([left - GAP, at + HALF_LETTER], Anchor::End, "tick", words);
    }
    for (figure, words) in x.ticks {
        let at = x.scale.at(*figure);
        drawing.line([at, bottom, at, bottom + 4.0], "axis");
        drawing.text([at, bottom + 17.0], Anchor::Middle, "tick", words);
    }
    drawing.line([left, bottom, right, bottom], "axis");
    drawing.text([f64::midpoint(left, right), bottom + 36.0], Anchor::Middle, "name", x.name);
    drawing.upright([13.0, f64::midpoint(bottom, top)], "name", y.name);
}
