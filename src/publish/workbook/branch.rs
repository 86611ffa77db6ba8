//! The workbook of a branch's head: what was brought before him, whom to hand over, and how his managers stand.

use super::cells::Cell;
use super::layout::Setting;
use super::overview::Known;
use super::page::{Frame, Head, Table};
use super::style::Style;
use super::{ROWS_MAX, begun, failed, footer_of, page};
use crate::date::Date;
use crate::error::Result;
use crate::labels::Labels;
use crate::money::Money;
use rust_xlsxwriter::XlsxError;

/// Everything that the head of one branch gets for one day.
pub struct BranchBook<'a> {
    pub branch: String,
    pub as_of: Date,
    pub currency: &'a str,
    pub run_id: &'a str,
    /// The end of a key `value_...` of `[summary]`.
    pub value_basis: &'static str,
    /// From this tier on (0 to 4), and from this change on, in currency units.
    pub escalated_from: (u8, f64),
    /// Largest first.
    pub moves: Vec<Move>,
    /// Longest open first.
    pub complaints: Vec<Complaint>,
    /// By value, largest first.
    pub handovers: Vec<Handover>,
    /// By id.
    pub managers: Vec<ManagerFigures>,
}

/// A large change of a customer's assets.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    pub customer: Known,
    /// Code of a tier.
    pub tier: &'static str,
    /// Finished words: whose customer he is.
    pub manager: String,
    pub change: Money,
    pub flow: Money,
    /// `None` where the change cannot be dated, so that only the flow is known.
    pub price: Option<Money>,
    pub days: i32,
}

/// A complaint that is not resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Complaint {
    pub customer: Known,
    pub tier: &'static str,
    pub manager: String,
    pub opened_on: Date,
    /// Currency units.
    pub assets: f64,
}

/// A customer of a manager who left or will leave.
#[derive(Debug, Clone, PartialEq)]
pub struct Handover {
    pub customer: Known,
    pub tier: &'static str,
    pub customer_type: &'static str,
    pub manager: String,
    pub left_on: Date,
    /// Currency units.
    pub value: f64,
    pub assets: f64,
}

/// What hangs on one manager, and how much of it is on his list.
#[derive(Debug, Clone, PartialEq)]
pub struct ManagerFigures {
    pub manager: String,
    pub n_customers: i64,
    pub value: f64,
    pub expected_loss: Option<f64>,
    pub listed: i32,
    pub not_listed: i32,
    pub capacity: i32,
}

/// The bytes of the workbook.
///
/// # Errors
/// Kind `Internal` where `as_of` lies outside Excel's calendar.
pub fn render_branch(book: &BranchBook, labels: &Labels) -> Result<Vec<u8>> {
    lay_out(book, labels).map_err(failed)
}

struct Words<'a> {
    book: &'a BranchBook<'a>,
    labels: &'a Labels,
}

fn lay_out(book: &BranchBook, labels: &Labels) -> Result<Vec<u8>, XlsxError> {
    let words = Words { book, labels };
    let style = Style::of(labels.language());
    let title =
        labels.fill("branch", "title", &[("branch", &book.branch), ("date", &book.as_of.to_string())]);
    let footer = footer_of(&title, book.run_id, labels);
    let mut workbook = begun(&super::clean(&title), book.as_of)?;
    let mut sheets = vec![("escalations", 1, vec![words.moves(), words.complaints()])];
    sheets.extend((1..).zip(words.handovers()).map(|(part, table)| ("handovers", part, vec![table])));
    sheets.push(("managers", 1, vec![words.managers()]));
    for (code, part, tables) in &sheets {
        let name = labels.text("branch", code);
        let name = if *part == 1 { name.to_owned() } else { format!("{name} {part}") };
        let subtitle = words.text(&format!("{code}_subtitle"));
        let frame =
            Frame { name: &name, title: &title, subtitle: &subtitle, footer: &footer, is_landscape: true };
        page::write(workbook.add_worksheet(), &style, &frame, tables)?;
    }
    workbook.save_to_buffer()
}

impl Words<'_> {
    fn text(&self, code: &str) -> String {
        let (tier, amount) = self.book.escalated_from;
        let tier = crate::labels::TIERS[usize::from(tier).min(4)];
        let values = [
            ("currency", self.book.currency),
            ("tier", self.labels.text("tier", tier)),
            ("amount", &Money::from_units(amount).grouped()),
        ];
        self.labels.fill("branch", code, &values)
    }

    fn head(&self, code: &str, setting: Setting) -> Head {
        Head::new(self.text(code), setting)
    }

    fn heads_of_customer(&self) -> [Head; 3] {
        [
            self.head("customer_id", Setting::Code),
            self.head("name", Setting::Words),
            self.head("tier", Setting::Words),
        ]
    }

    fn customer(&self, customer: &Known, tier: &str) -> [Cell; 3] {
        [
            Cell::text(&customer.customer_id),
            Cell::optional_text(customer.name.as_deref()),
            Cell::text(self.labels.text("tier", tier)),
        ]
    }

    fn value_head(&self) -> Head {
        let value = format!("value_{}", self.book.value_basis);
        let value = self.labels.text("summary", &value);
        let text = self.labels.fill("glance", "value", &[("value", value), ("currency", self.book.currency)]);
        Head::new(text, Setting::Amount)
    }

    fn table(&self, code: &str, heads: Vec<Head>, rows: Vec<Vec<Cell>>) -> Table {
        Table {
            heading: self.text(&format!("{code}_heading")),
            begins_a_page: false,
            note: self.text(&format!("{code}_note")),
            heads,
            rows,
            first_formats: Vec::new(),
            total: None,
            empty: self.text(&format!("no_{code}")),
        }
    }

    fn moves(&self) -> Table {
        let mut heads = Vec::from(self.heads_of_customer());
        heads.extend([
            self.head("manager", Setting::Words),
            self.head("change", Setting::Amount),
            self.head("flow", Setting::Amount),
            self.head("price", Setting::Amount),
            self.head("days", Setting::Count),
            self.head("rank", Setting::Rank),
        ]);
        let rows = self.book.moves.iter().map(|found| {
            let mut row = Vec::from(self.customer(&found.customer, found.tier));
            row.extend([
                Cell::text(&found.manager),
                Cell::Amount(found.change),
                Cell::Amount(found.flow),
                found.price.map_or(Cell::Empty, Cell::Amount),
                Cell::Count(found.days.unsigned_abs()),
                found.customer.rank.map_or(Cell::Empty, Cell::Count),
            ]);
            row
        });
        self.table("moves", heads, rows.collect())
    }

    fn complaints(&self) -> Table {
        let mut heads = Vec::from(self.heads_of_customer());
        heads.extend([
            self.head("manager", Setting::Words),
            self.head("assets", Setting::Amount),
            self.head("opened_on", Setting::Day),
            self.head("days_open", Setting::Count),
        ]);
        let rows = self.book.complaints.iter().map(|complaint| {
            let mut row = Vec::from(self.customer(&complaint.customer, complaint.tier));
            row.extend([
                Cell::text(&complaint.manager),
                Cell::units(complaint.assets),
                Cell::Day(complaint.opened_on),
                Cell::Count((self.book.as_of - complaint.opened_on).max(0).unsigned_abs()),
            ]);
            row
        });
        self.table("complaints", heads, rows.collect())
    }

    /// A table for as many customers as a sheet holds.
    fn handovers(&self) -> Vec<Table> {
        let mut parts: Vec<Table> =
            self.book.handovers.chunks(ROWS_MAX).map(|part| self.handovers_of(part)).collect();
        if parts.is_empty() {
            parts.push(self.handovers_of(&[]));
        }
        parts
    }

    fn handovers_of(&self, part: &[Handover]) -> Table {
        let mut heads = Vec::from(self.heads_of_customer());
        heads.extend([
            self.head("customer_type", Setting::Words),
            self.value_head(),
            self.head("assets", Setting::Amount),
            self.head("leaving", Setting::Words),
            self.head("left_on", Setting::Day),
            self.head("successor", Setting::FillIn),
        ]);
        let rows = part.iter().map(|handover| {
            let mut row = Vec::from(self.customer(&handover.customer, handover.tier));
            row.extend([
                Cell::text(self.labels.text("customer_type", handover.customer_type)),
                Cell::units(handover.value),
                Cell::units(handover.assets),
                Cell::text(&handover.manager),
                Cell::Day(handover.left_on),
                Cell::Empty,
            ]);
            row
        });
        self.table("handovers", heads, rows.collect())
    }

    fn managers(&self) -> Table {
        let heads = vec![
            self.head("manager", Setting::Indented),
            self.head("customers", Setting::Amount),
            self.value_head(),
            self.head("expected_loss", Setting::Amount),
            self.head("listed", Setting::Amount),
            self.head("not_listed", Setting::Amount),
            self.head("capacity", Setting::Amount),
        ];
        let count = |n: i32| Cell::Count(n.max(0).unsigned_abs());
        let line = |figures: &ManagerFigures| {
            vec![
                Cell::text(&figures.manager),
                Cell::Count(u32::try_from(figures.n_customers).unwrap_or(u32::MAX)),
                Cell::units(figures.value),
                figures.expected_loss.map_or(Cell::Empty, Cell::units),
                count(figures.listed),
                count(figures.not_listed),
                count(figures.capacity),
            ]
        };
        let managers = &self.book.managers;
        let losses = managers.iter().filter_map(|figures| figures.expected_loss);
        let all = ManagerFigures {
            manager: self.text("all"),
            n_customers: managers.iter().map(|figures| figures.n_customers).sum(),
            value: managers.iter().map(|figures| figures.value).sum(),
            expected_loss: managers
                .iter()
                .any(|figures| figures.expected_loss.is_some())
                .then(|| losses.sum()),
            listed: managers.iter().map(|figures| figures.listed).sum(),
            not_listed: managers.iter().map(|figures| figures.not_listed).sum(),
            capacity: managers.iter().map(|figures| figures.capacity).sum(),
        };
        let mut table = self.table("managers", heads, managers.iter().map(line).collect());
        table.total = Some(line(&all));
        table
    }
}
