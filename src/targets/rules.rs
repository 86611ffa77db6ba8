//! Product rules as data: clauses in a small checked grammar, evaluated as expressions over one table.
//!
//! A clause holds where all its conditions hold; a condition on a missing figure never does. What is wrong
//! with a rule is found when the file is read, not when the night runs.

use crate::contract::codes::{Kind, ProductKind};
use crate::date::Date;
use crate::error::{Error, Result};
use crate::features::FeatureTable;
use crate::features::catalogue::features;
use crate::store::Excerpt;
use polars::prelude::*;
use serde::Deserialize;

/// The rules that ship with the program.
pub const DEFAULT_RULES: &str = include_str!("../../config/rules/products.toml");

/// A purchase counts as one for so many days.
pub(super) const BOUGHT_DAYS: i32 = 365;

/// Checked rules, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    pub version: u32,
    clauses: Vec<Clause>,
}

/// One reason to suggest one product.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    pub product: ProductKind,
    pub rule: String,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq)]
struct Condition {
    name: Name,
    comparison: Comparison,
    value: Value,
}

/// What a condition may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Feature(&'static str),
    Balance(ProductKind),
    Bought365d(ProductKind),
    Maturing30d(ProductKind),
    Text(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    AtLeast,
    AtMost,
    Above,
    Below,
    Equal,
    Unequal,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
}

const COMPARISONS: [(&str, Comparison); 6] = [
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    ("!=", Comparison::Unequal),
    (">", Comparison::Above),
    ("<", Comparison::Below),
    ("=", Comparison::Equal),
];

/// Customer texts that conditions may compare.
const TEXTS: [&str; 3] = ["gender", "occupation", "customer_kind"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRules {
    version: u32,
    clause: Vec<RawClause>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClause {
    product: String,
    rule: String,
    when: Vec<String>,
}

impl Rules {
    /// Reads and checks a rule file.
    ///
    /// # Errors
    /// Kind `Usage`, naming the clause and the condition that cannot be read.
    pub fn read(text: &str) -> Result<Self> {
        let raw: RawRules = toml::from_str(text)
            .map_err(|cause| Error::usage(format!("product rules: {}", cause.message())))?;
        let clauses: Result<Vec<Clause>> = raw
            .clause
            .into_iter()
            .enumerate()
            .map(|(position, clause)| Clause::check(position + 1, clause))
            .collect();
        Ok(Self { version: raw.version, clauses: clauses? })
    }

    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// Which clauses hold for whom: a column per clause, a row per customer of `features`.
    ///
    /// Where customers' texts were not known on the table's date, no condition on one holds.
    ///
    /// # Errors
    /// Kind `Internal` if an expression cannot be evaluated, which checked rules always can.
    pub fn holds(&self, rows: &Excerpt<'_>, features: &FeatureTable) -> Result<Vec<Vec<bool>>> {
        let mut columns: Vec<Column> = Vec::new();
        for condition in self.clauses.iter().flat_map(|clause| &clause.conditions) {
            let name = condition.name.column();
            if columns.iter().all(|column| column.name() != &name) {
                columns.push(condition.name.values(rows, features).with_name(name));
            }
        }
        let n = features.n_customers();
        let names = (0..self.clauses.len()).map(|position| format!("clause_{position}"));
        let expressions: Vec<Expr> =
            names.zip(&self.clauses).map(|(name, clause)| clause.expression().alias(name)).collect();
        let held = DataFrame::new(n, columns)?.lazy().select(expressions).collect()?;
        let column_of = |column: &Column| -> Result<Vec<bool>> {
            Ok(column.bool()?.iter().map(|holds| holds == Some(true)).collect())
        };
        held.columns().iter().map(column_of).collect()
    }
}

impl Clause {
    fn check(number: usize, raw: RawClause) -> Result<Self> {
        let place = format!("product rules, clause {number} (`{}`)", raw.rule);
        let product = ProductKind::from_code(&raw.product)
            .ok_or_else(|| Error::usage(format!("{place}: `{}` is not a product kind", raw.product)))?;
        if raw.when.is_empty() {
            return Err(Error::usage(format!("{place}: `when` is empty, which would name everybody")));
        }
        let conditions: Result<Vec<Condition>> =
            raw.when.iter().map(|text| Condition::read(text, &place)).collect();
        Ok(Self { product, rule: raw.rule, conditions: conditions? })
    }

    fn expression(&self) -> Expr {
        let all = self.conditions.iter().map(Condition::expression).reduce(Expr::and);
        all.expect("a checked clause has conditions")
    }
}

impl Condition {
    fn read(text: &str, place: &str) -> Result<Self> {
        let wrong = |why: String| {
            Error::usage(format!("{place}: `{text}`: {why}"))
                .hint("a condition is `NAME OP VALUE`, for example `age_years >= 45`")
        };
        let (symbol, comparison) = COMPARISONS
            .into_iter()
            .find(|(symbol, _)| text.contains(symbol))
            .ok_or_else(|| wrong("no comparison".into()))?;
        let (name, value) = text.split_once(symbol).expect("the symbol was found");
        let (name, value) = (name.trim(), value.trim());
        let value = match value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(inner) => Value::Text(inner.to_owned()),
            None => Value::Number(
                value
                    .parse()
                    .ok()
                    .filter(|n: &f64| n.is_finite())
                    .ok_or_else(|| wrong(format!("`{value}` is neither a number nor a 'text'")))?,
            ),
        };
        let name = Name::read(name).ok_or_else(|| {
            let known = features().map(|feature| feature.name).chain(TEXTS);
            let near = crate::config::nearest(name, known)
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            wrong(format!("`{name}` is not known{near}"))
        })?;
        let is_text = matches!(name, Name::Text(_));
        if is_text != matches!(value, Value::Text(_))
            || (is_text && !matches!(comparison, Comparison::Equal | Comparison::Unequal))
        {
            return Err(wrong(
                "texts are compared with `=` and `!=` to a 'text', figures to a number".into(),
            ));
        }
        Ok(Self { name, comparison, value })
    }

    fn expression(&self) -> Expr {
        let column = col(self.name.column());
        let (is_known, value) = match &self.value {
            // polars orders NaN above every number; here it is a missing figure.
            Value::Number(number) => (column.clone().is_not_nan(), lit(*number)),
            Value::Text(text) => (column.clone().is_not_null(), lit(text.as_str())),
        };
        let compared = match self.comparison {
            Comparison::AtLeast => column.gt_eq(value),
            Comparison::AtMost => column.lt_eq(value),
            Comparison::Above => column.gt(value),
            Comparison::Below => column.lt(value),
            Comparison::Equal => column.eq(value),
            Comparison::Unequal => column.neq(value),
        };
        is_known.and(compared)
    }
}

impl Name {
    fn read(text: &str) -> Option<Self> {
        let kind_between = |prefix: &str, suffix: &str| {
            text.strip_prefix(prefix)?.strip_suffix(suffix).and_then(ProductKind::from_code)
        };
        if let Some(feature) = features().find(|feature| feature.name == text) {
            return Some(Name::Feature(feature.name));
        }
        kind_between("balance_", "")
            .map(Name::Balance)
            .or_else(|| kind_between("bought_", "_365d").map(Name::Bought365d))
            .or_else(|| kind_between("maturing_", "_30d").map(Name::Maturing30d))
            .or_else(|| TEXTS.into_iter().find(|known| *known == text).map(Name::Text))
    }

    fn column(&self) -> PlSmallStr {
        match self {
            Name::Feature(name) | Name::Text(name) => (*name).into(),
            Name::Balance(kind) => format!("balance_{}", kind.code()).into(),
            Name::Bought365d(kind) => format!("bought_{}_365d", kind.code()).into(),
            Name::Maturing30d(kind) => format!("maturing_{}_30d", kind.code()).into(),
        }
    }

    fn values(&self, rows: &Excerpt<'_>, features: &FeatureTable) -> Column {
        let customers = || features.customers().iter().copied();
        let figures =
            |of: &dyn Fn(u32) -> f64| Column::new("".into(), customers().map(of).collect::<Vec<f64>>());
        match self {
            Name::Feature(name) => Column::new("".into(), features.column(name)),
            Name::Balance(kind) => figures(&|index| balance(rows, index, features.as_of, *kind, |_| true)),
            Name::Maturing30d(kind) => figures(&|index| {
                let (from, to) = (features.as_of.plus_days(1), features.as_of.plus_days(30));
                balance(rows, index, features.as_of, *kind, |on| on.is_some_and(|on| from <= on && on <= to))
            }),
            Name::Bought365d(kind) => figures(&|index| {
                let newest_first = rows.history(index).until(features.as_of).transactions.iter().rev();
                let year = newest_first.take_while(|row| features.as_of - row.booked_on < BOUGHT_DAYS);
                f64::from(
                    u32::try_from(
                        year.filter(|row| row.kind == Kind::Purchase && row.product_kind == Some(*kind))
                            .count(),
                    )
                    .unwrap_or(u32::MAX),
                )
            }),
            Name::Text(name) => {
                let text = |index: u32| -> Option<&str> {
                    let customer = rows.history(index).as_known_on(features.as_of)?;
                    match *name {
                        "gender" => customer.gender.map(crate::contract::codes::Gender::code),
                        "occupation" => customer.occupation.as_deref(),
                        _ => Some(customer.kind.code()),
                    }
                };
                Column::new("".into(), customers().map(text).collect::<Vec<_>>())
            }
        }
    }
}

/// Balance of `kind` in the bank's newest snapshot, of the rows whose maturity `counts` accepts; NaN without one.
fn balance(
    rows: &Excerpt<'_>,
    index: u32,
    as_of: Date,
    kind: ProductKind,
    counts: impl Fn(Option<Date>) -> bool,
) -> f64 {
    let rows = rows.newest_holdings(index, as_of);
    rows.map_or(f64::NAN, |rows| {
        rows.iter()
            .filter(|row| row.product_kind == kind && counts(row.matures_on))
            .map(|row| row.balance.to_units())
            .sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(when: &str) -> String {
        let text =
            format!("version = 1\n[[clause]]\nproduct = \"fund\"\nrule = \"r\"\nwhen = [\"{when}\"]\n");
        Rules::read(&text).unwrap_err().to_string()
    }

    #[test]
    fn the_rules_that_ship_are_read() {
        assert!(Rules::read(DEFAULT_RULES).unwrap().clauses().len() > 10);
    }

    #[test]
    fn what_is_wrong_with_a_condition_is_said_with_its_clause() {
        let place = "product rules, clause 1 (`r`)";
        assert_eq!(
            message("age_year >= 4"),
            format!("{place}: `age_year >= 4`: `age_year` is not known; did you mean `age_years`?")
        );
        assert_eq!(message("age_years 4"), format!("{place}: `age_years 4`: no comparison"));
        assert_eq!(
            message("age_years > old"),
            format!("{place}: `age_years > old`: `old` is neither a number nor a 'text'")
        );
        assert_eq!(
            message("gender > 'female'"),
            format!(
                "{place}: `gender > 'female'`: texts are compared with `=` and `!=` to a 'text', figures to a number"
            )
        );
    }
}
