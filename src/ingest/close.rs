//! Closing the books of a delivery, and holding it as a whole against what is stated and what came before.

use super::accept::row_dates::{self, FileDate};
use super::accept::totals::Totals;
use super::accept::volume::{self, Measured};
use super::build::{Findings, TrailerRow};
use super::intake::Intake;
use super::parse::SPREADSHEET;
use super::plan::Content;
use crate::config::source::Source;
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use crate::store::Rejects;
use crate::store::books::Reject;
use crate::store::commit::{Delivery, TONIGHT};
use std::collections::{BTreeMap, BTreeSet};

impl Intake<'_> {
    /// Enters what was found in a content in its books, and checks its totals and dates; `has_amount` says whether the
    /// table has an amount to reconcile.
    ///
    /// # Errors
    /// Kind `Refused` where the file does not hold what its trailer, its control file or its name say, and that stops
    /// the ingest.
    pub fn close(
        &mut self,
        table: Table,
        source: &Source,
        content: &Content,
        findings: Findings,
        has_amount: bool,
    ) -> Result<()> {
        let Findings {
            rejects,
            tally,
            sizes,
            rejected_ids,
            orphans,
            purged_accounts,
            trailers,
            extra_columns,
            ..
        } = findings;
        self.writer.keep_out_accounts(&purged_accounts);
        let totals = Totals {
            rows: tally.rows,
            sum: has_amount.then_some(tally.amounts.read),
            sum_unsigned: has_amount.then_some(tally.unsigned),
            unreadable: tally.amounts.unreadable,
        };
        let delivery = self.writer.delivery_mut(content.number);
        let used = delivery.books.amounts.used;
        let books = &mut delivery.books;
        books.rows = tally.rows + trailers.len() as u64;
        books.trailers = trailers.len() as u64;
        books.rejected = tally.rejected;
        books.purged = tally.purged;
        books.amounts = crate::store::books::Amounts {
            read: tally.amounts.read,
            rejected: tally.amounts.rejected,
            purged: tally.amounts.purged,
            unreadable: tally.amounts.unreadable,
            used,
            ..books.amounts
        };
        delivery.extra_columns = extra_columns;
        delivery.by_account = tally.by_account;
        delivery.orphans = orphans.len() as u64;
        delivery.median_amount = sizes.median();
        let judged = check_totals(content, &trailers, &totals)
            .and_then(|()| check_dates(delivery, source, content))
            .and_then(|()| check_spreadsheet(&content.export.name, &rejects));
        self.refusals.note(judged)?;
        self.taken.n_rows += usize::try_from(tally.rows).unwrap_or(usize::MAX);
        if rejects.is_empty() {
            return Ok(());
        }
        let is_owner = matches!(table, Table::Customers | Table::Accounts);
        let ids = if is_owner { rejected_ids } else { Vec::new() };
        let distinct: BTreeSet<_> = orphans.into_iter().collect();
        let orphans = distinct.into_iter().collect();
        self.writer.keep_rejects(content.number, &Rejects { rows: rejects, ids, orphans })
    }

    /// Compares each new delivery day with those before it.
    ///
    /// # Errors
    /// Kind `Refused`, naming the first day that is too small, too large, or of other amounts.
    pub fn check_volume(&self, table: Table, source: &Source, read: &[Content]) -> Result<()> {
        let Some(limits) = self.limits.volume.as_ref().filter(|_| source.volume != Some(false)) else {
            return Ok(());
        };
        let new: BTreeSet<u32> = read.iter().map(|content| content.number).collect();
        let is_month: BTreeSet<u32> =
            read.iter().filter(|content| content.export.is_month).map(|content| content.number).collect();
        let deliveries = || self.writer.commit().of_table(table);
        let dates = deliveries().map(Delivery::delivered_on).filter(|on| *on < TONIGHT);
        // Undated files of tonight come after all that was delivered before.
        let tonight = dates.max().map_or(TONIGHT, |newest| newest.plus_days(1));
        let mut days: BTreeMap<_, (Measured, bool)> = BTreeMap::new();
        for delivery in deliveries() {
            let delivered_on = delivery.delivered_on().min(tonight);
            let (day, is_new) = days
                .entry((delivered_on, delivery.rank().arrived))
                .or_insert((Measured { delivered_on, rows: 0, median_amount: None }, false));
            day.rows += delivery.books.rows;
            day.median_amount = delivery.median_amount.or(day.median_amount);
            *is_new |= new.contains(&delivery.number) && !is_month.contains(&delivery.number);
        }
        let measured: Vec<Measured> = days.values().map(|(day, _)| *day).collect();
        for (day, _) in days.values().filter(|(_, is_new)| *is_new) {
            volume::check(table, day, &measured, limits)?;
        }
        Ok(())
    }
}

/// Holds what was read against what the trailer and the control file of a content state.
fn check_totals(content: &Content, trailers: &[TrailerRow], totals: &Totals) -> Result<()> {
    let file = &content.export.name;
    for trailer in trailers {
        trailer.check(file, totals)?;
    }
    content.control.as_ref().map_or(Ok(()), |stated| stated.check_totals(file, totals))
}

/// Holds the dates of the rows that count against the date in the file's name, where the source asks for it.
fn check_dates(delivery: &Delivery, source: &Source, content: &Content) -> Result<()> {
    let (Some(column), Some(date)) = (&source.date_column, content.export.date) else { return Ok(()) };
    let rows = delivery.days.first().zip(delivery.days.last()).map(|(first, last)| (first.on, last.on));
    let file_date = if content.export.is_month { FileDate::Month(date) } else { FileDate::Day(date) };
    row_dates::check(&content.export.name, column, rows, file_date)
}

/// Refuses a file of which a spreadsheet has written an id anew: what was lost there cannot be brought back, and other
/// ids may have lost digits without a trace.
fn check_spreadsheet(file: &str, rejects: &[Reject]) -> Result<()> {
    let Some(reject) = rejects.iter().find(|reject| reject.reason == SPREADSHEET) else { return Ok(()) };
    let (file, column, line) = (file.escape_debug(), reject.column.escape_debug(), reject.line);
    Err(Error::refused(format!(
        "`{file}` passed through a spreadsheet: `{column}` on line {line} has an exponent"
    ))
    .hint("deliver the core system's own file: what was lost cannot be brought back"))
}
