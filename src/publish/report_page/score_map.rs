//! The map of value against loyalty: how many customers stand where, and how likely they are to leave.

use super::Seen;
use super::parts::{Block, Body, Section, Width};
use super::svg::{HeatCell, HeatMap, STEPS, heat_map};
use super::words::{count, figure, percent};
use crate::error::Result;

/// Fields of a side: ten points of score each.
const FIELDS: usize = 10;
/// Fewer customers than this have neither their number nor their mean probability in a field, which would be nearly of
/// one customer.
const MANY: usize = 5;

/// What stands in one field.
#[derive(Clone, Copy, Default)]
struct Field {
    n: usize,
    n_scored: usize,
    /// Sum of probabilities.
    churn: f64,
}

/// # Errors
/// Kind `Internal` if the segments lack a column.
pub(super) fn section(seen: &Seen<'_>) -> Result<Section> {
    let words = &seen.words;
    let fields = fields(seen)?;
    let n: usize = fields.iter().map(|field| field.n).sum();
    let without = count(seen.tables.n_rows() - n);
    let blocks = if n == 0 {
        vec![Block::missing(words, "map_customers", Width::Full, words.text("map_missing").to_owned())]
    } else {
        let customers =
            Block::new(words, "map_customers", Width::Half, Body::Drawing(customers(seen, &fields)));
        vec![
            customers.noted(words.fill("map_without", &[("count", &without), ("few", &MANY.to_string())])),
            churn(seen, &fields),
        ]
    };
    Ok(Section::new("map", words, blocks))
}

/// By row (value) and column (loyalty), from the lowest.
fn fields(seen: &Seen<'_>) -> Result<Vec<Field>> {
    let mut fields = vec![Field::default(); FIELDS * FIELDS];
    let values = seen.tables.segments.frame().column("value_score")?.f64()?;
    let loyalties = seen.tables.segments.loyalty_scores();
    let probabilities = seen.tables.churn.probabilities();
    for (row, value) in values.iter().enumerate() {
        let Some((value, loyalty)) = value.and_then(place).zip(place(loyalties[row])) else { continue };
        let field = &mut fields[value * FIELDS + loyalty];
        field.n += 1;
        if let Some(probability) = probabilities[row] {
            field.n_scored += 1;
            field.churn += probability;
        }
    }
    Ok(fields)
}

/// The field of a score from 0 to 100; `None` where it is not known.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped, and not NaN")]
fn place(score: f64) -> Option<usize> {
    let width = 100.0 / figure(FIELDS);
    (!score.is_nan()).then(|| ((score.clamp(0.0, 100.0) / width) as usize).min(FIELDS - 1))
}

/// Step of the colour scale for a part (0 to 1) of the largest figure.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to STEPS")]
pub(super) fn step(part: f64) -> usize {
    ((part.clamp(0.0, 1.0) * figure(STEPS)) as usize).min(STEPS - 1)
}

fn cell(at: usize, step: Option<usize>, words: String, said: String) -> HeatCell {
    HeatCell { column: at % FIELDS, row: at / FIELDS, step, words, said }
}

/// Where a field lies, in words.
fn bounds(at: usize) -> [(&'static str, String); 4] {
    let width = 100 / FIELDS;
    let from = |place: usize| (place * width).to_string();
    let (loyalty, value) = (at % FIELDS, at / FIELDS);
    [
        ("loyalty_from", from(loyalty)),
        ("loyalty_to", from(loyalty + 1)),
        ("value_from", from(value)),
        ("value_to", from(value + 1)),
    ]
}

fn said(seen: &Seen<'_>, at: usize, field: &Field, figure_code: &str, shown: &str) -> String {
    let (bounds, n) = (bounds(at), count(field.n));
    let mut values: Vec<(&str, &str)> = bounds.iter().map(|(name, value)| (*name, value.as_str())).collect();
    values.extend([("count", n.as_str()), ("share", shown)]);
    seen.words.fill(figure_code, &values)
}

/// Fields are shaded by the logarithm: most customers crowd in few fields.
fn customers(seen: &Seen<'_>, fields: &[Field]) -> String {
    let words = &seen.words;
    let most = fields.iter().map(|field| field.n).max().unwrap_or(1);
    let many = MANY.to_string();
    let few = format!("<{many}");
    let cells: Vec<HeatCell> = (0..)
        .zip(fields)
        .filter(|(_, field)| field.n > 0)
        .map(|(at, field)| {
            if field.n < MANY {
                return cell(at, Some(0), few.clone(), said(seen, at, field, "map_said_few", &many));
            }
            let part = figure(field.n).ln_1p() / figure(most).ln_1p();
            let said = said(seen, at, field, "map_said_customers", "");
            cell(at, Some(step(part)), short(words, field.n), said)
        })
        .collect();
    draw(seen, &cells, "q", "map_label_customers", [&few, &count(most)])
}

/// A number that fits into a field.
fn short(words: &super::words::Words<'_>, n: usize) -> String {
    if n < 10_000 { n.to_string() } else { words.amount(figure(n)).replace(' ', "") }
}

fn churn(seen: &Seen<'_>, fields: &[Field]) -> Block {
    let words = &seen.words;
    let means: Vec<Option<f64>> = fields
        .iter()
        .map(|field| (field.n_scored >= MANY).then(|| field.churn / figure(field.n_scored)))
        .collect();
    let highest = means.iter().flatten().copied().fold(0.0, f64::max);
    if fields.iter().all(|field| field.n_scored == 0) {
        return Block::missing(words, "map_churn", Width::Half, words.text("no_model_long").to_owned());
    }
    let cells: Vec<HeatCell> = (0..)
        .zip(fields.iter().zip(means))
        .filter(|(_, (field, _))| field.n_scored > 0)
        .map(|(at, (field, mean))| {
            let (shown, code) = match mean {
                Some(mean) => (percent(mean), "map_said_churn"),
                None => (MANY.to_string(), "map_said_few"),
            };
            let part = mean.map(|mean| step(mean / highest.max(f64::MIN_POSITIVE)));
            let number = mean.map(|mean| format!("{:.0}", 100.0 * mean)).unwrap_or_default();
            cell(at, part, number, said(seen, at, field, code, &shown))
        })
        .collect();
    let drawing = draw(seen, &cells, "w", "map_label_churn", ["0%", &percent(highest)]);
    Block::new(words, "map_churn", Width::Half, Body::Drawing(drawing))
        .noted(words.fill("map_few", &[("count", &MANY.to_string())]))
}

fn draw(seen: &Seen<'_>, cells: &[HeatCell], ramp: &str, label: &str, legend: [&str; 2]) -> String {
    let words = &seen.words;
    heat_map(&HeatMap {
        label: words.text(label),
        x: words.text("loyalty_score"),
        y: words.text("value_score"),
        n: FIELDS,
        ramp,
        cells,
        legend,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_has_one_field() {
        assert_eq!([0.0, 9.99, 10.0, 50.0, 99.9, 100.0].map(place), [0, 0, 1, 5, 9, 9].map(Some));
        assert_eq!(place(f64::NAN), None);
        assert_eq!([0.0, 0.5, 1.0].map(step), [0, 3, 6]);
    }
}
