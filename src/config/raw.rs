//! The configuration as it is written, section by section; `config/default.toml` explains each key.

use super::source::Source;
use super::{Config, CostToServe, Lists, Privacy, Propensity, Publish, Statistics};
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use crate::features::{Axis, Part};
use crate::labels::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The configuration of one bank: only what differs from the defaults, and the mapping of its exports.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    /// Folder for all that Tercet writes; `--workspace` overrides it.
    pub workspace: PathBuf,
    /// Drop folder with the exports; `--data` overrides it.
    pub data: PathBuf,
    /// Seed of k-means starts and bootstraps.
    pub seed: u64,
    /// Language of workbooks, reasons and the summary.
    pub language: Language,
    /// Currency of all amounts; rows in another currency are refused, since no rates are delivered.
    pub base_currency: String,
    /// Limits within which a delivery is accepted.
    pub ingest: Ingest,
    /// How the history is laid out.
    pub store: Store,
    /// Tiers and classes by value.
    pub value: Value,
    /// Types, clusters and their levels.
    pub segment: Segment,
    /// When a model in force asks for a refit.
    pub models: Models,
    /// What counts as lost business, and the model of it.
    pub churn: Churn,
    /// How likely customers are to buy a product.
    pub propensity: Propensity,
    /// Whom to contact, when and how many.
    pub lists: Lists,
    /// What came of a list.
    pub effect: Effect,
    /// Which files a night has beside its tables.
    pub publish: Publish,
    /// What workbooks and files for import say of a customer.
    pub privacy: Privacy,
    /// The cube of statistics.
    pub statistics: Statistics,
    /// The mapping: contract table -> where it comes from. Taken whole from the bank's own file.
    pub sources: BTreeMap<String, Source>,
}

/// Limits within which a delivery is accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ingest {
    /// Largest share of a file's rows that may be rejected; above it the night is refused.
    pub reject_share_max: f64,
    /// Bytes of one field at most; a longer one quarantines its row.
    pub field_bytes_max: usize,
    /// A delivery with fewer rows than this times the median of the last deliveries stops the night.
    pub volume_low: f64,
    /// A delivery with more rows than this times the median of the last deliveries stops the night.
    pub volume_high: f64,
    /// Factor by which a delivery's median amount may differ from that of the last deliveries, up or down; a column
    /// that changes its unit goes beyond.
    pub amount_shift: f64,
}

/// How the history is laid out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// Units of work; rows go to `pmod(murmur3_32(customer_id, seed 42), buckets)`, as in Spark. From 1 to 4096.
    pub buckets: u32,
}

/// Tiers and classes by value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// Lower limits of tiers t1 to t4 by the last complete month's average assets, in currency units; rising.
    pub tier_limits: [f64; 4],
    /// Shares of customers in the top and the middle class by value; the rest is the bottom class.
    pub class_shares: [f64; 2],
    /// Months over which a lifetime value is summed.
    pub lifetime_horizon_months: u32,
    /// Yearly rate by which later months count less in it.
    pub lifetime_discount_yearly: f64,
    /// What it costs to serve a customer; taken off the margin.
    pub cost_to_serve: CostToServe,
}

/// Types, clusters and their levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Customers that a clustering is fitted on, chosen by hash.
    pub sample_max: usize,
    /// k-means++ starts, of which the best is kept.
    pub starts: usize,
    /// Share cut at each end of a tamed feature, here and in the churn model.
    pub winsor_share: f64,
    /// Clusters tried per axis: 2 to this.
    pub axis_clusters_max: usize,
    /// No level may hold less than this share of customers.
    pub side_share_min: f64,
    /// Fewest and most of the finer clusters over all axes, beneath the types.
    pub joint_clusters: [usize; 2],
    /// Days before the night whose loyalty is averaged in: one bad month is no veto.
    pub loyalty_smoothing_days: Vec<i32>,
    /// How much each part weighs in the score and the clusters of its axis; those that are missing leave theirs to the
    /// others.
    pub weights: Weights,
    /// Days of tenure under which a customer is placed by the model but does not shape it.
    pub provisional_days: i32,
    /// Margin within which a customer near a border keeps last night's level.
    pub hysteresis: f64,
    /// Days after which an approved model asks for a refit, and the model of the night before is no longer kept.
    pub refit_after_days: i32,
}

/// When a model in force asks for a refit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Population stability index of a column since the fit from which a refit is proposed.
    pub drift_warn: f64,
    /// Population stability index from which the column counts as another one.
    pub drift_alarm: f64,
    /// The index from which a night is refused; 0 for never.
    pub drift_refuse: f64,
}

/// Weights of the parts of each axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Parts of value: worth, assets.
    pub value: BTreeMap<String, f64>,
    /// Parts of loyalty: tenure, products, trend, wallet, renewal, attitude.
    pub loyalty: BTreeMap<String, f64>,
    /// Parts of behaviour: recency, frequency, regularity, amounts, channels, turnover, direction.
    pub behaviour: BTreeMap<String, f64>,
}

impl Weights {
    /// 0 for a part that is not named.
    pub fn of(&self, part: Part) -> f64 {
        self.of_axis(part.axis()).get(part.name()).copied().unwrap_or(0.0)
    }

    fn of_axis(&self, axis: Axis) -> &BTreeMap<String, f64> {
        match axis {
            Axis::Value => &self.value,
            Axis::Loyalty => &self.loyalty,
            Axis::Behaviour => &self.behaviour,
        }
    }

    fn check(&self) -> Result<()> {
        for axis in Axis::ALL {
            let weights = self.of_axis(axis);
            let is_part =
                |name: &String| Part::ALL.iter().any(|part| part.axis() == axis && part.name() == name);
            let are_sound = weights.keys().all(is_part)
                && weights.values().all(|weight| weight.is_finite() && *weight >= 0.0)
                && weights.values().sum::<f64>() > 0.0;
            let known: Vec<&str> =
                Part::ALL.into_iter().filter(|part| part.axis() == axis).map(Part::name).collect();
            let wanted = format!("weights of {}, none below 0, not all 0", known.join(", "));
            ensure(&format!("segment.weights.{}", axis.name()), are_sound, &wanted)?;
        }
        Ok(())
    }
}

/// What counts as lost business, and the model of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Churn {
    /// Whether churn is modelled at all; `disabled_because` must say why not.
    pub enabled: bool,
    /// Why it is switched off; said in the warning.
    pub disabled_because: String,
    /// Days after the date whose events cannot be acted on; excluded and counted.
    pub gap_days: i32,
    /// Share of the 3-month average assets, net over the border of the bank, whose outflow is a loss.
    pub outflow_share: f64,
    /// Lost no more if the outflow falls back under this share within `confirm_days`.
    pub confirm_share: f64,
    /// Days within which an outflow may be taken back.
    pub confirm_days: i32,
    /// Share of the same assets whose outflow is a warning, short of a loss.
    pub partial_share: f64,
    /// Days without anything the customer started, after which he is lost.
    pub silence_days: i32,
    /// Share of the silent who come back, under which a silence is long enough to be a loss; for the report that
    /// `silence_days` is set by.
    pub return_rate: f64,
    /// Days after such a silence within which a customer must come back to be counted.
    pub return_within_days: i32,
    /// Scope: a customer who was active within so many days.
    pub active_within_days: i32,
    /// Scope: a customer with at least this much, in currency units.
    pub aum_floor: f64,
    /// Reasons of closing that are no decision of the customer's.
    pub excluded_close_reasons: Vec<String>,
    /// Days of history that an origin needs behind it.
    pub history_days_min: i32,
    /// Fewer churners than this: no model, no probabilities.
    pub positives_min: usize,
    /// Rows that a model is trained on at most, and that one is judged on, chosen by hash.
    pub sample_max: usize,
    /// L2 penalty on standardised features.
    pub l2_penalty: f64,
    /// Probabilities from which a customer is `raised`, `high` and `very_high`.
    pub band_limits: [f64; 3],
    /// Days from `trained_through` after which a night fits its own churn model anew, where none is approved.
    pub refit_after_days: i32,
    /// What the bank earns a year with a customer's money, as a share of it: the value of a customer kept, in the
    /// expected profit of a campaign.
    pub campaign_margin: f64,
    /// A single feature whose area under the ROC curve is larger may know the outcome.
    pub suspicious_auc: f64,
    /// Month-ends that `tercet backtest` judges models at, the newest ones.
    pub backtest_origins: usize,
    /// Bootstrap samples for the intervals of the figures of a model.
    pub bootstrap_samples: usize,
}

/// What came of a list: those assigned to it held against those who were held out of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Days from the assignment within which a loss, a return or a purchase counts.
    pub horizon_days: i32,
    /// Days that an assignment stays in `assignments`.
    pub keep_days: i32,
    /// Outcomes of contacts that accept what was offered.
    pub accepted_outcomes: Vec<String>,
    /// Difference of the event rates of assigned and held out that should be seen, as a share; with it the numbers
    /// needed are computed.
    pub detectable_difference: f64,
    /// Offers owned by marketing count as assigned down to this rank in their product; 0: none.
    pub marketing_rank_max: i32,
    /// Event rates of the held-out that the numbers needed rest on until their own are known.
    pub base_rates: BaseRates,
}

/// Shares of customers with the event whom nobody contacts, by list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BaseRates {
    /// Of those likely to leave, who leave.
    pub retention: f64,
    /// Of those who left, who come back.
    pub win_back: f64,
    /// Of those with the assets for a card, who take it.
    pub vip_upgrade: f64,
    /// Of those whom a product is offered, who buy it.
    pub cross_sell: f64,
}

impl BaseRates {
    /// Of selling, where the list has none of its own.
    pub fn of(&self, list: &str) -> f64 {
        match list {
            "retention" => self.retention,
            "win_back" => self.win_back,
            "vip_upgrade" => self.vip_upgrade,
            _ => self.cross_sell,
        }
    }
}

impl Raw {
    /// Turns what was written into what may run.
    ///
    /// # Errors
    /// Kind `Usage`, naming the first key whose value cannot work.
    pub fn check(self) -> Result<Config> {
        self.check_numbers()?;
        let mut sources = BTreeMap::new();
        for (name, source) in &self.sources {
            let Some(table) = Table::from_name(name) else {
                let error = Error::usage(format!("`sources.{name}` is not a table of the contract"));
                return Err(match super::nearest(name, Table::ALL.into_iter().map(Table::name)) {
                    Some(near) => error.hint(format!("did you mean `sources.{near}`?")),
                    None => error,
                });
            };
            source.check(table)?;
            sources.insert(table, source.clone());
        }
        for needed in [Table::Customers, Table::Transactions] {
            if !sources.contains_key(&needed) {
                return Err(Error::usage(format!("`sources.{}` is missing", needed.name()))
                    .hint("every night needs customers and transactions; see `config/examples/`"));
            }
        }
        let digest = self.digest();
        Ok(Config { raw: self, sources, digest })
    }

    fn digest(&self) -> String {
        // `models` decides on warnings alone.
        let models = (&self.segment, &self.churn, &self.propensity);
        let counts = (&self.effect, &self.statistics);
        let sections = (&self.ingest, &self.store, &self.value, models, &self.lists, counts);
        let files = (&self.publish, self.privacy.profile);
        // `Debug` of the mappings is total and stable within a version; the version stands in the run id.
        let text = format!(
            "{sections:?}|{files:?}|{}|{:?}|{}|{:?}",
            self.seed, self.language, self.base_currency, self.sources
        );
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    fn check_ingest(&self) -> Result<()> {
        let ingest = &self.ingest;
        share("ingest.reject_share_max", ingest.reject_share_max)?;
        ensure("ingest.field_bytes_max", ingest.field_bytes_max > 0, "over 0")?;
        ensure("ingest.volume_low", (0.0..1.0).contains(&ingest.volume_low), "from 0 to under 1")?;
        ensure("ingest.volume_high", over_one(ingest.volume_high), "over 1")?;
        ensure("ingest.amount_shift", over_one(ingest.amount_shift), "over 1")
    }

    fn check_models(&self) -> Result<()> {
        let (warn, alarm) = (self.models.drift_warn, self.models.drift_alarm);
        ensure("models.drift_warn", warn > 0.0 && warn.is_finite(), "over 0")?;
        ensure("models.drift_alarm", alarm >= warn && alarm.is_finite(), "at least `models.drift_warn`")?;
        let refuse = self.models.drift_refuse;
        ensure(
            "models.drift_refuse",
            refuse == 0.0 || (refuse >= alarm && refuse.is_finite()),
            "0 for never, or at least `models.drift_alarm`",
        )
    }

    fn check_effect(&self) -> Result<()> {
        let effect = &self.effect;
        ensure("effect.horizon_days", (1..=DAYS_MAX).contains(&effect.horizon_days), "from 1 to 3660 days")?;
        let matured = effect.horizon_days + self.churn.confirm_days;
        ensure(
            "effect.keep_days",
            (matured..=DAYS_MAX).contains(&effect.keep_days),
            "at least `effect.horizon_days` and `churn.confirm_days` together, and at most 3660 days",
        )?;
        let is_inside = |share: f64| share > 0.0 && share < 1.0;
        ensure(
            "effect.detectable_difference",
            is_inside(effect.detectable_difference),
            "over 0 and under 1",
        )?;
        for list in ["retention", "win_back", "vip_upgrade", "cross_sell"] {
            let key = format!("effect.base_rates.{list}");
            ensure(&key, is_inside(effect.base_rates.of(list)), "over 0 and under 1")?;
        }
        ensure("effect.marketing_rank_max", effect.marketing_rank_max >= 0, "at least 0")
    }

    fn check_numbers(&self) -> Result<()> {
        let (value, segment, churn, lists) = (&self.value, &self.segment, &self.churn, &self.lists);
        self.check_ingest()?;
        self.check_models()?;
        self.check_effect()?;
        self.privacy.check()?;
        ensure("store.buckets", (1..=4096).contains(&self.store.buckets), "from 1 to 4096")?;
        let limits = value.tier_limits;
        let rising = limits.windows(2).all(|pair| pair[0] < pair[1]);
        ensure("value.tier_limits", rising && limits[0] > 0.0, "over 0 and rising")?;
        let shares = value.class_shares;
        ensure(
            "value.class_shares",
            shares[0] > 0.0 && shares[1] > 0.0 && shares[0] + shares[1] < 1.0,
            "over 0 with a sum under 1",
        )?;
        ensure(
            "value.lifetime_horizon_months",
            (1..=600).contains(&value.lifetime_horizon_months),
            "from 1 to 600",
        )?;
        ensure(
            "value.lifetime_discount_yearly",
            (0.0..1.0).contains(&value.lifetime_discount_yearly),
            "from 0 to under 1",
        )?;
        value.cost_to_serve.check()?;
        ensure("segment.sample_max", segment.sample_max >= 100, "at least 100")?;
        ensure("segment.starts", (1..=100).contains(&segment.starts), "from 1 to 100")?;
        ensure("segment.winsor_share", (0.0..0.25).contains(&segment.winsor_share), "from 0 to under 0.25")?;
        ensure("segment.axis_clusters_max", (2..=5).contains(&segment.axis_clusters_max), "from 2 to 5")?;
        ensure(
            "segment.side_share_min",
            (0.01..0.5).contains(&segment.side_share_min),
            "from 0.01 to under 0.5",
        )?;
        let [fewest, most] = segment.joint_clusters;
        ensure(
            "segment.joint_clusters",
            2 <= fewest && fewest <= most && most <= 12,
            "rising, from 2 to 12",
        )?;
        ensure(
            "segment.loyalty_smoothing_days",
            segment.loyalty_smoothing_days.len() <= 11
                && segment.loyalty_smoothing_days.iter().all(|days| (1..=365).contains(days)),
            "at most 11, from 1 to 365 each",
        )?;
        segment.weights.check()?;
        ensure("churn.gap_days", (0..=90).contains(&churn.gap_days), "from 0 to 90")?;
        ensure(
            "churn.outflow_share",
            churn.outflow_share > 0.0 && churn.outflow_share <= 1.0,
            "over 0 and at most 1",
        )?;
        ensure(
            "churn.confirm_share",
            (0.0..churn.outflow_share).contains(&churn.confirm_share),
            "under `churn.outflow_share`",
        )?;
        ensure(
            "churn.partial_share",
            churn.partial_share > 0.0 && churn.partial_share < churn.outflow_share,
            "over 0 and under `churn.outflow_share`",
        )?;
        share("churn.return_rate", churn.return_rate)?;
        ensure(
            "churn.return_within_days",
            (1..=DAYS_MAX).contains(&churn.return_within_days),
            "from 1 to 3660 days",
        )?;
        share("churn.campaign_margin", churn.campaign_margin)?;
        ensure("churn.backtest_origins", churn.backtest_origins > 0, "over 0")?;
        ensure("churn.refit_after_days", churn.refit_after_days > 0, "over 0")?;
        ensure(
            "churn.suspicious_auc",
            churn.suspicious_auc > 0.5 && churn.suspicious_auc <= 1.0,
            "over 0.5 and at most 1",
        )?;
        ensure("churn.silence_days", churn.silence_days > 0, "over 0")?;
        ensure("churn.l2_penalty", churn.l2_penalty > 0.0 && churn.l2_penalty.is_finite(), "over 0")?;
        let bands = churn.band_limits;
        ensure(
            "churn.band_limits",
            bands[0] > 0.0 && bands[0] < bands[1] && bands[1] < bands[2] && bands[2] < 1.0,
            "rising between 0 and 1",
        )?;
        ensure("churn.positives_min", churn.positives_min >= 1, "at least 1")?;
        ensure(
            "churn.enabled",
            churn.enabled || !churn.disabled_because.is_empty(),
            "true, or `churn.disabled_because` must say why not",
        )?;
        ensure("segment.hysteresis", (0.0..1.0).contains(&segment.hysteresis), "from 0 to under 1")?;
        let days = [
            ("segment.provisional_days", segment.provisional_days),
            ("segment.refit_after_days", segment.refit_after_days),
            ("churn.confirm_days", churn.confirm_days),
            ("churn.silence_days", churn.silence_days),
            ("churn.active_within_days", churn.active_within_days),
            ("churn.history_days_min", churn.history_days_min),
        ];
        for (key, days) in days {
            ensure(key, (0..=DAYS_MAX).contains(&days), DAYS_WANTED)?;
        }
        amount("churn.aum_floor", churn.aum_floor)?;
        ensure("churn.sample_max", churn.sample_max >= 100, "at least 100")?;
        ensure("churn.bootstrap_samples", churn.bootstrap_samples >= 20, "at least 20")?;
        self.propensity.check()?;
        lists.check()?;
        self.statistics.check()
    }
}

/// Ten years: longer spans are typing errors, and far longer ones leave the calendar.
pub(super) const DAYS_MAX: i32 = 3660;
pub(super) const DAYS_WANTED: &str = "from 0 to 3660 days";

pub(super) fn amount(key: &str, value: f64) -> Result<()> {
    ensure(key, value >= 0.0 && value.is_finite(), "at least 0")
}

pub(super) fn share(key: &str, value: f64) -> Result<()> {
    ensure(key, (0.0..=1.0).contains(&value), "from 0 to 1")
}

fn over_one(factor: f64) -> bool {
    factor > 1.0 && factor.is_finite()
}

/// `holds` must be written so that NaN makes it false.
pub(super) fn ensure(key: &str, holds: bool, wanted: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::usage(format!("`{key}` must be {wanted}"))) }
}
