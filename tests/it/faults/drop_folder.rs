//! A tiny bank's drop folder: three customers, four transactions, and a mapping under which all is well.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "makes the folders that an operator would find"
)]

use crate::published::table_bytes;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;
use tercet::config::{Config, overlay};
use tercet::date::Date;
use tercet::error::Result;
use tercet::ingest::{self, Limits, Taken, VolumeLimits};
use tercet::pipeline::{self, CheckReport};
use tercet::store::{Store, Writer};

pub const CUSTOMERS: &str = "customer_id,opened_on,birth_date\n\
                             C1,2020-01-05,1980-02-29\n\
                             C2,2021-03-01,1975-06-30\n\
                             C3,2022-07-15,1990-12-31\n";

/// They sum to 85.75.
pub const TRANSACTIONS: &str = "transaction_id,customer_id,booked_on,amount,kind\n\
                                T1,C1,2026-10-29,100.00,deposit\n\
                                T2,C2,2026-10-30,-20.50,withdrawal\n\
                                T3,C3,2026-10-31,7.25,transfer_in\n\
                                T4,C1,2026-10-31,-1.00,payment\n";

/// One bad row is kept and shown rather than stopping the night of so few.
const CONFIGURATION: &str = r#"
    ingest.reject_share_max = 1.0

    [sources.customers]
    files = "customers*.csv"
    format = "csv"
    [sources.customers.columns]
    customer_id = "customer_id"
    opened_on = "opened_on"
    birth_date = "birth_date"

    [sources.transactions]
    files = "transactions*.csv"
    format = "csv"
    [sources.transactions.columns]
    transaction_id = "transaction_id"
    customer_id = "customer_id"
    booked_on = "booked_on"
    amount = "amount"
    kind = "kind"
"#;

/// The mapping of accounts, where a case has some.
pub const ACCOUNTS: &str = r#"
    [sources.accounts]
    files = "accounts*.csv"
    format = "csv"
    columns = { account_id = "account_id", customer_id = "customer_id", role = "role" }
"#;

/// The same of holdings.
pub const HOLDINGS: &str = r#"
    [sources.holdings]
    files = "holdings*.csv"
    format = "csv"
    [sources.holdings.columns]
    snapshot_on = "snapshot_on"
    customer_id = "customer_id"
    product_kind = "product_kind"
    balance = "balance"
"#;

pub struct DropFolder {
    home: TempDir,
    configuration: toml::Table,
}

impl DropFolder {
    /// With the customers and transactions above.
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = Self { home, configuration: CONFIGURATION.parse().unwrap() };
        std::fs::create_dir(folder.data()).unwrap();
        folder.put("customers.csv", CUSTOMERS);
        folder.put("transactions.csv", TRANSACTIONS);
        folder
    }

    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    pub fn workspace(&self) -> PathBuf {
        self.home.path().join("work")
    }

    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.data().join(name), bytes).unwrap();
    }

    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.data().join(name)).unwrap();
    }

    /// Lays keys over the configuration.
    pub fn configure(&mut self, keys: &str) {
        let keys: toml::Table = keys.parse().unwrap_or_else(|error| panic!("{keys}: {error}"));
        merge(&mut self.configuration, keys);
    }

    /// # Errors
    /// Where the configuration is wrong.
    pub fn config(&self) -> Result<Config> {
        let mut raw = overlay::read("bank.toml", &self.configuration.to_string())?;
        raw.data = self.data();
        raw.workspace = self.workspace();
        raw.check()
    }

    /// # Errors
    /// Where the configuration is wrong; what is wrong with the folder stands in the report.
    pub fn check(&self, as_of: Option<&str>) -> Result<CheckReport> {
        pipeline::check(&self.config()?, as_of.map(|date| date.parse().unwrap()), &|_| ())
    }

    /// Whether nothing was written so far.
    pub fn is_untouched(&self) -> bool {
        !self.workspace().exists()
    }

    /// Takes what is new into the store, on this night.
    ///
    /// # Errors
    /// Where a delivery is refused.
    pub fn take_in(&self, night: &str) -> Result<(Store, Taken)> {
        self.take_in_with(night, true)
    }

    /// The same, with or without comparing volumes.
    ///
    /// # Errors
    /// Where a delivery is refused.
    pub fn take_in_with(&self, night: &str, compares_volumes: bool) -> Result<(Store, Taken)> {
        let config = self.config()?;
        let limits = Limits {
            reject_share_max: config.ingest.reject_share_max,
            base_currency: config.base_currency.clone(),
            field_bytes_max: config.ingest.field_bytes_max,
            volume: compares_volumes.then(VolumeLimits::default),
        };
        let mut writer = Writer::open(&config.workspace, config.store.buckets)?;
        let taken = ingest::take_in(&mut writer, config.sources(), &config.data, &limits, &|_| ())?;
        Ok((writer.finish(night.parse::<Date>().unwrap())?, taken))
    }

    pub fn store(&self) -> Store {
        let config = self.config().unwrap();
        Store::open(&config.workspace, config.store.buckets).unwrap()
    }

    /// Runs the program over the folder with these variables of the environment.
    pub fn tercet(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        self.command(arguments).envs(environment.iter().copied()).output().unwrap()
    }

    /// The same by the shell, after `prepared`.
    pub fn tercet_by_shell(&self, prepared: &str, arguments: &[&str]) -> Output {
        let program = self.command(arguments);
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!(r#"{prepared} exec "$0" "$@""#)]);
        shell.arg(program.get_program()).args(program.get_args()).output().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let configuration = self.home.path().join("bank.toml");
        std::fs::write(&configuration, self.configuration.to_string()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tercet"));
        command.args(arguments).arg("--config").arg(configuration);
        command.arg("--data").arg(self.data()).arg("--workspace").arg(self.workspace());
        command
    }

    /// The tables that a night of the binary publishes, by name; their bytes are the same where nothing else was read.
    pub fn night(&self, environment: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        let _ = std::fs::remove_dir_all(self.workspace());
        let output = self.tercet(&["run", "--as-of", "2026-10-31"], environment);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let latest = std::fs::read_to_string(self.workspace().join("LATEST")).unwrap();
        table_bytes(&self.workspace().join("published").join(latest.trim()))
    }
}

fn merge(base: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(over)) => merge(inner, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}
