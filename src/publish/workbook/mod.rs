//! One Excel workbook per relationship manager: the list of the day, his customers at a glance, and what the columns
//! mean; and one per branch for its head.
//!
//! Reads finished rows; writes bytes, never a file. Equal input gives equal bytes. Texts never become
//! formulas, links or markup, and ids stay texts. Decides nothing: order, words and amounts are given.

mod branch;
mod cells;
mod file_name;
pub mod identity;
mod layout;
mod legend;
mod list;
mod overview;
mod page;
mod style;

pub use branch::{BranchBook, Complaint, Handover, ManagerFigures, Move, render_branch};
pub(super) use cells::clean;
pub use file_name::{branch_stem, manager_stem};
pub use overview::{Figures, Known, Loss, Maturity, Overview};

/// A text as it stands in a cell.
pub fn as_shown(text: &str) -> String {
    clean(text)
}

use crate::config::Profile;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::money::Money;
use crate::targets::UNASSIGNED;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use style::Style;

/// Everything that one manager gets for one day.
pub struct Book<'a> {
    pub manager_id: &'a str,
    pub manager_name: Option<&'a str>,
    pub branch: Option<&'a str>,
    pub as_of: Date,
    pub currency: &'a str,
    /// Lower limits of tiers t1 to t4, in currency units.
    pub tier_limits: [f64; 4],
    /// Lower limits of the bands raised, high and very high, as probabilities.
    pub band_limits: [f64; 3],
    pub overview: &'a Overview,
    pub profile: Profile,
    pub rows: &'a [Row],
    /// Further candidates beyond the manager's capacity.
    pub not_shown: u32,
    pub run_id: &'a str,
}

/// One customer to contact.
pub struct Row {
    pub rank: u32,
    pub customer_id: String,
    pub name: Option<String>,
    pub phone: Option<String>,
    /// Code of a tier.
    pub tier: String,
    /// Code of a customer type.
    pub customer_type: String,
    /// Code of a list.
    pub list: String,
    /// Finished words, a sentence each.
    pub reasons: Vec<String>,
    pub amount: Option<Money>,
    pub due_on: Option<Date>,
    /// Code of a kind of product.
    pub product: Option<&'static str>,
    /// Codes of all lists that apply, parted by commas.
    pub all_lists: String,
    /// The clause of the rules that fired.
    pub rule: Option<String>,
    /// Currency units.
    pub expected_value: Option<f64>,
    pub last_contact: Option<Date>,
    /// With its day.
    pub last_remark: Option<String>,
    /// Code of a channel.
    pub preferred_channel: Option<String>,
}

/// A sheet has 1,048,576 rows, of which a few stand above a table; longer lists go on in further sheets.
const ROWS_MAX: usize = 1_048_570;

const PAPER_A4: u8 = 9;
/// A footer holds 255 characters in all; each of these may count twice.
const FOOTER_PART_CHARS_MAX: usize = 50;

/// The bytes of the workbook.
///
/// # Errors
/// Kind `Internal` where `as_of` lies outside Excel's calendar.
pub fn render(book: &Book, labels: &Labels) -> Result<Vec<u8>> {
    lay_out(book, labels, ROWS_MAX).map_err(failed)
}

fn failed(cause: XlsxError) -> Error {
    Error::internal("cannot lay out a workbook").caused_by(cause)
}

/// `rows_max` is how many customers one sheet holds.
fn lay_out(book: &Book, labels: &Labels, rows_max: usize) -> Result<Vec<u8>, XlsxError> {
    let style = Style::of(labels.language());
    let mut workbook = begun(&title(book, labels), book.as_of)?;
    let n_parts = book.rows.len().div_ceil(rows_max).max(1);
    for number in 1..=n_parts {
        let from = (number - 1) * rows_max;
        let rows = &book.rows[from..book.rows.len().min(from + rows_max)];
        list::write(workbook.add_worksheet(), book, &list::Part { number, rows }, labels, &style)?;
    }
    overview::write(workbook.add_worksheet(), book, labels, &style)?;
    legend::write(workbook.add_worksheet(), book, labels, &style)?;
    identity::write(workbook.add_worksheet(), book, labels.language())?;
    workbook.save_to_buffer()
}

/// An empty workbook whose bytes depend on no clock.
fn begun(title: &str, as_of: Date) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let properties = DocProperties::new().set_title(title).set_author("Tercet");
    workbook.set_properties(&properties.set_creation_datetime(&excel_day(as_of)?));
    Ok(workbook)
}

fn title(book: &Book, labels: &Labels) -> String {
    clean(&labels.fill(
        "sheet",
        "title",
        &[("manager", &manager(book, labels)), ("date", &book.as_of.to_string())],
    ))
}

fn manager(book: &Book, labels: &Labels) -> String {
    if book.manager_id == UNASSIGNED {
        return labels.text("sheet", "unassigned").to_owned();
    }
    match book.manager_name {
        Some(name) => labels.fill("sheet", "manager", &[("name", name), ("id", book.manager_id)]),
        None => book.manager_id.to_owned(),
    }
}

fn footer(book: &Book, labels: &Labels) -> String {
    footer_of(&title(book, labels), book.run_id, labels)
}

/// Title, page, run; `&` begins a command in a footer and is doubled to mean itself.
fn footer_of(title: &str, run_id: &str, labels: &Labels) -> String {
    let part = |text: &str| -> String {
        clean(text).chars().take(FOOTER_PART_CHARS_MAX).collect::<String>().replace('&', "&&")
    };
    let run = part(&labels.fill("sheet", "run", &[("run", run_id)]));
    let page = labels.fill("sheet", "page", &[("page", "&P"), ("pages", "&N")]);
    format!("&L{}&C{page}&R{run}", part(title))
}

fn excel_day(day: Date) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_timestamp(i64::from(day.0) * 86_400)
}

#[cfg(test)]
mod tests;
