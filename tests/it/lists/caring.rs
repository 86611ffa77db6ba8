//! Gains and losses, purchases, occasions, thanks, satisfaction, potential, negative value.

use super::{delivered, listed, listed_with, targets_of};
use crate::bank::night;

const FIVE: &str = "A,2020-01-02,M1\nB,2020-01-02,M1\nC,2020-01-02,M1\nD,2020-01-02,M1\nE,2020-01-02,M1";
const ACTIVE: &str = "1,A,2026-10-31,1,deposit\n2,B,2026-10-31,1,deposit\n3,C,2026-10-31,1,deposit\n4,D,2026-10-31,1,deposit\n\
                      5,E,2026-10-31,1,deposit";

#[test]
fn gains_count_from_a_fifth_and_losses_from_a_tenth_of_what_was_paid() {
    // A: up exactly 20%; B: a cent less. C: down exactly 10%; D: exactly 20%, not yet deep; E: deeper, and up elsewhere.
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        ("customers", FIVE),
        ("transactions-2026-10", ACTIVE),
        (
            "holdings-2026-10",
            "2026-10-31,A,fund,1200,,,,,1000\n2026-10-31,B,fund,1199.99,,,,,1000\n2026-10-31,C,securities,900,,,,,1000\n\
             2026-10-31,D,securities,800,,,,,1000\n2026-10-31,E,securities,799.99,,,,,1000\n2026-10-31,E,fund,3000,,,,,2000",
        ),
        ("contacts", "A,2026-09-01\nB,2026-09-01\nC,2026-09-01\nD,2026-09-01\nE,2026-09-01"),
    ]);
    insta::assert_snapshot!(text, @"
    M1 E gain_call [loss_care] Fund: up 50% on 2,000 paid; Securities: down 20% on 1,000 paid, a deep loss
    M1 A gain_call [] Fund: up 20% on 1,000 paid
    M1 D loss_care [] Securities: down 20% on 1,000 paid
    M1 C loss_care [] Securities: down 10% on 1,000 paid
    ");
}

#[test]
fn a_purchase_is_followed_up_in_its_weeks_unless_he_was_reached_since() {
    // A bought 7 days ago, B 6, C 13; D 120 days ago and was reached before that call was due; E was reached after it was.
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        ("customers", FIVE),
        (
            "transactions-2026-10",
            "1,A,2026-10-24,-700,purchase,,fund\n2,B,2026-10-25,-800,purchase,,fund\n3,C,2026-10-18,-900,purchase,,wealth\n\
             4,D,2026-07-03,-500,purchase,,bond_fund\n5,E,2026-07-01,-500,purchase,,bond_fund\n6,A,2026-10-31,1,deposit",
        ),
        ("contacts", "A,2026-10-23\nB,2026-10-23\nC,2026-10-24\nD,2026-10-20\nE,2026-10-30"),
    ]);
    insta::assert_snapshot!(text, @"
    M1 C after_purchase [] bought Wealth product for 900 on 2026-10-18, 13 days ago
    M1 A after_purchase [] bought Fund for 700 on 2026-10-24, 7 days ago
    M1 D after_purchase [] bought Bond fund for 500 on 2026-07-03, 120 days ago
    ");
}

#[test]
fn occasions_are_told_the_day_before_and_on_the_day_to_the_upper_tiers() {
    // A: birthday tonight, of t2. B: tomorrow. C: in two days. D: tonight, under the tier. E: with us for seven years tomorrow.
    let text = listed_with(
        &[
            ("managers", "M1,Ann,B1,20"),
            (
                "customers",
                "A,2020-01-02,M1,,,1980-10-31\nB,2020-01-02,M1,,,1984-11-01\nC,2020-01-02,M1,,,1984-11-02\n\
                 D,2020-01-02,M1,,,1980-10-31\nE,2019-11-01,M1,,,1990-01-01",
            ),
            ("transactions-2026-10", ACTIVE),
            (
                "holdings-2026-10",
                "2026-09-30,A,securities,200000\n2026-09-30,B,securities,200000\n2026-09-30,C,securities,200000\n\
                 2026-09-30,D,securities,199999.99\n2026-09-30,E,securities,200000",
            ),
            ("contacts", "A,2026-10-20\nB,2026-10-20\nC,2026-10-20\nD,2026-10-20\nE,2026-10-20"),
        ],
        |lists| {
            lists.thank_you_top = 0;
            lists.sample_share = 0.0;
        },
    );
    insta::assert_snapshot!(text, @"
    M1 A occasion [] turns 46 on 2026-10-31
    M1 B occasion [] turns 42 on 2026-11-01
    M1 E occasion [] 7 years with us on 2026-11-01
    not A cross_sell: cooldown
    not B cross_sell: cooldown
    not C cross_sell: cooldown
    not D cross_sell: cooldown
    ");
}

#[test]
fn on_a_holiday_every_customer_of_an_upper_tier_is_wished_well() {
    let text = listed_with(
        &[
            ("managers", "M1,Ann,B1,20"),
            ("customers", "A,2020-01-02,M1,,,1990-01-01\nB,2020-01-02,M1"),
            ("transactions-2026-10", ACTIVE.lines().next().unwrap()),
            ("holdings-2026-10", "2026-09-30,A,securities,200000\n2026-09-30,B,securities,100"),
            ("contacts", "A,2026-10-30\nB,2026-10-30"),
        ],
        |lists| {
            lists.thank_you_top = 0;
            lists.sample_share = 0.0;
            lists.holidays = vec!["11-01".into()];
        },
    );
    insta::assert_snapshot!(text, @"
    M1 A occasion [] holiday on 2026-11-01
    ");
}

#[test]
fn the_best_of_a_branch_and_of_a_product_are_thanked() {
    let text = listed_with(
        &[
            ("branches", "B1,North\nB2,South"),
            ("managers", "M1,Ann,B1,20"),
            (
                "customers",
                "A,2020-01-02,M1,,,,B1\nB,2020-01-02,M1,,,,B1\nC,2020-01-02,M1,,,,B1\nD,2020-01-02,M1,,,,B2\nE,2020-01-02,M1,,,,B2",
            ),
            ("transactions-2026-10", ACTIVE),
            (
                "holdings-2026-10",
                "2026-10-31,A,fund,100\n2026-10-31,B,fund,300\n2026-10-31,C,securities,200\n2026-10-31,D,securities,50\n2026-10-31,E,card,900",
            ),
            ("contacts", "A,2026-07-30\nB,2026-07-30\nC,2026-07-30\nD,2026-10-30\nE,2026-07-30"),
        ],
        |lists| {
            lists.thank_you_top = 1;
            lists.sample_share = 0.0;
        },
    );
    insta::assert_snapshot!(text, @"
    M1 B thank_you [] number 1 of the branch by value; number 1 of all who hold Fund
    M1 C thank_you [] number 1 of all who hold Securities
    not D thank_you: cooldown
    ");
}

#[test]
fn satisfaction_is_asked_after_low_answers_complaints_and_refusals_and_by_lot() {
    // A: 6 of 10, which is low. B: 7. C: a complaint was resolved. D: declined 31 days ago. E: answered low, and was reached
    // again.
    let given = [
        ("managers", "M1,Ann,B1,20"),
        ("customers", FIVE),
        ("transactions-2026-10", ACTIVE),
        (
            "contacts",
            "A,2026-10-01,,,,,,,6\nB,2026-10-01,,,,,,,7\nC,2026-09-01,true,2026-10-20\nD,2026-09-30,,,,,,declined\n\
             E,2026-10-10,,,,,,,1\nE,2026-10-20",
        ),
    ];
    let without_cooldown = |sample_share| {
        move |lists: &mut tercet::config::Lists| {
            lists.thank_you_top = 0;
            lists.sample_share = sample_share;
            lists.cooldown_days.clear();
        }
    };
    insta::assert_snapshot!(listed_with(&given, without_cooldown(0.0)), @"
    M1 A satisfaction_sample [] answered 6 of 10 on 2026-10-01
    M1 C satisfaction_sample [] complaint resolved on 2026-10-20: ask whether it is settled
    M1 D satisfaction_sample [] declined on 2026-09-30, and not reached since
    ");
    let by_lot = listed_with(&given, without_cooldown(1.0));
    assert_eq!(by_lot.matches("drawn by lot").count(), 2, "{by_lot}");
}

#[test]
fn who_declined_is_asked_for_some_months_and_until_he_is_reached_again() {
    // Declined A: 31 days ago; B: 30; C: 180; D: 181. E was asked 62 days after he declined, and declined again; F declined
    // twice within 20 days. G was reached since, H only called.
    let customers: String =
        ["A", "B", "C", "D", "E", "F", "G", "H"].map(|id| format!("{id},2020-01-02,M1\n")).concat();
    let active =
        format!("{ACTIVE}\n6,F,2026-10-31,1,deposit\n7,G,2026-10-31,1,deposit\n8,H,2026-10-31,1,deposit");
    let contacts: String = [
        "A,2026-09-30,declined",
        "B,2026-10-01,declined",
        "C,2026-05-04,declined",
        "D,2026-05-03,declined",
        "E,2026-07-01,declined",
        "E,2026-09-01,declined",
        "F,2026-09-10,declined",
        "F,2026-09-30,declined",
        "G,2026-09-10,declined",
        "G,2026-09-30,",
        "H,2026-09-10,declined",
        "H,2026-10-20,not_reached",
    ]
    .map(|line| {
        let (contact, outcome) = line.rsplit_once(',').unwrap();
        format!("{contact},,,,,,{outcome}\n")
    })
    .concat();
    let given = [
        ("managers", "M1,Ann,B1,20"),
        ("customers", customers.as_str()),
        ("transactions-2026-10", active.as_str()),
        ("contacts", contacts.as_str()),
    ];
    let text = listed_with(&given, |lists| {
        lists.thank_you_top = 0;
        lists.sample_share = 0.0;
        lists.cooldown_days.clear();
    });
    insta::assert_snapshot!(text, @"
    M1 A satisfaction_sample [] declined on 2026-09-30, and not reached since
    M1 C satisfaction_sample [] declined on 2026-05-04, and not reached since
    M1 F satisfaction_sample [] declined on 2026-09-30, and not reached since
    M1 H satisfaction_sample [] declined on 2026-09-10, and not reached since
    ");
}

#[test]
fn potential_lies_with_those_who_keep_the_larger_part_elsewhere() {
    // A: exactly 20 wan elsewhere, as much here. B: a cent less elsewhere. C: more here. D: declares nothing.
    let row = |id: &str, elsewhere: &str| format!("{id},2020-01-02,M1,,,,,,,,,,,,{elsewhere}\n");
    let customers = [row("A", "200000"), row("B", "199999.99"), row("C", "200000"), row("D", "")].concat();
    let text = listed(&[
        ("managers", "M1,Ann,B1,20"),
        ("customers", &customers),
        ("transactions-2026-10", ACTIVE.rsplit_once('\n').unwrap().0),
        (
            "holdings-2026-10",
            "2026-09-30,A,securities,200000\n2026-09-30,B,securities,100\n2026-09-30,C,securities,200001\n2026-09-30,D,securities,100",
        ),
        ("contacts", "A,2026-10-01\nB,2026-10-01\nC,2026-10-20\nD,2026-10-01"),
    ]);
    insta::assert_snapshot!(text, @"
    M1 A cultivate [] declares 200,000 elsewhere; we have 50% of his assets
    ");
}

#[test]
fn who_costs_more_than_he_brings_is_reviewed() {
    let (_home, config) = delivered(
        &[
            ("managers", "M1,Ann,B1,20"),
            ("products", "P1,securities,S,0.01,1,true"),
            ("customers", "A,2020-01-02,M1\nB,2020-01-02,M1"),
            (
                "transactions-2026-10",
                "1,A,2026-10-31,1,deposit,,,branch\n2,B,2026-10-31,1,deposit,,,mobile\n3,A,2026-10-30,1,deposit,,,branch",
            ),
            ("holdings-2026-10", "2026-10-31,A,securities,100,,,P1\n2026-10-31,B,securities,90000,,,P1"),
            ("contacts", "A,2026-07-30\nB,2026-10-30"),
        ],
        |raw| {
            raw.lists.thank_you_top = 0;
            raw.lists.sample_share = 0.0;
            raw.value.cost_to_serve.per_transaction.insert("branch".into(), 20.0);
        },
    );
    insta::assert_snapshot!(targets_of(&night(&config, "2026-10-31").folder), @"
    M1 A negative_value_review [] costs 7,299 more a year than he brings
    ");
}
