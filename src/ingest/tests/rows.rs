//! Rows of every table: what is used, duplicate, superseded and rejected.

use super::*;

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
        \xe3\x80\x80x,A,2026-10-02,7,salary\n";
    let night = night(&[TWO_CUSTOMERS, ("transactions.csv", text)], &[CUSTOMERS, TRANSACTIONS]).unwrap();
    assert_eq!(transactions(&night), ["A 2026-10-01 -12.50 payment", "B 2026-10-02 7.00 salary"]);
    let reasons: Vec<_> =
        night.rejected().iter().map(|(_, r)| format!("{} {}: {}", r.line, r.column, r.reason)).collect();
    assert_eq!(
        reasons,
        [
            "4 customer: missing",
            "5 customer: unknown customer",
            "6 on: not a day of the calendar",
            "7 amount: missing",
            "8 amount: more than 2 decimals",
            "9 kind: unknown code",
            "10 id: an invisible character in an id",
        ]
    );
    assert_eq!(books(&night)[1], "transactions.csv [9, 2, 0, 0, 7, 2] -550");
    assert_eq!(night.deliveries()[1].books.amounts.rejected, 3500);
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
    // Files of one night are parts of one delivery: neither their names nor the order of rows decides.
    let (turned, counts) = read(reversed(&two), reversed(&one));
    assert_eq!(turned, rows);
    assert_eq!(
        counts[1..],
        ["transactions_1.csv [3, 3, 0, 0, 0, 0] 1600", "transactions_2.csv [3, 0, 2, 1, 0, 0] 0"]
    );
}

#[test]
fn accounts_stand_for_their_owner() {
    let accounts = b"account,customer,role\n1,B,J\n1,A,O\n2,B,J\n3,X,O\n4,A,O\n4,A,O\n";
    let text = b"id,account,on,amount,kind\na,1,2026-10-01,1,fee\nb,2,2026-10-01,2,fee\nc,9,2026-10-01,3,fee\nd,,2026-10-01,4,fee\n";
    let mapping = TRANSACTIONS.replace("customer_id = \"customer\"", "account_id = \"account\"");
    let files: [(&str, &[u8]); 3] = [TWO_CUSTOMERS, ("accounts.csv", accounts), ("transactions.csv", text)];
    let night = night(&files, &[CUSTOMERS, ACCOUNTS, &mapping]).unwrap();
    assert_eq!(transactions(&night), ["A 2026-10-01 1.00 fee"]);
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

/// What a rejected owner takes along does not refuse another file: the fault is counted where it lies.
#[test]
fn rows_of_a_rejected_customer_or_account_share_its_fate() {
    let customers = CUSTOMERS.replace("id = \"id\"", "id = \"id\", risk_level = \"risk\"");
    let by_account = TRANSACTIONS.replace("customer_id = \"customer\"", "account_id = \"account\"");
    let contacts = "[contacts]\nfiles = \"contacts*\"\nformat = \"csv\"\n\
        columns = { customer_id = \"customer\", contacted_on = \"on\" }\n";
    let holdings = "[holdings]\nfiles = \"holdings*\"\nformat = \"csv\"\n\
        columns = { snapshot_on = \"on\", customer_id = \"customer\", product_kind = \"kind\", balance = \"b\" }\n";
    let mappings = [&customers, ACCOUNTS, &by_account, contacts, holdings];
    let read = |transactions: &str| {
        // D's risk is none, E's row has a field too many: both ids can be read. The last one has none.
        let files: [(&str, &[u8]); 5] = [
            (
                "customers.csv",
                b"id,opened,risk\nA,2020-01-01,1\nB,2020-01-01,1\nD,2020-01-01,9\nE,2020-01-01,1,1\n,2020-01-01,1\n",
            ),
            ("accounts.csv", b"account,customer,role\n1,A,O\n2,B,O\n3,D,O\n3,A,J\n4,B,X\n5,E,O\n"),
            ("transactions.csv", transactions.as_bytes()),
            ("contacts.csv", b"customer,on\nA,2026-10-01\nD,2026-10-01\nE,2026-10-01\n"),
            ("holdings.csv", b"on,customer,kind,b\n2026-09-30,A,fund,1\n2026-09-30,D,fund,2\n"),
        ];
        night_with(&files, &mappings, 0.6)
    };
    let header = "id,account,on,amount,kind\n";
    let orphans = "b,3,2026-10-01,2,fee\nc,4,2026-10-01,3,fee\nd,5,2026-10-01,4,fee\n";
    let night = read(&format!("{header}a,1,2026-10-01,1,fee\n{orphans}")).unwrap();
    assert_eq!(transactions(&night), ["A 2026-10-01 1.00 fee"]);
    let reasons: Vec<_> = night
        .rejected()
        .iter()
        .map(|(file, r)| format!("{file}:{} {}: {}", r.line, r.column, r.reason))
        .collect();
    assert_eq!(
        reasons,
        [
            "accounts.csv:4 customer: customer was rejected",
            "accounts.csv:6 role: unknown code",
            "accounts.csv:7 customer: customer was rejected",
            "contacts.csv:3 customer: customer was rejected",
            "contacts.csv:4 customer: customer was rejected",
            "customers.csv:4 risk: outside 1 to 5",
            "customers.csv:5 : more fields than the header has",
            "customers.csv:6 id: missing",
            "holdings.csv:3 customer: customer was rejected",
            "transactions.csv:3 account: account was rejected",
            "transactions.csv:4 account: account was rejected",
            "transactions.csv:5 account: account was rejected",
        ]
    );
    assert_eq!(books(&night)[2], "transactions.csv [4, 1, 0, 0, 3, 0] 100");
    assert_eq!(night.deliveries()[2].books.amounts.rejected, 900);
    let unknown = read(&format!("{header}a,8,2026-10-01,1,fee\nz,9,2026-10-01,1,fee\n{orphans}"));
    assert!(refusal(unknown).starts_with(
        "Refused: `transactions.csv`: 2 of 2 rows rejected (100.00%), more than the 60.00% allowed; 2 of them: \
         `account` unknown account, first on line 2; 3 more name a customer or account that was rejected |"
    ));
}

#[test]
fn a_customer_is_known_while_one_of_his_rows_is() {
    let customers = CUSTOMERS.replace("id = \"id\"", "id = \"id\", risk_level = \"risk\"");
    let files: [(&str, &[u8]); 3] = [
        ("customers_1.csv", b"id,opened,risk\nA,2020-01-01,1\n"),
        ("customers_2.csv", b"id,opened,risk\nA,2020-01-01,9\nB,2020-01-01,1\n"),
        ("transactions.csv", b"id,customer,on,amount,kind\n1,A,2026-10-01,1,fee\n"),
    ];
    let night = night(&files, &[&customers, TRANSACTIONS]).unwrap();
    assert_eq!(transactions(&night), ["A 2026-10-01 1.00 fee"]);
}

#[test]
fn files_that_values_are_looked_up_in_are_in_the_books_once() {
    let lookup = |from: &str, file: &str, key: &str, value: &str| {
        format!(
            "{{ from = \"{from}\", lookup = {{ file = \"{file}\", key = \"{key}\", value = \"{value}\" }} }}"
        )
    };
    let (kind, channel) = (lookup("kind", "names", "a", "b"), lookup("kind", "names", "a", "c"));
    let booked_on = lookup("customer", "customers.csv", "id", "opened");
    let mapping = TRANSACTIONS
        .replace("kind = \"kind\"", &format!("kind = {kind}, channel = {channel}"))
        .replace("booked_on = \"on\"", &format!("booked_on = {booked_on}"));
    let names = b"a,b,c\nx,fee,atm\ny,salary,web\n";
    let text = b"id,customer,amount,kind\n1,A,1,x\n";
    let files: [(&str, &[u8]); 3] = [TWO_CUSTOMERS, ("names", names), ("transactions.csv", text)];
    let night = night(&files, &[CUSTOMERS, &mapping]).unwrap();
    assert_eq!(transactions(&night), ["A 2020-01-01 1.00 fee"]);
    assert_eq!(
        books(&night),
        ["customers.csv [2, 2, 0, 0, 0, 0] 0", "transactions.csv [1, 1, 0, 0, 0, 0] 100"]
    );
    let looked_up = &night.store.commit().looked_up["names"];
    assert_eq!((looked_up.rows, looked_up.bytes), (2, names.len() as u64));
    assert_eq!(looked_up.digest, blake3::hash(names).to_hex().as_str());
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
        night.bank.customers().map(|row| format!("{} {}", row.customer_id, row.opened_on)).collect();
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
        assert_eq!(night.bank.customer(0).opened_on.to_string(), "2021-01-01");
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
    let rejected = night.rejected();
    let reasons: Vec<_> = rejected.iter().map(|(_, reject)| reject.reason.as_str()).collect();
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
    assert_eq!(
        refusal(read("USD")),
        "Refused: no rate for currency `USD` on 2026-10-01, in column `currency` of `transactions.csv`, line 3 | \
         deliver amounts in `EUR`, the `base_currency`"
    );
    assert!(refusal(read("\"USD\"")).contains("`transactions.csv`, line 3 |"));
    assert!(refusal(read("Jane Doe")).starts_with("Refused: no rate for a value that is no currency code"));
    assert!(refusal(read("")).starts_with("Refused: no currency on 2026-10-01, in column `currency` of"));
}

/// Rows of holdings, customer by customer.
fn holdings(night: &Night) -> Vec<String> {
    let mut lines = Vec::new();
    let rows = night.bank.excerpt(&Keep::ALL).unwrap();
    for (index, customer) in (0u32..).zip(night.bank.customers()) {
        let line = |row: &crate::contract::Holding| {
            format!("{} {} {}", customer.customer_id, row.snapshot_on, row.balance)
        };
        lines.extend(rows.history(index).holdings.iter().map(line));
    }
    lines
}

#[test]
fn a_snapshot_comes_from_the_newest_delivery_of_it_in_however_many_files() {
    let mapping = r#"
[holdings]
files = "holdings*"
format = "csv"
columns = { snapshot_on = "on", customer_id = "customer", product_kind = "kind", balance = "balance", product_id = "product" }
"#;
    let header = "on,customer,kind,balance,product\n";
    let first = format!("{header}2024-09-30,A,fund,1,P\n2024-09-30,A,fund,1,P\n2024-08-31,A,fund,5,Q\n");
    let newer = format!("{header}2024-09-30,B,time_deposit,2,\n");
    let newer_too = format!("{header}2024-09-30,A,loan_mortgage,3,\n");
    let night = night(
        &[
            TWO_CUSTOMERS,
            ("holdings_2024-09-30", first.as_bytes()),
            ("holdings_2024-10-01_part1", newer.as_bytes()),
            ("holdings_2024-10-01_part2", newer_too.as_bytes()),
        ],
        &[CUSTOMERS, mapping],
    )
    .unwrap();
    assert_eq!(holdings(&night), ["A 2024-08-31 5.00", "A 2024-09-30 3.00", "B 2024-09-30 2.00"]);
    assert_eq!(
        books(&night)[1..],
        [
            "holdings_2024-09-30 [3, 1, 0, 2, 0, 0] 500",
            "holdings_2024-10-01_part1 [1, 1, 0, 0, 0, 0] 200",
            "holdings_2024-10-01_part2 [1, 1, 0, 0, 0, 0] 300"
        ]
    );
}

#[test]
fn what_the_mappings_fill_is_told() {
    let mapped: Vec<_> = crate::ingest::mapped(&sources(&[CUSTOMERS])).into_iter().collect();
    assert_eq!(mapped, [(Table::Customers, "customer_id"), (Table::Customers, "opened_on")]);
}

/// Pieces count their lines from their own start: the refusal names the line of the file, and the first of several.
#[test]
fn a_refusing_row_is_named_by_its_line_in_the_file() {
    let mapping = TRANSACTIONS.replace("kind = \"kind\"", "kind = \"kind\", currency = \"currency\"");
    let mut text = String::from("id,customer,on,amount,kind,currency\n");
    for n in 0..700_000 {
        let currency = if matches!(n, 99_999 | 100_000 | 650_000) { "USD" } else { "EUR" };
        text += &format!("{n:07},A,2026-10-01,1,fee,{currency}\n");
    }
    let read = |text: &str| {
        refusal(night(&[TWO_CUSTOMERS, ("transactions.csv", text.as_bytes())], &[CUSTOMERS, &mapping]))
    };
    let later = text.replacen("fee,USD", "fee,EUR", 2);
    assert!(read(&text).contains("`transactions.csv`, line 100001 |"));
    assert!(read(&later).contains("`transactions.csv`, line 650002 |"));
}
