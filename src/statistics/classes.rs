//! The classes that customers are counted by, one dimension at a time.
//!
//! Groups, classes by value and types are tonight's, so that the past of today's customers can be told; tiers and bands
//! are each month's own. Within a dimension every customer stands in one class; the cumulative bands ("and more") are
//! sums of the others.

use super::figures::{Cell, Figure};
use super::sparse::Joint;
use crate::config::Config;
use crate::contract::codes::CustomerKind;
use crate::features::FeatureTable;
use crate::labels::{CUSTOMER_TYPES, TIERS};
use crate::money::Money;
use crate::segment::SegmentTable;
use std::ops::Range;

/// The class of all, and one class of each dimension.
pub const N_DIMENSIONS: usize = 7;
const VALUE_CLASSES: [&str; 3] = ["top", "middle", "bottom"];
const NOT_IN_THE_NIGHT: &str = "not_in_the_night";
const UNKNOWN: &str = "unknown";

/// A class as published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    pub dimension: &'static str,
    pub code: String,
    /// Lower limit of a band, minor units.
    pub from: Option<i64>,
    /// The members whose figures add up to it.
    pub members: Range<usize>,
}

/// The classes, and how many members figures are kept of.
#[derive(Debug)]
pub struct Classes {
    /// Ascending by dimension and code.
    pub list: Vec<Class>,
    pub n_members: usize,
    /// The first member of each dimension.
    first: [usize; N_DIMENSIONS],
    /// Minor units, rising.
    deposit_limits: Vec<i64>,
    loan_limits: Vec<i64>,
}

/// What is known of a customer tonight: places of his class by value and of his type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tonight {
    value_class: u8,
    customer_type: u8,
}

impl Tonight {
    /// By number of the customer in the bank.
    pub fn of_bank(n_customers: usize, features: &FeatureTable, segments: &SegmentTable) -> Vec<Self> {
        let place = |codes: &[&str], code: &str| {
            let at = codes.iter().position(|known| *known == code).unwrap_or(codes.len());
            u8::try_from(at).expect("classes are few")
        };
        let absent = Self {
            value_class: place(&VALUE_CLASSES, NOT_IN_THE_NIGHT),
            customer_type: place(&CUSTOMER_TYPES, NOT_IN_THE_NIGHT),
        };
        let mut tonight = vec![absent; n_customers];
        for (row, index) in features.customers().iter().enumerate() {
            tonight[*index as usize] = Self {
                value_class: place(&VALUE_CLASSES, segments.value_classes()[row]),
                customer_type: place(&CUSTOMER_TYPES, segments.customer_types()[row]),
            };
        }
        tonight
    }
}

/// What decides on a customer's classes in a month.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    pub kind: CustomerKind,
    pub tonight: Tonight,
    pub tier: Option<u8>,
    /// His own figures of the month.
    pub cell: &'a Cell,
    /// Days of the month where averages are known.
    pub n_days: Option<i32>,
    pub has_balances: bool,
}

impl Classes {
    pub fn of(config: &Config) -> Self {
        let minor = |limits: &[f64]| limits.iter().map(|limit| Money::from_units(*limit).0).collect();
        let mut classes = Self {
            list: Vec::new(),
            n_members: 0,
            first: [0; N_DIMENSIONS],
            deposit_limits: minor(&config.statistics.deposit_bands),
            loan_limits: minor(&config.statistics.loan_bands),
        };
        let with = |codes: &[&'static str], last: &'static str| [codes, &[last][..]].concat();
        classes.add(0, "all", &["all"]);
        classes.add(1, "segment_group", &[CustomerKind::Individual.code(), CustomerKind::Institution.code()]);
        classes.add(2, "value_class", &with(&VALUE_CLASSES, NOT_IN_THE_NIGHT));
        classes.add(3, "customer_type", &with(&CUSTOMER_TYPES, NOT_IN_THE_NIGHT));
        classes.add(4, "tier", &with(&TIERS, UNKNOWN));
        let limits = classes.deposit_limits.clone();
        classes.add_bands(5, ["deposit_band", "deposit_band_and_more"], &limits);
        let limits = classes.loan_limits.clone();
        classes.add_bands(6, ["loan_band", "loan_band_and_more"], &limits);
        classes.list.sort_by(|a, b| (a.dimension, &a.code).cmp(&(b.dimension, &b.code)));
        classes
    }

    fn add(&mut self, number: usize, dimension: &'static str, codes: &[&str]) {
        self.first[number] = self.n_members;
        for code in codes {
            let members = self.n_members..self.n_members + 1;
            self.list.push(Class { dimension, code: (*code).to_owned(), from: None, members });
            self.n_members += 1;
        }
    }

    /// Members: below the first limit, each band, and those whose balance is not known.
    fn add_bands(&mut self, number: usize, [disjoint, and_more]: [&'static str; 2], limits: &[i64]) {
        let first = self.n_members;
        self.first[number] = first;
        let end = first + 1 + limits.len();
        for (band, members) in (first..end).map(|at| at..at + 1).enumerate() {
            let from = band.checked_sub(1).map_or(0, |at| limits[at]);
            let code = match (band, limits.get(band)) {
                (0, Some(to)) => format!("under_{}", units(*to)),
                (_, Some(to)) => format!("{}_to_{}", units(from), units(*to)),
                (_, None) => format!("from_{}", units(from)),
            };
            self.list.push(Class { dimension: disjoint, code, from: Some(from), members });
        }
        for (at, from) in limits.iter().enumerate() {
            let (code, members) = (format!("from_{}", units(*from)), first + 1 + at..end);
            self.list.push(Class { dimension: and_more, code, from: Some(*from), members });
        }
        self.list.push(Class {
            dimension: disjoint,
            code: UNKNOWN.to_owned(),
            from: None,
            members: end..end + 1,
        });
        self.n_members = end + 1;
    }

    /// The members that a customer counts in.
    pub fn members(&self, standing: &Standing<'_>) -> [usize; N_DIMENSIONS] {
        let deposit_band = standing.n_days.map(|n_days| {
            let days = i128::from(standing.cell[Figure::DepositDays]);
            let reached = |limit: &&i64| days >= i128::from(**limit) * i128::from(n_days);
            self.deposit_limits.iter().take_while(reached).count()
        });
        let loan_band = standing.has_balances.then(|| {
            let loans = standing.cell[Figure::Loans];
            self.loan_limits.iter().take_while(|limit| loans >= **limit).count()
        });
        let places = [
            0,
            usize::from(standing.kind == CustomerKind::Institution),
            usize::from(standing.tonight.value_class),
            usize::from(standing.tonight.customer_type),
            standing.tier.map_or(TIERS.len(), usize::from),
            deposit_band.unwrap_or(self.deposit_limits.len() + 1),
            loan_band.unwrap_or(self.loan_limits.len() + 1),
        ];
        std::array::from_fn(|dimension| self.first[dimension] + places[dimension])
    }
}

/// What a customer is all the time, the class of all among it, and what he is in a month: customers who share one of them
/// are added up together.
pub fn joints(members: [usize; N_DIMENSIONS]) -> [Joint; 2] {
    let (always, of_month) = members.split_at(4);
    [Joint::of(always), Joint::of(of_month)]
}

/// Whole currency units without decimals.
fn units(minor: i64) -> String {
    let text = Money(minor).to_string();
    text.strip_suffix(".00").map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::overlay;

    fn classes() -> Classes {
        let mut raw = overlay::read_defaults().unwrap();
        raw.statistics.deposit_bands = vec![100.0, 500.0, 1000.5];
        raw.statistics.loan_bands = vec![100.0];
        Classes::of(&raw.check().unwrap())
    }

    #[test]
    fn bands_are_disjoint_and_cumulative() {
        let classes = classes();
        let of = |dimension| -> Vec<(String, Option<i64>, usize)> {
            let list = classes.list.iter().filter(|class| class.dimension == dimension);
            list.map(|class| (class.code.clone(), class.from, class.members.len())).collect()
        };
        assert_eq!(
            of("deposit_band"),
            [
                ("100_to_500".into(), Some(10_000), 1),
                ("500_to_1000.50".into(), Some(50_000), 1),
                ("from_1000.50".into(), Some(100_050), 1),
                ("under_100".into(), Some(0), 1),
                ("unknown".into(), None, 1)
            ]
        );
        assert_eq!(
            of("deposit_band_and_more"),
            [
                ("from_100".into(), Some(10_000), 3),
                ("from_1000.50".into(), Some(100_050), 1),
                ("from_500".into(), Some(50_000), 2)
            ]
        );
    }

    #[test]
    fn a_limit_belongs_to_the_band_above_by_the_months_average() {
        let classes = classes();
        let band = |deposit_days, loans, n_days| {
            let mut cell = Cell::default();
            (cell[Figure::DepositDays], cell[Figure::Loans]) = (deposit_days, loans);
            let standing = Standing {
                kind: CustomerKind::Individual,
                tonight: Tonight { value_class: 0, customer_type: 0 },
                tier: None,
                cell: &cell,
                n_days,
                has_balances: true,
            };
            let members = classes.members(&standing);
            [5, 6].map(|dimension| {
                let is_it = |class: &&Class| {
                    class.members == (members[dimension]..members[dimension] + 1)
                        && !class.dimension.ends_with("more")
                };
                classes.list.iter().find(is_it).unwrap().code.clone()
            })
        };
        assert_eq!(band(10_000 * 30, 9_999, Some(30)), ["100_to_500", "under_100"]);
        assert_eq!(band(10_000 * 30 - 1, 10_000, Some(30)), ["under_100", "from_100"]);
        assert_eq!(band(i64::MAX, 0, Some(31)), ["from_1000.50", "under_100"]);
        assert_eq!(band(0, 0, None), ["unknown", "under_100"]);
    }
}
