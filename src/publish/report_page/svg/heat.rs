//! A heat map over two scores from 0 to 100.

use super::axes::{Axis, axes};
use super::scale::Scale;
use super::{Anchor, Drawing};

/// Steps of the colour scale: classes `q0` to `q6`, or `w0` to `w6`, and `qt` or `wt` for the texts on them.
pub(in super::super) const STEPS: usize = 7;

/// One cell with something in it.
pub(in super::super) struct HeatCell {
    pub column: usize,
    pub row: usize,
    /// Below [`STEPS`]; `None` where the figure is withheld.
    pub step: Option<usize>,
    pub words: String,
    /// Shows when the cell is pointed at.
    pub said: String,
}

pub(in super::super) struct HeatMap<'a> {
    pub label: &'a str,
    pub x: &'a str,
    pub y: &'a str,
    /// Cells of a side.
    pub n: usize,
    /// `q` or `w`.
    pub ramp: &'a str,
    pub cells: &'a [HeatCell],
    /// What the first and the last step stand for.
    pub legend: [&'a str; 2],
}

const WIDTH: f64 = 470.0;
const HEIGHT: f64 = 424.0;
const LEFT: f64 = 58.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 340.0;
const RIGHT: f64 = 454.0;

pub(in super::super) fn heat_map(map: &HeatMap) -> String {
    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    #[expect(clippy::cast_precision_loss, reason = "a few cells")]
    let (n, place) = (map.n as f64, |at: usize| at as f64);
    let (width, height) = ((RIGHT - LEFT) / n, (BOTTOM - TOP) / n);
    drawing.rect([LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP], "plot", "");
    let ticks: Vec<(f64, String)> =
        [0, 20, 40, 60, 80, 100].map(|score| (f64::from(score), score.to_string())).into();
    let x = Axis { scale: Scale::new([0.0, 100.0], [LEFT, RIGHT]), ticks: &ticks, name: map.x };
    let y = Axis { scale: Scale::new([0.0, 100.0], [BOTTOM, TOP]), ticks: &ticks, name: map.y };
    axes(&mut drawing, &x, &y);
    for cell in map.cells {
        let (left, top) = (LEFT + width * place(cell.column), BOTTOM - height * (place(cell.row) + 1.0));
        let (class, on) = match cell.step {
            Some(step) => (format!("{}{step}", map.ramp), format!("cell {}t{step}", map.ramp)),
            None => ("withheld".to_owned(), "cell".to_owned()),
        };
        drawing.rect([left + 0.5, top + 0.5, width - 1.0, height - 1.0], &class, &cell.said);
        drawing.text([left + width / 2.0, top + height / 2.0 + 4.0], Anchor::Middle, &on, &cell.words);
    }
    legend(&mut drawing, map);
    drawing.finished(map.label)
}

fn legend(drawing: &mut Drawing, map: &HeatMap) {
    let (from, step, top) = (180.0, 22.0, 400.0);
    let mut left = from;
    for at in 0..STEPS {
        drawing.rect([left, top, step - 1.0, 12.0], &format!("{}{at}", map.ramp), "");
        left += step;
    }
    drawing.text([from - 8.0, top + 10.0], Anchor::End, "tick", map.legend[0]);
    drawing.text([left + 7.0, top + 10.0], Anchor::Start, "tick", map.legend[1]);
}
