//! Differences with their intervals, a line each, beside no difference.

use super::scale::{Scale, ticks};
use super::{Anchor, Drawing};

pub(in super::super) struct Interval {
    pub name: String,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub words: String,
}

const WIDTH: f64 = 470.0;
const LEFT: f64 = 112.0;
const RIGHT: f64 = 410.0;
const ROW: f64 = 30.0;
const TOP: f64 = 10.0;

/// `percent` writes percentage points.
pub(in super::super) fn intervals(
    rows: &[Interval],
    label: &str,
    name: &str,
    percent: fn(f64) -> String,
) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a few lists")]
    let bottom = TOP + ROW * rows.len() as f64;
    let mut drawing = Drawing::new(WIDTH, bottom + 44.0);
    let low = rows.iter().map(|row| row.low).fold(0.0, f64::min);
    let high = rows.iter().map(|row| row.high).fold(0.0, f64::max);
    let figures = ticks(low, high.max(low + 0.01), 4);
    let ends = [figures[0], figures[figures.len() - 1]];
    let x = Scale::new(ends, [LEFT, RIGHT]);
    for figure in &figures {
        let at = x.at(*figure);
        drawing.line([at, TOP, at, bottom], "grid");
        drawing.text([at, bottom + 16.0], Anchor::Middle, "tick", &percent(*figure));
    }
    drawing.line([x.at(0.0), TOP, x.at(0.0), bottom], "zero");
    drawing.text([f64::midpoint(LEFT, RIGHT), bottom + 36.0], Anchor::Middle, "name", name);
    let mut middle = TOP + ROW / 2.0;
    for row in rows {
        drawing.text([LEFT - 12.0, middle + 4.0], Anchor::End, "label", &row.name);
        drawing.line([x.at(row.low), middle, x.at(row.high), middle], "whisker");
        drawing.circle([x.at(row.value), middle, 5.0], "point", &row.words);
        drawing.text([RIGHT + 12.0, middle + 4.0], Anchor::Start, "label", &row.words);
        middle += ROW;
    }
    drawing.finished(label)
}
