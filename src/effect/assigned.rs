//! Who is assigned tonight: the measured lists of the managers, and the best offers that marketing owns.
//!
//! Reads the published frames of the lists by the names of their columns. A held-out customer is assigned like any
//! other: he took his place.

use super::ledger::{Assignment, Names};
use crate::error::Result;
use crate::store::Bank;
use crate::targets::{List, Lists, Night};
use polars::prelude::{Column, DataFrame, StringChunked};
use std::sync::Arc;

const MARKETING: &str = "marketing";

/// The list of this code, if its effect is measured.
fn measured(code: &str) -> Option<List> {
    List::from_code(code).filter(|list| list.is_a_campaign())
}

/// What is looked up of a customer.
struct Standing<'a> {
    bank: &'a Bank,
    rows: &'a [u32],
    tiers: &'a StringChunked,
    bands: &'a StringChunked,
}

impl Standing<'_> {
    /// Tier and churn band tonight; of one who has left the night, none.
    fn of(&self, customer_id: &str, names: &mut Names) -> [Option<Arc<str>>; 2] {
        let row = self.bank.index_of(customer_id).and_then(|index| self.rows.binary_search(&index).ok());
        let Some(row) = row else { return [None, None] };
        [self.tiers.get(row), self.bands.get(row)].map(|code| code.map(|code| names.of(code)))
    }
}

/// Tonight's assignments, those of earlier nights included.
pub(super) fn tonight(night: &Night<'_>, lists: &Lists) -> Result<Vec<Assignment>> {
    let standing = Standing {
        bank: night.bank,
        rows: night.features.customers(),
        tiers: night.segments.frame().column("tier")?.str()?,
        bands: night.churn.frame().column("band")?.str()?,
    };
    let mut names = Names::default();
    let mut rows = of_managers(night, &lists.targets, &standing, &mut names)?;
    rows.extend(of_marketing(night, &lists.cross_sell, &standing, &mut names)?);
    Ok(rows)
}

fn of_managers(
    night: &Night<'_>,
    targets: &DataFrame,
    standing: &Standing<'_>,
    names: &mut Names,
) -> Result<Vec<Assignment>> {
    let text = |name: &str| targets.column(name).and_then(Column::str);
    let (lists, customers, managers) = (text("list")?, text("customer_id")?, text("manager_id")?);
    let products = text("product")?;
    let amounts = targets.column("amount")?.i64()?;
    let values = targets.column("expected_value")?.f64()?;
    let held_out = targets.column("held_out")?.bool()?;
    let mut rows = Vec::new();
    for at in 0..targets.height() {
        let (Some(list), Some(customer_id)) = (lists.get(at).and_then(measured), customers.get(at)) else {
            continue;
        };
        let Some(campaign) = night.lots.campaign(customer_id, list) else { continue };
        let [tier, band] = standing.of(customer_id, names);
        rows.push(Assignment {
            campaign: Arc::clone(campaign),
            list: names.of(list.code()),
            customer_id: customer_id.into(),
            manager_id: managers.get(at).map(|id| names.of(id)),
            product: products.get(at).filter(|_| list.is_selling()).map(|product| names.of(product)),
            assigned_on: night.as_of(),
            held_out: held_out.get(at) == Some(true),
            tier,
            band,
            expected_value: values.get(at).filter(|value| value.is_finite()),
            amount: amounts.get(at),
        });
    }
    Ok(rows)
}

/// The offers that marketing owns and works: the best of each product that consent allows.
fn of_marketing(
    night: &Night<'_>,
    offers: &DataFrame,
    standing: &Standing<'_>,
    names: &mut Names,
) -> Result<Vec<Assignment>> {
    let worked = night.config.effect.marketing_rank_max;
    let owners = offers.column("owner")?.str()?;
    let customers = offers.column("customer_id")?.str()?;
    let products = offers.column("product")?.str()?;
    let ranks = offers.column("rank_in_product")?.i32()?;
    let (held_out, allowed) =
        (offers.column("held_out")?.bool()?, offers.column("marketing_allowed")?.bool()?);
    let values = offers.column("expected_margin")?.f64()?;
    let suppressed = offers.column("suppression")?.str()?;
    let list = names.of(List::CrossSell.code());
    let mut rows = Vec::new();
    for at in 0..offers.height() {
        let is_worked = owners.get(at) == Some(MARKETING)
            && suppressed.get(at).is_none()
            && ranks.get(at).is_some_and(|rank| rank <= worked)
            && allowed.get(at) != Some(false);
        let Some(customer_id) = customers.get(at).filter(|_| is_worked) else { continue };
        let Some(campaign) = night.lots.campaign(customer_id, List::CrossSell) else { continue };
        let [tier, band] = standing.of(customer_id, names);
        rows.push(Assignment {
            campaign: Arc::clone(campaign),
            list: Arc::clone(&list),
            customer_id: customer_id.into(),
            manager_id: None,
            product: products.get(at).map(|product| names.of(product)),
            assigned_on: night.as_of(),
            held_out: held_out.get(at) == Some(true),
            tier,
            band,
            expected_value: values.get(at).filter(|value| value.is_finite()),
            amount: None,
        });
    }
    Ok(rows)
}
