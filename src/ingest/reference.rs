//! Branches, managers and products: the short tables that others refer to.
//!
//! Grain: one row per id. Never: two rows with one id.

use super::Ingested;
use super::build::{Build, Memo};
use super::cell::{Fault, Row};
use super::field::Field;
use super::mapping::Mapping;
use super::table::Drop;
use super::unique;
use crate::contract::codes::ProductKind;
use crate::contract::tables::Table;
use crate::contract::{Branch, Manager, Product};
use crate::error::Result;
use std::cmp::Ordering;

/// Rows by id, each id once.
fn by_id<B: Build<Row = (u16, T)>, T>(
    drop: &Drop<'_>,
    table: Table,
    night: &mut Ingested,
    builder: impl FnOnce(&mut Mapping) -> B,
    id: impl Fn(&T) -> &str,
    content: impl Fn(&T, &T) -> Ordering,
) -> Result<Vec<T>> {
    let mut rows = drop.read(table, night, |mapping| Ok(builder(mapping)))?;
    rows.sort_unstable_by(|a, b| {
        id(&a.1).cmp(id(&b.1)).then_with(|| content(&a.1, &b.1)).then(a.0.cmp(&b.0))
    });
    let fates = unique::fates(&rows, |a, b| id(&a.1) == id(&b.1), |a, b| content(&a.1, &b.1).is_eq());
    unique::settle::<B>(&mut rows, &fates, night, |row| row.0);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

struct Branches {
    branch_id: Field,
    name: Field,
    parent_id: Field,
}

impl Build for Branches {
    type Row = (u16, Branch);

    fn build<R: Row>(&self, row: &R, _: &mut Memo, delivery: u16) -> Result<Self::Row, Fault> {
        let branch = Branch {
            branch_id: self.branch_id.required(self.branch_id.id(row)?)?,
            name: self.name.text(row)?,
            parent_id: self.parent_id.id(row)?,
        };
        Ok((delivery, branch))
    }
}

pub fn branches(drop: &Drop<'_>, night: &mut Ingested) -> Result<Vec<Branch>> {
    let builder = |mapping: &mut Mapping| Branches {
        branch_id: mapping.take("branch_id"),
        name: mapping.take("name"),
        parent_id: mapping.take("parent_id"),
    };
    let content = |a: &Branch, b: &Branch| (&a.name, &a.parent_id).cmp(&(&b.name, &b.parent_id));
    by_id(drop, Table::Branches, night, builder, |row| &row.branch_id, content)
}

struct Managers {
    manager_id: Field,
    name: Field,
    branch_id: Field,
    daily_capacity: Field,
    left_on: Field,
}

impl Build for Managers {
    type Row = (u16, Manager);

    fn build<R: Row>(&self, row: &R, _: &mut Memo, delivery: u16) -> Result<Self::Row, Fault> {
        let manager = Manager {
            manager_id: self.manager_id.required(self.manager_id.id(row)?)?,
            name: self.name.text(row)?,
            branch_id: self.branch_id.id(row)?,
            daily_capacity: self.daily_capacity.whole_within(row, 0, 100_000)?,
            left_on: self.left_on.date(row)?,
        };
        Ok((delivery, manager))
    }
}

pub fn managers(drop: &Drop<'_>, night: &mut Ingested) -> Result<Vec<Manager>> {
    let builder = |mapping: &mut Mapping| Managers {
        manager_id: mapping.take("manager_id"),
        name: mapping.take("name"),
        branch_id: mapping.take("branch_id"),
        daily_capacity: mapping.take("daily_capacity"),
        left_on: mapping.take("left_on"),
    };
    let content = |a: &Manager, b: &Manager| {
        let fields = |row: &Manager| (row.left_on, row.daily_capacity);
        fields(a).cmp(&fields(b)).then_with(|| (&a.name, &a.branch_id).cmp(&(&b.name, &b.branch_id)))
    };
    by_id(drop, Table::Managers, night, builder, |row| &row.manager_id, content)
}

struct Products {
    product_id: Field,
    product_kind: Field,
    name: Field,
    margin_rate: Field,
    risk_level: Field,
    on_sale: Field,
}

impl Build for Products {
    type Row = (u16, Product);

    fn build<R: Row>(&self, row: &R, memo: &mut Memo, delivery: u16) -> Result<Self::Row, Fault> {
        let kind = self.product_kind.code(row, &mut memo.codes[0])?;
        let product = Product {
            product_id: self.product_id.required(self.product_id.id(row)?)?,
            product_kind: ProductKind::ALL[usize::from(self.product_kind.required(kind)?)],
            name: self.name.text(row)?,
            margin_rate: self.margin_rate.number(row)?,
            risk_level: self.risk_level.risk_level(row)?,
            on_sale: self.on_sale.boolean(row)?,
        };
        Ok((delivery, product))
    }
}

pub fn products(drop: &Drop<'_>, night: &mut Ingested) -> Result<Vec<Product>> {
    let builder = |mapping: &mut Mapping| Products {
        product_id: mapping.take("product_id"),
        product_kind: mapping.take("product_kind"),
        name: mapping.take("name"),
        margin_rate: mapping.take("margin_rate"),
        risk_level: mapping.take("risk_level"),
        on_sale: mapping.take("on_sale"),
    };
    let content = |a: &Product, b: &Product| {
        let fields = |row: &Product| {
            (row.product_kind, row.margin_rate.map(f64::to_bits), row.risk_level, row.on_sale)
        };
        fields(a).cmp(&fields(b)).then_with(|| a.name.cmp(&b.name))
    };
    by_id(drop, Table::Products, night, builder, |row| &row.product_id, content)
}
