//! `statistics.parquet`: the rows of the cube.
//!
//! One row per period, institution, class, product and reason that has any figure, sorted by its key.

use super::classes::{Class, Classes};
use super::columns::{COLUMNS, Compared};
use super::cube::Cube;
use super::figures::Figure;
use super::institutions::Institutions;
use super::months::{Month, Months};
use super::periods::{Period, periods};
use super::view::{Institution, View, listed};
use crate::contract::codes::ProductKind;
use crate::error::Result;
use crate::schema;
use polars::prelude::*;

/// The dimensions of a row.
pub struct Key<'a> {
    pub period: &'a Period,
    pub institution: &'a Institution<'a>,
    pub class: &'a Class,
    pub product: &'a str,
    pub reason: &'a str,
}

/// Rows as they are made.
pub struct Table<'a> {
    months: &'a Months,
    keys: Vec<Key<'a>>,
    key_shares: Vec<Option<f64>>,
    figures: Vec<PrimitiveChunkedBuilder<Int64Type>>,
}

/// The frame of the table, sorted by its key.
///
/// # Errors
/// Kind `Internal` if it breaks its schema.
pub fn frame(
    cube: &Cube,
    months: &Months,
    classes: &Classes,
    institutions: &Institutions,
) -> Result<DataFrame> {
    let periods = periods(&months.list);
    let institutions = listed(cube, institutions);
    let mut kinds: Vec<usize> = (0..ProductKind::ALL.len()).collect();
    kinds.sort_by_key(|kind| ProductKind::CODES[*kind]);
    let mut table = Table {
        months,
        keys: Vec::new(),
        key_shares: Vec::new(),
        figures: COLUMNS.iter().map(|(name, _)| PrimitiveChunkedBuilder::new((*name).into(), 0)).collect(),
    };
    for period in periods.iter().filter(|period| period.end >= months.published_from) {
        for institution in &institutions {
            for class in &classes.list {
                let view = View { cube, months, institution, class };
                if view.is_published() {
                    view.add_rows(&mut table, period, &kinds);
                }
            }
        }
    }
    table.frame()
}

impl<'a> Table<'a> {
    pub fn push(&mut self, key: Key<'a>, compared: &Compared) {
        let now = &compared.now;
        let share = now.get(Figure::KeyCustomers).zip(now.get(Figure::Customers).filter(|n| *n > 0));
        #[expect(clippy::cast_precision_loss, reason = "numbers of customers")]
        self.key_shares.push(share.map(|(key, all)| key as f64 / all as f64));
        for (column, (_, what)) in self.figures.iter_mut().zip(COLUMNS) {
            column.append_option(compared.value(*what));
        }
        self.keys.push(key);
    }

    fn frame(self) -> Result<DataFrame> {
        let n = self.keys.len();
        let text = |name: &str, of: fn(&Key<'a>) -> Option<&'a str>| {
            Column::new(name.into(), self.keys.iter().map(of).collect::<Vec<_>>())
        };
        let whole = |name: &str, of: fn(&Key<'a>) -> Option<i32>| {
            Column::new(name.into(), self.keys.iter().map(of).collect::<Vec<_>>())
        };
        let from: Vec<Option<i64>> = self.keys.iter().map(|key| key.class.from).collect();
        let last: Vec<&Month> =
            self.keys.iter().map(|key| &self.months.list[key.period.months.end - 1]).collect();
        let balances_on = last.iter().map(|month| Some(self.months.snapshots[month.snapshot?].0));
        let balances_on = Column::new("balances_on".into(), balances_on.collect::<Vec<Option<i32>>>());
        let is_final: Vec<bool> = last.iter().map(|month| month.is_final).collect();
        let mut columns = vec![
            text("period_kind", |key| Some(key.period.kind.code())),
            whole("period_end", |key| Some(key.period.end.0)).cast(&DataType::Date)?,
            text("institution_level", |key| Some(key.institution.level)),
            text("institution_id", |key| Some(key.institution.id)),
            text("parent_id", |key| key.institution.parent),
            whole("depth", |key| key.institution.depth),
            text("customer_dimension", |key| Some(key.class.dimension)),
            text("customer_class", |key| Some(&key.class.code)),
            Column::new("class_from".into(), from),
            text("product_kind", |key| Some(key.product)),
            text("loss_reason", |key| Some(key.reason)),
            whole("days", |key| Some(key.period.n_days)),
            balances_on.cast(&DataType::Date)?,
            Column::new("balance_basis".into(), vec![self.months.balance_basis.code(); n]),
            Column::new("losses_are_final".into(), is_final),
            Column::new("key_share".into(), &self.key_shares),
        ];
        columns.extend(self.figures.into_iter().map(|column| column.finish().into_series().into()));
        let frame = DataFrame::new(n, columns)?;
        schema::STATISTICS.check(&frame)?;
        Ok(frame)
    }
}
