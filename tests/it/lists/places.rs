//! Who gets a place, who is kept off, and by which rule.

use super::{delivered, listed, targets_of, without_lots};
use crate::bank::night;
use crate::published::Table;
use std::fmt::Write;
use tercet::config::{Config, ContactUnknown, Lists};
use tercet::targets::holdout::is_held_out;

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

/// What several terms come to, and the first that ends; no value is expected of an offer that nobody's purchases can be
/// held against. Those who are held out stand last.
#[test]
fn a_row_tells_rank_amount_day_product_and_rule() {
    let customer = drawn(&[("cross_sell-2026Q4", true)]);
    let other = drawn(&[("cross_sell-2026Q4", false)]);
    let (_home, config) = delivered(
        &[
            ("managers", "M1,Ann,B1,20"),
            ("products", "P1,insurance,Life,0.02,1,true\nP2,time_deposit,Term,0.01,1,true"),
            ("customers", &format!("{customer},2020-01-01,M1\n{other},2020-01-01,M1\nZ,2020-01-01,M1")),
            ("transactions-2026-10", "1,Z,2026-10-31,1,deposit"),
            (
                "holdings-2026-10",
                &format!(
                    "2026-10-31,{customer},time_deposit,1000,2026-01-01,2027-06-30,P2\n\
                     2026-10-31,{other},time_deposit,1000,2026-01-01,2027-06-30,P2\n\
                     2026-10-31,Z,time_deposit,3000.5,2026-01-01,2026-11-03,P2\n2026-10-31,Z,wealth,2000,2026-01-01,2026-11-20"
                ),
            ),
        ],
        |raw| (raw.lists.thank_you_top, raw.lists.sample_share, raw.lists.held_out_share) = (0, 0.0, 0.5),
    );
    let targets = Table::read(&night(&config, "2026-10-31").folder.join("targets.parquet"));
    let text = |name: &str| targets.texts(name).into_iter().map(|text| text.unwrap_or_else(|| "-".into()));
    let told = targets.ints("rank").into_iter().zip(text("list")).zip(text("product")).zip(text("rule"));
    let amounts = targets.amounts("amount").into_iter().zip(targets.days("due_on"));
    let values = targets.floats("expected_value").into_iter().zip(targets.flags("held_out"));
    let mut shown = String::new();
    for ((((rank, list), product), rule), ((amount, due), (value, held_out))) in told.zip(amounts.zip(values))
    {
        let due = due.map_or("-".into(), |due| due.to_string());
        writeln!(shown, "{rank} {list} {product} {rule} {amount:?} {due} {value:?} {held_out:?}").unwrap();
    }
    insta::assert_snapshot!(shown, @"
    1 maturity time_deposit - Some(5000.5) 2026-11-03 None Some(false)
    2 cross_sell insurance time_deposit_holder None - None Some(false)
    3 cross_sell insurance time_deposit_holder None - None Some(true)
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

/// Of two quarters. A cooldown of 14 days that begins on the first is over on the third and on the two after it, a
/// horizon of 90 days on the last.
const NIGHTS: [&str; 5] = ["2026-07-23", "2026-07-24", "2026-08-15", "2026-10-06", "2026-10-21"];

/// Somebody who qualifies for a gold card and for insurance, on nights of two quarters.
fn upgraded_and_insured(customer: &str) -> (tempfile::TempDir, Config) {
    let booked: String =
        NIGHTS.iter().enumerate().map(|(n, on)| format!("{n},{customer},{on},1,deposit\n")).collect();
    let ends = ["2026-06-30", "2026-07-31", "2026-09-30"];
    let held = ends.map(|on| format!("{on},{customer},time_deposit,600000,2026-01-01,2028-06-30\n")).concat();
    delivered(
        &[
            ("managers", "M1,Ann,B1,20"),
            ("products", "P1,insurance,Life,0.02,1,true"),
            ("customers", &format!("{customer},2020-01-01,M1")),
            ("transactions-2026-10", &booked),
            ("holdings-2026-10", &held),
        ],
        |raw| {
            (raw.lists.thank_you_top, raw.lists.sample_share, raw.lists.held_out_share) = (0, 0.0, 0.5);
            raw.lists.occasion_tier_min = 4;
        },
    )
}

/// Who stands on which list and whether he is held out, who is kept off by which rule, and what marketing is told.
fn places(config: &Config, as_of: &str) -> String {
    let folder = night(config, as_of).folder;
    let table = |name: &str| Table::read(&folder.join(format!("{name}.parquet")));
    let lines = |head: &str, table: &Table, texts: [&str; 2], flag: Option<&str>| {
        let flags = flag.map_or_else(Vec::new, |name| table.flags(name));
        let cell = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        let rows = table.texts(texts[0]).into_iter().zip(table.texts(texts[1])).enumerate();
        rows.map(|(row, (a, b))| {
            let held_out = if flags.get(row) == Some(&Some(true)) { ", held out" } else { "" };
            format!("{as_of} {head} {} {}{held_out}\n", cell(&a), cell(&b))
        })
        .collect::<String>()
    };
    lines("listed", &table("targets"), ["list", "all_lists"], Some("held_out"))
        + &lines("not", &table("suppressions"), ["list", "rule"], None)
        + &lines("offer", &table("cross_sell"), ["owner", "suppression"], Some("held_out"))
        + &lines("assigned", &table("assignments"), ["campaign", "product"], Some("held_out"))
}

/// A customer whose lots in these campaigns at a share of a half are these.
fn drawn(lots: &[(&str, bool)]) -> String {
    let ids = (0..).map(|n| format!("A{n}"));
    let is_so =
        |id: &String| lots.iter().all(|(campaign, held_out)| is_held_out(campaign, id, 0.5) == *held_out);
    ids.into_iter().find(is_so).unwrap()
}

/// What becomes of a customer whom `vip_upgrade` holds out in these of the two quarters, and `cross_sell` in none.
fn night_by_night(held_out: [bool; 2], nights: &[&str]) -> String {
    let customer = drawn(&[
        ("vip_upgrade-2026Q3", held_out[0]),
        ("vip_upgrade-2026Q4", held_out[1]),
        ("cross_sell-2026Q3", false),
        ("cross_sell-2026Q4", false),
    ]);
    let (_home, config) = upgraded_and_insured(&customer);
    nights.iter().map(|as_of| places(&config, as_of)).collect()
}

#[test]
fn who_is_held_out_stays_so_for_the_horizon_and_nobody_sells_to_him() {
    let text = night_by_night([true, false], &NIGHTS);
    insta::assert_snapshot!(text, @"
    2026-07-23 listed vip_upgrade vip_upgrade,cross_sell, held out
    2026-07-23 offer manager -
    2026-07-23 assigned vip_upgrade-2026Q3 -, held out
    2026-07-24 not cross_sell held_out
    2026-07-24 not vip_upgrade cooldown
    2026-07-24 offer marketing held_out
    2026-07-24 assigned vip_upgrade-2026Q3 -, held out
    2026-08-15 listed vip_upgrade vip_upgrade, held out
    2026-08-15 not cross_sell held_out
    2026-08-15 offer manager held_out
    2026-08-15 assigned vip_upgrade-2026Q3 -, held out
    2026-10-06 listed vip_upgrade vip_upgrade, held out
    2026-10-06 offer manager held_out
    2026-10-06 assigned vip_upgrade-2026Q3 -, held out
    2026-10-21 listed vip_upgrade vip_upgrade
    2026-10-21 offer manager -
    2026-10-21 assigned vip_upgrade-2026Q3 -, held out
    2026-10-21 assigned vip_upgrade-2026Q4 -
    ");
}

/// The lot that he drew first stands in the next quarter, and on a rerun.
#[test]
fn who_is_assigned_enters_no_second_campaign_before_his_horizon_is_over() {
    let text = night_by_night([false, true], &["2026-07-23", "2026-10-06", "2026-10-06"]);
    insta::assert_snapshot!(text, @"
    2026-07-23 listed vip_upgrade vip_upgrade,cross_sell
    2026-07-23 offer manager -
    2026-07-23 assigned vip_upgrade-2026Q3 -
    2026-10-06 listed vip_upgrade vip_upgrade
    2026-10-06 offer manager -
    2026-10-06 assigned vip_upgrade-2026Q3 -
    2026-10-06 listed vip_upgrade vip_upgrade
    2026-10-06 offer manager -
    2026-10-06 assigned vip_upgrade-2026Q3 -
    ");
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
            without_lots(lists);
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
