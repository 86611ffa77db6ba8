//! Every word that a person reads, in each language: names of codes and sentences with blanks.
//!
//! Reads `config/labels/*.toml`, which are compiled in; touches nothing else. Codes stay codes everywhere
//! but in what a manager or an operator looks at, so a table means the same in every language.

use crate::contract::codes::{Channel, ProductKind};
use std::collections::BTreeMap;

/// The languages that managers work in.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    serde::Deserialize,
    serde::Serialize,
    schemars::JsonSchema,
)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    En,
    #[serde(rename = "zh-CN")]
    ZhCn,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::En, Language::ZhCn];

    /// As the configuration names it.
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::ZhCn => "zh-CN",
        }
    }

    fn source(self) -> &'static str {
        match self {
            Language::En => include_str!("../config/labels/en.toml"),
            Language::ZhCn => include_str!("../config/labels/zh-CN.toml"),
        }
    }
}

/// Lists in the order of their priority; keys of `[list]` and `[what_to_do]`.
pub const LISTS: [&str; 22] = [
    "complaint_followup",
    "large_move",
    "maturity",
    "credit_expiry",
    "retention",
    "long_silent",
    "contact_due",
    "vip_upgrade",
    "tier_watch",
    "cross_sell",
    "win_back",
    "dormant_check",
    "unclaimed",
    "gain_call",
    "loss_care",
    "after_purchase",
    "occasion",
    "thank_you",
    "satisfaction_sample",
    "cultivate",
    "negative_value_review",
    "handover",
];

/// Reasons that lists tell; keys of `[reason]`.
pub const REASONS: [&str; 46] = [
    "separator",
    "large_move_in",
    "large_move_out",
    "large_flow_in",
    "large_flow_out",
    "maturity_due",
    "maturity_today",
    "maturity_missed",
    "credit_due",
    "complaint_open",
    "retention_probability",
    "contact_due",
    "contact_never",
    "contact_none_known",
    "vip_upgrade_reached",
    "vip_upgrade_near",
    "cross_sell",
    "win_back_lost",
    "unclaimed_no_manager",
    "unclaimed_never_contacted",
    "unclaimed_none_known",
    "credit_urgent",
    "maturity_first",
    "retention_partial",
    "retention_line_lost",
    "tier_watch",
    "win_back_elsewhere",
    "dormant_check",
    "long_silent",
    "gain_call",
    "loss_care_light",
    "loss_care_deep",
    "after_purchase",
    "occasion_birthday",
    "occasion_anniversary",
    "occasion_holiday",
    "thank_you_branch",
    "thank_you_product",
    "satisfaction_random",
    "satisfaction_low",
    "satisfaction_follow_up",
    "satisfaction_estranged",
    "cultivate",
    "negative_value_review",
    "handover_left",
    "handover_leaving",
];

/// Customer types as the design lists them; keys of `[customer_type]`, `[type_axes]` and `[type_action]`.
pub const CUSTOMER_TYPES: [&str; 9] = [
    "core",
    "loyal_small",
    "sleeping",
    "well_wisher",
    "captive",
    "passive_small",
    "at_risk",
    "disengaged",
    "none",
];

/// Tiers from the lowest; keys of `[tier]` and `[tier_bounds]`.
pub const TIERS: [&str; 5] = ["t0", "t1", "t2", "t3", "t4"];

/// What can come of a contact; keys of `[outcome]`.
pub const OUTCOMES: [&str; 6] = ["reached", "not_reached", "appointment", "sale", "declined", "complaint"];

/// Rules that keep a customer off a list; keys of `[suppression]`.
pub const SUPPRESSIONS: [&str; 12] = [
    "deceased",
    "legal_hold",
    "contact_not_allowed",
    "contact_unknown",
    "marketing_not_allowed",
    "marketing_unknown",
    "complaint_open",
    "type_not_for_selling",
    "cooldown",
    "fatigue",
    "held_out",
    "capacity",
];

/// Codes that must have a text in every language, by section.
const CODES: [(&str, &[&str]); 14] = [
    ("list", &LISTS),
    ("what_to_do", &LISTS),
    ("family", &["urgent", "keeping", "selling", "caring"]),
    ("customer_type", &CUSTOMER_TYPES),
    ("type_axes", &CUSTOMER_TYPES),
    ("type_action", &CUSTOMER_TYPES),
    ("tier", &TIERS),
    ("tier_bounds", &TIERS),
    ("product_kind", ProductKind::CODES),
    ("channel", Channel::CODES),
    ("outcome", &OUTCOMES),
    ("reason", &REASONS),
    ("suppression", &SUPPRESSIONS),
    ("product_line", &["current", "term_deposits", "managed", "insurance", "market"]),
];

/// The texts of one language: section -> code -> text.
#[derive(Debug, Clone)]
pub struct Labels {
    language: Language,
    sections: BTreeMap<String, BTreeMap<String, String>>,
}

impl Labels {
    /// # Panics
    /// Never in a build that passed its tests: the files are compiled in, and a test reads them all.
    pub fn of(language: Language) -> Self {
        let sections = toml::from_str(language.source()).expect("the embedded labels are sections of texts");
        let labels = Self { language, sections };
        assert_eq!(labels.missing(), None, "{language:?} has a text for every code");
        labels
    }

    /// Section and code of the first text that is not there.
    fn missing(&self) -> Option<(&'static str, &'static str)> {
        let has = |section: &str, code: &str| {
            self.sections.get(section).is_some_and(|texts| texts.contains_key(code))
        };
        let codes = CODES.iter().flat_map(|(section, codes)| codes.iter().map(move |code| (*section, *code)));
        codes.into_iter().find(|(section, code)| !has(section, code))
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// The same with texts of one section laid over.
    #[must_use]
    pub fn with(mut self, section: &str, texts: impl Iterator<Item = (String, String)>) -> Self {
        self.sections.entry(section.to_owned()).or_default().extend(texts);
        self
    }

    /// Whether the section has a text of `code`.
    pub fn knows(&self, section: &str, code: &str) -> bool {
        self.sections.get(section).is_some_and(|texts| texts.contains_key(code))
    }

    /// Codes of a section, ascending.
    #[cfg(test)]
    pub fn codes<'a>(&'a self, section: &str) -> impl Iterator<Item = &'a str> {
        self.sections.get(section).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// The text of `code`, or the code itself where the section has none (a bank's own list or product).
    pub fn text<'a>(&'a self, section: &str, code: &'a str) -> &'a str {
        self.sections.get(section).and_then(|texts| texts.get(code)).map_or(code, String::as_str)
    }

    /// A sentence of the program in this language: by itself, or by the code that it fills the blanks of, which may be with
    /// another such sentence; as it is where the section knows neither.
    pub fn sentence(&self, section: &str, said: &str) -> String {
        if self.knows(section, said) {
            return self.text(section, said).to_owned();
        }
        let mut codes = self.sections.get(section).into_iter().flat_map(BTreeMap::keys);
        let Some((code, values)) = codes.find_map(|code| Some((code, values(code, said)?))) else {
            return said.to_owned();
        };
        let told: Vec<(&str, String)> =
            values.into_iter().map(|(name, value)| (name, self.sentence(section, value))).collect();
        let told: Vec<(&str, &str)> = told.iter().map(|(name, value)| (*name, &**value)).collect();
        self.fill(section, code, &told)
    }

    /// The text of `code` with its blanks filled: `{name}` by the value, `{name|one|many}` by one of two
    /// words as the value is 1 or not. Values are never read as templates; a blank without a value stays.
    pub fn fill(&self, section: &str, code: &str, values: &[(&str, &str)]) -> String {
        let mut filled = String::new();
        for piece in pieces(self.text(section, code)) {
            match piece {
                Piece::Words(words) => filled.push_str(words),
                Piece::Blank(blank) => {
                    let mut parts = blank.split('|');
                    let name = parts.next();
                    let value = values.iter().find(|(key, _)| Some(*key) == name).map(|(_, value)| *value);
                    match (value, parts.next(), parts.next()) {
                        (Some("1"), Some(one), Some(_)) => filled.push_str(one),
                        (Some(_), Some(_), Some(many)) => filled.push_str(many),
                        (Some(value), ..) => filled.push_str(value),
                        (None, ..) => filled.extend(["{", blank, "}"]),
                    }
                }
            }
        }
        filled
    }
}

/// What a sentence has in place of the blanks of `template`; `None` where it is another sentence.
fn values<'t>(template: &'t str, said: &'t str) -> Option<Vec<(&'t str, &'t str)>> {
    let mut values = Vec::new();
    let (mut rest, mut open) = (said, None);
    for piece in pieces(template) {
        match (piece, open.take()) {
            (Piece::Blank(blank), None) => open = Some(blank),
            (Piece::Blank(_), Some(_)) => return None,
            (Piece::Words(words), None) => rest = rest.strip_prefix(words)?,
            (Piece::Words(words), Some(blank)) => {
                let (value, after) = rest.split_once(words)?;
                values.push((blank, value));
                rest = after;
            }
        }
    }
    match open {
        Some(blank) => values.push((blank, rest)),
        None if !rest.is_empty() => return None,
        None => {}
    }
    (!values.is_empty()).then_some(values)
}

/// A part of a whole in words: `62%`.
pub fn percent(share: f64) -> String {
    format!("{:.0}%", 100.0 * share)
}

enum Piece<'a> {
    Words(&'a str),
    /// What stands between braces.
    Blank(&'a str),
}

fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if let Some((blank, after)) = rest.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
            rest = after;
            return Some(Piece::Blank(blank));
        }
        let first = rest.chars().next()?.len_utf8();
        let end = rest[first..].find('{').map_or(rest.len(), |at| at + first);
        let (words, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Words(words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Section and code of every text, with the names of its blanks.
    fn shape(language: Language) -> BTreeMap<(String, String), BTreeSet<String>> {
        let blank_names = |text: &str| {
            let names = pieces(text).filter_map(|piece| match piece {
                Piece::Blank(blank) => Some(blank.split('|').next().unwrap_or_default().to_owned()),
                Piece::Words(_) => None,
            });
            names.collect()
        };
        let labels = Labels::of(language);
        let texts = labels.sections.iter().flat_map(|(section, texts)| {
            texts.iter().map(move |(code, text)| ((section.clone(), code.clone()), blank_names(text)))
        });
        texts.collect()
    }

    #[test]
    fn all_languages_have_the_same_codes_and_blanks() {
        let english = shape(Language::En);
        for language in Language::ALL {
            assert_eq!(shape(language), english, "{language:?}");
        }
    }

    #[test]
    fn every_code_has_a_text_in_every_language() {
        for language in Language::ALL {
            let labels = Labels::of(language);
            assert_eq!(labels.missing(), None, "{language:?}");
            assert!(labels.sections.values().flat_map(BTreeMap::values).all(|text| !text.trim().is_empty()));
        }
    }

    #[test]
    fn blanks_are_filled_once_and_words_follow_the_number() {
        let english = Labels::of(Language::En);
        let due = |days: &str| english.fill("reason", "contact_due", &[("days", days), ("cadence", "7")]);
        assert_eq!(due("1"), "last contact 1 day ago, due every 7 days");
        assert_eq!(due("31"), "last contact 31 days ago, due every 7 days");
        let hostile = english.fill("reason", "cross_sell", &[("product", "{rule}"), ("rule", "}{")]);
        assert_eq!(hostile, "{rule}: }{");
        assert_eq!(
            english.fill("reason", "maturity_today", &[]),
            "{product}: {amount} matures on {date}, the day of this list"
        );
    }

    #[test]
    fn a_sentence_of_the_program_is_told_in_the_language_with_its_values() {
        let chinese = Labels::of(Language::ZhCn);
        let told = |said: &str| chinese.sentence("reject", said);
        assert_eq!(told("unknown code"), "未知代码");
        assert_eq!(told("outside 0 to 10"), "超出 0 至 10 的范围");
        assert_eq!(told("longer than 65536 bytes"), "长度超过 65536 字节");
        assert_eq!(told("not found in {accounts}.csv"), "在 {accounts}.csv 中找不到");
        assert_eq!(told("outside of everything"), "outside of everything");
        assert_eq!(Labels::of(Language::En).sentence("reject", "outside 0 to 10"), "outside 0 to 10");
        let why = |said: &str| chinese.sentence("no_churn_model", said);
        assert_eq!(
            why("it could not be judged: nobody left, or everybody did"),
            "无法检验：客户无一流失或全部流失"
        );
    }

    #[test]
    fn an_unknown_code_is_its_own_text() {
        let chinese = Labels::of(Language::ZhCn);
        assert_eq!(chinese.text("list", "spring_campaign"), "spring_campaign");
        assert_eq!(chinese.text("no_such_section", "{x"), "{x");
        assert_eq!(chinese.fill("list", "{", &[("", "!")]), "{");
        assert_eq!(chinese.text("list", "maturity"), "到期提醒");
    }
}
