//! `statistics.parquet`: the rows of the cube.
//!
//! One row per period, institution, class, product and reason that has any figure in the period or in those that it is
//! compared with. Crossed are: at the bank every class with every product and reason, at branches every class, and
//! every product and reason for all classes together; at managers reasons alone.

use super::classes::{Class, Classes};
use super::columns::{COLUMNS, Compared, Seen};
use super::cube::{Cube, Figures, Lost, Place};
use super::figures::{Cell, Figure, Known, figures_of};
use super::institutions::Institutions;
use super::periods::{Months, Period, periods};
use crate::contract::codes::ProductKind;
use crate::error::Result;
use crate::schema;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

const ALL: &str = "all";
/// What rows by reason show.
const OF_REASONS: [Figure; 5] =
    [Figure::LostClosed, Figure::LostRunOff, Figure::LostSilent, Figure::NotHisDecision, Figure::LostAssets];

/// Somebody who answers for customers, as published.
struct Institution<'a> {
    place: Place,
    level: &'static str,
    id: &'a str,
    parent: Option<&'a str>,
    depth: Option<i32>,
    figures: &'a Figures,
}

/// The dimensions of a row.
struct Key<'a> {
    period: &'a Period,
    institution: &'a Institution<'a>,
    class: &'a Class,
    product: &'a str,
    reason: &'a str,
    is_final: bool,
}

/// Rows as they are made.
struct Table<'a> {
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
        keys: Vec::new(),
        key_shares: Vec::new(),
        figures: COLUMNS.iter().map(|(name, _)| PrimitiveChunkedBuilder::new((*name).into(), 0)).collect(),
    };
    for period in &periods {
        let is_final = months.list[period.months.end - 1].is_final;
        for institution in &institutions {
            for class in &classes.list {
                let view = View { cube, months, institution, class };
                if view.is_published() {
                    view.add_rows(&mut table, period, is_final, &kinds);
                }
            }
        }
    }
    table.frame()
}

/// In the order of level and id.
fn listed<'a>(cube: &'a Cube, institutions: &'a Institutions) -> Vec<Institution<'a>> {
    let branches = &institutions.branches;
    let bank = Institution {
        place: Place::Bank,
        level: "bank",
        id: ALL,
        parent: None,
        depth: Some(0),
        figures: &cube.bank,
    };
    let whole = branches.iter().zip(&cube.branches).enumerate().map(|(at, (branch, figures))| Institution {
        place: Place::Branch(at),
        level: "branch",
        id: &branch.id,
        parent: branch.parent.map(|parent| &*branches[parent].id),
        depth: Some(branch.depth),
        figures,
    });
    let alone = cube.alone.iter().map(|(at, figures)| Institution {
        place: Place::BranchAlone(*at),
        level: "branch_alone",
        id: &branches[*at].id,
        parent: Some(&branches[*at].id),
        depth: Some(branches[*at].depth + 1),
        figures,
    });
    let managers = institutions.managers.iter().zip(&cube.managers).enumerate();
    let managers = managers.map(|(at, (id, figures))| Institution {
        place: Place::Manager(at),
        level: "manager",
        id,
        parent: None,
        depth: None,
        figures,
    });
    std::iter::once(bank).chain(whole).chain(alone).chain(managers).collect()
}

/// One class of one institution.
struct View<'a, 'b> {
    cube: &'a Cube,
    months: &'b Months,
    institution: &'a Institution<'a>,
    class: &'a Class,
}

impl<'a> View<'a, '_> {
    fn is_of_all(&self) -> bool {
        self.class.dimension == ALL
    }

    fn is_published(&self) -> bool {
        self.is_of_all() || !matches!(self.institution.place, Place::Manager(_))
    }

    fn add_rows(&self, table: &mut Table<'a>, period: &'a Period, is_final: bool, kinds: &[usize]) {
        let key = |product, reason| Key {
            period,
            institution: self.institution,
            class: self.class,
            product,
            reason,
            is_final,
        };
        let members = || self.class.members.clone();
        let whole =
            self.compared(period, |month| self.institution.figures.total(month, members()), |known| *known);
        let is_bank = self.institution.place == Place::Bank;
        if whole.is_zero() && !(is_bank && self.is_of_all()) {
            return;
        }
        if is_bank || self.is_of_all() {
            // `all` comes first among products; reasons may come before it.
            let mut by_reason = self.by_reason(period);
            by_reason.insert(ALL, whole);
            for (reason, compared) in by_reason {
                table.push(key(ALL, reason), &compared);
            }
        } else {
            table.push(key(ALL, ALL), &whole);
            return;
        }
        for kind in kinds.iter().filter(|_| !matches!(self.institution.place, Place::Manager(_))) {
            let product = ProductKind::ALL[*kind];
            let cell = |month| self.institution.figures.product(month, members(), *kind).to_cell(product);
            let compared = self.compared(period, cell, |known| known.only(&figures_of(product)));
            if !compared.is_zero() {
                table.push(key(product.code(), ALL), &compared);
            }
        }
    }

    /// Losses by reason; reasons without any in the period are left out.
    fn by_reason(&self, period: &Period) -> BTreeMap<&'a str, Compared> {
        let mut by_reason: BTreeMap<&str, Vec<&Vec<Lost>>> = BTreeMap::new();
        for member in self.class.members.clone() {
            let from = (self.institution.place, member, Box::from(""));
            let of_member = self
                .cube
                .lost
                .range(from..)
                .take_while(|((place, at, _), _)| *place == self.institution.place && *at == member);
            for ((.., reason), months) in of_member {
                by_reason.entry(reason).or_default().push(months);
            }
        }
        let compared = |(reason, parts): (&'a str, Vec<&Vec<Lost>>)| {
            let cell = |month: usize| {
                let mut sum = Cell::default();
                parts.iter().for_each(|months| sum.add(&months[month]));
                sum
            };
            let compared = Compared {
                now: self.seen(period.months.clone(), period.n_days, &cell, &|known| known.only(&OF_REASONS)),
                before: None,
                year_before: None,
            };
            (!compared.is_zero()).then_some((reason, compared))
        };
        by_reason.into_iter().filter_map(compared).collect()
    }

    fn compared(
        &self,
        period: &Period,
        cell: impl Fn(usize) -> Cell,
        known: impl Fn(&Known) -> Known,
    ) -> Compared {
        let days = |months: &Range<usize>| -> i32 {
            self.months.list[months.clone()].iter().map(super::periods::Month::n_days).sum()
        };
        let seen = |months: &Range<usize>| self.seen(months.clone(), days(months), &cell, &known);
        Compared {
            now: seen(&period.months),
            before: period.before.as_ref().map(seen),
            year_before: period.year_before.as_ref().map(seen),
        }
    }

    fn seen(
        &self,
        mut months: Range<usize>,
        n_days: i32,
        cell: &impl Fn(usize) -> Cell,
        known: &impl Fn(&Known) -> Known,
    ) -> Seen {
        let of_month = |month: usize| (cell(month), known(&self.months.list[month].known));
        let (mut sum, mut all_known) = months.next().map_or((Cell::default(), Known::none()), of_month);
        for (cell, known) in months.map(of_month) {
            sum.follow_with(&cell);
            all_known.follow_with(&known);
        }
        Seen { cell: sum, known: all_known, n_days }
    }
}

impl<'a> Table<'a> {
    fn push(&mut self, key: Key<'a>, compared: &Compared) {
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
        let is_final: Vec<bool> = self.keys.iter().map(|key| key.is_final).collect();
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
            Column::new("losses_are_final".into(), is_final),
            Column::new("key_share".into(), &self.key_shares),
        ];
        columns.extend(self.figures.into_iter().map(|column| column.finish().into_series().into()));
        let frame = DataFrame::new(n, columns)?;
        schema::STATISTICS.check(&frame)?;
        Ok(frame)
    }
}
