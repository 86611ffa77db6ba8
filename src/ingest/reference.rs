//! Branches, managers and products: the short tables that others refer to.
//!
//! Grain: one line.

use super::build::{Build, Memo};
use super::cell::{Fault, Row};
use super::field::Field;
use super::mapping::Mapping;
use crate::contract::codes::ProductKind;
use crate::contract::{Branch, Manager, Product};
use crate::date::Date;

pub struct Branches {
    branch_id: Field,
    name: Field,
    parent_id: Field,
}

impl Build for Branches {
    type Row = (Option<Date>, Branch);

    fn build<R: Row>(&self, row: &R, _: &mut Memo) -> Result<Self::Row, Fault> {
        let branch = Branch {
            branch_id: self.branch_id.required(self.branch_id.id(row)?)?,
            name: self.name.text(row)?,
            parent_id: self.parent_id.id(row)?,
        };
        Ok((None, branch))
    }
}

/// What reads the rows of a file, with the fields taken from the mapping.
pub fn branches(mapping: &mut Mapping) -> Branches {
    Branches {
        branch_id: mapping.take("branch_id"),
        name: mapping.take("name"),
        parent_id: mapping.take("parent_id"),
    }
}

pub struct Managers {
    manager_id: Field,
    name: Field,
    branch_id: Field,
    daily_capacity: Field,
    left_on: Field,
}

impl Build for Managers {
    type Row = (Option<Date>, Manager);

    fn build<R: Row>(&self, row: &R, _: &mut Memo) -> Result<Self::Row, Fault> {
        let manager = Manager {
            manager_id: self.manager_id.required(self.manager_id.id(row)?)?,
            name: self.name.text(row)?,
            branch_id: self.branch_id.id(row)?,
            daily_capacity: self.daily_capacity.whole_within(row, 0, 100_000)?,
            left_on: self.left_on.date(row)?,
        };
        Ok((None, manager))
    }
}

/// What reads the rows of a file, with the fields taken from the mapping.
pub fn managers(mapping: &mut Mapping) -> Managers {
    Managers {
        manager_id: mapping.take("manager_id"),
        name: mapping.take("name"),
        branch_id: mapping.take("branch_id"),
        daily_capacity: mapping.take("daily_capacity"),
        left_on: mapping.take("left_on"),
    }
}

pub struct Products {
    product_id: Field,
    product_kind: Field,
    name: Field,
    margin_rate: Field,
    risk_level: Field,
    on_sale: Field,
}

impl Build for Products {
    type Row = (Option<Date>, Product);

    fn build<R: Row>(&self, row: &R, memo: &mut Memo) -> Result<Self::Row, Fault> {
        let kind = self.product_kind.code(row, &mut memo.codes[0])?;
        let product = Product {
            product_id: self.product_id.required(self.product_id.id(row)?)?,
            product_kind: ProductKind::ALL[usize::from(self.product_kind.required(kind)?)],
            name: self.name.text(row)?,
            margin_rate: self.margin_rate.number(row)?,
            risk_level: self.risk_level.risk_level(row)?,
            on_sale: self.on_sale.boolean(row)?,
        };
        Ok((None, product))
    }
}

/// What reads the rows of a file, with the fields taken from the mapping.
pub fn products(mapping: &mut Mapping) -> Products {
    Products {
        product_id: mapping.take("product_id"),
        product_kind: mapping.take("product_kind"),
        name: mapping.take("name"),
        margin_rate: mapping.take("margin_rate"),
        risk_level: mapping.take("risk_level"),
        on_sale: mapping.take("on_sale"),
    }
}
