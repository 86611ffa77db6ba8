//! `tercet backtest`: how churn models and offers would have done at past month-ends, from the store as it is.
//!
//! Reads: the store. Writes: `backtests/as_of=D/` with their tables and all figures as JSON, whole. Never: reads the drop folder,
//! changes a model or a night.

use super::fit::filled;
use super::night_date;
use super::watch::{Observer, Watch};
use crate::churn::backtest::{Backtest, backtest as judge_all};
use crate::config::Config;
use crate::cross_sell::Rules;
use crate::cross_sell::backtest::{Backtest as OfOffers, backtest as judge_offers};
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::checksums;
use crate::io::lock::WorkspaceLock;
use crate::io::nights::night_name;
use crate::io::whole_folder::write_folder;
use crate::publish::{self, backtest_frames, cross_sell_frame};
use crate::schema;
use crate::store::{Bank, Store};
use std::path::PathBuf;

const FOLDER: &str = "backtests";

/// What a backtest came to, and where it lies.
#[derive(Debug)]
pub struct BacktestReport {
    pub folder: PathBuf,
    pub backtest: Backtest,
    /// The same of offers.
    pub cross_sell: OfOffers,
}

/// Judges churn models and offers at past month-ends by what was known at `as_of`, or on the newest night of the store.
///
/// # Errors
/// Whatever the operator must act on; kind `Incomplete` where no outcome is known yet.
pub fn backtest(config: &Config, as_of: Option<Date>, observer: &dyn Observer) -> Result<BacktestReport> {
    let mut watch = Watch::start(observer);
    let _lock = WorkspaceLock::acquire(&config.workspace)?;
    let rules = Rules::of(config)?;
    let store = filled(Store::open(&config.workspace, config.store.buckets)?)?;
    let as_of = night_date(store.commit(), config, as_of)?;
    let bank = watch.time("bank", Bank::n_customers, || store.bank(as_of))?;
    let found = watch.time(
        "backtest",
        |found: &Backtest| found.evaluations.iter().map(|judged| judged.n_customers).sum(),
        || judge_all(&bank, as_of, config),
    )?;
    // Who switched churn off has offers to judge; all others are told what a model of it lacks.
    if found.evaluations.is_empty() && config.churn.enabled {
        let because = found.not_judged.first().map_or_else(
            || "history is too short for an origin whose outcome is known".to_owned(),
            |not| not.missing.because.clone(),
        );
        return Err(Error::incomplete(format!("nothing can be judged by {as_of}: {because}")).hint(
            "a backtest needs history before an origin, and the horizon and days of confirmation after it",
        ));
    }
    let offers = watch.time(
        "backtest of offers",
        |found: &OfOffers| found.evaluations.len(),
        || judge_offers(&bank, &rules, as_of, config),
    )?;
    let (json, json_of_offers) = (json(&found)?, json(&offers)?);
    let run_id = blake3::hash(&[&json[..], &json_of_offers].concat()).to_hex().to_string();
    let (figures, calibration) = backtest_frames(&found)?;
    let of_offers = cross_sell_frame(&offers.evaluations)?;
    let mut files =
        vec![("backtest.json".to_owned(), json), ("backtest_cross_sell.json".to_owned(), json_of_offers)];
    for (schema, frame) in [
        (&schema::BACKTEST, &figures),
        (&schema::BACKTEST_CALIBRATION, &calibration),
        (&schema::BACKTEST_CROSS_SELL, &of_offers),
    ] {
        let bytes = publish::parquet_bytes(schema, frame, as_of, &run_id)?;
        files.push((format!("{}.parquet", schema.name), bytes));
    }
    let sums = checksums::of(files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])));
    files.push((checksums::NAME.to_owned(), sums.into_bytes()));
    let folder = write_folder(&config.workspace.join(FOLDER), &night_name(as_of), &files)?;
    Ok(BacktestReport { folder, backtest: found, cross_sell: offers })
}

fn json(found: &impl serde::Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(found)
        .map_err(|cause| Error::internal("the backtest cannot be written").caused_by(cause))
}
