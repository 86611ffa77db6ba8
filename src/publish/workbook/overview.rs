//! The second sheet: a manager's customers at a glance.

use super::cells::Cell;
use super::layout::Setting;
use super::page::{Frame, Head, Table};
use super::style::Style;
use super::{Book, page};
use crate::config::Band;
use crate::date::Date;
use crate::labels::Labels;
use crate::money::Money;
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Figures of all customers of one manager.
pub struct Overview {
    pub as_of: Date,
    /// How value is computed: the end of a key `value_...` of `[summary]`.
    pub value_basis: &'static str,
    /// By code of a type, those that somebody has.
    pub types: Vec<(&'static str, Figures)>,
    /// By code of a tier, those that somebody is in.
    pub tiers: Vec<(&'static str, Figures)>,
    pub all: Figures,
    /// By band, the gravest first, those that somebody is in.
    pub bands: Vec<(Band, Figures)>,
    /// Customers without a probability.
    pub n_not_scored: usize,
    /// Largest first.
    pub losses: Vec<Loss>,
    /// Days that `maturities` look ahead.
    pub maturity_days: i32,
    /// By date, then the largest first.
    pub maturities: Vec<Maturity>,
    /// Further ones that the sheet has no room for, and their sum.
    pub further_maturities: (usize, Money),
}

/// Sums over customers, in currency units.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Figures {
    pub n: usize,
    pub value: f64,
    /// NaN where no balances are delivered.
    pub assets: f64,
    /// Assets of those with a probability, not yet times it; `None` without any probability.
    pub at_risk: Option<f64>,
    /// The same times the probability.
    pub expected_loss: Option<f64>,
}

/// A customer whose loss would weigh much.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    pub customer: Known,
    pub customer_type: &'static str,
    pub probability: f64,
    pub at_risk: f64,
    pub expected_loss: f64,
}

/// Money whose term ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Maturity {
    pub customer: Known,
    /// Code of a kind of product.
    pub product: &'static str,
    pub amount: Money,
    pub on: Date,
}

/// A customer as files show him.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub customer_id: String,
    pub name: Option<String>,
    /// On the list of the day.
    pub rank: Option<u32>,
}

/// Words and units of the sheet.
struct Words<'a> {
    labels: &'a Labels,
    currency: &'a str,
}

impl Words<'_> {
    fn text(&self, code: &str) -> String {
        self.labels.fill("glance", code, &[("currency", self.currency)])
    }

    fn head(&self, code: &str, setting: Setting) -> Head {
        Head::new(self.text(code), setting)
    }

    fn value_head(&self, basis: &str) -> Head {
        let value = format!("value_{basis}");
        let value = self.labels.text("summary", &value);
        let text = self.labels.fill("glance", "value", &[("value", value), ("currency", self.currency)]);
        Head::new(text, Setting::Amount)
    }
}

pub(super) fn write(
    sheet: &mut Worksheet,
    book: &Book,
    labels: &Labels,
    style: &Style,
) -> Result<(), XlsxError> {
    let words = Words { labels, currency: book.currency };
    let overview = book.overview;
    let tables = [
        by_code(&words, overview, ("by_type", "customer_type"), &overview.types),
        by_code(&words, overview, ("by_tier", "tier"), &overview.tiers),
        at_risk(&words, overview, book.band_limits, style),
        losses(&words, overview),
        maturities(&words, overview),
    ];
    let customers = overview.all.n.to_string();
    let subtitle = labels.fill("glance", "subtitle", &[("customers", &customers)]);
    let frame = Frame {
        name: labels.text("sheet", "glance"),
        title: &super::title(book, labels),
        subtitle: &subtitle,
        footer: &super::footer(book, labels),
        is_landscape: false,
    };
    page::write(sheet, style, &frame, &tables)
}

#[expect(clippy::cast_precision_loss, reason = "a number of customers")]
fn share(part: usize, whole: usize) -> Cell {
    Cell::share(part as f64 / whole as f64)
}

fn optional_units(units: Option<f64>) -> Cell {
    units.map_or(Cell::Empty, Cell::units)
}

/// Customers, value, assets and expected loss by type or tier.
fn by_code(
    words: &Words,
    overview: &Overview,
    (heading, section): (&str, &str),
    groups: &[(&'static str, Figures)],
) -> Table {
    let line = |name: &str, figures: &Figures| {
        vec![
            Cell::text(name),
            Cell::count(figures.n),
            share(figures.n, overview.all.n),
            Cell::units(figures.value),
            Cell::units(figures.assets),
            optional_units(figures.expected_loss),
        ]
    };
    let rows = groups.iter().map(|(code, figures)| line(words.labels.text(section, code), figures));
    Table {
        heading: words.text(heading),
        begins_a_page: false,
        note: String::new(),
        heads: vec![
            words.head(section, Setting::Indented),
            words.head("customers", Setting::Count),
            words.head("share", Setting::Share),
            words.value_head(overview.value_basis),
            words.head("assets", Setting::Amount),
            words.head("expected_loss", Setting::Amount),
        ],
        rows: rows.collect(),
        first_formats: Vec::new(),
        total: Some(line(&words.text("all"), &overview.all)),
        empty: words.text("no_group"),
    }
}

/// Customers and what hangs on them, by band of probability.
fn at_risk(words: &Words, overview: &Overview, limits: [f64; 3], style: &Style) -> Table {
    let n_scored = overview.all.n - overview.n_not_scored;
    let line = |name: &str, from: &str, figures: &Figures| {
        vec![
            Cell::text(name),
            Cell::count(figures.n),
            share(figures.n, n_scored),
            Cell::text(from),
            optional_units(figures.at_risk),
            optional_units(figures.expected_loss),
        ]
    };
    let rows = overview.bands.iter().map(|(band, figures)| {
        line(words.labels.text("band", band.code()), &band_from(words, *band, limits), figures)
    });
    let all = Figures { n: n_scored, ..overview.all };
    let n_not_scored = overview.n_not_scored.to_string();
    Table {
        heading: words.text("at_risk_heading"),
        begins_a_page: false,
        note: words.labels.fill("glance", "at_risk_note", &[("count", &n_not_scored)]),
        heads: vec![
            words.head("band", Setting::Indented),
            words.head("customers", Setting::Count),
            words.head("share", Setting::Share),
            words.head("probability", Setting::Indented),
            words.head("at_risk", Setting::Amount),
            words.head("expected_loss", Setting::Amount),
        ],
        first_formats: overview.bands.iter().map(|(band, _)| Some(style.band(*band))).collect::<Vec<_>>(),
        rows: rows.collect(),
        total: Some(line(&words.text("all"), "", &all)),
        empty: words.text("no_probability"),
    }
}

/// The probabilities of a band in words.
fn band_from(words: &Words, band: Band, limits: [f64; 3]) -> String {
    let percent = |share: f64| format!("{}%", (share * 1000.0).round() / 10.0);
    let at = band as usize;
    let lower = at.checked_sub(1).map_or(String::new(), |at| percent(limits[at]));
    let upper = limits.get(at).map_or(String::new(), |limit| percent(*limit));
    words.labels.fill("glance", &format!("band_{}", band.code()), &[("lower", &lower), ("upper", &upper)])
}

fn known(customer: &Known) -> [Cell; 2] {
    [Cell::text(&customer.customer_id), Cell::optional_text(customer.name.as_deref())]
}

fn rank(customer: &Known) -> Cell {
    customer.rank.map_or(Cell::Empty, Cell::Count)
}

fn losses(words: &Words, overview: &Overview) -> Table {
    let rows = overview.losses.iter().map(|loss| {
        let customer_type = Cell::text(words.labels.text("customer_type", loss.customer_type));
        let figures = [
            customer_type,
            Cell::share(loss.probability),
            Cell::units(loss.at_risk),
            Cell::units(loss.expected_loss),
            rank(&loss.customer),
        ];
        known(&loss.customer).into_iter().chain(figures).collect()
    });
    Table {
        heading: words.text("losses_heading"),
        begins_a_page: true,
        note: String::new(),
        heads: vec![
            words.head("customer_id", Setting::Code),
            words.head("name", Setting::Words),
            words.head("customer_type", Setting::Words),
            words.head("probability", Setting::Share),
            words.head("at_risk", Setting::Amount),
            words.head("expected_loss", Setting::Amount),
            words.head("rank", Setting::Rank),
        ],
        rows: rows.collect(),
        first_formats: Vec::new(),
        total: None,
        empty: words.text("no_probability"),
    }
}

fn maturities(words: &Words, overview: &Overview) -> Table {
    let rows = overview.maturities.iter().map(|maturity| {
        let figures = [
            Cell::text(words.labels.text("product_kind", maturity.product)),
            Cell::Day(maturity.on),
            Cell::Count((maturity.on - overview.as_of).unsigned_abs()),
            Cell::Amount(maturity.amount),
            rank(&maturity.customer),
        ];
        known(&maturity.customer).into_iter().chain(figures).collect()
    });
    let (n_further, amount) = overview.further_maturities;
    let further = [("count", n_further.to_string()), ("amount", amount.grouped())];
    let further = further.each_ref().map(|(name, value)| (*name, value.as_str()));
    Table {
        heading: words.labels.fill(
            "glance",
            "maturities_heading",
            &[("days", &overview.maturity_days.to_string())],
        ),
        begins_a_page: false,
        note: if n_further > 0 {
            words.labels.fill("glance", "further_maturities", &further)
        } else {
            String::new()
        },
        heads: vec![
            words.head("customer_id", Setting::Code),
            words.head("name", Setting::Words),
            words.head("product", Setting::Words),
            words.head("matures_on", Setting::Day),
            words.head("days_left", Setting::Count),
            words.head("amount", Setting::Amount),
            words.head("rank", Setting::Rank),
        ],
        rows: rows.collect(),
        first_formats: Vec::new(),
        total: None,
        empty: words.text("no_maturity"),
    }
}
