//! What falls due: money whose term ends and debts that end, day by day over three months.

use super::Seen;
use super::parts::{Block, Body, Captioned, Cell, Row, Section, Table, Width};
use super::score_map::step;
use super::svg::{DayCell, Month, month};
use super::words::{Words, count, percent};
use crate::contract::codes::ProductKind;
use crate::contract::tables::Table as Delivered;
use crate::date::Date;
use crate::money::Money;
use std::collections::BTreeMap;

/// Months that the calendar shows, the first one being that of the day after the night.
const MONTHS: i32 = 3;
/// Days within which the table adds up.
const WITHIN: [i32; 3] = [7, 30, 90];

/// What falls due on a day or of a kind.
#[derive(Clone, Copy, Default)]
struct Due {
    n: usize,
    /// Minor units.
    amount: i128,
}

impl Due {
    fn add(&mut self, balance: Money) {
        self.n += 1;
        self.amount += i128::from(balance.0);
    }

    fn units(&self) -> f64 {
        super::listed::units(self.amount)
    }
}

/// Everything ahead, by day and by kind.
#[derive(Default)]
struct Ahead {
    /// Money of the customers.
    maturing: BTreeMap<Date, Due>,
    /// Loans and credit lines.
    debts: BTreeMap<Date, Due>,
    /// Within each of [`WITHIN`].
    kinds: BTreeMap<ProductKind, [Due; WITHIN.len()]>,
}

pub(super) fn section(seen: &Seen<'_>) -> Section {
    let words = &seen.words;
    let tables = seen.tables;
    let has_dates = tables.is_delivered(Delivered::Holdings, "matures_on");
    if !has_dates || !tables.bank.calendar().has_balances_on(tables.as_of()) {
        let why = words.text(if has_dates { "due_no_balances" } else { "due_no_dates" }).to_owned();
        return Section::new("due", words, vec![Block::missing(words, "due_calendar", Width::Full, why)]);
    }
    let ahead = ahead(seen);
    if ahead.maturing.is_empty() && ahead.debts.is_empty() {
        let why = words.text("due_nothing").to_owned();
        return Section::new("due", words, vec![Block::nothing(words, "due_calendar", Width::Full, why)]);
    }
    Section::new("due", words, vec![calendar(seen, &ahead), kinds(seen, &ahead)])
}

/// The last day that is looked at.
fn until(as_of: Date) -> Date {
    Date::end_of_month_index(as_of.plus_days(1).month_index() + MONTHS - 1)
}

fn ahead(seen: &Seen<'_>) -> Ahead {
    let as_of = seen.tables.as_of();
    let until = until(as_of);
    let mut ahead = Ahead::default();
    for row in 0..seen.tables.n_rows() {
        for held in seen.tables.holdings(row, as_of) {
            let Some(on) = held.matures_on.filter(|on| *on > as_of && *on <= until) else { continue };
            let kind = held.product_kind;
            let days = if kind.counts_in_aum() { &mut ahead.maturing } else { &mut ahead.debts };
            if held.balance.0 <= 0 || !(kind.counts_in_aum() || kind.is_debt()) {
                continue;
            }
            days.entry(on).or_default().add(held.balance);
            let kinds = ahead.kinds.entry(kind).or_default();
            for (within, sum) in WITHIN.into_iter().zip(kinds) {
                if on - as_of <= within {
                    sum.add(held.balance);
                }
            }
        }
    }
    ahead
}

fn calendar(seen: &Seen<'_>, ahead: &Ahead) -> Block {
    let words = &seen.words;
    let first = seen.tables.as_of().plus_days(1);
    let most = ahead.maturing.values().map(|due| due.amount).max().unwrap_or(1).max(1);
    let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let weekdays = weekdays.map(|code| words.text(code));
    let cells = |day: Date| {
        let (maturing, debts) = (ahead.maturing.get(&day), ahead.debts.get(&day));
        if maturing.is_none() && debts.is_none() {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a part of the largest sum")]
        let part = maturing.map(|due| (due.amount as f64 / most as f64).sqrt());
        Some(DayCell {
            step: part.map(step),
            words: maturing.map(|due| words.amount(due.units()).replace(' ', "")).unwrap_or_default(),
            is_marked: debts.is_some(),
            said: said(words, day, maturing, debts),
        })
    };
    let months = (0..MONTHS).map(|at| {
        let day = Date::end_of_month_index(first.month_index() + at);
        let caption = caption(words, day, ahead);
        let drawing = month(&Month { label: &caption, day, weekdays: &weekdays, cells: &cells, from: first });
        Captioned { caption, drawing }
    });
    let body = Body::Drawings(months.collect());
    Block::new(words, "due_calendar", Width::Full, body).noted(words.text("due_legend").to_owned())
}

/// Month, money and number of what matures in it.
fn caption(words: &Words<'_>, day: Date, ahead: &Ahead) -> String {
    let of_month = ahead.maturing.iter().filter(|(on, _)| on.month_index() == day.month_index());
    let sum = of_month
        .fold(Due::default(), |sum, (_, due)| Due { n: sum.n + due.n, amount: sum.amount + due.amount });
    words.fill(
        "due_month",
        &[
            ("year", &day.year().to_string()),
            ("month", &format!("{:02}", day.month())),
            ("amount", &words.money(sum.units())),
            ("count", &count(sum.n)),
        ],
    )
}

fn said(words: &Words<'_>, day: Date, maturing: Option<&Due>, debts: Option<&Due>) -> String {
    let told = |code: &str, due: &Due| {
        words.fill(
            code,
            &[("date", &day.to_string()), ("count", &count(due.n)), ("amount", &words.money(due.units()))],
        )
    };
    let sentences =
        [maturing.map(|due| told("due_said_money", due)), debts.map(|due| told("due_said_debts", due))];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(words.text("separator"))
}

fn kinds(seen: &Seen<'_>, ahead: &Ahead) -> Block {
    let words = &seen.words;
    let rows = ahead.kinds.iter().map(|(kind, sums)| {
        let what = if kind.counts_in_aum() { "due_money" } else { "due_debt" };
        let name = Cell::text(words.product(kind.code())).with_sub(words.text(what));
        let figures = sums.iter().map(|due| {
            Cell::text(words.amount(due.units()))
                .with_sub(words.fill("due_contracts", &[("count", &count(due.n))]))
        });
        Row::of(std::iter::once(name).chain(figures).collect())
    });
    let within = WITHIN.map(|days| {
        let mut head = words.number("due_within_in");
        head.text = words.fill("due_within_in", &[("days", &days.to_string()), ("currency", words.currency)]);
        head.help = words.fill("due_within_help", &[("days", &days.to_string())]);
        head
    });
    let heads = std::iter::once(words.head("product")).chain(within).collect();
    let table = Table { heads, rows: rows.collect() };
    Block::new(words, "due_kinds", Width::Full, Body::Table(table)).noted(renewed(seen))
}

/// What part of the money that matured in the last year began a new term.
fn renewed(seen: &Seen<'_>) -> String {
    let (words, features) = (&seen.words, seen.tables.features);
    let (matured, shares) = (features.column("matured_365d"), features.column("renewal_share_365d"));
    let known =
        || matured.iter().zip(shares).filter(|(matured, share)| matured.is_finite() && share.is_finite());
    let all: f64 = known().map(|(matured, _)| matured).sum();
    let renewed: f64 = known().map(|(matured, share)| matured * share).sum();
    if all > 0.0 {
        words.fill("due_renewed", &[("share", &percent(renewed / all)), ("amount", &words.money(all))])
    } else {
        words.text("due_renewed_unknown").to_owned()
    }
}
