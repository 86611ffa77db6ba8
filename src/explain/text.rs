//! The answer for people: sections of aligned columns, in the configured language.
//!
//! Reads: an [`Explanation`]. Produces: text of at most [`WIDTH`] columns where words allow it. Never: computes a figure.

use super::contributions::{Contribution, strongest};
use super::figure::Figure;
use super::lists::{Listed, Offer};
use super::movements::Moved;
use super::placement::PartScore;
use super::tier_months::{TierMonth, runs};
use super::words::{Words, percent, plain};
use super::{AxisScore, Explanation, Missing};
use crate::labels::Labels;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};

/// Columns of a terminal.
const WIDTH: u16 = 100;
/// Columns of what a figure is called, so that sections are aligned with each other.
const NAMES: u16 = 28;
/// Features told of each direction.
const TOLD: usize = 3;
/// A score that differs by more from what its features come to is said to rest on more than them.
const SAME_SCORE: f64 = 0.01;

/// The whole answer, with a line end.
pub fn text(answer: &Explanation, labels: &Labels, currency: &str) -> String {
    let words = Words { labels, currency };
    let (customer, date) = (plain(&answer.who.customer_id), answer.night.as_of.to_string());
    let mut sections = vec![
        words.filled("title", &[("customer", &customer), ("date", &date)]),
        section(words, "who", &who(words, answer)),
        section(words, "type", &customer_type(words, answer)),
        section(words, "scores", &scores(words, answer)),
    ];
    sections.extend(answer.placement.scores.iter().map(|axis| features(words, axis)));
    sections.push(section(words, "standing", &standing(words, answer)));
    sections.push(section(words, "movements", &movements(words, answer)));
    sections.push(section(words, "churn", &churn(words, answer)));
    sections.push(section(words, "lists", &lists(words, answer)));
    sections.push(section(words, "offers", &offers(words, &answer.lists.offers)));
    sections.join("\n\n") + "\n"
}

fn section(words: Words<'_>, title: &str, body: &str) -> String {
    format!("{}\n{body}", words.own(title))
}

fn blank() -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table
}

/// What each figure is called, and the figure.
struct Pairs<'a>(Words<'a>, Table);

impl<'a> Pairs<'a> {
    fn new(words: Words<'a>) -> Self {
        Self(words, blank())
    }

    fn add(&mut self, name: &str, value: String) {
        let name = self.0.own(name);
        self.add_named(name, value);
    }

    fn add_named(&mut self, name: String, value: String) {
        self.1.add_row([name, plain(&value)]);
    }

    fn finish(mut self) -> String {
        if let Some(column) = self.1.column_mut(0) {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(NAMES)));
        }
        self.1.trim_fmt()
    }
}

/// A table with a header; the columns `right` hold numbers.
fn columns(header: Vec<String>, rows: Vec<Vec<String>>, right: &[usize]) -> String {
    let mut table = blank();
    table.set_header(header);
    table.add_rows(rows);
    for at in right {
        if let Some(column) = table.column_mut(*at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn who(words: Words<'_>, answer: &Explanation) -> String {
    let (who, night) = (&answer.who, &answer.night);
    let mut pairs = Pairs::new(words);
    pairs.add("customer", who.customer_id.clone());
    pairs.add("manager", words.figure(&who.manager_id, Clone::clone));
    pairs.add("branch", words.figure(&who.branch_id, Clone::clone));
    pairs.add("group", words.figure(&who.segment_group, |group| words.code("segment_group", group)));
    pairs.add("customer_since", words.figure(&who.customer_since, ToString::to_string));
    pairs.add("is_provisional", words.figure(&who.is_provisional, |holds| words.yes(*holds)));
    pairs.add("run", night.run_id.clone());
    let before = Figure::of(night.night_before, Missing::FirstNight);
    pairs.add("night_before", words.figure(&before, ToString::to_string));
    for model in &night.models {
        let through = model.trained_through.to_string();
        let told = words.filled("model_through", &[("model", &model.model_id), ("date", &through)]);
        pairs.add(&format!("{}_model", model.what), told);
    }
    pairs.finish()
}

fn customer_type(words: Words<'_>, answer: &Explanation) -> String {
    let placement = &answer.placement;
    let name = |code: &String| words.code("customer_type", code);
    let mut pairs = Pairs::new(words);
    let now = |code: &String| format!("{} ({})", name(code), words.code("type_axes", code));
    pairs.add("type_now", words.cell(&placement.customer_type, now));
    pairs.add("type_before", words.cell(&placement.type_before, name));
    pairs.add("what_to_do", words.cell(&placement.customer_type, |code| words.code("type_action", code)));
    pairs.finish()
}

fn scores(words: Words<'_>, answer: &Explanation) -> String {
    let header = ["axis", "score", "level", "margin", "nearer", "basis"].map(|code| words.own(code));
    let rows = answer.placement.scores.iter().map(|axis| {
        let level = words.cell(&axis.level, |level| words.code("level", level));
        let level = if axis.level_is_kept { words.filled("level_kept", &[("level", &level)]) } else { level };
        let basis = Figure::of(axis.score.basis.clone(), Missing::NotKnown);
        vec![
            words.code("axis", axis.axis),
            words.cell(&axis.score, |score| format!("{score:.1}")),
            level,
            words.cell(&axis.margin, |margin| format!("{margin:+.3}")),
            words.cell(&axis.share_nearer_border, |share| percent(*share)),
            words.cell(&basis, |basis| words.code("explain_basis", basis)),
        ]
    });
    columns(header.into(), rows.collect(), &[1, 3, 4])
}

/// What lifts and lowers one score.
fn features(words: Words<'_>, axis: &AxisScore) -> String {
    let title = words.filled("features_of", &[("axis", &words.code("axis", axis.axis))]);
    if let Some(reason) = axis.features_missing {
        return format!("{title}\n {}", words.missing(reason));
    }
    let (lifts, lowers) = strongest(&axis.features, TOLD);
    if lifts.is_empty() && lowers.is_empty() {
        return format!("{title}\n {}", words.own("no_telling_feature"));
    }
    let header = ["", "feature", "his_value", "group_median", "adds"];
    let header = header.map(|code| if code.is_empty() { String::new() } else { words.own(code) });
    let row = |way: &str, part: &Contribution| {
        vec![
            words.own(way),
            part.description.to_owned(),
            words.cell(&part.value, |value| words.feature(part.shown_as, *value)),
            words.cell(&part.group_median, |value| words.feature(part.shown_as, *value)),
            format!("{:+.3}", part.contribution),
        ]
    };
    let lifts = lifts.into_iter().map(|part| row("lifts", part));
    let rows = lifts.chain(lowers.into_iter().map(|part| row("lowers", part))).collect();
    let table = columns(header.into(), rows, &[2, 3, 4]);
    format!("{title}\n{table}\n {}{}", sum_of(words, axis), parts(words, axis))
}

/// The parts of an axis in a line of their own; none where the features are the parts.
fn parts(words: Words<'_>, axis: &AxisScore) -> String {
    let shown = |part: &PartScore| {
        let score = words.figure(&part.score, |score| format!("{score:.0}"));
        format!("{} {score}", words.code("part", part.part))
    };
    let parts: Vec<String> = axis.parts.iter().map(shown).collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("\n {}", words.filled("parts", &[("parts", &parts.join(", "))]))
}

/// What all contributions come to, and whether that is the score.
fn sum_of(words: Words<'_>, axis: &AxisScore) -> String {
    let (Some(raw), Some(from_features)) = (axis.raw_score, axis.score_from_features) else {
        return words.missing(Missing::NotKnown);
    };
    let is_the_score = axis.score.value.is_some_and(|score| (score - from_features).abs() <= SAME_SCORE);
    let code = if is_the_score { "sum" } else { "sum_is_not_the_score" };
    let (n, raw, score) =
        (axis.features.len().to_string(), format!("{raw:+.3}"), format!("{from_features:.1}"));
    words.filled(code, &[("n", &n), ("raw", &raw), ("score", &score)])
}

fn standing(words: Words<'_>, answer: &Explanation) -> String {
    let standing = &answer.standing;
    let money = |units: &f64| words.money(*units);
    let tier = |code: &String| words.code("tier", code);
    let mut pairs = Pairs::new(words);
    pairs.add("tier", words.figure(&standing.tier, tier));
    pairs.add("tier_before", words.figure(&standing.tier_before, tier));
    pairs.add("tier_assets", words.figure(&standing.tier_assets, money));
    pairs.add("tier_status", words.figure(&standing.tier_status, |code| words.code("tier_status", code)));
    pairs.add("tier_months", words.figure(&standing.tier_months, ToString::to_string));
    if let Some(below) = &standing.tier_falls_to {
        pairs.add("tier_falls_to", tier(below));
    }
    pairs.add("tier_history", words.figure(&standing.tier_history, |months| tier_history(words, months)));
    pairs.add("clv", words.figure(&standing.lifetime_value, money));
    pairs.add("value_class", words.figure(&standing.value_class, |code| words.code("value_class", code)));
    pairs.add("value_12m", words.figure(&standing.value, money));
    pairs.add("aum", words.figure(&standing.aum, money));
    let named = |number: &i64| {
        standing
            .cluster_name
            .as_ref()
            .map_or_else(|| number.to_string(), |name| format!("{number}, {}", plain(name)))
    };
    pairs.add("cluster", words.figure(&standing.cluster, named));
    for further in &standing.further {
        let value = match &further.value {
            serde_json::Value::Null => words.missing(Missing::NotKnown),
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Bool(holds) => words.yes(*holds),
            value if further.unit == "currency units" => words.money(value.as_f64().unwrap_or_default()),
            value => value.to_string(),
        };
        pairs.add_named(plain(&further.column), format!("{value} ({})", further.description));
    }
    pairs.finish()
}

/// Months that say the same in one, newest last.
fn tier_history(words: Words<'_>, months: &[TierMonth]) -> String {
    let month = |month: &TierMonth| month.month_end.to_string()[..7].to_owned();
    let told = runs(months).into_iter().map(|run| {
        let (tier, status) =
            (words.code("tier", &run.first.tier), words.code("tier_status", &run.first.status));
        let (first, last) = (month(run.first), month(run.last));
        let values = [("first", &*first), ("last", &last), ("tier", &tier), ("status", &status)];
        words.filled(if first == last { "tier_month" } else { "tier_months_alike" }, &values)
    });
    told.collect::<Vec<_>>().join("; ")
}

fn movements(words: Words<'_>, answer: &Explanation) -> String {
    let history = &answer.movements;
    let nights = history.nights.len().to_string();
    let mut text = if history.moves.is_empty() {
        format!(" {}", words.filled("no_movement", &[("nights", &nights)]))
    } else {
        let header = ["night", "what", "was", "is", "because", "points"].map(|code| words.own(code));
        let rows = history.moves.iter().map(|moved| movement(words, moved)).collect();
        let looked_at = words.filled("looked_at", &[("nights", &nights)]);
        format!("{}\n {looked_at}", columns(header.into(), rows, &[]))
    };
    if !history.unreadable.is_empty() {
        let nights: Vec<String> = history.unreadable.iter().map(ToString::to_string).collect();
        text += &format!("\n {}", words.filled("unreadable", &[("nights", &nights.join(", "))]));
    }
    text
}

fn movement(words: Words<'_>, moved: &Moved) -> Vec<String> {
    let section = match &*moved.what {
        "type" | "presence" => "customer_type",
        other => other,
    };
    let side = |code: &Option<String>| match code {
        Some(code) => words.code(section, code),
        None if moved.what == "presence" => words.own("nothing"),
        None => words.missing(Missing::NotKnown),
    };
    let because = Figure::of(moved.because.clone(), Missing::NotKnown);
    vec![
        moved.as_of.to_string(),
        words.code("movement", &moved.what),
        side(&moved.was),
        side(&moved.is),
        words.cell(&because, |because| plain(because)),
        points(words, moved),
    ]
}

/// By how much each score went up or down with a movement.
fn points(words: Words<'_>, moved: &Moved) -> String {
    let told = moved.scores.iter().map(|score| {
        let by = score.is - score.was;
        format!("{} {by:+.1}", words.code("axis", score.axis))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { words.missing(Missing::NotKnown) } else { told.join(", ") }
}

fn churn(words: Words<'_>, answer: &Explanation) -> String {
    let churn = &answer.churn;
    let mut pairs = Pairs::new(words);
    let scope = words.figure(&churn.in_scope, |holds| words.yes(*holds));
    let why_not = churn.scope_reason.as_ref().map(|reason| words.code("scope_reason", reason));
    pairs.add("in_scope", why_not.map_or_else(|| scope.clone(), |reason| format!("{scope}: {reason}")));
    for horizon in &churn.probabilities {
        let days = horizon.horizon_days.to_string();
        let name = words.filled("leaves_within", &[("days", &days)]);
        pairs.add_named(name, words.figure(&horizon.probability, |share| percent(*share)));
    }
    pairs.add("band", words.figure(&churn.band, |band| words.code("band", band)));
    pairs.add("exposure", words.figure(&churn.exposure, |units| words.money(*units)));
    let reasons: Vec<&str> =
        churn.reasons.iter().map(|reason| reason.text.as_deref().unwrap_or(&reason.code)).collect();
    let separator = words.labels.text("reason", "separator");
    let is_scored = churn.probabilities.iter().any(|horizon| horizon.probability.value.is_some());
    let none = if is_scored { "no_reason" } else { "not_scored" };
    pairs.add("reasons", if reasons.is_empty() { words.own(none) } else { reasons.join(separator) });
    pairs.add("churn_model", words.figure(&churn.model_id, Clone::clone));
    if let Some(because) = &churn.no_model_because {
        pairs.add("no_model_because", words.labels.sentence("no_churn_model", because));
    }
    if let Some(keeps) = &churn.keeps {
        pairs.add("keeps", keeps.text.as_deref().unwrap_or(&keeps.code).to_owned());
    }
    for judged in &churn.judged {
        let Some(auc) = &judged.auc else { continue };
        let shown = |auc: Option<f64>| auc.map_or_else(|| "-".to_owned(), |auc| format!("{auc:.3}"));
        let figures = [Some(auc.value), auc.low, auc.high].map(shown);
        let [auc, low, high] = &figures;
        let (date, days) = (judged.test_origin.to_string(), judged.horizon_days.to_string());
        let values = [("auc", &**auc), ("low", low), ("high", high), ("date", &date), ("days", &days)];
        pairs.add("judged", words.filled("judged_on", &values));
    }
    pairs.finish()
}

fn lists(words: Words<'_>, answer: &Explanation) -> String {
    let lists = &answer.lists;
    let mut pairs = Pairs::new(words);
    if lists.listed.is_empty() {
        pairs.add("list", words.own("on_no_list"));
    }
    for listed in &lists.listed {
        on_list(words, listed, &mut pairs);
    }
    if lists.kept_off.is_empty() {
        pairs.add("kept_off", words.own("kept_off_none"));
    }
    for kept_off in &lists.kept_off {
        let told =
            format!("{}: {}", words.code("list", &kept_off.list), words.code("suppression", &kept_off.rule));
        pairs.add("kept_off", told);
    }
    pairs.finish()
}

fn on_list(words: Words<'_>, listed: &Listed, pairs: &mut Pairs<'_>) {
    let money = |units: &f64| words.money(*units);
    let all: Vec<String> = listed.all_lists.iter().map(|list| words.code("list", list)).collect();
    pairs.add("list", words.code("list", &listed.list));
    pairs.add("all_lists", all.join(", "));
    let rank = Figure::of(listed.rank, Missing::NotKnown);
    pairs.add("worked_by", listed.manager_id.clone());
    pairs.add("rank", words.cell(&rank, ToString::to_string));
    let reasons = Figure::of(listed.reasons.clone(), Missing::NotKnown);
    pairs.add("why", words.cell(&reasons, Clone::clone));
    pairs.add("what_to_do", words.code("what_to_do", &listed.list));
    pairs.add("amount", words.cell(&listed.amount, money));
    pairs.add("due_on", words.cell(&listed.due_on, ToString::to_string));
    pairs.add("product", words.cell(&listed.product, |product| words.code("product_kind", product)));
    pairs.add("rule", words.cell(&listed.rule, |rule| words.code("rule", rule)));
    pairs.add("expected_value", words.cell(&listed.expected_value, money));
    if listed.held_out.missing != Some(Missing::NotPublished) {
        pairs.add("held_out", words.cell(&listed.held_out, |holds| words.yes(*holds)));
    }
}

fn offers(words: Words<'_>, offers: &[Offer]) -> String {
    if offers.is_empty() {
        return format!(" {}", words.own("no_offer"));
    }
    let header = ["product", "propensity", "offer_margin", "rule", "owner", "marketing_allowed"];
    let rows = offers.iter().map(|offer| {
        let rule = Figure::of(offer.rule.clone(), Missing::NotKnown);
        let owner = Figure::of(offer.owner.clone(), Missing::NotKnown);
        vec![
            words.code("product_kind", &offer.product),
            words.figure(&offer.propensity, |share| percent(*share)),
            words.cell(&offer.margin, |units| words.money(*units)),
            words.cell(&rule, |rule| words.code("rule", rule)),
            words.cell(&owner, |owner| words.code("owner", owner)),
            words.cell(&offer.marketing_allowed, |holds| words.yes(*holds)),
        ]
    });
    columns(header.map(|code| words.own(code)).into(), rows.collect(), &[1, 2])
}
