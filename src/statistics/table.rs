//! `statistics.parquet`: the rows of the cube.
//!
//! One row per period, institution, class, product and reason that has any figure, sorted by its key.

use super::classes::{Class, Classes};
use super::columns::{COLUMNS, Compared};
use super::cube::{Cube, OfBank};
use super::figures::Figure;
use super::institutions::Institutions;
use super::months::Months;
use super::periods::{Period, periods};
use super::view::{Institution, View, listed};
use crate::contract::codes::ProductKind;
use crate::error::Result;
use crate::schema;
use polars::prelude::*;
use rayon::prelude::*;

/// The dimensions of a row in its period.
pub struct Key<'a> {
    pub institution: &'a Institution<'a>,
    pub class: &'a Class,
    pub product: &'a str,
    pub reason: &'a str,
}

/// The rows of a period as they are made.
pub struct Table<'a> {
    months: &'a Months,
    period: &'a Period,
    keys: Vec<Key<'a>>,
    key_shares: Vec<Option<f64>>,
    figures: Vec<PrimitiveChunkedBuilder<Int64Type>>,
}

/// The frame of the table, sorted by its key.
///
/// # Errors
/// Kind `Internal` if it breaks its schema.
pub fn frame(
    (cube, bank): (&Cube, &OfBank),
    months: &Months,
    classes: &Classes,
    institutions: &Institutions,
) -> Result<DataFrame> {
    let listed = listed(institutions);
    let mut kinds: Vec<usize> = (0..ProductKind::ALL.len()).collect();
    kinds.sort_by_key(|kind| ProductKind::CODES[*kind]);
    let of_period = |period: &Period| {
        let view = View::of((cube, bank), months, period, classes, institutions);
        let mut table = Table::new(months, period);
        for institution in &listed {
            for class in &classes.list {
                view.add_rows(&mut table, institution, class, &kinds);
            }
        }
        table.frame()
    };
    let periods: Vec<Period> =
        periods(&months.list).into_iter().filter(|period| period.end >= months.published_from).collect();
    let frames: Vec<DataFrame> = periods.par_iter().map(of_period).collect::<Result<_>>()?;
    let mut frames = frames.into_iter();
    let Some(mut whole) = frames.next() else { return empty() };
    for frame in frames {
        // Puts chunks behind each other; copies none.
        whole.vstack_mut_owned(frame)?;
    }
    Ok(whole)
}

/// Where no month is covered.
fn empty() -> Result<DataFrame> {
    let fields = (schema::STATISTICS.fields)();
    let column = |field: &schema::Field| Column::new_empty(field.name.into(), &field.kind.in_frames());
    Ok(DataFrame::new(0, fields.iter().map(column).collect())?)
}

impl<'a> Table<'a> {
    fn new(months: &'a Months, period: &'a Period) -> Self {
        let figures = COLUMNS.iter().map(|(name, _)| PrimitiveChunkedBuilder::new((*name).into(), 0));
        Self { months, period, keys: Vec::new(), key_shares: Vec::new(), figures: figures.collect() }
    }

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
        let Period { kind, end, n_days, months: covered, .. } = self.period;
        let last = &self.months.list[covered.end - 1];
        let balances_on = last.snapshot.map(|snapshot| self.months.snapshots[snapshot].0);
        let date = |name: &str, on: Option<i32>| Column::new(name.into(), vec![on; n]).cast(&DataType::Date);
        let mut columns = vec![
            Column::new("period_kind".into(), vec![kind.code(); n]),
            date("period_end", Some(end.0))?,
            text("institution_level", |key| Some(key.institution.level)),
            text("institution_id", |key| Some(key.institution.id)),
            text("parent_id", |key| key.institution.parent),
            whole("depth", |key| key.institution.depth),
            text("customer_dimension", |key| Some(key.class.dimension)),
            text("customer_class", |key| Some(&key.class.code)),
            Column::new("class_from".into(), from),
            text("product_kind", |key| Some(key.product)),
            text("loss_reason", |key| Some(key.reason)),
            Column::new("days".into(), vec![*n_days; n]),
            date("balances_on", balances_on)?,
            Column::new("balance_basis".into(), vec![self.months.balance_basis.code(); n]),
            Column::new("losses_are_final".into(), vec![last.is_final; n]),
            Column::new("key_share".into(), &self.key_shares),
        ];
        columns.extend(self.figures.into_iter().map(|column| column.finish().into_series().into()));
        let frame = DataFrame::new(n, columns)?;
        schema::STATISTICS.check(&frame)?;
        Ok(frame)
    }
}
