//! One product's model: who bought it, learned from origins whose outcome was known.
//!
//! ```text
//! origins whose purchases were known before the newest origin ──> train
//! the newest one, and of those between whom training has not seen ──> stop the trees, choose the champion, calibrate it
//! ```

use super::PURCHASE_DAYS;
use super::model::{Learned, ProductModel, Rate, RuleRate, StandIn};
use super::origins::Origin;
use super::rows::{is_named, labelled};
use super::rules::Rules;
use crate::config::Config;
use crate::contract::codes::ProductKind;
use crate::date::Date;
use crate::error::Result;
use crate::learn::champion::{FOLDS, out_of_fold, out_of_time};
use crate::learn::sample::unseen;
use crate::learn::{CalibratedOn, Fitted, Sample, Settings};
use crate::model::metrics;
use std::collections::BTreeSet;

/// Fits one product on origins (ascending) of which all purchases are known; `None` where nobody was without it.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn fit_product(
    origins: &[&Origin],
    rules: &Rules,
    product: ProductKind,
    config: &Config,
) -> Result<Option<ProductModel>> {
    let all = rate(origins, product, |_, _| true);
    if all.n_rows == 0 {
        return Ok(None);
    }
    let named = rate(origins, product, |origin, row| is_named(rules, product, origin.named[row]));
    let is_told = named.n_buyers >= config.propensity.clause_buyers_min;
    let learned = learn(origins, rules, product, config)?;
    let (learned, not_learned) = match learned {
        Ok(learned) => (Some(learned), None),
        Err(reason) => (None, Some(reason)),
    };
    Ok(Some(ProductModel {
        product: product.code().to_owned(),
        all,
        named,
        rules: rule_rates(origins, rules, product),
        stand_in: if is_told { StandIn::Clause } else { StandIn::All },
        learned,
        not_learned,
    }))
}

/// Of the rows that did not hold the product and that `counts` accepts.
fn rate(origins: &[&Origin], product: ProductKind, counts: impl Fn(&Origin, usize) -> bool) -> Rate {
    let mut rate = Rate::default();
    let mut buyers: BTreeSet<u32> = BTreeSet::new();
    for origin in origins {
        let without = (0..origin.facts.len()).filter(|row| !origin.facts[*row].held.has(product));
        for row in without.filter(|row| counts(origin, *row)) {
            rate.n_rows += 1;
            if origin.bought[row].has(product) {
                rate.n_bought += 1;
                buyers.insert(origin.hashes[row]);
            }
        }
    }
    rate.n_buyers = buyers.len();
    rate
}

fn rule_rates(origins: &[&Origin], rules: &Rules, product: ProductKind) -> Vec<RuleRate> {
    let own = || rules.clauses().iter().enumerate().filter(|(_, clause)| clause.product == product);
    let mut names: Vec<&str> = Vec::new();
    for (_, clause) in own() {
        if !names.contains(&clause.rule.as_str()) {
            names.push(&clause.rule);
        }
    }
    let of = |name: &str| {
        let places: Vec<usize> =
            own().filter(|(_, clause)| clause.rule == name).map(|(place, _)| place).collect();
        let holds = |origin: &Origin, row: usize| places.iter().any(|place| origin.named[row].has(*place));
        RuleRate { rule: name.to_owned(), rate: rate(origins, product, holds) }
    };
    names.into_iter().map(of).collect()
}

/// The champion, or why there is none.
fn learn(
    origins: &[&Origin],
    rules: &Rules,
    product: ProductKind,
    config: &Config,
) -> Result<Result<Learned, String>> {
    let Some(newest) = origins.last().map(|origin| origin.date) else {
        return Ok(Err("there is no origin to learn from".into()));
    };
    let dates = |origins: &[&Origin]| origins.iter().map(|origin| origin.date).collect::<Vec<Date>>();
    let (earlier, later): (Vec<&Origin>, Vec<&Origin>) =
        origins.iter().copied().partition(|origin| origin.date <= newest.plus_days(-PURCHASE_DAYS));
    let closed_on = earlier.last().map(|origin| origin.date.plus_days(PURCHASE_DAYS));
    let train = labelled(&earlier, rules, product, None, |_, _| true);
    let is_unseen = unseen(&train, closed_on);
    let held = labelled(&later, rules, product, Some(&train), |origin, hash| is_unseen(origin.date, hash));
    let settings = Settings {
        winsor_share: config.segment.winsor_share,
        l2_penalty: config.churn.l2_penalty,
        measure: metrics::average_precision,
        keeps_order: true,
    };
    if too_few(&train, config).is_none() && too_few(&held, config).is_none() {
        let calibrated_on = CalibratedOn::Later(dates(&later));
        let fitted = out_of_time(&train, &held, &settings)?;
        return Ok(fitted.map(|fitted| described(fitted, dates(&earlier), calibrated_on, &train)));
    }
    let all = labelled(origins, rules, product, None, |_, _| true);
    if let Some(reason) = too_few(&all, config) {
        return Ok(Err(reason));
    }
    let fitted = out_of_fold(&all, &settings)?;
    let calibrated_on = CalibratedOn::OutOfFold { folds: FOLDS };
    Ok(fitted.map(|fitted| described(fitted, dates(origins), calibrated_on, &all)))
}

fn described(fitted: Fitted, trained_on: Vec<Date>, calibrated_on: CalibratedOn, rows: &Sample) -> Learned {
    Learned {
        trained_on,
        calibrated_on,
        n_rows: rows.n_rows(),
        n_buyers: rows.n_positives(),
        n_calibrated: fitted.n_calibrated,
        average_precision: fitted.measured,
        scorer: fitted.scorer,
        calibration: fitted.calibration,
    }
}

/// Why these rows teach nothing; `None` where they are enough.
fn too_few(sample: &Sample, config: &Config) -> Option<String> {
    let (n_bought, needed) = (sample.n_positives(), config.propensity.buyers_min);
    if n_bought < needed {
        return Some(format!(
            "only {n_bought} customers bought it after the usable origins; {needed} are needed"
        ));
    }
    let n_others = sample.n_negatives();
    (n_others < needed).then(|| format!("only {n_others} customers did not buy it; {needed} are needed"))
}
