//! The exact parsers, as tables of what they take and what they refuse where the mapping says nothing.

use crate::config::source::{DateFormat, Tolerance};
use crate::ingest::parse::reasons::*;
use crate::ingest::parse::*;

fn plain() -> Notation {
    Notation::default()
}

fn rule(format: DateFormat) -> DateRule {
    DateRule { format, ..DateRule::default() }
}

#[test]
fn amounts_are_exact_or_refused() {
    for (text, minor) in [
        ("0", 0),
        ("1234.56", 123_456),
        ("-0.5", -50),
        ("-0.05", -5),
        ("007.10", 710),
        ("1.230000", 123),
        ("99999.99", 9_999_999),
        ("100000.00", 10_000_000),
        ("12345678.9", 1_234_567_890),
        ("123456789.01", 12_345_678_901),
        ("9999999999999999.99", 999_999_999_999_999_999),
        ("-9999999999999999.99", -999_999_999_999_999_999),
        ("000000000000000000000001.00", 100),
    ] {
        assert_eq!(money(text.as_bytes(), &plain()), Ok(minor), "{text}");
    }
    let needs = accept_reason;
    for (text, reason) in [
        ("0.005", DECIMALS),
        ("1.2301", DECIMALS),
        ("+5", needs(Tolerance::Plus)),
        ("1,234.56", needs(Tolerance::Thousands)),
        ("1.234,56", needs(Tolerance::DecimalComma)),
        ("1e3", needs(Tolerance::Exponent)),
        ("6.22202E+18", needs(Tolerance::Exponent)),
        ("5-", needs(Tolerance::TrailingMinus)),
        ("(100)", needs(Tolerance::Parentheses)),
        ("1 000", needs(Tolerance::InnerSpaces)),
        ("12万", needs(Tolerance::Units)),
        ("１２", needs(Tolerance::FullWidth)),
        ("10000000000000000", TOO_LARGE),
        ("99999999999999999999999", TOO_LARGE),
        ("USD 5", OTHER_CURRENCY),
        ("", NOT_AN_AMOUNT),
        ("-", NOT_AN_AMOUNT),
        (".5", NOT_AN_AMOUNT),
        ("5.", NOT_AN_AMOUNT),
        ("--5", NOT_AN_AMOUNT),
        ("-5-", NOT_AN_AMOUNT),
        ("(-5)", NOT_AN_AMOUNT),
        ("()", NOT_AN_AMOUNT),
        ("NaN", NOT_AN_AMOUNT),
        ("INF", NOT_AN_AMOUNT),
        ("1.2.3", NOT_AN_AMOUNT),
        ("1.2.34", NOT_AN_AMOUNT),
        ("1,23,456", NOT_AN_AMOUNT),
        ("1 00", NOT_AN_AMOUNT),
        ("5e", NOT_AN_AMOUNT),
        ("5 ", NOT_AN_AMOUNT),
        ("1e3万", NOT_AN_AMOUNT),
        ("元5", NOT_AN_AMOUNT),
        ("5¥", NOT_AN_AMOUNT),
        ("१२", NOT_AN_AMOUNT),
    ] {
        assert_eq!(money(text.as_bytes(), &plain()), Err(reason), "{text}");
    }
    assert_eq!(money("9".repeat(400).as_bytes(), &plain()), Err(TOO_LARGE));
    assert_eq!(money(b"\xff1", &plain()), Err(NOT_AN_AMOUNT));
}

/// Every length and sign of a plain amount, against its text put together.
#[test]
fn plain_amounts_of_every_length_are_exact() {
    let mut units = 0i64;
    for length in 0..16 {
        units = units * 10 + (length + 3) % 10;
        for cents in [0, 5, 40, 99] {
            let minor = units * 100 + cents;
            let text = format!("{units}.{cents:02}");
            assert_eq!(money(text.as_bytes(), &plain()), Ok(minor), "{text}");
            assert_eq!(money(format!("-{text}").as_bytes(), &plain()), Ok(-minor), "-{text}");
            for at in 0..text.len() {
                let mut wrong = text.clone().into_bytes();
                wrong[at] = b'x';
                assert!(money(&wrong, &plain()).is_err(), "{}", wrong.escape_ascii());
            }
        }
        assert_eq!(money(units.to_string().as_bytes(), &plain()), Ok(units * 100));
        assert_eq!(money(format!("{units}.7").as_bytes(), &plain()), Ok(units * 100 + 70));
    }
}

#[test]
fn amounts_of_other_types_are_exact_or_refused() {
    for (float, minor) in [
        (0.1, Ok(10)),
        (1234.56, Ok(123_456)),
        (f64::from(0.1f32), Ok(10)),
        (30_000_000_000_000.01, Ok(3_000_000_000_000_001)),
        (90_000_000_000_000.01, Err(TOO_LARGE)),
    ] {
        assert_eq!(money_from_float(float), minor, "{float}");
    }
    assert_eq!(money_from_float(0.005), Err(DECIMALS));
    assert_eq!(money_from_float(f64::NAN), Err(NOT_FINITE));
    assert_eq!(money_from_float(f64::INFINITY), Err(NOT_FINITE));
    assert_eq!(money_from_float(1e300), Err(TOO_LARGE));
    for (value, scale, minor) in [
        (12_345_000, 5, Ok(12_345)),
        (12_345_600, 5, Err(DECIMALS)),
        (7, 0, Ok(700)),
        (7, -2, Ok(70_000)),
        (0, 127, Ok(0)),
        (1, 127, Err(DECIMALS)),
        (1, -128, Err(TOO_LARGE)),
        (i128::MIN, 2, Err(TOO_LARGE)),
    ] {
        assert_eq!(money_from_decimal(value, scale), minor, "{value} {scale}");
    }
}

#[test]
fn dates_are_days_of_the_calendar() {
    use DateFormat::{
        BirthNumber, Chinese, Compact, DayFirst, EpochMillis, EpochSeconds, ExcelSerial, ExcelTimestamp, Iso,
        ShortCompact, ShortSlashes, Slashes, Timestamp,
    };
    for (text, format, iso) in [
        ("2024-02-29", Iso, "2024-02-29"),
        ("1900-01-01", Iso, "1900-01-01"),
        ("2200-12-31", Iso, "2200-12-31"),
        ("20240229", Compact, "2024-02-29"),
        ("930101", ShortCompact, "1993-01-01"),
        ("2015/3/1", Slashes, "2015-03-01"),
        ("2015/12/31", Slashes, "2015-12-31"),
        ("24/2/29", ShortSlashes, "2024-02-29"),
        ("29/02/24", DayFirst, "2024-02-29"),
        ("2024年2月29日", Chinese, "2024-02-29"),
        ("2010-12-01 08:26:00", Timestamp, "2010-12-01"),
        ("2010-12-01T23:59", Timestamp, "2010-12-01"),
        ("2010-12-01 08:26:00.123456", Timestamp, "2010-12-01"),
        ("706213", BirthNumber, "1970-12-13"),
        ("450204", BirthNumber, "1945-02-04"),
        ("1", ExcelSerial, "1900-01-01"),
        ("59", ExcelSerial, "1900-02-28"),
        ("61", ExcelSerial, "1900-03-01"),
        ("45351", ExcelSerial, "2024-02-29"),
        ("45351.0", ExcelSerial, "2024-02-29"),
        ("45351.99", ExcelTimestamp, "2024-02-29"),
        ("1709164800", EpochSeconds, "2024-02-29"),
        ("-1", EpochSeconds, "1969-12-31"),
        ("1709251199999", EpochMillis, "2024-02-29"),
    ] {
        let read = date(text.as_bytes(), &rule(format)).map(|date| date.to_string());
        assert_eq!(read, Ok(iso.to_owned()), "{text}");
    }
    for (text, format, reason) in [
        ("2023-02-29", Iso, OUTSIDE_CALENDAR),
        ("2023-13-01", Iso, OUTSIDE_CALENDAR),
        ("2023-00-01", Iso, OUTSIDE_CALENDAR),
        ("0000-00-00", Iso, OUTSIDE_CALENDAR),
        ("9999-12-31", Iso, OUTSIDE_YEARS),
        ("1899-12-31", Iso, OUTSIDE_YEARS),
        ("2201-01-01", Iso, OUTSIDE_YEARS),
        ("2023-2-9", Iso, date_reason(Iso)),
        ("2023-0２-09", Iso, FULL_WIDTH),
        ("2023_02-09", Iso, date_reason(Iso)),
        ("2023-02_09", Iso, date_reason(Iso)),
        ("2023-02-0:", Iso, date_reason(Iso)),
        ("2０23-2-9", Iso, date_reason(Iso)),
        ("24/2/29", Slashes, AMBIGUOUS_YEAR),
        ("29/02/24", Iso, AMBIGUOUS_YEAR),
        ("1/2/24", DayFirst, AMBIGUOUS_YEAR),
        ("2015/003/1", Slashes, date_reason(Slashes)),
        ("2015/3/1/1", Slashes, date_reason(Slashes)),
        ("2010-12-01", Timestamp, date_reason(Timestamp)),
        ("2010-12-01 08:26:00Z", Timestamp, OFFSET),
        ("2010-12-01 08:26:00+08:00", Timestamp, OFFSET),
        ("2010-12-01 08:26:00+0860", Timestamp, date_reason(Timestamp)),
        ("2010-12-01 08:26:00 ", Timestamp, date_reason(Timestamp)),
        ("2010-12-01 08:26.5", Timestamp, date_reason(Timestamp)),
        ("2010-12-01 24:00:00", Timestamp, date_reason(Timestamp)),
        ("0", ExcelSerial, OUTSIDE_YEARS),
        ("60", ExcelSerial, OUTSIDE_CALENDAR),
        ("45351.5", ExcelSerial, FRACTION_OF_DAY),
        ("-1", ExcelSerial, date_reason(ExcelSerial)),
        ("1e9", EpochSeconds, date_reason(EpochSeconds)),
        ("1709164800000", EpochSeconds, OUTSIDE_YEARS),
        ("999999999999999999", EpochSeconds, OUTSIDE_YEARS),
    ] {
        assert_eq!(date(text.as_bytes(), &rule(format)), Err(reason), "{text}");
    }
    for (text, names) in [
        ("20230209", "`format = \"YYYYMMDD\"`"),
        ("45351", "`format = \"excel_serial\"`"),
        ("1709164800", "`format = \"epoch_seconds\"`"),
        ("1709164800000", "`format = \"epoch_millis\"`"),
        ("2023/2/9", "`format = \"YYYY/M/D\"`"),
        ("2023年2月9日", "`format = \"YYYY年M月D日\"`"),
        ("2023-02-09 10:00", "`format = \"timestamp\"`"),
    ] {
        let reason = date(text.as_bytes(), &rule(Iso)).unwrap_err();
        assert!(reason.contains(names), "{text}: {reason}");
    }
}

#[test]
fn numbers_delivered_as_such_are_dates_where_the_format_is_one_of_numbers() {
    use DateFormat::{Compact, EpochMillis, ExcelSerial, ExcelTimestamp, Iso, ShortCompact};
    let text = |date: Parsed<crate::date::Date>| date.map(|date| date.to_string());
    let day = |text: &str| Ok(text.to_owned());
    assert_eq!(text(date_from_integer(20_240_229, &rule(Compact))), day("2024-02-29"));
    assert_eq!(text(date_from_integer(10_203, &rule(ShortCompact))), day("1901-02-03"));
    assert_eq!(text(date_from_integer(45_351, &rule(ExcelSerial))), day("2024-02-29"));
    assert_eq!(text(date_from_integer(-1, &rule(EpochMillis))), day("1969-12-31"));
    assert_eq!(date_from_integer(i64::MIN, &rule(EpochMillis)), Err(OUTSIDE_YEARS));
    assert_eq!(date_from_integer(i64::MAX, &rule(ExcelSerial)), Err(OUTSIDE_YEARS));
    assert_eq!(text(date_from_float(45_351.0, &rule(ExcelSerial))), day("2024-02-29"));
    assert_eq!(date_from_float(45_351.5, &rule(ExcelSerial)), Err(FRACTION_OF_DAY));
    assert_eq!(text(date_from_float(45_351.5, &rule(ExcelTimestamp))), day("2024-02-29"));
    assert_eq!(date_from_float(45_351.0, &rule(Iso)), Err(NOT_A_DAY));
    assert_eq!(date_from_float(f64::NAN, &rule(ExcelSerial)), Err(NOT_A_DAY));
}

#[test]
fn instants_count_on_their_date_in_the_zone() {
    let read = |zone: &str, text: &str| {
        let zone = Zone::of(zone);
        assert!(zone.is_some());
        let rule = DateRule { format: DateFormat::Timestamp, zone, full_width: false };
        date(text.as_bytes(), &rule).map(|date| date.to_string())
    };
    for (zone, text, date) in [
        ("Asia/Shanghai", "2024-02-28 16:00:00Z", Ok("2024-02-29")),
        ("Asia/Shanghai", "2024-02-28T15:59:59.9Z", Ok("2024-02-28")),
        ("Asia/Shanghai", "2024-02-29 00:30:00", Ok("2024-02-29")),
        ("Asia/Shanghai", "2024-02-28 19:00:00 -0500", Ok("2024-02-29")),
        ("America/New_York", "2024-02-29 03:00:00+08", Ok("2024-02-28")),
        ("America/New_York", "2024-03-10 02:30:00", Err(SKIPPED)),
        ("America/New_York", "2024-11-03 01:30:00", Err(REPEATED)),
        ("America/New_York", "2024-11-03 01:30:00-05:00", Ok("2024-11-03")),
        ("Asia/Shanghai", "2200-12-31 20:00:00Z", Err(OUTSIDE_YEARS)),
    ] {
        assert_eq!(read(zone, text), date.map(str::to_owned), "{zone} {text}");
    }
    assert_eq!(Zone::of("Asia/Peking"), None);
    assert_eq!(date_of_instant(i64::MAX, Zone::of("Asia/Shanghai")), Err(OUTSIDE_YEARS));
    assert_eq!(date_of_local(i64::MIN, None), Err(OUTSIDE_YEARS));
}

#[test]
fn numbers_and_booleans_are_plain() {
    assert_eq!(number(b"-0.25", &plain()), Ok(-0.25));
    for (text, reason) in [
        ("1e3", accept_reason(Tolerance::Exponent)),
        ("+1", accept_reason(Tolerance::Plus)),
        ("nan", NOT_A_NUMBER),
        ("inf", NOT_A_NUMBER),
        ("1.", NOT_A_NUMBER),
        ("", NOT_A_NUMBER),
    ] {
        assert_eq!(number(text.as_bytes(), &plain()), Err(reason), "{text}");
    }
    assert_eq!(number("9".repeat(400).as_bytes(), &plain()), Err(NOT_FINITE));
    let comma =
        Notation { accept: [Tolerance::DecimalComma, Tolerance::Exponent].iter().collect(), currency: None };
    assert_eq!(number(b"0,25", &comma), Ok(0.25));
    assert_eq!(number(b"1.000", &comma), Ok(1000.0));
    assert_eq!(number(b"0.25", &comma), Err(POINT));
    assert_eq!(number(b"1e400", &comma), Err(NOT_FINITE));
    for (text, value) in
        [("true", true), ("Y", true), ("1", true), ("No", false), ("FALSE", false), ("0", false)]
    {
        assert_eq!(boolean(text.as_bytes()), Ok(value));
    }
    assert_eq!(boolean(b"maybe"), Err(NOT_A_BOOLEAN));
    assert_eq!(boolean(b"2"), Err(NOT_A_BOOLEAN));
}
