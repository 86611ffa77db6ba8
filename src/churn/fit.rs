//! One horizon's model: both algorithms trained on the past, the better one kept and calibrated on what came later.
//!
//! ```text
//! origins whose labels were complete before the newest origin ──> train
//! the newest one, and of those between whom training has not seen:
//!                          half of these customers ─────────────> stop the trees
//!                          the other half ──────────────────────> choose the champion, calibrate it
//! ```
//!
//! Where history is too short for that, the choice and the calibration are made on scores out of fold: every
//! customer is scored by a model that was trained without him, all of his rows left out; the model itself is then fitted
//! on all of them.

use super::labels::{HORIZONS_DAYS, Label};
use super::model::HorizonModel;
use super::origins::{self, Origin};
use super::sample::{labelled, labelled_where};
use crate::config::Config;
use crate::date::Date;
use crate::error::Result;
use crate::learn::champion::{FOLDS, out_of_fold, out_of_time};
use crate::learn::sample::unseen;
use crate::learn::{CalibratedOn, Sample, Settings};
use crate::model::metrics;
use crate::store::Calendar;

/// Fits one horizon, by its place in [`HORIZONS_DAYS`], on what was known on `known_until`. `origins` ascend by date.
/// The inner error is a reason that people read.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn fit_horizon(
    origins: &[&Origin],
    calendar: &Calendar,
    horizon: usize,
    known_until: Date,
    config: &Config,
) -> Result<Result<HorizonModel, String>> {
    let days = HORIZONS_DAYS[horizon];
    let dates: Vec<Date> = origins.iter().map(|origin| origin.date).collect();
    let usable = origins::usable(&dates, calendar, known_until, days, &config.churn);
    let Some((first, newest)) = usable.first().zip(usable.last()) else {
        let needed = config.churn.history_days_min + origins::maturity_days(calendar, days, &config.churn);
        return Ok(Err(format!("history is too short: an origin and its outcome need {needed} days")));
    };
    let own: Vec<&Origin> =
        origins.iter().copied().filter(|origin| (*first..=*newest).contains(&origin.date)).collect();
    let all = labelled(&own, horizon);
    if let Some(reason) = too_few(&all, config) {
        return Ok(Err(reason));
    }
    let maturity = origins::maturity_days(calendar, days, &config.churn);
    let (earlier, later): (Vec<&Origin>, Vec<&Origin>) =
        own.iter().copied().partition(|origin| origin.date <= newest.plus_days(-maturity));
    let train = labelled(&earlier, horizon);
    let closed_on = earlier.last().map(|origin| origin.date.plus_days(maturity));
    let is_unseen = unseen(&train, closed_on);
    let held = labelled_where(&later, horizon, |origin, hash| is_unseen(origin.date, hash));
    let in_time = too_few(&train, config).is_none() && too_few(&held, config).is_none();
    let settings = Settings {
        winsor_share: config.segment.winsor_share,
        l2_penalty: config.churn.l2_penalty,
        measure: metrics::auc,
        keeps_order: false,
    };
    let fitted = if in_time { out_of_time(&train, &held, &settings)? } else { out_of_fold(&all, &settings)? };
    let (trained_on, calibrated_on) = match in_time {
        true => (&earlier, CalibratedOn::Later(later.iter().map(|origin| origin.date).collect())),
        false => (&own, CalibratedOn::OutOfFold { folds: FOLDS }),
    };
    let count = |label| own.iter().map(|origin| origin.n_with(horizon, label)).sum();
    Ok(fitted.map(|fitted| HorizonModel {
        horizon_days: days,
        trained_on: trained_on.iter().map(|origin| origin.date).collect(),
        calibrated_on,
        n_rows: if in_time { train.n_rows() } else { all.n_rows() },
        n_left: if in_time { train.n_positive_rows() } else { all.n_positive_rows() },
        n_leavers: if in_time { train.n_positives() } else { all.n_positives() },
        n_calibrated: fitted.n_calibrated,
        n_in_gap: count(Label::InGap),
        n_not_his_decision: count(Label::NotHisDecision),
        auc: fitted.measured,
        scorer: fitted.scorer,
        calibration: fitted.calibration,
    }))
}

/// Why these rows teach nothing; `None` where they are enough.
fn too_few(sample: &Sample, config: &Config) -> Option<String> {
    let (n_left, n_stayed, needed) = (sample.n_positives(), sample.n_negatives(), config.churn.positives_min);
    if n_left < needed {
        return Some(format!("only {n_left} customers left at the usable origins; {needed} are needed"));
    }
    (n_stayed < needed).then(|| {
        format!(
            "only {n_stayed} customers stayed at the usable origins, too few to compare {n_left} leavers with"
        )
    })
}
