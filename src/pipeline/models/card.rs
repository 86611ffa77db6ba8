//! The card of a segment model: what a person reads before he approves it, as Markdown.
//!
//! Reads: the model, figures of its fit, the configuration, what the store knew on the date. Produces: one text, the
//! same for the same store, configuration and model in force. Never: reads a clock, names a customer, or says what
//! no figure shows.

use super::comparison::{Comparison, SameTypes, approval, nothing_to_compare};
use super::quality::{AxisFigures, GroupFigures, share};
use crate::config::Config;
use crate::date::Date;
use crate::features::catalogue::features;
use crate::features::{Axis, Feature};
use crate::model::taming::{Dropped, TamedFeature};
use crate::publish::ModelEntry;
use crate::segment::SegmentModel;
use crate::segment::model::GroupModel;
use crate::store::commit::Commit;
use crate::store::{Calendar, Population};
use crate::warning::Warning;
use std::fmt::Write;

/// What a card is made from.
pub(in crate::pipeline) struct Card<'a> {
    pub(in crate::pipeline) model: &'a SegmentModel,
    pub(in crate::pipeline) entry: &'a ModelEntry,
    pub(in crate::pipeline) groups: &'a [GroupFigures],
    pub(in crate::pipeline) comparison: &'a Comparison<SameTypes>,
    /// What should be known of the fit.
    pub(in crate::pipeline) warnings: &'a [Warning],
    pub(in crate::pipeline) value_basis: &'static str,
    pub(in crate::pipeline) calendar: &'a Calendar,
    pub(in crate::pipeline) population: &'a Population,
    pub(in crate::pipeline) commit: &'a Commit,
    pub(in crate::pipeline) config: &'a Config,
}

impl Card<'_> {
    /// The whole card.
    pub(in crate::pipeline) fn markdown(&self) -> String {
        let sections = [
            self.purpose(),
            self.data(),
            self.customers(),
            self.parameters(),
            self.features(),
            self.quality(),
            self.clusters(),
            self.comparison(),
            self.limits(),
            self.digests(),
        ];
        format!("# Segment model `{}`\n\n{}", self.entry.model_id, sections.join("\n"))
    }

    fn purpose(&self) -> String {
        "## Purpose\n\n\
         The model gives each customer a score from 0 to 100 for value, loyalty and behaviour, the level high or low \
         on each of the three axes, one of eight types from the three levels, and a finer cluster beneath the type. \
         Managers' lists and analysts' tables are built on them. It is not made for decisions about credit.\n"
            .to_owned()
    }

    fn data(&self) -> String {
        let mut text = heading("Data");
        let through = self.model.trained_through;
        line(&mut text, &format!("- Trained through {through}; nothing later was seen."));
        let first = |date: Option<Date>| date.map_or("none".to_owned(), |date| date.to_string());
        let transactions = first(self.calendar.transactions_from);
        let balances = first(self.calendar.snapshots.first().copied());
        let history =
            self.calendar.transactions_from.into_iter().chain(self.calendar.snapshots.first().copied());
        line(
            &mut text,
            &format!(
                "- First day of history: {} (transactions: {transactions}; balances: {balances}).",
                first(history.min())
            ),
        );
        line(&mut text, &format!("- Value rests on `{}`.", self.value_basis));
        let (n_deliveries, _) = self.deliveries();
        line(&mut text, &format!("- Deliveries known by then: {n_deliveries}."));
        text
    }

    fn customers(&self) -> String {
        let mut text = heading("Customers");
        text += &table(&["group", "in the night", "fitted", "provisional"]);
        for group in self.groups {
            let counts = [group.n_customers, group.n_fitted, group.n_provisional];
            let counts = counts.map(|n| n.to_string()).join(" | ");
            line(&mut text, &format!("| {} | {counts} |", group.segment_group));
        }
        let days = self.config.segment.provisional_days;
        line(
            &mut text,
            &format!(
                "\nProvisional customers have been with the bank for under {days} days; the model places them but is \
                 not fitted on them. Individuals and institutions are modelled apart."
            ),
        );
        for group in self.groups.iter().filter(|group| group.axes.is_empty()) {
            line(
                &mut text,
                &format!(
                    "Group `{}` has too few settled customers to be clustered; its customers have no type.",
                    group.segment_group
                ),
            );
        }
        let standings = self.population.counts.iter();
        let counts: Vec<String> = standings.map(|(standing, n)| format!("{} {n}", standing.code())).collect();
        line(&mut text, &format!("Customers delivered, by standing: {}.", counts.join(", ")));
        text
    }

    fn parameters(&self) -> String {
        let settings = serde_json::to_value(&self.config.segment).unwrap_or_default();
        let mut text = heading("Parameters") + &table(&["key of the configuration", "value"]);
        line(&mut text, &format!("| `seed` | {} |", self.config.seed));
        for (key, value) in settings.as_object().into_iter().flatten() {
            line(&mut text, &format!("| `segment.{key}` | {value} |"));
        }
        let costs = serde_json::to_value(&self.config.value.cost_to_serve).unwrap_or_default();
        line(&mut text, &format!("| `value.cost_to_serve` | {costs} |"));
        text
    }

    /// Every feature that shapes an axis of some group.
    fn features(&self) -> String {
        let mut text = heading("Features");
        line(
            &mut text,
            "More of a feature lifts or lowers the score of its axis. Each is tamed (asinh where it is",
        );
        line(
            &mut text,
            "heavy-tailed, winsorised, standardised) by parameters that stand in `segment.json`.",
        );
        for axis in Axis::ALL {
            let _ = writeln!(text, "\n### {}\n", axis.name());
            text += &table(&["feature", "more of it", "unit", "meaning", "remark"]);
            for feature in features().filter(|feature| feature.axis == axis) {
                let groups: Vec<&GroupModel> =
                    self.model.groups.iter().filter(|group| !group.axes.is_empty()).collect();
                if groups.iter().any(|group| tamed(group, feature).is_some()) {
                    line(&mut text, &feature_row(feature, &groups));
                }
            }
        }
        text
    }

    fn quality(&self) -> String {
        let header = ["group", "clustering", "clusters", "silhouette", "holds", "share high"];
        let mut text = heading("Quality") + &table(&header);
        for group in self.groups {
            let name = &group.segment_group;
            for axis in &group.axes {
                line(&mut text, &axis_row(name, axis));
            }
            if let Some(n_clusters) = group.joint_clusters {
                let (silhouette, holds) = (figure(group.joint_silhouette), figure(group.joint_agreement));
                line(&mut text, &format!("| {name} | joint | {n_clusters} | {silhouette} | {holds} | |"));
            }
        }
        line(
            &mut text,
            "\nSilhouettes are means over a fixed sample of the fitted customers, -1 to 1. How well a clustering holds is \
             the part of customers who keep their level when an axis is fitted on resamples, and the mean adjusted Rand \
             index of joint clusters against theirs. The share is that of the fitted customers whose level is high when \
             no level of an earlier night is carried over.",
        );
        for warning in self.warnings {
            line(&mut text, &format!("- {warning}."));
        }
        text
    }

    /// The joint clusters: how many, and what sets each apart.
    fn clusters(&self) -> String {
        let mut text = heading("Clusters over all axes");
        text += &table(&["group", "number", "name", "fitted", "medians"]);
        let joints = self.model.groups.iter().filter_map(|group| Some((group, group.joint.as_ref()?)));
        for (group, profile) in
            joints.flat_map(|(group, joint)| joint.profiles.iter().map(move |p| (group, p)))
        {
            let medians: Vec<String> =
                profile.medians.iter().map(|(name, median)| format!("`{name}` {median:.0}")).collect();
            let (name, medians) = (&profile.name, medians.join(", "));
            let row = format!("| {} | {} | {name} |", group.segment_group, profile.number);
            line(&mut text, &format!("{row} {} | {medians} |", profile.n_fitted));
        }
        text
    }

    fn comparison(&self) -> String {
        heading("Comparison with the model in force") + &sentence(self.comparison) + "\n"
    }

    fn limits(&self) -> String {
        let (models, segment) = (&self.config.models, &self.config.segment);
        let mut text = heading("Limits and monitoring");
        for said in [
            "- The model describes customers as they were on the day it was trained through; it says nothing of why \
             they behave so, and forecasts nothing."
                .to_owned(),
            format!(
                "- A customer within a margin of {} of a border keeps the level of the night before.",
                self.model.hysteresis
            ),
            format!(
                "- Each night takes the population stability index of every feature and score against the fitted \
                 customers; from {} on a refit is proposed, from {} on the column counts as another one.",
                models.drift_warn, models.drift_alarm
            ),
            format!("- A refit is also proposed after {} days.", segment.refit_after_days),
            "- An approved model is never replaced by the program: a person approves another one.".to_owned(),
        ] {
            line(&mut text, &said);
        }
        text
    }

    fn digests(&self) -> String {
        let (_, deliveries) = self.deliveries();
        let mut text = heading("Digests") + &table(&["of", "BLAKE3"]);
        for (what, digest) in [
            ("`segment.json`", self.entry.blake3.as_str()),
            ("settings of the fit", &self.model.fitted_with),
            ("configuration", self.config.digest()),
            ("deliveries known by then", &deliveries),
        ] {
            line(&mut text, &format!("| {what} | `{digest}` |"));
        }
        let _ = writeln!(
            text,
            "\nTercet {}, model format {}.",
            env!("CARGO_PKG_VERSION"),
            self.model.format_version
        );
        text
    }

    fn deliveries(&self) -> (usize, String) {
        known_deliveries(self.commit, self.model.trained_through)
    }
}

/// How many deliveries were known on a date, and a digest of theirs, whatever their order.
pub(super) fn known_deliveries(commit: &Commit, through: Date) -> (usize, String) {
    let known = commit.deliveries.iter().filter(|delivery| delivery.delivered_on() <= through);
    let mut digests: Vec<(&str, &str)> =
        known.map(|delivery| (delivery.table.name(), delivery.digest.as_str())).collect();
    digests.sort_unstable();
    let lines: Vec<String> = digests.iter().map(|(table, digest)| format!("{table} {digest}\n")).collect();
    (digests.len(), super::digest(lines.concat().as_bytes()))
}

/// The comparison in one sentence.
fn sentence(comparison: &Comparison<SameTypes>) -> String {
    let Comparison::Compared { model_id, status, found } = comparison else {
        return nothing_to_compare(comparison).unwrap_or_default();
    };
    let SameTypes { n_customers, n_same_type } = *found;
    format!(
        "Of {n_customers} customers who have a type under both this model and `{model_id}` ({}), {n_same_type} ({}) have \
         the same one, when no level of an earlier night is carried over.",
        approval(*status),
        percent(share(n_same_type, n_customers))
    )
}

fn tamed<'m>(group: &'m GroupModel, feature: &Feature) -> Option<&'m TamedFeature> {
    group.axes.iter().find_map(|axis| axis.tamed(feature.name))
}

fn feature_row(feature: &Feature, groups: &[&GroupModel]) -> String {
    let direction = feature.shape.map_or_else(String::new, |shape| {
        let way = if shape.is_up { "lifts" } else { "lowers" };
        let stands_in = if shape.is_proxy { ", where nothing better is known" } else { "" };
        format!("{way} `{}`{stands_in}", shape.part.name())
    });
    let remarks: Vec<String> = groups
        .iter()
        .filter_map(|group| {
            let why = match tamed(group, feature) {
                None => "missing",
                Some(tamed) => reason(tamed.dropped?),
            };
            Some(format!("{}: tells nobody apart ({why})", group.segment_group))
        })
        .collect();
    let (name, unit, meaning) = (feature.name, feature.unit.name(), feature.description);
    format!("| `{name}` | {direction} | {unit} | {meaning} | {} |", remarks.join("; "))
}

fn reason(dropped: Dropped) -> &'static str {
    match dropped {
        Dropped::Missing => "missing",
        Dropped::Constant => "constant",
        Dropped::ConstantAfterWinsorising => "constant once its ends are cut",
    }
}

fn axis_row(group: &str, axis: &AxisFigures) -> String {
    let (silhouette, share) = (figure(axis.silhouette), percent(axis.share_high));
    let holds = figure(Some(axis.stability));
    format!("| {group} | {} | {} | {silhouette} | {holds} | {share} |", axis.axis, axis.n_clusters)
}

pub(super) fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1}%", 100.0 * share))
}

pub(super) fn heading(title: &str) -> String {
    format!("## {title}\n\n")
}

/// The head of a Markdown table.
pub(super) fn table(columns: &[&str]) -> String {
    format!("| {} |\n|{}\n", columns.join(" | "), "---|".repeat(columns.len()))
}

pub(super) fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::ModelStatus;

    #[test]
    fn the_comparison_is_a_sentence() {
        let compared = Comparison::Compared {
            model_id: "segment-2026-09-30-01234567".into(),
            status: ModelStatus::Approved,
            found: SameTypes { n_customers: 200, n_same_type: 187 },
        };
        assert_eq!(
            sentence(&compared),
            "Of 200 customers who have a type under both this model and `segment-2026-09-30-01234567` (approved), \
             187 (93.5%) have the same one, when no level of an earlier night is carried over."
        );
        let unusable = Comparison::Unusable { because: "`/home/x/segment.json`: damaged".into() };
        assert!(!sentence(&unusable).contains("/home"));
    }

    #[test]
    fn a_table_has_a_rule_under_its_head() {
        assert_eq!(table(&["of", "BLAKE3"]), "| of | BLAKE3 |\n|---|---|\n");
    }
}
