//! Upright bars of neighbouring groups, beside a line that all would reach alike.

use super::axes::{Axis, axes};
use super::scale::{Scale, ticks};
use super::{Anchor, Drawing};

pub(in super::super) struct Tenths<'a> {
    pub label: &'a str,
    pub x: &'a str,
    pub y: &'a str,
    /// Height, words above it, and what shows when it is pointed at.
    pub bars: &'a [(f64, String, String)],
    /// Height of the line and its words.
    pub line: (f64, &'a str),
}

const WIDTH: f64 = 470.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 54.0;
const RIGHT: f64 = 448.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 330.0;

pub(in super::super) fn tenths(figure: &Tenths) -> String {
    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    let highest = figure.bars.iter().map(|(height, ..)| *height).fold(figure.line.0, f64::max);
    let heights = ticks(0.0, highest, 5);
    let y = Scale::new([0.0, heights.last().copied().unwrap_or(1.0)], [BOTTOM, TOP]);
    #[expect(clippy::cast_precision_loss, reason = "a few bars")]
    let (n, place) = (figure.bars.len().max(1) as f64, |at: usize| at as f64);
    let x = Scale::new([0.0, n], [LEFT, RIGHT]);
    let across: Vec<(f64, String)> =
        (0..figure.bars.len()).map(|at| (place(at) + 0.5, (at + 1).to_string())).collect();
    let up: Vec<(f64, String)> = heights.iter().map(|tick| (*tick, format!("{tick}"))).collect();
    axes(
        &mut drawing,
        &Axis { scale: x, ticks: &across, name: figure.x },
        &Axis { scale: y, ticks: &up, name: figure.y },
    );
    for (at, (height, _, said)) in figure.bars.iter().enumerate() {
        let (left, right, top) = (x.at(place(at)) + 3.0, x.at(place(at) + 1.0) - 3.0, y.at(*height));
        drawing.rect([left, top, right - left, BOTTOM - top], "fill", said);
    }
    let at = y.at(figure.line.0);
    drawing.line([LEFT, at, RIGHT, at], "reference");
    // Over the line, which a bar's number may lie on.
    for (at, (height, words, _)) in figure.bars.iter().enumerate() {
        drawing.text([x.at(place(at) + 0.5), y.at(*height) - 6.0], Anchor::Middle, "label halo", words);
    }
    drawing.text([RIGHT, at - 22.0], Anchor::End, "tick halo", figure.line.1);
    drawing.finished(figure.label)
}
