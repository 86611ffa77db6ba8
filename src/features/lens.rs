//! With what knowledge, and as of which date, features are computed.

use super::service_costs::ServiceCosts;
use crate::contract::codes::ProductKind;
use crate::contract::{Holding, Product};
use crate::date::Date;
use crate::store::Calendar;

/// A reference date and what the bank knew, whoever the customer.
#[derive(Debug, Clone, Copy)]
pub struct Lens<'a> {
    pub as_of: Date,
    pub calendar: &'a Calendar,
    pub products: &'a [Product],
    /// Yearly margin by product kind (index of [`ProductKind::ALL`](crate::contract::codes::ProductKind)),
    /// the mean over products with a rate; `None` where none has one.
    pub margin_rates: &'a [Option<f64>],
    pub costs: &'a ServiceCosts,
}

impl Lens<'_> {
    pub(super) fn has_margin_rates(&self) -> bool {
        self.margin_rates.iter().any(Option::is_some)
    }

    /// The margin rate of a holding: its product's own, else its kind's mean.
    pub(super) fn margin_rate(&self, holding: &Holding) -> Option<f64> {
        let product = self.products.get(holding.product as usize);
        product.and_then(|product| product.margin_rate).or(self.margin_rates[holding.product_kind as usize])
    }

    /// Whether two lenses differ in nothing but the date.
    pub(super) fn knows_as(&self, other: &Lens<'_>) -> bool {
        self.calendar == other.calendar
            && (std::ptr::eq(self.products, other.products) || self.products == other.products)
            && self.margin_rates == other.margin_rates
            && self.costs == other.costs
    }
}

/// Mean margin rate by product kind, over the products that have one.
pub(super) fn margin_rates(products: &[Product]) -> Vec<Option<f64>> {
    let rate_of = |kind: ProductKind| {
        let rates: Vec<f64> = products
            .iter()
            .filter(|product| product.product_kind == kind)
            .filter_map(|product| product.margin_rate)
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "products of a bank")]
        (!rates.is_empty()).then(|| rates.iter().sum::<f64>() / rates.len() as f64)
    };
    ProductKind::ALL.iter().map(|kind| rate_of(*kind)).collect()
}
