//! Who gets a place, who is kept off, and by which rule.

use super::{delivered, listed, targets_of};
use crate::bank::night;
use crate::published::Table;
use tercet::config::{Config, ContactUnknown, Lists};

#[test]
fn capacity_is_kept_the_rest_is_counted_and_selling_stops_at_an_open_complaint() {
    let text = listed(&[
        ("managers", "M1,Ann,B1,2"),
        ("products", "P1,insurance,Life,0.02,1,true\nP2,wealth,W,0.02,5,true"),
        ("customers", "A,2020-01-01,M1\nB,2020-01-01,M1\nC,2020-01-01,M1\nD,2020-01-01,M1"),
        ("transactions-2026-10", "1,A,2026-10-31,1,deposit"),
        (
            "holdings-2026-10",
            "2026-10-31,A,time_deposit,1000,2026-01-01,2027-06-30\n2026-10-31,B,time_deposit,2000,2026-01-01,2027-06-30\n\
             2026-10-31,C,time_deposit,3000,2026-01-01,2027-06-30\n2026-10-31,D,time_deposit,4000,2026-01-01,2027-06-30",
        ),
        ("contacts", "D,2026-09-01,true"),
    ]);
    insta::assert_snapshot!(text, @"
    M1 D complaint_followup [] complaint of 2026-09-01 open for 60 days; answer due by 2026-09-02
    M1 A cross_sell [] Insurance: has time deposits
    not B cross_sell: capacity
    not C cross_sell: capacity
    not D cross_sell: complaint_open
    ");
}

#[test]
fn where_contacts_are_not_delivered_the_cooldown_starts_at_the_listing() {
    let (_home, config) = delivered(
        &[
            ("managers", "M1,Ann,B1,20"),
            ("customers", "A,2020-01-01,M1"),
            (
                "transactions-2026-10",
                "1,A,2026-10-01,1,deposit\n2,A,2026-10-02,1,deposit\n3,A,2026-10-14,1,deposit\n4,A,2026-10-15,1,deposit",
            ),
            ("holdings-2026-10", "2026-09-30,A,securities,500000"),
        ],
        |raw| {
            raw.sources.remove("contacts");
            raw.lists.thank_you_top = 0;
            raw.lists.held_out_share = 0.0;
        },
    );
    // Listed on the first night, left in peace for the thirteen after it, listed again on the fourteenth.
    let upgraded =
        somebody_is_on("vip_upgrade", &config, ["2026-10-01", "2026-10-02", "2026-10-14", "2026-10-15"]);
    assert_eq!(upgraded, [true, false, false, true]);
}

/// Whether a list has anybody, night after night.
fn somebody_is_on<const N: usize>(list: &str, config: &Config, dates: [&str; N]) -> [bool; N] {
    dates.map(|date| targets_of(&night(config, date).folder).contains(list))
}

/// Nobody contacts who is held out, so that no contact ever begins his cooldown.
#[test]
fn where_contacts_are_delivered_the_cooldown_of_the_held_out_starts_at_the_listing() {
    let offered = |held_out_share: f64| {
        let (_home, config) = delivered(
            &[
                ("managers", "M1,Ann,B1,20"),
                ("products", "P1,insurance,Life,0.02,1,true"),
                ("customers", "A,2020-01-01,M1"),
                (
                    "transactions-2026-10",
                    "1,A,2026-10-01,1,deposit\n2,A,2026-10-02,1,deposit\n3,A,2026-10-30,1,deposit\n4,A,2026-10-31,1,deposit",
                ),
                ("holdings-2026-10", "2026-09-30,A,time_deposit,1000,2026-01-01,2027-06-30"),
                ("contacts", "A,2026-08-01"),
            ],
            |raw| {
                raw.lists.thank_you_top = 0;
                raw.lists.sample_share = 0.0;
                raw.lists.held_out_share = held_out_share;
                raw.lists.cooldown_days.insert("cross_sell".into(), 30);
            },
        );
        somebody_is_on("cross_sell", &config, ["2026-10-01", "2026-10-02", "2026-10-30", "2026-10-31"])
    };
    assert_eq!(offered(1.0), [true, false, false, true]);
    // Who is shown and not contacted is shown again.
    assert_eq!(offered(0.0), [true, true, true, true]);
}

/// Each keeps a time deposit that matures tomorrow, and much elsewhere. A: both consents are known. B: contact is not;
/// C: marketing is not; D: neither is. E: marketing is refused.
fn with_consents(set: impl FnOnce(&mut Lists)) -> String {
    let customer =
        |(id, contact, marketing)| format!("{id},2020-01-02,M1,,{contact},,,,,,,,5,,900000,,{marketing}\n");
    let customers =
        [("A", "", ""), ("B", "-", ""), ("C", "", "-"), ("D", "-", "-"), ("E", "", "false")].map(customer);
    let holdings = ["A", "B", "C", "D", "E"]
        .map(|id| format!("2026-10-31,{id},time_deposit,30000,2025-11-01,2026-11-01\n"));
    super::listed_with(
        &[
            ("managers", "M1,Ann,B1,20"),
            ("products", "P1,insurance,Life,0.02,1,true"),
            ("customers", &customers.concat()),
            ("transactions-2026-10", "1,A,2026-10-31,1,deposit"),
            ("holdings-2026-10", &holdings.concat()),
        ],
        |lists| {
            (lists.thank_you_top, lists.sample_share, lists.held_out_share) = (0, 0.0, 0.0);
            set(lists);
        },
    )
}

#[test]
fn who_is_not_known_to_consent_is_not_marketed_to_and_called_about_his_deposit() {
    insta::assert_snapshot!(with_consents(|_| {}), @"
    M1 A maturity [cross_sell,cultivate] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year; Insurance: has time deposits; declares 900,000 elsewhere; we have 3% of his assets
    M1 B maturity [] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year
    M1 C maturity [] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year
    M1 D maturity [] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year
    M1 E maturity [] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year
    not B cross_sell: contact_unknown
    not B cultivate: contact_unknown
    not C cross_sell: marketing_unknown
    not C cultivate: marketing_unknown
    not D cross_sell: contact_unknown
    not D cultivate: contact_unknown
    not E cross_sell: marketing_not_allowed
    not E cultivate: marketing_not_allowed
    ");
    let all = with_consents(|lists| {
        lists.contact_unknown = ContactUnknown::All;
        lists.marketing_unknown_allowed = true;
    });
    insta::assert_snapshot!(all, @"
    M1 A maturity [cross_sell,cultivate] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year; Insurance: has time deposits; declares 900,000 elsewhere; we have 3% of his assets
    M1 B maturity [cross_sell,cultivate] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year; Insurance: has time deposits; declares 900,000 elsewhere; we have 3% of his assets
    M1 C maturity [cross_sell,cultivate] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year; Insurance: has time deposits; declares 900,000 elsewhere; we have 3% of his assets
    M1 D maturity [cross_sell,cultivate] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year; Insurance: has time deposits; declares 900,000 elsewhere; we have 3% of his assets
    M1 E maturity [] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year
    not E cross_sell: marketing_not_allowed
    not E cultivate: marketing_not_allowed
    ");
    insta::assert_snapshot!(with_consents(|lists| lists.contact_unknown = ContactUnknown::None), @"
    M1 A maturity [cross_sell,cultivate] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year; Insurance: has time deposits; declares 900,000 elsewhere; we have 3% of his assets
    M1 C maturity [] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year
    M1 E maturity [] Time deposit: 30,000 matures on 2026-11-01 (in 1 day); would be the first renewal in a year
    not B cross_sell: contact_unknown
    not B cultivate: contact_unknown
    not B maturity: contact_unknown
    not C cross_sell: marketing_unknown
    not C cultivate: marketing_unknown
    not D cross_sell: contact_unknown
    not D cultivate: contact_unknown
    not D maturity: contact_unknown
    not E cross_sell: marketing_not_allowed
    not E cultivate: marketing_not_allowed
    ");
}

#[test]
fn a_customer_of_yesterday_is_not_counted_as_left_alone() {
    // t1: 60 days. A was reached, B was not; C came within them, D before.
    let (_home, config) = delivered(
        &[
            ("managers", "M1,Ann,B1,20"),
            ("customers", "A,2020-01-01,M1\nB,2020-01-01,M1\nC,2026-09-01,M1\nD,2026-08-31,M1"),
            ("transactions-2026-10", "1,A,2026-10-31,1,deposit"),
            (
                "holdings-2026-10",
                "2026-09-30,A,securities,60000\n2026-09-30,B,securities,60000\n2026-09-30,C,securities,60000\n\
                 2026-09-30,D,securities,60000",
            ),
            ("contacts", "A,2026-10-01\nB,2026-08-01"),
        ],
        |_| {},
    );
    let managers = Table::read(&night(&config, "2026-10-31").folder.join("managers.parquet"));
    assert_eq!(managers.floats("coverage"), [Some(1.0 / 3.0)]);
}
