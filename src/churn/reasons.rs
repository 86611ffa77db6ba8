//! Why a probability is what it is: what pushes it up and what holds it down, only as far as it is true of the customer.
//!
//! Features of one theme are correlated, so their contributions are summed before they are ranked. A theme
//! whose sentence would not be true of the customer (a salary that stopped, where none ever came) is not told.

use crate::features::FeatureTable;
use crate::features::catalogue::{Theme, features};
use crate::labels::Labels;
use crate::learn::scorer::Scorer;
use std::collections::BTreeMap;

/// Reasons told per customer for a high probability.
pub const N_REASONS: usize = 3;

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: &'static str,
    pub text: String,
    /// Whether a manager can do something about it.
    pub can_be_influenced: bool,
}

/// The reasons of one customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasons {
    /// Strongest first, [`N_REASONS`] at most.
    pub up: Vec<Reason>,
    /// The strongest that keeps him.
    pub down: Option<Reason>,
}

/// The theme of each feature of the scorer, in its order.
pub fn themes(scorer: &Scorer) -> Vec<Theme> {
    let by_name: BTreeMap<&str, Theme> = features().map(|feature| (feature.name, feature.theme)).collect();
    scorer.names().into_iter().map(|name| by_name[name]).collect()
}

/// The strongest true reasons of one row. `inputs` are what the scorer reads of it.
pub fn of_row(
    scorer: &Scorer,
    themes: &[Theme],
    inputs: &[f64],
    table: &FeatureTable,
    row: usize,
    labels: &Labels,
) -> Reasons {
    let mut pushes: Vec<(Theme, f64)> = Vec::new();
    for (theme, push) in themes.iter().zip(scorer.contributions(inputs)) {
        match pushes.iter_mut().find(|(known, _)| known == theme) {
            Some((_, sum)) => *sum += push,
            None => pushes.push((*theme, push)),
        }
    }
    pushes.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.code().cmp(b.0.code())));
    let told = |section: &str, theme: Theme, figures: Option<Figures>| {
        let Figures { value, before } = figures?;
        let text = labels.fill(section, theme.code(), &[("value", &value), ("before", &before)]);
        Some(Reason { code: theme.code(), text, can_be_influenced: can_be_influenced(theme) })
    };
    let raising = pushes.iter().filter(|(_, push)| *push > 0.0);
    let lowering = pushes.iter().rev().filter(|(_, push)| *push < 0.0);
    let up = raising.filter_map(|(theme, _)| told("driver", *theme, figure(*theme, table, row)));
    let down =
        lowering.filter_map(|(theme, _)| told("keeper", *theme, keeping_figure(*theme, table, row))).next();
    Reasons { up: up.take(N_REASONS).collect(), down }
}

/// Whether a manager can do something about what the theme tells; age of the relation and a salary are not his.
fn can_be_influenced(theme: Theme) -> bool {
    match theme {
        Theme::Recency
        | Theme::FrequencyFalling
        | Theme::Outflow
        | Theme::TransfersElsewhere
        | Theme::AumFalling
        | Theme::ProductsFewer
        | Theme::ComplaintOpen
        | Theme::NotRenewed
        | Theme::ContactOld => true,
        Theme::SalaryStopped | Theme::TenureShort | Theme::Other => false,
    }
}

/// What stands in a theme's sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    value: String,
    before: String,
}

impl Figures {
    fn one(value: String) -> Self {
        Self { value, before: String::new() }
    }
}

/// One customer's features, by name.
#[derive(Clone, Copy)]
struct Customer<'a> {
    table: &'a FeatureTable,
    row: usize,
}

impl Customer<'_> {
    fn value(self, name: &str) -> f64 {
        self.table.column(name)[self.row]
    }

    fn whole(self, name: &str) -> Option<Figures> {
        Some(self.value(name)).filter(|days| days.is_finite()).map(|days| Figures::one(format!("{days:.0}")))
    }

    fn share(self, name: &str) -> Option<Figures> {
        let share = Some(self.value(name)).filter(|share| share.is_finite())?;
        Some(Figures::one(format!("{:.0}%", 100.0 * share.abs())))
    }

    /// Started transactions of the last 90 days, and how many 90 days of the rest of the year had on average.
    fn frequencies(self) -> Option<Figures> {
        let (now, year) = (self.value("n_started_90d"), self.value("n_started_365d"));
        let before = (year - now) * 90.0 / (365.0 - 90.0);
        (now.is_finite() && year.is_finite())
            .then(|| Figures { value: format!("{now:.0}"), before: format!("{before:.0}") })
    }
}

/// The figures of the sentence that a theme raises the probability, where it is true of the customer.
pub fn figure(theme: Theme, table: &FeatureTable, row: usize) -> Option<Figures> {
    let of = Customer { table, row };
    let when = |holds: bool| holds.then(Figures::default);
    match theme {
        Theme::Recency => {
            of.whole("days_since_last_activity").filter(|_| of.value("days_since_last_activity") >= 30.0)
        }
        Theme::FrequencyFalling => of.frequencies().filter(|_| of.value("frequency_trend_90d") < 0.0),
        Theme::Outflow => of.share("outflow_share_90d").filter(|_| of.value("outflow_share_90d") >= 0.01),
        Theme::SalaryStopped => of
            .whole("days_since_last_salary")
            .filter(|_| of.value("salary_change_90d") < 0.0 && of.value("days_since_last_salary") > 45.0),
        Theme::TransfersElsewhere => when(of.value("elsewhere_net_90d") > 0.0),
        Theme::AumFalling => {
            of.share("aum_change_share_90d").filter(|_| of.value("aum_change_share_90d") < -0.05)
        }
        Theme::ProductsFewer => when(of.value("n_product_kinds_change_90d") < 0.0),
        Theme::ComplaintOpen => when(of.value("complaint_open") > 0.0),
        Theme::NotRenewed => when(of.value("renewal_share_365d") < 0.5),
        Theme::TenureShort => of.whole("tenure_days").filter(|_| of.value("tenure_days") < 365.0),
        Theme::ContactOld => {
            of.whole("days_since_last_contact").filter(|_| of.value("days_since_last_contact") >= 60.0)
        }
        Theme::Other => None,
    }
}

/// The figures of the sentence that a theme keeps the customer, where it is true of him.
fn keeping_figure(theme: Theme, table: &FeatureTable, row: usize) -> Option<Figures> {
    let of = Customer { table, row };
    let when = |holds: bool| holds.then(Figures::default);
    match theme {
        Theme::Recency => {
            of.whole("days_since_last_activity").filter(|_| of.value("days_since_last_activity") < 30.0)
        }
        Theme::FrequencyFalling => of.frequencies().filter(|_| of.value("frequency_trend_90d") >= 0.0),
        Theme::Outflow => when(of.value("outflow_share_90d") < 0.01),
        Theme::SalaryStopped => when(of.value("days_since_last_salary") <= 45.0),
        Theme::TransfersElsewhere => when(of.value("elsewhere_net_365d") <= 0.0),
        Theme::AumFalling => {
            of.share("aum_change_share_90d").filter(|_| of.value("aum_change_share_90d") > 0.05)
        }
        Theme::ProductsFewer => of.whole("n_product_kinds").filter(|_| of.value("n_product_kinds") >= 2.0),
        Theme::NotRenewed => when(of.value("renewal_share_365d") >= 0.5),
        Theme::TenureShort => {
            let years = of.value("tenure_days") / 365.25;
            (years >= 2.0).then(|| Figures::one(format!("{years:.0}")))
        }
        Theme::ContactOld => {
            of.whole("days_since_last_contact").filter(|_| of.value("days_since_last_contact") < 60.0)
        }
        Theme::ComplaintOpen | Theme::Other => None,
    }
}
