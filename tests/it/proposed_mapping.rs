//! What `init` proposes: right on exports whose mapping is known, complete once its blanks are filled, and without a
//! value of anybody's.

#![allow(clippy::disallowed_methods, reason = "writes the exports of an invented bank")]

use crate::bank::{real_data, repository};
use std::path::{Path, PathBuf};
use tercet::config::{Config, overlay};
use tercet::contract::tables::{Reading, Table};
use tercet::error::Result;
use tercet::init::{HeaderOf, propose, read_header};
use tercet::io::start::start_of;

fn header(path: &Path) -> HeaderOf {
    read_header(start_of(path).unwrap()).unwrap()
}

/// The files of a folder whose names end so, by name.
fn headers(folder: &Path, end: &str) -> Vec<HeaderOf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.to_string_lossy().ends_with(end)).collect();
    paths.sort();
    paths.iter().map(|path| header(path)).collect()
}

fn checked(text: &str) -> Result<Config> {
    overlay::read("proposed.toml", text)?.check()
}

/// What a person would make of a proposal: what is required uncommented, every blank filled with something.
fn completed(proposal: &str) -> String {
    let waits = |line: &str| {
        line.starts_with("# ")
            && line.contains(" = ")
            && (line.contains("  # required") || line.contains("  # this or"))
    };
    let lines = proposal.lines().map(|line| if waits(line) { &line[2..] } else { line });
    let mut table: toml::Table = lines.collect::<Vec<_>>().join("\n").parse().unwrap();
    for (name, source) in table["sources"].as_table_mut().unwrap() {
        let contract = Table::from_name(name).unwrap();
        for (name, column) in source["columns"].as_table_mut().unwrap() {
            let contract = contract.columns().iter().find(|known| known.name == name).unwrap();
            fill(column, contract.reading);
        }
    }
    table.to_string()
}

fn fill(value: &mut toml::Value, reading: Reading) {
    let filled = match reading {
        Reading::Code(codes) => codes[0],
        Reading::Date => "YYYYMMDD",
        _ => "anything",
    };
    match value {
        toml::Value::String(text) if text.is_empty() => *text = filled.to_owned(),
        toml::Value::Table(inner) => inner.iter_mut().for_each(|(_, value)| fill(value, reading)),
        toml::Value::Array(inner) => inner.iter_mut().for_each(|value| fill(value, reading)),
        _ => {}
    }
}

fn assert_lines(proposal: &str, lines: &[&str]) {
    let found: Vec<&str> = proposal.lines().collect();
    for line in lines {
        assert!(found.contains(line), "{line}\nis not in\n{proposal}");
    }
}

fn mapped(config: &Config, table: Table, column: &str) -> Vec<String> {
    config.sources()[&table].columns[column].from.clone()
}

#[test]
fn the_mapping_of_the_sample_is_found_whole() {
    let proposal = propose(&headers(&repository().join("data/sample"), ".csv.gz"));
    let proposed = checked(&proposal).unwrap();
    let own = overlay::read_defaults().unwrap().check().unwrap();
    assert_eq!(proposed.base_currency, "CNY");
    for table in Table::ALL {
        let (proposed, own) = (&proposed.sources()[&table], &own.sources()[&table]);
        assert_eq!(proposed.files, own.files);
        assert_eq!(proposed.columns, own.columns, "{}", table.name());
    }
}

/// Three exports of an invented bank: GB18030 between bars, UTF-8 in zstd, UTF-16 between tabs.
fn chinese_bank(folder: &Path) -> Vec<HeaderOf> {
    let customers = "客户号|客户名称|性别|建档日期|出生日期|客户类型|管户经理|所属机构|手机号码|是否可联系|备注\n\
                     000123|林建国|男|2019年3月5日|1955/4/3|个人|R017|0755|13800138000|是|NULL\n\
                     000124|赵勇|女|2020年11月21日|1949/9/20|个人|R018|0755|13900139000|否|老客户\n";
    let transactions = "交易流水号,账号,交易日期,交易时间,借贷标志,交易金额(元),账户余额,交易类型,对方账号,摘要,渠道\n\
                        9001,6222020000001,20261030,101530,D,\"1,234.56\",\"10,000.00\",转账转出,6222999,房租,手机银行\n\
                        9002,6222020000002,20261030,101531,C,500.00,-20.00,01,,工资,ATM\n\
                        9003,6222020000001,20261031,101532,C,8.00,\"9,992.00\",结息,,,柜面\n";
    let holdings = "数据日期\t客户编号\t产品类型\t产品代码\t余额\t币种\t到期日\n\
                    2026-10-31\t000123\t活期存款\tP1\t3.5万\tCNY\t9999-12-31\n\
                    2026-10-31\t000124\t大额存单\tP2\t12万\tCNY\t2027-01-31\n";
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(holdings.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let gb18030 = encoding_rs::GB18030.encode(customers).0.into_owned();
    let packed = zstd::stream::encode_all(transactions.as_bytes(), 1).unwrap();
    for (name, bytes) in
        [("客户信息_20261031.txt", gb18030), ("jyls-20261031.csv.zst", packed), ("ye_20261031.txt", utf16)]
    {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    headers(folder, "")
}

#[test]
fn a_chinese_export_is_recognised_and_nobodys_value_stands_in_the_proposal() {
    let folder = tempfile::tempdir().unwrap();
    let files = chinese_bank(folder.path());
    let proposal = propose(&files);
    assert_lines(
        &proposal,
        &[
            "base_currency = \"CNY\"  # the only one in the samples: check",
            "files = \"客户信息_*.txt\"  # `*` for what looks like a date: check",
            "separator = \"|\"  # splits the first rows alike: check",
            "encoding = \"gb18030\"  # guessed from the first bytes: check",
            "customer_id = \"客户号\"  # known name; sample: 999999",
            "opened_on = \"建档日期\"  # known name; sample: 9999年9月9日",
            "birth_date = { from = \"出生日期\", format = \"YYYY/M/D\" }  # known name; sample: 9999/9/9",
            "# contact_allowed = \"是否可联系\"  # optional; known name; sample: 汉; NOT ALL SAMPLES ARE READ AS BOOLEANS: \
             true, false, 1, 0, yes, no, y or n",
            "\"男\" = \"male\"  # known text: check",
            "# not mapped: \"备注\"; sample: 汉汉汉",
            "missing = [\"NULL\"]  # seen in the samples: do they mean \"no value\"?",
            "format = \"csv\"  # in zstd, which needs no key",
            "date_format = \"YYYYMMDD\"  # 1 of 1 date columns; guessed from 3 rows: check",
            "amount = { from = \"交易金额(元)\", accept = [\"thousands\"], negative_where = { column = \"借贷标志\", values = [\"D\"] } }  \
             # known name; sample: 9,999.99; thousands seen in 3 rows: check; does \"借贷标志\" say so of money out of the account?",
            "balance_after = { from = \"账户余额\", accept = [\"thousands\"] }  # known name; sample: 99,999.99; thousands seen in 3 rows: check",
            "\"01\" = \"\"  # fill in",
            "\"结息\" = \"interest\"  # known text: check",
            "\"手机银行\" = \"mobile\"  # known text: check",
            "# not mapped: \"对方账号\"; sample: 9999999",
            "encoding = \"utf-16\"  # guessed from the first bytes: check",
            "separator = \"\\t\"  # splits the first rows alike: check",
            "balance = { from = \"余额\", accept = [\"units\"] }  # known name; sample: 9.9万; units seen in 2 rows: check",
            "\"大额存单\" = \"time_deposit\"  # known text: check",
        ],
    );
    let matures = proposal.lines().find(|line| line.starts_with("matures_on")).unwrap();
    assert!(
        matures.starts_with("matures_on = { from = \"到期日\", missing = [\"9999-12-31\"] }"),
        "{matures}"
    );
    for value in ["000123", "林", "赵", "13800", "6222", "1,234.56", "房租", "老客户", "1955", "R017"]
    {
        assert!(!proposal.contains(value), "{value} stands in\n{proposal}");
    }
    let unfilled = checked(&proposal).unwrap_err().to_string();
    assert!(unfilled.contains("is not a code of the contract"), "{unfilled}");
    let config = checked(&completed(&proposal)).unwrap();
    assert_eq!(config.sources().len(), 3);
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = chinese_bank(folder.path());
    let proposal = propose(&files);
    files.reverse();
    assert_eq!(propose(&files), proposal);
}

#[test]
fn a_first_row_of_values_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trans.csv");
    std::fs::write(&path, "9001,6222020000001,20261030,林建国\n9002,6222020000002,20261030,赵勇\n").unwrap();
    let proposal = propose(&[header(&path)]);
    assert!(proposal.contains("looks like values, not like a header"), "{proposal}");
    assert!(!proposal.contains("6222") && !proposal.contains('林'));
    std::fs::write(&path, "\n").unwrap();
    let error = read_header(start_of(&path).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "`trans.csv` has no header");
}

#[test]
fn a_hostile_header_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("customers.csv");
    let header_row =
        "customer_id,\"open_date\"\" }\n[sources.x]\",\"\u{1b}[2J\u{202e}\",\"a\n# b = 1\"\n1,2,3,4\n";
    std::fs::write(&path, header_row).unwrap();
    let proposal = propose(&[header(&path)]);
    let table: toml::Table = proposal.parse().unwrap();
    assert_eq!(table["sources"].as_table().unwrap().len(), 1);
    assert!(!proposal.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn berka_is_recognised_as_far_as_names_go() {
    let Some(data) = real_data("berka-slice", "proposed_mapping") else { return };
    let proposal = propose(&headers(&data, ".csv"));
    assert_lines(
        &proposal,
        &[
            "separator = \";\"  # splits the first rows alike: check",
            "date_format = \"birth_number\"  # 1 of 1 date columns; guessed from 500 rows: check",
            "date_format = \"YYMMDD\"  # 1 of 1 date columns; guessed from 500 rows: check",
            "# opened_on = { first_account = true }  # required: not found; the day of his first account?",
            "# --- \"account.csv\": looks like `accounts` too, which another file fills ---",
        ],
    );
    let config = checked(&completed(&proposal)).unwrap();
    assert_eq!(mapped(&config, Table::Customers, "customer_id"), ["client_id"]);
    assert_eq!(mapped(&config, Table::Accounts, "customer_id"), ["client_id"]);
    assert_eq!(mapped(&config, Table::Transactions, "transaction_id"), ["trans_id"]);
    assert_eq!(mapped(&config, Table::Transactions, "balance_after"), ["balance"]);
}

#[test]
fn real_exports_in_other_formats_are_read() {
    let Some(data) = real_data(".", "proposed_mapping") else { return };
    let gbk = header(&data.join("encodings/catering_sale_gbk.csv"));
    assert_eq!((gbk.encoding, gbk.columns), ("gb18030", vec!["日期".to_owned(), "销量".to_owned()]));
    let far_trans = propose(&headers(&data.join("far-trans"), ".csv"));
    assert_lines(&far_trans, &["customer_id = \"customerID\"  # known name; sample: aaa9aa99a99aaaaaa999"]);
    let retail = [
        header(&data.join("online-retail/customers.csv")),
        header(&data.join("online-retail/transactions.parquet")),
    ];
    let config = checked(&propose(&retail)).unwrap();
    assert_eq!(mapped(&config, Table::Transactions, "booked_on"), ["booked_at"]);
    assert_eq!(config.sources()[&Table::Transactions].columns["kind"].codes["cancellation"], "refund");
}
