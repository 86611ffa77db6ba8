//! Figures in words: numbers as people read them, what they rest on, and why one is missing.
//!
//! Reads: a figure, the labels. Produces: the text of one cell. Never: an empty one.

use super::figure::{Figure, Missing};
use crate::features::catalogue::Unit;
use crate::labels::Labels;
use crate::money::Money;

/// The language and the currency of the answer.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    pub labels: &'a Labels,
    pub currency: &'a str,
}

impl Words<'_> {
    /// A heading or a word of the answer's own.
    pub fn own(self, code: &str) -> String {
        self.labels.text("explain", code).to_owned()
    }

    /// The same with its blanks filled.
    pub fn filled(self, code: &str, values: &[(&str, &str)]) -> String {
        self.labels.fill("explain", code, values)
    }

    /// A published code in words; the code itself where there are none.
    pub fn code(self, section: &str, code: &str) -> String {
        plain(self.labels.text(section, code))
    }

    pub fn missing(self, reason: Missing) -> String {
        self.labels.text("explain_missing", reason.code()).to_owned()
    }

    /// The value, or why there is none.
    pub fn cell<T>(self, figure: &Figure<T>, shown: impl FnOnce(&T) -> String) -> String {
        match (&figure.value, figure.missing) {
            (Some(value), _) => shown(value),
            (None, reason) => self.missing(reason.unwrap_or(Missing::NotKnown)),
        }
    }

    /// The same with what it rests on.
    pub fn figure<T>(self, figure: &Figure<T>, shown: impl FnOnce(&T) -> String) -> String {
        let text = self.cell(figure, shown);
        match &figure.basis {
            Some(basis) if figure.value.is_some() => {
                format!("{text} ({})", self.code("explain_basis", basis))
            }
            _ => text,
        }
    }

    pub fn money(self, units: f64) -> String {
        format!("{} {}", grouped(units), self.currency)
    }

    pub fn yes(self, holds: bool) -> String {
        self.own(if holds { "yes" } else { "no" })
    }

    /// A feature's value in its unit.
    pub fn feature(self, unit: Unit, value: f64) -> String {
        match unit {
            Unit::Money => grouped(value),
            Unit::Days | Unit::Count if value.fract() == 0.0 => grouped(value),
            Unit::Days | Unit::Count => format!("{value:.1}"),
            Unit::Share => percent(value),
            Unit::Score => format!("{value:.2}"),
            Unit::Flag => self.yes(value != 0.0),
        }
    }
}

/// Whole units with thousands separators.
pub fn grouped(units: f64) -> String {
    Money::from_units(units).grouped()
}

pub fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

/// Ids and texts of a bank as a terminal may show them: a control character is a space.
pub fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::Language;

    #[test]
    fn every_reason_for_a_missing_figure_has_words_in_every_language() {
        for language in Language::ALL {
            let labels = Labels::of(language);
            let words = Words { labels: &labels, currency: "CNY" };
            for reason in Missing::ALL {
                assert_ne!(words.missing(reason), reason.code(), "{language:?}");
            }
        }
    }

    #[test]
    fn a_figure_is_told_with_its_basis_or_with_why_it_is_missing() {
        let labels = Labels::of(Language::En);
        let words = Words { labels: &labels, currency: "CNY" };
        let shown = |figure: &Figure<f64>| words.figure(figure, |units| words.money(*units));
        assert_eq!(
            shown(&Figure::known(1_234_567.4).on("margin")),
            "1,234,567 CNY (margin and fees of a year)"
        );
        assert_eq!(shown(&Figure::known(-1.0).on("m-1")), "-1 CNY (m-1)");
        let missing = shown(&Figure::missing(Missing::NoBalances).on("margin"));
        assert_eq!(missing, "missing: no balances are known of him");
        assert_eq!(plain("a\u{1b}[31m\nb"), "a [31m b");
    }
}
