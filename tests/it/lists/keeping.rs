//! Due contacts, tiers at stake, forgotten customers, those without a manager, and those handed over.

use super::{listed, listed_with};
use std::fmt::Write;

#[test]
fn a_contact_is_due_the_day_after_the_cadence_and_the_card_from_nine_tenths() {
    // t1 (from 50,000): 60 days; t2: 30; t3 (from 500,000): 14. X has no manager, Y's manager has left.
    let text = listed(&[
        ("managers", "M1,Ann,B1,20\nM2,Bob,B1,20,2026-10-15"),
        (
            "customers",
            "A,2020-01-01,M1\nB,2020-01-01,M1\nC,2020-01-01,M1\nD,2020-01-01,M1\nE,2020-01-01,M1\nF,2020-01-01,M1,gold\nX,2020-01-01\nY,2020-01-01,M2\nZ,2026-10-01,M1",
        ),
        ("transactions-2026-10", "1,A,2026-10-31,1,deposit"),
        (
            "holdings-2026-10",
            "2026-09-30,A,securities,50000\n2026-09-30,B,securities,50000\n2026-09-30,C,securities,500000\n2026-09-30,D,securities,450000\n\
             2026-09-30,E,securities,449999\n2026-09-30,F,securities,600000\n2026-09-30,X,securities,10\n2026-09-30,Y,securities,20\n2026-09-30,Z,securities,60000",
        ),
        (
            "contacts",
            "A,2026-09-01\nB,2026-08-31\nC,2026-10-17\nD,2026-10-17\nE,2026-10-17\nF,2026-10-17\nX,2026-10-30\nY,2026-10-30",
        ),
    ]);
    insta::assert_snapshot!(text, @"
    M1 B contact_due [] last contact 61 days ago, due every 60 days
    M1 C vip_upgrade [] assets of 500,000 and no gold card
    M1 D vip_upgrade [] 50,000 short of 500,000
    M1 Z unclaimed [] never reached by anybody
    unassigned X unclaimed [] has no manager
    unassigned Y handover [] manager M2 left on 2026-10-15
    ");
}

#[test]
fn who_came_before_contacts_begin_is_due_from_there_and_the_tier_counts_by_its_own_cadence() {
    // t1: 60 days; t3: 14. A was reached 61 days ago; B and C not in the 61 that contacts are known; D is of t1 and new.
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        ("customers", "A,2020-01-01,M1\nB,2020-01-01,M1\nC,2020-01-01,M1,gold\nD,2026-10-15,M1"),
        ("transactions-2026-10", "1,A,2026-10-31,1,deposit"),
        (
            "holdings-2026-10",
            "2026-09-30,A,securities,60000\n2026-09-30,B,securities,60000\n2026-09-30,C,securities,600000\n\
             2026-09-30,D,securities,60000",
        ),
        ("contacts", "A,2026-08-31"),
    ]);
    insta::assert_snapshot!(text, @"
    M1 C contact_due [unclaimed] not reached since the contacts begin on 2026-08-31; due every 14 days; not reached by anybody since the contacts begin on 2026-08-31
    M1 A contact_due [] last contact 61 days ago, due every 60 days
    M1 B contact_due [unclaimed] not reached since the contacts begin on 2026-08-31; due every 60 days; not reached by anybody since the contacts begin on 2026-08-31
    M1 D unclaimed [] never reached by anybody
    ");
}

/// Month-end assets of a customer from April to October.
fn month_ends(customer: &str, assets: [u32; 7]) -> String {
    let dates = ["04-30", "05-31", "06-30", "07-31", "08-31", "09-30", "10-31"];
    let row = |(date, assets): (&str, u32)| format!("2026-{date},{customer},securities,{assets}\n");
    dates.into_iter().zip(assets).map(row).collect()
}

#[test]
fn a_tier_is_at_stake_from_the_fourth_month_below_it() {
    // From 200,000 on t2. A: below since June's mean; B: below since July; C: one month too few; D: met again.
    let holdings = [
        month_ends("A", [250_000, 90_000, 90_000, 90_000, 90_000, 90_000, 90_000]),
        month_ends("B", [250_000, 250_000, 90_000, 90_000, 90_000, 90_000, 90_000]),
        month_ends("C", [250_000, 250_000, 250_000, 250_000, 90_000, 90_000, 90_000]),
        month_ends("D", [250_000, 90_000, 90_000, 90_000, 90_000, 250_000, 250_000]),
    ];
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        ("customers", "A,2020-01-01,M1\nB,2020-01-01,M1\nC,2020-01-01,M1\nD,2020-01-01,M1"),
        (
            "transactions-2026-10",
            "1,A,2026-10-31,1,deposit\n2,B,2026-10-31,1,deposit\n3,C,2026-10-31,1,deposit\n4,D,2026-10-31,1,deposit\n\
             5,A,2026-04-01,1,deposit",
        ),
        ("holdings-2026-10", &holdings.concat()),
        ("contacts", "A,2026-10-15\nB,2026-10-15\nC,2026-10-15\nD,2026-10-15"),
    ]);
    insta::assert_snapshot!(text, @"
    M1 A tier_watch [] assets of 90,000 are under the tier’s 200,000; on watch, falls in 1 month
    M1 B tier_watch [] assets of 90,000 are under the tier’s 200,000; on watch, falls in 2 months
    ");
}

#[test]
fn assets_are_dormant_after_180_days_and_a_contact_forgotten_after_two_cadences() {
    // A: nothing started for 180 days. B: for 179. C: dormant, but under the floor of 1,000. D (t1: 60 days): last reached
    // 121 days ago; E: 120.
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        ("customers", "A,2020-01-01,M1\nB,2020-01-01,M1\nC,2020-01-01,M1\nD,2020-01-01,M1\nE,2020-01-01,M1"),
        (
            "transactions-2026-10",
            "1,A,2026-05-04,1,deposit\n2,B,2026-05-05,1,deposit\n3,C,2026-05-01,1,deposit\n4,D,2026-10-31,1,deposit\n\
             5,E,2026-10-31,1,deposit\n6,A,2026-10-30,5,interest",
        ),
        (
            "holdings-2026-10",
            "2026-09-30,A,securities,1000\n2026-09-30,B,securities,1000\n2026-09-30,C,securities,999.99\n\
             2026-09-30,D,securities,60000\n2026-09-30,E,securities,60000",
        ),
        ("contacts", "A,2026-10-01\nD,2026-07-02\nE,2026-07-03\nD,2026-10-30,,,,,,not_reached"),
    ]);
    insta::assert_snapshot!(text, @"
    M1 D long_silent [] reached before, but not for 121 days: 2 times the cadence of 60
    M1 E contact_due [] last contact 120 days ago, due every 60 days
    M1 A dormant_check [] 1,000 untouched for 180 days
    ");
}

#[test]
fn customers_are_handed_over_from_thirty_days_before_their_manager_leaves() {
    let text = listed(&[
        (
            "managers",
            "M1,Ann,B1,20,2026-10-31\nM2,Bob,B1,20,2026-11-30\nM3,Cy,B1,20,2026-12-01\nM4,Di,B1,20,2020-01-01",
        ),
        ("customers", "A,2020-01-01,M1\nB,2020-01-01,M2\nC,2020-01-01,M3\nD,2020-01-01,M4\nE,2020-01-01"),
        (
            "transactions-2026-10",
            "1,A,2026-10-31,1,deposit\n2,B,2026-10-31,1,deposit\n3,C,2026-10-31,1,deposit\n4,D,2026-10-31,1,deposit\n\
             5,E,2026-10-31,1,deposit",
        ),
        ("holdings-2026-10", "2026-09-30,A,securities,10\n2026-09-30,D,securities,20"),
        ("contacts", "A,2026-10-30\nB,2026-10-30\nC,2026-10-30\nD,2026-10-30\nE,2026-10-30"),
    ]);
    insta::assert_snapshot!(text, @"
    M2 B handover [] manager M2 leaves on 2026-11-30
    unassigned E unclaimed [] has no manager
    unassigned D handover [] manager M4 left on 2020-01-01
    unassigned A handover [] manager M1 left on 2026-10-31
    ");
}

#[test]
fn who_was_lost_within_the_year_and_is_not_back_is_won_back_by_what_he_is_worth() {
    // All kept 300,000, C 100,000. A moved it to his own account elsewhere 40 days ago. B did, and brought it back. C had too
    // little. D moved it 20 days ago. E closed.
    let ids = ["A", "B", "C", "D", "E"];
    let (mut holdings, mut rows) = (String::new(), String::new());
    let month_ends = ["2025-07-31", "2025-08-31", "2025-09-30", "2025-10-31", "2026-03-31", "2026-08-31"];
    for (at, id) in ids.into_iter().enumerate() {
        let assets = if id == "C" { 100_000 } else { 300_000 };
        for date in month_ends {
            writeln!(holdings, "{date},{id},demand_deposit,{assets}").unwrap();
        }
        for (month, date) in
            ["2025-06-01", "2025-10-01", "2026-02-01", "2026-06-01", "2026-09-01"].into_iter().enumerate()
        {
            writeln!(rows, "{at}{month},{id},{date},-1,payment").unwrap();
        }
    }
    rows += "91,A,2026-09-21,-290000,transfer_out,,,,,,true\n92,B,2026-09-01,-290000,transfer_out\n93,B,2026-10-20,290000,transfer_in\n\
             94,C,2026-09-21,-95000,transfer_out\n95,D,2026-10-11,-290000,transfer_out\n96,E,2026-09-01,-290000,transfer_out\n97,B,2026-10-31,1,deposit\n";
    holdings += "2026-10-31,A,demand_deposit,10000\n2026-10-31,B,demand_deposit,300000\n2026-10-31,C,demand_deposit,5000\n\
                 2026-10-31,D,demand_deposit,10000\n";
    let customers: String = ids
        .into_iter()
        .map(|id| format!("{id},2020-01-01,M1,,,,,{}\n", if id == "E" { "2026-09-02,moved" } else { "" }))
        .collect();
    let contacts: String = ids.into_iter().map(|id| format!("{id},2026-09-25\n")).collect();
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        ("customers", &customers),
        ("transactions-2026-10", &rows),
        ("holdings-2026-10", &holdings),
        ("contacts", &contacts),
    ]);
    insta::assert_snapshot!(text, @"
    M1 A contact_due [win_back] last contact 36 days ago, due every 30 days; lost on 2026-09-21; 300,000 before that; most of it went to his own accounts elsewhere
    M1 B contact_due [] last contact 36 days ago, due every 30 days
    M1 D contact_due [] last contact 36 days ago, due every 30 days
    ");
}

#[test]
fn a_tier_without_a_cadence_is_unclaimed_from_the_day_on_which_contacts_begin() {
    // t1 has no cadence here. A was reached; B not, though he was here before contacts begin; C is of t0.
    let given = [
        ("managers", "M1,Ann,B1,20"),
        ("customers", "A,2020-01-01,M1\nB,2020-01-01,M1\nC,2020-01-01,M1"),
        ("transactions-2026-10", "1,A,2026-10-31,1,deposit"),
        (
            "holdings-2026-10",
            "2026-09-30,A,securities,60000\n2026-09-30,B,securities,60000\n2026-09-30,C,securities,600",
        ),
        ("contacts", "A,2026-10-31"),
    ];
    let text = listed_with(&given, |lists| {
        lists.thank_you_top = 0;
        lists.sample_share = 0.0;
        lists.cadence_days[1] = 0;
    });
    let unclaimed: Vec<&str> = text.lines().filter(|line| line.contains("unclaimed")).collect();
    assert_eq!(
        unclaimed,
        ["M1 B unclaimed [] not reached by anybody since the contacts begin on 2026-10-31"],
        "{text}"
    );
}

#[test]
fn a_customer_is_left_in_peace_by_the_days_on_which_he_was_reached_however_often_they_are_told() {
    // Four contacts each within 30 days: A's on two days, B's on four; C's on four, of which one is 31 days ago.
    let given = [
        ("managers", "M1,Ann,B1,20"),
        ("customers", "A,2020-01-01,M1\nB,2020-01-01,M1\nC,2020-01-01,M1"),
        ("transactions-2026-10", "1,A,2026-10-31,1,deposit"),
        (
            "holdings-2026-10",
            "2026-10-31,A,fund,1300,,,,,1000\n2026-10-31,B,fund,1200,,,,,1000\n2026-10-31,C,fund,1400,,,,,1000",
        ),
        (
            "contacts",
            "A,2026-10-05,,,M1,phone\nA,2026-10-05,,,M1,mobile\nA,2026-10-12,,,M1,phone\nA,2026-10-12,,,,branch\n\
             B,2026-10-02\nB,2026-10-09\nB,2026-10-12\nB,2026-10-30\n\
             C,2026-10-01\nC,2026-10-09\nC,2026-10-12\nC,2026-10-30",
        ),
    ];
    let text = listed_with(&given, |lists| {
        lists.thank_you_top = 0;
        lists.sample_share = 0.0;
        lists.cooldown_days.clear();
    });
    let of_gains: Vec<&str> = text.lines().filter(|line| line.contains("gain_call")).collect();
    insta::assert_snapshot!(of_gains.join("\n"), @"
    M1 C gain_call [] Fund: up 40% on 1,000 paid
    M1 A gain_call [] Fund: up 30% on 1,000 paid
    not B gain_call: fatigue
    ");
}
