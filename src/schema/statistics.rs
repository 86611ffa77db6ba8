//! The columns of `statistics.parquet`.

use super::Type::{Boolean, Date, Float64, Int32, Int64, Money, String};
use super::tables::field;
use super::{Field, TableSchema};

const fn money(name: &'static str, description: &'static str) -> Field {
    field(name, Money, "currency units", description)
}

const fn customers(name: &'static str, description: &'static str) -> Field {
    field(name, Int64, "customers", description)
}

const INCREASE: &str = "On the period before; null where that is not covered";
const ON_YEAR: &str = "On the same period of the year before; null where that is not covered";

pub const STATISTICS: TableSchema = TableSchema {
    name: "statistics",
    description: "The cube: a row per period, institution, class of customers, product kind and reason of loss. Filter `period_kind`, `institution_level` (of branches also `depth`), `customer_dimension`, `product_kind` and `loss_reason` to one value each, `all` where it is not asked for; then no customer and no amount stands in two rows, but for the bands `.._and_more`. Sums: branches of `depth` 1 make up the bank, those with a `parent_id` and that parent's own `branch_alone` make up the parent, managers make up the bank, classes of a dimension make up `all`. Customers add up over institutions and classes, not over product kinds; averages and increases of averages are rounded, and add up as `.._days`. A quarter or year has the customers, accounts and balances of its last day and the sums of its months for the rest; a customer counts each month in the class of that month. Only rows with a figure are there.",
    key: &[
        "period_kind",
        "period_end",
        "institution_level",
        "institution_id",
        "customer_dimension",
        "customer_class",
        "product_kind",
        "loss_reason",
    ],
    fields: || {
        let mut fields = dimensions();
        fields.extend(stocks());
        fields.extend(averages());
        fields.extend(flows());
        fields
    },
};

fn dimensions() -> Vec<Field> {
    vec![
        field("period_kind", String, "", "month, quarter or year; complete ones only"),
        field("period_end", Date, "", "Its last day, within the last `statistics.months` complete months"),
        field(
            "institution_level",
            String,
            "",
            "bank; branch: with all branches beneath it; branch_alone: a branch that has some beneath it, without them; manager. Customers stand under tonight's branch and manager, also in the past",
        ),
        field(
            "institution_id",
            String,
            "",
            "Branch or manager as delivered; `all` for the bank, `unassigned` where a customer has none",
        ),
        field(
            "parent_id",
            String,
            "",
            "Branch above, of branch_alone the branch itself; null for the topmost, the bank and managers",
        ),
        field(
            "depth",
            Int32,
            "",
            "0 for the bank, 1 for the topmost branches, of branch_alone one more than of the branch; null for managers",
        ),
        field(
            "customer_dimension",
            String,
            "",
            "all, segment_group, value_class, customer_type (these as of tonight), tier (in force at the end of the month; before a first complete month by the balances of its last day), deposit_band (by the month's average deposits), loan_band (by loans at its end), deposit_band_and_more and loan_band_and_more (cumulative: never add them up). At managers all alone",
        ),
        field(
            "customer_class",
            String,
            "",
            "Class in that dimension; `not_in_the_night` of those who are in no table tonight",
        ),
        money("class_from", "Lower limit of a band; null for other classes"),
        field(
            "product_kind",
            String,
            "",
            "Kind of the holdings, or all; other kinds than all at the bank, and at branches for all customers together",
        ),
        field(
            "loss_reason",
            String,
            "",
            "all; or why customers were lost, in rows that show losses alone: close_reason as delivered or unknown; contract_ended (most of what left had matured), own_accounts_elsewhere, spent or to_others (where the largest part of it went); silence; deceased. For all products, and at branches and managers for all customers together",
        ),
        field("days", Int32, "days", "Length of the period"),
        field(
            "balances_on",
            Date,
            "",
            "Day of the holdings in force on the last day: an earlier one says that those of the last day were not there, and that increases are on what was; null without holdings",
        ),
        field(
            "balance_basis",
            String,
            "",
            "Where balances come from: delivered (holdings), running_balance (month-ends from the accounts' balances), missing",
        ),
        field(
            "losses_are_final",
            Boolean,
            "",
            "Whether `churn.confirm_days` are over: later nights tell the same losses of this period",
        ),
        field("key_share", Float64, "share", "Key customers among the customers; null without any"),
    ]
}

fn stocks() -> Vec<Field> {
    vec![
        customers(
            "customers",
            "Open on the last day, with any transaction or holding up to it; of a product kind those who hold it",
        ),
        customers("customers_increase", INCREASE),
        customers("customers_increase_on_year", ON_YEAR),
        customers(
            "key_customers",
            "Of them, those whose tier in force is `statistics.key_tier_min` or higher",
        ),
        customers("key_customers_increase", INCREASE),
        customers("key_customers_increase_on_year", ON_YEAR),
        field(
            "accounts",
            Int64,
            "accounts",
            "Open on the last day, also of customers without any transaction or holding; joint ones count for the owner. Null where none are delivered",
        ),
        field("accounts_increase", Int64, "accounts", INCREASE),
        field("accounts_increase_on_year", Int64, "accounts", ON_YEAR),
        money(
            "assets",
            "Balances in force on the last day, all kinds that count as assets; also of customers who are closed, as delivered",
        ),
        money("assets_increase", INCREASE),
        money("assets_increase_on_year", ON_YEAR),
        money("deposits", "Of the assets, current and time deposits in any currency"),
        money("deposits_increase", INCREASE),
        money("deposits_increase_on_year", ON_YEAR),
        money("loans", "Loans, credit lines and cards drawn"),
        money("loans_increase", INCREASE),
        money("loans_increase_on_year", ON_YEAR),
        money("other_balances", "Guarantees, and balances of kind `other`: neither assets nor loans"),
    ]
}

fn averages() -> Vec<Field> {
    let days = |name, description| field(name, Money, "currency units x days", description);
    vec![
        days(
            "asset_days",
            "Sum over the days of the period of the assets in force; adds up over everything, periods included",
        ),
        days("deposit_days", "The same of deposits"),
        days("loan_days", "The same of loans"),
        money("average_assets", "Daily average: asset_days by days; a snapshot is in force until the next"),
        money("average_assets_increase", INCREASE),
        money("average_assets_increase_on_year", ON_YEAR),
        money("average_deposits", "Daily average of deposits"),
        money("average_deposits_increase", INCREASE),
        money("average_deposits_increase_on_year", ON_YEAR),
        money("average_loans", "Daily average of loans"),
        money("average_loans_increase", INCREASE),
        money("average_loans_increase_on_year", ON_YEAR),
    ]
}

fn flows() -> Vec<Field> {
    vec![
        customers(
            "customers_came",
            "Customers at the end of a month who were none at the end of the one before",
        ),
        customers(
            "came_newly_opened",
            "Of those who came, opened since then; the others were opened before and had no transaction or holding",
        ),
        customers(
            "customers_woken",
            "Customers who started something again after more than `churn.silence_days` without, counted each month: the counterpart of lost_silent. Null where history is too short",
        ),
        customers(
            "customers_gone",
            "Customers at the end of the month before who are none at its end; for all classes together, came less gone is the increase",
        ),
        money("assets_came", "Assets of those who came, at the end of their first month"),
        money("assets_gone", "Assets of those who have gone, at the end of the month before"),
        customers(
            "lost_customers",
            "Gross losses: customers in scope of churn at the end of the quarter before who were lost on a day of the period by their own decision, at most once a quarter; closed, run_off and silent together. Null where history is too short",
        ),
        customers("lost_closed", "Of them, closed"),
        customers("lost_run_off", "Of them, half of the assets gone and not back: `churn.outflow_share`"),
        customers("lost_silent", "Of them, silent for `churn.silence_days`"),
        customers(
            "not_his_decision",
            "Followed likewise: deceased, merged or moved between branches; not among the lost",
        ),
        money("lost_assets", "Mean assets of the lost over the three months before the quarter"),
        money(
            "money_won",
            "Net inflow over the border of the bank of customers to whom more came than went, month by month",
        ),
        money("money_lost", "Net outflow of customers from whom more went than came; prices play no part"),
        money(
            "to_own_accounts_elsewhere",
            "Net to customers' own accounts at other banks; this, spent and to_others are money_lost less money_won",
        ),
        money("spent", "Payments less refunds"),
        money("to_others", "Withdrawals and transfers to others, less what came in"),
        money(
            "price_effect",
            "Change of assets by prices and accrued yields, as the holdings carry it; where they do not, what no booking explains, but for customers whose own transfers do not add up to nothing",
        ),
        customers("matured_customers", "Customers of whom a contract matured, counted each month"),
        money("matured", "What came free"),
        money("renewed", "Of it, what began a new term by the next snapshot"),
        money("switched", "Of the rest, what stayed in the bank until the end of the month"),
        money(
            "left_bank",
            "Of the rest, what left over the border of the bank from the first maturity to the end of the month: the sum of the next three",
        ),
        money(
            "left_to_own_accounts_elsewhere",
            "Of customers from whom in these days most went to their own accounts at other banks",
        ),
        money("left_spent", "Of those from whom most went into payments"),
        money("left_to_others", "Of those from whom most was withdrawn or went to others"),
    ]
}
