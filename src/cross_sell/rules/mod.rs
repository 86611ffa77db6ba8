//! Product rules as data: clauses in a small checked grammar.
//!
//! Any clause of a product suffices to name a customer; a clause holds where all its conditions hold, and a condition on
//! a missing figure never does. What is wrong with a rule is found when the file is read, not when the night runs.

mod condition;

use super::facts::Facts;
use crate::config::Config;
use crate::contract::Customer;
use crate::contract::codes::ProductKind;
use crate::error::{Error, Result};
use crate::features::FeatureTable;
use crate::io::private::read_file;
use crate::labels::{Labels, Language};
use condition::{Condition, OverTable};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The rules that ship with the program.
pub const DEFAULT_RULES: &str = include_str!("../../../config/rules/products.toml");

/// The section of the labels with the words of a rule.
const SECTION: &str = "rule";

/// Clauses of a file at most: a bit each.
const CLAUSES_MAX: usize = 128;

/// Checked rules, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Raised by whoever changes the file.
    pub version: u32,
    /// Of the file's bytes.
    pub blake3: String,
    clauses: Vec<Clause>,
    /// Words that the file itself brings: rule -> language -> text.
    words: Words,
}

type Words = BTreeMap<String, BTreeMap<Language, String>>;

/// One reason to suggest one product.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    pub product: ProductKind,
    /// What the clause is called; several may share a name and its words.
    pub rule: String,
    conditions: Vec<Condition>,
}

/// Clauses that hold for a customer, by their place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holding(u128);

impl Holding {
    pub fn has(self, clause: usize) -> bool {
        self.0 & (1 << clause) != 0
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRules {
    version: u32,
    clause: Vec<RawClause>,
    #[serde(default)]
    words: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClause {
    product: String,
    rule: String,
    when: Vec<String>,
}

impl Rules {
    /// The rules that the configuration names; without a path those that ship with the program.
    ///
    /// # Errors
    /// Kind `Usage`, with the file, the clause and the condition that cannot be read.
    pub fn of(config: &Config) -> Result<Self> {
        let path = &config.lists.rules;
        if path.as_os_str().is_empty() {
            return Self::read(DEFAULT_RULES);
        }
        let named = |why: &str| Error::usage(format!("`lists.rules`, `{}`: {why}", path.display()));
        let bytes = read_file(path).map_err(|cause| named("it cannot be read").caused_by(cause))?;
        let text = String::from_utf8(bytes).map_err(|_| named("it is not UTF-8"))?;
        Self::read(&text).map_err(|error| {
            let named = named(&error.to_string());
            error.hints().iter().fold(named, |named, hint| named.hint(hint.clone()))
        })
    }

    /// Reads and checks the text of a rule file.
    ///
    /// # Errors
    /// Kind `Usage`, naming the clause and the condition that cannot be read.
    pub fn read(text: &str) -> Result<Self> {
        let raw: RawRules = toml::from_str(text).map_err(|cause| {
            let line = cause.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            Error::usage(format!("product rules, line {line}: {}", cause.message()))
        })?;
        if raw.clause.len() > CLAUSES_MAX {
            return Err(Error::usage(format!("product rules: more than {CLAUSES_MAX} clauses")));
        }
        let clauses = raw.clause.into_iter().zip(1..).map(|(clause, number)| Clause::check(number, clause));
        let blake3 = blake3::hash(text.as_bytes()).to_hex().to_string();
        let rules =
            Self { version: raw.version, blake3, clauses: clauses.collect::<Result<_>>()?, words: raw.words };
        rules.check_words()?;
        Ok(rules)
    }

    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// The products that some clause names, in the order of their kinds.
    pub fn products(&self) -> Vec<ProductKind> {
        let mut products: Vec<ProductKind> = self.clauses.iter().map(|clause| clause.product).collect();
        products.sort_unstable();
        products.dedup();
        products
    }

    /// The labels of a language with the words that the file brings.
    #[must_use]
    pub fn labels(&self, language: Language) -> Labels {
        let own =
            self.words.iter().filter_map(|(rule, words)| Some((rule.clone(), words.get(&language)?.clone())));
        Labels::of(language).with(SECTION, own)
    }

    /// The rules with the columns of `features` at hand.
    pub fn over<'a>(&'a self, features: &'a FeatureTable) -> RulesOver<'a> {
        let over =
            |clause: &'a Clause| clause.conditions.iter().map(|condition| condition.over(features)).collect();
        RulesOver(self.clauses.iter().map(over).collect())
    }

    /// Every rule has words in every language, whatever the night's.
    fn check_words(&self) -> Result<()> {
        for language in Language::ALL {
            let labels = self.labels(language);
            for (clause, number) in self.clauses.iter().zip(1..) {
                if !labels.knows(SECTION, &clause.rule) {
                    let place = place(number, &clause.rule);
                    return Err(Error::usage(format!("{place}: it has no words in `{}`", language.code()))
                        .hint(format!(
                            "add `[words.{}]` with a text for each language to the file",
                            clause.rule
                        )));
                }
            }
        }
        Ok(())
    }
}

/// [`Rules`] over a table of customers.
pub struct RulesOver<'a>(Vec<Vec<OverTable<'a>>>);

impl RulesOver<'_> {
    /// Which clauses hold for the customer of a row. Where nothing was `known` of him, no condition on a text does.
    pub fn holding(&self, row: usize, facts: &Facts, known: Option<&Customer>) -> Holding {
        let holds = |conditions: &Vec<OverTable<'_>>| {
            conditions.iter().all(|condition| condition.holds(row, facts, known))
        };
        let bits = self.0.iter().enumerate().filter(|(_, clause)| holds(clause));
        Holding(bits.fold(0, |bits, (place, _)| bits | 1 << place))
    }
}

fn place(number: usize, rule: &str) -> String {
    format!("product rules, clause {number} (`{}`)", rule.escape_debug())
}

impl Clause {
    fn check(number: usize, raw: RawClause) -> Result<Self> {
        let place = place(number, &raw.rule);
        let product = ProductKind::from_code(&raw.product).ok_or_else(|| {
            let near = crate::config::nearest(&raw.product, ProductKind::CODES.iter().copied());
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            Error::usage(format!("{place}: `{}` is not a product kind{near}", raw.product.escape_debug()))
        })?;
        if raw.when.is_empty() {
            return Err(Error::usage(format!("{place}: `when` is empty, which would name everybody")));
        }
        let conditions = raw.when.iter().map(|text| Condition::read(text, &place));
        Ok(Self { product, rule: raw.rule, conditions: conditions.collect::<Result<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        Rules::read(text).unwrap_err().to_string()
    }

    fn message(when: &str) -> String {
        refusal(&format!(
            "version = 1\n[[clause]]\nproduct = \"fund\"\nrule = \"age_40_60\"\nwhen = [\"{when}\"]\n"
        ))
    }

    #[test]
    fn the_rules_that_ship_are_read() {
        let rules = Rules::read(DEFAULT_RULES).unwrap();
        assert!(rules.clauses().len() > 20);
        let named = rules.products();
        assert!(named.len() >= 8 && named.is_sorted());
    }

    #[test]
    fn what_is_wrong_with_a_condition_is_said_with_its_clause() {
        let place = "product rules, clause 1 (`age_40_60`)";
        for (when, why) in [
            ("age_year >= 4", "`age_year` is not known; did you mean `age_years`?"),
            ("balance_fnud > 0", "`balance_fnud` is not known; did you mean `balance_fund`?"),
            ("age_years 4", "no comparison"),
            ("age_years > old", "`old` is neither a number nor a 'text'"),
            ("age_years > inf", "`inf` is neither a number nor a 'text'"),
            ("gender > 'female'", "texts are compared with `=` and `!=` to a 'text', figures to a number"),
            ("age_years = 'old'", "texts are compared with `=` and `!=` to a 'text', figures to a number"),
        ] {
            assert_eq!(message(when), format!("{place}: `{when}`: {why}"));
        }
    }

    #[test]
    fn what_is_wrong_with_a_clause_is_said() {
        let clause = |product: &str, rule: &str, when: &str| {
            format!("version = 1\n[[clause]]\nproduct = \"{product}\"\nrule = \"{rule}\"\nwhen = [{when}]\n")
        };
        assert_eq!(
            refusal(&clause("funds", "age_40_60", "\"age_years > 4\"")),
            "product rules, clause 1 (`age_40_60`): `funds` is not a product kind; did you mean `fund`?"
        );
        assert_eq!(
            refusal(&clause("fund", "age_40_60", "")),
            "product rules, clause 1 (`age_40_60`): `when` is empty, which would name everybody"
        );
        assert_eq!(
            refusal(&clause("fund", "brave", "\"age_years > 4\"")),
            "product rules, clause 1 (`brave`): it has no words in `en`"
        );
        assert!(refusal("version = 1\nclause = 3\n").starts_with("product rules, line 2: "));
        assert!(refusal("clause = []\n").contains("missing field `version`"));
    }

    #[test]
    fn a_file_brings_the_words_of_its_own_rules() {
        let text = "version = 7\n[[clause]]\nproduct = \"fund\"\nrule = \"brave\"\nwhen = [\"age_years > 4\"]\n\
                    [words.brave]\nen = \"is brave\"\n";
        assert_eq!(refusal(text), "product rules, clause 1 (`brave`): it has no words in `zh-CN`");
        let rules = Rules::read(&format!("{text}zh-CN = \"敢于投资\"\n")).unwrap();
        assert_eq!(rules.version, 7);
        assert_eq!(rules.labels(Language::ZhCn).text("rule", "brave"), "敢于投资");
        assert_eq!(rules.labels(Language::En).text("rule", "brave"), "is brave");
        assert_eq!(rules.labels(Language::En).text("rule", "age_40_60"), "aged 40 to 60");
    }
}
