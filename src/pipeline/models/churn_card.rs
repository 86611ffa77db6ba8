//! The card of a churn model: purpose, data, label, features, figures and limits, as supervisors' guidance on model
//! risk asks for (Federal Reserve SR 11-7), as Markdown.
//!
//! Reads: the model, the configuration, what the store knew on the date. Produces: one text, the same for the same
//! model, store and configuration. Never: reads a clock, names a customer, or says what no figure shows.

use super::card::{figure, heading, known_deliveries, line, percent, table};
use super::churn_comparison::markdown_of;
use super::comparison::{Comparison, Contests};
use crate::churn::evaluation::{Evaluation, Figure};
use crate::churn::figures::FIGURES;
use crate::churn::labels::Curve;
use crate::churn::model::{ChurnModel, HorizonModel};
use crate::config::Config;
use crate::date::Date;
use crate::features::catalogue::{Feature, features};
use crate::learn::CalibratedOn;
use crate::model::calibration::Calibration;
use crate::publish::ModelEntry;
use crate::store::commit::Commit;
use std::fmt::Write;

/// What a card is made from.
pub(in crate::pipeline) struct ChurnCard<'a> {
    pub(in crate::pipeline) model: &'a ChurnModel,
    pub(in crate::pipeline) entry: &'a ModelEntry,
    pub(in crate::pipeline) comparison: &'a Comparison<Contests>,
    pub(in crate::pipeline) commit: &'a Commit,
    pub(in crate::pipeline) config: &'a Config,
}

impl ChurnCard<'_> {
    /// The whole card.
    pub(in crate::pipeline) fn markdown(&self) -> String {
        let sections = [
            self.purpose(),
            self.label(),
            self.data(),
            self.horizons(),
            self.quality(),
            self.baselines(),
            heading("Beside the model in force") + &markdown_of(self.comparison),
            self.calibration(),
            self.features(),
            self.limits(),
            self.digests(),
        ];
        format!("# Churn model `{}`\n\n{}", self.entry.model_id, sections.join("\n"))
    }

    fn purpose(&self) -> String {
        "## Purpose\n\n\
         The model gives each customer in scope the probability that he takes his business away within 30, 90 and 180 \
         days, so that managers can talk to those worth keeping. It is not made for decisions about credit, prices or \
         the closing of accounts.\n"
            .to_owned()
    }

    fn label(&self) -> String {
        let rules = &self.config.churn;
        let mut text = heading("Label");
        for said in [
            format!(
                "- Lost is who closed his relation, who moved out {} of his mean assets of three months over the border \
                 of the bank (unless it falls back under {} within {} days), or who started nothing for {} days; the \
                 earliest of them counts, a fall in price does not.",
                percent(Some(rules.outflow_share)),
                percent(Some(rules.confirm_share)),
                rules.confirm_days,
                rules.silence_days
            ),
            format!(
                "- A horizon begins {} days after the date, since what comes sooner cannot be acted on; customers lost \
                 within these days, and those who died or were merged, are no rows.",
                rules.gap_days
            ),
            format!(
                "- In scope: active within {} days, not silent for {}, at least {} currency units where balances are known.",
                rules.active_within_days, rules.silence_days, rules.aum_floor
            ),
        ] {
            line(&mut text, &said);
        }
        if let Some(curve) = &self.model.return_curve {
            text += &returns(curve);
        }
        text
    }

    fn data(&self) -> String {
        let mut text = heading("Data");
        let through = self.model.trained_through;
        line(&mut text, &format!("- Trained through {through}; nothing later was seen."));
        let (n_deliveries, _) = known_deliveries(self.commit, through);
        line(&mut text, &format!("- Deliveries known by then: {n_deliveries}."));
        line(
            &mut text,
            &format!(
                "- Rows are customers in scope at past month-ends, at most {} of them by horizon, chosen by a hash of the \
                 customer; each sees what was booked by its month-end, and of the customer himself what was delivered \
                 by then.",
                self.config.churn.sample_max
            ),
        );
        text
    }

    fn horizons(&self) -> String {
        let header =
            ["days", "champion", "trained on", "rows", "left", "AUC logistic", "AUC trees", "calibrated on"];
        let mut text = heading("Champion and challenger") + &table(&header);
        for model in &self.model.horizons {
            line(&mut text, &horizon_row(model));
        }
        line(
            &mut text,
            "\nThe champion is the one with the larger area under the ROC curve (AUC) on the rows that it is calibrated \
             on. Out of time these are later rows, whose customers or outcomes training has not seen; out of fold each \
             row is scored by a model that was trained without its customer, and the model in use is fitted on all rows.",
        );
        for missing in &self.model.missing {
            line(&mut text, &format!("- {} days: no model: {}.", missing.horizon_days, missing.because));
        }
        text
    }

    fn quality(&self) -> String {
        let mut text = heading("Quality");
        if self.model.evaluations.is_empty() {
            line(&mut text, "Nothing could be judged.");
            return text;
        }
        line(
            &mut text,
            &format!(
                "Models made the same way from what was known on {} were judged on that day's customers, by what became \
                 of them; intervals hold 95% of what customers drawn anew give. The model in use may have learned from \
                 them since.\n",
                origins(&self.model.evaluations)
            ),
        );
        let days = self.model.evaluations.iter().map(|judged| format!("{} days", judged.horizon_days));
        let header: Vec<String> = std::iter::once("figure".to_owned()).chain(days).collect();
        text += &table(&header.iter().map(String::as_str).collect::<Vec<_>>());
        let mut row = |name: &str, of: &dyn Fn(&Evaluation) -> String| {
            let cells: Vec<String> = self.model.evaluations.iter().map(of).collect();
            line(&mut text, &format!("| {name} | {} |", cells.join(" | ")));
        };
        COUNTS.iter().for_each(|(name, of)| row(name, of));
        FIGURES.iter().for_each(|kind| row(kind.words, &|judged| interval((kind.of)(judged))));
        text
    }

    fn baselines(&self) -> String {
        let mut text = heading("Beside rules without a model");
        text += &table(&["days", "rule", "AUC", "average precision", "lift", "AUC gained by the model"]);
        for judged in &self.model.evaluations {
            for rule in &judged.baselines {
                let gain = interval(rule.auc_gain);
                let (auc, precision) = (figure(rule.auc), figure(rule.average_precision));
                let lift = figure(rule.lift_top_decile);
                let days = judged.horizon_days;
                line(
                    &mut text,
                    &format!("| {days} | {} | {auc} | {precision} | {lift} | {gain} |", rule.name),
                );
            }
        }
        text
    }

    fn calibration(&self) -> String {
        let mut text = heading("Calibration table");
        text += &table(&["days", "customers", "mean probability", "left"]);
        for judged in &self.model.evaluations {
            for bin in &judged.reliability {
                let (mean, observed) =
                    (percent(Some(bin.mean_probability)), percent(Some(bin.observed_rate)));
                let row = format!("| {} | {} | {mean} | {observed} |", judged.horizon_days, bin.n_customers);
                line(&mut text, &row);
            }
        }
        text
    }

    fn features(&self) -> String {
        let mut text = heading("Features");
        line(
            &mut text,
            "Trees are held to the direction that the field knows; the rest they learn, and a regression all of it.\n",
        );
        text += &table(&["feature", "unit", "meaning", "held to: more of it"]);
        let is_read = |feature: &&Feature| {
            self.model.horizons.iter().any(|model| model.scorer.names().contains(&feature.name))
        };
        for feature in features().filter(is_read) {
            let sign = match feature.churn_sign {
                Some(true) => "raises the probability",
                Some(false) => "lowers the probability",
                None => "",
            };
            let (name, unit, meaning) = (feature.name, feature.unit.name(), feature.description);
            line(&mut text, &format!("| `{name}` | {unit} | {meaning} | {sign} |"));
        }
        text
    }

    fn limits(&self) -> String {
        let suspicious: Vec<String> = self
            .model
            .evaluations
            .iter()
            .flat_map(|judged| judged.suspicious.iter().map(move |found| (judged.horizon_days, found)))
            .map(|(days, found)| {
                format!(
                    "- `{}` alone has an AUC of {:.3} at {days} days: look whether it knows the outcome.",
                    found.feature, found.auc
                )
            })
            .collect();
        let mut text = heading("Limits and monitoring");
        for said in suspicious.into_iter().chain([
            "- The model tells who is like those who left before; it does not say that a contact keeps anybody. That is \
             measured against the customers who are held out."
                .to_owned(),
            "- Probabilities of the three horizons are held in order, so that a longer one is never less likely."
                .to_owned(),
            format!(
                "- Where no model is approved, a night trains its own anew after {} days.",
                self.config.churn.refit_after_days
            ),
            "- An approved model is never replaced by the program: a person approves another one.".to_owned(),
        ]) {
            line(&mut text, &said);
        }
        text
    }

    fn digests(&self) -> String {
        let (_, deliveries) = known_deliveries(self.commit, self.model.trained_through);
        let mut text = heading("Digests") + &table(&["of", "BLAKE3"]);
        for (what, digest) in [
            ("`churn.json`", self.entry.blake3.as_str()),
            ("settings of the fit", &self.model.fitted_with),
            ("configuration", self.config.digest()),
            ("deliveries known by then", &deliveries),
        ] {
            line(&mut text, &format!("| {what} | `{digest}` |"));
        }
        let version = (env!("CARGO_PKG_VERSION"), self.model.format_version, self.config.seed);
        let _ = writeln!(text, "\nTercet {}, model format {}, seed {}.", version.0, version.1, version.2);
        text
    }
}

/// Where each horizon was judged.
fn origins(evaluations: &[Evaluation]) -> String {
    let told = |judged: &Evaluation| format!("{} ({} days)", judged.test_origin, judged.horizon_days);
    evaluations.iter().map(told).collect::<Vec<_>>().join(", ")
}

/// How many of the silent come back.
fn returns(curve: &Curve) -> String {
    let told = match curve.silence_days {
        Some(days) => format!("after {days} days of silence"),
        None => "after no silence that the data covers".to_owned(),
    };
    let (within, rate) = (curve.return_within_days, percent(Some(curve.return_rate)));
    let mut text =
        format!("\nOf the silent, fewer than {rate} come back within {within} days {told}, as measured:\n\n");
    text += &table(&["days of silence", "silences", "share that ends by a return"]);
    for point in curve.points.iter().filter(|point| point.days % 30 == 0) {
        line(
            &mut text,
            &format!("| {} | {} | {} |", point.days, point.n_silent, percent(point.share_returned)),
        );
    }
    text
}

type Cell = fn(&Evaluation) -> String;

/// Rows above the figures.
const COUNTS: [(&str, Cell); 3] = [
    ("customers", |judged| judged.n_customers.to_string()),
    ("left", |judged| judged.n_left.to_string()),
    ("left out (gap, no decision of theirs)", |judged| judged.n_left_out.to_string()),
];

pub(super) fn interval(found: Option<Figure>) -> String {
    let Some(found) = found else { return "-".to_owned() };
    let value = figure(Some(found.value));
    match found.low.zip(found.high) {
        Some((low, high)) => format!("{value} ({low:.3} to {high:.3})"),
        None => value,
    }
}

fn horizon_row(model: &HorizonModel) -> String {
    let span = |dates: &[Date]| match dates {
        [] => "-".to_owned(),
        [only] => only.to_string(),
        [first, .., last] => format!("{first} to {last}"),
    };
    let rule = match &model.calibration {
        Calibration::Isotonic(_) => "isotonic",
        Calibration::Platt(_) => "Platt",
    };
    let calibrated = match &model.calibrated_on {
        CalibratedOn::Later(dates) => format!("{rule}, {} rows of {}", model.n_calibrated, span(dates)),
        CalibratedOn::OutOfFold { folds } => {
            format!("{rule}, {} rows out of {folds} folds", model.n_calibrated)
        }
    };
    let champion = match model.scorer.n_trees() {
        Some(n) => format!("{} ({n})", model.scorer.algorithm().code()),
        None => model.scorer.algorithm().code().to_owned(),
    };
    let (logistic, trees) = (figure(model.auc.logistic), figure(model.auc.trees));
    format!(
        "| {} | {champion} | {} | {} | {} | {logistic} | {trees} | {calibrated} |",
        model.horizon_days,
        span(&model.trained_on),
        model.n_rows,
        model.n_left
    )
}
