//! The night, a line per stage.

mod account;
mod approve;
mod backfill;
mod backtest;
mod churn_fit;
mod churn_night;
mod fit;
mod models;
mod night_features;
mod operation;
mod propensity_night;
mod recorded;
mod rehearsal;
mod report;
mod results_of_lists;
mod watch;

pub use crate::publish::{TierFigures, TypeFigures};
pub use approve::{ApproveReport, Successor, WithdrawReport, approve, withdraw};
pub use backfill::{BackfillReport, Every, Filled, Span, backfill};
pub use backtest::{BacktestReport, backtest};
pub use churn_fit::ChurnFit;
pub use fit::{FitReport, PropensityFit, fit};
pub use models::{AxisFigures, Comparison, Contests, GroupFigures, SameTypes};
pub use operation::{Operation, RunStatus};
pub use recorded::{Request, dry_run, fault, run_recorded};
pub use rehearsal::{CheckReport, StatusReport, check, status};
pub use report::NightReport;
pub use results_of_lists::read_results;
pub use watch::Observer;

use crate::churn::{self, Outcomes};
use crate::config::Config;
use crate::contract::tables::Table;
use crate::cross_sell::{self, Offer, Rules};
use crate::date::Date;
use crate::effect::{self, Effect, Ledger};
use crate::error::{Error, Result};
use crate::ingest::{self, Limits, Taken, VolumeLimits};
use crate::io::lock::WorkspaceLock;
use crate::io::staging::{self, Durability, Published, Staging};
use crate::privacy::Privacy;
use crate::publish::{self, Asked, Manifest};
use crate::results;
use crate::segment::movements::moved;
use crate::segment::{self, Standing};
use crate::statistics;
use crate::store::commit::Commit;
use crate::store::{self, Bank, Population, Store, Writer};
use crate::targets::{self, Listings, Lists, Lookback};
use crate::warning::Warning;
use account::{Known, books, manifest};
use churn_night::churn_model;
use fit::Seen;
use models::{Cards, Models, drift_of_churn, drift_of_night, predecessor, refuse_drift};
use night_features::NightFeatures;
use polars::prelude::DataFrame;
use propensity_night::{n_products, propensity_model};
use watch::Watch;

/// Tables without whose delivery there is no night, where their files are dated.
const NIGHTLY: [Table; 2] = [Table::Customers, Table::Transactions];

/// Runs one night: exports in, a published night out.
///
/// # Errors
/// Whatever the operator must act on; nothing is published then.
pub fn run(
    config: &Config,
    as_of: Option<Date>,
    accept_volume: bool,
    observer: &dyn Observer,
) -> Result<NightReport> {
    let _lock = WorkspaceLock::acquire(&config.workspace)?;
    night(config, as_of, accept_volume, Purpose::Publish, observer)
}

/// What a night is computed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Publish,
    /// To be looked at: nothing is written.
    Rehearse,
}

/// The night, by whoever holds the workspace.
fn night(
    config: &Config,
    as_of: Option<Date>,
    accept_volume: bool,
    purpose: Purpose,
    observer: &dyn Observer,
) -> Result<NightReport> {
    let mut watch = Watch::start(observer);
    let rules = Rules::of(config)?;
    let labels = rules.labels(config.language);
    let privacy = Privacy::of(&config.privacy)?;

    let mut writer = match purpose {
        Purpose::Publish => {
            staging::prove(&config.workspace)?;
            Writer::open(&config.workspace, config.store.buckets)?
        }
        Purpose::Rehearse => Writer::rehearse(&config.workspace, config.store.buckets)?,
    };
    let mut taken = watch.time(
        "ingest",
        |taken: &Taken| taken.n_rows,
        || {
            ingest::take_in(
                &mut writer,
                config.sources(),
                &config.data,
                &limits(config, accept_volume),
                &|bytes| {
                    observer.bytes_read(bytes);
                },
            )
        },
    )?;
    results::take_in(&mut writer, &config.workspace, &limits(config, accept_volume), &mut taken)?;
    let as_of = night_date(writer.commit(), config, as_of)?;
    observer.night_is(as_of);
    taken.warnings.extend(ingest::check_freshness(writer.commit(), config.sources(), as_of)?);
    account::reconcile(writer.commit())?;
    let store =
        watch.time("commit", |store: &Store| store.commit().deliveries.len(), || writer.finish(as_of))?;
    let inputs = books(store.commit(), as_of);

    let staging = match purpose {
        Purpose::Publish => Some(Staging::begin(&config.workspace, as_of)?),
        Purpose::Rehearse => None,
    };
    let before = publish::night_before(&config.workspace, as_of)?;
    let bank = watch.time("bank", Bank::n_customers, || store.bank(as_of))?;
    let population = inhabited(Population::of(&bank, as_of))?;
    let tables = watch.time(
        "features",
        |tables: &NightFeatures| tables.tonight.n_customers(),
        || NightFeatures::of(&bank, &population, config),
    )?;
    let (features, sight) = (&tables.tonight, tables.sight());
    let standing = Standing::of(&bank, features, &config.value)?;

    let mapped = ingest::mapped(config.sources());
    let last_night = before.as_ref().map(|before| &before.customers);
    let seen = Seen {
        commit: store.commit(),
        bank: &bank,
        population: &population,
        sight,
        standing: &standing,
        config,
    };
    let segment = watch.time(
        "segment model",
        |_| features.n_customers(),
        || match seen.in_force(before.as_ref())? {
            Some(model) => Ok(model),
            None => seen.fitted(predecessor(&config.workspace, before.as_ref())?.as_ref()),
        },
    )?;
    let segments = watch.time(
        "segments",
        |_| features.n_customers(),
        || segment::place(&bank, sight, &segment.model, &standing, last_night, config),
    )?;
    let moved = moved(&segments, last_night)?;
    let mut drift = drift_of_night(&segment.model, features, &segments)?;

    let models = Models {
        segment,
        churn: watch.time("churn model", churn_night::n_rows, || churn_model(&seen, before.as_ref()))?,
        propensity: watch
            .time("propensity model", n_products, || propensity_model(&seen, &rules, before.as_ref()))?,
    };
    let churn = watch.time(
        "churn",
        |_| features.n_customers(),
        || churn::score(&bank, features, models.churn(), &labels, config),
    )?;

    drift.extend(models.churn().into_iter().flat_map(|(model, _)| drift_of_churn(model, features, &churn)));
    refuse_drift(&drift, config.models.drift_refuse)?;
    let scored = publish::scores_until(&config.workspace, churn::judged_by(bank.calendar(), as_of, config))?;
    let outcomes = watch.time(
        "outcomes",
        |outcomes: &Outcomes| outcomes.frame.height(),
        || churn::outcomes(&bank, scored.as_ref(), as_of, config),
    )?;

    let rows = watch.time("rows of lists", |_| 0, || targets::excerpt(&bank, as_of, &config.lists))?;
    let lookback =
        watch.time("lookback", |_| bank.n_customers(), || Lookback::of_bank(&bank, as_of, config))?;
    let listed_before = listed_before(config, as_of, mapped.contains(&(Table::Contacts, "contacted_on")))?;
    let ledger = match &before {
        Some(before) => publish::assignments_of(&config.workspace, before.as_of)?,
        None => Ledger::default(),
    };
    let lots = ledger.lots(as_of, config.effect.horizon_days, config.lists.held_out_share);
    let tables = targets::Night {
        bank: &bank,
        rows: &rows,
        features,
        segments: &segments,
        standing: &standing,
        churn: &churn,
        lookback: &lookback,
        listed_before: &listed_before,
        lots: &lots,
        mapped: &mapped,
        labels: &labels,
        config,
    };
    let tonight = cross_sell::Tonight {
        bank: &bank,
        rows: &rows,
        features,
        rules: &rules,
        needs_known_risk: cross_sell::needs_known_risk(&mapped, &config.lists),
        per_customer: config.lists.cross_sell_per_customer as usize,
    };
    let offers = watch.time(
        "offers",
        |offers: &Vec<Offer>| offers.len(),
        || cross_sell::offers(&tonight, models.propensity()),
    )?;
    let lists =
        watch.time("targets", |lists: &Lists| lists.targets.height(), || targets::build(&tables, &offers))?;

    let effect = watch.time(
        "effect",
        |effect: &Effect| effect.assignments.height(),
        || effect::of_night(&tables, &lists, ledger),
    )?;

    let statistics = watch.time(
        "statistics",
        |statistics: &DataFrame| statistics.height(),
        || statistics::build(&bank, features, &segments, config),
    )?;

    if purpose == Purpose::Publish {
        models.keep(
            &config.workspace,
            &Cards {
                segment: seen.card_of_night(&models.segment)?,
                churn: models
                    .churn
                    .fitted_tonight()
                    .map(|night| seen.churn_card(night, &Comparison::NoneInForce)),
                propensity: models.propensity.fitted_tonight().map(|night| seen.propensity_card(night)),
            },
        )?;
    }
    let rejects = publish::rejects_frame(&account::rejects(&store)?)?;
    let known = Known {
        commit: store.commit(),
        taken: &taken,
        inputs,
        calendar: bank.calendar(),
        population: &population,
        features,
        drift: &drift,
        migration: &moved.migration,
        standing: &standing,
        before: before.as_ref(),
        lists: &lists,
        outcomes: &outcomes,
        effect: &effect,
        privacy: &privacy,
    };
    let manifest = Manifest { stages: watch.timings.clone(), ..manifest(config, &rules, &models, &known) };
    let types = publish::type_figures(features, &segments, &churn);
    let tiers = publish::tier_figures(&segments)?;
    let night = publish::Night {
        tables: &tables,
        lists: &lists,
        movements: &moved.movements,
        statistics: &statistics,
        outcomes: &outcomes.frame,
        effect: &effect,
        rejects: &rejects,
        types: &types,
        tiers: &tiers,
        before: before.as_ref(),
        churn_model: models.churn.model().map(|night| &night.model).map_err(String::as_str),
        privacy: &privacy,
    };
    let (published, mut manifest) = watch.time(
        "publish",
        |(_, manifest): &(_, Manifest)| manifest.rows.values().sum(),
        || match staging {
            Some(staging) => publish::publish(staging, &night, manifest),
            None => Ok((unpublished(config, as_of), publish::rehearse(&night, manifest)?)),
        },
    )?;

    if let Durability::Unknown(failure) = &published.durability {
        let (path, cause) = (published.folder.display().to_string(), failure.with_causes());
        manifest.warnings.push(Warning::DurabilityUnknown { path, cause }.to_string());
    }
    manifest.stages = watch.timings.clone();
    Ok(NightReport {
        folder: published.folder,
        replaced: published.replaced,
        manifest,
        types,
        tiers,
        milliseconds: watch.milliseconds(),
    })
}

/// Where the night would stand.
fn unpublished(config: &Config, as_of: Date) -> Published {
    let folder = crate::io::nights::night_folder(&config.workspace, as_of);
    Published { folder, replaced: None, durability: Durability::Durable }
}

fn limits(config: &Config, accept_volume: bool) -> Limits {
    let ingest = &config.ingest;
    let volume = VolumeLimits {
        low: ingest.volume_low,
        high: ingest.volume_high,
        amount_shift: ingest.amount_shift,
        ..VolumeLimits::default()
    };
    Limits {
        reject_share_max: ingest.reject_share_max,
        base_currency: config.base_currency.clone(),
        field_bytes_max: ingest.field_bytes_max,
        volume: (!accept_volume).then_some(volume),
    }
}

/// The date asked for, or the newest complete one; never a date that the exports do not reach.
fn night_date(commit: &Commit, config: &Config, asked: Option<Date>) -> Result<Date> {
    let needed: Vec<Table> =
        config.sources().keys().copied().filter(|table| NIGHTLY.contains(table)).collect();
    let newest = store::newest_night(commit, &needed).ok_or_else(|| {
        Error::refused("the exports hold no transaction that could be used")
            .hint("look at the rejects, and at the mapping of `sources.transactions`")
    })?;
    match asked {
        Some(asked) if asked > newest => Err(Error::incomplete(format!(
            "the exports are complete up to {newest}; `--as-of {asked}` is later"
        ))
        .hint("wait for the delivery, or leave `--as-of` out to take the newest complete date")),
        Some(asked) => Ok(asked),
        None => Ok(newest),
    }
}

/// Who stood on which list lately: where contacts, which say more, are delivered, only who was held out of it.
fn listed_before(config: &Config, as_of: Date, contacts_are_delivered: bool) -> Result<Listings> {
    let asked = if contacts_are_delivered { Asked::HeldOut } else { Asked::Everybody };
    let from = as_of.plus_days(-config.lists.longest_cooldown_days());
    publish::listed_between(&config.workspace, from, as_of, asked)
}

/// A night needs somebody in it.
fn inhabited(population: Population) -> Result<Population> {
    if !population.members.is_empty() {
        return Ok(population);
    }
    let counts: Vec<String> =
        population.counts.iter().map(|(standing, n)| format!("{} {n}", standing.code())).collect();
    Err(Error::refused(format!("nobody is in the night of {}: {}", population.date, counts.join(", ")))
        .hint("check `--as-of` and the mapping of `customers.opened_on` and `closed_on`"))
}
