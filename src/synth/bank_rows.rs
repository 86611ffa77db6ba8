//! Rows of the bank's own tables: products, managers, branches.

use super::bank::{Manager, Product};
use super::draws::Draws;
use super::names;
use super::sink::{Cells, Row, Type};

/// Family of the draws of managers' names.
pub const FAMILY: u64 = 5;

impl Row for (u32, Product) {
    const COLUMNS: &'static [(&'static str, Type)] = &[
        ("product_id", Type::Text),
        ("product_kind", Type::Text),
        ("name", Type::Text),
        ("margin_rate", Type::Ratio),
        ("risk_level", Type::Int),
        ("on_sale", Type::Flag),
    ];

    fn cells(&self, to: &mut Cells) {
        let (number, product) = self;
        to.id('P', u64::from(*number) + 1, 3);
        to.text(Some(product.kind.word()));
        to.text(Some(product.name));
        to.ratio(Some(f64::from(product.margin_bp) / 10_000.0));
        to.int(Some(product.risk_level));
        to.flag(Some(product.on_sale));
    }
}

/// A manager with the name he is exported under.
pub struct NamedManager {
    number: u32,
    name: String,
    manager: Manager,
}

/// Names a manager.
pub fn named(draws: &mut Draws, number: u32, manager: Manager) -> NamedManager {
    NamedManager { number, name: names::manager(draws), manager }
}

impl Row for NamedManager {
    const COLUMNS: &'static [(&'static str, Type)] = &[
        ("manager_id", Type::Text),
        ("name", Type::Text),
        ("branch_id", Type::Text),
        ("daily_capacity", Type::Int),
        ("left_on", Type::Date),
    ];

    fn cells(&self, to: &mut Cells) {
        to.id('M', u64::from(self.number) + 1, 5);
        to.text(Some(&self.name));
        to.id('B', u64::from(self.manager.branch) + 1, 4);
        to.int(Some(self.manager.daily_capacity));
        to.date(self.manager.left_on);
    }
}

/// A branch by number; the first is the head office.
pub struct Branch(pub u32);

impl Row for Branch {
    const COLUMNS: &'static [(&'static str, Type)] =
        &[("branch_id", Type::Text), ("name", Type::Text), ("parent_id", Type::Text)];

    fn cells(&self, to: &mut Cells) {
        to.id('B', u64::from(self.0) + 1, 4);
        let name = if self.0 == 0 { "Head office".to_owned() } else { format!("Branch {}", self.0) };
        to.text(Some(&name));
        to.maybe_id('B', (self.0 > 0).then_some(1), 4);
    }
}
