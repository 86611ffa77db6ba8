//! The names that exports give to the contract's tables, columns and codes, and how near a header is to one.
//!
//! Reads `config/init/names.toml`, which is compiled in. Never: decides; a likeness is said beside the guess.

use super::mask::is_han;
use crate::contract::tables::{Column, Table};
use serde::Deserialize;
use std::collections::BTreeMap;

type Lists = BTreeMap<String, Vec<String>>;

/// All names, as written in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    tables: Lists,
    any: Lists,
    none: Lists,
    pub direction: Direction,
    pub missing: Missing,
    trailer: Lists,
    codes: BTreeMap<String, Lists>,
    branches: Lists,
    managers: Lists,
    products: Lists,
    customers: Lists,
    accounts: Lists,
    transactions: Lists,
    holdings: Lists,
    contacts: Lists,
}

/// The column that tells whether an amount goes out, and its texts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Direction {
    names: Vec<String>,
    pub out: Vec<String>,
    pub into: Vec<String>,
}

/// Texts that mean "no value".
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    pub texts: Vec<String>,
    pub dates: Vec<String>,
}

/// How a header was recognised, the surest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// Ends with a known name, or is a letter away from one.
    Similar,
    /// A name that exports are known to use.
    Known,
    /// The contract's own name.
    Exact,
}

impl Sureness {
    pub fn words(self) -> &'static str {
        match self {
            Sureness::Exact => "exact name",
            Sureness::Known => "known name",
            Sureness::Similar => "similar name, a guess",
        }
    }
}

impl Names {
    /// # Panics
    /// Never in a build that passed its tests: the file is compiled in.
    pub fn read() -> Self {
        toml::from_str(include_str!("../../config/init/names.toml")).expect("the embedded names are TOML")
    }

    fn of_table(&self, table: Table) -> &Lists {
        match table {
            Table::Branches => &self.branches,
            Table::Managers => &self.managers,
            Table::Products => &self.products,
            Table::Customers => &self.customers,
            Table::Accounts => &self.accounts,
            Table::Transactions => &self.transactions,
            Table::Holdings => &self.holdings,
            Table::Contacts | Table::Results => &self.contacts,
        }
    }

    /// How sure it is that `header` is this column, and the likeness (0 to 1) of two guesses alike.
    pub fn column(&self, table: Table, column: &Column, header: &str) -> Option<(Sureness, f64)> {
        if header == column.name {
            return Some((Sureness::Exact, 1.0));
        }
        let lists = [self.of_table(table).get(column.name), self.any.get(column.name)];
        let known = lists.into_iter().flatten().flatten().map(String::as_str).chain([column.name]);
        nearest(header, known)
    }

    /// Whether the header is known to be no column of the contract.
    pub fn is_none(&self, header: &str) -> bool {
        self.none.values().flatten().any(|name| normal(name) == normal(header))
    }

    /// Whether the column tells which way the money goes.
    pub fn is_direction(&self, header: &str) -> bool {
        self.direction.names.iter().any(|name| normal(name) == normal(header))
    }

    /// Whether a row that begins with this text is a total.
    pub fn is_trailer(&self, first: &str) -> bool {
        let first = first.to_uppercase();
        self.trailer.values().flatten().any(|text| first.starts_with(text.as_str()))
    }

    /// The contract code that a text of the column `column` is known to mean.
    pub fn code(&self, column: &str, known: &'static [&'static str], text: &str) -> Option<&'static str> {
        let wanted = normal(text);
        let lists = self.codes.get(column);
        let means = |code: &&str| {
            let mut texts = lists.and_then(|lists| lists.get(*code)).into_iter().flatten();
            normal(code) == wanted || texts.any(|text| normal(text) == wanted)
        };
        known.iter().copied().find(means)
    }

    /// How well a file's name tells that it holds `table`: 0 or 1 as a word of it is known.
    pub fn tells_table(&self, table: Table, file: &str) -> bool {
        let stem = file.split('.').next().unwrap_or_default().to_lowercase();
        let words: Vec<&str> = stem.split(|c: char| !c.is_alphabetic()).collect();
        let known = self.tables.get(table.name()).into_iter().flatten();
        known.clone().any(|name| {
            words.contains(&name.as_str()) || (name.chars().any(is_han) && stem.contains(name.as_str()))
        })
    }
}

/// The nearest of the known names.
fn nearest<'n>(header: &str, known: impl Iterator<Item = &'n str>) -> Option<(Sureness, f64)> {
    let header = normal(header);
    let near = known.filter_map(|name| {
        let name = normal(name);
        if name == header {
            Some((Sureness::Known, 1.0))
        } else {
            likeness(&header, &name).map(|l| (Sureness::Similar, l))
        }
    });
    near.max_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)))
}

/// Letters and digits in lower case, half width, without what stands in brackets.
fn normal(name: &str) -> String {
    let mut depth = 0usize;
    let mut normal = String::new();
    for character in name.chars().map(half_width) {
        match character {
            '(' | '[' | '【' => depth += 1,
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 && (character.is_alphanumeric() || "+-\\/#".contains(character)) => {
                normal.extend(character.to_lowercase());
            }
            _ => {}
        }
    }
    let bare: String = normal.chars().filter(|c| c.is_alphanumeric()).collect();
    if bare.is_empty() { normal } else { bare }
}

fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        _ => character,
    }
}

/// A known name that is no more than this share of a header says little.
const END_SHARE_MIN: f64 = 0.5;
/// Shorter words are a letter away from too many others.
const LETTERS_MIN: usize = 5;

/// Likeness of two different normal names: the header ends with the known one (in both languages the end says what a
/// thing is: an account name is no account), or they are one slip of the pen apart.
fn likeness(header: &str, known: &str) -> Option<f64> {
    let is_han = known.chars().any(is_han);
    let n_known = known.chars().count();
    if n_known < if is_han { 2 } else { LETTERS_MIN } {
        return None;
    }
    if header.ends_with(known) {
        let share =
            f64::from(u32::try_from(n_known).ok()?) / f64::from(u32::try_from(header.chars().count()).ok()?);
        return (share > END_SHARE_MIN).then_some(share * 0.9);
    }
    (!is_han && strsim::damerau_levenshtein(header, known) == 1).then_some(0.95)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sureness(table: Table, column: &str, header: &str) -> Option<Sureness> {
        let column = table.columns().iter().find(|known| known.name == column).unwrap();
        Names::read().column(table, column, header).map(|(sureness, _)| sureness)
    }

    #[test]
    fn every_list_of_names_belongs_to_a_column_or_code_of_the_contract() {
        let names = Names::read();
        for table in Table::ALL {
            assert!(names.tables.contains_key(table.name()));
            for column in names.of_table(table).keys() {
                assert!(
                    table.columns().iter().any(|known| known.name == column),
                    "{}.{column}",
                    table.name()
                );
            }
        }
        let columns = || Table::ALL.into_iter().flat_map(Table::columns);
        for column in names.any.keys() {
            assert!(columns().any(|known| known.name == column), "{column}");
        }
        for (name, lists) in &names.codes {
            let reading = columns().find(|known| known.name == name).unwrap().reading;
            let crate::contract::tables::Reading::Code(codes) = reading else { panic!("{name}") };
            assert!(lists.keys().all(|code| codes.contains(&code.as_str())), "{name}");
        }
    }

    #[test]
    fn headers_are_recognised_in_both_languages() {
        use Sureness::{Exact, Known, Similar};
        for (table, column, header, wanted) in [
            (Table::Customers, "customer_id", "customer_id", Some(Exact)),
            (Table::Customers, "customer_id", "customerID", Some(Known)),
            (Table::Customers, "customer_id", "客户号", Some(Known)),
            (Table::Customers, "opened_on", "客户开户日期", Some(Similar)),
            (Table::Transactions, "amount", "交易金额（元）", Some(Known)),
            (Table::Transactions, "amount", "ＡＭＴ", Some(Known)),
            (Table::Transactions, "booked_on", "bookingdat", Some(Similar)),
            (Table::Transactions, "account_id", "account_name", None),
            (Table::Customers, "opened_on", "销户日期", None),
        ] {
            assert_eq!(sureness(table, column, header), wanted, "{header}");
        }
    }

    #[test]
    fn texts_of_codes_are_known() {
        let names = Names::read();
        let kinds = crate::contract::codes::Kind::CODES;
        assert_eq!(names.code("kind", kinds, "代发工资"), Some("salary"));
        assert_eq!(names.code("kind", kinds, "Transfer-In"), Some("transfer_in"));
        assert_eq!(names.code("kind", kinds, "01"), None);
    }
}
