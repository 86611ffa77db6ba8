//! A Czech bank, 1993 to 1998: accounts with running balances, owners found through `disp`, no holdings.

use crate::bank::{example_config, night, real_data};
use crate::published::Table;
use tercet::explain::{Missing, explain};

/// Hellers over all of trans_test.csv, withdrawals negative, and over its four rows after 1998-11-30.
const SUM_READ: i128 = 1_501_284_620;
const SUM_LATER: i128 = -2_801_900;

/// The owner of account 276, whose 59 rows were gone through with pencil and a short script of their own:
/// opened 1997-12-08, born 1971-10-19; month-end balances are the sums of his rows, since he began at 0.
const HAND_CUSTOMER: &str = "333";
const HAND_FEATURES: [(&str, Option<f64>); 22] = [
    ("tenure_days", Some(357.0)),
    ("age_years", Some(27.0)),
    ("aum", Some(48325.0)),
    ("aum_mean_90d", Some(56755.97444444444)),
    ("aum_mean_365d", Some(57721.73726027398)),
    ("n_transactions_90d", Some(18.0)),
    ("n_started_365d", Some(39.0)),
    ("days_since_last_activity", Some(13.0)),
    ("inflow_90d", Some(80469.0)),
    ("outflow_365d", Some(303777.0)),
    ("fees_365d", Some(116.8)),
    ("payments_90d", Some(15636.0)),
    ("active_days_365d", Some(38.0)),
    ("active_months_12m", Some(12.0)),
    ("gap_mean_days", Some(9.297297297297296)),
    ("gap_variation", Some(0.932274285513057)),
    ("frequency_trend_90d", Some(-0.07410797215372185)),
    ("clumpiness", Some(0.11089083328942295)),
    ("value_12m", Some(56755.97444444444)),
    ("aum_trend_12m", Some(-0.00645292303564564)),
    ("price_effect_90d", None),
    ("renewal_share_365d", None),
];

#[test]
fn the_owners_of_the_accounts_with_transactions_are_segmented_and_every_crown_is_accounted_for() {
    let Some(data) = real_data("berka-slice", "berka") else { return };
    let home = tempfile::tempdir().unwrap();
    let report = night(&example_config("berka.toml", &data, home.path()), "1998-11-30");

    let manifest = &report.manifest;
    assert_eq!(manifest.customers["in_night"], 354);
    assert_eq!(manifest.customers["without_history"], 5369 - 354);
    let transactions = manifest.inputs.iter().find(|input| input.table == "transactions").unwrap();
    assert_eq!(
        (transactions.rows.read, transactions.rows.used, transactions.rows.later),
        (30_200, 30_196, 4)
    );
    assert_eq!(transactions.rows.rejected, 0);
    let amounts = transactions.amounts_minor_units.unwrap();
    assert_eq!((amounts.read, amounts.used, amounts.later), (SUM_READ, SUM_READ - SUM_LATER, SUM_LATER));

    let segments = Table::read(&report.folder.join("segments.parquet"));
    assert_eq!(segments.n_rows(), 354);
    assert_eq!(segments.counts("customer_type").keys().filter(|name| *name == "none").count(), 0);
    assert_eq!(segments.counts("value_basis")["aum"], 354);
    assert!(*segments.counts("customer_type").values().max().unwrap() <= 354 * 6 / 10);

    let churn = Table::read(&report.folder.join("churn.parquet"));
    assert_eq!(churn.n_null("churn_90"), 354);
    let said = manifest.warnings.iter().find(|warning| warning.contains("no churn probabilities")).unwrap();
    assert!(said.contains("the export ends at each account's loan"), "{said}");
}

#[test]
fn the_features_of_a_customer_are_those_worked_out_by_hand() {
    let Some(data) = real_data("berka-slice", "berka by hand") else { return };
    let home = tempfile::tempdir().unwrap();
    let report = night(&example_config("berka.toml", &data, home.path()), "1998-11-30");
    let standing = explain(home.path(), HAND_CUSTOMER, None).unwrap().standing;
    assert_eq!(standing.lifetime_value.missing, Some(Missing::ValueIsNoMargin));
    let features = Table::read(&report.folder.join("features.parquet"));
    let row =
        features.texts("customer_id").iter().position(|id| id.as_deref() == Some(HAND_CUSTOMER)).unwrap();
    for (name, expected) in HAND_FEATURES {
        let found = features.floats(name)[row];
        let is_same = match (found, expected) {
            (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
            (found, expected) => found.is_none() && expected.is_none(),
        };
        assert!(is_same, "{name}: found {found:?}, by hand {expected:?}");
    }
}
