//! The files of an invented bank, day by day, as they should come.
//!
//! Few customers with all that makes deliveries hang together: customers and accounts that are described only with the
//! next dump, products that are held before their catalogue comes, accounts that change hands, ids that come again on
//! later days, snapshots that are told anew, rows that nobody can use.

use rand::Rng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeMap;
use tercet::contract::tables::Table;
use tercet::date::Date;

/// 2025-12-31, a month end: every table has a file on the first day.
pub const START: Date = Date(20_453);
/// Nobody describes him, but for files that are wrong.
pub const STRANGER: &str = "c888";
const PEOPLE: i32 = 44;
const ACCOUNT_DUMP_DAYS: i32 = 7;
const PRODUCT_DUMP_DAYS: i32 = 28;
const CONTACT_DAYS: i32 = 7;
/// Described with a birth after his opening, always.
const UNUSABLE: usize = 40;

/// One file as it should come.
pub struct DayFile {
    pub table: Table,
    pub on: Date,
    pub rows: Vec<String>,
}

impl DayFile {
    pub fn name(&self) -> String {
        format!("{}-{}.csv", self.table.name(), self.on)
    }
}

/// A file with these rows.
pub fn text(table: Table, rows: &[String]) -> String {
    let header = match table {
        Table::Products => "product_id,product_kind,name",
        Table::Customers => "customer_id,opened_on,manager_id,satisfaction,closed_on,birth_date",
        Table::Accounts => "account_id,customer_id,role",
        Table::Transactions => "transaction_id,customer_id,account_id,booked_on,amount,kind",
        Table::Holdings => "snapshot_on,customer_id,product_kind,balance,product_id",
        Table::Contacts | Table::Results => "customer_id,contacted_on,manager_id,channel,outcome",
        Table::Managers | Table::Branches => unreachable!("this bank delivers none"),
    };
    format!("{header}\n{}\n", rows.join("\n"))
}

struct Person {
    id: String,
    opened: i32,
    leaves: i32,
    manager: u32,
    satisfaction: u32,
}

struct Account {
    id: String,
    opened: i32,
    owner: usize,
    joint: Option<usize>,
}

#[derive(Clone)]
struct Transaction {
    id: String,
    customer: String,
    account: String,
    on: Date,
    amount: String,
}

impl Transaction {
    fn row(&self) -> String {
        let Self { id, customer, account, on, amount } = self;
        format!("{id},{customer},{account},{on},{amount},deposit")
    }
}

struct World<'r> {
    rng: &'r mut Xoshiro256PlusPlus,
    day: i32,
    people: Vec<Person>,
    accounts: Vec<Account>,
    n_transactions: u32,
    /// Of the days before.
    transactions: Vec<Transaction>,
    holdings: Vec<String>,
    contacts: Vec<String>,
}

/// The files of so many days, customers described every `dump_days`.
pub fn files(days: i32, dump_days: i32, rng: &mut Xoshiro256PlusPlus) -> Vec<DayFile> {
    let mut world = World::new(days, rng);
    let mut files = Vec::new();
    for day in 0..days {
        world.day = day;
        world.change();
        let on = START.plus_days(day);
        let mut file = |table, rows: Vec<String>| {
            if !rows.is_empty() {
                files.push(DayFile { table, on, rows });
            }
        };
        if day % PRODUCT_DUMP_DAYS == 0 {
            file(Table::Products, world.products());
        }
        if day % dump_days == 0 {
            file(Table::Customers, world.customers());
        }
        if day % ACCOUNT_DUMP_DAYS == 0 {
            file(Table::Accounts, world.accounts());
        }
        file(Table::Transactions, world.transactions());
        if on.is_month_end() {
            file(Table::Holdings, world.holdings());
        }
        if day % CONTACT_DAYS == 0 {
            file(Table::Contacts, world.contacts());
        }
    }
    files
}

impl<'r> World<'r> {
    fn new(days: i32, rng: &'r mut Xoshiro256PlusPlus) -> Self {
        let mut people = Vec::new();
        let mut accounts = Vec::new();
        for index in 0..PEOPLE {
            let opened = if index < PEOPLE * 2 / 3 { -100 } else { rng.gen_range(1..days) };
            let leaves = if rng.gen_bool(0.1) { rng.gen_range(1..days) } else { i32::MAX };
            // Ids do not ascend with the opening.
            let id = format!("c{:03}", index * 37 % 101);
            people.push(Person { id, opened, leaves, manager: 1, satisfaction: 5 });
            for _ in 0..rng.gen_range(1..3) {
                let owner = usize::try_from(index).unwrap();
                let joint = rng.gen_bool(0.2).then_some(owner / 2);
                accounts.push(Account {
                    id: format!("a{:03}", accounts.len() * 41 % 211),
                    opened,
                    owner,
                    joint,
                });
            }
        }
        let (transactions, holdings, contacts) = (Vec::new(), Vec::new(), Vec::new());
        Self { rng, day: 0, people, accounts, n_transactions: 0, transactions, holdings, contacts }
    }

    fn today(&self) -> Date {
        START.plus_days(self.day)
    }

    /// Customers who have opened, whether or not a dump says so already.
    fn open(&self) -> Vec<usize> {
        let is_open = |at: &usize| self.people[*at].opened <= self.day && self.people[*at].leaves > self.day;
        (0..self.people.len()).filter(is_open).collect()
    }

    fn someone(&mut self) -> usize {
        *self.open().choose(self.rng).unwrap()
    }

    /// What changes in a day.
    fn change(&mut self) {
        for _ in 0..self.rng.gen_range(0..4) {
            let at = self.someone();
            self.people[at].manager = self.rng.gen_range(1..5);
        }
        let at = self.someone();
        self.people[at].satisfaction = self.rng.gen_range(0..11);
        if self.rng.gen_bool(0.1) {
            let owner = self.someone();
            let account = self.accounts.choose_mut(self.rng).unwrap();
            (account.owner, account.joint) = (owner, None);
        }
    }

    fn products(&mut self) -> Vec<String> {
        let told = |product: i32| {
            let kind = if product % 2 == 0 { "wealth" } else { "fund" };
            format!("p{product},{kind},name of {}", self.day / 40)
        };
        (0..=self.newest_product()).map(told).collect()
    }

    fn newest_product(&self) -> i32 {
        2 + self.day / 20
    }

    fn customers(&mut self) -> Vec<String> {
        let mut rows = Vec::new();
        for (at, person) in self.people.iter().enumerate().filter(|(_, person)| person.opened <= self.day) {
            // Those who left are described for a while, then no more.
            if person.leaves.saturating_add(30) <= self.day {
                continue;
            }
            let Person { id, opened, leaves, manager, satisfaction } = person;
            let opened = START.plus_days(*opened);
            let closed =
                if *leaves <= self.day { START.plus_days(*leaves).to_string() } else { String::new() };
            let born = if at == UNUSABLE { "2027-01-01" } else { "1980-02-03" };
            rows.push(format!("{id},{opened},m{manager},{satisfaction},{closed},{born}"));
        }
        rows.shuffle(self.rng);
        rows
    }

    fn accounts(&mut self) -> Vec<String> {
        let mut rows = Vec::new();
        for account in self.accounts.iter().filter(|account| account.opened <= self.day) {
            rows.push(format!("{},{},owner", account.id, self.people[account.owner].id));
            if let Some(joint) = account.joint {
                rows.push(format!("{},{},joint", account.id, self.people[joint].id));
            }
        }
        rows
    }

    fn transactions(&mut self) -> Vec<String> {
        let mut today: Vec<Transaction> = Vec::new();
        for _ in 0..self.rng.gen_range(3..16) {
            let row = self.transaction();
            today.push(row);
        }
        if self.rng.gen_bool(0.2) {
            let again = today.choose(self.rng).unwrap().clone();
            today.push(self.told_again(again));
        }
        if self.rng.gen_bool(0.25) && !self.transactions.is_empty() {
            for _ in 0..self.rng.gen_range(1..5) {
                let last = self.transactions.len().saturating_sub(30);
                let again = self.transactions[last..].choose(self.rng).unwrap().clone();
                today.push(self.told_again(again));
            }
        }
        today.shuffle(self.rng);
        let rows = today.iter().map(Transaction::row).collect();
        self.transactions.extend(today);
        rows
    }

    fn transaction(&mut self) -> Transaction {
        let at = self.someone();
        let mut row = Transaction {
            id: format!("t{:05}", self.n_transactions * 7919 % 100_003),
            customer: self.people[at].id.clone(),
            account: String::new(),
            on: self.today().plus_days(-self.rng.gen_range(0..3)),
            amount: format!("{}.{:02}", self.rng.gen_range(-900..900), self.rng.gen_range(0..100)),
        };
        self.n_transactions += 1;
        let own: Vec<&Account> = self.accounts.iter().filter(|account| account.owner == at).collect();
        if let Some(account) = own.choose(self.rng).filter(|_| at.is_multiple_of(3)) {
            row.account = account.id.clone();
            if at.is_multiple_of(2) {
                row.customer = String::new();
            }
        }
        match self.rng.gen_range(0..120) {
            0 => row.customer = STRANGER.to_owned(),
            1 => row.account = "a888".to_owned(),
            2 => row.amount = "12.x".to_owned(),
            _ => {}
        }
        row
    }

    /// The same id once more: the same row, or one that contradicts it.
    fn told_again(&mut self, row: Transaction) -> Transaction {
        match self.rng.gen_range(0..4) {
            0 => Transaction { amount: "77.70".to_owned(), ..row },
            1 => Transaction { on: row.on.plus_days(-40), ..row },
            2 => {
                let other = self.someone();
                Transaction { customer: self.people[other].id.clone(), account: String::new(), ..row }
            }
            _ => row,
        }
    }

    fn holdings(&mut self) -> Vec<String> {
        let mut rows = Vec::new();
        for at in self.open() {
            for _ in 0..self.rng.gen_range(0..3) {
                let (id, balance) = (&self.people[at].id, self.rng.gen_range(0..9_000));
                let product = self.rng.gen_range(-1..=self.newest_product());
                rows.push(match product {
                    -1 => format!("{},{id},demand_deposit,{balance}.50,", self.today()),
                    product => format!("{},{id},wealth,{balance}.50,p{product}", self.today()),
                });
            }
        }
        let mut told = rows.clone();
        if self.rng.gen_bool(0.5) {
            // The snapshot before is told anew.
            told.extend(self.holdings.iter().filter(|_| self.rng.gen_bool(0.9)).cloned());
        }
        self.holdings = rows;
        told
    }

    fn contacts(&mut self) -> Vec<String> {
        let mut rows = Vec::new();
        for _ in 0..self.rng.gen_range(1..12) {
            let at = self.someone();
            let on = self.today().plus_days(-self.rng.gen_range(0..7));
            let outcome = ["reached", "not_reached"].choose(self.rng).unwrap();
            rows.push(format!("{},{on},m{},phone,{outcome}", self.people[at].id, self.people[at].manager));
        }
        let mut told = rows.clone();
        for row in &self.contacts {
            if self.rng.gen_bool(0.2) {
                told.push(row.replace(",not_reached", ",reached"));
            }
        }
        self.contacts = rows;
        told
    }
}

/// Manager and satisfaction as a dump tells them, by customer.
pub type Dump = BTreeMap<String, (Option<String>, Option<f64>)>;

/// The dumps of customers in a folder by date and then by name; a file that came twice counts by its first name.
pub fn customer_dumps(folder: &BTreeMap<String, String>) -> Vec<(Date, Dump)> {
    let mut first: BTreeMap<&String, (Date, &String)> = BTreeMap::new();
    for (name, text) in folder.iter().filter(|(name, _)| name.starts_with("customers-")) {
        let rank = (name["customers-".len()..][..10].parse::<Date>().unwrap(), name);
        let held = first.entry(text).or_insert(rank);
        *held = rank.min(*held);
    }
    let mut dumps: Vec<_> = first.into_iter().map(|(text, rank)| (rank, text)).collect();
    dumps.sort();
    dumps
        .into_iter()
        .map(|((on, _), text)| (on, text.lines().skip(1).filter_map(described).collect()))
        .collect()
}

/// Manager and satisfaction.
type Described = (Option<String>, Option<f64>);

/// A row that can be used.
fn described(row: &str) -> Option<(String, Described)> {
    let fields: Vec<&str> = row.split(',').collect();
    let satisfaction = fields[3].parse().ok()?;
    (fields[5] <= fields[1]).then(|| (fields[0].to_owned(), (Some(fields[2].to_owned()), Some(satisfaction))))
}
