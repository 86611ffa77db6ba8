//! Drawings of the page, made of our own shapes: axes, heat maps, flows, curves and calendars as inline SVG.
//!
//! Reads numbers and finished words; writes text. Colours are classes of the page's style sheet, so that one drawing
//! serves light, dark and print. Every text is escaped. Equal input gives equal bytes.

mod axes;
mod bar;
mod calibration;
mod curve;
mod flow;
mod heat;
mod intervals;
mod month;
mod scale;
mod shift;
mod squares;
mod tenths;

pub(super) use bar::bar;
pub(super) use calibration::{Calibration, calibration};
pub(super) use curve::{Concentration, concentration};
pub(super) use flow::{Flow, Link, flow};
pub(super) use heat::{HeatCell, HeatMap, STEPS, heat_map};
pub(super) use intervals::{Interval, intervals};
pub(super) use month::{DayCell, Month, month};
pub(super) use shift::shift;
pub(super) use squares::squares;
pub(super) use tenths::{Tenths, tenths};

use std::fmt::Write;

/// Where a text stands to its point.
#[derive(Debug, Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// A drawing that grows shape by shape; lengths are user units, of which a page shows about one per pixel.
struct Drawing {
    body: String,
    width: f64,
    height: f64,
}

impl Drawing {
    fn new(width: f64, height: f64) -> Self {
        Self { body: String::new(), width, height }
    }

    /// A rectangle from its upper left corner; `said` shows when it is pointed at.
    fn rect(&mut self, [x, y, width, height]: [f64; 4], class: &str, said: &str) {
        let [x, y, width, height] = [x, y, width.max(0.0), height.max(0.0)].map(length);
        self.shape(
            "rect",
            &format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\""),
            class,
            said,
        );
    }

    fn circle(&mut self, [x, y, radius]: [f64; 3], class: &str, said: &str) {
        let [x, y, radius] = [x, y, radius].map(length);
        self.shape("circle", &format!("cx=\"{x}\" cy=\"{y}\" r=\"{radius}\""), class, said);
    }

    fn line(&mut self, [x1, y1, x2, y2]: [f64; 4], class: &str) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(length);
        self.shape("line", &format!("x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\""), class, "");
    }

    /// A line through points.
    fn polyline(&mut self, points: &[[f64; 2]], class: &str) {
        let points: Vec<String> =
            points.iter().map(|[x, y]| format!("{},{}", length(*x), length(*y))).collect();
        self.shape("polyline", &format!("points=\"{}\"", points.join(" ")), class, "");
    }

    /// A closed area.
    fn path(&mut self, commands: &str, class: &str, said: &str) {
        self.shape("path", &format!("d=\"{commands}\""), class, said);
    }

    fn text(&mut self, [x, y]: [f64; 2], anchor: Anchor, class: &str, text: &str) {
        let _ = write!(
            self.body,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" class=\"{class}\">{}</text>",
            length(x),
            length(y),
            anchor.name(),
            escaped(text)
        );
    }

    /// A text that runs upwards, its middle at the point.
    fn upright(&mut self, [x, y]: [f64; 2], class: &str, text: &str) {
        let (x, y) = (length(x), length(y));
        let _ = write!(
            self.body,
            "<text transform=\"translate({x} {y}) rotate(-90)\" text-anchor=\"middle\" class=\"{class}\">{}</text>",
            escaped(text)
        );
    }

    fn shape(&mut self, name: &str, geometry: &str, class: &str, said: &str) {
        let _ = if said.is_empty() {
            write!(self.body, "<{name} {geometry} class=\"{class}\"/>")
        } else {
            let said = escaped(said);
            write!(self.body, "<{name} {geometry} class=\"{class}\"><title>{said}</title></{name}>")
        };
    }

    /// The element; `label` says in a sentence what is to be seen.
    fn finished(self, label: &str) -> String {
        let (width, height) = (length(self.width), length(self.height));
        format!(
            "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">{}</svg>",
            escaped(label),
            self.body
        )
    }
}

/// A length to a tenth of a unit, without needless zeros.
fn length(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A text as it may stand in an element or in quotes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_text_stays_a_text() {
        let mut drawing = Drawing::new(10.0, 10.0);
        drawing.text([0.0, 0.0], Anchor::Start, "t", "</text><script>alert(1)</script>");
        drawing.rect([0.0, 0.0, 1.0, 1.0], "b", "\" onload='x'");
        let svg = drawing.finished("<b>");
        assert!(!svg.contains("<script") && !svg.contains("<b>"), "{svg}");
        assert!(svg.contains("&quot; onload=&#39;x&#39;"), "{svg}");
    }

    #[test]
    fn lengths_are_short_and_never_negative_zero() {
        assert_eq!([1.0, 1.25, -0.01, 12.349].map(length), ["1", "1.2", "0", "12.3"]);
    }
}
