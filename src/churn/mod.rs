//! Churn: who is about to take his business away.
//!
//! Labels come from the customers' own history at past origins; a logistic regression and boosted trees are trained on
//! them for three horizons, and the better one is calibrated on later origins and applied to tonight; twins made the same
//! way earlier are judged by what happened since. Reads the bank and features; writes nothing. Never: scores by who manages a customer, invents a probability (where
//! history is too short or nobody left, it says so), looks past the date it is asked for.
//!
//! ```text
//! labels ──> origins ──> sample ──> fit (by `learn`) ──> model ──> table
//!                                                   └──────> judge, baselines ──> evaluation ──> train, backtest
//!                                                                                      └──────> contest (model in force)
//! labels ──> outcomes of an earlier night
//! ```

pub mod backtest;
mod baselines;
mod contest;
pub mod evaluation;
pub mod figures;
mod fit;
mod judge;
pub mod labels;
pub mod model;
pub mod origins;
pub mod outcomes;
mod reasons;
mod sample;
mod table;
mod telling;
mod train;

pub use contest::{BandChanges, Contest, ContestResult, Judged, Standing, band_changes};
pub use evaluation::Evaluation;
pub use judge::judge;
pub use model::ChurnModel;
pub use outcomes::{Outcomes, outcomes};
pub use table::{ChurnTable, score};
pub use train::{Training, capacity_share, fit, settings_digest, train, train_beside};

use crate::config::Config;
use crate::date::Date;
use crate::store::Calendar;

/// The newest night whose scores of the horizon that is acted on can be judged by a date.
pub fn judged_by(calendar: &Calendar, known_until: Date, config: &Config) -> Date {
    known_until.plus_days(-origins::maturity_days(
        calendar,
        labels::HORIZONS_DAYS[model::ACTED_ON],
        &config.churn,
    ))
}
