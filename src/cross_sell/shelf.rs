//! What the bank sells: which kinds are on sale, at what risk, and what a purchase would earn.

use super::facts::Facts;
use super::rules::Rules;
use crate::contract::Customer;
use crate::contract::codes::ProductKind;
use crate::model::quantile::quantile;
use crate::store::Bank;
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

/// What holders of each kind hold of it, over the customers of a night.
#[derive(Default)]
pub struct Holders(BTreeMap<ProductKind, (Vec<f64>, Vec<f64>)>);

impl Holders {
    /// Adds a customer with assets of `aum`.
    pub fn add(&mut self, products: &[ProductKind], facts: &Facts, aum: f64) {
        for product in products {
            let own = f64::from(facts.of_kind(*product).balance);
            if own > 0.0 {
                let (shares, amounts) = self.0.entry(*product).or_default();
                shares.push(own / aum);
                amounts.push(own);
            }
        }
    }

    pub fn merge(&mut self, other: Self) {
        for (product, (shares, amounts)) in other.0 {
            let own = self.0.entry(product).or_default();
            own.0.extend(shares);
            own.1.extend(amounts);
        }
    }

    fn typical(&self, product: ProductKind) -> Option<(f64, f64)> {
        let (shares, amounts) = self.0.get(&product)?;
        Some((quantile(shares, 0.5)?, quantile(amounts, 0.5)?))
    }
}

impl Shelf {
    pub fn of(bank: &Bank, rules: &Rules, holders: &Holders) -> Self {
        let products = bank.products();
        let mut shelf = BTreeMap::new();
        for product in rules.products() {
            let on_sale: Vec<_> = products
                .iter()
                .filter(|sold| sold.product_kind == product && sold.on_sale != Some(false))
                .collect();
            // Where the bank delivers no products at all, nothing says that a kind is not on sale; but what has no kind
            // of its own is offered only where the bank says that it has it.
            let is_unknown = products.is_empty() && product != ProductKind::Other;
            if on_sale.is_empty() && !is_unknown {
                continue;
            }
            let rates: Vec<f64> = on_sale.iter().filter_map(|sold| sold.margin_rate).collect();
            #[expect(clippy::cast_precision_loss, reason = "products of a bank")]
            let margin_rate = (!rates.is_empty()).then(|| rates.iter().sum::<f64>() / rates.len() as f64);
            let risk_level = on_sale.iter().filter_map(|sold| sold.risk_level).min();
            shelf.insert(product, Kind { risk_level, margin_rate, typical: holders.typical(product) });
        }
        Self(shelf)
    }

    /// The kinds on sale, in the order of their kinds.
    pub fn products(&self) -> impl Iterator<Item = ProductKind> {
        self.0.keys().copied()
    }

    /// Whether it is on sale and its risk fits the customer, as far as both are known.
    pub fn fits(&self, customer: &Customer, product: ProductKind) -> bool {
        self.0.get(&product).is_some_and(|kind| {
            kind.risk_level.zip(customer.risk_level).is_none_or(|(product, customer)| product <= customer)
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
