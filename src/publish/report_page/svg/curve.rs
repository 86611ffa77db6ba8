//! How much of the value the best customers bring: the real curve beside the rule of thumb.

use super::axes::{Axis, axes};
use super::scale::{Scale, ticks};
use super::{Anchor, Drawing, length};

pub(in super::super) struct Concentration<'a> {
    pub label: &'a str,
    pub x: &'a str,
    pub y: &'a str,
    /// Shares of customers, best first, and of value; from (0, 0) to (1, 1).
    pub points: &'a [[f64; 2]],
    /// Where classes end, as shares of customers, and their names.
    pub classes: [(f64, &'a str); 3],
    /// A point of the real curve with its words, and the rule's.
    pub real: ([f64; 2], &'a str),
    pub rule: ([f64; 2], &'a str),
    pub equal: &'a str,
    pub percent: fn(f64) -> String,
}

const WIDTH: f64 = 470.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 448.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 330.0;

pub(in super::super) fn concentration(curve: &Concentration) -> String {
    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    let highest = curve.points.iter().map(|[_, share]| *share).fold(1.0, f64::max);
    let heights = ticks(0.0, highest, 6);
    let top = heights.last().copied().unwrap_or(1.0);
    let x = Scale::new([0.0, 1.0], [LEFT, RIGHT]);
    let y = Scale::new([0.0, top], [BOTTOM, TOP]);
    let words = |ticks: &[f64]| -> Vec<(f64, String)> {
        ticks.iter().map(|tick| (*tick, (curve.percent)(*tick))).collect()
    };
    let mut from = 0.0;
    for (at, (to, name)) in curve.classes.iter().enumerate() {
        let [left, right] = [x.at(from), x.at(*to)];
        drawing.rect([left, TOP, right - left, BOTTOM - TOP], ["class0", "class1", "class2"][at], "");
        drawing.text([f64::midpoint(left, right), TOP - 8.0], Anchor::Middle, "tick", name);
        from = *to;
    }
    let (across, up) = (words(&[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]), words(&heights));
    axes(
        &mut drawing,
        &Axis { scale: x, ticks: &across, name: curve.x },
        &Axis { scale: y, ticks: &up, name: curve.y },
    );
    drawing.line([x.at(0.0), y.at(0.0), x.at(1.0), y.at(1.0)], "reference");
    drawing.text([x.at(0.62), y.at(0.62) + 22.0], Anchor::Start, "tick", curve.equal);
    let places: Vec<[f64; 2]> =
        curve.points.iter().map(|[share, value]| [x.at(*share), y.at(*value)]).collect();
    drawing.polyline(&places, "curve");
    // Words of the upper point stand above it, those of the lower one below.
    let place = |[share, value]: [f64; 2]| [x.at(share), y.at(value)];
    let (real, rule) = (place(curve.real.0), place(curve.rule.0));
    let is_above = real[1] <= rule[1];
    for (at, text, class, is_upper) in
        [(rule, curve.rule.1, "rule", !is_above), (real, curve.real.1, "point", is_above)]
    {
        if class == "rule" {
            drawing.path(&diamond(at), "rule", text);
        } else {
            drawing.circle([at[0], at[1], 5.0], class, text);
        }
        let down = if is_upper { -9.0 } else { 20.0 };
        drawing.text([at[0] + 11.0, at[1] + down], Anchor::Start, "label halo", text);
    }
    drawing.finished(curve.label)
}

fn diamond([x, y]: [f64; 2]) -> String {
    let [left, right, top, bottom] = [x - 6.0, x + 6.0, y - 6.0, y + 6.0].map(length);
    let (x, y) = (length(x), length(y));
    format!("M{x} {top}L{right} {y}L{x} {bottom}L{left} {y}Z")
}
