//! The card of a propensity model: purpose, label, data, figures by product and limits, as Markdown.
//!
//! Reads: the model, the configuration, what the store knew on the date. Produces: one text, the same for the same
//! model, store and configuration. Never: reads a clock, names a customer, or says what no figure shows.

use super::card::{figure, heading, known_deliveries, line, percent, table};
use crate::config::Config;
use crate::cross_sell::PropensityModel;
use crate::cross_sell::model::{Learned, ProductModel};
use crate::learn::CalibratedOn;
use crate::publish::ModelEntry;
use crate::store::commit::Commit;

/// What a card is made from.
pub(in crate::pipeline) struct PropensityCard<'a> {
    pub(in crate::pipeline) model: &'a PropensityModel,
    pub(in crate::pipeline) entry: &'a ModelEntry,
    pub(in crate::pipeline) commit: &'a Commit,
    pub(in crate::pipeline) config: &'a Config,
}

impl PropensityCard<'_> {
    /// The whole card.
    pub(in crate::pipeline) fn markdown(&self) -> String {
        let sections = [self.purpose(), self.data(), self.products(), self.limits(), self.digests()];
        format!("# Propensity model `{}`\n\n{}", self.entry.model_id, sections.join("\n"))
    }

    fn purpose(&self) -> String {
        let days = self.model.purchase_days;
        format!(
            "## Purpose and label\n\n\
             The model gives each customer whom a product rule names the probability that he buys the product within {days} \
             days, so that offers can be ordered. It is not made for decisions about credit, prices or suitability.\n\n\
             - A row is a customer who did not hold the product at a past month-end. He bought it if he held it at a snapshot \
             of the {days} days after, or if a purchase or drawdown of its kind was booked in them.\n\
             - What he held before and gave up counts as bought again.\n"
        )
    }

    fn data(&self) -> String {
        let mut text = heading("Data");
        let through = self.model.trained_through;
        line(&mut text, &format!("- Trained through {through}; nothing later was seen."));
        let (n_deliveries, _) = known_deliveries(self.commit, through);
        line(&mut text, &format!("- Deliveries known by then: {n_deliveries}."));
        let origins: Vec<String> = self.model.origins.iter().map(ToString::to_string).collect();
        line(&mut text, &format!("- Month-ends: {}.", origins.join(", ")));
        line(
            &mut text,
            &format!(
                "- At most {} rows, chosen by a hash of the customer; each sees what was booked by its month-end, and of \
                 the customer himself what was delivered by then.",
                self.config.propensity.sample_max
            ),
        );
        line(&mut text, &format!("- Product rules: version {}.", self.model.rules_version));
        text
    }

    fn products(&self) -> String {
        let header = [
            "product",
            "probability from",
            "rows",
            "bought",
            "rate",
            "rate of named",
            "AP logistic",
            "AP trees",
            "trained through",
            "calibrated on",
        ];
        let mut text = heading("Products") + &table(&header);
        for product in &self.model.products {
            line(&mut text, &row(product));
        }
        line(
            &mut text,
            "\nThe champion is the one with the larger average precision (AP) on the rows that it is calibrated on, whose \
             customers or outcomes training has not seen. `clause` is the rate of those whom the product's rules name, `all` \
             that of everybody without it.",
        );
        for product in &self.model.products {
            if let Some(because) = &product.not_learned {
                line(&mut text, &format!("- `{}`: no model: {because}.", product.product));
            }
        }
        text
    }

    fn limits(&self) -> String {
        let mut text = heading("Limits");
        line(
            &mut text,
            "- Who was offered a product bought it more often than he would have by himself: the model learns from both, and \
             what an offer adds is told by the customers who are held out of campaigns.",
        );
        line(
            &mut text,
            "- How well offers are ordered is judged by `tercet backtest`, beside the rules and popularity alone.",
        );
        text
    }

    fn digests(&self) -> String {
        let mut text = heading("Digests");
        line(&mut text, &format!("- Model: `{}`.", self.entry.blake3));
        line(&mut text, &format!("- Settings and rules: `{}`.", self.model.fitted_with));
        text
    }
}

fn row(product: &ProductModel) -> String {
    let of = |what: fn(&Learned) -> String| product.learned.as_ref().map_or_else(|| "-".to_owned(), what);
    let cells = [
        product.product.clone(),
        product.basis().to_owned(),
        product.all.n_rows.to_string(),
        product.all.n_bought.to_string(),
        percent(product.all.share()),
        percent(product.named.share()),
        of(|learned| figure(learned.average_precision.logistic)),
        of(|learned| figure(learned.average_precision.trees)),
        of(|learned| learned.trained_on.last().map_or_else(|| "-".to_owned(), ToString::to_string)),
        of(|learned| match &learned.calibrated_on {
            CalibratedOn::Later(dates) => {
                let last = dates.last().map_or_else(String::new, ToString::to_string);
                format!("{} later rows, through {last}", learned.n_calibrated)
            }
            CalibratedOn::OutOfFold { folds } => format!("{} rows in {folds} folds", learned.n_calibrated),
        }),
    ];
    format!("| {} |", cells.join(" | "))
}
