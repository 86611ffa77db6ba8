//! The published tables.

use super::Type::{Boolean, Date, Float64, Int32, Int64, Money, String};
use super::lists::{ASSIGNMENTS, CROSS_SELL, EFFECTS, MANAGERS, SUPPRESSIONS, TARGETS};
use super::{Field, STATISTICS, TableSchema, Type};
use crate::features::catalogue::features;

pub(super) const fn field(
    name: &'static str,
    kind: Type,
    unit: &'static str,
    description: &'static str,
) -> Field {
    Field { name, kind, unit, description }
}

/// The score of a part of an axis.
const fn part(name: &'static str, description: &'static str) -> Field {
    field(name, Float64, "0 to 100", description)
}

const fn part_basis(name: &'static str) -> Field {
    field(name, String, "", "observed, proxy or missing")
}

/// A score of a customer who moved.
const fn score(name: &'static str, description: &'static str) -> Field {
    field(name, Float64, "0 to 100", description)
}

const SCORE_WAS: &str = "In the night before, by the model in use then; null where he was not in it or his group was not clustered";
const SCORE_IS: &str = "Now; null where he is not in this night or his group is not clustered";

pub(super) const CUSTOMER_ID: Field = field("customer_id", String, "", "Customer, as delivered");
pub(super) const MANAGER_ID: Field =
    field("manager_id", String, "", "Relationship manager, as delivered; null where there is none");
pub(super) const BRANCH_ID: Field =
    field("branch_id", String, "", "Branch, as delivered; null where there is none");

/// Every table, in the order of the data dictionary.
pub const TABLES: [&TableSchema; 13] = [
    &FEATURES,
    &SEGMENTS,
    &CHURN,
    &OUTCOMES,
    &TARGETS,
    &CROSS_SELL,
    &SUPPRESSIONS,
    &ASSIGNMENTS,
    &EFFECTS,
    &MOVEMENTS,
    &STATISTICS,
    &MANAGERS,
    &REJECTS,
];

pub const FEATURES: TableSchema = TableSchema {
    name: "features",
    description: "One row per customer in the night: what is known of him as of the date.",
    key: &["customer_id"],
    fields: || {
        let catalogue = features().map(|f| field(f.name, Float64, f.unit.name(), f.description));
        std::iter::once(CUSTOMER_ID).chain(catalogue).collect()
    },
};

pub const SEGMENTS: TableSchema = TableSchema {
    name: "segments",
    description: "One row per customer in the night: three scores, three levels, one of eight types, tier and cluster.",
    key: &["customer_id"],
    fields: || {
        vec![
            CUSTOMER_ID,
            MANAGER_ID,
            BRANCH_ID,
            field("segment_group", String, "", "individual or institution; each group is clustered apart"),
            field(
                "customer_type",
                String,
                "",
                "One of the eight types, from the three levels; none where the group is too small to cluster",
            ),
            field(
                "value_score",
                Float64,
                "0 to 100",
                "Value, 50 was the average customer of the group when the model was fitted",
            ),
            field("value_level", String, "", "high or low"),
            field(
                "value_margin",
                Float64,
                "-1 to 1",
                "How clear the level is: (d_low - d_high) / (d_low + d_high)",
            ),
            field(
                "value_basis",
                String,
                "",
                "margin, margin_less_costs (less the cost to serve), aum or revenue: what value is computed from",
            ),
            field(
                "loyalty_score",
                Float64,
                "0 to 100",
                "Loyalty, 50 was the average customer of the group when the model was fitted",
            ),
            field("loyalty_level", String, "", "high or low"),
            field("loyalty_margin", Float64, "-1 to 1", "How clear the level is"),
            field(
                "loyalty_basis",
                String,
                "",
                "What the share of wallet is taken from: observed (declared assets elsewhere), proxy (transfers to own accounts elsewhere) or missing",
            ),
            field(
                "behaviour_score",
                Float64,
                "0 to 100",
                "Behaviour, 50 was the average customer of the group when the model was fitted",
            ),
            field("behaviour_level", String, "", "high or low"),
            field("behaviour_margin", Float64, "-1 to 1", "How clear the level is"),
            field("behaviour_basis", String, "", "transactions"),
            part("loyalty_tenure", "Length of the relation"),
            part_basis("loyalty_tenure_basis"),
            part("loyalty_products", "Kinds of products held"),
            part_basis("loyalty_products_basis"),
            part("loyalty_trend", "Whether products and money grow"),
            part_basis("loyalty_trend_basis"),
            part("loyalty_wallet", "Our share of his money"),
            part_basis("loyalty_wallet_basis"),
            part("loyalty_renewal", "Whether money that matures stays"),
            part_basis("loyalty_renewal_basis"),
            part("loyalty_attitude", "What he says of us"),
            part_basis("loyalty_attitude_basis"),
            part("behaviour_recency", "How recently he did something"),
            part_basis("behaviour_recency_basis"),
            part("behaviour_frequency", "How often he does something"),
            part_basis("behaviour_frequency_basis"),
            part("behaviour_regularity", "How evenly his acts are spread"),
            part_basis("behaviour_regularity_basis"),
            part("behaviour_amounts", "Money in and out"),
            part_basis("behaviour_amounts_basis"),
            part("behaviour_channels", "How many doors he uses"),
            part_basis("behaviour_channels_basis"),
            part("behaviour_turnover", "How often his money changes products"),
            part_basis("behaviour_turnover_basis"),
            part("behaviour_direction", "Whether he does more than before"),
            part_basis("behaviour_direction_basis"),
            field("value_12m", Float64, "currency units", "Yearly value by `value_basis`"),
            field("aum", Float64, "currency units", "Assets under management; null without balances"),
            field(
                "tier",
                String,
                "",
                "t0 to t4 in force: by the month's mean assets, up at once and down after three months below and three of watch; null without balances",
            ),
            field(
                "tier_status",
                String,
                "",
                "new, held, promoted, watch or demoted, as of the last complete month",
            ),
            field(
                "tier_months",
                Int32,
                "months",
                "Complete months since the tier came into force, as far as history goes back",
            ),
            field(
                "tier_falls_to",
                String,
                "",
                "On watch: the tier he falls to if no later month is better; else null",
            ),
            field(
                "tier_history",
                String,
                "",
                "Tiers in force after each of the last twelve complete months, oldest first, from his first known month on, separated by commas; null where no month is known",
            ),
            field("tier_status_history", String, "", "How each of them came about, as `tier_status` says it"),
            field(
                "clv",
                Float64,
                "currency units",
                "Lifetime value over `value.lifetime_horizon_months`; null where value is no margin, history is under 14 months, or nobody is in a tier that he may come to",
            ),
            field("value_class", String, "", "top, middle or bottom: the 20/60/20 of customers by value"),
            field(
                "cluster",
                Int32,
                "",
                "Number of the joint cluster over all axes, within the group; carries over from model to model",
            ),
            field(
                "cluster_name",
                String,
                "",
                "What sets the cluster apart most; carries over with the number while it still does",
            ),
            field(
                "is_provisional",
                Boolean,
                "",
                "Tenure under `segment.provisional_days`: placed, but not used to fit",
            ),
        ]
    },
};

pub const CHURN: TableSchema = TableSchema {
    name: "churn",
    description: "One row per customer in the night: the probability that he takes his business away, and why.",
    key: &["customer_id"],
    fields: || {
        vec![
            CUSTOMER_ID,
            field("in_scope", Boolean, "", "Whether a probability is meant for him"),
            field(
                "scope_reason",
                String,
                "",
                "Why not: below_floor, inactive, already_silent; null in scope",
            ),
            field(
                "churn_30",
                Float64,
                "probability",
                "Loss within 30 days after the gap; null where no model could be trained and judged",
            ),
            field("churn_90", Float64, "probability", "The same within 90 days; never under churn_30"),
            field("churn_180", Float64, "probability", "The same within 180 days; never under churn_90"),
            field("band", String, "", "low, raised, high or very_high, from churn_90 by `churn.band_limits`"),
            field(
                "aum_at_risk",
                Money,
                "currency units",
                "The exposure: mean assets of 90 days, or since he was opened (yearly value where there are no balances), not yet times the probability",
            ),
            field("reason_1", String, "", "Theme that raises churn_90 most, of those that are true of him"),
            field("reason_1_text", String, "", "The same in words, in the configured language"),
            field("reason_1_can_be_influenced", Boolean, "", "Whether a manager can do something about it"),
            field("reason_2", String, "", "Second"),
            field("reason_2_text", String, "", "Second, in words"),
            field("reason_2_can_be_influenced", Boolean, "", "Second"),
            field("reason_3", String, "", "Third"),
            field("reason_3_text", String, "", "Third, in words"),
            field("reason_3_can_be_influenced", Boolean, "", "Third"),
            field("reason_down", String, "", "Theme that lowers it most, of those that are true of him"),
            field("reason_down_text", String, "", "The same in words"),
            field("reason_down_can_be_influenced", Boolean, "", "Whether a manager can do something for it"),
            field("model_id", String, "", "Model that scored; null where none could be trained"),
        ]
    },
};

/// Tables that `tercet backtest` writes.
pub const BACKTESTS: [&TableSchema; 3] = [&BACKTEST, &BACKTEST_CALIBRATION, &BACKTEST_CROSS_SELL];

pub const BACKTEST: TableSchema = TableSchema {
    name: "backtest",
    description: "One row per test origin, horizon and figure, of the model and of rules without one.",
    key: &["test_origin", "horizon_days"],
    fields: || {
        vec![
            field("test_origin", Date, "", "Month-end whose customers were scored by what was known on it"),
            field("horizon_days", Int32, "days", "Days after the gap in which a loss counts"),
            field(
                "scored_by",
                String,
                "",
                "model; or a rule without one: recency, assets_trend, warning_signals",
            ),
            field(
                "figure",
                String,
                "",
                "auc, average_precision, lift_top_decile, brier_skill, expected_calibration_error, profit and so on",
            ),
            field("value", Float64, "", "The figure"),
            field("low", Float64, "", "2.5% quantile over customers drawn anew; null where it was not drawn"),
            field("high", Float64, "", "97.5% quantile"),
            field("algorithm", String, "", "Champion: logistic or trees; null of a rule"),
            field("n_customers", Int64, "count", "Customers judged"),
            field("n_left", Int64, "count", "Of them lost within the horizon"),
        ]
    },
};

pub const BACKTEST_CROSS_SELL: TableSchema = TableSchema {
    name: "backtest_cross_sell",
    description: "Of a backtest: how well offers were ordered at past month-ends, beside the rules and popularity alone.",
    key: &["test_origin", "product", "ordered_by", "figure"],
    fields: || {
        vec![
            field("test_origin", Date, "", "Month-end at which the model was made and judged"),
            field("product", String, "", "Product kind; `all`: each customer's best offer over all products"),
            field(
                "ordered_by",
                String,
                "",
                "learned: the model, of those whom clauses name, as offers are made; learned_of_all: named or not; rules: the best rate of the clauses that name him; popularity: the product's rate",
            ),
            field(
                "figure",
                String,
                "",
                "precision and recall among the first `n_places`; average_precision (of `all` the mean over buyers); precision_gained and average_precision_gained by the learned order",
            ),
            field("value", Float64, "", "The figure"),
            field("low", Float64, "", "2.5% of customers drawn anew lie below; null where it is not drawn"),
            field("high", Float64, "", "2.5% of customers drawn anew lie above; null where it is not drawn"),
            field(
                "n_places",
                Int64,
                "customers",
                "100 of a product; of `all` the managers' contacts of a day that are for selling",
            ),
            field(
                "basis",
                String,
                "",
                "trees, logistic, clause or all, as `propensity_basis` of `cross_sell`; null of `all`",
            ),
            field("n_customers", Int64, "customers", "Customers judged: who did not hold the product"),
            field("n_bought", Int64, "purchases", "Of which bought it within 90 days"),
        ]
    },
};

pub const BACKTEST_CALIBRATION: TableSchema = TableSchema {
    name: "backtest_calibration",
    description: "One row per test origin, horizon and bin of customers with neighbouring probabilities.",
    key: &["test_origin", "horizon_days", "bin"],
    fields: || {
        vec![
            field("test_origin", Date, "", "As in backtest"),
            field("horizon_days", Int32, "days", "As in backtest"),
            field("bin", Int32, "", "From 1, the lowest probabilities, to 10"),
            field("n_customers", Int64, "count", "Customers in the bin"),
            field("mean_probability", Float64, "probability", "What was predicted"),
            field("observed_rate", Float64, "probability", "The share that left"),
        ]
    },
};

pub const OUTCOMES: TableSchema = TableSchema {
    name: "outcomes",
    description: "One row per customer whom an earlier night scored: what became of him, also of those who are in no table of this night. That night is the newest whose 90 days are over; without one the table is empty.",
    key: &["customer_id"],
    fields: || {
        let outcome = "stays, closed, run_off, silent, in_gap, not_his_decision; null while it is not known";
        vec![
            CUSTOMER_ID,
            field("scored_on", Date, "", "Date of the night that scored him"),
            field("churn_30", Float64, "probability", "As that night published it"),
            field("outcome_30", String, "", outcome),
            field("churn_90", Float64, "probability", "As that night published it"),
            field("outcome_90", String, "", outcome),
            field("churn_180", Float64, "probability", "As that night published it"),
            field("outcome_180", String, "", outcome),
            field(
                "lost_on",
                Date,
                "",
                "Day of his first loss after that night, as far as known; null without one",
            ),
            field(
                "outflow_share",
                Float64,
                "share",
                "Net outflow over the border of the bank since then, as a part of his mean assets of three months; null without balances",
            ),
            field(
                "is_partial",
                Boolean,
                "",
                "No loss, but `churn.partial_share` moved out or a line of products was lost",
            ),
            field("contract_ended", Boolean, "", "Most of what left had matured and was not renewed"),
            field(
                "to_own_time_deposits",
                Money,
                "currency units",
                "Net since then, into his own time deposits here: no loss",
            ),
            field(
                "to_own_investments",
                Money,
                "currency units",
                "The same into funds and other own products",
            ),
            field(
                "to_own_accounts_elsewhere",
                Money,
                "currency units",
                "Net to his own accounts at other banks",
            ),
            field("spent", Money, "currency units", "Payments less refunds"),
            field(
                "to_others",
                Money,
                "currency units",
                "Withdrawals and transfers to others, less what came in",
            ),
            field(
                "price_effect",
                Money,
                "currency units",
                "Change of his assets by prices; null where two snapshots are missing, or no holding tells and his own transfers do not add up to nothing",
            ),
            field("model_id", String, "", "Model that scored him"),
        ]
    },
};

pub const MOVEMENTS: TableSchema = TableSchema {
    name: "movements",
    description: "Who changed type, tier or cluster since the newest published night before this one, who entered and who left.",
    key: &["customer_id", "what"],
    fields: || {
        vec![
            CUSTOMER_ID,
            field("what", String, "", "type, tier, cluster or presence"),
            field("was", String, "", "Before; null where he was not in the night before"),
            field("is", String, "", "Now; null where he is not in this night"),
            field(
                "because",
                String,
                "",
                "The axes whose level changed, each with its level now; assets for a tier, the nearest cluster, or entered or left",
            ),
            score("value_score_was", SCORE_WAS),
            score("value_score_is", SCORE_IS),
            score("loyalty_score_was", SCORE_WAS),
            score("loyalty_score_is", SCORE_IS),
            score("behaviour_score_was", SCORE_WAS),
            score("behaviour_score_is", SCORE_IS),
        ]
    },
};

pub const REJECTS: TableSchema = TableSchema {
    name: "rejects",
    description: "One row per exported line that broke the contract, as it was, so that it can be mended and delivered again.",
    key: &["source_file", "line", "column"],
    fields: || {
        vec![
            field("source_file", String, "", "File inside the drop folder"),
            field("line", Int64, "", "Line of a text file, row of a Parquet file; the first is 1"),
            field("column", String, "", "Column of the contract"),
            field("reason", String, "", "What is wrong"),
            field("raw", String, "", "The line as delivered"),
        ]
    },
};
