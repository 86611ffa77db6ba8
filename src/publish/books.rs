//! The files that people of the bank open: a workbook and a CSV per manager, a workbook per branch.
//!
//! Reads the night's tables; hides what the profile hides. A manager's files hold his customers and no others. In
//! parallel; each file is dropped as soon as it is staged, so that memory holds one per thread.

use super::branches::{self, branch_name};
use super::list_file;
use super::portfolio::{self, Portfolios, Ranks};
use super::shelf::Shelf;
use super::workbook::{self, Book, Row, branch_stem, manager_stem, render_branch};
use crate::config::Profile;
use crate::contract::Contact;
use crate::error::Result;
use crate::io::staging::FileDigest;
use crate::privacy::Privacy;
use crate::targets::{self, List, Lists, ManagerList};
use rayon::prelude::*;

/// Four lines of its column, as the reasons beside it take.
const REMARK_CHARS_MAX: usize = 120;

/// What every file is made from.
struct Desk<'a> {
    shelf: Shelf<'a>,
    night: &'a targets::Night<'a>,
    portfolios: Portfolios<'a>,
    privacy: &'a Privacy,
    run_id: &'a str,
}

/// Lays out every file and stages it under `lists/`.
///
/// # Errors
/// Kind `Internal` if a file cannot be laid out or written, naming it.
pub fn write(
    shelf: Shelf<'_>,
    night: &targets::Night<'_>,
    lists: &Lists,
    privacy: &Privacy,
    run_id: &str,
) -> Result<Vec<FileDigest>> {
    let desk = Desk { shelf, night, portfolios: Portfolios::of(night), privacy, run_id };
    let of_managers: Vec<Vec<FileDigest>> =
        lists.managers.par_iter().map(|manager| desk.of_manager(manager)).collect::<Result<_>>()?;
    let branches = branches::books(night, lists, privacy, run_id)?;
    let of_branches: Vec<FileDigest> = branches
        .into_par_iter()
        .map(|(id, book)| {
            desk.stage(&format!("{}.xlsx", branch_stem(&id)), &render_branch(&book, night.labels)?)
        })
        .collect::<Result<_>>()?;
    Ok(of_managers.into_iter().flatten().chain(of_branches).collect())
}

impl Desk<'_> {
    fn of_manager(&self, manager: &ManagerList) -> Result<Vec<FileDigest>> {
        let (night, id) = (self.night, manager.manager_id.as_str());
        let ranks = portfolio::ranks(manager);
        let rows = self.rows(manager, &ranks);
        let held_out = portfolio::held_out(manager);
        let own = self.portfolios.rows(id);
        let known = night.bank.manager(id);
        let branch = known.and_then(|known| known.branch_id.as_deref());
        let book = Book {
            manager_id: id,
            manager_name: known.and_then(|known| known.name.as_deref()),
            branch: branch.map(|id| branch_name(night, id).unwrap_or(id)),
            as_of: night.as_of(),
            currency: &night.config.base_currency,
            tier_limits: night.config.value.tier_limits,
            band_limits: night.config.churn.band_limits,
            overview: &portfolio::overview(night, self.privacy, own, &ranks, &held_out),
            profile: self.privacy.profile(),
            rows: &rows,
            not_shown: u32::try_from(manager.beyond_capacity.len()).unwrap_or(u32::MAX),
            run_id: self.run_id,
        };
        let stem = manager_stem(id);
        let mut files = vec![self.stage(&format!("{stem}.xlsx"), &workbook::render(&book, night.labels)?)?];
        if night.config.publish.csv {
            files.push(self.stage(&format!("{stem}.csv"), &list_file::bytes(&book, night.labels)?)?);
        }
        Ok(files)
    }

    fn stage(&self, name: &str, bytes: &[u8]) -> Result<FileDigest> {
        self.shelf.put(&format!("lists/{name}"), bytes)
    }

    /// What was last remarked of the customer, with its day, cut to what a glance takes in. What people write freely may
    /// name anybody: it stands in full workbooks alone.
    fn last_remark(&self, row: usize) -> Option<String> {
        let of_contact = |contact: &Contact| Some((contact.contacted_on, contact.remark.clone()?));
        let (on, remark) = self.night.contacts(row).iter().rev().find_map(of_contact)?;
        let mut shown: String = remark.chars().take(REMARK_CHARS_MAX).collect();
        if shown.len() < remark.len() {
            shown.push('…');
        }
        (self.privacy.profile() == Profile::Full).then(|| format!("{on} {shown}"))
    }

    fn rows(&self, manager: &ManagerList, ranks: &Ranks) -> Vec<Row> {
        let night = self.night;
        let listed = manager.shown().map(|assigned| {
            let customer = night.customer(assigned.row);
            let known = portfolio::known(night, self.privacy, assigned.row, ranks);
            let lists: Vec<&str> = assigned.lists().map(List::code).collect();
            Row {
                rank: known.rank.unwrap_or_default(),
                customer_id: known.customer_id,
                name: known.name,
                phone: self.privacy.phone(customer.phone.as_deref()),
                tier: portfolio::tier(night, assigned.row).to_owned(),
                customer_type: night.segments.customer_types()[assigned.row].to_owned(),
                list: assigned.first.list.code().to_owned(),
                all_lists: lists.join(","),
                reasons: assigned.reasons().map(str::to_owned).collect(),
                amount: assigned.first.amount,
                due_on: assigned.first.due_on,
                product: assigned.first.product.map(crate::contract::codes::ProductKind::code),
                rule: assigned.first.rule.clone(),
                expected_value: assigned.first.expected_value,
                last_contact: night.last_contact(assigned.row),
                last_remark: self.last_remark(assigned.row),
                preferred_channel: customer.preferred_channel.as_deref().map(str::to_owned),
            }
        });
        listed.collect()
    }
}
