//! One condition of a clause: a name, a comparison and a value.

use super::super::facts::Facts;
use super::super::figure::Figure;
use crate::contract::Customer;
use crate::contract::codes::Gender;
use crate::error::{Error, Result};
use crate::features::FeatureTable;
use crate::features::catalogue::features;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    name: Name,
    comparison: Comparison,
    value: Value,
}

/// What a condition may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Feature(&'static str),
    Figure(Figure),
    Text(Text),
}

/// Texts of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Gender,
    Occupation,
    Education,
    CardTier,
    CustomerKind,
}

const TEXTS: [(&str, Text); 5] = [
    ("gender", Text::Gender),
    ("occupation", Text::Occupation),
    ("education", Text::Education),
    ("card_tier", Text::CardTier),
    ("customer_kind", Text::CustomerKind),
];

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

impl Condition {
    /// # Errors
    /// Kind `Usage`, with `place` (the clause) and what cannot be read.
    pub(super) fn read(text: &str, place: &str) -> Result<Self> {
        let wrong = |why: String| {
            Error::usage(format!("{place}: `{text}`: {why}"))
                .hint("a condition is `NAME OP VALUE`, for example `age_years >= 45`")
        };
        let (symbol, comparison) = COMPARISONS
            .into_iter()
            .find(|(symbol, _)| text.contains(symbol))
            .ok_or_else(|| wrong("no comparison".into()))?;
        let (name, value) = text.split_once(symbol).expect("the symbol was found");
        let value = Value::read(value.trim()).map_err(&wrong)?;
        let name = Name::read(name.trim()).map_err(&wrong)?;
        let is_text = matches!(name, Name::Text(_));
        let is_equality = matches!(comparison, Comparison::Equal | Comparison::Unequal);
        if is_text != matches!(value, Value::Text(_)) || (is_text && !is_equality) {
            return Err(wrong(
                "texts are compared with `=` and `!=` to a 'text', figures to a number".into(),
            ));
        }
        Ok(Self { name, comparison, value })
    }

    /// The condition with its column of `features` at hand.
    pub(super) fn over<'a>(&'a self, features: &'a FeatureTable) -> OverTable<'a> {
        let column = match self.name {
            Name::Feature(name) => Some(features.column(name)),
            _ => None,
        };
        OverTable { condition: self, column }
    }
}

/// A condition over a table of customers.
pub(super) struct OverTable<'a> {
    condition: &'a Condition,
    column: Option<&'a [f64]>,
}

impl OverTable<'_> {
    /// Whether it holds for the customer of `row`; on a missing figure it does not. `known` is what was known of him.
    pub(super) fn holds(&self, row: usize, facts: &Facts, known: Option<&Customer>) -> bool {
        let Condition { name, comparison, value } = self.condition;
        match (name, value) {
            (Name::Text(text), Value::Text(wanted)) => known
                .and_then(|known| text.of(known))
                .is_some_and(|found| (found == wanted) == (*comparison == Comparison::Equal)),
            (name, Value::Number(wanted)) => {
                let found = match name {
                    Name::Figure(figure) => figure.of(facts),
                    _ => self.column.map_or(f64::NAN, |column| column[row]),
                };
                !found.is_nan() && comparison.holds(found, *wanted)
            }
            (_, Value::Text(_)) => false,
        }
    }
}

impl Comparison {
    #[expect(clippy::float_cmp, reason = "the file says which number")]
    fn holds(self, found: f64, wanted: f64) -> bool {
        match self {
            Comparison::AtLeast => found >= wanted,
            Comparison::AtMost => found <= wanted,
            Comparison::Above => found > wanted,
            Comparison::Below => found < wanted,
            Comparison::Equal => found == wanted,
            Comparison::Unequal => found != wanted,
        }
    }
}

impl Value {
    fn read(value: &str) -> Result<Self, String> {
        if let Some(inner) = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            return Ok(Value::Text(inner.to_owned()));
        }
        let number = value.parse().ok().filter(|number: &f64| number.is_finite());
        number.map(Value::Number).ok_or_else(|| format!("`{value}` is neither a number nor a 'text'"))
    }
}

impl Name {
    fn read(name: &str) -> Result<Self, String> {
        if let Some(feature) = features().find(|feature| feature.name == name) {
            return Ok(Name::Feature(feature.name));
        }
        let text = TEXTS.into_iter().find(|(known, _)| *known == name).map(|(_, text)| Name::Text(text));
        Figure::read(name).map(Name::Figure).or(text).ok_or_else(|| {
            let figures: Vec<String> = Figure::names().collect();
            let known = features().map(|feature| feature.name).chain(TEXTS.map(|(text, _)| text));
            let near = crate::config::nearest(name, known.chain(figures.iter().map(String::as_str)));
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            format!("`{name}` is not known{near}")
        })
    }
}

impl Text {
    fn of(self, known: &Customer) -> Option<&str> {
        match self {
            Text::Gender => known.gender.map(Gender::code),
            Text::Occupation => known.occupation.as_deref(),
            Text::Education => known.education.as_deref(),
            Text::CardTier => known.card_tier.as_deref(),
            Text::CustomerKind => Some(known.kind.code()),
        }
    }
}
