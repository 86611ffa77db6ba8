use super::*;
use crate::config::Band;
use crate::labels::Language;
use calamine::{Data, DataType, Reader, SheetVisible, Xlsx};
use std::io::Cursor;

fn row(text: &str) -> Row {
    let some = || Some(text.to_owned());
    Row {
        rank: 1,
        customer_id: text.to_owned(),
        name: some(),
        phone: some(),
        tier: text.to_owned(),
        customer_type: text.to_owned(),
        list: text.to_owned(),
        reasons: vec![text.to_owned(); 3],
        amount: Some(Money(i64::MIN)),
        due_on: Some(Date(-200_000)),
        product: Some("wealth"),
        all_lists: text.to_owned(),
        rule: some(),
        expected_value: Some(f64::NAN),
        last_contact: Some(Date(2_932_896)),
        last_remark: some(),
        preferred_channel: some(),
    }
}

fn known(text: &str) -> Known {
    Known { customer_id: text.to_owned(), name: Some(text.to_owned()), rank: Some(7) }
}

fn overview(text: &str) -> Overview {
    let figures = Figures { n: 1, value: f64::NAN, assets: f64::INFINITY, ..Figures::default() };
    Overview {
        as_of: as_of(),
        value_basis: "aum",
        types: vec![("core", figures)],
        tiers: vec![("t4", figures)],
        all: figures,
        bands: vec![(Band::VeryHigh, Figures { at_risk: Some(-1.5), expected_loss: None, ..figures })],
        n_not_scored: 0,
        losses: vec![Loss {
            customer: known(text),
            customer_type: "core",
            probability: f64::NEG_INFINITY,
            at_risk: 2.0,
            expected_loss: f64::NAN,
        }],
        maturity_days: 30,
        maturities: vec![Maturity {
            customer: known(text),
            product: "wealth",
            amount: Money(i64::MAX),
            on: Date(2_932_896),
        }],
        further_maturities: (3, Money(-1)),
    }
}

fn as_of() -> Date {
    Date::parse_iso("2026-10-31").unwrap()
}

fn book<'a>(text: &'a str, rows: &'a [Row], overview: &'a Overview) -> Book<'a> {
    Book {
        manager_id: text,
        manager_name: Some(text),
        branch: Some(text),
        as_of: as_of(),
        currency: text,
        tier_limits: [1.0, 2.0, 3.0, f64::MAX],
        band_limits: [0.05, 0.15, 0.4],
        overview,
        profile: Profile::Full,
        rows,
        not_shown: 3,
        run_id: text,
    }
}

fn branch_book(text: &str) -> BranchBook<'_> {
    BranchBook {
        branch: text.to_owned(),
        as_of: as_of(),
        currency: text,
        run_id: text,
        value_basis: "margin",
        escalated_from: (3, 200_000.0),
        moves: vec![Move {
            customer: known(text),
            tier: "t3",
            manager: text.to_owned(),
            change: Money(1),
            flow: Money(-2),
            price: None,
            days: 7,
        }],
        complaints: vec![Complaint {
            customer: known(text),
            tier: "t4",
            manager: text.to_owned(),
            opened_on: Date(20_000),
            assets: f64::NAN,
        }],
        handovers: vec![Handover {
            customer: known(text),
            tier: "",
            customer_type: "none",
            manager: text.to_owned(),
            left_on: Date(20_001),
            value: 0.0,
            assets: f64::INFINITY,
        }],
        managers: vec![ManagerFigures {
            manager: text.to_owned(),
            n_customers: 2,
            value: 3.0,
            expected_loss: None,
            listed: 1,
            not_listed: 0,
            capacity: 15,
        }],
    }
}

/// Name, visibility and cells of every sheet.
fn read(bytes: Vec<u8>) -> Vec<(String, SheetVisible, Vec<Vec<Data>>)> {
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    let sheets = book.sheets_metadata().to_vec();
    let mut cells = |name: &str| {
        let formulas = book.worksheet_formula(name).unwrap();
        assert!(formulas.cells().all(|(.., formula)| formula.is_empty()), "a formula in {name}");
        book.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
    };
    sheets.into_iter().map(|sheet| (sheet.name.clone(), sheet.visible, cells(&sheet.name))).collect()
}

fn texts(cells: &[Vec<Data>]) -> Vec<&str> {
    cells
        .iter()
        .flatten()
        .filter_map(|cell| if let Data::String(text) = cell { Some(&**text) } else { None })
        .collect()
}

#[test]
fn any_text_gives_a_workbook_and_the_same_one_again() {
    let long = "& x".repeat(30_000);
    let texts = [
        "",
        "=HYPERLINK(\"http://x\")",
        "+86 138",
        "@SUM(1)",
        "\t\r\n\0\u{7}\u{202e}",
        "<r><t>&</t></r>",
        "http://example.com",
        "&P&N&L&&",
        "{manager}{name|a|b}",
        "_x0041_",
        "😀张三\u{301}",
        &long,
    ];
    for language in Language::ALL {
        let labels = Labels::of(language);
        for text in texts {
            let (rows, overview) = ([row(text), row(text)], overview(text));
            let bytes = render(&book(text, &rows, &overview), &labels).unwrap();
            assert!(bytes.starts_with(b"PK"));
            assert_eq!(bytes, render(&book(text, &rows, &overview), &labels).unwrap());
            let branch = render_branch(&branch_book(text), &labels).unwrap();
            assert_eq!(branch, render_branch(&branch_book(text), &labels).unwrap());
            for bytes in [bytes, branch] {
                let links = b"worksheets/_rels";
                assert!(!bytes.windows(links.len()).any(|part| part == links), "a link to the outside");
                read(bytes);
            }
        }
        assert!(render(&book("M1", &[], &overview("")), &labels).is_ok());
    }
}

#[test]
fn texts_stay_texts_and_what_is_no_number_is_blank() {
    let ids = ["00042", "1234567890123456789", "=1+1", "-5", "＝1+1", "@x"];
    let rows: Vec<Row> = ids.iter().map(|id| row(id)).collect();
    let overview = overview("007");
    let sheets = read(render(&book("M1", &rows, &overview), &Labels::of(Language::En)).unwrap());
    for id in ids {
        assert!(texts(&sheets[0].2).contains(&id), "{id} is no text");
    }
    let glance = &sheets[1].2;
    assert!(texts(glance).contains(&"007"));
    let words = ["nan", "inf", "#num", "#div"];
    assert!(texts(glance).iter().all(|text| words.iter().all(|word| !text.to_lowercase().starts_with(word))));
    let floats = glance
        .iter()
        .flatten()
        .filter_map(|cell| if let Data::Float(number) = cell { Some(*number) } else { None });
    assert!(floats.clone().all(f64::is_finite) && floats.clone().any(|number| number == -1.5));
}

#[test]
fn a_list_longer_than_a_sheet_goes_on_in_the_next() {
    let ids = ["A", "B", "C", "D", "E"];
    let rows: Vec<Row> = ids.iter().map(|id| row(id)).collect();
    for (language, names) in [
        (Language::En, ["Contacts", "Contacts 2", "Contacts 3"]),
        (Language::ZhCn, ["联系名单", "联系名单 2", "联系名单 3"]),
    ] {
        let (labels, overview) = (Labels::of(language), overview("x"));
        let sheets = read(lay_out(&book("M1", &rows, &overview), &labels, 2).unwrap());
        assert_eq!(sheets.iter().take(3).map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), names);
        for (part, (.., cells)) in ids.chunks(2).zip(&sheets) {
            assert_eq!(cells[3].len(), sheets[0].2[3].len(), "every part has the header in row 4");
            let found: Vec<&str> = cells[4..].iter().map(|row| row[3].get_string().unwrap()).collect();
            assert_eq!(found, part);
        }
    }
}

#[test]
fn a_workbook_says_unseen_what_it_is() {
    let (rows, overview) = ([row("x")], overview("x"));
    let given =
        Book { run_id: "0123456789abcdef", profile: Profile::Masked, ..book("007", &rows, &overview) };
    let sheets = read(render(&given, &Labels::of(Language::ZhCn)).unwrap());
    let (name, visible, cells) = sheets.last().unwrap();
    assert_eq!((name.as_str(), *visible), (identity::SHEET, SheetVisible::VeryHidden));
    let pairs: Vec<(&str, &str)> =
        cells.iter().map(|row| (row[0].get_string().unwrap(), row[1].get_string().unwrap())).collect();
    let version = crate::schema::SCHEMA_VERSION.to_string();
    let values = ["2026-10-31", "007", "0123456789abcdef", "masked", "zh-CN", &version];
    assert_eq!(pairs, identity::KEYS.into_iter().zip(values).collect::<Vec<_>>());
    assert!(sheets[..sheets.len() - 1].iter().all(|(_, visible, _)| *visible == SheetVisible::Visible));
}

#[test]
fn names_of_sheets_keep_the_rules_of_excel() {
    for language in Language::ALL {
        let labels = Labels::of(language);
        let (rows, overview) = ([row("x"), row("x")], overview("x"));
        let mut sheets = read(lay_out(&book("M1", &rows, &overview), &labels, 1).unwrap());
        sheets.extend(read(render_branch(&branch_book("B1"), &labels).unwrap()));
        for (name, ..) in &sheets {
            assert!((1..=31).contains(&name.encode_utf16().count()), "{name}");
            assert!(!name.contains(['[', ']', ':', '*', '?', '/', '\\']), "{name}");
            assert!(
                !name.starts_with('\'') && !name.ends_with('\'') && !name.eq_ignore_ascii_case("history")
            );
        }
        assert_eq!(sheets.iter().filter(|(name, ..)| name.eq_ignore_ascii_case(identity::SHEET)).count(), 1);
    }
}

#[test]
fn customers_without_a_manager_have_a_title_of_their_own() {
    let overview = overview("");
    let titles =
        Language::ALL.map(|language| title(&book(UNASSIGNED, &[], &overview), &Labels::of(language)));
    assert_eq!(titles, ["Customers without a manager · 2026-10-31", "无客户经理的客户 · 2026-10-31"]);
}

#[test]
fn a_footer_holds_what_excel_allows() {
    let (long, overview) = ("&".repeat(500), overview(""));
    for language in Language::ALL {
        let footer = footer(&book(&long, &[], &overview), &Labels::of(language));
        assert!(footer.encode_utf16().count() <= 255, "{footer}");
    }
}
