//! A feature that knows the outcome is named.
#![allow(clippy::disallowed_methods, reason = "tests write exports")]

use super::small_bank::{LAST, QUARTER, config_over, date, shared};
use crate::bank::taken_in;
use crate::rewritten::{Row, rewrite};
use std::fs;
use std::path::Path;
use tercet::churn::Evaluation;
use tercet::churn::backtest::backtest;
use tercet::churn::origins::Origin;
use tercet::date::Date;

/// The exports with a complaint, open at the month-end, of exactly those who leave in the 90 days after it, and no other.
fn with_complaints_from_the_future(to: &Path) {
    let shared = shared();
    let leavers = |origin: &Origin| -> Vec<(String, Date)> {
        let customers = origin.features.customers();
        let left = origin.labelled(QUARTER).filter(|(_, left)| *left);
        left.map(|(row, _)| (shared.bank.customer(customers[row]).customer_id.to_string(), origin.date))
            .collect()
    };
    let mut planted: Vec<(String, Date)> =
        shared.followed(date(LAST), QUARTER).iter().flat_map(leavers).collect();
    assert!(planted.len() > 20, "{}", planted.len());
    rewrite(&shared.exports(), to, |table, mut row, write| {
        if table == "contacts" {
            for (customer_id, month_end) in planted.drain(..) {
                let mut complaint: Row<'_> = row.clone();
                *complaint.cell("customer_id") = customer_id;
                *complaint.cell("contacted_on") = month_end.plus_days(-1).to_string();
                "true".clone_into(complaint.cell("complaint"));
                *complaint.cell("opened_at") = month_end.plus_days(-1).to_string();
                *complaint.cell("resolved_at") = month_end.plus_days(10).to_string();
                write(&complaint);
            }
            "false".clone_into(row.cell("complaint"));
            row.cell("opened_at").clear();
            row.cell("resolved_at").clear();
        }
        write(&row);
    });
}

#[test]
fn a_backtest_names_a_feature_that_knows_the_outcome_m16() {
    let names_complaints = |judged: &[Evaluation]| {
        let mut judged = judged.iter().filter(|judged| judged.horizon_days == 90).peekable();
        assert!(judged.peek().is_some(), "nothing is judged at 90 days");
        judged.all(|judged| judged.suspicious.iter().any(|found| found.feature == "complaint_open"))
    };
    assert!(!names_complaints(&shared().model.evaluations));
    let home = tempfile::tempdir().unwrap();
    let exports = home.path().join("data");
    fs::create_dir(&exports).unwrap();
    with_complaints_from_the_future(&exports);
    let config = config_over(&exports, &home.path().join("work"));
    let bank = taken_in(&config, date(LAST)).bank(date(LAST)).unwrap();
    let leaking = backtest(&bank, date(LAST), &config).unwrap();
    assert!(names_complaints(&leaking.evaluations), "{:#?}", leaking.evaluations);
}
