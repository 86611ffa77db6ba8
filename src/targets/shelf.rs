//! What the bank sells: which kinds are on sale, at what risk, and what a purchase would earn.

use super::Night;
use super::rules::Rules;
use crate::contract::codes::ProductKind;
use crate::model::quantile::quantile;
use std::collections::BTreeMap;

/// The kinds that rules name and that are on sale.
pub struct Shelf(BTreeMap<ProductKind, Kind>);

struct Kind {
    /// Lowest risk level among its products; `None` where no product states one.
    risk_level: Option<u8>,
    /// Mean yearly margin of its products; `None` where no product states one.
    margin_rate: Option<f64>,
    /// Among those who hold it: the median part of their assets that lies in it, and the median balance.
    /// `None` where nobody holds it.
    typical: Option<(f64, f64)>,
}

impl Shelf {
    pub fn of(night: &Night<'_>, rules: &Rules) -> Self {
        let products = &night.bank.products();
        let mut shelf = BTreeMap::new();
        for product in rules.clauses().iter().map(|clause| clause.product) {
            let on_sale: Vec<_> = products
                .iter()
                .filter(|sold| sold.product_kind == product && sold.on_sale != Some(false))
                .collect();
            // Where the bank delivers no products at all, nothing says that a kind is not on sale.
            if shelf.contains_key(&product) || (on_sale.is_empty() && !products.is_empty()) {
                continue;
            }
            let rates: Vec<f64> = on_sale.iter().filter_map(|sold| sold.margin_rate).collect();
            #[expect(clippy::cast_precision_loss, reason = "products of a bank")]
            let margin_rate = (!rates.is_empty()).then(|| rates.iter().sum::<f64>() / rates.len() as f64);
            let risk_level = on_sale.iter().filter_map(|sold| sold.risk_level).min();
            shelf.insert(product, Kind { risk_level, margin_rate, typical: typical(night, product) });
        }
        Self(shelf)
    }

    /// Whether it is on sale and its risk fits the customer, as far as both are known.
    pub fn fits(&self, night: &Night<'_>, row: usize, product: ProductKind) -> bool {
        self.0.get(&product).is_some_and(|kind| {
            kind.risk_level
                .zip(night.customer(row).risk_level)
                .is_none_or(|(product, customer)| product <= customer)
        })
    }

    /// Yearly margin in currency units, should the customer (with assets of `aum`) buy as others did: the same
    /// part of his assets, or the same amount of a loan. `None` where rate, holders or assets are missing.
    pub fn margin(&self, product: ProductKind, aum: f64) -> Option<f64> {
        let kind = self.0.get(&product)?;
        let (share, amount) = kind.typical?;
        let purchase = if product.counts_in_aum() { share * aum.max(0.0) } else { amount };
        Some(kind.margin_rate? * purchase).filter(|margin| margin.is_finite())
    }
}

fn typical(night: &Night<'_>, product: ProductKind) -> Option<(f64, f64)> {
    let (mut shares, mut amounts) = (Vec::new(), Vec::new());
    let assets = night.features.column("aum");
    for (row, index) in night.features.customers().iter().enumerate() {
        let rows = night.rows.newest_holdings(*index, night.as_of())?;
        let own: f64 =
            rows.iter().filter(|held| held.product_kind == product).map(|held| held.balance.to_units()).sum();
        if own > 0.0 {
            amounts.push(own);
            shares.push(own / assets[row]);
        }
    }
    Some((quantile(&shares, 0.5)?, quantile(&amounts, 0.5)?))
}
