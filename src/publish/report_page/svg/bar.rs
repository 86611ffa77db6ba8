//! A bar inside a table's cell.

use super::Drawing;

/// `share` (0 to 1) of the cell's width.
pub(in super::super) fn bar(share: f64, class: &str) -> String {
    let mut drawing = Drawing::new(100.0, 8.0);
    drawing.rect([0.0, 0.0, 100.0, 8.0], "bar-back", "");
    let width = 100.0 * share.clamp(0.0, 1.0);
    // What is there at all is to be seen.
    let width = if share > 0.0 { width.max(0.8) } else { 0.0 };
    drawing.rect([0.0, 0.0, width, 8.0], class, "");
    let body = drawing.body;
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{body}</svg>"
    )
}
