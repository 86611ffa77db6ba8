//! The dates at which running totals are kept: the edges of every window of every reference date.

use super::Lens;
use super::totals::Effect;
use super::windows::WINDOW_DAYS;
use crate::contract::codes::Kind;
use crate::date::Date;

/// The edges of several reference dates, and what is the same for every customer between them.
#[derive(Debug)]
pub struct Timeline {
    /// Ascending, each date once.
    edges: Vec<Edge>,
    /// [`Date::month_index`] of each day from the first edge to the last, less that of the first.
    month_of_day: Vec<u16>,
    pub effects: [Effect; Kind::ALL.len()],
}

/// A day up to which totals run, itself included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pub on: Date,
    /// Whether the mix is kept too: it is asked for over a year only.
    pub has_mix: bool,
}

/// Positions in [`Timeline::edges`] of one reference date.
#[derive(Debug, Clone, Copy)]
pub struct Edges {
    pub now: usize,
    /// The day before each window, by [`Window`](super::windows::Window).
    pub before: [usize; WINDOW_DAYS.len()],
    /// The date and the day before the last 365, among the edges with a mix.
    pub mix_now: usize,
    pub mix_before: usize,
    /// The day before [`first_of_months`].
    pub before_months: usize,
    /// First and last day of the month of [`first_of_months`].
    pub first_month: (Date, Date),
}

/// The first day of the last twelve calendar months that lies in the last 365 days: in a leap year the year of
/// months is a day longer.
fn first_of_months(as_of: Date) -> Date {
    let first = Date::end_of_month_index(as_of.month_index() - 12).plus_days(1);
    first.max(as_of.plus_days(-364))
}

fn edges_of(as_of: Date) -> impl Iterator<Item = Date> {
    let before = WINDOW_DAYS.iter().map(move |days| as_of.plus_days(-days));
    before.chain([as_of, first_of_months(as_of).plus_days(-1)])
}

impl Timeline {
    pub fn of(lenses: &[Lens<'_>]) -> Self {
        let mut dates: Vec<Date> = lenses.iter().flat_map(|lens| edges_of(lens.as_of)).collect();
        dates.sort_unstable();
        dates.dedup();
        let asks_mix =
            |on: Date| lenses.iter().any(|lens| on == lens.as_of || on == lens.as_of.plus_days(-365));
        let months = dates.first().zip(dates.last()).map_or_else(Vec::new, |(first, last)| {
            let month = |day| Date(day).month_index() - first.month_index();
            (first.0..=last.0).map(|day| u16::try_from(month(day)).expect("under 5,000 years")).collect()
        });
        let edges = dates.into_iter().map(|on| Edge { on, has_mix: asks_mix(on) }).collect();
        Self { edges, month_of_day: months, effects: Effect::of_kinds() }
    }

    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// A number that is the same for all days of a month; `day` must lie between the first edge and the last.
    #[expect(clippy::cast_sign_loss, reason = "days from the first edge on")]
    pub fn month_of(&self, day: Date) -> u16 {
        self.month_of_day[(day - self.edges[0].on) as usize]
    }

    /// `as_of` must be among the lenses that the timeline was made of.
    pub fn edges_at(&self, as_of: Date) -> Edges {
        let before = |date: Date| self.edges.iter().take_while(move |edge| edge.on < date);
        let position = |date: Date| before(date).count();
        let mix = |date: Date| before(date).filter(|edge| edge.has_mix).count();
        let first = first_of_months(as_of);
        let month_end = first.month_end();
        Edges {
            now: position(as_of),
            before: WINDOW_DAYS.map(|days| position(as_of.plus_days(-days))),
            mix_now: mix(as_of),
            mix_before: mix(as_of.plus_days(-365)),
            before_months: position(first.plus_days(-1)),
            first_month: (month_end.month_start(), month_end),
        }
    }
}
