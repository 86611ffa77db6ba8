//! Real exports, with the faults that real exports have: two kinds of empty, birth numbers, GBK, a record cut off, and
//! one row per update.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

use crate::bank::{example_config, real_data, repository};
use std::collections::BTreeMap;
use std::path::Path;
use tercet::config::{Config, overlay};
use tercet::contract::codes::{CustomerKind, Gender};
use tercet::contract::tables::Table;
use tercet::date::Date;
use tercet::error::{Kind, Result};
use tercet::ingest::{self, Limits};
use tercet::store::commit::Delivery;
use tercet::store::{Bank, Store, Writer};

fn take_in(config: &Config, tables: &[Table], night: &str) -> Result<Store> {
    let limits = Limits {
        reject_share_max: config.ingest.reject_share_max,
        base_currency: config.base_currency.clone(),
        field_bytes_max: config.ingest.field_bytes_max,
        volume: None,
    };
    let sources = config.sources().iter().filter(|(table, _)| tables.contains(table));
    let sources = sources.map(|(table, source)| (*table, source.clone())).collect();
    let mut writer = Writer::open(&config.workspace, config.store.buckets)?;
    ingest::take_in(&mut writer, &sources, &config.data, &limits, &|_| ())?;
    writer.finish(date(night))
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn delivery(store: &Store, table: Table) -> &Delivery {
    store.commit().of_table(table).next().unwrap()
}

fn copied(from: &Path, to: &Path) {
    std::fs::write(to, std::fs::read(from).unwrap()).unwrap();
}

/// A mapping of customers alone; nights need transactions, which are never looked for here.
fn customers_config(mapping: &str, data: &Path, workspace: &Path) -> Config {
    let text = format!(
        "{mapping}\n[sources.transactions]\nfiles = \"none.csv\"\nformat = \"csv\"\n\
         [sources.transactions.columns]\ntransaction_id = \"id\"\ncustomer_id = \"customer\"\nbooked_on = \"on\"\n\
         amount = \"amount\"\nkind = \"kind\"\n"
    );
    let mut raw = overlay::read("bank.toml", &text).unwrap();
    raw.data = data.to_owned();
    raw.workspace = workspace.to_owned();
    raw.check().unwrap()
}

/// `YYMMDD` of the last century, with 50 added to the month for women.
fn born(number: &str) -> String {
    let month: u32 = number[2..4].parse().unwrap();
    format!("19{}-{:02}-{}", &number[..2], if month > 50 { month - 50 } else { month }, &number[4..6])
}

#[test]
fn both_kinds_of_empty_both_kinds_of_header_and_every_birth_number_of_berka_are_read() {
    let Some(data) = real_data("berka-slice", "real_data berka") else { return };
    let clients = std::fs::read_to_string(data.join("client.csv")).unwrap();
    let transactions = std::fs::read_to_string(data.join("trans_test.csv")).unwrap();
    assert!(clients.starts_with("\"client_id\";") && transactions.starts_with("trans_id;account_id;date;"));
    let field = |line: &str, at: usize| line.split(';').nth(at).unwrap().to_owned();
    let purposes: Vec<String> = transactions.lines().skip(1).map(|line| field(line, 7)).collect();
    assert!(purposes.iter().any(String::is_empty) && purposes.iter().any(|purpose| purpose == " "));

    let home = tempfile::tempdir().unwrap();
    let config = example_config("berka.toml", &data, home.path());
    let store =
        take_in(&config, &[Table::Customers, Table::Accounts, Table::Transactions], "1998-11-30").unwrap();
    let books = delivery(&store, Table::Transactions).books;
    assert_eq!((books.rows, books.used, books.rejected), (30_200, 30_200, 0));
    let days = &delivery(&store, Table::Transactions).days;
    assert_eq!((days[0].on, days[days.len() - 1].on), (date("1995-04-19"), date("1998-12-05")));
    assert_eq!(delivery(&store, Table::Customers).books.used, 5369);

    let bank = store.bank(date("1998-11-30")).unwrap();
    let found: BTreeMap<String, String> = bank
        .customers()
        .map(|customer| (customer.customer_id.to_string(), customer.birth_date.unwrap().to_string()))
        .collect();
    let expected: BTreeMap<String, String> = clients
        .lines()
        .skip(1)
        .map(|line| (field(line, 0), born(field(line, 1).trim_matches('"'))))
        .collect();
    assert_eq!(found, expected);
    let women =
        clients.lines().skip(1).filter(|line| field(line, 1)[3..5].parse::<u32>().unwrap() > 50).count();
    assert_eq!(women, 2645);
}

/// The daily sales of a restaurant, read as customers whose ids are the days, since it has a row a day.
const CATERING: &str = r#"
    [sources.customers]
    files = "catering_sale_gbk.csv"
    format = "csv"
    date_format = "YYYY/M/D"
    [sources.customers.columns]
    customer_id = "日期"
    opened_on = "日期"
    other_bank_assets = "销量"
"#;

#[test]
fn a_gbk_file_is_read_to_the_exact_characters() {
    let Some(data) = real_data("encodings", "real_data gbk") else { return };
    let home = tempfile::tempdir().unwrap();
    let config = |encoding: &str, mapping: &str| {
        let mapping =
            mapping.replace("format = \"csv\"", &format!("format = \"csv\"\nencoding = {encoding:?}"));
        customers_config(&mapping, &data, home.path())
    };
    let refused = take_in(&config("utf-8", CATERING), &[Table::Customers], "2015-03-01").unwrap_err();
    assert_eq!(refused.to_string(), "the header of `catering_sale_gbk.csv` is not UTF-8");
    assert_eq!(refused.hints(), ["`encoding = \"gb18030\"` may be what the export is in"]);
    let renamed = CATERING.replace("\"销量\"", "\"销量额\"");
    let refused = take_in(&config("gb18030", &renamed), &[Table::Customers], "2015-03-01").unwrap_err();
    assert_eq!(refused.hints(), ["did you mean `销量`?"]);

    let store = take_in(&config("gb18030", CATERING), &[Table::Customers], "2015-03-01").unwrap();
    let books = delivery(&store, Table::Customers).books;
    assert_eq!((books.rows, books.used), (201, 201));
    let bank = store.bank(date("2015-03-01")).unwrap();
    let sales: Vec<i64> =
        bank.customers().filter_map(|day| day.other_bank_assets).map(|sold| sold.0).collect();
    // The sum of the file's figures, whose 15th day of no sales is 2015/2/14.
    assert_eq!((sales.len(), sales.iter().sum::<i64>()), (200, 55_104_294));
    let closed = bank.customers().find(|day| day.other_bank_assets.is_none()).unwrap();
    assert_eq!((&*closed.customer_id, closed.opened_on), ("2015/2/14", date("2015-02-14")));
}

const AIR: &str = r#"
    ingest.reject_share_max = 0.01
    [sources.customers]
    files = "air_data*.csv"
    format = "csv"
    date_format = "YYYY/M/D"
    missing = ["."]
    [sources.customers.columns]
    customer_id = "MEMBER_NO"
    opened_on = "FFP_DATE"
    gender = { from = "GENDER", codes = { "男" = "male", "女" = "female" } }
    branch_id = "WORK_CITY"
"#;

#[test]
fn a_file_whose_last_record_is_cut_off_is_refused_at_its_line() {
    let Some(data) = real_data("encodings", "real_data air") else { return };
    let home = tempfile::tempdir().unwrap();
    let config = customers_config(AIR, &data, home.path());
    let refused = take_in(&config, &[Table::Customers], "2014-03-31").unwrap_err();
    assert_eq!(refused.kind(), Kind::Refused);
    assert_eq!(refused.to_string(), "`air_data_head.csv` ends in the middle of a row, on line 1920");
    assert!(refused.hints()[0].contains("it was cut off: deliver it again"));

    // Without it: a byte order mark, `.` for no city, and one city with full-width letters.
    let whole = home.path().join("whole");
    std::fs::create_dir(&whole).unwrap();
    let bytes = std::fs::read(data.join("air_data_head.csv")).unwrap();
    let end = bytes.iter().rposition(|byte| *byte == b'\n').unwrap();
    std::fs::write(whole.join("air_data.csv"), &bytes[..=end]).unwrap();
    let store =
        take_in(&customers_config(AIR, &whole, home.path()), &[Table::Customers], "2014-03-31").unwrap();
    let delivery = delivery(&store, Table::Customers);
    assert_eq!((delivery.books.rows, delivery.books.used, delivery.books.rejected), (1918, 1917, 1));
    assert_eq!(delivery.extra_columns, 40);
    let reject = store.rejects(delivery.rejects.as_ref().unwrap()).unwrap().rows.remove(0);
    let reason = "full-width character in an id: read only where `accept` has `full_width`";
    assert_eq!((reject.line, reject.column.as_str(), reject.reason.as_str()), (1235, "WORK_CITY", reason));
    assert_eq!(reject.raw.as_bytes(), bytes.split(|byte| *byte == b'\n').nth(1234).unwrap());
    let bank = store.bank(date("2014-03-31")).unwrap();
    let of = |gender| bank.customers().filter(|member| member.gender == gender).count();
    assert_eq!([Some(Gender::Male), Some(Gender::Female), None].map(of), [1664, 252, 1]);
    let without_city = bank.customers().filter(|member| member.branch_id.is_none()).count();
    let texts = String::from_utf8(bytes[..=end].to_vec()).unwrap();
    let city = |line: &str| line.split(',').nth(5).unwrap().to_owned();
    let expected = texts.lines().skip(1).map(city).filter(|city| [".", ""].contains(&city.as_str())).count();
    assert_eq!(without_city, expected);
}

/// The lookup that `config/examples/far-trans.toml` shows in its comment.
fn risk_levels() -> String {
    let text = std::fs::read_to_string(repository().join("config/examples/far-trans.toml")).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("#   "));
    lines.map(|line| line.to_owned() + "\n").collect()
}

/// A drop folder with the customers and the lookup, and the example's configuration over it.
fn far_trans(data: &Path, home: &Path, change: impl FnOnce(&str) -> String) -> Config {
    let folder = home.join("data");
    std::fs::create_dir_all(&folder).unwrap();
    copied(&data.join("customer_information.csv"), &folder.join("customer_information.csv"));
    std::fs::write(folder.join("risk_levels.csv"), risk_levels()).unwrap();
    let text = std::fs::read_to_string(repository().join("config/examples/far-trans.toml")).unwrap();
    let mut raw = overlay::read("far-trans.toml", &change(&text)).unwrap();
    raw.data = folder;
    raw.workspace = home.join("work");
    raw.check().unwrap()
}

#[test]
fn one_row_per_update_becomes_one_customer() {
    let Some(data) = real_data("far-trans", "real_data far-trans") else { return };
    let home = tempfile::tempdir().unwrap();
    let config = far_trans(&data, home.path(), str::to_owned);
    let store = take_in(&config, &[Table::Customers], "2022-11-30").unwrap();
    let books = delivery(&store, Table::Customers).books;
    assert_eq!((books.rows, books.used), (32_468, 32_468));
    let bank = store.bank(date("2022-11-30")).unwrap();
    assert_eq!(bank.n_customers(), 29_090);
    let level = |level| bank.customers().filter(|customer| customer.risk_level == level).count();
    assert_eq!([Some(1), Some(2), Some(3), Some(5), None].map(level), [5672, 11_838, 8582, 2678, 320]);
    assert_eq!(bank.customers().filter(|customer| customer.kind == CustomerKind::Institution).count(), 39);
}

/// Versions known on each date, counted from the export by a short script of its own; the first is always there.
const VERSIONS: [(&str, usize); 4] =
    [("1999-12-31", 29_090), ("2018-01-02", 29_090), ("2020-12-31", 29_092), ("2022-11-30", 29_114)];

fn n_versions(bank: &Bank) -> usize {
    bank.indices().map(|index| bank.unread(index).versions.len()).sum()
}

/// Of the export's columns only the date of the last questionnaire changes from update to update. The contract has no
/// column for it; in one for text it shows what was known when.
#[test]
fn an_update_holds_from_its_own_day_on() {
    let Some(data) = real_data("far-trans", "real_data far-trans history") else { return };
    let home = tempfile::tempdir().unwrap();
    let with_questionnaire = |text: &str| {
        text.replace(
            "updated_on = \"timestamp\"",
            "updated_on = \"timestamp\"\noccupation = \"lastQuestionnaireDate\"",
        )
    };
    let config = far_trans(&data, home.path(), with_questionnaire);
    let store = take_in(&config, &[Table::Customers], "2022-11-30").unwrap();
    for (on, versions) in VERSIONS {
        let bank = store.bank(date(on)).unwrap();
        assert_eq!((bank.n_customers(), n_versions(&bank)), (29_090, versions), "{on}");
    }
    let bank = store.bank(date("2021-03-01")).unwrap();
    let index =
        bank.customers().position(|customer| &*customer.customer_id == "B2CCA51A6B172676FC81").unwrap();
    let history = bank.unread(u32::try_from(index).unwrap());
    let known = history.versions.iter().map(|version| version.valid_from.to_string());
    assert_eq!(known.collect::<Vec<_>>(), ["2018-01-02", "2021-01-29"]);
    assert_eq!(history.customer.occupation.as_deref(), Some("2021-01-29"));
}
