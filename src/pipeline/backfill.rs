//! `tercet backfill`: the nights of a span in order of date, each from what was known then.
//!
//! Reads and writes what [`run_recorded`] does, night by night, each under a lock and with a record of its own. Never:
//! publishes a night before an earlier one of the span, goes on after a failure, runs a night that is published without
//! being told to.

use super::recorded::{Request, run_recorded};
use super::watch::Observer;
use crate::config::Config;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::lock::Patience;
use crate::io::nights::published_nights;
use crate::runs::Recorder;
use serde::Serialize;
use std::sync::Arc;

/// Which dates of the span have a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    Day,
    /// Every seven days from the first one on.
    Week,
    MonthEnd,
}

/// What is asked of a backfill.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// First and last date, both included.
    pub from: Date,
    pub to: Date,
    pub every: Every,
    /// Nights that are published already are run again.
    pub rerun: bool,
    /// As of a single night, each time.
    pub accept_volume: bool,
    pub patience: Patience,
}

/// What became of one date.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Filled {
    Published {
        as_of: Date,
        run_id: String,
        milliseconds: f64,
        replaced: bool,
    },
    /// It was published before.
    Skipped {
        as_of: Date,
    },
}

/// What a backfill came to.
#[derive(Debug)]
pub struct BackfillReport {
    pub nights: Vec<Filled>,
    /// The date that failed, and why; the nights after it were not begun.
    pub failed: Option<(Date, Error)>,
}

/// Publishes the nights of a span, but for those that are published already, unless they are to be run again. Each is
/// written down by a recorder of its own, which `recorder` gives; `each` is told of every one as it is done.
///
/// # Errors
/// Kind `Usage` where the span has no date. A night that fails stands in the report.
pub fn backfill(
    config: &Config,
    span: &Span,
    recorder: &mut dyn FnMut() -> Arc<Recorder>,
    observer: &dyn Observer,
    each: &mut dyn FnMut(&Filled),
) -> Result<BackfillReport> {
    let dates = dates(span.from, span.to, span.every)?;
    let mut report = BackfillReport { nights: Vec::new(), failed: None };
    for as_of in dates {
        let filled = if !span.rerun && published_nights(&config.workspace)?.contains(&as_of) {
            Filled::Skipped { as_of }
        } else {
            let (accept_volume, patience) = (span.accept_volume, span.patience);
            let request = Request { as_of: Some(as_of), accept_volume, patience };
            match run_recorded(config, &request, &recorder(), observer) {
                Ok(night) => Filled::Published {
                    as_of,
                    run_id: night.manifest.run_id,
                    milliseconds: night.milliseconds,
                    replaced: night.replaced.is_some(),
                },
                Err(failure) => {
                    report.failed = Some((as_of, failure));
                    return Ok(report);
                }
            }
        };
        each(&filled);
        report.nights.push(filled);
    }
    Ok(report)
}

fn dates(from: Date, to: Date, every: Every) -> Result<Vec<Date>> {
    let days = (0..=(to - from).max(-1)).map(|day| from.plus_days(day));
    let dates: Vec<Date> = match every {
        Every::Day => days.collect(),
        Every::Week => days.step_by(7).collect(),
        Every::MonthEnd => days.filter(|day| *day == Date::end_of_month_index(day.month_index())).collect(),
    };
    if dates.is_empty() {
        let error = Error::usage(format!("there is no such date from {from} to {to}"));
        return Err(
            error.hint("`--from` is the earlier date; `--every` says which dates between have a night")
        );
    }
    Ok(dates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, to: &str, every: Every) -> Vec<String> {
        let dates = dates(from.parse().unwrap(), to.parse().unwrap(), every);
        dates.map(|dates| dates.iter().map(Date::to_string).collect()).unwrap_or_default()
    }

    #[test]
    fn dates_ascend_and_both_ends_count() {
        assert_eq!(span("2026-02-27", "2026-03-01", Every::Day), ["2026-02-27", "2026-02-28", "2026-03-01"]);
        assert_eq!(span("2026-02-20", "2026-03-06", Every::Week), ["2026-02-20", "2026-02-27", "2026-03-06"]);
        let month_ends = ["2024-01-31", "2024-02-29", "2024-03-31"];
        assert_eq!(span("2024-01-31", "2024-03-31", Every::MonthEnd), month_ends);
        assert_eq!(span("2026-03-01", "2026-03-01", Every::Day), ["2026-03-01"]);
        for (from, to, every) in [
            ("2026-03-02", "2026-03-01", Every::Day),
            ("2026-03-02", "2026-02-01", Every::Week),
            ("2026-03-01", "2026-03-30", Every::MonthEnd),
        ] {
            assert_eq!(span(from, to, every), [""; 0]);
        }
    }
}
