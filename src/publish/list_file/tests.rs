use super::*;
use crate::config::Profile;
use crate::date::Date;
use crate::labels::Language;
use crate::money::Money;
use crate::publish::workbook::{Figures, Overview};

fn row(customer_id: &str, name: &str) -> Row {
    Row {
        rank: 1,
        customer_id: customer_id.into(),
        name: Some(name.into()),
        phone: Some("+86 138".into()),
        tier: "t3".into(),
        customer_type: "core".into(),
        list: "maturity".into(),
        all_lists: "maturity,cross_sell".into(),
        reasons: vec!["one, two".into(), "three".into()],
        amount: Some(Money(-123_450)),
        due_on: Some(Date::parse_iso("2026-11-02").unwrap()),
        product: Some("wealth"),
        rule: None,
        expected_value: Some(-12.345),
        last_contact: None,
        last_remark: None,
        preferred_channel: Some("mobile".into()),
    }
}

fn file(rows: &[Row], manager_id: &str) -> String {
    let overview = Overview {
        as_of: Date::parse_iso("2026-10-31").unwrap(),
        value_basis: "aum",
        types: Vec::new(),
        tiers: Vec::new(),
        all: Figures::default(),
        bands: Vec::new(),
        n_not_scored: 0,
        losses: Vec::new(),
        maturity_days: 30,
        maturities: Vec::new(),
        further_maturities: (0, Money(0)),
    };
    let book = Book {
        manager_id,
        manager_name: None,
        branch: None,
        as_of: overview.as_of,
        currency: "CNY",
        tier_limits: [1.0; 4],
        band_limits: [0.1; 3],
        overview: &overview,
        profile: Profile::Full,
        rows,
        not_shown: 0,
        run_id: "r1",
    };
    String::from_utf8(bytes(&book, &Labels::of(Language::En)).unwrap()).unwrap()
}

#[test]
fn codes_stand_beside_words_and_numbers_stay_numbers() {
    insta::assert_snapshot!(file(&[row("007", "Ann")], "M1").replace("\r\n", "⏎\n"), @r#"
    ﻿list_date,manager_id,rank,customer_id,name,phone,tier,tier_text,customer_type,customer_type_text,list,list_text,all_lists,reasons,what_to_do,amount,due_on,product,product_text,rule,expected_value,last_contact,preferred_channel,preferred_channel_text,profile,run_id⏎
    2026-10-31,M1,1,007,Ann,'+86 138,t3,Key,core,Core,maturity,Maturity,"maturity,cross_sell","one, two; three",Offer a renewal in time.,-1234.50,2026-11-02,wealth,Wealth product,,-12.35,,mobile,Mobile app,full,r1⏎
    "#);
}

#[test]
fn a_text_that_a_spreadsheet_would_calculate_is_guarded() {
    for (given, shown) in [
        ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
        ("+86", "'+86"),
        ("-1+1", "'-1+1"),
        ("@SUM", "'@SUM"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠x", "'＠x"),
        ("\t=1", "' =1"),
        ("\rx", "' x"),
        ("  =1", "'  =1"),
        ("\u{202e}=1", "'=1"),
        ("\0=1", "'=1"),
        ("a\nb", "a b"),
        ("a=1", "a=1"),
        ("'x", "'x"),
        ("张三", "张三"),
    ] {
        assert_eq!(safe(given), shown);
    }
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(number);
    assert_eq!(odd, ["", "", ""]);
}

#[test]
fn any_text_comes_back_as_one_field_of_one_line() {
    let odd = ["a,b", "\"", "a\r\nb", "\"\r\n,=1", "", "x\u{0}y"];
    let rows: Vec<Row> = odd.iter().map(|text| row(text, text)).collect();
    let text = file(&rows, "=M1");
    assert!(text.starts_with("\u{feff}list_date,manager_id,") && text.ends_with("\r\n"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), odd.len());
    for (record, given) in records.iter().zip(odd) {
        assert_eq!((&record[1], &record[3], &record[4]), ("'=M1", &*safe(given), &*safe(given)));
    }
}
