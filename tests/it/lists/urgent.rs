//! Complaints, large moves, maturities and ends of credit.

use super::{delivered, listed, targets_of};
use crate::bank::night;

#[test]
fn a_large_move_is_dated_by_its_flow_and_starts_at_the_limit() {
    // Tier t3 from 500,000; the limit is 200,000 within 7 days, either way.
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        (
            "customers",
            "A,2020-01-01,M1,gold\nB,2020-01-01,M1,gold\nC,2020-01-01,M1,gold\nD,2020-01-01,M1,gold\nE,2020-01-01,M1,gold",
        ),
        (
            "transactions-2026-10",
            "1,A,2026-10-29,-200000.00,transfer_out\n2,B,2026-10-29,-199999.99,transfer_out\n3,C,2026-10-24,-900000,withdrawal\n\
             4,D,2026-10-25,150000,deposit\n5,D,2026-10-31,60000,deposit\n6,E,2026-10-30,-300000,transfer_out",
        ),
        (
            "holdings-2026-10",
            "2026-09-30,A,securities,600000\n2026-10-31,A,securities,400000\n2026-09-30,B,securities,900000\n2026-09-30,C,securities,2000000\n\
             2026-09-30,D,securities,700000\n2026-09-30,E,securities,499999.99\n2026-10-31,E,securities,100",
        ),
        ("contacts", "A,2026-10-24\nB,2026-10-24\nC,2026-10-24\nD,2026-10-24\nE,2026-10-24"),
    ]);
    insta::assert_snapshot!(text, @"
    M1 D large_move [] 210,000 came in from outside within 7 days
    M1 A large_move [] 200,000 left the bank within 7 days
    ");
}

#[test]
fn with_daily_snapshots_a_fall_in_price_is_told_apart_from_money_that_left() {
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        ("customers", "A,2020-01-01,M1,gold\nB,2020-01-01,M1,gold"),
        ("transactions-2026-10", "1,A,2026-10-31,-50000,transfer_out\n2,B,2026-10-31,1,deposit"),
        (
            "holdings-2026-10",
            "2026-09-30,A,securities,1000000\n2026-10-24,A,securities,1000000\n2026-10-30,A,securities,1000000\n2026-10-31,A,securities,700000\n\
             2026-09-30,B,securities,900000\n2026-10-24,B,securities,900000\n2026-10-30,B,securities,900000\n2026-10-31,B,securities,1100000",
        ),
        ("contacts", "A,2026-10-30\nB,2026-10-30"),
    ]);
    insta::assert_snapshot!(text, @"
    M1 A large_move [] assets fell by 300,000 within 1 day: 50,000 net money out, 250,000 by prices
    M1 B large_move [] assets rose by 200,000 within 1 day: 1 net money in, 199,999 by prices
    ");
}

#[test]
fn what_moved_before_he_was_reached_is_told_no_more() {
    // 300,000 left on the 26th. A was reached two days later, B on that day, C the day before; D took more out after the
    // call; E was called and not reached.
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        (
            "customers",
            "A,2020-01-01,M1,gold\nB,2020-01-01,M1,gold\nC,2020-01-01,M1,gold\nD,2020-01-01,M1,gold\nE,2020-01-01,M1,gold",
        ),
        (
            "transactions-2026-10",
            "1,A,2026-10-26,-300000,transfer_out\n2,B,2026-10-26,-300000,transfer_out\n3,C,2026-10-26,-300000,transfer_out\n\
             4,D,2026-10-26,-300000,transfer_out\n5,D,2026-10-30,-250000,transfer_out\n6,E,2026-10-26,-300000,transfer_out\n\
             7,A,2026-10-31,1,deposit",
        ),
        (
            "holdings-2026-10",
            "2026-09-30,A,securities,900000\n2026-09-30,B,securities,900000\n2026-09-30,C,securities,900000\n\
             2026-09-30,D,securities,900000\n2026-09-30,E,securities,900000",
        ),
        (
            "contacts",
            "A,2026-10-28\nB,2026-10-26\nC,2026-10-25\nD,2026-10-28\nE,2026-10-20\nE,2026-10-28,,,,,,not_reached",
        ),
    ]);
    insta::assert_snapshot!(text, @"
    M1 B large_move [] 300,000 left the bank within 6 days
    M1 C large_move [] 300,000 left the bank within 7 days
    M1 E large_move [] 300,000 left the bank within 7 days
    M1 D large_move [] 250,000 left the bank within 4 days
    ");
}

#[test]
fn who_was_reached_is_told_again_when_the_day_comes_closer_or_has_passed() {
    // Told from 30, 7 and 2 days ahead, and when it has passed; credit from 60 and 30.
    let holdings = [
        ("A", "time_deposit", "2026-11-20", "2026-10-25"),
        ("B", "time_deposit", "2026-11-20", "2026-10-20"),
        ("C", "time_deposit", "2026-11-07", "2026-10-30"),
        ("D", "time_deposit", "2026-11-07", "2026-10-31"),
        ("E", "time_deposit", "2026-11-02", "2026-10-30"),
        ("F", "time_deposit", "2026-10-30", "2026-10-30"),
        ("G", "time_deposit", "2026-10-30", "2026-10-31"),
        ("H", "loan_business", "2026-12-01", "2026-10-10"),
        ("I", "loan_business", "2026-11-30", "2026-10-30"),
    ];
    let lines = |line: fn(&(&str, &str, &str, &str)) -> String| holdings.iter().map(line).collect::<String>();
    let customers = lines(|(id, ..)| format!("{id},2020-01-01,M1\n"));
    // What has matured is in the snapshot before alone.
    let held = lines(|(id, kind, ends, _)| {
        let row = |on: &str| format!("{on},{id},{kind},1000,2025-11-30,{ends}\n");
        row("2026-09-30") + &if *ends > "2026-10-31" { row("2026-10-31") } else { String::new() }
    });
    let contacts = lines(|(id, .., reached)| format!("{id},{reached}\n"));
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        ("customers", &customers),
        ("transactions-2026-10", "1,A,2026-10-31,1,deposit"),
        ("holdings-2026-10", &held),
        ("contacts", &contacts),
    ]);
    let shown: String =
        text.lines().filter(|line| line.starts_with("M1")).map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!(shown, @"
    M1 B maturity [] Time deposit: 1,000 matures on 2026-11-20 (in 20 days); would be the first renewal in a year
    M1 C maturity [] Time deposit: 1,000 matures on 2026-11-07 (in 7 days); would be the first renewal in a year
    M1 E maturity [] Time deposit: 1,000 matures on 2026-11-02 (in 2 days); would be the first renewal in a year
    M1 F maturity [] Time deposit: 1,000 matured on 2026-10-30, not renewed; would be the first renewal in a year
    M1 I credit_expiry [] Business loan: 1,000 ends on 2026-11-30, only 30 days left
    ");
}

#[test]
fn money_that_matures_is_listed_until_it_is_renewed() {
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        (
            "customers",
            "A,2020-01-01,M1\nB,2020-01-01,M1\nC,2020-01-01,M1\nD,2020-01-01,M1\nE,2020-01-01,M1\nF,2020-01-01,M1,,false\nG,2020-01-01,M1",
        ),
        ("transactions-2026-10", "1,A,2026-10-31,1,deposit\n2,G,2026-10-29,-5000,purchase,,time_deposit"),
        (
            "holdings-2026-10",
            "2026-09-30,A,time_deposit,1000,2025-11-30,2026-11-30\n2026-10-31,A,time_deposit,1000,2025-11-30,2026-11-30\n\
             2026-09-30,B,wealth,2000,2025-12-01,2026-12-01\n2026-10-31,B,wealth,2000,2025-12-01,2026-12-01\n\
             2026-10-31,C,wealth,3000,2026-04-30,2026-10-31\n\
             2026-09-30,D,time_deposit,4000,2025-10-24,2026-10-24\n\
             2026-09-30,E,time_deposit,4500,2025-10-23,2026-10-23\n\
             2026-10-31,F,wealth,6000,2026-04-30,2026-11-02\n\
             2026-09-30,G,time_deposit,5000,2025-10-28,2026-10-28\n2026-10-31,G,time_deposit,5000,2026-10-29,2027-10-29",
        ),
        (
            "contacts",
            "A,2026-10-18\nB,2026-10-18\nC,2026-10-18\nD,2026-10-18\nE,2026-10-18\nF,2026-10-18\nG,2026-10-18",
        ),
    ]);
    insta::assert_snapshot!(text, @"
    M1 D maturity [] Time deposit: 4,000 matured on 2026-10-24, not renewed; would be the first renewal in a year
    M1 C maturity [] Wealth product: 3,000 matures on 2026-10-31, the day of this list; would be the first renewal in a year
    M1 A maturity [] Time deposit: 1,000 matures on 2026-11-30 (in 30 days); would be the first renewal in a year
    not A cross_sell: cooldown
    not F cross_sell: contact_not_allowed
    not F maturity: contact_not_allowed
    not G cross_sell: cooldown
    ");
}

#[test]
fn where_the_begin_of_a_term_is_not_delivered_nobody_is_told_not_to_have_renewed() {
    let given = [
        ("managers", "M1,Ann,B1,20"),
        ("customers", "A,2020-01-01,M1\nB,2020-01-01,M1\nC,2020-01-01,M1"),
        ("transactions-2026-10", "1,A,2026-10-31,1,deposit"),
        // A has money with a term, which may be what matured; B's deposit matures tomorrow; C has none any more.
        (
            "holdings-2026-10",
            "2026-09-30,A,time_deposit,1000,,2026-10-26\n2026-10-31,A,time_deposit,1000,,2027-10-26\n\
             2026-10-31,B,time_deposit,2000,,2026-11-01\n2026-09-30,C,time_deposit,3000,,2026-10-26",
        ),
        ("contacts", "A,2026-10-18\nB,2026-10-18\nC,2026-10-18"),
    ];
    let (_home, config) = delivered(&given, |raw| {
        raw.sources.get_mut("holdings").unwrap().columns.remove("started_on");
    });
    let report = night(&config, "2026-10-31");
    let text = targets_of(&report.folder);
    assert!(text.contains("M1 B maturity") && !text.contains("M1 A maturity"), "{text}");
    assert!(
        text.contains("M1 C maturity [] Time deposit: 3,000 matured on 2026-10-26, not renewed"),
        "{text}"
    );
    let told = "list `maturity` does not name all money that matured and was not renewed: it needs `holdings.started_on`";
    let warnings = &report.manifest.warnings;
    assert!(warnings.iter().any(|warning| warning == told), "{warnings:?}");
}

#[test]
fn a_complaint_is_listed_until_it_is_resolved_and_due_the_next_working_day() {
    // 2026-10-30 was a Friday. A: opened then, open. B: older, and so first. C: resolved on the night. D: to be resolved
    // only later. E: no complaint. F: on hold.
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        (
            "customers",
            "A,2020-01-01,M1\nB,2020-01-01,M1\nC,2020-01-01,M1\nD,2020-01-01,M1\nE,2020-01-01,M1\n\
             F,2020-01-01,M1,,,,,,,,,,,,,,,,true",
        ),
        (
            "transactions-2026-10",
            "1,A,2026-10-31,1,deposit\n2,B,2026-10-31,1,deposit\n3,C,2026-10-31,1,deposit\n4,D,2026-10-31,1,deposit\n\
             5,E,2026-10-31,1,deposit\n6,F,2026-10-31,1,deposit",
        ),
        (
            "contacts",
            "A,2026-10-30,true\nB,2026-10-31,true,,,,,,,2026-09-30\nC,2026-10-28,true,2026-10-31\n\
             D,2026-10-29,true,2026-11-01\nE,2026-10-30,false\nF,2026-10-30,true",
        ),
    ]);
    insta::assert_snapshot!(text, @"
    M1 B complaint_followup [] complaint of 2026-09-30 open for 31 days; answer due by 2026-10-01
    M1 D complaint_followup [] complaint of 2026-10-29 open for 2 days; answer due by 2026-10-30
    M1 A complaint_followup [] complaint of 2026-10-30 open for 1 day; answer due by 2026-11-02
    M1 C satisfaction_sample [] complaint resolved on 2026-10-31: ask whether it is settled
    not F complaint_followup: legal_hold
    ");
}

#[test]
fn credit_that_ends_is_listed_from_sixty_days_and_urgent_from_thirty() {
    // A ends in 30 days, B in 31, C in 60, D in 61; E's line is not drawn; F's has neither balance nor limit; G's is over.
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        (
            "customers",
            "A,2020-01-01,M1\nB,2020-01-01,M1\nC,2020-01-01,M1\nD,2020-01-01,M1\nE,2020-01-01,M1\nF,2020-01-01,M1\nG,2020-01-01,M1",
        ),
        ("transactions-2026-10", "1,A,2026-10-31,1,deposit"),
        (
            "holdings-2026-10",
            "2026-10-31,A,loan_business,5000,2025-11-30,2026-11-30\n2026-10-31,B,loan_consumer,4000,2025-12-01,2026-12-01\n\
             2026-10-31,C,credit_line,3000,2025-12-30,2026-12-30,,,,,,9000\n2026-10-31,D,loan_consumer,2000,2025-12-31,2026-12-31\n\
             2026-10-31,E,credit_line,0,2025-11-10,2026-11-10,,,,,,8000\n2026-10-31,F,credit_line,0,2025-11-10,2026-11-10\n\
             2026-10-31,G,loan_consumer,100,2025-10-30,2026-10-30",
        ),
        ("contacts", "A,2026-10-30"),
    ]);
    insta::assert_snapshot!(text, @"
    M1 E credit_expiry [] Credit line: 8,000 ends on 2026-11-10, only 10 days left
    M1 A credit_expiry [] Business loan: 5,000 ends on 2026-11-30, only 30 days left
    M1 B credit_expiry [] Consumer loan: 4,000 ends on 2026-12-01 (in 31 days)
    M1 C credit_expiry [] Credit line: 3,000 ends on 2026-12-30 (in 60 days)
    ");
}
