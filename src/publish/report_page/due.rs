//! What falls due: money whose term ends and debts that end, day by day over three months.

use super::Seen;
use super::few::{FEW, is_few, withheld_sharing};
use super::parts::{Block, Body, Captioned, Cell, Head, Row, Section, Table, Width};
use super::score_map::step;
use super::svg::{DayCell, Month, month};
use super::words::{Words, count, percent};
use crate::contract::Holding;
use crate::contract::codes::ProductKind;
use crate::contract::tables::Table as Delivered;
use crate::date::Date;
use crate::money::Money;
use std::collections::{BTreeMap, BTreeSet};

/// Months that the calendar and the table show, the first one being that of the day after the night. Both have the same
/// months, so that no difference between the two tells of a part of one.
const MONTHS: usize = 3;
/// In place of an amount that is withheld.
const HIDDEN: &str = "·";

/// What falls due on a day or of a kind.
#[derive(Default)]
struct Due {
    n: usize,
    /// Minor units.
    amount: i128,
    /// Rows of whom it is, ascending.
    customers: Vec<usize>,
}

impl Due {
    /// Customers come one after the other.
    fn add(&mut self, row: usize, balance: Money) {
        self.n += 1;
        if self.customers.last() != Some(&row) {
            self.customers.push(row);
        }
        self.amount += i128::from(balance.0);
    }

    fn units(&self) -> f64 {
        super::listed::units(self.amount)
    }
}

/// What is ahead: money of the customers, or their loans and credit lines.
#[derive(Default)]
struct Ahead {
    days: BTreeMap<Date, Due>,
    months: [Due; MONTHS],
    kinds: BTreeMap<ProductKind, [Due; MONTHS]>,
}

impl Ahead {
    fn add(&mut self, month: usize, on: Date, row: usize, held: &Holding) {
        let kind = &mut self.kinds.entry(held.product_kind).or_default()[month];
        for due in [self.days.entry(on).or_default(), &mut self.months[month], kind] {
            due.add(row, held.balance);
        }
    }

    /// Days whose money is withheld: of too few customers, or given away by the sum of the month.
    fn hidden_days(&self) -> BTreeSet<Date> {
        let mut by_month: BTreeMap<i32, Vec<(&Date, &Due)>> = BTreeMap::new();
        self.days.iter().for_each(|day| by_month.entry(day.0.month_index()).or_default().push(day));
        let hidden = by_month.values().flat_map(|days| {
            let are = withheld_sharing(days.iter().map(|(_, due)| &*due.customers));
            days.iter().zip(are).filter(|(_, is)| *is).map(|((day, _), _)| **day)
        });
        hidden.collect()
    }

    /// The same of kinds, by month.
    fn hidden_kinds(&self) -> [Vec<bool>; MONTHS] {
        std::array::from_fn(|month| withheld_sharing(self.kinds.values().map(|sums| &*sums[month].customers)))
    }
}

pub(super) fn section(seen: &Seen<'_>) -> Section {
    let words = &seen.words;
    let tables = seen.tables;
    let has_dates = tables.is_delivered(Delivered::Holdings, "matures_on");
    if !has_dates || !tables.bank.calendar().has_balances_on(tables.as_of()) {
        let why = words.text(if has_dates { "due_no_balances" } else { "due_no_dates" }).to_owned();
        return Section::new("due", words, vec![Block::missing(words, "due_calendar", Width::Full, why)]);
    }
    let [maturing, debts] = ahead(seen);
    if maturing.days.is_empty() && debts.days.is_empty() {
        let why = words.text("due_nothing").to_owned();
        return Section::new("due", words, vec![Block::nothing(words, "due_calendar", Width::Full, why)]);
    }
    Section::new("due", words, vec![calendar(seen, &maturing, &debts), kinds(seen, [&maturing, &debts])])
}

/// Last days of the months.
fn months(as_of: Date) -> [Date; MONTHS] {
    let mut next = as_of.plus_days(1).month_index()..;
    std::array::from_fn(|_| Date::end_of_month_index(next.next().unwrap_or_default()))
}

/// Money, and debts.
fn ahead(seen: &Seen<'_>) -> [Ahead; 2] {
    let as_of = seen.tables.as_of();
    let months = months(as_of);
    let [mut maturing, mut debts] = [Ahead::default(), Ahead::default()];
    for row in 0..seen.tables.n_rows() {
        for held in seen.tables.holdings(row, as_of).iter().filter(|held| held.balance.0 > 0) {
            let Some(on) = held.matures_on.filter(|on| *on > as_of) else { continue };
            let Some(month) = months.iter().position(|end| on <= *end) else { continue };
            if held.product_kind.counts_in_aum() {
                maturing.add(month, on, row, held);
            } else if held.product_kind.is_debt() {
                debts.add(month, on, row, held);
            }
        }
    }
    [maturing, debts]
}

fn calendar(seen: &Seen<'_>, maturing: &Ahead, debts: &Ahead) -> Block {
    let words = &seen.words;
    let first = seen.tables.as_of().plus_days(1);
    let (hidden, hidden_debts) = (maturing.hidden_days(), debts.hidden_days());
    let open = maturing.days.iter().filter(|(day, _)| !hidden.contains(day));
    let most = open.map(|(_, due)| due.amount).max().unwrap_or(1).max(1);
    let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let weekdays = weekdays.map(|code| words.text(code));
    let cells = |day: Date| {
        let (maturing, debts) = (maturing.days.get(&day), debts.days.get(&day));
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
            said: said(
                words,
                day,
                maturing.map(|due| (due, is_hidden)),
                debts.map(|due| (due, hidden_debts.contains(&day))),
            ),
        })
    };
    let months = months(seen.tables.as_of()).into_iter().zip(&maturing.months).map(|(day, sum)| {
        let caption = caption(words, day, sum);
        let drawing = month(&Month { label: &caption, day, weekdays: &weekdays, cells: &cells, from: first });
        Captioned { caption, drawing }
    });
    let body = Body::Drawings(months.collect());
    let block = Block::new(words, "due_calendar", Width::Full, body);
    let block = if hidden.is_empty() && hidden_debts.is_empty() { block } else { block.with_few(words) };
    block.noted(words.text("due_legend").to_owned())
}

/// Month, money and number of what matures in it.
fn caption(words: &Words<'_>, day: Date, sum: &Due) -> String {
    words.fill(
        "due_month",
        &[
            ("year", &day.year().to_string()),
            ("month", &format!("{:02}", day.month())),
            ("amount", &words.unless(is_few(sum.customers.len()), words.money(sum.units()))),
            ("count", &count(sum.n)),
        ],
    )
}

/// Either with whether it is withheld.
fn said(words: &Words<'_>, day: Date, maturing: Option<(&Due, bool)>, debts: Option<(&Due, bool)>) -> String {
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
        debts.map(|(due, is_few)| told(code("due_said_debts", "due_said_few_debts", is_few), due)),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(words.text("separator"))
}

/// Money and debts by kind; each of the two is its own total, as the calendar has both.
fn kinds(seen: &Seen<'_>, ahead: [&Ahead; 2]) -> Block {
    let words = &seen.words;
    let rows = ahead.into_iter().zip(["due_money", "due_debt"]).flat_map(|(ahead, what)| {
        let hidden = ahead.hidden_kinds();
        let row = move |(at, (kind, sums)): (usize, (&ProductKind, &[Due; MONTHS]))| {
            let name = Cell::text(words.product(kind.code())).with_sub(words.text(what));
            let figures = sums.iter().zip(&hidden).map(|(due, are_few)| {
                Cell::unless(are_few[at], words, words.amount(due.units()))
                    .with_sub(words.fill("due_contracts", &[("count", &count(due.n))]))
            });
            Row::of(std::iter::once(name).chain(figures).collect())
        };
        ahead.kinds.iter().enumerate().map(row)
    });
    let in_month = months(seen.tables.as_of()).map(|day| {
        let month = [("year", day.year().to_string()), ("month", format!("{:02}", day.month()))];
        let mut values: Vec<(&str, &str)> = month.iter().map(|(name, value)| (*name, &**value)).collect();
        values.push(("currency", words.currency));
        Head { text: words.fill("due_month_in", &values), ..words.number("due_month_in") }
    });
    let heads: Vec<Head> = std::iter::once(words.head("product")).chain(in_month).collect();
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
