//! Every figure of an evaluation: what it is called, how it follows from a ranking, and where it stands. Judging, the table
//! of a backtest and the card of a model go through this one list.

use super::evaluation::{Evaluation, Figure};
use crate::model::metrics::Ranking;
use crate::model::profit::{Campaign, PAPER_CLV};

/// Equal-count bins of the calibration table and error.
pub(super) const CALIBRATION_BINS: usize = 10;
/// The best-scored part that lift and capture are told of.
pub(super) const TOP: f64 = 0.1;

/// What a figure needs to know besides the ranking.
pub(super) struct Given {
    pub(super) base_rate: f64,
    pub(super) capacity_share: Option<f64>,
    pub(super) campaign: Campaign,
}

/// One figure.
pub struct FigureKind {
    /// In `backtest.parquet`; also the field of [`Evaluation`].
    pub name: &'static str,
    /// On the card.
    pub words: &'static str,
    pub of: fn(&Evaluation) -> Option<Figure>,
    /// Computed on customers drawn anew, for its interval.
    pub(super) drawn: Option<Drawn>,
}

/// How a figure with an interval is computed, and where it is put.
pub(super) struct Drawn {
    pub(super) statistic: fn(&Ranking, &Given) -> Option<f64>,
    pub(super) place: fn(&mut Evaluation) -> &mut Option<Figure>,
}

macro_rules! drawn {
    ($field:ident, $words:literal, $statistic:expr) => {
        FigureKind {
            name: stringify!($field),
            words: $words,
            of: |judged| judged.$field,
            drawn: Some(Drawn { statistic: $statistic, place: |judged| &mut judged.$field }),
        }
    };
}

macro_rules! plain {
    ($field:ident, $words:literal) => {
        FigureKind {
            name: stringify!($field),
            words: $words,
            of: |judged| {
                Option::<f64>::from(judged.$field).map(|value| Figure { value, low: None, high: None })
            },
            drawn: None,
        }
    };
}

/// In the order in which they are shown.
pub static FIGURES: [FigureKind; 19] = [
    plain!(base_rate, "share that left"),
    drawn!(auc, "AUC", |ranking, _| ranking.auc()),
    plain!(auc_without_silent, "AUC without those lost to silence"),
    drawn!(average_precision, "average precision", |ranking, _| ranking.average_precision()),
    drawn!(lift_top_decile, "lift in the top decile", |ranking, _| Some(ranking.top_share(TOP)?.lift)),
    drawn!(capture_top_decile, "capture in the top decile", |ranking, _| Some(
        ranking.top_share(TOP)?.capture
    )),
    plain!(capacity_share, "share that managers can contact in a day"),
    drawn!(capture_at_capacity, "capture within that share", |ranking, given| {
        Some(ranking.top_share(given.capacity_share?)?.capture)
    }),
    drawn!(value_capture_top_decile, "money captured in the top decile", |ranking, _| {
        ranking.value_capture(ranking.top_share(TOP)?.n_top)
    }),
    drawn!(brier, "Brier score", |ranking, _| ranking.brier()),
    drawn!(brier_skill, "Brier skill", |ranking, given| ranking.brier_skill(given.base_rate)),
    drawn!(log_loss, "log loss", |ranking, _| ranking.log_loss()),
    drawn!(expected_calibration_error, "expected calibration error", |ranking, _| {
        ranking.expected_calibration_error(CALIBRATION_BINS)
    }),
    drawn!(calibration_slope, "calibration slope", |ranking, _| Some(ranking.calibration_line()?.slope)),
    drawn!(calibration_intercept, "calibration intercept", |ranking, _| {
        Some(ranking.calibration_line()?.intercept)
    }),
    drawn!(profit, "expected maximum profit, EUR of its paper", |ranking, given| {
        Some(ranking.expected_profit(PAPER_CLV, &given.campaign)?.per_customer)
    }),
    plain!(profit_share, "share that it contacts"),
    drawn!(profit_by_value, "expected maximum profit by value", |ranking, given| {
        Some(ranking.expected_profit_by_value(&given.campaign)?.per_customer)
    }),
    plain!(profit_by_value_share, "share that it contacts by value"),
];
