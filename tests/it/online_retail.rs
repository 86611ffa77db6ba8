//! A British online shop: no holdings, a quarter of the lines without a customer, cancellations.

use crate::bank::{example_config, night, real_data};
use crate::published::Table;
use std::collections::BTreeMap;
use tercet::contract::codes::Kind;
use tercet::store::CustomerHistory;

#[test]
fn value_is_revenue_lines_without_a_customer_are_rejected_and_no_type_swallows_the_shop() {
    let Some(data) = real_data("online-retail", "online_retail") else { return };
    let home = tempfile::tempdir().unwrap();
    let report = night(&example_config("online-retail.toml", &data, home.path()), "2011-11-30");
    let table = |name: &str| Table::read(&report.folder.join(format!("{name}.parquet")));

    let rejects = table("rejects");
    assert_eq!(rejects.counts("reason"), BTreeMap::from([("missing".into(), 135_080)]));
    assert_eq!(rejects.counts("column"), BTreeMap::from([("customer_id".into(), 135_080)]));

    let transactions = report.manifest.inputs.iter().find(|input| input.table == "transactions").unwrap();
    assert_eq!(transactions.rows.read, 541_909);
    assert_eq!(transactions.rows.rejected, 135_080);
    // The shop's 9,747,747.93 before rounding; the export is rounded line by line, and we see the customers' side.
    assert!(
        (-974_774_793 - transactions.amounts_minor_units.unwrap().read).abs() < 10_000,
        "{:?}",
        transactions.amounts_minor_units
    );

    assert!(report.manifest.customers["in_night"] <= 4332);
    let segments = table("segments");
    assert_eq!(segments.counts("value_basis"), BTreeMap::from([("revenue".into(), segments.n_rows())]));
    let limit = segments.n_rows() * 6 / 10;
    for (customer_type, n) in segments.counts("customer_type") {
        assert!(n <= limit && customer_type != "none", "{customer_type}: {n} of {}", segments.n_rows());
    }
    for (cluster, n) in segments.integer_counts("cluster") {
        assert!(n <= limit, "cluster {cluster}: {n} of {}", segments.n_rows());
    }

    // On a sample fixed by the ids, so that a rerun reports the same.
    let silhouettes = &report.manifest.silhouettes;
    let clusterings: Vec<&str> = silhouettes.keys().map(String::as_str).collect();
    let expected = ["individual.behaviour", "individual.joint", "individual.loyalty", "individual.value"];
    assert_eq!(clusterings, expected);
    for (clustering, silhouette) in silhouettes {
        let silhouette = silhouette.unwrap();
        eprintln!("online-retail, {clustering}: mean silhouette {silhouette:.3}");
        assert!((-1.0..=1.0).contains(&silhouette), "{clustering}: {silhouette}");
    }

    let judged = report.manifest.churn_evaluations;
    let judged =
        judged.iter().find(|judged| judged.horizon_days == 90).expect("a year is enough to judge on");
    let recency = judged.baselines.iter().find(|rule| rule.name == "recency").unwrap();
    assert!(judged.auc.unwrap().value > recency.auc.unwrap(), "{judged:?}");
}

#[test]
fn cancellations_with_a_customer_count_as_money_back() {
    let Some(data) = real_data("online-retail", "online_retail cancellations") else { return };
    let home = tempfile::tempdir().unwrap();
    let config = example_config("online-retail.toml", &data, home.path());
    let as_of = "2011-11-30".parse().unwrap();
    let bank = crate::bank::taken_in(&config, as_of).bank(as_of).unwrap();
    let refunds = |history: &CustomerHistory<'_>| -> Vec<i64> {
        let rows = history.until(as_of).transactions.iter();
        rows.filter(|row| row.kind == Kind::Refund).map(|row| row.amount.0).collect()
    };
    let back = bank.map(refunds).unwrap().concat();
    assert_eq!(back.len(), 8548);
    assert!(back.iter().all(|minor| *minor >= 0));
}
