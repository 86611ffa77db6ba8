//! A flow from what was on the left to what is on the right, as wide as customers are many.

use super::{Anchor, Drawing, length};

/// Where some moved from and to, by place in [`Flow::nodes`].
pub(in super::super) struct Link {
    pub from: usize,
    pub to: usize,
    pub n: u64,
    /// Class of the colour.
    pub class: &'static str,
    pub said: String,
}

pub(in super::super) struct Flow<'a> {
    pub label: &'a str,
    pub heads: [&'a str; 2],
    /// Names on either side, in their order.
    pub nodes: &'a [String],
    pub links: &'a [Link],
}

const WIDTH: f64 = 470.0;
const LEFT: f64 = 154.0;
const RIGHT: f64 = 316.0;
const NODE_WIDTH: f64 = 8.0;
/// What all links of a side share.
const THICKNESS: f64 = 230.0;
/// A node's words need so much height.
const NODE_MIN: f64 = 19.0;
const TOP: f64 = 30.0;
const LINK_MIN: f64 = 1.2;

/// One side: where each node begins and how much of it is taken.
struct Side {
    tops: Vec<f64>,
    taken: Vec<f64>,
    totals: Vec<u64>,
    bottom: f64,
}

impl Side {
    fn of(flow: &Flow, unit: f64, node_of: fn(&Link) -> usize) -> Self {
        let mut totals = vec![0; flow.nodes.len()];
        let mut heights = vec![0.0; flow.nodes.len()];
        for link in flow.links {
            totals[node_of(link)] += link.n;
            heights[node_of(link)] += thickness(link, unit);
        }
        let mut top = TOP;
        let mut tops = Vec::new();
        for height in heights {
            tops.push(top);
            if height > 0.0 {
                top += height.max(NODE_MIN - 7.0) + 7.0;
            }
        }
        Self { taken: vec![0.0; tops.len()], tops, totals, bottom: top }
    }

    /// The middle of the next `thickness` of a node.
    fn take(&mut self, node: usize, thickness: f64) -> f64 {
        let at = self.tops[node] + self.taken[node] + thickness / 2.0;
        self.taken[node] += thickness;
        at
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of customers")]
fn thickness(link: &Link, unit: f64) -> f64 {
    (link.n as f64 * unit).max(LINK_MIN)
}

pub(in super::super) fn flow(flow: &Flow) -> String {
    let n: u64 = flow.links.iter().map(|link| link.n).sum();
    #[expect(clippy::cast_precision_loss, reason = "a number of customers")]
    let unit = THICKNESS / n.max(1) as f64;
    let mut left = Side::of(flow, unit, |link| link.from);
    let mut right = Side::of(flow, unit, |link| link.to);
    let mut drawing = Drawing::new(WIDTH, left.bottom.max(right.bottom) + 6.0);
    for link in flow.links {
        let width = thickness(link, unit);
        let (from, to) = (left.take(link.from, width), right.take(link.to, width));
        drawing.path(&ribbon(from, to, width), &format!("link {}", link.class), &link.said);
    }
    drawing.text([LEFT, 14.0], Anchor::End, "name", flow.heads[0]);
    drawing.text([RIGHT, 14.0], Anchor::Start, "name", flow.heads[1]);
    for (node, name) in flow.nodes.iter().enumerate() {
        for (side, x, words, anchor) in [
            (&left, LEFT - NODE_WIDTH, LEFT - 14.0, Anchor::End),
            (&right, RIGHT, RIGHT + 14.0, Anchor::Start),
        ] {
            let (total, height) = (side.totals[node], side.taken[node]);
            if total == 0 {
                continue;
            }
            drawing.rect([x, side.tops[node], NODE_WIDTH, height], "node", "");
            let middle = side.tops[node] + height.max(NODE_MIN - 7.0) / 2.0 + 4.0;
            let said = format!("{name}  {}", crate::money::grouped_count(total));
            drawing.text([words, middle], anchor, "label", &said);
        }
    }
    drawing.finished(flow.label)
}

/// An area of one width between two heights.
fn ribbon(from: f64, to: f64, width: f64) -> String {
    let (half, middle) = (width / 2.0, length(f64::midpoint(LEFT, RIGHT)));
    let [left, right] = [LEFT, RIGHT].map(length);
    let [a, b, c, d] = [from - half, to - half, to + half, from + half].map(length);
    format!(
        "M{left} {a}C{middle} {a} {middle} {b} {right} {b}L{right} {c}C{middle} {c} {middle} {d} {left} {d}Z"
    )
}
