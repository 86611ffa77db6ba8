//! What falls due: money whose term ends and debts that end, day by day over three months.

use super::Seen;
use super::few::{FEW, is_few, withheld};
use super::parts::{Block, Body, Captioned, Cell, Row, Section, Table, Width};
use super::score_map::step;
use super::svg::{DayCell, Month, month};
use super::words::{Words, count, percent};
use crate::contract::codes::ProductKind;
use crate::contract::tables::Table as Delivered;
use crate::date::Date;
use crate::money::Money;
use std::collections::{BTreeMap, BTreeSet};

/// Months that the calendar shows, the first one being that of the day after the night.
const MONTHS: i32 = 3;
/// Days within which the table adds up.
const WITHIN: [i32; 3] = [7, 30, 90];
/// In place of an amount that is withheld.
const HIDDEN: &str = "·";

/// What falls due on a day or of a kind.
#[derive(Clone, Copy, Default)]
struct Due {
    n: usize,
    /// Minor units.
    amount: i128,
    n_customers: usize,
    /// Row of the last one counted.
    last: Option<usize>,
}

impl Due {
    /// Customers come one after the other.
    fn add(&mut self, row: usize, balance: Money) {
        self.n += 1;
        self.n_customers += usize::from(self.last.replace(row) != Some(row));
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
    /// The same by month.
    months: BTreeMap<i32, Due>,
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
            days.entry(on).or_default().add(row, held.balance);
            if kind.counts_in_aum() {
                ahead.months.entry(on.month_index()).or_default().add(row, held.balance);
            }
            let kinds = ahead.kinds.entry(kind).or_default();
            for (within, sum) in WITHIN.into_iter().zip(kinds) {
                if on - as_of <= within {
                    sum.add(row, held.balance);
                }
            }
        }
    }
    ahead
}

fn calendar(seen: &Seen<'_>, ahead: &Ahead) -> Block {
    let words = &seen.words;
    let first = seen.tables.as_of().plus_days(1);
    let hidden = hidden_days(ahead);
    let open = ahead.maturing.iter().filter(|(day, _)| !hidden.contains(day));
    let most = open.map(|(_, due)| due.amount).max().unwrap_or(1).max(1);
    let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let weekdays = weekdays.map(|code| words.text(code));
    let cells = |day: Date| {
        let (maturing, debts) = (ahead.maturing.get(&day), ahead.debts.get(&day));
        if maturing.is_none() && debts.is_none() {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a part of the largest sum")]
        let part = |due: &Due| (due.amount as f64 / most as f64).sqrt();
        let is_hidden = hidden.contains(&day);
        let shown = |due: &Due| words.amount(due.units()).replace(' ', "");
        Some(DayCell {
            step: maturing.map(|due| if is_hidden { 0 } else { step(part(due)) }),
            words: maturing
                .map(|due| if is_hidden { HIDDEN.to_owned() } else { shown(due) })
                .unwrap_or_default(),
            is_marked: debts.is_some(),
            said: said(words, day, maturing.map(|due| (due, is_hidden)), debts),
        })
    };
    let months = (0..MONTHS).map(|at| {
        let day = Date::end_of_month_index(first.month_index() + at);
        let caption = caption(words, day, ahead);
        let drawing = month(&Month { label: &caption, day, weekdays: &weekdays, cells: &cells, from: first });
        Captioned { caption, drawing }
    });
    let body = Body::Drawings(months.collect());
    let block = Block::new(words, "due_calendar", Width::Full, body);
    let block = if hidden.is_empty() { block } else { block.with_few(words) };
    block.noted(words.text("due_legend").to_owned())
}

/// Days whose money is withheld: of too few customers, or given away by the sum of the month.
fn hidden_days(ahead: &Ahead) -> BTreeSet<Date> {
    let of_month = |month: i32| ahead.maturing.iter().filter(move |(day, _)| day.month_index() == month);
    let months = ahead.months.keys().flat_map(|month| {
        let sizes = of_month(*month).map(|(_, due)| due.n_customers);
        of_month(*month).zip(withheld(sizes)).filter(|(_, is)| *is).map(|((day, _), _)| *day)
    });
    months.collect()
}

/// Month, money and number of what matures in it.
fn caption(words: &Words<'_>, day: Date, ahead: &Ahead) -> String {
    let sum = ahead.months.get(&day.month_index()).copied().unwrap_or_default();
    words.fill(
        "due_month",
        &[
            ("year", &day.year().to_string()),
            ("month", &format!("{:02}", day.month())),
            ("amount", &words.unless(is_few(sum.n_customers), words.money(sum.units()))),
            ("count", &count(sum.n)),
        ],
    )
}

/// `maturing` with whether it is withheld.
fn said(words: &Words<'_>, day: Date, maturing: Option<(&Due, bool)>, debts: Option<&Due>) -> String {
    let told = |code: &str, due: &Due| {
        words.fill(
            code,
            &[
                ("date", &day.to_string()),
                ("count", &count(due.n)),
                ("amount", &words.money(due.units())),
                ("few", &FEW.to_string()),
            ],
        )
    };
    let code = |code: &'static str, few: &'static str, is_few: bool| if is_few { few } else { code };
    let sentences = [
        maturing.map(|(due, is_few)| told(code("due_said_money", "due_said_few", is_few), due)),
        debts.map(|due| told(code("due_said_debts", "due_said_few_debts", is_few(due.n_customers)), due)),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(words.text("separator"))
}

fn kinds(seen: &Seen<'_>, ahead: &Ahead) -> Block {
    let words = &seen.words;
    let few_within: [Vec<bool>; WITHIN.len()] =
        std::array::from_fn(|within| withheld(ahead.kinds.values().map(|sums| sums[within].n_customers)));
    let rows = ahead.kinds.iter().enumerate().map(|(at, (kind, sums))| {
        let what = if kind.counts_in_aum() { "due_money" } else { "due_debt" };
        let name = Cell::text(words.product(kind.code())).with_sub(words.text(what));
        let figures = sums.iter().zip(&few_within).map(|(due, are_few)| {
            Cell::unless(are_few[at], words, words.amount(due.units()))
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
    if is_few(known().filter(|(matured, _)| **matured > 0.0).count()) {
        words.fill("due_renewed_few", &[("few", &FEW.to_string())])
    } else if all > 0.0 {
        words.fill("due_renewed", &[("share", &percent(renewed / all)), ("amount", &words.money(all))])
    } else {
        words.text("due_renewed_unknown").to_owned()
    }
}
