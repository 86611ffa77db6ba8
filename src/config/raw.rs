//! The configuration as it is written, section by section; `config/default.toml` explains each key.

use super::source::Source;
use super::{Band, Config};
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use crate::labels::{CUSTOMER_TYPES, Language};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    pub workspace: PathBuf,
    pub data: PathBuf,
    pub seed: u64,
    pub language: Language,
    pub base_currency: String,
    pub ingest: Ingest,
    pub store: Store,
    pub value: Value,
    pub segment: Segment,
    pub churn: Churn,
    pub lists: Lists,
    pub sources: BTreeMap<String, Source>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ingest {
    pub reject_share_max: f64,
    pub field_bytes_max: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    pub buckets: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// Lower limits of tiers t1 to t4, in currency units.
    pub tier_limits: [f64; 4],
    /// Shares of customers in the top and the middle class; the rest is the bottom class.
    pub class_shares: [f64; 2],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    pub sample_max: usize,
    pub starts: usize,
    pub winsor_share: f64,
    pub axis_clusters_max: usize,
    pub side_share_min: f64,
    pub joint_clusters: usize,
    pub provisional_days: i32,
    pub hysteresis: f64,
    pub refit_after_days: i32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Churn {
    pub enabled: bool,
    /// Why it is switched off; said in the warning.
    pub disabled_because: String,
    pub horizon_days: i32,
    pub gap_days: i32,
    pub outflow_share: f64,
    pub confirm_share: f64,
    pub confirm_days: i32,
    pub silence_days: i32,
    pub active_within_days: i32,
    pub aum_floor: f64,
    pub excluded_close_reasons: Vec<String>,
    pub history_days_min: i32,
    pub positives_min: usize,
    pub sample_max: usize,
    pub l2_penalty: f64,
    /// Lower limits of the bands raised, high and very_high.
    pub band_limits: [f64; 3],
    pub bootstrap_samples: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    pub capacity_default: u32,
    pub quotas: Quotas,
    pub capacity_unassigned: u32,
    pub cooldown_days: i32,
    pub large_move_amount: f64,
    pub large_move_tier_min: u8,
    pub large_move_days: [i32; 2],
    pub maturity_ahead_days: i32,
    pub maturity_behind_days: i32,
    pub retention_tier_min: u8,
    pub retention_band_min: Band,
    pub retention_success_share: f64,
    /// Days between contacts for tiers t0 to t4; 0 = no cadence.
    pub cadence_days: [i32; 5],
    pub vip_limit: f64,
    pub vip_near_share: f64,
    pub vip_card_tiers: Vec<String>,
    pub not_reached_outcomes: Vec<String>,
    pub selling_types_excluded: Vec<String>,
    pub cross_sell_per_customer: u32,
    pub cross_sell_positives_min: usize,
}

/// Shares of a manager's daily capacity by list family; what one leaves unused passes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    pub urgent: f64,
    pub keeping: f64,
    pub selling: f64,
    pub caring: f64,
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
        let sections = (&self.ingest, &self.store, &self.value, &self.segment, &self.churn, &self.lists);
        // `Debug` of the mappings is total and stable within a version; the version stands in the run id.
        let text = format!(
            "{sections:?}|{}|{:?}|{}|{:?}",
            self.seed, self.language, self.base_currency, self.sources
        );
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    fn check_numbers(&self) -> Result<()> {
        let (value, segment, churn, lists) = (&self.value, &self.segment, &self.churn, &self.lists);
        share("ingest.reject_share_max", self.ingest.reject_share_max)?;
        ensure("store.buckets", (1..=4096).contains(&self.store.buckets), "from 1 to 4096")?;
        ensure("ingest.field_bytes_max", self.ingest.field_bytes_max > 0, "over 0")?;
        let limits = value.tier_limits;
        let rising = limits.windows(2).all(|pair| pair[0] < pair[1]);
        ensure("value.tier_limits", rising && limits[0] > 0.0, "over 0 and rising")?;
        let shares = value.class_shares;
        ensure(
            "value.class_shares",
            shares[0] > 0.0 && shares[1] > 0.0 && shares[0] + shares[1] < 1.0,
            "over 0 with a sum under 1",
        )?;
        ensure("segment.sample_max", segment.sample_max >= 100, "at least 100")?;
        ensure("segment.starts", (1..=100).contains(&segment.starts), "from 1 to 100")?;
        ensure("segment.winsor_share", (0.0..0.25).contains(&segment.winsor_share), "from 0 to under 0.25")?;
        ensure("segment.axis_clusters_max", (2..=5).contains(&segment.axis_clusters_max), "from 2 to 5")?;
        ensure(
            "segment.side_share_min",
            (0.01..0.5).contains(&segment.side_share_min),
            "from 0.01 to under 0.5",
        )?;
        ensure("segment.joint_clusters", (2..=12).contains(&segment.joint_clusters), "from 2 to 12")?;
        ensure("churn.horizon_days", churn.horizon_days == 90, "90: the published column is `churn_90`")?;
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
            ("lists.cooldown_days", lists.cooldown_days),
            ("lists.large_move_days", lists.large_move_days[0]),
            ("lists.large_move_days", lists.large_move_days[1]),
            ("lists.maturity_ahead_days", lists.maturity_ahead_days),
            ("lists.maturity_behind_days", lists.maturity_behind_days),
        ];
        for (key, days) in days.into_iter().chain(lists.cadence_days.map(|days| ("lists.cadence_days", days)))
        {
            ensure(key, (0..=DAYS_MAX).contains(&days), "from 0 to 3660 days")?;
        }
        let amounts = [
            ("churn.aum_floor", churn.aum_floor),
            ("lists.large_move_amount", lists.large_move_amount),
            ("lists.vip_limit", lists.vip_limit),
        ];
        for (key, amount) in amounts {
            ensure(key, amount >= 0.0 && amount.is_finite(), "at least 0")?;
        }
        ensure("churn.sample_max", churn.sample_max >= 100, "at least 100")?;
        ensure("churn.bootstrap_samples", churn.bootstrap_samples >= 20, "at least 20")?;
        ensure("lists.cross_sell_per_customer", lists.cross_sell_per_customer > 0, "over 0")?;
        ensure("lists.capacity_unassigned", lists.capacity_unassigned > 0, "over 0")?;
        for excluded in &lists.selling_types_excluded {
            let known = CUSTOMER_TYPES.contains(&excluded.as_str());
            ensure("lists.selling_types_excluded", known, "a list of customer types")?;
        }
        ensure("lists.capacity_default", lists.capacity_default > 0, "over 0")?;
        let quotas = &lists.quotas;
        let parts = [quotas.urgent, quotas.keeping, quotas.selling, quotas.caring];
        let sum: f64 = parts.iter().sum();
        ensure(
            "lists.quotas",
            parts.iter().all(|part| *part >= 0.0) && (sum - 1.0).abs() < 1e-9,
            "shares with the sum 1",
        )?;
        share("lists.retention_success_share", lists.retention_success_share)?;
        share("lists.vip_near_share", lists.vip_near_share)?;
        ensure("lists.large_move_tier_min", lists.large_move_tier_min <= 4, "from 0 to 4")?;
        ensure("lists.retention_tier_min", lists.retention_tier_min <= 4, "from 0 to 4")?;
        Ok(())
    }
}

/// Ten years: longer spans are typing errors, and far longer ones leave the calendar.
const DAYS_MAX: i32 = 3660;

fn share(key: &str, value: f64) -> Result<()> {
    ensure(key, (0.0..=1.0).contains(&value), "from 0 to 1")
}

/// `holds` must be written so that NaN makes it false.
fn ensure(key: &str, holds: bool, wanted: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::usage(format!("`{key}` must be {wanted}"))) }
}
