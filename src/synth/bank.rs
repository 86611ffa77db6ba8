//! What the bank is before any customer comes: products, branches, managers.
//!
//! Pure; sized by the number of customers; drawn from the seed.

use super::calendar::Month;
use super::codes::ProductKind;
use super::draws::Draws;

const FAMILY: u64 = 2;
/// A manager looks after about this many customers.
const CUSTOMERS_PER_MANAGER: u32 = 150;
/// Managers in one branch.
const MANAGERS_PER_BRANCH: u32 = 5;
/// Capacity: contacts a day, from a specialist for few clients to a desk for many.
const CAPACITY: (i32, i32) = (5, 25);

/// One product on offer.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    pub kind: ProductKind,
    pub name: &'static str,
    /// What the customer earns or pays in a year, in 1/10,000.
    pub rate_bp: i32,
    /// What the bank earns in a year on the balance, in 1/10,000.
    pub margin_bp: i32,
    pub risk_level: i32,
    pub on_sale: bool,
    /// Days to maturity, where it has one.
    pub term_days: Option<i32>,
}

const fn product(
    kind: ProductKind,
    name: &'static str,
    (rate_bp, margin_bp, risk_level): (i32, i32, i32),
    term_days: Option<i32>,
) -> Product {
    Product { kind, name, rate_bp, margin_bp, risk_level, on_sale: true, term_days }
}

/// The catalogue; the position in it is the product number. Rates are those of a Chinese retail bank in the mid 2020s.
pub const PRODUCTS: [Product; 24] = [
    product(ProductKind::DemandDeposit, "Current account", (10, 160, 1), None),
    product(ProductKind::TimeDeposit, "Time deposit 3 months", (90, 110, 1), Some(91)),
    product(ProductKind::TimeDeposit, "Time deposit 6 months", (110, 100, 1), Some(182)),
    product(ProductKind::TimeDeposit, "Time deposit 1 year", (135, 90, 1), Some(365)),
    product(ProductKind::TimeDeposit, "Time deposit 2 years", (150, 80, 1), Some(730)),
    product(ProductKind::Wealth, "Steady wealth 90 days", (260, 60, 2), Some(90)),
    product(ProductKind::Wealth, "Steady wealth 180 days", (280, 65, 2), Some(180)),
    product(ProductKind::Wealth, "Growth wealth 1 year", (310, 75, 3), Some(365)),
    product(ProductKind::Structured, "Index note 6 months", (150, 120, 3), Some(182)),
    product(ProductKind::Structured, "Index note 1 year", (180, 130, 3), Some(365)),
    product(ProductKind::Trust, "Private trust 1 year", (480, 90, 4), Some(365)),
    product(ProductKind::TreasuryBond, "Treasury bond 3 years", (220, 40, 1), Some(1095)),
    product(ProductKind::Fund, "Broad index fund", (0, 100, 4), None),
    product(ProductKind::Fund, "Growth fund", (0, 140, 5), None),
    product(ProductKind::BondFund, "Short bond fund", (200, 50, 2), None),
    product(ProductKind::BondFund, "Credit bond fund", (260, 60, 3), None),
    product(ProductKind::Securities, "Securities custody", (0, 30, 5), None),
    product(ProductKind::Insurance, "Pension insurance", (250, 180, 1), None),
    product(ProductKind::Mortgage, "Mortgage", (350, 90, 1), None),
    product(ProductKind::ConsumerLoan, "Consumer loan", (580, 240, 1), None),
    product(ProductKind::BusinessLoan, "Business loan", (430, 170, 1), None),
    product(ProductKind::Card, "Credit card", (1800, 300, 1), None),
    // Withdrawn, so that a reader of the catalogue meets one that must not be offered.
    Product { on_sale: false, ..product(ProductKind::Wealth, "Old wealth plan", (330, 70, 3), Some(540)) },
    product(ProductKind::CreditLine, "Credit line", (600, 220, 1), None),
];

/// Product number of the current account.
pub const DEMAND: u8 = 0;

/// Numbers of the products of one kind that are on sale.
pub fn on_sale(kind: ProductKind) -> impl Iterator<Item = u8> {
    (0u8..).zip(PRODUCTS.iter()).filter(move |(_, p)| p.kind == kind && p.on_sale).map(|(n, _)| n)
}

/// One relationship manager.
#[derive(Clone, Copy, Debug)]
pub struct Manager {
    pub branch: u32,
    pub daily_capacity: i32,
    pub left_on: Option<i32>,
    /// -1 to 1; planted, written nowhere.
    pub skill: f64,
}

/// Managers and the number of branches.
pub struct Bank {
    pub managers: Vec<Manager>,
    pub branches: u32,
}

/// The staff for a population, over a history.
pub fn staff(seed: u64, customers: u32, months: &[Month]) -> Bank {
    // One more than are needed: the one who leaves.
    let count = (customers / CUSTOMERS_PER_MANAGER).max(2) + 1;
    let branches = count.div_ceil(MANAGERS_PER_BRANCH).max(2);
    let mut managers: Vec<Manager> = (0..count).map(|at| manager(seed, at, branches)).collect();
    // One has left a while ago, so that there is something to hand over: two thirds into the history.
    if let (Some(leaver), Some(month)) = (managers.last_mut(), months.get(months.len() * 2 / 3)) {
        leaver.left_on = Some(month.first + 14);
    }
    Bank { managers, branches }
}

fn manager(seed: u64, at: u32, branches: u32) -> Manager {
    let mut draws = Draws::new(seed, FAMILY, u64::from(at));
    Manager {
        branch: at % branches,
        daily_capacity: draws.day(CAPACITY.0, CAPACITY.1),
        left_on: None,
        skill: draws.between(-1.0, 1.0),
    }
}
