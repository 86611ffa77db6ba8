//! Whom to contact, when and how many: the thresholds of every list.

use super::Band;
use super::raw::{DAYS_MAX, DAYS_WANTED, amount, ensure, share};
use crate::date::Date;
use crate::error::Result;
use crate::labels::{CUSTOMER_TYPES, LISTS};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Lists that neither a cooldown nor the ceiling of contacts keeps anybody off: what cannot wait, and the tier's own
/// cadence.
const CANNOT_WAIT: [&str; 6] =
    ["complaint_followup", "large_move", "maturity", "credit_expiry", "long_silent", "contact_due"];

/// Whom to contact, when and how many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// Contacts per manager and day where `managers.daily_capacity` is missing.
    pub capacity_default: u32,
    /// Contacts per day for customers without a manager, or whose manager left.
    pub capacity_unassigned: u32,
    /// Shares of a manager's capacity by family of lists.
    pub quotas: Quotas,
    /// Days after a contact in which a list does not name the customer again, by list; none where it is not named.
    pub cooldown_days: BTreeMap<String, i32>,
    /// Days with a contact within `contacts_max_days` from which a customer is left in peace; 0: no ceiling.
    pub contacts_max: usize,
    /// Days over which contacts are counted against `contacts_max`.
    pub contacts_max_days: i32,
    /// Lists that may name a customer of whom it is not known whether he may be contacted: `customers.contact_allowed` is
    /// delivered, and his cell is empty.
    pub contact_unknown: ContactUnknown,
    /// Whether selling lists, `win_back` and `cultivate` may name a customer of whom it is not known whether marketing is
    /// allowed: `customers.marketing_allowed` is delivered, and his cell is empty.
    pub marketing_unknown_allowed: bool,
    /// Outcomes of contacts that reached nobody: none for cadence, cooldown and last contact.
    pub not_reached_outcomes: Vec<String>,
    /// Share of the customers of a campaign (retention, win-back, selling) who are not contacted, to measure its effect.
    pub held_out_share: f64,
    /// What a contact costs, in currency units.
    pub contact_cost: f64,

    /// Working days (Monday to Friday) within which a complaint is to be answered.
    pub complaint_answer_days: i32,

    /// Change of assets that is a large move, in currency units.
    pub large_move_amount: f64,
    /// Lowest tier on the list of large moves: 0 to 4 for t0 to t4.
    pub large_move_tier_min: u8,
    /// Spans of days over which a large move is taken.
    pub large_move_days: [i32; 2],

    /// Days before a maturity from which it is listed, and from which it is listed again though the customer was reached
    /// before.
    pub maturity_ahead_days: [i32; 3],
    /// Days after a maturity in which it is listed if not renewed.
    pub maturity_behind_days: i32,
    /// How much more the money of somebody counts who has never renewed any.
    pub maturity_first_renewal_weight: f64,

    /// Days before the end of a loan or credit line from which it is listed, and from which it is urgent and listed again
    /// though the customer was reached before.
    pub credit_ahead_days: [i32; 2],

    /// Lowest tier on the retention list (0 to 4 for t0 to t4); below it, who has a positive lifetime value.
    pub retention_tier_min: u8,
    /// Lowest band of probability on the retention list.
    pub retention_band_min: Band,
    /// Chance that a contact keeps a leaver.
    pub retention_success_share: f64,
    /// Days back over which a partial outflow or a lost product line is a warning.
    pub warning_days: i32,

    /// Longest time between contacts for tiers t0 to t4, in days; 0: none given.
    pub cadence_days: [i32; 5],
    /// Cadences without a contact after which a customer who was contacted before counts as forgotten: he is
    /// `long_silent` then, and no longer `contact_due`.
    pub long_silent_cadences: i32,

    /// Assets from which a gold card is offered, in currency units.
    pub vip_limit: f64,
    /// Near misses: from this share of `vip_limit`.
    pub vip_near_share: f64,
    /// Card tiers whose holders have the card already.
    pub vip_card_tiers: Vec<String>,

    /// Customer types that a manager should not sell to.
    pub selling_types_excluded: Vec<String>,
    /// Whether a product that carries risk may be suggested where its level or the customer's is not known, though the
    /// bank delivers levels.
    pub risk_unknown_allowed: bool,
    /// Products suggested to one customer at most.
    pub cross_sell_per_customer: u32,
    /// File of product rules; empty: the one that ships with the program.
    pub rules: PathBuf,

    /// Days since the loss between which a customer is won back.
    pub win_back_days: [i32; 2],
    /// Chance that a lost customer comes back, as far as it was not measured.
    pub win_back_chance: f64,
    /// As many lost customers as this are counted beside those of the year, coming back at `win_back_chance`.
    pub win_back_prior: usize,

    /// Days without anything started after which assets count as dormant.
    pub dormant_days: i32,
    /// Gain on what was paid for holdings from which the customer is called.
    pub gain_share: f64,
    /// Losses on what was paid for holdings, from the lightest band that is cared for to the deepest.
    pub loss_shares: [f64; 2],
    /// First and last day after a purchase of each call that follows it up.
    pub after_purchase_days: [[i32; 2]; 3],
    /// Lowest tier that is congratulated: 0 to 4 for t0 to t4.
    pub occasion_tier_min: u8,
    /// Days before a birthday, an anniversary or a holiday from which it is listed.
    pub occasion_ahead_days: i32,
    /// Holidays: every year's (`10-01`) or one year's (`2027-02-06`).
    pub holidays: Vec<String>,
    /// Best customers by value of each branch, and of each product kind by balance, who are thanked.
    pub thank_you_top: usize,
    /// Share of customers asked for their satisfaction in a quarter, drawn by lot.
    pub sample_share: f64,
    /// Answers of 0 to 10 that are low.
    pub satisfaction_low: f64,
    /// Days after a complaint was settled, or a low answer given, in which it is followed up.
    pub follow_up_days: i32,
    /// Days since a customer declined, as the last word that was had of him, between which he is asked why; until he is
    /// reached again.
    pub estranged_days: [i32; 2],
    /// Declared assets elsewhere from which a customer is cultivated, in currency units ...
    pub cultivate_elsewhere_min: f64,
    /// ... and our share of his assets up to which.
    pub cultivate_share_max: f64,
    /// Days before a manager leaves from which his customers are handed over.
    pub handover_ahead_days: i32,
}

/// Lists that may name a customer of whom it is not known whether he may be contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactUnknown {
    /// Every list: an empty cell is no objection.
    All,
    /// Lists about what he has with the bank; none that markets to him.
    Service,
    /// No list.
    None,
}

/// Shares of a manager's daily capacity by list family, with the sum 1; what one leaves unused passes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    /// Complaints, large moves, maturities and ends of credit.
    pub urgent: f64,
    /// Retention, due contacts, win-back and customers who were forgotten.
    pub keeping: f64,
    /// VIP upgrades and cross-selling.
    pub selling: f64,
    /// Everything else.
    pub caring: f64,
}

impl Lists {
    /// Whether a cooldown and the ceiling of contacts hold for a list.
    pub fn can_wait(list: &str) -> bool {
        !CANNOT_WAIT.contains(&list)
    }

    /// The longest cooldown.
    pub fn longest_cooldown_days(&self) -> i32 {
        self.cooldown_days.values().copied().max().unwrap_or(0)
    }

    pub(super) fn check(&self) -> Result<()> {
        self.check_days()?;
        self.check_amounts()?;
        self.check_shares()?;
        ensure("lists.capacity_default", self.capacity_default > 0, "over 0")?;
        ensure("lists.capacity_unassigned", self.capacity_unassigned > 0, "over 0")?;
        ensure("lists.cross_sell_per_customer", self.cross_sell_per_customer > 0, "over 0")?;
        ensure(
            "lists.long_silent_cadences",
            (2..=100).contains(&self.long_silent_cadences),
            "from 2 to 100",
        )?;
        let [listed, urgent] = self.credit_ahead_days;
        ensure("lists.credit_ahead_days", listed >= urgent, "falling: listed from, urgent from")?;
        let is_falling = self.maturity_ahead_days.is_sorted_by(|a, b| a >= b);
        ensure("lists.maturity_ahead_days", is_falling, "falling: listed from, and again from")?;
        for excluded in &self.selling_types_excluded {
            let known = CUSTOMER_TYPES.contains(&excluded.as_str());
            ensure("lists.selling_types_excluded", known, "a list of customer types")?;
        }
        for holiday in &self.holidays {
            ensure(
                "lists.holidays",
                holiday_in(holiday, 2028).is_some(),
                "a list of `MM-DD` or `YYYY-MM-DD`",
            )?;
        }
        let tiers = [
            ("lists.large_move_tier_min", self.large_move_tier_min),
            ("lists.retention_tier_min", self.retention_tier_min),
            ("lists.occasion_tier_min", self.occasion_tier_min),
        ];
        tiers.into_iter().try_for_each(|(key, tier)| ensure(key, tier <= 4, "from 0 to 4"))
    }

    fn check_days(&self) -> Result<()> {
        for (list, days) in &self.cooldown_days {
            let key = format!("lists.cooldown_days.{list}");
            ensure(&key, LISTS.contains(&list.as_str()), "under the name of a list")?;
            ensure(&key, Self::can_wait(list), "left out: this list cannot wait")?;
            ensure(&key, (0..=DAYS_MAX).contains(days), DAYS_WANTED)?;
        }
        let spans = [
            ("lists.win_back_days", self.win_back_days),
            ("lists.estranged_days", self.estranged_days),
            ("lists.after_purchase_days", self.after_purchase_days[0]),
            ("lists.after_purchase_days", self.after_purchase_days[1]),
            ("lists.after_purchase_days", self.after_purchase_days[2]),
        ];
        for (key, [first, last]) in spans {
            ensure(key, 0 <= first && first <= last && last <= 365, "rising, from 0 to 365 days")?;
        }
        let singles = [
            ("lists.contacts_max_days", self.contacts_max_days),
            ("lists.complaint_answer_days", self.complaint_answer_days),
            ("lists.maturity_behind_days", self.maturity_behind_days),
            ("lists.warning_days", self.warning_days),
            ("lists.dormant_days", self.dormant_days),
            ("lists.occasion_ahead_days", self.occasion_ahead_days),
            ("lists.follow_up_days", self.follow_up_days),
            ("lists.handover_ahead_days", self.handover_ahead_days),
        ];
        let several = [
            ("lists.large_move_days", &self.large_move_days[..]),
            ("lists.maturity_ahead_days", &self.maturity_ahead_days),
            ("lists.credit_ahead_days", &self.credit_ahead_days),
            ("lists.cadence_days", &self.cadence_days),
        ];
        let several = several.into_iter().flat_map(|(key, days)| days.iter().map(move |days| (key, *days)));
        singles
            .into_iter()
            .chain(several)
            .try_for_each(|(key, days)| ensure(key, (0..=DAYS_MAX).contains(&days), DAYS_WANTED))
    }

    fn check_amounts(&self) -> Result<()> {
        amount("lists.large_move_amount", self.large_move_amount)?;
        amount("lists.vip_limit", self.vip_limit)?;
        amount("lists.contact_cost", self.contact_cost)?;
        amount("lists.cultivate_elsewhere_min", self.cultivate_elsewhere_min)?;
        amount("lists.maturity_first_renewal_weight", self.maturity_first_renewal_weight)?;
        ensure("lists.satisfaction_low", (0.0..=10.0).contains(&self.satisfaction_low), "from 0 to 10")
    }

    fn check_shares(&self) -> Result<()> {
        let quotas = &self.quotas;
        let parts = [quotas.urgent, quotas.keeping, quotas.selling, quotas.caring];
        let sum: f64 = parts.iter().sum();
        ensure(
            "lists.quotas",
            parts.iter().all(|part| *part >= 0.0) && (sum - 1.0).abs() < 1e-9,
            "shares with the sum 1",
        )?;
        let [lightest, deepest] = self.loss_shares;
        ensure(
            "lists.loss_shares",
            0.0 < lightest && lightest < deepest && deepest < 1.0,
            "rising between 0 and 1",
        )?;
        ensure("lists.gain_share", self.gain_share > 0.0 && self.gain_share.is_finite(), "over 0")?;
        let shares = [
            ("lists.held_out_share", self.held_out_share),
            ("lists.retention_success_share", self.retention_success_share),
            ("lists.vip_near_share", self.vip_near_share),
            ("lists.win_back_chance", self.win_back_chance),
            ("lists.sample_share", self.sample_share),
            ("lists.cultivate_share_max", self.cultivate_share_max),
        ];
        shares.into_iter().try_for_each(|(key, value)| share(key, value))
    }
}

/// The day of a configured holiday in a year; `None` where there is none, or where it is not a day at all.
pub fn holiday_in(holiday: &str, year: i32) -> Option<Date> {
    match holiday.len() {
        5 => Date::parse_iso(&format!("{year:04}-{holiday}")),
        _ => Date::parse_iso(holiday),
    }
}
