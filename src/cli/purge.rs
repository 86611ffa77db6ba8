//! `tercet purge`: what it took out and what is left, for people and for machines.

use super::arguments::PurgeArguments;
use super::summary::to_json;
use super::{configuration, print};
use crate::error::{Error, Result};
use crate::purge::{CustomerReport, NightsReport, Request, purge_before, purge_customer};
use serde_json::json;

/// Removes nights or a customer, and says what is left.
pub fn run(arguments: &PurgeArguments) -> Result<()> {
    let config = configuration(&arguments.place)?;
    let request = Request { dry_run: arguments.dry_run, patience: arguments.wait.patience() };
    let is_json = arguments.place.json;
    if let Some(before) = arguments.before {
        let report = purge_before(&config, before, &request)?;
        return print(&if is_json { to_json(&json!(report))? + "\n" } else { nights(&report) });
    }
    let id = customer_id(arguments)?;
    let report = purge_customer(&config, &id, &request)?;
    print(&if is_json { to_json(&json!(report))? + "\n" } else { customer(&report) })
}

/// As given, or as standard input says.
fn customer_id(arguments: &PurgeArguments) -> Result<String> {
    let mut id = arguments.customer.clone().unwrap_or_default();
    if id == "-" {
        id.clear();
        let read = std::io::stdin().read_line(&mut id);
        read.map_err(|cause| Error::usage("no id can be read from standard input").caused_by(cause))?;
        id.truncate(id.trim_end_matches(['\r', '\n']).len());
    }
    Ok(id)
}

/// Begins what is said of a purge that wrote nothing.
fn begun(dry_run: bool) -> String {
    if dry_run { "nothing was changed; a purge would come to this:\n".into() } else { String::new() }
}

/// Which nights went.
fn nights(report: &NightsReport) -> String {
    let (published, replaced) = (report.published.len(), report.replaced.len());
    let mut text = begun(report.dry_run);
    text += &format!("{published} published and {replaced} replaced nights removed\n");
    if let Some(kept) = report.kept {
        text += &format!("kept: the newest night, {kept}\n");
    }
    text + &left(&report.left)
}

/// What was found of a customer.
fn customer(report: &CustomerReport) -> String {
    let mut text = begun(report.dry_run);
    text += &format!(
        "{} files of {} nights written anew, {} nights searched\n",
        report.night_files, report.nights, report.nights_searched
    );
    let rows: Vec<String> = report
        .store
        .rows
        .iter()
        .filter(|(_, rows)| **rows > 0)
        .map(|(table, rows)| format!("{table} {rows}"))
        .collect();
    let rows = if rows.is_empty() { "nothing".to_owned() } else { rows.join(", ") };
    text += &format!("rows taken out of the store: {rows}\n");
    text += &format!(
        "rejected lines redacted: {}; files of `results/` written anew: {}\n",
        report.store.rejects, report.results
    );
    if !report.found_anything() {
        text += "nothing was found of this customer: is the id the one that is delivered?\n";
    }
    text += "later deliveries of this customer are dropped and counted as purged\n";
    text + &left(&report.left)
}

fn left(left: &[String]) -> String {
    left.iter().map(|what| format!("left: {what}\n")).collect()
}
