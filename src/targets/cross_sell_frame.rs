//! `cross_sell.parquet`: every offer that may be made, for marketing.
//!
//! Who must not be sold to is not in it. Who should not be contacted just now is, with the reason; who is held out of the
//! quarter's campaign is, and says so.

use super::assign::ManagerList;
use super::frames::checked;
use super::{List, Night, exclusions};
use crate::contract::Customer;
use crate::cross_sell::Offer;
use crate::error::Result;
use crate::schema;
use polars::prelude::*;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Rules under which a customer stands in the table, to be left alone for now; all others keep him out of it.
const LEFT_ALONE: [&str; 4] = ["cooldown", "fatigue", "held_out", "type_not_for_selling"];

/// One offer that may be made.
struct Row<'a> {
    offer: &'a Offer,
    /// Among the customer's offers.
    rank: i32,
    suppression: Option<&'static str>,
    held_out: bool,
    customer: &'a Customer,
}

/// # Errors
/// Kind `Internal` if the frame breaks its schema.
pub(super) fn frame(night: &Night<'_>, offers: &[Offer], managers: &[ManagerList]) -> Result<DataFrame> {
    // Also the held-out: marketing leaves those in peace whom their manager does not contact.
    let on_a_list: BTreeSet<usize> =
        managers.iter().flat_map(|manager| manager.listed.iter().map(|assigned| assigned.row)).collect();
    let mut rows = rows(night, offers);
    rows.sort_by_key(|row| (row.offer.row, row.offer.product.code()));
    let texts = |name: &str, of: &dyn Fn(&Row<'_>) -> Option<String>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let floats = |name: &str, of: &dyn Fn(&Row<'_>) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let ids: Vec<&str> = rows.iter().map(|row| &*row.customer.customer_id).collect();
    let manager_ids: Vec<Option<&str>> = rows.iter().map(|row| row.customer.manager_id.as_deref()).collect();
    let owner = |row: &Row<'_>| if on_a_list.contains(&row.offer.row) { "manager" } else { "marketing" };
    let columns = vec![
        Column::new("customer_id".into(), ids),
        texts("product", &|row| Some(row.offer.product.code().to_owned())),
        Column::new("rank".into(), rows.iter().map(|row| row.rank).collect::<Vec<_>>()),
        Column::new("rank_in_product".into(), ranks_within(&rows, |row| row.offer.product)),
        Column::new("rank_in_manager".into(), ranks_within(&rows, |row| row.customer.manager_id.as_deref())),
        Column::new("manager_id".into(), manager_ids),
        floats("propensity", &|row| row.offer.propensity.map(|propensity| propensity.probability)),
        texts("propensity_basis", &|row| row.offer.propensity.map(|propensity| propensity.basis.to_owned())),
        floats("margin", &|row| row.offer.margin),
        floats("expected_margin", &|row| row.offer.expected_margin()),
        texts("rule", &|row| Some(row.offer.rule.clone())),
        Column::new(
            "marketing_allowed".into(),
            rows.iter().map(|row| row.customer.marketing_allowed).collect::<Vec<_>>(),
        ),
        Column::new("held_out".into(), rows.iter().map(|row| row.held_out).collect::<Vec<_>>()),
        texts("suppression", &|row| row.suppression.map(str::to_owned)),
        texts("owner", &|row| Some(owner(row).to_owned())),
    ];
    checked(&schema::CROSS_SELL, rows.len(), columns)
}

/// The offers that may be made, ranked within the customer. Offers come grouped by customer, best first.
fn rows<'a>(night: &Night<'a>, offers: &'a [Offer]) -> Vec<Row<'a>> {
    let of_customer = |own: &&'a [Offer]| -> Vec<Row<'a>> {
        let (row, customer) = (own[0].row, night.customer(own[0].row));
        let suppression = exclusions::rule_with_types(night, row, List::CrossSell);
        if suppression.is_some_and(|rule| !LEFT_ALONE.contains(&rule)) {
            return Vec::new();
        }
        let held_out = night.lots.is_held_out(&customer.customer_id, List::CrossSell);
        let ranked = own.iter().zip(1i32..);
        ranked.map(|(offer, rank)| Row { offer, rank, suppression, held_out, customer }).collect()
    };
    let customers: Vec<&[Offer]> = offers.chunk_by(|a, b| a.row == b.row).collect();
    customers.par_iter().flat_map_iter(of_customer).collect()
}

/// Position of each offer among those of its group, by what offers are ordered by, then by customer and product.
fn ranks_within<'r, G: Ord>(rows: &'r [Row<'_>], group: impl Fn(&'r Row<'_>) -> G) -> Vec<i32> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|a, b| {
        let (left, right) = (&rows[*a], &rows[*b]);
        let by_order = right.offer.order().partial_cmp(&left.offer.order()).expect("orders are finite");
        group(left).cmp(&group(right)).then(by_order).then(a.cmp(b))
    });
    let mut ranks = vec![0; rows.len()];
    for of_group in order.chunk_by(|a, b| group(&rows[*a]) == group(&rows[*b])) {
        for (position, rank) in of_group.iter().zip(1i32..) {
            ranks[*position] = rank;
        }
    }
    ranks
}
