//! What the sentence of a theme says of one customer: whether it is true of him, with his own figures and dates.
//!
//! Reads one row of the features, and the date that they are of. A date is told only where a feature fixes it: the day of
//! a last event, or the first day of the window that a figure is of. Never: guesses when something began.

use crate::date::Date;
use crate::features::{FeatureTable, Theme};
use crate::labels::percent;
use crate::money::Money;

/// Blanks of a sentence and what fills them.
pub type Blanks = Vec<(&'static str, String)>;

/// Days of the windows that figures are of; a window ends on the date itself.
const QUARTER_DAYS: i32 = 90;
const YEAR_DAYS: i32 = 365;

/// One customer's features, by name.
#[derive(Clone, Copy)]
pub struct Customer<'a> {
    pub table: &'a FeatureTable,
    pub row: usize,
}

impl Customer<'_> {
    fn value(self, name: &str) -> f64 {
        self.table.column(name)[self.row]
    }

    /// Whether it is true of him that the theme raises the probability.
    pub fn is_raised_by(self, theme: Theme) -> bool {
        match theme {
            Theme::Recency => self.value("days_since_last_activity") >= 30.0,
            Theme::FrequencyFalling => self.knows_frequencies() && self.value("frequency_trend_90d") < 0.0,
            Theme::Outflow => self.value("outflow_share_90d") >= 0.01,
            Theme::SalaryStopped => {
                self.value("salary_change_90d") < 0.0 && self.value("days_since_last_salary") > 45.0
            }
            Theme::TransfersElsewhere => self.value("elsewhere_net_90d") > 0.0,
            Theme::AumFalling => self.value("aum_change_share_90d") < -0.05,
            Theme::ProductsFewer => self.value("n_product_kinds_change_90d") < 0.0,
            Theme::ComplaintOpen => self.value("complaint_open") > 0.0,
            Theme::NotRenewed => self.value("renewal_share_365d") < 0.5,
            Theme::TenureShort => self.value("tenure_days") < 365.0,
            Theme::ContactOld => self.value("days_since_last_contact") >= 60.0,
            Theme::Other => false,
        }
    }

    /// Whether it is true of him that the theme lowers the probability.
    pub fn is_kept_by(self, theme: Theme) -> bool {
        match theme {
            Theme::Recency => self.value("days_since_last_activity") < 30.0,
            Theme::FrequencyFalling => self.knows_frequencies() && self.value("frequency_trend_90d") >= 0.0,
            Theme::Outflow => self.value("outflow_share_90d") < 0.01,
            Theme::SalaryStopped => self.value("days_since_last_salary") <= 45.0,
            Theme::TransfersElsewhere => self.value("elsewhere_net_365d") <= 0.0,
            Theme::AumFalling => self.value("aum_change_share_90d") > 0.05,
            Theme::ProductsFewer => self.value("n_product_kinds") >= 2.0,
            Theme::NotRenewed => self.value("renewal_share_365d") >= 0.5,
            Theme::TenureShort => self.years() >= 2.0,
            Theme::ContactOld => self.value("days_since_last_contact") < 60.0,
            Theme::ComplaintOpen | Theme::Other => false,
        }
    }

    /// What fills the blanks of a sentence that raises, where it is true.
    pub fn raised_by(self, theme: Theme) -> Blanks {
        match theme {
            Theme::Outflow => {
                // Where all of it went in the last month, it did not begin before.
                let (month, quarter) = (self.value("outflow_share_30d"), self.value("outflow_share_90d"));
                if month >= quarter {
                    vec![("value", percent(month)), ("date", self.first_day_of(30))]
                } else {
                    vec![("value", percent(quarter)), ("date", self.first_day_of(QUARTER_DAYS))]
                }
            }
            Theme::SalaryStopped => {
                let last = self.days_ago("days_since_last_salary");
                vec![("value", full_months(last, self.table.as_of).to_string()), ("date", last.to_string())]
            }
            Theme::TransfersElsewhere => {
                let moved = Money::from_units(self.value("elsewhere_net_90d")).grouped();
                vec![("value", moved), ("date", self.first_day_of(QUARTER_DAYS))]
            }
            Theme::AumFalling => self.assets_since(),
            Theme::ProductsFewer => {
                let fewer = whole(-self.value("n_product_kinds_change_90d"));
                vec![("value", fewer), ("date", self.day_before(QUARTER_DAYS))]
            }
            Theme::NotRenewed => self.matured(1.0 - self.value("renewal_share_365d")),
            Theme::Recency => self.since("days_since_last_activity"),
            Theme::FrequencyFalling => self.frequencies(),
            Theme::TenureShort => self.since("tenure_days"),
            Theme::ContactOld => self.since("days_since_last_contact"),
            Theme::ComplaintOpen | Theme::Other => Vec::new(),
        }
    }

    /// What fills the blanks of a sentence that keeps, where it is true.
    pub fn kept_by(self, theme: Theme) -> Blanks {
        match theme {
            Theme::Recency => self.since("days_since_last_activity"),
            Theme::FrequencyFalling => self.frequencies(),
            Theme::Outflow => vec![("date", self.first_day_of(QUARTER_DAYS))],
            Theme::SalaryStopped => self.since("days_since_last_salary"),
            Theme::TransfersElsewhere => vec![("date", self.first_day_of(YEAR_DAYS))],
            Theme::AumFalling => self.assets_since(),
            Theme::ProductsFewer => vec![("value", whole(self.value("n_product_kinds")))],
            Theme::NotRenewed => self.matured(self.value("renewal_share_365d")),
            Theme::TenureShort => {
                vec![
                    ("value", whole(self.years().floor())),
                    ("date", self.days_ago("tenure_days").to_string()),
                ]
            }
            Theme::ContactOld => self.since("days_since_last_contact"),
            Theme::ComplaintOpen | Theme::Other => Vec::new(),
        }
    }

    fn years(self) -> f64 {
        self.value("tenure_days") / 365.25
    }

    fn knows_frequencies(self) -> bool {
        (self.value("n_started_90d") + self.value("n_started_365d")).is_finite()
    }

    /// Started transactions of the last 90 days, and how many 90 days of the rest of the year had on average.
    fn frequencies(self) -> Blanks {
        let (now, year) = (self.value("n_started_90d"), self.value("n_started_365d"));
        let before = (year - now) * f64::from(QUARTER_DAYS) / f64::from(YEAR_DAYS - QUARTER_DAYS);
        vec![("value", whole(now)), ("before", whole(before)), ("date", self.first_day_of(QUARTER_DAYS))]
    }

    fn assets_since(self) -> Blanks {
        let change = self.value("aum_change_share_90d").abs();
        vec![("value", percent(change)), ("date", self.day_before(QUARTER_DAYS))]
    }

    /// A part of what matured in a year.
    fn matured(self, share: f64) -> Blanks {
        let matured = Money::from_units(self.value("matured_365d")).grouped();
        vec![("value", percent(share)), ("amount", matured), ("date", self.first_day_of(YEAR_DAYS))]
    }

    /// The day of an event, and how many days ago it was.
    fn since(self, days: &str) -> Blanks {
        vec![("value", whole(self.value(days))), ("date", self.days_ago(days).to_string())]
    }

    #[expect(clippy::cast_possible_truncation, reason = "whole days of one life")]
    fn days_ago(self, days: &str) -> Date {
        self.table.as_of.plus_days(-(self.value(days) as i32))
    }

    /// Of a window, or of the relation where that is younger.
    fn first_day_of(self, window_days: i32) -> String {
        self.table.as_of.plus_days(1 - window_days).max(self.days_ago("tenure_days")).to_string()
    }

    /// On which a change over a window begins.
    fn day_before(self, window_days: i32) -> String {
        self.table.as_of.plus_days(-window_days).to_string()
    }
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}

/// Calendar months that have passed in full.
fn full_months(from: Date, to: Date) -> i32 {
    let is_short = to.day() < from.day() && !to.is_month_end();
    to.month_index() - from.month_index() - i32::from(is_short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_passed_on_its_day_or_on_the_last_of_a_shorter_month() {
        for (from, to, months) in [
            ("2026-07-28", "2026-10-27", 2),
            ("2026-07-28", "2026-10-28", 3),
            ("2026-08-31", "2026-09-30", 1),
            ("2026-08-31", "2026-09-29", 0),
            ("2025-12-15", "2026-02-14", 1),
            ("2026-01-01", "2026-01-31", 0),
        ] {
            assert_eq!(full_months(from.parse().unwrap(), to.parse().unwrap()), months, "{from} to {to}");
        }
    }
}
