//! One struct per exported table: its columns, and how a row becomes cells.
//!
//! Header names are those of the data contract. Money in cents, days since 1970-01-01.

use super::codes::{Channel, Kind, Outcome, ProductKind, Reason, State};
use super::sink::{Cells, Row, Type};

/// Names of the other banks; zero stands for none.
pub const OTHER_BANKS: [&str; 5] =
    ["", "Harbour Bank", "Lotus Savings", "Northern Mutual", "Silk Road Commercial"];

/// One booked transaction on the current account.
#[derive(Clone, Debug)]
pub struct Transaction {
    pub customer: u32,
    pub sequence: u32,
    pub day: i32,
    pub cents: i64,
    pub kind: Kind,
    pub product: ProductKind,
    pub channel: Channel,
    pub is_own_elsewhere: bool,
    /// Index into [`OTHER_BANKS`].
    pub other_bank: u8,
}

impl Row for Transaction {
    const COLUMNS: &'static [(&'static str, Type)] = &[
        ("transaction_id", Type::Text),
        ("customer_id", Type::Text),
        ("account_id", Type::Text),
        ("booked_on", Type::Date),
        ("amount", Type::Money),
        ("kind", Type::Text),
        ("product_kind", Type::Text),
        ("channel", Type::Text),
        ("currency", Type::Text),
        ("counterparty_bank", Type::Text),
        ("own_account_elsewhere", Type::Flag),
    ];

    fn cells(&self, to: &mut Cells) {
        // Customer and sequence in one number: unique without a counter shared between threads.
        to.id('T', u64::from(self.customer) * 100_000 + u64::from(self.sequence), 13);
        to.id('C', u64::from(self.customer), 8);
        to.id('A', u64::from(self.customer), 8);
        to.date(Some(self.day));
        to.money(Some(self.cents));
        to.text(Some(self.kind.word()));
        to.text(Some(self.product.word()));
        to.text(Some(self.channel.word()));
        to.text(Some("CNY"));
        to.text((self.other_bank > 0).then(|| OTHER_BANKS[self.other_bank as usize]));
        to.flag(Some(self.is_own_elsewhere));
    }
}

/// One position at a month end.
#[derive(Clone, Debug)]
pub struct Holding {
    pub day: i32,
    pub customer: u32,
    pub product: u8,
    pub kind: ProductKind,
    pub balance: i64,
    pub cost: Option<i64>,
    pub change: Option<i64>,
    pub rate_bp: i32,
    pub started: i32,
    pub matures: Option<i32>,
    pub limit: Option<i64>,
}

impl Row for Holding {
    const COLUMNS: &'static [(&'static str, Type)] = &[
        ("snapshot_on", Type::Date),
        ("customer_id", Type::Text),
        ("product_kind", Type::Text),
        ("product_id", Type::Text),
        ("balance", Type::Money),
        ("currency", Type::Text),
        ("cost_basis", Type::Money),
        ("market_value_change", Type::Money),
        ("rate", Type::Ratio),
        ("started_on", Type::Date),
        ("matures_on", Type::Date),
        ("credit_limit", Type::Money),
    ];

    fn cells(&self, to: &mut Cells) {
        to.date(Some(self.day));
        to.id('C', u64::from(self.customer), 8);
        to.text(Some(self.kind.word()));
        to.id('P', u64::from(self.product) + 1, 3);
        to.money(Some(self.balance));
        to.text(Some("CNY"));
        to.money(self.cost);
        to.money(self.change);
        to.ratio(Some(f64::from(self.rate_bp) / 10_000.0));
        to.date(Some(self.started));
        to.date(self.matures);
        to.money(self.limit);
    }
}

/// One account, or one more person on it.
#[derive(Clone, Debug)]
pub struct Account {
    /// `A` current, `S` securities.
    pub letter: char,
    pub number: u32,
    pub customer: u32,
    pub role: &'static str,
    pub opened: i32,
    pub closed: Option<i32>,
    pub kind: ProductKind,
}

impl Row for Account {
    const COLUMNS: &'static [(&'static str, Type)] = &[
        ("account_id", Type::Text),
        ("customer_id", Type::Text),
        ("role", Type::Text),
        ("opened_on", Type::Date),
        ("closed_on", Type::Date),
        ("product_kind", Type::Text),
    ];

    fn cells(&self, to: &mut Cells) {
        to.id(self.letter, u64::from(self.number), 8);
        to.id('C', u64::from(self.customer), 8);
        to.text(Some(self.role));
        to.date(Some(self.opened));
        to.date(self.closed);
        to.text(Some(self.kind.word()));
    }
}

/// One contact of the bank with a customer, or a complaint of his.
#[derive(Clone, Debug)]
pub struct Contact {
    pub customer: u32,
    pub day: i32,
    pub manager: Option<u32>,
    pub channel: Channel,
    pub list: Option<&'static str>,
    pub outcome: Outcome,
    pub satisfaction: Option<i32>,
    pub opened: Option<i32>,
    pub resolved: Option<i32>,
}

impl Row for Contact {
    const COLUMNS: &'static [(&'static str, Type)] = &[
        ("customer_id", Type::Text),
        ("contacted_on", Type::Date),
        ("manager_id", Type::Text),
        ("channel", Type::Text),
        ("list", Type::Text),
        ("outcome", Type::Text),
        ("satisfaction", Type::Int),
        ("complaint", Type::Flag),
        ("opened_at", Type::Date),
        ("resolved_at", Type::Date),
    ];

    fn cells(&self, to: &mut Cells) {
        to.id('C', u64::from(self.customer), 8);
        to.date(Some(self.day));
        to.maybe_id('M', self.manager.map(|m| u64::from(m) + 1), 5);
        to.text(Some(self.channel.word()));
        to.text(self.list);
        to.text(Some(self.outcome.word()));
        to.int(self.satisfaction);
        to.flag(Some(self.outcome == Outcome::Complaint));
        to.date(self.opened);
        to.date(self.resolved);
    }
}

/// What the generator knew at a month end.
#[derive(Clone, Debug)]
pub struct Truth {
    pub customer: u32,
    pub day: i32,
    pub state: State,
    pub reason: Reason,
    pub hazard: f64,
    /// High value, loyalty, behaviour.
    pub levels: [bool; 3],
}

impl Row for Truth {
    const COLUMNS: &'static [(&'static str, Type)] = &[
        ("customer_id", Type::Text),
        ("month_end", Type::Date),
        ("state", Type::Text),
        ("reason", Type::Text),
        ("hazard", Type::Ratio),
        ("value_level", Type::Text),
        ("loyalty_level", Type::Text),
        ("behaviour_level", Type::Text),
    ];

    fn cells(&self, to: &mut Cells) {
        to.id('C', u64::from(self.customer), 8);
        to.date(Some(self.day));
        to.text(Some(self.state.word()));
        to.text(Some(self.reason.word()));
        to.ratio(Some(self.hazard));
        for is_high in self.levels {
            to.text(Some(if is_high { "high" } else { "low" }));
        }
    }
}
