//! Which tables and columns the contract knows: the vocabulary of a mapping in the configuration.

/// How the text of a column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    Text,
    Date,
    Money,
    /// A plain number (a rate, a score, a count).
    Number,
    Boolean,
    /// One of these codes, after the mapping's own code table.
    Code(&'static [&'static str]),
}

/// One column of a contract table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub reading: Reading,
    /// A delivery without it is refused, and a row without a value is quarantined.
    pub required: bool,
}

/// The tables an export may bring, in the order in which they are read: owners before what they own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    Branches,
    Managers,
    Products,
    Customers,
    Accounts,
    Transactions,
    Holdings,
    Contacts,
    /// Contacts that managers wrote into their workbooks: read by `tercet results`, brought by no export.
    Results,
}

impl Table {
    /// Those that an export may bring.
    pub const ALL: [Table; 8] = [
        Table::Branches,
        Table::Managers,
        Table::Products,
        Table::Customers,
        Table::Accounts,
        Table::Transactions,
        Table::Holdings,
        Table::Contacts,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Table::Branches => "branches",
            Table::Managers => "managers",
            Table::Products => "products",
            Table::Customers => "customers",
            Table::Accounts => "accounts",
            Table::Transactions => "transactions",
            Table::Holdings => "holdings",
            Table::Contacts => "contacts",
            Table::Results => "results",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// Those that the store holds.
    pub fn stored() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().chain([Table::Results])
    }

    pub fn columns(self) -> &'static [Column] {
        match self {
            Table::Branches => BRANCHES,
            Table::Managers => MANAGERS,
            Table::Products => PRODUCTS,
            Table::Customers => CUSTOMERS,
            Table::Accounts => ACCOUNTS,
            Table::Transactions => TRANSACTIONS,
            Table::Holdings => HOLDINGS,
            Table::Contacts => CONTACTS,
            Table::Results => RESULTS,
        }
    }
}

const fn required(name: &'static str, reading: Reading) -> Column {
    Column { name, reading, required: true }
}

const fn optional(name: &'static str, reading: Reading) -> Column {
    Column { name, reading, required: false }
}

use super::codes::{Channel, CustomerKind, Gender, Kind, ProductKind, Role};
use Reading::{Boolean, Code, Date, Money, Number, Text};

const BRANCHES: &[Column] =
    &[required("branch_id", Text), optional("name", Text), optional("parent_id", Text)];

const MANAGERS: &[Column] = &[
    required("manager_id", Text),
    optional("name", Text),
    optional("branch_id", Text),
    optional("daily_capacity", Number),
    optional("left_on", Date),
];

const PRODUCTS: &[Column] = &[
    required("product_id", Text),
    required("product_kind", Code(ProductKind::CODES)),
    optional("name", Text),
    optional("margin_rate", Number),
    optional("risk_level", Number),
    optional("on_sale", Boolean),
];

const CUSTOMERS: &[Column] = &[
    required("customer_id", Text),
    required("opened_on", Date),
    optional("manager_id", Text),
    optional("branch_id", Text),
    optional("closed_on", Date),
    optional("close_reason", Text),
    optional("birth_date", Date),
    optional("gender", Code(Gender::CODES)),
    optional("occupation", Text),
    optional("education", Text),
    optional("risk_level", Number),
    optional("card_tier", Text),
    optional("customer_kind", Code(CustomerKind::CODES)),
    optional("other_bank_assets", Money),
    optional("satisfaction", Number),
    optional("contact_allowed", Boolean),
    optional("marketing_allowed", Boolean),
    optional("deceased", Boolean),
    optional("legal_hold", Boolean),
    optional("preferred_channel", Text),
    optional("name", Text),
    optional("phone", Text),
    optional("updated_on", Date),
];

const ACCOUNTS: &[Column] = &[
    required("account_id", Text),
    required("customer_id", Text),
    optional("role", Code(Role::CODES)),
    optional("opened_on", Date),
    optional("closed_on", Date),
    optional("product_kind", Code(ProductKind::CODES)),
];

/// `customer_id` or `account_id` must be there; the check is `ingest`'s, since it spans two columns.
const TRANSACTIONS: &[Column] = &[
    required("transaction_id", Text),
    optional("customer_id", Text),
    optional("account_id", Text),
    required("booked_on", Date),
    required("amount", Money),
    required("kind", Code(Kind::CODES)),
    optional("product_kind", Code(ProductKind::CODES)),
    optional("channel", Code(Channel::CODES)),
    optional("currency", Text),
    optional("counterparty_bank", Text),
    optional("own_account_elsewhere", Boolean),
    optional("balance_after", Money),
];

const HOLDINGS: &[Column] = &[
    required("snapshot_on", Date),
    optional("customer_id", Text),
    optional("account_id", Text),
    required("product_kind", Code(ProductKind::CODES)),
    required("balance", Money),
    optional("product_id", Text),
    optional("currency", Text),
    optional("cost_basis", Money),
    optional("market_value_change", Money),
    optional("rate", Number),
    optional("started_on", Date),
    optional("matures_on", Date),
    optional("credit_limit", Money),
];

/// What an export brings of contacts: all but what a workbook alone has, which stands last.
const CONTACTS: &[Column] = match RESULTS.split_last() {
    Some((_remark, shared)) => shared,
    None => RESULTS,
};

const RESULTS: &[Column] = &[
    required("customer_id", Text),
    required("contacted_on", Date),
    optional("manager_id", Text),
    optional("channel", Code(Channel::CODES)),
    optional("list", Text),
    optional("outcome", Text),
    optional("satisfaction", Number),
    optional("complaint", Boolean),
    optional("opened_at", Date),
    optional("resolved_at", Date),
    optional("remark", Text),
];
