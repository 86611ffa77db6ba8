//! Control files as senders write them, and what they refuse. Numbers are those of the faults.

use super::*;
use crate::error::Kind;

fn parse(text: &str) -> Result<Stated> {
    Stated::parse("t.ctl", text.as_bytes())
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> (Kind, String) {
    let error = result.unwrap_err();
    assert!(!error.hints().is_empty(), "{error}");
    (error.kind(), error.to_string())
}

#[test]
fn every_form_states_the_same() {
    let all = Stated {
        name: "t.ctl".to_owned(),
        rows: Some(1200),
        sum: Some(3_456_789),
        date: Some("2026-10-31".parse().unwrap()),
        unknown: 1,
        ..Stated::default()
    };
    for text in [
        "rows=1200\nsum=34567.89\ndate=2026-10-31\nsender=x\n",
        "\u{feff}# made by x\r\n[total]\r\nCOUNT: 1,200\r\nAmount: 34,567.890\r\nDate: 20261031\r\nsent at: 10:00\r\n",
        "笔数：1200\n合计：34567.89\n日期：2026/10/31\n发送方：x",
        "rows,sum,date,sender\n1200,\"34,567.89\",2026-10-31,x",
        "记录数|总金额|日期|发送方\n1200|34567.89|20261031|a:b\n",
    ] {
        assert_eq!(parse(text).unwrap(), all, "{text}");
    }
    let (gb18030, _, _) = encoding_rs::GB18030.encode("笔数=1200\n金额=34567.89\n日期=20261031\n发送方=x");
    assert_eq!(Stated::parse("t.ctl", &gb18030).unwrap(), all);
    assert_eq!(parse("").unwrap(), Stated { name: "t.ctl".to_owned(), ..Stated::default() });
}

#[test]
fn sums_are_exact() {
    for (text, expected) in [
        ("0", Some(0)),
        ("-0.05", Some(-5)),
        ("+1.5", Some(150)),
        ("1,234,567.80", Some(123_456_780)),
        ("92233720368547758080.01", Some(9_223_372_036_854_775_808_001)),
        ("1.005", None),
        ("12,34", None),
        ("1234,567", None),
        ("1.", None),
        (".5", None),
        ("1e3", None),
        ("", None),
        ("--1", None),
        ("9999999999999999999999999999999999999999", None),
    ] {
        assert_eq!(sum(text), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_without_its_value() {
    for (text, expected) in [
        ("rows=12x", "control file `t.ctl` has a value that cannot be read for `rows` on line 1"),
        ("a=1\nsha256=ab", "control file `t.ctl` has a value that cannot be read for `sha256` on line 2"),
        ("rows=1\ncount=2", "control file `t.ctl` has two different values for `count` on line 2"),
        ("rows=1\n12", "control file `t.ctl` has no `key=value` on line 2"),
        ("rows,sum\n1", "control file `t.ctl` has 2 columns and 1 values"),
        ("1200", "control file `t.ctl` has neither `key=value` lines nor a header with one record"),
        ("date=2026-02-30", "control file `t.ctl` has a value that cannot be read for `date` on line 1"),
        ("date=2026é31", "control file `t.ctl` has a value that cannot be read for `date` on line 1"),
        ("rows=1\0", "control file `t.ctl` is neither UTF-8 nor GB18030 text"),
    ] {
        assert_eq!(refusal(parse(text)), (Kind::Refused, expected.to_owned()), "{text}");
    }
    assert_eq!(refusal(Stated::parse("t.ctl", b"rows=\xff")).0, Kind::Refused);
}

#[test]
fn a_delivery_is_compared_with_its_control_file() {
    let digest = "ab".repeat(32);
    let text = format!("rows=10\nsum=2.50\nbytes=100\nsha256={}\ndate=2026-10-31", digest.to_uppercase());
    let stated = parse(&text).unwrap();
    let date = |text: &str| Some(text.parse().unwrap());
    stated.check_listed("t.csv", 100, date("2026-10-31")).unwrap();
    stated.check_listed("t.csv", 100, None).unwrap();
    stated.check_digests("t.csv", "cd", Some(&digest)).unwrap();
    let totals = Totals { rows: 10, sum: Some(250), ..Totals::default() };
    stated.check_totals("t.csv", &totals).unwrap();
    let refused = |kind, text: &str| (kind, text.to_owned());
    assert_eq!(
        refusal(stated.check_listed("t.csv", 99, None)),
        refused(Kind::Incomplete, "`t.csv` has 99 bytes, `t.ctl` states 100") // D8
    );
    assert_eq!(
        refusal(stated.check_listed("t.csv", 101, None)),
        refused(Kind::Refused, "`t.csv` has 101 bytes, `t.ctl` states 100")
    );
    assert_eq!(
        refusal(stated.check_listed("t.csv", 100, date("2026-10-30"))),
        refused(Kind::Refused, "`t.csv` is of 2026-10-30, `t.ctl` states 2026-10-31")
    );
    let (kind, message) = refusal(stated.check_digests("t.csv", "cd", Some(&"00".repeat(32)))); // F15
    assert!(kind == Kind::Refused && message.starts_with("`t.csv` has the SHA-256 0000"), "{message}");
    assert_eq!(
        refusal(stated.check_totals("t.csv", &Totals { rows: 9, ..totals })),
        refused(Kind::Refused, "`t.csv` has 9 rows, `t.ctl` states 10") // F7, S19
    );
    assert_eq!(
        refusal(stated.check_totals("t.csv", &Totals { sum: Some(251), ..totals })),
        refused(Kind::Refused, "the amounts of `t.csv` add up to 2.51, `t.ctl` states 2.50")
    );
    assert_eq!(
        refusal(Err::<(), _>(missing("t.csv", "t.csv.ctl"))),
        refused(Kind::Incomplete, "`t.csv` is not complete yet: its control file `t.csv.ctl` is not there")
    );
}
