//! Lists and coverage by branch and by manager; managers by their ids alone.

use super::Seen;
use super::few::withheld_within;
use super::parts::{Block, Body, Cell, Row, Table, Width};
use super::svg::bar;
use super::words::{count, figure, optional_percent, share};
use crate::error::Result;
use crate::publish::branches::branch_name;
use crate::targets::UNASSIGNED;
use std::collections::BTreeMap;

/// Rows of either table; the others stand in `managers.parquet`.
const ROWS_MAX: usize = 20;

/// A row of `managers`, or the sum over a branch.
#[derive(Clone, Copy, Default)]
struct Figures {
    managers: usize,
    n: i64,
    value: f64,
    loss: Option<f64>,
    /// Customers of whom that is.
    n_scored: i64,
    /// Customers in scope a year ago, and of those the ones who stayed.
    year: (f64, f64),
    /// Customers to be contacted at a cadence, and of those the ones who were.
    due: (f64, f64),
    has_contacts: bool,
    listed: i64,
    not_listed: i64,
    capacity: i64,
}

impl Figures {
    fn add(&mut self, other: &Self) {
        self.managers += other.managers;
        self.n += other.n;
        self.value += other.value;
        self.n_scored += other.n_scored;
        if let Some(loss) = other.loss {
            *self.loss.get_or_insert(0.0) += loss;
        }
        self.year = (self.year.0 + other.year.0, self.year.1 + other.year.1);
        self.due = (self.due.0 + other.due.0, self.due.1 + other.due.1);
        self.has_contacts |= other.has_contacts;
        self.listed += other.listed;
        self.not_listed += other.not_listed;
        self.capacity += other.capacity;
    }

    fn coverage(&self) -> Option<f64> {
        (self.has_contacts && self.due.0 > 0.0).then(|| self.due.1 / self.due.0)
    }

    fn retention(&self) -> Option<f64> {
        (self.year.0 > 0.0).then(|| self.year.1 / self.year.0)
    }
}

/// A line of a table, and whether its value and its loss are withheld.
struct Line {
    name: Cell,
    figures: Figures,
    few_bring: bool,
    few_lose: bool,
}

impl Line {
    /// What is shown of the loss.
    fn loss(&self) -> Option<f64> {
        self.figures.loss.filter(|_| !self.few_lose)
    }
}

/// # Errors
/// Kind `Internal` if the managers' figures lack a column.
pub(super) fn blocks(seen: &Seen<'_>) -> Result<Vec<Block>> {
    let words = &seen.words;
    let managers = managers(seen)?;
    let mut by_branch: BTreeMap<Option<&str>, Figures> = BTreeMap::new();
    for (_, branch, figures) in &managers {
        by_branch.entry(branch.as_deref()).or_default().add(figures);
    }
    let place: BTreeMap<Option<&str>, usize> = by_branch.keys().copied().zip(0..).collect();
    let branch_of: Vec<usize> = managers.iter().map(|(_, branch, _)| place[&branch.as_deref()]).collect();
    let few_of = |of: fn(&Figures) -> i64| {
        let sizes: Vec<usize> = managers.iter().map(|(.., figures)| places(of(figures))).collect();
        withheld_within(&branch_of, &sizes)
    };
    let [branches_bring, managers_bring] = few_of(|figures| figures.n);
    let [branches_lose, managers_lose] = few_of(|figures| figures.n_scored);
    let lines = |names: Vec<Cell>, figures: Vec<Figures>, few_bring: Vec<bool>, few_lose: Vec<bool>| {
        let few = few_bring.into_iter().zip(few_lose);
        let line = |((name, figures), (few_bring, few_lose))| Line { name, figures, few_bring, few_lose };
        names.into_iter().zip(figures).zip(few).map(line).collect::<Vec<Line>>()
    };
    let name = |branch: Option<&str>| match branch {
        Some(id) => branch_name(seen.tables, id).unwrap_or(id).to_owned(),
        None => words.text("no_branch").to_owned(),
    };
    let named = |(id, branch, _): &(String, Option<String>, Figures)| {
        let id = if id == UNASSIGNED { words.text("no_manager") } else { id };
        Cell::text(id).with_sub(branch.as_deref().map(|branch| name(Some(branch))).unwrap_or_default())
    };
    let mut blocks = Vec::new();
    if by_branch.len() > 1 || by_branch.keys().any(Option::is_some) {
        let names = by_branch.keys().map(|branch| Cell::text(name(*branch))).collect();
        let figures = by_branch.values().copied().collect();
        let lines = lines(names, figures, branches_bring, branches_lose);
        blocks.push(table(seen, "lists_by_branch", "branch", lines));
    }
    let figures = managers.iter().map(|(.., figures)| *figures).collect();
    let lines = lines(managers.iter().map(named).collect(), figures, managers_bring, managers_lose);
    blocks.push(table(seen, "lists_by_manager", "manager", lines));
    Ok(blocks)
}

/// Id, branch and figures, by id.
fn managers(seen: &Seen<'_>) -> Result<Vec<(String, Option<String>, Figures)>> {
    let frame = &seen.night.lists.manager_figures;
    let floats = |name: &str| frame.column(name)?.f64().map(|column| column.iter().collect::<Vec<_>>());
    let counts = |name: &str| frame.column(name)?.i64().map(|column| column.iter().collect::<Vec<_>>());
    let places = |name: &str| frame.column(name)?.i32().map(|column| column.iter().collect::<Vec<_>>());
    let (values, losses) = (floats("value_12m")?, floats("expected_loss")?);
    let (retention, coverage) = (floats("retention_365d")?, floats("coverage")?);
    let (n, scored) = (counts("n_customers")?, counts("n_scored")?);
    let (year, due) = (counts("n_a_year_ago")?, counts("n_with_cadence")?);
    let (listed, not_listed, capacity) = (places("listed")?, places("not_listed")?, places("capacity")?);
    let ids = frame.column("manager_id")?.str()?;
    let branches = frame.column("branch_id")?.str()?;
    let mut managers = Vec::new();
    for (at, (id, branch)) in ids.iter().zip(branches.iter()).enumerate() {
        let (year, due) = (of(year[at]), of(due[at]));
        let figures = Figures {
            managers: 1,
            n: n[at].unwrap_or(0),
            value: values[at].filter(|value| value.is_finite()).unwrap_or(0.0),
            loss: losses[at].filter(|loss| loss.is_finite()),
            n_scored: scored[at].unwrap_or(0),
            year: (year, year * retention[at].filter(|share| share.is_finite()).unwrap_or(0.0)),
            due: (due, due * coverage[at].filter(|share| share.is_finite()).unwrap_or(0.0)),
            has_contacts: coverage[at].is_some_and(f64::is_finite),
            listed: listed[at].unwrap_or(0).into(),
            not_listed: not_listed[at].unwrap_or(0).into(),
            capacity: capacity[at].unwrap_or(0).into(),
        };
        managers.push((id.unwrap_or_default().to_owned(), branch.map(str::to_owned), figures));
    }
    Ok(managers)
}

fn of(n: Option<i64>) -> f64 {
    figure(places(n.unwrap_or(0)))
}

fn places(n: i64) -> usize {
    usize::try_from(n).unwrap_or(0)
}

/// The rows with most at risk of those that are shown, and a row for the others.
fn table(seen: &Seen<'_>, code: &str, first: &str, mut lines: Vec<Line>) -> Block {
    let words = &seen.words;
    let key = |line: &Line| {
        let value = if line.few_bring { f64::NEG_INFINITY } else { line.figures.value };
        (line.loss().unwrap_or(f64::NEG_INFINITY), value)
    };
    // Stable: equal ones stay in the order of their ids.
    lines.sort_by(|a, b| key(b).0.total_cmp(&key(a).0).then(key(b).1.total_cmp(&key(a).1)));
    // What all come to, less the others, would tell of anybody who is withheld.
    let (few_bring, few_lose) =
        (lines.iter().any(|line| line.few_bring), lines.iter().any(|line| line.few_lose));
    let rest = lines.split_off(lines.len().min(ROWS_MAX));
    let highest = lines.iter().filter_map(Line::loss).fold(0.0, f64::max);
    let mut rows: Vec<Row> = lines.into_iter().map(|of| Row::of(line(seen, of, highest))).collect();
    if !rest.is_empty() {
        let mut figures = Figures::default();
        rest.iter().for_each(|line| figures.add(&line.figures));
        let name = Cell::text(words.fill("further", &[("count", &count(rest.len()))]));
        rows.push(Row::of(line(seen, Line { name, figures, few_bring, few_lose }, f64::INFINITY)));
    }
    let heads = vec![
        words.head(first),
        words.number("customers"),
        words.number("value_in"),
        words.number("value_at_risk_in"),
        words.number("retention"),
        words.number("coverage"),
        words.number("list_of_capacity"),
        words.number("not_listed"),
    ];
    let block = Block::new(words, code, Width::Full, Body::Table(Table { heads, rows }));
    let without_contacts = !seen.tables.contacts_are_delivered();
    if without_contacts { block.noted(words.text("no_contacts").to_owned()) } else { block }
}

fn line(seen: &Seen<'_>, line: Line, highest: f64) -> Vec<Cell> {
    let words = &seen.words;
    let loss = share(line.loss().unwrap_or(0.0), highest);
    let Line { name, figures, few_bring, few_lose } = line;
    let loss = if loss > 0.0 { bar(loss, "risk") } else { String::new() };
    let coverage = figures.coverage();
    vec![
        name,
        Cell::text(count(places(figures.n))),
        Cell::unless(few_bring, words, words.amount(figures.value)),
        Cell::unless(few_lose, words, words.optional_amount(figures.loss)).with_bar(loss),
        Cell::text(optional_percent(figures.retention())),
        Cell::text(optional_percent(coverage))
            .with_bar(coverage.map(|coverage| bar(coverage, "fill")).unwrap_or_default()),
        Cell::text(words.fill(
            "of_capacity",
            &[("listed", &count(places(figures.listed))), ("capacity", &count(places(figures.capacity)))],
        )),
        Cell::text(count(places(figures.not_listed))),
    ]
}
