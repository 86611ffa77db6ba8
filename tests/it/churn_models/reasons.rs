//! Reasons are told with the customer's own figures and dates, which his own rows confirm.

use super::small_bank::{LAST, date, shared};
use std::collections::BTreeMap;
use tercet::churn::{self, ChurnTable};
use tercet::contract::Transaction;
use tercet::contract::codes::Kind;
use tercet::date::Date;
use tercet::features::{self, Asked, FeatureTable};
use tercet::labels::{Labels, Language};
use tercet::store::Population;

fn scored(language: Language) -> (FeatureTable, ChurnTable) {
    let shared = shared();
    let population = Population::of(&shared.bank, date(LAST));
    let costs = shared.config.value.cost_to_serve.rates();
    let features = features::build(&shared.bank, &[Asked::whole(&population)], &costs).unwrap().remove(0);
    let labels = Labels::of(language);
    let model = Some((&shared.model, "churn-test"));
    let churn = churn::score(&shared.bank, &features, model, &labels, &shared.config).unwrap();
    (features, churn)
}

/// Every sentence that raises or keeps, by customer and code.
fn told(features: &FeatureTable, churn: &ChurnTable, columns: [&str; 2]) -> Vec<(usize, String, String)> {
    let [codes, texts] = columns.map(|name| churn.frame().column(name).unwrap().str().unwrap().clone());
    let of_row = |row: usize| Some((row, codes.get(row)?.to_owned(), texts.get(row)?.to_owned()));
    (0..features.n_customers()).filter_map(of_row).collect()
}

fn all_told(features: &FeatureTable, churn: &ChurnTable) -> Vec<(usize, String, String)> {
    ["reason_1", "reason_2", "reason_3", "reason_down"]
        .iter()
        .flat_map(|name| told(features, churn, [name, &format!("{name}_text")]))
        .collect()
}

/// The last salary of each customer of the table.
fn last_salaries(features: &FeatureTable) -> Vec<Option<Date>> {
    let is_salary = |row: &&Transaction| row.kind == Kind::Salary && row.booked_on <= date(LAST);
    let last = |rows: &[Transaction]| rows.iter().filter(is_salary).map(|row| row.booked_on).max();
    let of_all = shared().bank.map(|history| last(history.transactions)).unwrap();
    features.customers().iter().map(|index| of_all[*index as usize]).collect()
}

/// Calendar months that have passed in full, counted one by one.
fn months_since(from: Date, to: Date) -> usize {
    let nth = |n: usize| {
        let month_end = Date::end_of_month_index(from.month_index() + i32::try_from(n).unwrap());
        Date::from_ymd(month_end.year(), month_end.month(), from.day()).unwrap_or(month_end)
    };
    (1..).take_while(|n| nth(*n) <= to).count()
}

#[test]
fn dates_and_figures_of_reasons_are_those_of_the_customers_rows() {
    let (features, churn) = scored(Language::En);
    let salaries = last_salaries(&features);
    let opened = |row: usize| shared().bank.customer(features.customers()[row]).opened_on;
    let share = |name: &str, row: usize| format!("{:.0}%", 100.0 * features.column(name)[row].abs());
    let mut n_told: BTreeMap<String, usize> = BTreeMap::new();
    for (row, code, text) in all_told(&features, &churn) {
        assert!(!text.contains(['{', '}']) && !text.contains("NaN"), "{text}");
        let (since_quarter, since_month) = (date("2026-08-03").max(opened(row)), date("2026-10-02"));
        let expected = match code.as_str() {
            "salary_stopped" => {
                let last = salaries[row].unwrap();
                let months = months_since(last, date(LAST));
                let words = if months == 1 { "month" } else { "months" };
                let days = date(LAST) - last;
                if text.starts_with("no salary") {
                    format!("no salary for {months} {words}, the last on {last}")
                } else {
                    let words = if days == 1 { "day" } else { "days" };
                    format!("the last salary came in on {last}, {days} {words} ago")
                }
            }
            "outflow" if text.starts_with("hardly") => {
                format!("hardly any money moved out, net, since {since_quarter}")
            }
            "outflow" if text.ends_with(&since_month.to_string()) => {
                format!("{} of balances moved out, net, since {since_month}", share("outflow_share_30d", row))
            }
            "outflow" => {
                format!(
                    "{} of balances moved out, net, since {since_quarter}",
                    share("outflow_share_90d", row)
                )
            }
            "tenure_short" => {
                let (opened, days) = (opened(row), date(LAST) - opened(row));
                if text.starts_with("a customer only") {
                    format!("a customer only since {opened}, for {days} days")
                } else {
                    let years = f64::from(days) / 365.25;
                    format!("a customer for {:.0} years, since {opened}", years.floor())
                }
            }
            _ => continue,
        };
        assert_eq!(text, expected, "{code}");
        *n_told.entry(code).or_default() += 1;
    }
    assert_eq!(n_told.len(), 3, "{n_told:?}");
}

#[test]
fn every_language_tells_the_same_reasons_with_the_same_dates() {
    let ((features, english), (_, chinese)) = (scored(Language::En), scored(Language::ZhCn));
    let [english, chinese] = [&english, &chinese].map(|churn| all_told(&features, churn));
    assert!(english.len() > 200, "{}", english.len());
    let digits = |text: &str| {
        let mut parts: Vec<String> = text
            .split(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '%' | ',' | '.'))
            .map(|part| part.trim_matches([',', '.', '-']).to_owned())
            .filter(|part| part.chars().any(|c| c.is_ascii_digit()))
            .collect();
        parts.sort_unstable();
        parts
    };
    for ((row, code, en), (other_row, other_code, zh)) in english.iter().zip(&chinese) {
        assert_eq!((row, code), (other_row, other_code));
        assert_eq!(digits(en), digits(zh), "{en} / {zh}");
        assert_ne!(en, zh);
    }
    assert_eq!(english.len(), chinese.len());
}
