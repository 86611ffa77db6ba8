//! Whether probabilities mean what they say: predicted against observed.

use super::axes::{Axis, axes};
use super::scale::{Scale, ticks};
use super::{Anchor, Drawing};

pub(in super::super) struct Calibration<'a> {
    pub label: &'a str,
    pub x: &'a str,
    pub y: &'a str,
    pub ideal: &'a str,
    /// Mean probability, observed rate, and what shows when the point is pointed at.
    pub bins: &'a [(f64, f64, String)],
    pub percent: fn(f64) -> String,
}

const WIDTH: f64 = 470.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 448.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 330.0;

pub(in super::super) fn calibration(figure: &Calibration) -> String {
    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    let highest =
        figure.bins.iter().map(|(predicted, observed, _)| predicted.max(*observed)).fold(0.01, f64::max);
    let figures = ticks(0.0, highest, 5);
    let end = figures.last().copied().unwrap_or(1.0);
    let (x, y) = (Scale::new([0.0, end], [LEFT, RIGHT]), Scale::new([0.0, end], [BOTTOM, TOP]));
    let words: Vec<(f64, String)> = figures.iter().map(|tick| (*tick, (figure.percent)(*tick))).collect();
    axes(
        &mut drawing,
        &Axis { scale: x, ticks: &words, name: figure.x },
        &Axis { scale: y, ticks: &words, name: figure.y },
    );
    drawing.line([x.at(0.0), y.at(0.0), x.at(end), y.at(end)], "reference");
    drawing.line([RIGHT - 30.0, BOTTOM - 16.0, RIGHT - 4.0, BOTTOM - 16.0], "reference");
    drawing.text([RIGHT - 38.0, BOTTOM - 12.0], Anchor::End, "tick halo", figure.ideal);
    let places: Vec<[f64; 2]> =
        figure.bins.iter().map(|(predicted, observed, _)| [x.at(*predicted), y.at(*observed)]).collect();
    drawing.polyline(&places, "thread");
    for ([left, top], (_, _, said)) in places.iter().zip(figure.bins) {
        drawing.circle([*left, *top, 5.0], "point", said);
    }
    drawing.finished(figure.label)
}
