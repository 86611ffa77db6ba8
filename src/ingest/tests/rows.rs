//! Rows of every table: what is used, duplicate, superseded and rejected.

use super::*;
use crate::contract::NONE;

const ACCOUNTS: &str = r#"
[accounts]
files = "accounts*"
format = "csv"
columns = { account_id = "account", customer_id = "customer", role = { from = "role", codes = { O = "owner", J = "joint" } } }
"#;

#[test]
fn transactions_are_read_with_reasons() {
    let text = b"id,customer,on,amount,kind\n\
        1,A,2026-10-01,-12.50,payment\n\
        2,B,2026-10-02,7,salary\n\
        3,,2026-10-02,7,salary\n\
        4,C,2026-10-02,7,salary\n\
        5,A,2026-10-32,7,salary\n\
        6,A,2026-10-02,-,salary\n\
        7,A,2026-10-02,7.001,salary\n\
        8,A,2026-10-02,7,wages\n\
        6.2E+18,A,2026-10-02,7,salary\n\
        \xe3\x80\x80x,A,2026-10-02,7,salary\n";
    let night = night(&[TWO_CUSTOMERS, ("transactions.csv", text)], &[CUSTOMERS, TRANSACTIONS]).unwrap();
    assert_eq!(transactions(&night), ["A 2026-10-01 -12.50 payment", "B 2026-10-02 7.00 salary"]);
    let reasons: Vec<_> =
        night.rejects.iter().map(|r| format!("{} {}: {}", r.line, r.column, r.reason)).collect();
    assert_eq!(
        reasons,
        [
            "4 customer: missing",
            "5 customer: unknown customer",
            "6 on: not a day of the calendar",
            "7 amount: missing",
            "8 amount: more than 2 decimals",
            "9 kind: unknown code",
            "10 id: an id in scientific notation: it went through a spreadsheet",
            "11 id: an invisible character in an id",
        ]
    );
    assert_eq!(books(&night)[1], "transactions.csv [10, 2, 0, 0, 8, 2] -550");
    assert_eq!(night.deliveries[1].amounts.rejected, 4200);
}

#[test]
fn an_id_counts_once_whatever_the_order_of_files_and_rows() {
    let header = "id,customer,on,amount,kind\n";
    let one = ["1,A,2026-10-01,5,salary\n", "2,A,2026-10-01,6,salary\n", "2,A,2026-10-01,6,salary\n"];
    let two = ["2,A,2026-10-01,6,salary\n", "1,A,2026-10-01,9,salary\n", "3,B,2026-10-01,1,fee\n"];
    let read = |first: String, second: String| {
        let files = [
            ("transactions_1.csv", first.as_bytes()),
            ("transactions_2.csv", second.as_bytes()),
            TWO_CUSTOMERS,
        ];
        let night = night(&files, &[CUSTOMERS, TRANSACTIONS]).unwrap();
        (transactions(&night), books(&night))
    };
    let (rows, counts) = read(header.to_owned() + &one.concat(), header.to_owned() + &two.concat());
    assert_eq!(rows, ["A 2026-10-01 6.00 salary", "A 2026-10-01 9.00 salary", "B 2026-10-01 1.00 fee"]);
    assert_eq!(
        counts[1..],
        ["transactions_1.csv [3, 1, 1, 1, 0, 0] 600", "transactions_2.csv [3, 2, 1, 0, 0, 0] 1000"]
    );
    let reversed = |rows: &[&str]| header.to_owned() + &rows.iter().rev().copied().collect::<String>();
    assert_eq!(read(reversed(&two), reversed(&one)).0, rows);
}

#[test]
fn accounts_stand_for_their_owner() {
    let accounts = b"account,customer,role\n1,B,J\n1,A,O\n2,B,J\n3,X,O\n4,A,O\n4,A,O\n";
    let text = b"id,account,on,amount,kind\na,1,2026-10-01,1,fee\nb,2,2026-10-01,2,fee\nc,9,2026-10-01,3,fee\nd,,2026-10-01,4,fee\n";
    let mapping = TRANSACTIONS.replace("customer_id = \"customer\"", "account_id = \"account\"");
    let files: [(&str, &[u8]); 3] = [TWO_CUSTOMERS, ("accounts.csv", accounts), ("transactions.csv", text)];
    let night = night(&files, &[CUSTOMERS, ACCOUNTS, &mapping]).unwrap();
    assert_eq!(transactions(&night), ["A 2026-10-01 1.00 fee"]);
    assert_eq!(night.tables.transactions[0].account, 0);
    assert_eq!(
        rejects(&night),
        [
            "accounts.csv:5 customer: unknown customer [3,X,O]",
            "transactions.csv:3 account: an account without owner [b,2,2026-10-01,2,fee]",
            "transactions.csv:4 account: unknown account [c,9,2026-10-01,3,fee]",
            "transactions.csv:5 account: missing [d,,2026-10-01,4,fee]",
        ]
    );
    assert_eq!(books(&night)[1], "accounts.csv [6, 4, 1, 0, 1, 0] 0");
}

#[test]
fn a_customer_is_there_since_his_first_account() {
    let customers = CUSTOMERS.replace("opened_on = \"opened\"", "opened_on = { first_account = true }");
    let accounts = ACCOUNTS.replace(
        "role =",
        "opened_on = { from = \"account\", lookup = { file = \"dates\", key = \"a\", value = \"d\" } }, role =",
    );
    let files: [(&str, &[u8]); 3] = [
        ("customers.csv", b"id\nA\nB\nC\n"),
        ("accounts.csv", b"account,customer,role\n1,A,O\n2,A,J\n2,B,O\n3,B,O\n"),
        ("dates", b"a,d\n1,2020-05-05\n2,2019-01-01\n"),
    ];
    let night = night(&files, &[&customers, &accounts]).unwrap();
    let opened: Vec<_> =
        night.tables.customers.iter().map(|row| format!("{} {}", row.customer_id, row.opened_on)).collect();
    assert_eq!(opened, ["A 2019-01-01", "B 2019-01-01"]);
    assert_eq!(
        rejects(&night),
        [
            "accounts.csv:5 account: not found in dates [3,B,O]",
            "customers.csv:4 opened_on: no account to date the opening from [C]"
        ]
    );
}

#[test]
fn the_last_content_of_a_customer_wins_in_any_order() {
    let rows = ["A,2020-01-01\n", "A,2021-01-01\n", "A,2021-01-01\n", "B,2020-01-01\n"];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
        let text = "id,opened\n".to_owned() + &order.map(|at| rows[at]).concat();
        let night = night(&[("customers.csv", text.as_bytes())], &[CUSTOMERS]).unwrap();
        assert_eq!(night.tables.customers[0].opened_on.to_string(), "2021-01-01");
        assert_eq!(books(&night), ["customers.csv [4, 2, 1, 1, 0, 0] 0"]);
    }
}

#[test]
fn signs_codes_and_constants_follow_the_mapping() {
    let mapping = TRANSACTIONS
        .replace("amount = \"amount\"", "amount = { from = \"amount\", negative_where = { column = \"type\", values = [\"out\"] } }")
        .replace(
            "kind = \"kind\"",
            "kind = { from = [\"op\", \"sym\"], codes = { \"*|*\" = \"other\", \"*|loan\" = \"loan_repayment\", \
             \"cash|\" = \"deposit\", \"cash|loan\" = \"withdrawal\" } }, channel = { constant = \"atm\" }",
        );
    let text = b"id,customer,on,type,amount,op,sym\n\
        1,A,2026-10-01,in,1,cash,\n\
        2,A,2026-10-02,out,2,cash,loan\n\
        3,A,2026-10-03,out,3,wire,loan\n\
        4,A,2026-10-04,in,4,wire,-\n\
        5,A,2026-10-05,in,-5,wire,\n\
        6,A,2026-10-06,,6,wire,\n";
    let night = night(&[TWO_CUSTOMERS, ("transactions.csv", text)], &[CUSTOMERS, &mapping]).unwrap();
    assert_eq!(
        transactions(&night),
        [
            "A 2026-10-01 1.00 deposit",
            "A 2026-10-02 -2.00 withdrawal",
            "A 2026-10-03 -3.00 loan_repayment",
            "A 2026-10-04 4.00 other"
        ]
    );
    let reasons: Vec<_> = night.rejects.iter().map(|reject| reject.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["a sign, although another column tells it", "no value in the column that tells the sign"]
    );
}

#[test]
fn another_currency_refuses_the_night() {
    let mapping = TRANSACTIONS.replace("kind = \"kind\"", "kind = \"kind\", currency = \"currency\"");
    let read = |currency: &str| {
        let text = format!(
            "id,customer,on,amount,kind,currency\n1,A,2026-10-01,1,fee,EUR\n2,A,2026-10-01,1,fee,{currency}\n"
        );
        night(&[TWO_CUSTOMERS, ("transactions.csv", text.as_bytes())], &[CUSTOMERS, &mapping])
    };
    assert!(refusal(read("USD")).starts_with("Refused: no rate for currency `USD` on 2026-10-01"));
    assert!(refusal(read("Jane Doe")).starts_with("Refused: no rate for a value that is no currency code"));
    assert_eq!(rejects(&read("").unwrap()), ["transactions.csv:3 currency: missing [2,A,2026-10-01,1,fee,]"]);
}

#[test]
fn a_snapshot_comes_from_the_last_file_that_has_its_date() {
    let holdings = r#"
[holdings]
files = "holdings*"
format = "csv"
columns = { snapshot_on = "on", customer_id = "customer", product_kind = "kind", balance = "balance", product_id = "product" }
"#;
    let header = "on,customer,kind,balance,product\n";
    let one = format!("{header}2026-09-30,A,fund,1,P\n2026-09-30,A,fund,1,P\n2026-08-31,A,fund,5,Q\n");
    let two = format!("{header}2026-09-30,B,time_deposit,2,\n2026-09-30,A,loan_mortgage,3,\n");
    let files: [(&str, &[u8]); 3] =
        [TWO_CUSTOMERS, ("holdings_1", one.as_bytes()), ("holdings_2", two.as_bytes())];
    let night = night(&files, &[CUSTOMERS, holdings]).unwrap();
    let rows: Vec<_> = night
        .tables
        .holdings
        .iter()
        .map(|h| (h.customer, h.snapshot_on.to_string(), h.balance.0, h.product))
        .collect();
    let day = |text: &str| text.to_owned();
    assert_eq!(
        rows,
        [
            (0, day("2026-08-31"), 500, NONE),
            (0, day("2026-09-30"), 300, NONE),
            (1, day("2026-09-30"), 200, NONE)
        ]
    );
    assert_eq!(
        books(&night)[1..],
        ["holdings_1 [3, 1, 0, 2, 0, 0] 500", "holdings_2 [2, 2, 0, 0, 0, 0] 500"]
    );
}

#[test]
fn what_the_mappings_fill_is_told() {
    let night = night(&[TWO_CUSTOMERS], &[CUSTOMERS]).unwrap();
    let mapped: Vec<_> = night.mapped.into_iter().collect();
    assert_eq!(mapped, [(Table::Customers, "customer_id"), (Table::Customers, "opened_on")]);
}
