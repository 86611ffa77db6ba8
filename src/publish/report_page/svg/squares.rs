//! Three yes-or-no answers as squares.

use super::Drawing;

/// Full where the answer is yes; dotted where nothing is known.
pub(in super::super) fn squares(label: &str, answers: Option<[bool; 3]>) -> String {
    let mut drawing = Drawing::new(38.0, 12.0);
    for at in 0..3u8 {
        let class = match answers.map(|answers| answers[usize::from(at)]) {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        };
        drawing.rect([1.0 + 13.0 * f64::from(at), 1.0, 10.0, 10.0], class, label);
    }
    drawing.finished(label)
}
