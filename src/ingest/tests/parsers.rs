//! The exact parsers, as tables of what they take and what they refuse.

use crate::config::source::DateFormat;
use crate::ingest::parse::*;

#[test]
fn amounts_are_exact_or_refused() {
    for (text, minor) in [
        ("0", 0),
        ("1234.56", 123_456),
        ("+5", 500),
        ("-0.5", -50),
        ("007.10", 710),
        ("1.230000", 123),
        ("9999999999999999.99", 999_999_999_999_999_999),
    ] {
        assert_eq!(money(text.as_bytes()), Ok(minor), "{text}");
    }
    for (text, reason) in [
        ("0.005", DECIMALS),
        ("1.2301", DECIMALS),
        ("1,234.56", THOUSANDS),
        ("1.234,56", THOUSANDS),
        ("1e3", EXPONENT),
        ("6.22202E+18", EXPONENT),
        ("10000000000000000", TOO_LARGE),
        ("99999999999999999999999", TOO_LARGE),
        ("", NOT_AN_AMOUNT),
        (".5", NOT_AN_AMOUNT),
        ("5.", NOT_AN_AMOUNT),
        ("5-", NOT_AN_AMOUNT),
        ("(100)", NOT_AN_AMOUNT),
        ("--5", NOT_AN_AMOUNT),
        ("NaN", NOT_AN_AMOUNT),
        ("1 000", NOT_AN_AMOUNT),
        ("12万", NOT_AN_AMOUNT),
        ("１２", NOT_AN_AMOUNT),
        ("1.2.3", NOT_AN_AMOUNT),
    ] {
        assert_eq!(money(text.as_bytes()), Err(reason), "{text}");
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
    use DateFormat::{BirthNumber, Compact, Iso, ShortCompact, Slashes, Timestamp};
    for (text, format, iso) in [
        ("2024-02-29", Iso, "2024-02-29"),
        ("20240229", Compact, "2024-02-29"),
        ("930101", ShortCompact, "1993-01-01"),
        ("2015/3/1", Slashes, "2015-03-01"),
        ("2015/12/31", Slashes, "2015-12-31"),
        ("2010-12-01 08:26:00", Timestamp, "2010-12-01"),
        ("2010-12-01T23:59", Timestamp, "2010-12-01"),
        ("2010-12-01 08:26:00.123456", Timestamp, "2010-12-01"),
        ("706213", BirthNumber, "1970-12-13"),
        ("450204", BirthNumber, "1945-02-04"),
        ("2200-12-31", Iso, "2200-12-31"),
    ] {
        assert_eq!(date(text.as_bytes(), format).map(|date| date.to_string()), Ok(iso.to_owned()), "{text}");
    }
    for (text, format, reason) in [
        ("2023-02-29", Iso, OUTSIDE_CALENDAR),
        ("2023-13-01", Iso, OUTSIDE_CALENDAR),
        ("0000-00-00", Iso, OUTSIDE_CALENDAR),
        ("9999-12-31", Iso, OUTSIDE_YEARS),
        ("1899-12-31", Iso, OUTSIDE_YEARS),
        ("2023-2-9", Iso, date_reason(Iso)),
        ("20230209", Iso, date_reason(Iso)),
        ("２０２３-01-01", Iso, date_reason(Iso)),
        ("45351", Compact, date_reason(Compact)),
        ("24/2/29", Slashes, date_reason(Slashes)),
        ("2015/003/1", Slashes, date_reason(Slashes)),
        ("2010-12-01", Timestamp, date_reason(Timestamp)),
        ("2010-12-01 08:26:00Z", Timestamp, date_reason(Timestamp)),
        ("2010-12-01 08:26:00+08:00", Timestamp, date_reason(Timestamp)),
        ("2010-12-01 24:00:00", Timestamp, date_reason(Timestamp)),
    ] {
        assert_eq!(date(text.as_bytes(), format), Err(reason), "{text}");
    }
}

#[test]
fn numbers_and_booleans_are_plain() {
    assert_eq!(number(b"-0.25"), Ok(-0.25));
    for (text, reason) in [
        ("1e3", EXPONENT),
        ("nan", NOT_A_NUMBER),
        ("inf", NOT_A_NUMBER),
        ("1.", NOT_A_NUMBER),
        ("", NOT_A_NUMBER),
    ] {
        assert_eq!(number(text.as_bytes()), Err(reason), "{text}");
    }
    let huge = "9".repeat(400);
    assert_eq!(number(huge.as_bytes()), Err(NOT_FINITE));
    for (text, value) in
        [("true", true), ("Y", true), ("1", true), ("No", false), ("FALSE", false), ("0", false)]
    {
        assert_eq!(boolean(text.as_bytes()), Ok(value));
    }
    assert_eq!(boolean(b"maybe"), Err(NOT_A_BOOLEAN));
}
