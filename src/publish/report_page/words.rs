//! Words and numbers of the page, in the configured language.
//!
//! Amounts are shown to three digits: enough to read, and no balance of a single customer to the cent.

use super::few::FEW;
use super::parts::Head;
use crate::labels::{Labels, Language};
use crate::money::grouped_count;

/// Where a figure is not known.
pub(super) const NOT_KNOWN: &str = "–";
/// Digits that an amount keeps.
const DIGITS: i32 = 3;
pub(super) const MINUS: &str = "−";

#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub labels: &'a Labels,
    pub currency: &'a str,
}

impl Words<'_> {
    pub(super) fn text<'t>(&'t self, code: &'t str) -> &'t str {
        self.labels.text("report", code)
    }

    pub(super) fn fill(&self, code: &str, values: &[(&str, &str)]) -> String {
        self.labels.fill("report", code, values)
    }

    /// The definition of a figure, where it has one.
    pub(super) fn help(&self, code: &str) -> Option<String> {
        let knows = self.labels.knows("report_help", code);
        knows.then(|| {
            self.labels.fill("report_help", code, &[("currency", self.currency), ("few", &FEW.to_string())])
        })
    }

    /// The head of a column of texts.
    pub(super) fn head(&self, code: &str) -> Head {
        let help = self.help(code).unwrap_or_default();
        Head { text: self.fill(code, &[("currency", self.currency)]), help, is_number: false }
    }

    /// The head of a column of numbers.
    pub(super) fn number(&self, code: &str) -> Head {
        Head { is_number: true, ..self.head(code) }
    }

    /// Currency units: `1.23 m`, `456 k`, `1.23亿`.
    pub(super) fn amount(&self, units: f64) -> String {
        if !units.is_finite() {
            return NOT_KNOWN.to_owned();
        }
        let step = match self.labels.language() {
            Language::En => 3,
            Language::ZhCn => 4,
        };
        let rounded = to_digits(units.abs());
        let scales = [(3, "scale_3"), (2, "scale_2"), (1, "scale_1")];
        let found = scales.into_iter().find(|(times, _)| rounded >= 10f64.powi(step * times));
        let text = match found {
            Some((times, scale)) => {
                let number = in_digits(rounded / 10f64.powi(step * times));
                self.fill(scale, &[("number", &number)])
            }
            None => in_digits(rounded),
        };
        if units < 0.0 && rounded > 0.0 { format!("{MINUS}{text}") } else { text }
    }

    /// A figure of a group, unless it is withheld.
    pub(super) fn unless(&self, is_withheld: bool, figure: String) -> String {
        if is_withheld { self.text("few").to_owned() } else { figure }
    }

    pub(super) fn optional_amount(&self, units: Option<f64>) -> String {
        self.amount(units.unwrap_or(f64::NAN))
    }

    /// The same with the currency.
    pub(super) fn money(&self, units: f64) -> String {
        self.fill("money", &[("amount", &self.amount(units)), ("currency", self.currency)])
    }

    /// What has come since the night before, and by how much it is more: `+12 (+0.4%)`.
    pub(super) fn change(&self, now: f64, before: f64, said: impl Fn(f64) -> String) -> String {
        let change = now - before;
        let text = match said(change.abs()) {
            text if change < 0.0 => format!("{MINUS}{text}"),
            text => format!("+{text}"),
        };
        if before > 0.0 { format!("{text} ({})", signed_percent(change / before)) } else { text }
    }

    /// Why nobody is scored, or a model not judged, as the program said it.
    pub(super) fn no_model_because(&self, said: &str) -> String {
        self.labels.sentence("no_churn_model", said)
    }

    pub(super) fn product(&self, code: &str) -> String {
        self.labels.text("product_kind", code).to_owned()
    }
}

/// To three digits.
fn to_digits(value: f64) -> f64 {
    if value < 1.0 {
        return value.round();
    }
    #[expect(clippy::cast_possible_truncation, reason = "a power of ten of an amount")]
    let power = value.log10().floor() as i32 - (DIGITS - 1);
    if power <= 0 {
        (value * 10f64.powi(-power)).round() / 10f64.powi(-power)
    } else {
        (value / 10f64.powi(power)).round() * 10f64.powi(power)
    }
}

/// `1.23`, `12.3`, `123`, `1230`.
fn in_digits(value: f64) -> String {
    let decimals = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    let text = format!("{value:.decimals$}");
    if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

pub(super) fn count(n: usize) -> String {
    grouped_count(n as u64)
}

/// A difference of counts, signed; `±0` where there is none.
pub(super) fn signed_count(change: i64) -> String {
    match change {
        0 => "±0".to_owned(),
        1.. => format!("+{}", grouped_count(change.unsigned_abs())),
        _ => format!("{MINUS}{}", grouped_count(change.unsigned_abs())),
    }
}

/// `12.3%`.
pub(super) fn percent(share: f64) -> String {
    if share.is_finite() {
        format!("{:.1}%", 100.0 * share).replace('-', MINUS)
    } else {
        NOT_KNOWN.to_owned()
    }
}

/// `12%`, for ticks.
pub(super) fn tick_percent(share: f64) -> String {
    let percent = 100.0 * share;
    let text = format!("{percent:.1}");
    format!("{}%", text.strip_suffix(".0").unwrap_or(&text)).replace('-', MINUS)
}

pub(super) fn optional_percent(share: Option<f64>) -> String {
    percent(share.unwrap_or(f64::NAN))
}

fn signed_percent(share: f64) -> String {
    if share < 0.0 { percent(share) } else { format!("+{}", percent(share)) }
}

/// Percentage points, signed.
pub(super) fn points(difference: f64) -> String {
    let text = format!("{:+.1}", 100.0 * difference);
    text.replace('-', MINUS)
}

/// A part of a whole; 0 where the whole is not positive.
pub(super) fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// A number of customers as a figure.
#[expect(clippy::cast_precision_loss, reason = "a number of customers")]
pub(super) fn figure(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_three_digits() {
        let shown = |language, units: f64| {
            let labels = Labels::of(language);
            Words { labels: &labels, currency: "CNY" }.amount(units)
        };
        let english = [0.0, 0.4, 12.345, 999.6, 1_234.0, -45_678.9, 999_950.0, 1.234e9, f64::NAN];
        let english = english.map(|units| shown(Language::En, units));
        assert_eq!(english, ["0", "0", "12.3", "1 k", "1.23 k", "−45.7 k", "1 m", "1.23 bn", "–"]);
        let chinese =
            [1_234.0, 12_345.0, 12_345_678.0, 123_456_789.0].map(|units| shown(Language::ZhCn, units));
        assert_eq!(chinese, ["1230", "1.23万", "1230万", "1.23亿"]);
    }

    #[test]
    fn changes_are_signed_and_told_as_a_part_of_what_was() {
        let labels = Labels::of(Language::En);
        let words = Words { labels: &labels, currency: "CNY" };
        assert_eq!(words.change(110.0, 100.0, |n| format!("{n}")), "+10 (+10.0%)");
        assert_eq!(words.change(90.0, 100.0, |n| format!("{n}")), "−10 (−10.0%)");
        assert_eq!(words.change(90.0, 0.0, |n| format!("{n}")), "+90");
        assert_eq!([0, 12, -3400].map(signed_count), ["±0", "+12", "−3,400"]);
        assert_eq!([0.2, 0.125, -0.05].map(tick_percent), ["20%", "12.5%", "−5%"]);
        assert_eq!(points(-0.0123), "−1.2");
    }
}
