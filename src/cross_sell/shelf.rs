//! What the bank sells: which kinds are on sale, at what risk, and what a purchase would earn.

use super::facts::Facts;
use super::rules::Rules;
use crate::config::Lists;
use crate::contract::Customer;
use crate::contract::codes::ProductKind;
use crate::contract::tables::Table;
use crate::model::quantile::quantile;
use crate::store::Bank;
use std::collections::{BTreeMap, BTreeSet};

/// The kinds that rules name and that are on sale.
pub struct Shelf {
    kinds: BTreeMap<ProductKind, Kind>,
    /// Whether what carries risk is for those alone of whom it is known that it suits them.
    needs_known_risk: bool,
}

/// Whether both sides of an offer that carries risk must be known: the bank delivers risk levels of customers or products,
/// and no setting lets what is unknown pass.
pub fn needs_known_risk(mapped: &BTreeSet<(Table, &'static str)>, settings: &Lists) -> bool {
    let is_delivered = |table| mapped.contains(&(table, "risk_level"));
    !settings.risk_unknown_allowed && (is_delivered(Table::Customers) || is_delivered(Table::Products))
}

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
    pub fn of(bank: &Bank, rules: &Rules, holders: &Holders, needs_known_risk: bool) -> Self {
        let products = bank.products();
        let mut kinds = BTreeMap::new();
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
            kinds.insert(product, Kind { risk_level, margin_rate, typical: holders.typical(product) });
        }
        Self { kinds, needs_known_risk }
    }

    /// The kinds on sale, in the order of their kinds.
    pub fn products(&self) -> impl Iterator<Item = ProductKind> {
        self.kinds.keys().copied()
    }

    /// Whether it is on sale and its risk suits the customer. Where either level is unknown, what carries risk suits
    /// nobody if the bank delivers levels at all.
    pub fn fits(&self, customer: &Customer, product: ProductKind) -> bool {
        let Some(kind) = self.kinds.get(&product) else { return false };
        match kind.risk_level.zip(customer.risk_level) {
            Some((level, appetite)) => level <= appetite,
            None => !(self.needs_known_risk && product.carries_risk()),
        }
    }

    /// Yearly margin in currency units, should the customer (with assets of `aum`) buy as others did: the same
    /// part of his assets, or the same amount of a loan. `None` where rate, holders or assets are missing.
    pub fn margin(&self, product: ProductKind, aum: f64) -> Option<f64> {
        let kind = self.kinds.get(&product)?;
        let (share, amount) = kind.typical?;
        let purchase = if product.counts_in_aum() { share * aum.max(0.0) } else { amount };
        Some(kind.margin_rate? * purchase).filter(|margin| margin.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_risk_suits_nobody_where_levels_are_delivered() {
        use ProductKind::{Fund, LoanBusiness};
        let shelf = |needs_known_risk, risk_level| {
            let kind = || Kind { risk_level, margin_rate: None, typical: None };
            let kinds = BTreeMap::from([(Fund, kind()), (LoanBusiness, kind())]);
            Shelf { kinds, needs_known_risk }
        };
        let customer =
            |risk_level| Customer { risk_level, ..Customer::known_by("A", "2020-01-01".parse().unwrap()) };
        // Levels of the product and of the customer, and whether it suits where what is unknown may pass and where not.
        let cases = [
            (Some(3), Some(3), true, true),
            (Some(3), Some(2), false, false),
            (Some(3), None, true, false),
            (None, Some(3), true, false),
            (None, None, true, false),
        ];
        for (product, of_customer, passing, strict) in cases {
            let fits = |strict, kind| shelf(strict, product).fits(&customer(of_customer), kind);
            assert_eq!(
                (fits(false, Fund), fits(true, Fund)),
                (passing, strict),
                "{product:?} {of_customer:?}"
            );
        }
        assert!(shelf(true, None).fits(&customer(None), LoanBusiness), "credit needs no appetite for risk");
        assert!(!shelf(true, Some(1)).fits(&customer(Some(5)), ProductKind::Trust), "not on sale");
    }

    #[test]
    fn levels_count_as_delivered_where_either_side_has_a_column() {
        let mut settings = crate::config::overlay::read_defaults().unwrap().lists;
        let of = |tables: &[Table]| tables.iter().map(|table| (*table, "risk_level")).collect();
        assert!(!needs_known_risk(&of(&[]), &settings));
        assert!(needs_known_risk(&of(&[Table::Customers]), &settings));
        assert!(needs_known_risk(&of(&[Table::Products]), &settings));
        settings.risk_unknown_allowed = true;
        assert!(!needs_known_risk(&of(&[Table::Customers, Table::Products]), &settings));
    }
}
