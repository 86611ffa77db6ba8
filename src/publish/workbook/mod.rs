//! One Excel workbook per relationship manager: the list of the day, and what its columns mean.
//!
//! Reads finished rows; writes bytes, never a file. Equal input gives equal bytes. Texts never become
//! formulas, links or markup, and ids stay texts. Decides nothing: order, words and amounts are given.

mod cells;
mod file_name;
mod identity;
mod layout;
mod legend;
mod list;
mod style;

pub use file_name::file_name;

/// A text as it stands in a cell.
pub fn as_shown(text: &str) -> String {
    clean(text)
}

use crate::date::Date;
use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::money::Money;
use crate::targets::UNASSIGNED;
use cells::clean;
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
    /// Finished words.
    pub product: Option<String>,
    pub last_contact: Option<Date>,
    /// Code of a channel.
    pub preferred_channel: Option<String>,
}

/// A sheet has 1,048,576 rows, of which four stand above the list.
const ROWS_MAX: usize = 1_048_570;

const PAPER_A4: u8 = 9;
/// A footer holds 255 characters in all; each of these may count twice.
const FOOTER_PART_CHARS_MAX: usize = 50;

/// The bytes of the workbook.
///
/// # Errors
/// Where there are more rows than a sheet holds, or `as_of` lies outside Excel's calendar.
pub fn render(book: &Book, labels: &Labels) -> Result<Vec<u8>> {
    fits(book.rows.len())?;
    lay_out(book, labels).map_err(|cause| Error::internal("cannot lay out a workbook").caused_by(cause))
}

/// The number of rows, where a sheet holds them.
fn fits(n_rows: usize) -> Result<()> {
    if n_rows <= ROWS_MAX {
        return Ok(());
    }
    Err(Error::usage(format!(
        "a manager's list of {n_rows} customers is longer than a sheet, {ROWS_MAX} rows"
    ))
    .hint("lower the manager's daily capacity"))
}

fn lay_out(book: &Book, labels: &Labels) -> Result<Vec<u8>, XlsxError> {
    let style = Style::of(labels.language());
    let mut workbook = Workbook::new();
    let properties = DocProperties::new().set_title(title(book, labels)).set_author("Tercet");
    workbook.set_properties(&properties.set_creation_datetime(&excel_day(book.as_of)?));
    list::write(workbook.add_worksheet(), book, labels, &style)?;
    legend::write(workbook.add_worksheet(), book, labels, &style)?;
    identity::write(workbook.add_worksheet(), book, labels)?;
    workbook.save_to_buffer()
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

/// Manager and day, page, run; `&` begins a command in a footer and is doubled to mean itself.
fn footer(book: &Book, labels: &Labels) -> String {
    let part = |text: String| -> String {
        clean(&text).chars().take(FOOTER_PART_CHARS_MAX).collect::<String>().replace('&', "&&")
    };
    let run = part(labels.fill("sheet", "run", &[("run", book.run_id)]));
    let page = labels.fill("sheet", "page", &[("page", "&P"), ("pages", "&N")]);
    format!("&L{}&C{page}&R{run}", part(title(book, labels)))
}

fn excel_day(day: Date) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_timestamp(i64::from(day.0) * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::Language;

    fn row(text: &str) -> Row {
        let some = || Some(text.to_owned());
        Row {
            rank: 1,
            customer_id: text.to_owned(),
            name: some(),
            phone: some(),
            tier: text.to_owned(),
            customer_type: text.to_owned(),
            list: text.to_owned(),
            reasons: vec![text.to_owned(); 3],
            amount: Some(Money(i64::MIN)),
            due_on: Some(Date(-200_000)),
            product: some(),
            last_contact: Some(Date(2_932_896)),
            preferred_channel: some(),
        }
    }

    fn book<'a>(text: &'a str, rows: &'a [Row]) -> Book<'a> {
        Book {
            manager_id: text,
            manager_name: Some(text),
            branch: Some(text),
            as_of: Date::parse_iso("2026-10-31").unwrap(),
            currency: text,
            tier_limits: [1.0, 2.0, 3.0, f64::MAX],
            rows,
            not_shown: 3,
            run_id: text,
        }
    }

    #[test]
    fn any_text_gives_a_workbook_and_the_same_one_again() {
        let long = "& x".repeat(30_000);
        let texts = [
            "",
            "=HYPERLINK(\"http://x\")",
            "+86 138",
            "@SUM(1)",
            "\t\r\n\0\u{7}\u{202e}",
            "<r><t>&</t></r>",
            "http://example.com",
            "&P&N&L&&",
            "{manager}{name|a|b}",
            "_x0041_",
            "😀张三\u{301}",
            &long,
        ];
        for language in Language::ALL {
            let labels = Labels::of(language);
            for text in texts {
                let rows = [row(text), row(text)];
                let bytes = render(&book(text, &rows), &labels).unwrap();
                assert!(bytes.starts_with(b"PK"));
                assert_eq!(bytes, render(&book(text, &rows), &labels).unwrap());
            }
            assert!(render(&book("M1", &[]), &labels).is_ok());
        }
    }

    #[test]
    fn customers_without_a_manager_have_a_title_of_their_own() {
        let titles = Language::ALL.map(|language| title(&book(UNASSIGNED, &[]), &Labels::of(language)));
        assert_eq!(titles, ["Customers without a manager · 2026-10-31", "无客户经理的客户 · 2026-10-31"]);
    }

    #[test]
    fn a_list_longer_than_a_sheet_is_refused() {
        assert!(fits(ROWS_MAX).is_ok());
        assert!(fits(ROWS_MAX + 1).unwrap_err().to_string().contains("1048571 customers"));
    }

    #[test]
    fn a_footer_holds_what_excel_allows() {
        let long = "&".repeat(500);
        for language in Language::ALL {
            let footer = footer(&book(&long, &[]), &Labels::of(language));
            assert!(footer.encode_utf16().count() <= 255, "{footer}");
        }
    }
}
