//! The stored propensity model: per product a calibrated scorer, and the rates that stand in where there is none.

use super::figure::Figure;
use super::rows::NAMED;
use crate::contract::codes::ProductKind;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::features::catalogue::features;
use crate::learn::{ByAlgorithm, CalibratedOn, Scorer};
use crate::model::calibration::Calibration;
use crate::seal;
use serde::{Deserialize, Serialize};

/// Raised when the meaning of a field changes.
pub const FORMAT_VERSION: u32 = 2;

/// The stored propensity model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropensityModel {
    pub format_version: u32,
    /// The last date whose data the model has seen.
    pub trained_through: Date,
    /// Digest of the settings and rules that it was fitted with.
    pub fitted_with: String,
    /// Within how many days of an origin a purchase counts.
    pub purchase_days: i32,
    pub rules_version: u32,
    /// Month-ends that it learned from.
    pub origins: Vec<Date>,
    /// In the order of their kinds.
    pub products: Vec<ProductModel>,
}

/// What is known of one product's buyers, over customers who did not hold it at the origins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductModel {
    /// Code of the product kind.
    pub product: String,
    pub all: Rate,
    /// Of those whom some clause of the product names.
    pub named: Rate,
    /// Of those whom a clause of this name names, in the order of the rules.
    pub rules: Vec<RuleRate>,
    /// What stands in for a probability where there is no model.
    pub stand_in: StandIn,
    pub learned: Option<Learned>,
    /// Why there is no model.
    pub not_learned: Option<String>,
}

/// How many bought, of rows: a customer is a row at each origin at which he did not hold the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub n_rows: usize,
    pub n_bought: usize,
    /// Customers who bought, each once: one purchase lies after several origins.
    pub n_buyers: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleRate {
    pub rule: String,
    pub rate: Rate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandIn {
    /// The rate of those whom the clauses name.
    Clause,
    /// The rate of all, since too few of those named bought.
    All,
}

/// A model of one product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learned {
    pub trained_on: Vec<Date>,
    pub calibrated_on: CalibratedOn,
    pub n_rows: usize,
    /// Customers who bought: one may be a row at several origins.
    pub n_buyers: usize,
    /// Rows that it was chosen and calibrated on.
    pub n_calibrated: usize,
    /// Average precision where the champion was chosen.
    pub average_precision: ByAlgorithm,
    pub scorer: Scorer,
    pub calibration: Calibration,
}

impl Rate {
    /// Share of the rows that bought; `None` without rows.
    #[expect(clippy::cast_precision_loss, reason = "a number of customers")]
    pub fn share(self) -> Option<f64> {
        (self.n_rows > 0).then(|| self.n_bought as f64 / self.n_rows as f64)
    }
}

impl ProductModel {
    /// What a probability rests on.
    pub fn basis(&self) -> &'static str {
        match (&self.learned, self.stand_in) {
            (Some(learned), _) => learned.scorer.algorithm().code(),
            (None, StandIn::Clause) => "clause",
            (None, StandIn::All) => "all",
        }
    }

    /// The rate that stands in for a model.
    pub fn stand_in_rate(&self) -> Option<f64> {
        match self.stand_in {
            StandIn::Clause => self.named.share(),
            StandIn::All => self.all.share(),
        }
    }

    /// The rate of those whom the rule names; `None` of a rule that the model does not know.
    pub fn rate_of(&self, rule: &str) -> Option<f64> {
        self.rules.iter().find(|known| known.rule == rule)?.rate.share()
    }
}

impl PropensityModel {
    pub fn product(&self, product: ProductKind) -> Option<&ProductModel> {
        self.products.iter().find(|model| model.product == product.code())
    }

    /// The stored form: stable JSON.
    ///
    /// # Errors
    /// Kind `Internal` if a parameter is not a number that JSON can hold.
    pub fn to_json(&self) -> Result<String> {
        let json = serde_json::to_string_pretty(self)
            .map_err(|cause| Error::internal("the propensity model cannot be written").caused_by(cause))?;
        // What is no number is written as null, and would stop the next night.
        Self::from_json(json.as_bytes()).map_err(|reason| {
            Error::internal(format!("the propensity model cannot be read back: {reason}"))
        })?;
        Ok(json)
    }

    /// Reads a stored model.
    ///
    /// # Errors
    /// Why it cannot be used, for people.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        if Self::is_of_other_format(json) {
            return Err(format!("it has another format than {FORMAT_VERSION}, which this program reads"));
        }
        let model: Self = serde_json::from_slice(json).map_err(|cause| format!("damaged: {cause}"))?;
        model.check()?;
        Ok(model)
    }

    pub fn is_of_other_format(json: &[u8]) -> bool {
        seal::is_of_other_format(json, FORMAT_VERSION)
    }

    fn check(&self) -> Result<(), String> {
        for product in &self.products {
            if ProductKind::from_code(&product.product).is_none() {
                return Err(format!(
                    "it knows a product kind `{}` that this program does not",
                    product.product
                ));
            }
            let rates = product.rules.iter().map(|rule| rule.rate).chain([product.all, product.named]);
            if rates.into_iter().any(|rate| rate.n_bought > rate.n_rows || rate.n_buyers > rate.n_bought) {
                return Err("damaged: more customers bought than there are".into());
            }
            let Some(learned) = &product.learned else { continue };
            learned.scorer.check()?;
            learned.calibration.check().map_err(|cause| format!("damaged: {cause}"))?;
            if let Some(name) = learned.scorer.names().iter().find(|name| !is_input(name)) {
                return Err(format!("it reads a figure `{name}` that this program does not have"));
            }
        }
        Ok(())
    }
}

fn is_input(name: &str) -> bool {
    name == NAMED || Figure::read(name).is_some() || features().any(|feature| feature.name == name)
}
