//! Who is likely to leave, has begun to, or has left: to the day and to the currency unit.

use super::{delivered, folder, listed, targets_of, without_lots};
use crate::bank::{default_config, invent, night};
use crate::folders::copy;
use std::fmt::Write;
use std::path::Path;
use tercet::config::{Band, Lists};
use tercet::pipeline::approve;

const AS_OF: &str = "2026-10-31";
/// Days of something started, so that nobody has fallen silent.
const ACTIVE_ON: [&str; 5] = ["2025-10-01", "2026-02-01", "2026-06-01", "2026-09-01", "2026-10-31"];

/// What somebody holds at the end of a month, in currency units.
fn held(customer: &str, dates: &[&str], product: &str, units: &str) -> String {
    dates.iter().map(|date| format!("{date},{customer},{product},{units}\n")).collect()
}

/// Small payments of each customer all along.
fn active(customers: &[&str]) -> String {
    let mut rows = String::new();
    for (at, customer) in customers.iter().enumerate() {
        for (n, on) in ACTIVE_ON.iter().enumerate() {
            writeln!(rows, "{at}-{n},{customer},{on},-1,payment").unwrap();
        }
    }
    rows
}

/// Models learned from an invented bank, with the churn model approved.
fn learned(models: &Path) {
    let [data, work] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    invent(1_500, 24, 5, data.path());
    let config = default_config(data.path(), work.path());
    let report = night(&config, AS_OF);
    let churn = report.manifest.models.iter().find(|model| model.what == "churn").unwrap();
    approve(&config, &churn.model_id, None).unwrap();
    copy(&work.path().join("models"), models);
}

/// The retention list under a model that was learned elsewhere; of the reasons, those that are no matter of the model.
fn retained(models: &Path, given: &[(&str, &str)], set: impl FnOnce(&mut Lists)) -> String {
    let (home, config) = delivered(given, |raw| {
        without_lots(&mut raw.lists);
        set(&mut raw.lists);
    });
    folder(&home.path().join("work"));
    copy(models, &home.path().join("work/models"));
    let text = targets_of(&night(&config, AS_OF).folder);
    let mut told = Vec::new();
    for line in text.lines().filter(|line| line.contains(" retention ")) {
        let (who, reasons) = line.split_once("] ").unwrap();
        let probability = reasons.split(" likely").next().unwrap();
        let reasons = reasons.replacen(probability, "so", 1);
        let reasons = reasons.split("; ").filter(|reason| {
            ["so likely", "at risk", "moved out within", "gave up"].iter().any(|words| reason.contains(words))
        });
        told.push(format!("{who}] {}\n", reasons.collect::<Vec<_>>().join("; ")));
    }
    // How likely each is, and so their order, is a matter of the model.
    told.sort();
    told.concat()
}

/// The lowest tier is t2, from 200,000; a warning is a fifth of the assets before, or a product line.
#[test]
fn who_is_worth_keeping_is_kept_where_he_is_likely_to_leave_or_has_begun_to() {
    let home = tempfile::tempdir().unwrap();
    let models = home.path().join("models");
    learned(&models);
    let ids = ["A", "B", "C", "D", "E", "F"];
    let before = ["2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31"];
    let all = [&before[..], &["2026-09-30", "2026-10-31"]].concat();
    let holdings = held("A", &all, "securities", "200000")
        + &held("B", &all, "securities", "199999.99")
        // 30% moved out in September; of E, not quite a fifth.
        + &held("C", &before, "demand_deposit", "300000")
        + &held("C", &all[5..], "demand_deposit", "210000")
        + &held("E", &before, "demand_deposit", "300000")
        + &held("E", &all[5..], "demand_deposit", "241000")
        // The fund was given up.
        + &held("D", &all, "demand_deposit", "300000")
        + &held("D", &before, "fund", "50000")
        // As A; nobody calls the dead.
        + &held("F", &all, "securities", "200000");
    let rows = active(&ids)
        + "c,C,2026-09-10,-90000,transfer_out\ne,E,2026-09-10,-59000,transfer_out\nd,D,2026-09-10,50000,redemption,,fund\n";
    let customers: String = ids
        .iter()
        .map(|id| format!("{id},2020-01-01,M1{}\n", if *id == "F" { ",,,,,,,,,,,,,,,true" } else { "" }))
        .collect();
    let contacts: String = ids.iter().map(|id| format!("{id},2026-10-15\n")).collect();
    let given = [
        ("managers", "M1,Ann,B1,20"),
        ("customers", &*customers),
        ("transactions-2026-10", &rows),
        ("holdings-2026-10", &holdings),
        ("contacts", &contacts),
    ];
    let likely = retained(&models, &given, |lists| {
        (lists.retention_band_min, lists.contact_cost) = (Band::Low, 0.0);
    });
    insta::assert_snapshot!(likely, @"
    M1 A retention [] so likely to leave within 90 days; 200,000 at risk
    M1 C retention [] so likely to leave within 90 days; 268,000 at risk; 30% of assets moved out within 90 days
    M1 D retention [] so likely to leave within 90 days; 332,222 at risk; gave up funds and securities within 90 days
    M1 E retention [] so likely to leave within 90 days; 279,022 at risk
    ");
    // Without anybody likely enough, the warnings are left; and none that costs more than it can save.
    let warned = retained(&models, &given, |lists| {
        (lists.retention_band_min, lists.contact_cost) = (Band::VeryHigh, 0.0);
    });
    insta::assert_snapshot!(warned, @"
    M1 C retention [] so likely to leave within 90 days; 268,000 at risk; 30% of assets moved out within 90 days
    M1 D retention [] so likely to leave within 90 days; 332,222 at risk; gave up funds and securities within 90 days
    ");
    let dear = retained(&models, &given, |lists| {
        (lists.retention_band_min, lists.contact_cost) = (Band::Low, 300_000.0);
    });
    assert_eq!(dear, "");
}

/// All but E kept enough; each lost it on another day, of which 30 to 365 days ago are won back.
#[test]
fn a_loss_is_won_back_from_the_thirtieth_day_on_and_from_the_lowest_tier() {
    let lost_on = [("A", "2026-10-01"), ("B", "2026-10-02"), ("C", "2025-11-02"), ("E", "2026-09-21")];
    let mut holdings = String::new();
    let mut rows = active(&["A", "B", "C", "E"]);
    for (id, on) in lost_on {
        let units = if id == "E" { "199999.99" } else { "200000" };
        let ends = ["2025-07-31", "2025-08-31", "2025-09-30", "2025-10-31"];
        holdings += &held(id, &ends, "demand_deposit", units);
        let since = ["2026-03-31", "2026-08-31", "2026-09-30"];
        holdings += &held(
            id,
            &since.into_iter().filter(|end| *end < on).collect::<Vec<_>>(),
            "demand_deposit",
            units,
        );
        writeln!(rows, "gone-{id},{id},{on},-199000,transfer_out").unwrap();
    }
    holdings += &["A", "B", "C", "E"].map(|id| held(id, &["2026-10-31"], "demand_deposit", "1000")).concat();
    rows += "first,A,2025-06-01,-1,payment\n";
    let customers = ["A", "B", "C", "E"].map(|id| format!("{id},2020-01-01,M1\n")).concat();
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        ("customers", &customers),
        ("transactions-2026-10", &rows),
        ("holdings-2026-10", &holdings),
    ]);
    let shown: String =
        text.lines().filter(|line| line.contains("win_back")).map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!(shown, @"
    M1 A win_back [] lost on 2026-10-01; 200,000 before that
    M1 C win_back [] lost on 2025-11-02; 200,000 before that
    ");
}
