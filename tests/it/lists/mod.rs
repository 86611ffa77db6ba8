//! The lists on a handful of customers: who stands where, in which words, and who just does not.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests write small exports and look at what comes out"
)]

mod caring;
mod keeping;
mod leaving;
mod order;
mod places;
mod properties;
mod urgent;

use crate::bank::{default_config, night};
use crate::published::Table;
use std::fmt::Write;
use std::path::Path;
use tercet::config::{Config, Lists, Raw};

/// Makes a folder for exports.
pub fn folder(path: &Path) {
    std::fs::create_dir(path).unwrap();
}

/// Columns of consent, which is given where a row says nothing; `-` leaves the cell empty.
const CONSENTS: [&str; 2] = ["contact_allowed", "marketing_allowed"];

/// Writes exports into `data`; what is not given has a header only.
pub fn deliver(data: &Path, given: &[(&str, &str)]) {
    let headers = [
        ("branches", "branch_id,name,parent_id"),
        ("managers", "manager_id,name,branch_id,daily_capacity,left_on"),
        ("products", "product_id,product_kind,name,margin_rate,risk_level,on_sale"),
        (
            "customers",
            "customer_id,opened_on,manager_id,card_tier,contact_allowed,birth_date,branch_id,closed_on,close_reason,gender,occupation,education,\
             risk_level,customer_kind,other_bank_assets,satisfaction,marketing_allowed,deceased,legal_hold,preferred_channel,name,phone",
        ),
        ("accounts", "account_id,customer_id,role,opened_on,closed_on,product_kind"),
        (
            "transactions-2026-10",
            "transaction_id,customer_id,booked_on,amount,kind,account_id,product_kind,channel,currency,counterparty_bank,own_account_elsewhere",
        ),
        (
            "holdings-2026-10",
            "snapshot_on,customer_id,product_kind,balance,started_on,matures_on,product_id,currency,cost_basis,market_value_change,rate,credit_limit",
        ),
        (
            "contacts",
            "customer_id,contacted_on,complaint,resolved_at,manager_id,channel,list,outcome,satisfaction,opened_at",
        ),
    ];
    for (table, header) in headers {
        let columns: Vec<&str> = header.split(',').map(str::trim).collect();
        let rows = given.iter().find(|(name, _)| *name == table).map_or("", |(_, rows)| rows);
        let whole = rows.lines().map(|line| {
            let mut fields: Vec<&str> = line.trim().split(',').collect();
            fields.resize(columns.len(), "");
            for (field, _) in fields.iter_mut().zip(&columns).filter(|(_, name)| CONSENTS.contains(name)) {
                *field = match *field {
                    "" => "true",
                    "-" => "",
                    given => given,
                };
            }
            if let Some(currency) = columns.iter().position(|column| *column == "currency") {
                fields[currency] = "CNY";
            }
            fields.join(",") + "\n"
        });
        let text = columns.join(",") + "\n" + &whole.collect::<String>();
        std::fs::write(data.join(format!("{table}.csv.gz")), text).unwrap();
    }
}

/// The night of 2026-10-31 over these exports: lists and suppressions as text. Thanks and lots, which name customers of
/// any bank, are off.
fn listed(given: &[(&str, &str)]) -> String {
    listed_with(given, without_lots)
}

fn without_lots(lists: &mut Lists) {
    (lists.thank_you_top, lists.sample_share, lists.held_out_share) = (0, 0.0, 0.0);
}

/// The same under settings of its own.
fn listed_with(given: &[(&str, &str)], set: impl FnOnce(&mut Lists)) -> String {
    let (_home, config) = delivered(given, |raw| set(&mut raw.lists));
    let report = night(&config, "2026-10-31");
    let mut text = targets_of(&report.folder);
    let kept_off = Table::read(&report.folder.join("suppressions.parquet"));
    for ((customer, list), rule) in
        kept_off.texts("customer_id").into_iter().zip(kept_off.texts("list")).zip(kept_off.texts("rule"))
    {
        writeln!(text, "not {} {}: {}", customer.unwrap(), list.unwrap(), rule.unwrap()).unwrap();
    }
    text
}

/// These exports in a folder of their own, and the configuration of a bank that delivers them, changed by `set`.
fn delivered(given: &[(&str, &str)], set: impl FnOnce(&mut Raw)) -> (tempfile::TempDir, Config) {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    std::fs::create_dir(&data).unwrap();
    deliver(&data, given);
    let config = config_with(&data, &home.path().join("work"), |raw| {
        // Handfuls of customers are not assessed, but where a test says so.
        raw.lists.risk_unknown_allowed = true;
        set(raw);
    });
    (home, config)
}

/// The default configuration where every table may come without rows, changed by `set`.
pub fn config_with(data: &Path, workspace: &Path, set: impl FnOnce(&mut Raw)) -> Config {
    let mut raw = Raw::clone(&default_config(data, workspace));
    raw.sources.values_mut().for_each(|source| source.allowed_empty = true);
    set(&mut raw);
    raw.check().unwrap()
}

fn targets_of(folder: &Path) -> String {
    let targets = Table::read(&folder.join("targets.parquet"));
    let columns =
        ["manager_id", "customer_id", "list", "all_lists", "reasons"].map(|name| targets.texts(name));
    let mut text = String::new();
    let [managers, customers, lists, all_lists, reasons] = columns;
    let rows = managers.into_iter().zip(customers).zip(lists.into_iter().zip(all_lists)).zip(reasons);
    for (((manager, customer), (list, all)), reasons) in rows {
        let (list, all) = (list.unwrap(), all.unwrap());
        let others = all.strip_prefix(&*list).unwrap().trim_start_matches(',');
        writeln!(text, "{} {} {list} [{others}] {}", manager.unwrap(), customer.unwrap(), reasons.unwrap())
            .unwrap();
    }
    text
}
