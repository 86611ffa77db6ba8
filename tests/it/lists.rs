//! The lists on a handful of customers: who stands where, in which words, and who just does not.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests write small exports and look at what comes out"
)]

use crate::bank::{config_allowing_empty, invent, night};
use crate::published::Table;
use std::fmt::Write;
use std::path::Path;

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
            if let Some(currency) = columns.iter().position(|column| *column == "currency") {
                fields[currency] = "CNY";
            }
            fields.join(",") + "\n"
        });
        let text = columns.join(",") + "\n" + &whole.collect::<String>();
        std::fs::write(data.join(format!("{table}.csv.gz")), text).unwrap();
    }
}

/// The night of 2026-10-31 over these exports: lists and suppressions as text.
fn listed(given: &[(&str, &str)]) -> String {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    std::fs::create_dir(&data).unwrap();
    deliver(&data, given);
    let report = night(&config_allowing_empty(&data, &home.path().join("work")), "2026-10-31");
    let targets = Table::read(&report.folder.join("targets.parquet"));
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
    let kept_off = Table::read(&report.folder.join("suppressions.parquet"));
    for ((customer, list), rule) in
        kept_off.texts("customer_id").into_iter().zip(kept_off.texts("list")).zip(kept_off.texts("rule"))
    {
        writeln!(text, "not {} {}: {}", customer.unwrap(), list.unwrap(), rule.unwrap()).unwrap();
    }
    text
}

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
        ("contacts", "A,2026-10-30\nB,2026-10-30\nC,2026-10-30\nD,2026-10-30\nE,2026-10-30"),
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
            "A,2026-10-30\nB,2026-10-30\nC,2026-10-30\nD,2026-10-30\nE,2026-10-30\nF,2026-10-30\nG,2026-10-30",
        ),
    ]);
    insta::assert_snapshot!(text, @"
    M1 D maturity [] Time deposit: 4,000 matured on 2026-10-24, not renewed
    M1 C maturity [] Wealth product: 3,000 matures today
    M1 A maturity [] Time deposit: 1,000 matures on 2026-11-30 (in 30 days)
    not A cross_sell: cooldown
    not F cross_sell: contact_not_allowed
    not F maturity: contact_not_allowed
    not G cross_sell: cooldown
    ");
}

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
    unassigned Y unclaimed [] manager left on 2026-10-15
    unassigned X unclaimed [] has no manager
    ");
}

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
    M1 A cross_sell [] Insurance: has time deposits
    M1 B cross_sell [] Insurance: has time deposits
    not C cross_sell: capacity
    not D cross_sell: complaint_open
    ");
}

#[test]
fn on_an_invented_bank_every_row_keeps_the_rules() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    invent(3000, 24, 5, &data);
    let report = night(&config_allowing_empty(&data, &home.path().join("work")), "2026-10-31");
    let table = |name: &str| Table::read(&report.folder.join(format!("{name}.parquet")));
    let (targets, churn, segments, managers) =
        (table("targets"), table("churn"), table("segments"), table("managers"));

    let mut customers: Vec<_> = targets.texts("customer_id").into_iter().flatten().collect();
    let n_rows = customers.len();
    customers.sort_unstable();
    customers.dedup();
    assert_eq!(customers.len(), n_rows, "one row per customer");

    let listed = targets.counts("manager_id");
    for ((manager, capacity), found) in managers
        .texts("manager_id")
        .into_iter()
        .flatten()
        .zip(managers.ints("capacity"))
        .zip(managers.ints("listed"))
    {
        assert!(found <= capacity, "{manager}: {found} of {capacity}");
        assert_eq!(listed.get(&manager).copied().unwrap_or(0), usize::try_from(found).unwrap());
    }

    let row_of = |table: &Table, id: &str| {
        table.texts("customer_id").iter().position(|found| found.as_deref() == Some(id)).unwrap()
    };
    let retained: Vec<String> = targets
        .texts("list")
        .into_iter()
        .zip(targets.texts("customer_id"))
        .filter(|(list, _)| list.as_deref() == Some("retention"))
        .map(|(_, id)| id.unwrap())
        .collect();
    assert!(!retained.is_empty(), "nobody on the retention list: {:?}", targets.counts("list"));
    for id in retained {
        let band = churn.texts("band")[row_of(&churn, &id)].clone().unwrap();
        let tier = segments.texts("tier")[row_of(&segments, &id)].clone().unwrap();
        assert!(["high", "very_high"].contains(&&*band) && tier.as_str() >= "t2", "{id}: {band} {tier}");
    }
}
