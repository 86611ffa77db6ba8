//! What exports hold in place of plain values, one case at least per number V1 to V27: read where the mapping has the
//! rule, else quarantined with a reason that names it; never missing, never zero.

use crate::config::source::Source;
use crate::contract::tables::{Reading, Table};
use crate::ingest::cell::{Cell, Fault, Row};
use crate::ingest::codes::CodeMemo;
use crate::ingest::mapping::Mapping;

/// One cell in the place of every source column.
struct Alone<'a>(Cell<'a>);

impl Row for Alone<'_> {
    fn cell(&self, _slot: usize) -> Cell<'_> {
        self.0
    }
}

/// The mapping of a table where `column` is read from `v` with these options, and the source has those.
fn mapping(table: Table, column: &str, options: &str, source: &str) -> Result<Mapping, String> {
    let others = table.columns().iter().filter(|other| other.required && other.name != column);
    let mut columns: Vec<String> = others.map(|other| format!("{0} = \"{0}\"", other.name)).collect();
    if matches!(table, Table::Transactions | Table::Holdings) && column != "customer_id" {
        columns.push("customer_id = \"customer_id\"".into());
    }
    columns.push(format!(
        "{column} = {{ from = \"v\"{}{options} }}",
        if options.is_empty() { "" } else { ", " }
    ));
    let text = format!("files = \"f\"\nformat = \"csv\"\n{source}\n[columns]\n{}", columns.join("\n"));
    let source: Source = toml::from_str(&text).map_err(|error| error.to_string())?;
    source.check(table).map_err(|error| error.to_string())?;
    let mut mapping =
        Mapping::new(table, &source, std::path::Path::new("nowhere")).map_err(|e| e.to_string())?;
    mapping.set_base_currency("CNY");
    Ok(mapping)
}

fn field_of(column: &str) -> (Table, &'static str, Reading) {
    let (table, name) = column.split_once('.').unwrap();
    let table = Table::from_name(table).unwrap();
    let column = table.columns().iter().find(|known| known.name == name).unwrap();
    (table, column.name, column.reading)
}

/// The value as text, `missing`, or the reason of the reject.
fn read(column: &str, options: &str, source: &str, cell: Cell<'_>) -> String {
    let (table, name, reading) = field_of(column);
    let mut mapping = match mapping(table, name, options, source) {
        Ok(mapping) => mapping,
        Err(message) => return format!("usage: {message}"),
    };
    let missing = mapping.missing.clone();
    let field = mapping.take(name);
    let row = match cell {
        Cell::Text(text) => Alone(crate::ingest::cell::text_cell(text, &missing)),
        cell => Alone(cell),
    };
    let is_id = name.ends_with("_id");
    let value = match reading {
        Reading::Text if is_id => field.id(&row).map(|id| id.map(|id| id.to_string())),
        Reading::Text => field.text(&row).map(|text| text.map(|text| text.to_string())),
        Reading::Date => field.date(&row).map(|date| date.map(|date| date.to_string())),
        Reading::Money => field.money(&row).map(|money| money.map(|money| money.to_string())),
        Reading::Number => field.number(&row).map(|number| number.map(|number| number.to_string())),
        Reading::Boolean => field.boolean(&row).map(|value| value.map(|value| value.to_string())),
        Reading::Code(known) => field
            .code(&row, &mut CodeMemo::default())
            .map(|code| code.map(|code| known[usize::from(code)].to_owned())),
    };
    match value {
        Ok(value) => value.unwrap_or_else(|| "missing".into()),
        Err(Fault::Row(label, reason)) => {
            assert_eq!(label, "v");
            if let (Cell::Text(text), Ok(_)) = (row.0, field.id(&row)) {
                let text = String::from_utf8_lossy(text);
                assert!(text.len() < 4 || !reason.contains(&*text), "a reason holds the value");
            }
            format!("rejected: {reason}")
        }
        Err(Fault::Delivery(refusal)) => format!("refused: {}", refusal.what),
    }
}

const AMOUNT: &str = "transactions.amount";
const BALANCE: &str = "holdings.balance";
const DATE: &str = "transactions.booked_on";
const ID: &str = "transactions.transaction_id";

/// Number, column, options of the column, text, what becomes of it.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str);

fn check(cases: &[Case]) {
    for (number, column, options, text, expected) in cases {
        let got = read(column, options, "", Cell::Text(text.as_bytes()));
        assert_eq!(got, *expected, "{number}: {text} with {options}");
    }
}

#[test]
fn v1_to_v9_amounts_are_read_as_the_mapping_says_or_not_at_all() {
    check(&[
        ("V1", AMOUNT, "accept = [\"thousands\"]", "1,234.56", "1234.56"),
        ("V1", AMOUNT, "accept = [\"thousands\"]", "-12,345,678", "-12345678.00"),
        ("V1", AMOUNT, "accept = [\"thousands\"]", "1234.56", "1234.56"),
        (
            "V1",
            AMOUNT,
            "accept = [\"thousands\"]",
            "1,23",
            "rejected: a decimal comma: read only where `accept` has `decimal_comma`",
        ),
        (
            "V1",
            AMOUNT,
            "accept = [\"thousands\"]",
            "1234,567.00",
            "rejected: not an amount: expected digits with a decimal point, as in 1234.56",
        ),
        (
            "V1",
            AMOUNT,
            "",
            "1,234.56",
            "rejected: commas between digits: read only where `accept` has `thousands`",
        ),
        ("V2", AMOUNT, "accept = [\"full_width\"]", "１２３４．５６", "1234.56"),
        ("V2", AMOUNT, "accept = [\"full_width\"]", "－５", "-5.00"),
        (
            "V2",
            AMOUNT,
            "accept = [\"full_width\"]",
            "＋５",
            "rejected: a plus sign: read only where `accept` has `plus`",
        ),
        ("V2", AMOUNT, "accept = [\"full_width\", \"parentheses\"]", "（５）", "-5.00"),
        (
            "V2",
            AMOUNT,
            "",
            "１２３４",
            "rejected: full-width characters: read only where `accept` has `full_width`",
        ),
        ("V3", AMOUNT, "accept = [\"units\"]", "12万", "120000.00"),
        ("V3", AMOUNT, "accept = [\"units\"]", "3.5亿", "350000000.00"),
        ("V3", AMOUNT, "accept = [\"units\"]", "0.00000001亿", "1.00"),
        ("V3", AMOUNT, "accept = [\"units\"]", "1.2345678万元", "rejected: more than 2 decimals"),
        ("V3", AMOUNT, "accept = [\"units\"]", "2万亿", "2000000000000.00"),
        ("V3", AMOUNT, "accept = [\"units\"]", "100000000亿", "rejected: too large"),
        ("V3", AMOUNT, "accept = [\"units\"]", "100元", "100.00"),
        ("V3", AMOUNT, "accept = [\"units\"]", "¥5", "5.00"),
        ("V3", AMOUNT, "accept = [\"units\"]", "-￥5.5", "-5.50"),
        ("V3", AMOUNT, "accept = [\"units\"]", "CNY 5", "5.00"),
        ("V3", AMOUNT, "accept = [\"units\"]", "CNY-5", "-5.00"),
        ("V3", AMOUNT, "accept = [\"units\"]", "5 CNY", "5.00"),
        (
            "V3",
            AMOUNT,
            "accept = [\"units\"]",
            "USD 5",
            "rejected: an amount in a currency that is not the base currency",
        ),
        (
            "V3",
            AMOUNT,
            "accept = [\"units\"]",
            "$5",
            "rejected: an amount in a currency that is not the base currency",
        ),
        (
            "V3",
            AMOUNT,
            "accept = [\"units\"]",
            "CNY 5元",
            "rejected: not an amount: expected digits with a decimal point, as in 1234.56",
        ),
        (
            "V3",
            AMOUNT,
            "",
            "12万",
            "rejected: a unit or currency with a number: read only where `accept` has `units`",
        ),
        (
            "V3",
            AMOUNT,
            "",
            "CNY 5",
            "rejected: a unit or currency with a number: read only where `accept` has `units`",
        ),
        ("V4", AMOUNT, "accept = [\"parentheses\"]", "(100)", "-100.00"),
        (
            "V4",
            AMOUNT,
            "accept = [\"parentheses\"]",
            "(-100)",
            "rejected: not an amount: expected digits with a decimal point, as in 1234.56",
        ),
        (
            "V4",
            AMOUNT,
            "",
            "(100)",
            "rejected: parentheses round a number: read only where `accept` has `parentheses`",
        ),
        ("V5", AMOUNT, "accept = [\"trailing_minus\"]", "5-", "-5.00"),
        (
            "V5",
            AMOUNT,
            "",
            "5-",
            "rejected: a minus after a number: read only where `accept` has `trailing_minus`",
        ),
        ("V6", AMOUNT, "accept = [\"plus\"]", "+5", "5.00"),
        ("V6", AMOUNT, "", "+5", "rejected: a plus sign: read only where `accept` has `plus`"),
        ("V7", AMOUNT, "", " \t5 ", "5.00"),
        ("V7", AMOUNT, "accept = [\"inner_spaces\"]", "1 234 567.89", "1234567.89"),
        ("V7", AMOUNT, "accept = [\"inner_spaces\"]", "1\u{a0}234", "1234.00"),
        ("V7", AMOUNT, "accept = [\"inner_spaces\"]", "- 5", "-5.00"),
        (
            "V7",
            AMOUNT,
            "",
            "1 234",
            "rejected: spaces inside a number: read only where `accept` has `inner_spaces`",
        ),
        ("V8", AMOUNT, "accept = [\"decimal_comma\"]", "1.234,56", "1234.56"),
        ("V8", AMOUNT, "accept = [\"decimal_comma\"]", "1.230", "1230.00"),
        ("V8", AMOUNT, "accept = [\"decimal_comma\"]", "0,5", "0.50"),
        (
            "V8",
            AMOUNT,
            "accept = [\"decimal_comma\"]",
            "1.23",
            "rejected: a decimal point, although `accept` has `decimal_comma`",
        ),
        (
            "V8",
            AMOUNT,
            "",
            "1.234,56",
            "rejected: a decimal comma: read only where `accept` has `decimal_comma`",
        ),
        (
            "V8",
            AMOUNT,
            "accept = [\"thousands\", \"decimal_comma\"]",
            "1",
            "usage: `sources.transactions.columns.amount.accept` has both `thousands` and `decimal_comma`",
        ),
        ("V9", AMOUNT, "accept = [\"exponent\"]", "1e3", "1000.00"),
        ("V9", AMOUNT, "accept = [\"exponent\"]", "1.25E-1", "rejected: more than 2 decimals"),
        ("V9", AMOUNT, "accept = [\"exponent\"]", "1.25E+1", "12.50"),
        (
            "V9",
            AMOUNT,
            "",
            "1e3",
            "rejected: an exponent in a number: read only where `accept` has `exponent`",
        ),
    ]);
}

#[test]
fn v10_to_v14_what_is_no_amount_is_no_amount() {
    let not_an_amount = "rejected: not an amount: expected digits with a decimal point, as in 1234.56";
    let sentinels = "missing = [\"--\", \"N/A\", \"NULL\", \"-\", \"#N/A\"]";
    for text in ["--", "N/A", "NULL", "-", "#N/A"] {
        check(&[("V10", AMOUNT, sentinels, text, "missing"), ("V10", AMOUNT, "", text, not_an_amount)]);
    }
    for text in ["NaN", "nan", "Inf", "-Infinity", "INF"] {
        check(&[("V11", AMOUNT, "", text, not_an_amount)]);
    }
    check(&[
        ("V12", AMOUNT, "accept = [\"exponent\"]", "1e400", "rejected: too large"),
        ("V12", AMOUNT, "accept = [\"exponent\"]", "0e400", "0.00"),
        (
            "V12",
            "customers.satisfaction",
            "accept = [\"exponent\"]",
            "1e400",
            "rejected: not a finite number",
        ),
        ("V12", AMOUNT, "", "9999999999999999.99", "9999999999999999.99"),
        ("V12", AMOUNT, "", "10000000000000000.00", "rejected: too large"),
        ("V12", AMOUNT, "", "170141183460469231731687303715884105728", "rejected: too large"),
        ("V13", AMOUNT, "", "0.005", "rejected: more than 2 decimals"),
        ("V13", AMOUNT, "", "0.0050", "rejected: more than 2 decimals"),
        ("V13", AMOUNT, "", "0.500000", "0.50"),
        ("V14", BALANCE, "", "-0.01", "rejected: negative"),
        ("V14", BALANCE, "", "-0.00", "0.00"),
        ("V14", BALANCE, "allow_negative = true", "-0.01", "-0.01"),
        ("V14", BALANCE, "negate = true", "-5", "5.00"),
        ("V14", BALANCE, "negate = true", "5", "rejected: negative"),
        ("V14", "holdings.cost_basis", "", "-1", "rejected: negative"),
        ("V14", "holdings.credit_limit", "", "-1", "rejected: negative"),
        ("V14", "customers.other_bank_assets", "", "-1", "rejected: negative"),
        ("V14", "holdings.market_value_change", "", "-1", "-1.00"),
        ("V14", AMOUNT, "", "-1", "-1.00"),
    ]);
}

/// A balance that is rejected for its sign still counts in the sum of what was delivered.
#[test]
fn v14_a_negative_balance_is_summed_although_it_is_rejected() {
    let mut mapping = mapping(Table::Holdings, "balance", "", "").unwrap();
    let balance = mapping.take("balance");
    let row = Alone(Cell::Text(b"-12.50"));
    assert!(balance.money(&row).is_err());
    assert_eq!(balance.signed_money(&row).unwrap().map(|money| money.0), Some(-1250));
}

#[test]
fn v15_to_v17_ids_are_text() {
    check(&[
        ("V15", ID, "", "0001234", "0001234"),
        ("V16", ID, "", "6222021234567890123", "6222021234567890123"),
        ("V16", ID, "", "62220212345678901234", "62220212345678901234"),
        (
            "V17",
            ID,
            "",
            "6.22202E+18",
            "rejected: an id in scientific notation: it went through a spreadsheet",
        ),
        ("V17", ID, "", "6222021234567890000", "6222021234567890000"),
        (
            "F31",
            ID,
            "",
            "Ａ００１",
            "rejected: full-width character in an id: read only where `accept` has `full_width`",
        ),
        ("F31", ID, "accept = [\"full_width\"]", "Ａ００１", "A001"),
        ("F31", ID, "", "A\u{200b}1", "rejected: an invisible character in an id"),
        ("F31", ID, "accept = [\"full_width\"]", "A\u{3000}1", "rejected: an invisible character in an id"),
        (
            "F31",
            ID,
            "",
            "Jose\u{301}",
            "rejected: a combining character in an id: deliver ids in Unicode form NFC",
        ),
    ]);
    let whole = |cell| read(ID, "", "", cell);
    assert_eq!(whole(Cell::Integer(6_222_021_234_567_890_123)), "6222021234567890123", "V16");
    assert_eq!(whole(Cell::Decimal(62_220_212_345_678_901_234, 0)), "62220212345678901234", "V16");
    assert_eq!(
        whole(Cell::Float(6.222_021_234_567_89e18)),
        "rejected: a float in place of a text, too large to be exact",
        "V17"
    );
}

#[test]
fn v18_to_v23_dates_are_read_in_the_format_that_is_named() {
    let serial = "format = \"excel_serial\"";
    check(&[
        ("V18", DATE, serial, "45351", "2024-02-29"),
        ("V18", DATE, serial, "60", "rejected: not a day of the calendar"),
        (
            "V18",
            DATE,
            serial,
            "45351.25",
            "rejected: a serial date with a time of day: read only with `format = \"excel_timestamp\"`",
        ),
        ("V18", DATE, "format = \"excel_timestamp\"", "45351.25", "2024-02-29"),
        (
            "V18",
            DATE,
            "",
            "45351",
            "rejected: a number where a date is expected: a serial date is read only with `format = \"excel_serial\"`",
        ),
        ("V19", DATE, "format = \"YYYYMMDD\"", "20240229", "2024-02-29"),
        ("V19", DATE, "", "20240229", "rejected: a date read only with `format = \"YYYYMMDD\"`"),
        ("V20", DATE, "", "2023-02-29", "rejected: not a day of the calendar"),
        ("V20", DATE, "", "2024-02-29", "2024-02-29"),
        ("V21", DATE, "format = \"YY/M/D\"", "24/2/29", "2024-02-29"),
        ("V21", DATE, "format = \"DD/MM/YY\"", "29/02/24", "2024-02-29"),
        (
            "V21",
            DATE,
            "",
            "24/2/29",
            "rejected: a date with a two-digit year: ambiguous unless `format` says `YY/M/D` or `DD/MM/YY`",
        ),
        (
            "V21",
            DATE,
            "format = \"YYYY/M/D\"",
            "29/02/24",
            "rejected: a date with a two-digit year: ambiguous unless `format` says `YY/M/D` or `DD/MM/YY`",
        ),
        ("V22", DATE, "", "0000-00-00", "rejected: not a day of the calendar"),
        ("V22", DATE, "", "9999-12-31", "rejected: a year outside 1900 to 2200"),
        ("V22", DATE, "", "1900-01-01", "1900-01-01"),
        ("V22", DATE, "missing = [\"0000-00-00\", \"1900-01-01\", \"9999-12-31\"]", "0000-00-00", "missing"),
        ("V22", DATE, "missing = [\"0000-00-00\", \"1900-01-01\", \"9999-12-31\"]", "1900-01-01", "missing"),
        ("V22", DATE, "missing = [\"0000-00-00\", \"1900-01-01\", \"9999-12-31\"]", "9999-12-31", "missing"),
        ("V23", DATE, "format = \"epoch_seconds\"", "1709164800", "2024-02-29"),
        ("V23", DATE, "format = \"epoch_millis\"", "1709164800000", "2024-02-29"),
        ("V23", DATE, "format = \"epoch_seconds\"", "1709164800000", "rejected: a year outside 1900 to 2200"),
        (
            "V23",
            DATE,
            "",
            "1709164800",
            "rejected: a number where a date is expected: seconds are read only with `format = \"epoch_seconds\"`",
        ),
        (
            "V23",
            DATE,
            "",
            "1709164800000",
            "rejected: a number where a date is expected: milliseconds are read only with `format = \"epoch_millis\"`",
        ),
    ]);
    let day = crate::date::Date::parse_iso("9999-12-31").unwrap();
    let sentinel = "missing = [\"9999-12-31\"]";
    assert_eq!(read(DATE, sentinel, "", Cell::Date(day)), "missing", "V22");
    assert_eq!(read(DATE, "", sentinel, Cell::Date(day)), "missing", "V22");
    assert_eq!(read(DATE, "", "", Cell::Date(day)), "rejected: a year outside 1900 to 2200", "V22");
    assert_eq!(read(DATE, serial, "", Cell::Float(45_351.0)), "2024-02-29", "V18");
}

#[test]
fn v24_birth_dates_are_days_that_somebody_alive_may_have() {
    check(&[
        ("V24", "customers.birth_date", "", "1899-12-31", "rejected: a year outside 1900 to 2200"),
        ("V24", "customers.birth_date", "", "2201-01-01", "rejected: a year outside 1900 to 2200"),
    ]);
}

#[test]
fn v25_no_currency_is_taken_for_another() {
    check(&[
        (
            "V25",
            AMOUNT,
            "accept = [\"units\"]",
            "5 USD",
            "rejected: an amount in a currency that is not the base currency",
        ),
        (
            "V25",
            AMOUNT,
            "accept = [\"units\"]",
            "€5",
            "rejected: an amount in a currency that is not the base currency",
        ),
    ]);
    let (table, name, _) = field_of(AMOUNT);
    let mut mapping = mapping(table, name, "accept = [\"units\"]", "").unwrap();
    mapping.set_base_currency("EUR");
    let amount = mapping.take(name);
    for text in ["¥5", "5元", "CNY 5"] {
        assert!(amount.money(&Alone(Cell::Text(text.as_bytes()))).is_err(), "{text}");
    }
    assert!(amount.money(&Alone(Cell::Text(b"EUR 5"))).is_ok());
}

#[test]
fn v26_and_v27_sums_are_exact() {
    let tenth = crate::ingest::parse::money(b"0.1", &crate::ingest::parse::Notation::default()).unwrap();
    let sum: i128 = (0..10_000_000).map(|_| i128::from(tenth)).sum();
    assert_eq!(sum, 100_000_000, "V26");
    let most =
        crate::ingest::parse::money(b"9999999999999999.99", &crate::ingest::parse::Notation::default());
    let sum: i128 = (0..100).map(|_| i128::from(most.unwrap())).sum();
    assert!(
        sum > i128::from(i64::MAX),
        "V27: sums are taken in i128, which 2^31 of the largest amounts do not fill"
    );
    check(&[("V27", AMOUNT, "", "92233720368547758.08", "rejected: too large")]);
}

#[test]
fn d4_timestamps_count_on_their_date_in_the_zone() {
    let zone = "time_zone = \"America/New_York\"";
    let timestamp =
        |source: &str, text: &str| read(DATE, "format = \"timestamp\"", source, Cell::Text(text.as_bytes()));
    assert_eq!(timestamp(zone, "2024-02-29T02:00:00Z"), "2024-02-28");
    assert_eq!(timestamp(zone, "2024-02-29 02:00:00"), "2024-02-29");
    assert_eq!(
        timestamp(zone, "2024-03-10 02:30:00"),
        "rejected: a local time that the clocks of `time_zone` skip"
    );
    assert_eq!(
        timestamp(zone, "2024-11-03 01:30:00"),
        "rejected: a local time that the clocks of `time_zone` show twice"
    );
    assert_eq!(
        timestamp("", "2024-02-29T02:00:00Z"),
        "rejected: a timestamp with an offset: set the source's `time_zone`, in which its date is taken"
    );
    let moment = |source: &str, cell| read(DATE, "format = \"timestamp\"", source, cell);
    assert_eq!(moment(zone, Cell::Instant(1_709_172_000)), "2024-02-28");
    assert_eq!(moment("", Cell::Instant(1_709_172_000)), "2024-02-29");
    assert_eq!(moment(zone, Cell::Local(1_709_172_000)), "2024-02-29");
    assert_eq!(read(DATE, "format = \"epoch_seconds\"", zone, Cell::Integer(1_709_172_000)), "2024-02-28");
    assert!(timestamp("time_zone = \"Asia/Shangai\"", "x").contains("`sources.transactions.time_zone`"));
}

#[test]
fn contradictions_are_refused_with_their_place() {
    for (column, options, source, message) in [
        (
            ID,
            "allow_negative = true",
            "",
            "`sources.transactions.columns.transaction_id`: `allow_negative` belongs to amounts only",
        ),
        (
            ID,
            "accept = [\"plus\"]",
            "",
            "`sources.transactions.columns.transaction_id.accept`: `plus` has no meaning for this column",
        ),
        (
            AMOUNT,
            "format = \"YYYYMMDD\"",
            "",
            "`sources.transactions.columns.amount`: `format` belongs to dates only",
        ),
        (
            AMOUNT,
            "aliases = [\"v\"]",
            "",
            "`sources.transactions.columns.amount` names the column `v` more than once",
        ),
        (
            AMOUNT,
            "accept = [\"thousands\"]",
            "accept = [\"decimal_comma\"]",
            "`sources.transactions.columns.amount.accept` has both `thousands` and `decimal_comma`",
        ),
        (AMOUNT, "", "date_column = \"amount\"", "`sources.transactions.date_column`: `amount` is no date"),
        (
            AMOUNT,
            "",
            "date_column = \"booked\"",
            "`sources.transactions.date_column` is not a column of the contract",
        ),
        (AMOUNT, "", "fresh_within_days = -1", "`sources.transactions.fresh_within_days` is less than 0"),
        (
            AMOUNT,
            "",
            "trailer = { starts_with = \"合计\", sum = 0 }",
            "`sources.transactions.trailer.sum`: fields are counted from 1",
        ),
        (
            AMOUNT,
            "",
            "control = { file = \"../x\" }",
            "`sources.transactions.control.file` must be a file name that holds `{file}` and differs from it",
        ),
    ] {
        assert_eq!(
            read(column, options, source, Cell::Missing),
            format!("usage: {message}"),
            "{options} {source}"
        );
    }
}

#[test]
fn aliases_are_other_names_of_one_column() {
    let mapping = mapping(Table::Transactions, "amount", "aliases = [\"金额\", \"amt\"]", "").unwrap();
    let slot = mapping.slots.iter().find(|slot| slot.name == "v").unwrap();
    assert_eq!(slot.aliases, ["金额", "amt"]);
}
