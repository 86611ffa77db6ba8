//! What he is on tonight, what kept him off other lists, and what could be offered to him.
//!
//! Reads: his rows of `targets`, `suppressions` and `cross_sell`. Produces: [`Lists`]. Never: ranks or filters anything.

use super::figure::{Figure, Missing};
use super::rows::{Row, Rows};
use crate::date::Date;
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct Lists {
    pub listed: Vec<Listed>,
    pub kept_off: Vec<KeptOff>,
    /// Best first.
    pub offers: Vec<Offer>,
}

/// His place on somebody's list.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    pub list: String,
    /// Every list that applies, in order of priority.
    pub all_lists: Vec<String>,
    pub manager_id: String,
    pub rank: Option<i64>,
    /// In the language that the night was run in.
    pub reasons: Option<String>,
    /// Currency units.
    pub amount: Figure<f64>,
    pub due_on: Figure<Date>,
    pub product: Figure<String>,
    pub rule: Figure<String>,
    /// Currency units.
    pub expected_value: Figure<f64>,
    pub held_out: Figure<bool>,
}

#[derive(Debug, Clone, Serialize)]
pub struct KeptOff {
    pub list: String,
    pub rule: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Offer {
    pub product: String,
    /// Among his own offers.
    pub rank: Option<i64>,
    pub rank_in_product: Option<i64>,
    pub propensity: Figure<f64>,
    /// Currency units a year.
    pub margin: Figure<f64>,
    pub rule: Option<String>,
    pub marketing_allowed: Figure<bool>,
    pub owner: Option<String>,
    pub held_out: Figure<bool>,
}

pub fn of(targets: &Rows, suppressions: &Rows, cross_sell: &Rows) -> Lists {
    let kept_off = |row: Row<'_>| KeptOff {
        list: row.get("list").unwrap_or_default(),
        rule: row.get("rule").unwrap_or_default(),
    };
    let mut offers: Vec<Offer> = cross_sell.iter().map(offer).collect();
    offers.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.product.cmp(&b.product)));
    Lists {
        listed: targets.iter().map(listed).collect(),
        kept_off: suppressions.iter().map(kept_off).collect(),
        offers,
    }
}

fn listed(row: Row<'_>) -> Listed {
    let all: String = row.get("all_lists").unwrap_or_default();
    Listed {
        list: row.get("list").unwrap_or_default(),
        all_lists: all.split(',').filter(|list| !list.is_empty()).map(str::to_owned).collect(),
        manager_id: row.get("manager_id").unwrap_or_default(),
        rank: row.get("rank"),
        reasons: row.get("reasons"),
        amount: row.figure("amount", Missing::NotApplicable),
        due_on: row.figure("due_on", Missing::NotApplicable),
        product: row.figure("product", Missing::NotApplicable),
        rule: row.figure("rule", Missing::NotApplicable),
        expected_value: row.figure("expected_value", Missing::NotApplicable),
        held_out: row.figure("held_out", Missing::NotApplicable),
    }
}

fn offer(row: Row<'_>) -> Offer {
    let mut propensity: Figure<f64> = row.figure("propensity", Missing::NobodyObserved);
    propensity.basis = row.get("propensity_basis");
    Offer {
        product: row.get("product").unwrap_or_default(),
        rank: row.get("rank"),
        rank_in_product: row.get("rank_in_product"),
        propensity,
        margin: row.figure("margin", Missing::NoMarginRate).on("holders_share"),
        rule: row.get("rule"),
        marketing_allowed: row.figure("marketing_allowed", Missing::NotDelivered),
        owner: row.get("owner"),
        held_out: row.figure("held_out", Missing::NotApplicable),
    }
}
