//! The managers' workbooks of a night.

use super::workbook::{self, Book, Row};
use crate::error::Result;
use crate::io::staging::{FileDigest, Staging};
use crate::labels::Labels;
use crate::targets::{self, ManagerList};
use rayon::prelude::*;
use std::io::Write;

/// Lays out one workbook per manager, in parallel, and stages them under `lists/`.
///
/// # Errors
/// Kind `Internal` if a workbook cannot be laid out or written, naming it.
pub fn write(
    staging: &Staging,
    night: &targets::Night<'_>,
    managers: &[ManagerList],
    run_id: &str,
) -> Result<Vec<FileDigest>> {
    managers.par_iter().map(|manager| write_one(staging, night, manager, run_id)).collect()
}

fn write_one(
    staging: &Staging,
    night: &targets::Night<'_>,
    manager: &ManagerList,
    run_id: &str,
) -> Result<FileDigest> {
    let rows = rows(night, manager);
    let known = night.bank.manager(&manager.manager_id);
    let branch = known.and_then(|known| known.branch_id.as_deref()).map(|id| branch_name(night, id));
    let book = Book {
        tier_limits: night.config.value.tier_limits,
        manager_id: &manager.manager_id,
        manager_name: known.and_then(|known| known.name.as_deref()),
        branch,
        as_of: night.as_of(),
        currency: &night.config.base_currency,
        rows: &rows,
        not_shown: u32::try_from(manager.beyond_capacity.len()).unwrap_or(u32::MAX),
        run_id,
    };
    let bytes = workbook::render(&book, night.labels)?;
    let path = format!("lists/{}", workbook::file_name(&manager.manager_id));
    let mut file = staging.create(&path)?;
    file.write_all(&bytes)
        .map_err(|cause| crate::error::Error::internal(format!("cannot write `{path}`")).caused_by(cause))?;
    file.finish()
}

fn branch_name<'a>(night: &targets::Night<'a>, id: &'a str) -> &'a str {
    night.bank.branch(id).and_then(|branch| branch.name.as_deref()).unwrap_or(id)
}

fn rows(night: &targets::Night<'_>, manager: &ManagerList) -> Vec<Row> {
    let labels: &Labels = night.labels;
    (1u32..)
        .zip(manager.shown())
        .map(|(rank, assigned)| {
            let customer = night.customer(assigned.row);
            let owned = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
            Row {
                rank,
                customer_id: customer.customer_id.to_string(),
                name: owned(&customer.name),
                phone: owned(&customer.phone),
                tier: night.segments.tiers()[assigned.row]
                    .map_or(String::new(), |tier| crate::labels::TIERS[usize::from(tier)].into()),
                customer_type: night.segments.customer_types()[assigned.row].into(),
                list: assigned.first.list.code().into(),
                reasons: assigned.reasons().map(str::to_owned).collect(),
                amount: assigned.first.amount,
                due_on: assigned.first.due_on,
                product: assigned
                    .first
                    .product
                    .map(|product| labels.text("product_kind", product.code()).to_owned()),
                last_contact: night.last_contact(assigned.row),
                preferred_channel: owned(&customer.preferred_channel),
            }
        })
        .collect()
}
