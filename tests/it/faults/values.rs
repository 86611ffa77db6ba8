//! V1 to V27: how numbers, dates and ids are written.
//!
//! Every tolerance has two cases: without its rule the row is kept in the rejects, with it the value is exact.

use super::drop_folder::{CUSTOMERS, DropFolder, HOLDINGS, TRANSACTIONS};
use super::{Case, case, changed_line, script};

/// A way of writing 1,234.56 or another amount, the rule that reads it, and what it is told without that rule.
const WRITTEN: [(&str, &str, &str, &str, &str); 10] = [
    (
        "V1",
        "\"1,234.56\"",
        "thousands",
        "1313.06",
        "commas between digits: read only where `accept` has `thousands`",
    ),
    (
        "V2",
        "１２３４",
        "full_width",
        "1312.50",
        "full-width characters: read only where `accept` has `full_width`",
    ),
    ("V3", "12万", "units", "120078.50", UNIT),
    ("V3", "3.5亿", "units", "350000078.50", UNIT),
    ("V3", "100元", "units", "178.50", UNIT),
    ("V3", "¥100", "units", "178.50", UNIT),
    (
        "V4",
        "(100)",
        "parentheses",
        "-21.50",
        "parentheses round a number: read only where `accept` has `parentheses`",
    ),
    (
        "V5",
        "5-",
        "trailing_minus",
        "73.50",
        "a minus after a number: read only where `accept` has `trailing_minus`",
    ),
    ("V6", "+5", "plus", "83.50", "a plus sign: read only where `accept` has `plus`"),
    ("V9", "1e3", "exponent", "1078.50", "an exponent in a number: read only where `accept` has `exponent`"),
];
const UNIT: &str = "a unit or currency with a number: read only where `accept` has `units`";
const NOT_AN_AMOUNT: &str = "not an amount: expected digits with a decimal point, as in 1234.56";

/// Of the transactions without the third one.
const WITHOUT_THIRD: &str = "4 rows = 3 used + 1 rejected; 78.50 = 78.50 used; 1 unreadable";

pub fn cases() -> Vec<Case> {
    let mut cases = written();
    cases.extend(refused_amounts());
    cases.extend(other_amounts());
    cases.extend(negative());
    cases.extend(ids());
    cases.extend(dates());
    cases.extend(people());
    cases.extend(currencies());
    cases.extend(sums());
    cases
}

/// The third transaction is kept in the rejects for its amount.
fn refused_amount(numbers: &'static str, text: &str, reason: &str) -> Case {
    case(numbers, format!("amount `{text}`"))
        .cell("amount", text)
        .reject("transactions.csv", 4, "amount", reason, &changed_line("amount", text))
        .account("transactions.csv", WITHOUT_THIRD)
}

/// The third transaction counts, so that the sum is this.
fn used_amount(numbers: &'static str, text: &str, accept: &str, sum: &str) -> Case {
    case(numbers, format!("amount `{text}` where `{accept}` is accepted"))
        .cell("amount", text)
        .configured(&format!("sources.transactions.accept = [{accept:?}]"))
        .account("transactions.csv", &format!("4 rows = 4 used; {sum} = {sum} used"))
}

fn written() -> Vec<Case> {
    let pair = |(number, text, accept, sum, reason): &(&'static str, &str, &str, &str, &str)| {
        [refused_amount(number, text, reason), used_amount(number, text, accept, sum)]
    };
    WRITTEN.iter().flat_map(pair).collect()
}

fn refused_amounts() -> Vec<Case> {
    let thousands = "sources.transactions.accept = [\"thousands\"]";
    let units = "sources.transactions.accept = [\"units\"]";
    let mut cases = vec![
        refused_amount("V1", "\"1,23.56\"", NOT_AN_AMOUNT).configured(thousands),
        refused_amount("V3", "USD 5", "an amount in a currency that is not the base currency")
            .configured(units),
        refused_amount("V12", "1e400", "too large")
            .configured("sources.transactions.accept = [\"exponent\"]"),
        refused_amount("V12", "99999999999999999.99", "too large"),
        refused_amount("V12", &"9".repeat(50), "too large"),
        refused_amount("V13", "0.005", "more than 2 decimals"),
        refused_amount("V13", "5.123", "more than 2 decimals"),
    ];
    for text in ["--", "N/A", "NULL", "-", "#N/A"] {
        cases.push(refused_amount("V10", text, NOT_AN_AMOUNT));
        let missing = format!("sources.transactions.missing = [{text:?}]");
        cases.push(refused_amount("V10", text, "missing").configured(&missing));
    }
    cases.extend(["NaN", "Inf", "-inf", "nan"].map(|text| refused_amount("V11", text, NOT_AN_AMOUNT)));
    cases
}

fn other_amounts() -> Vec<Case> {
    let by_comma = "transaction_id;customer_id;booked_on;amount;kind\nT1;C1;2026-10-31;1.234,56;deposit\n";
    vec![
        refused_amount(
            "V7",
            "1 234.56",
            "spaces inside a number: read only where `accept` has `inner_spaces`",
        ),
        used_amount("V7", "1 234.56", "inner_spaces", "1313.06"),
        case("V7", "spaces around an amount")
            .cell("amount", "  5\t ")
            .account("transactions.csv", "4 rows = 4 used; 83.50 = 83.50 used"),
        refused_amount("V8", "\"1.234,56\"", "a decimal comma: read only where `accept` has `decimal_comma`"),
        case("V8", "a decimal comma where it is accepted")
            .transactions(by_comma)
            .configured("sources.transactions = { separator = \";\", accept = [\"decimal_comma\"] }")
            .account("transactions.csv", "1 rows = 1 used; 1234.56 = 1234.56 used"),
        case("V8", "a decimal point where a comma is accepted")
            .transactions(by_comma.replace("1.234,56", "1234.56"))
            .configured("sources.transactions = { separator = \";\", accept = [\"decimal_comma\"] }")
            .reject(
                "transactions.csv",
                2,
                "amount",
                "a decimal point, although `accept` has `decimal_comma`",
                "T1;C1;2026-10-31;1234.56;deposit",
            )
            .refused(3, "the exports hold no transaction that could be used", "mapping"),
        case("V1 V8", "a comma that would mean two things")
            .configured("sources.transactions.accept = [\"thousands\", \"decimal_comma\"]")
            .refused(
                2,
                "`sources.transactions.accept` has both `thousands` and `decimal_comma`",
                "a comma means one of them",
            ),
        case("V13", "a third decimal that is zero")
            .cell("amount", "1.230")
            .account("transactions.csv", "4 rows = 4 used; 79.73 = 79.73 used"),
    ]
}

fn negative() -> Vec<Case> {
    let holdings =
        "snapshot_on,customer_id,product_kind,balance\n2026-10-31,C1,fund,10.00\n2026-10-31,C2,fund,-5.00\n";
    let with = |file: &str, keys: &str| {
        case("V14", format!("a negative balance, {keys}"))
            .file("holdings.csv", file)
            .configured(HOLDINGS)
            .configured(keys)
    };
    let limits =
        holdings.replace("balance\n", "balance,credit\n").replace(".00\n", ".00,-1.00\n").replace("-5", "5");
    vec![
        with(holdings, "")
            .reject("holdings.csv", 3, "balance", "negative", "2026-10-31,C2,fund,-5.00")
            .account("holdings.csv", "2 rows = 1 used + 1 rejected; 5.00 = 10.00 used + -5.00 rejected"),
        with(holdings, "sources.holdings.columns.balance = { from = \"balance\", allow_negative = true }")
            .account("holdings.csv", "2 rows = 2 used; 5.00 = 5.00 used"),
        with(&limits, "sources.holdings.columns.credit_limit = \"credit\"")
            .reject("holdings.csv", 2, "credit", "negative", "2026-10-31,C1,fund,10.00,-1.00")
            .reject("holdings.csv", 3, "credit", "negative", "2026-10-31,C2,fund,5.00,-1.00")
            .account("holdings.csv", "2 rows = 2 rejected; 15.00 = 15.00 rejected"),
        case("V14", "a sign beside a column that tells it")
            .configured(
                "sources.transactions.columns.amount = \
                 { from = \"amount\", negative_where = { column = \"kind\", values = [\"withdrawal\", \"payment\"] } }",
            )
            .reject(
                "transactions.csv",
                3,
                "amount",
                "a sign, although another column tells it",
                "T2,C2,2026-10-30,-20.50,withdrawal",
            )
            .reject(
                "transactions.csv",
                5,
                "amount",
                "a sign, although another column tells it",
                "T4,C1,2026-10-31,-1.00,payment",
            )
            .account("transactions.csv", "4 rows = 2 used + 2 rejected; 107.25 = 107.25 used; 2 unreadable"),
    ]
}

/// The customers and one more, with a transaction of his.
fn with_id(numbers: &'static str, id: &str) -> Case {
    case(numbers, format!("id `{id}`"))
        .customers(format!("{CUSTOMERS}{id},2020-01-01,1980-01-01\n"))
        .transactions(format!("{TRANSACTIONS}T5,{id},2026-10-31,1.00,deposit\n"))
}

fn ids() -> Vec<Case> {
    let whole = |numbers, id: &str| {
        with_id(numbers, id)
            .account("customers.csv", "4 rows = 4 used")
            .account("transactions.csv", "5 rows = 5 used; 86.75 = 86.75 used")
    };
    let lost = "was lost cannot be brought back";
    let rounded: String = (0..10).map(|n| format!("62220212345678{n}0000,2020-01-01,1980-01-01\n")).collect();
    vec![
        whole("V15", "0012"),
        script("V15", "an id with zeros in front is another than the one without", leading_zeros),
        whole("V16", "6222021234567890123"),
        whole("V16", "62220212345678901234"),
        with_id("V17", "6.22202E+18").refused(3, "passed through a spreadsheet", lost),
        case("V17", "ids that end in zeros, as a spreadsheet leaves them")
            .customers(format!("{CUSTOMERS}{rounded}"))
            .refused(3, "passed through a spreadsheet", lost),
    ]
}

fn leading_zeros() {
    let folder = DropFolder::new();
    folder.put("customers.csv", format!("{CUSTOMERS}0012,2020-01-01,1980-01-01\n12,2020-01-01,1980-01-01\n"));
    let (store, _) = folder.take_in("2026-10-31").unwrap();
    assert_eq!(store.codes().unwrap().customers.len(), 5);
}

/// The only transaction has this date, read by this format.
fn dated(numbers: &'static str, text: &str, format: &str) -> Case {
    let file = format!("transaction_id,customer_id,booked_on,amount,kind\nT3,C3,{text},7.25,transfer_in\n");
    case(numbers, format!("date `{text}` read as `{format}`")).transactions(file).configured(&format!(
        "sources.transactions.columns.booked_on = {{ from = \"booked_on\", format = {format:?} }}"
    ))
}

fn refused_date(numbers: &'static str, text: &str, format: &str, reason: &str) -> Case {
    case(numbers, format!("date `{text}` read as `{format}`"))
        .customers(format!(
            "customer_id,opened_on,birth_date\nC1,2020-01-05,\nC2,2020-01-05,\nC3,2020-01-05,{text}\n"
        ))
        .configured(&format!(
            "sources.customers.columns.birth_date = {{ from = \"birth_date\", format = {format:?} }}"
        ))
        .reject("customers.csv", 4, "birth_date", reason, &format!("C3,2020-01-05,{text}"))
        .reject(
            "transactions.csv",
            4,
            "customer_id",
            "customer was rejected",
            "T3,C3,2026-10-31,7.25,transfer_in",
        )
        .account("customers.csv", "3 rows = 2 used + 1 rejected")
        .account("transactions.csv", "4 rows = 3 used + 1 rejected; 85.75 = 78.50 used + 7.25 rejected")
}

const ISO: &str = "YYYY-MM-DD";
const TWO_DIGITS: &str =
    "a date with a two-digit year: ambiguous unless `format` says `YY/M/D` or `DD/MM/YY`";
const OUTSIDE: &str = "not a day of the calendar";

fn dates() -> Vec<Case> {
    let read =
        |numbers, text: &str, format: &str, date: &'static str| dated(numbers, text, format).night(date);
    let none = |text: &str| {
        case("V22", format!("`{text}` as no date"))
            .customers(CUSTOMERS.replace("1980-02-29", text))
            .configured(&format!(
                "sources.customers.columns.birth_date = {{ from = \"birth_date\", missing = [{text:?}] }}"
            ))
            .account("customers.csv", "3 rows = 3 used")
    };
    vec![
        refused_date(
            "V18",
            "45351",
            ISO,
            "a number where a date is expected: a serial date is read only with `format = \"excel_serial\"`",
        ),
        read("V18", "45351", "excel_serial", "2024-02-29"),
        refused_date("V18", "60", "excel_serial", OUTSIDE),
        refused_date(
            "V18",
            "45351.5",
            "excel_serial",
            "a serial date with a time of day: read only with `format = \"excel_timestamp\"`",
        ),
        read("V18", "45351.5", "excel_timestamp", "2024-02-29"),
        refused_date("V19", "20190228", ISO, "a date read only with `format = \"YYYYMMDD\"`"),
        read("V19", "20240229", "YYYYMMDD", "2024-02-29"),
        refused_date("V20", "2019-02-29", ISO, OUTSIDE),
        read("V20", "2024-02-29", ISO, "2024-02-29"),
        refused_date("V21", "19/2/28", ISO, TWO_DIGITS),
        refused_date("V21", "28/02/19", ISO, TWO_DIGITS),
        read("V21", "24/2/29", "YY/M/D", "2024-02-29"),
        read("V21", "29/02/24", "DD/MM/YY", "2024-02-29"),
        refused_date("V22", "0000-00-00", ISO, OUTSIDE),
        refused_date("V22", "9999-12-31", ISO, "a year outside 1900 to 2200"),
        none("0000-00-00"),
        none("1900-01-01"),
        none("9999-12-31"),
        refused_date(
            "V23",
            "1730332800",
            ISO,
            "a number where a date is expected: seconds are read only with `format = \"epoch_seconds\"`",
        ),
        read("V23", "1730332800", "epoch_seconds", "2024-10-31"),
        refused_date(
            "V23",
            "1730332800000",
            ISO,
            "a number where a date is expected: milliseconds are read only with `format = \"epoch_millis\"`",
        ),
        read("V23", "1730332800000", "epoch_millis", "2024-10-31"),
        read("V23", "1730332799", "epoch_seconds", "2024-10-31")
            .configured("sources.transactions.time_zone = \"Asia/Shanghai\""),
    ]
}

fn people() -> Vec<Case> {
    let one = |born: &str, reason: &str| {
        let row = format!("C4,2020-01-01,{born}");
        case("V24", format!("born {born}, opened 2020-01-01"))
            .customers(format!("{CUSTOMERS}{row}\n"))
            .reject("customers.csv", 5, "birth_date", reason, &row)
            .account("customers.csv", "4 rows = 3 used + 1 rejected")
    };
    vec![
        one("2150-01-01", "opened before birth"),
        one("2020-01-02", "opened before birth"),
        one("1870-01-01", "a year outside 1900 to 2200"),
        case("V24", "a customer of 131 years")
            .customers(format!("{CUSTOMERS}C4,2032-01-01,1900-12-31\n"))
            .reject(
                "customers.csv",
                5,
                "birth_date",
                "a birth date more than 130 years before the opening",
                "C4,2032-01-01,1900-12-31",
            ),
        case("V24", "closed before it was opened")
            .customers(
                "customer_id,opened_on,closed_on\nC1,2020-01-05,2020-01-04\nC2,2021-03-01,\nC3,2022-07-15,\n",
            )
            .configured(
                "sources.customers.columns = { birth_date = { constant = \"1980-01-01\" }, \
                 closed_on = \"closed_on\" }",
            )
            .reject(
                "customers.csv",
                2,
                "closed_on",
                "closed before it was opened",
                "C1,2020-01-05,2020-01-04",
            )
            .reject(
                "transactions.csv",
                2,
                "customer_id",
                "customer was rejected",
                "T1,C1,2026-10-29,100.00,deposit",
            )
            .reject(
                "transactions.csv",
                5,
                "customer_id",
                "customer was rejected",
                "T4,C1,2026-10-31,-1.00,payment",
            ),
    ]
}

fn currencies() -> Vec<Case> {
    let with = |what: &str, text: &str| {
        let lines = TRANSACTIONS.lines().enumerate().map(|(at, line)| {
            let currency = ["currency", "CNY", "CNY", text, "CNY"][at];
            format!("{line},{currency}\n")
        });
        case("V25", what)
            .transactions(lines.collect::<String>())
            .configured("sources.transactions.columns.currency = \"currency\"")
    };
    let hint = "deliver amounts in `CNY`, the `base_currency`";
    vec![
        with("one currency", "CNY").account("transactions.csv", "4 rows = 4 used; 85.75 = 85.75 used"),
        with("a currency without a rate", "USD").refused(
            3,
            "no rate for currency `USD` on 2026-10-31, in column `currency` of `transactions.csv`, line 4",
            hint,
        ),
        with("an unknown currency, which is not shown", "人民币").refused(
            3,
            "no rate for a value that is no currency code on 2026-10-31, in column `currency` of \
             `transactions.csv`, line 4",
            hint,
        ),
        with("no currency", "").refused(3, "`currency`", hint),
    ]
}

fn sums() -> Vec<Case> {
    let many = |rows: usize, amount: &str| -> String {
        let rows: String = (0..rows).map(|n| format!("U{n},C1,2026-10-31,{amount},deposit\n")).collect();
        format!("transaction_id,customer_id,booked_on,amount,kind\n{rows}")
    };
    vec![
        case("V26", "0.10 two hundred thousand times is 20000.00")
            .transactions(many(200_000, "0.10"))
            .account("transactions.csv", "200000 rows = 200000 used; 20000.00 = 20000.00 used"),
        case("V27", "amounts that add up beyond 64 bits are added up exactly")
            .transactions(many(12, "9999999999999999.99"))
            .account(
                "transactions.csv",
                "12 rows = 12 used; 119999999999999999.88 = 119999999999999999.88 used",
            ),
    ]
}
