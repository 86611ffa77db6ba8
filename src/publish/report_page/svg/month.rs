//! A month as a calendar: what falls due on each day, the more the darker.

use super::{Anchor, Drawing, length};
use crate::date::Date;

/// What falls due on one day.
pub(in super::super) struct DayCell {
    /// Below [`STEPS`](super::STEPS); `None` where no money falls due.
    pub step: Option<usize>,
    pub words: String,
    /// Whether a loan or a credit line ends.
    pub is_marked: bool,
    pub said: String,
}

pub(in super::super) struct Month<'a> {
    pub label: &'a str,
    /// Any day of it.
    pub day: Date,
    /// Monday to Sunday.
    pub weekdays: &'a [&'a str; 7],
    /// Of a day of the month; `None` where nothing falls due.
    pub cells: &'a dyn Fn(Date) -> Option<DayCell>,
    /// Days before it are shown without figures.
    pub from: Date,
}

const COLUMN: f64 = 58.0;
const ROW: f64 = 44.0;
const TOP: f64 = 24.0;

pub(in super::super) fn month(month: &Month) -> String {
    let last = month.day.month_end();
    let first = last.month_start();
    let before = weekday(first);
    let rows = (before + last.day()).div_ceil(7);
    let mut drawing = Drawing::new(COLUMN * 7.0, TOP + ROW * f64::from(rows));
    let mut left = COLUMN / 2.0;
    for name in month.weekdays {
        drawing.text([left, 14.0], Anchor::Middle, "tick", name);
        left += COLUMN;
    }
    for number in 0..last.day() {
        let day = first.plus_days(number.cast_signed());
        let place = before + number;
        let corner = [COLUMN * f64::from(place % 7), TOP + ROW * f64::from(place / 7)];
        let found = if day < month.from { None } else { (month.cells)(day) };
        draw(&mut drawing, corner, day, month.from, found.as_ref());
    }
    drawing.finished(month.label)
}

fn draw(drawing: &mut Drawing, [left, top]: [f64; 2], day: Date, from: Date, found: Option<&DayCell>) {
    let (class, on) = match found.and_then(|found| found.step) {
        Some(step) => (format!("q{step}"), format!("qt{step}")),
        None if day < from => ("past".to_owned(), "faint".to_owned()),
        None if day.is_working_day() => ("day".to_owned(), "faint".to_owned()),
        None => ("weekend".to_owned(), "faint".to_owned()),
    };
    let said = found.map_or("", |found| &*found.said);
    drawing.rect([left + 1.0, top + 1.0, COLUMN - 2.0, ROW - 2.0], &class, said);
    drawing.text([left + 6.0, top + 15.0], Anchor::Start, &format!("date {on}"), &day.day().to_string());
    if let Some(found) = found {
        drawing.text([left + COLUMN - 6.0, top + 35.0], Anchor::End, &format!("cell {on}"), &found.words);
        if found.is_marked {
            let [x, right, y, bottom] =
                [left + COLUMN - 15.0, left + COLUMN - 6.0, top + 6.0, top + 15.0].map(length);
            drawing.path(&format!("M{x} {y}L{right} {y}L{right} {bottom}Z"), "mark", &found.said);
        }
    }
}

/// 0 is Monday.
fn weekday(day: Date) -> u32 {
    // 1 January 1970 was a Thursday.
    (day.0 + 3).rem_euclid(7).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_mondays() {
        let on = |text: &str| weekday(text.parse().unwrap());
        assert_eq!([on("2026-11-02"), on("2026-11-08"), on("1969-12-29")], [0, 6, 0]);
    }
}
