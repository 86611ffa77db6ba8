//! What each column of the data contract means.
//!
//! Reads and writes nothing. Grain: one sentence per column, units included. A test keeps it whole.

use crate::contract::tables::Table;

/// What a table holds, and its grain.
pub fn table_meaning(table: Table) -> &'static str {
    match table {
        Table::Branches => "One row per branch.",
        Table::Managers => "One row per relationship manager.",
        Table::Products => "One row per product that the bank sells or sold.",
        Table::Customers => {
            "One row per customer. Superseded rows are kept, so that a night in the past sees what was known then."
        }
        Table::Accounts => {
            "One row per account and person on it. Where transactions or holdings carry an account alone, its owner is \
             found here; a joint account counts once, for the owner."
        }
        Table::Transactions => {
            "One row per transaction, with `customer_id` or `account_id`. Unique by `transaction_id` over all files."
        }
        Table::Holdings => {
            "One row per product of a customer at a snapshot, with `customer_id` or `account_id`. A snapshot is complete \
             for its date: what is absent is zero."
        }
        Table::Contacts | Table::Results => CONTACTS_ARE,
    }
}

/// What `column` of `table` means; empty for a column that the contract does not have.
pub fn column_meaning(table: Table, column: &str) -> &'static str {
    let found = meanings(table).iter().find(|(name, _)| *name == column);
    found.map_or("", |(_, meaning)| meaning)
}

type Meanings = &'static [(&'static str, &'static str)];

fn meanings(table: Table) -> Meanings {
    match table {
        Table::Branches => BRANCHES,
        Table::Managers => MANAGERS,
        Table::Products => PRODUCTS,
        Table::Customers => CUSTOMERS,
        Table::Accounts => ACCOUNTS,
        Table::Transactions => TRANSACTIONS,
        Table::Holdings => HOLDINGS,
        Table::Contacts | Table::Results => CONTACTS,
    }
}

const BRANCHES: Meanings =
    &[("branch_id", "Id of the branch"), ("name", "Name of the branch"), ("parent_id", "Branch above it")];

const MANAGERS: Meanings = &[
    ("manager_id", "Id of the manager"),
    ("name", "Name of the manager"),
    ("branch_id", "Branch where he works"),
    ("daily_capacity", "Contacts he can make in a day"),
    ("left_on", "Day he left; his customers go to `unassigned`"),
];

const PRODUCTS: Meanings = &[
    ("product_id", "Id of the product"),
    ("product_kind", "What the product is"),
    ("name", "Name of the product"),
    ("margin_rate", "Margin per year as a fraction of the balance: 0.02 is 2%"),
    ("risk_level", "1 (cautious) to 5 (speculative)"),
    ("on_sale", "Whether it is sold today"),
];

const CUSTOMERS: Meanings = &[
    ("customer_id", "Id of the customer, a text: leading zeros count"),
    ("opened_on", "Day the relation began"),
    ("manager_id", "Relationship manager"),
    ("branch_id", "Branch of the customer"),
    ("closed_on", "Day the relation ended"),
    (
        "close_reason",
        "Why it ended; `churn.excluded_close_reasons` names those that are no decision of the customer's",
    ),
    ("birth_date", "Date of birth"),
    ("gender", "Used by product rules only"),
    ("occupation", "Used by product rules only"),
    ("education", "As delivered"),
    ("risk_level", "Assessed appetite for risk: 1 (cautious) to 5 (speculative)"),
    ("card_tier", "Tier of his card; `lists.vip_card_tiers` names those above the standard"),
    (
        "customer_kind",
        "Whom the bank deals with; institutions are segmented apart; individual where it is missing",
    ),
    ("other_bank_assets", "Assets he declares to hold at other banks"),
    ("satisfaction", "Survey answer, 0 to 10"),
    (
        "contact_allowed",
        "Whether he may be contacted at all; false keeps him off every list, an empty cell off those of `lists.contact_unknown`",
    ),
    (
        "marketing_allowed",
        "Whether he may be sold to; false keeps him off selling lists, win_back and cultivate, and so does an empty cell unless `lists.marketing_unknown_allowed`",
    ),
    ("deceased", "True keeps him off every list"),
    ("legal_hold", "True keeps him off every list"),
    ("preferred_channel", "How he wants to be contacted"),
    ("name", "Name, for his manager's list alone"),
    ("phone", "Telephone number, for his manager's list alone"),
    ("updated_on", "Day from which the row holds; of several rows of a customer the newest counts"),
];

const ACCOUNTS: Meanings = &[
    ("account_id", "Id of the account, a text"),
    ("customer_id", "Person on the account"),
    ("role", "What he is to the account; owner where it is missing"),
    ("opened_on", "Day the account was opened"),
    ("closed_on", "Day the account was closed"),
    ("product_kind", "What the account is"),
];

const TRANSACTIONS: Meanings = &[
    ("transaction_id", "Id of the transaction, unique over all files"),
    ("customer_id", "Owner of the account; this or `account_id` must be there"),
    ("account_id", "Account; its owner is found in `accounts` where `customer_id` is not mapped"),
    ("booked_on", "Day it was booked"),
    ("amount", "Amount, positive into the customer's account"),
    ("kind", "What the transaction is"),
    ("product_kind", "What the account is, or the product that was bought or sold"),
    ("channel", "How it came about"),
    ("currency", "Currency of the amount; one other than `base_currency` is refused"),
    ("counterparty_bank", "Bank on the other side"),
    ("own_account_elsewhere", "Whether the other side is an account of the same person at another bank"),
    (
        "balance_after",
        "Balance of the account after this row; month-end holdings come from it where there are none",
    ),
];

const HOLDINGS: Meanings = &[
    ("snapshot_on", "Day whose closing balances these are"),
    ("customer_id", "Owner; this or `account_id` must be there"),
    ("account_id", "Account; its owner is found in `accounts` where `customer_id` is not mapped"),
    ("product_kind", "What the holding is"),
    ("balance", "Balance or market value; debts are positive and told apart by `product_kind`"),
    ("product_id", "Product, as in `products`"),
    ("currency", "Currency of the amounts; one other than `base_currency` is refused"),
    ("cost_basis", "What was paid for it"),
    ("market_value_change", "Change of market value since the snapshot before, without purchases and sales"),
    ("rate", "Interest per year as a fraction: 0.015 is 1.5%"),
    ("started_on", "Day it began"),
    ("matures_on", "Day it falls due"),
    ("credit_limit", "Limit granted"),
];

const CONTACTS_ARE: &str = "\
One row per contact of a manager with a customer. What managers wrote into their workbooks (`tercet results`) stands beside \
it, under the same columns and a remark. A contact that both tell counts once: it is of the same customer and day, and \
of the same manager and list where both name them. The bank's row counts then, the workbook adds what it leaves out, and a \
complaint that either tells is kept. A contact without an outcome counts as one that reached the customer. A complaint that \
`complaint` tells is open until its `resolved_at`. One that the outcome alone tells is open until the customer has a \
`resolved_at` on or after its day (on a row that is not marked as no complaint), or a later contact that answers it: under \
`complaint_followup` with any outcome but not_reached and complaint, or, where it names no list, with the outcome reached, \
appointment, sale or declined.";

const CONTACTS: Meanings = &[
    ("customer_id", "Customer who was contacted"),
    ("contacted_on", "Day of the contact"),
    ("manager_id", "Who contacted him"),
    ("channel", "How he was contacted"),
    ("list", "List under which he was contacted"),
    (
        "outcome",
        "What came of it: reached, not_reached, appointment, sale, declined or complaint; empty, and any word but those of `lists.not_reached_outcomes`, counts as reached",
    ),
    ("satisfaction", "Answer to the survey after the contact, 0 to 10"),
    ("complaint", "Whether it is a complaint; where it is empty, the outcome says it"),
    ("opened_at", "Complaints: day it was made"),
    ("resolved_at", "Complaints: day it was settled; missing while it is open"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_the_contract_has_a_meaning_and_nothing_else_has() {
        for table in Table::ALL {
            let columns: Vec<&str> = table.columns().iter().map(|column| column.name).collect();
            let described: Vec<&str> = meanings(table).iter().map(|(name, _)| *name).collect();
            assert_eq!(described, columns, "{}", table.name());
            assert!(meanings(table).iter().all(|(_, meaning)| !meaning.trim().is_empty()));
        }
    }
}
