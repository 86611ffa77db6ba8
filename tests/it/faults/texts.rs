//! F23 to F40: encodings, lines, quotes, separators and characters of text exports.

use super::drop_folder::{CUSTOMERS, DropFolder, TRANSACTIONS};
use super::{Case, case, elsewhere, script};
use encoding_rs::GB18030;
use tercet::contract::key::Key;

const ALL_USED: &str = "4 rows = 4 used; 85.75 = 85.75 used";
const AND_ONE: &str = "5 rows = 5 used; 90.75 = 90.75 used";
const AND_ONE_REJECTED: &str = "5 rows = 4 used + 1 rejected; 85.75 = 85.75 used; 1 unreadable";

pub fn cases() -> Vec<Case> {
    let mut cases = unicode();
    cases.extend(gb18030());
    cases.extend(not_as_declared());
    cases.extend(mixed());
    cases.extend(look_alikes());
    cases.extend(lines());
    cases.extend(quotes());
    cases.extend(separators());
    cases.extend(rows());
    cases.extend(characters());
    cases
}

fn declared(encoding: &str) -> String {
    format!("sources.customers.encoding = {encoding:?}\nsources.transactions.encoding = {encoding:?}")
}

/// Both files in an encoding, with a customer of a Chinese id and a transaction of his.
fn encoded(numbers: &'static str, what: &str, encode: impl Fn(&str) -> Vec<u8>) -> Case {
    case(numbers, what)
        .customers(encode(&format!("{CUSTOMERS}张三,2020-01-01,1980-01-01\n")))
        .transactions(encode(&format!("{TRANSACTIONS}T5,张三,2026-10-31,5.00,deposit\n")))
}

fn utf16(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    mark.then_some(0xfeff).into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

fn gb(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

fn unicode() -> Vec<Case> {
    let little = |mark| move |text: &str| utf16(text, mark, u16::to_le_bytes);
    let big = |mark| move |text: &str| utf16(text, mark, u16::to_be_bytes);
    let refused = |what: &str, encode: &dyn Fn(&str) -> Vec<u8>, how: &str, message: &str, hint: &str| {
        encoded("F24", what, encode).configured(how).refused(3, message, hint)
    };
    vec![
        encoded("F23", "UTF-8 with a byte order mark", |text| format!("\u{feff}{text}").into())
            .account("transactions.csv", AND_ONE),
        encoded("F24", "UTF-16LE, marked", little(true))
            .configured(&declared("utf-16"))
            .account("transactions.csv", AND_ONE),
        encoded("F24", "UTF-16BE, marked", big(true))
            .configured(&declared("utf-16"))
            .account("transactions.csv", AND_ONE),
        encoded("F24", "UTF-16LE", little(false))
            .configured(&declared("utf-16le"))
            .account("transactions.csv", AND_ONE),
        encoded("F24", "UTF-16BE", big(false))
            .configured(&declared("utf-16be"))
            .account("transactions.csv", AND_ONE),
        refused(
            "UTF-16 without a mark",
            &little(false),
            &declared("utf-16"),
            "`customers.csv` is declared UTF-16 but has no byte order mark",
            "`utf-16le`, `utf-16be`",
        ),
        refused(
            "the other order",
            &little(false),
            &declared("utf-16be"),
            "`customers.csv` is UTF-16LE",
            "set `encoding = \"utf-16le\"`",
        ),
        refused(
            "UTF-16, not declared",
            &little(true),
            "",
            "`customers.csv` is UTF-16",
            "set `encoding = \"utf-16\"`",
        ),
        refused(
            "UTF-16BE, not declared",
            &big(false),
            "",
            "`customers.csv` is UTF-16BE",
            "set `encoding = \"utf-16be\"`",
        ),
    ]
}

/// A customer whose row is rejected for its date, so that its text can be read from the rejects.
fn raw(numbers: &'static str, name: &str, bytes: &[u8]) -> Case {
    let row = [bytes, b",2020-01-01,1980-02-30"].concat();
    case(numbers, format!("`{name}` in GB18030"))
        .customers([CUSTOMERS.as_bytes(), &row, b"\n"].concat())
        .configured("sources.customers.encoding = \"gb18030\"")
        .reject(
            "customers.csv",
            5,
            "birth_date",
            "not a day of the calendar",
            &format!("{name},2020-01-01,1980-02-30"),
        )
        .account("customers.csv", "4 rows = 3 used + 1 rejected")
}

fn gb18030() -> Vec<Case> {
    vec![
        encoded("F25", "GB18030", gb).configured(&declared("gb18030")).account("transactions.csv", AND_ONE),
        raw("F26", "𠮷", &[0x95, 0x34, 0xb2, 0x35]),
        raw("F26", "㐀", &[0x81, 0x39, 0xee, 0x39]),
        raw("F26", "\u{fe10}", &[0xa6, 0xd9]),
        raw("F26", "\u{9fb4}", &[0xfe, 0x59]),
        raw("F30", "\u{e000}", &[0xaa, 0xa1]),
        case("F30", "a private character in UTF-8")
            .customers(format!("{CUSTOMERS}\u{e815}𠮷㐀,2020-01-01,1980-02-30\n"))
            .reject(
                "customers.csv",
                5,
                "birth_date",
                "not a day of the calendar",
                "\u{e815}𠮷㐀,2020-01-01,1980-02-30",
            ),
        elsewhere("F30", "the same characters in a workbook: unit tests of `publish::workbook`"),
    ]
}

fn not_as_declared() -> Vec<Case> {
    let names: String = (0..5).map(|n| format!("张三李四{n},2020-01-01,1980-01-01\n")).collect();
    let header = CUSTOMERS.replace("customer_id", "客户号");
    let allowed = "ingest.reject_share_max = 0.01";
    let encoding = "`encoding = \"gb18030\"` may be what the export is in";
    vec![
        case("F27", "GB18030 declared UTF-8")
            .customers(gb(&format!("{CUSTOMERS}{names}")))
            .configured(allowed)
            .refused(
                3,
                "`customers.csv`: 5 of 8 rows rejected (62.50%), more than the 1.00% allowed",
                encoding,
            ),
        case("F27", "a header in GB18030 declared UTF-8").customers(gb(&header)).refused(
            3,
            "the header of `customers.csv` is not UTF-8",
            encoding,
        ),
        case("F27", "UTF-8 declared GB18030")
            .customers(format!("{CUSTOMERS}{names}"))
            .configured("sources.customers.encoding = \"gb18030\"")
            .refused(3, "`customers.csv` is declared GB18030 but is UTF-8", "set `encoding = \"utf-8\"`"),
        case("F27", "UTF-8 declared GB18030, whose names come late")
            .customers(format!("{CUSTOMERS}{}{names}", only_ascii(20_000)))
            .configured("sources.customers.encoding = \"gb18030\"")
            .refused(3, "`customers.csv`", "utf-8"),
        elsewhere(
            "F27",
            "fewer than 8 characters beyond ASCII in a file are valid in both encodings by chance",
        ),
    ]
}

fn only_ascii(customers: usize) -> String {
    (0..customers).map(|n| format!("A{n:06},2020-01-01,1980-01-01\n")).collect()
}

fn mixed() -> Vec<Case> {
    let start = format!("{CUSTOMERS}张三,2020-01-01,1980-01-01\n");
    let other = gb("李四,2020-01-01,1980-01-01\n");
    let lossy = String::from_utf8_lossy(&other[..other.len() - 1]).into_owned();
    let again = "it may be cut off or mixed";
    let cut = "李四,2020-01-01,1980-01-01,王".as_bytes();
    vec![
        case("F28", "a line of GB18030 in UTF-8")
            .customers([start.as_bytes(), &other].concat())
            .reject("customers.csv", 6, "customer_id", "not UTF-8", &lossy)
            .account("customers.csv", "5 rows = 4 used + 1 rejected"),
        case("F28", "bytes that are no GB18030")
            .customers([&gb(&start)[..], b"\xff\xff,2020-01-01,1980-01-01\n"].concat())
            .configured("sources.customers.encoding = \"gb18030\"")
            .refused(3, "`customers.csv` is not GB18030 at byte 135, on line 6", again),
        case("F29", "half a character at the end, in GB18030")
            .customers([&gb(&start)[..], &gb("李,2020-01-01,1980-01-01,王")[..26]].concat())
            .configured("sources.customers.encoding = \"gb18030\"")
            .refused(3, "`customers.csv` is not GB18030 at byte 160, on line 6", again),
        case("F29", "half a character at the end, in UTF-8")
            .customers([start.as_bytes(), &cut[..cut.len() - 1]].concat())
            .refused(3, "`customers.csv` ends in the middle of a row, on line 6", "deliver it again"),
    ]
}

fn look_alikes() -> Vec<Case> {
    let odd = |id: &str, reason: &str| {
        let row = format!("{id},2020-01-01,1980-01-01");
        case("F31", format!("id {}", id.escape_unicode()))
            .customers(format!("{CUSTOMERS}{row}\n"))
            .reject("customers.csv", 5, "customer_id", reason, &row)
            .account("customers.csv", "4 rows = 3 used + 1 rejected")
    };
    let invisible = "an invisible character in an id";
    vec![
        odd("Ｃ４", "full-width character in an id: read only where `accept` has `full_width`"),
        odd("e\u{301}4", "a combining character in an id: deliver ids in Unicode form NFC"),
        odd("C\u{3000}4", invisible),
        odd("C\u{200b}4", invisible),
        odd("C\u{a0}4", invisible),
        odd("\u{feff}C4", invisible),
        case("F31", "an id in form NFC")
            .customers(format!("{CUSTOMERS}\u{e9}4,2020-01-01,1980-01-01\n"))
            .account("customers.csv", "4 rows = 4 used"),
        script("F31", "full-width ids where they are accepted are the same as others", full_width_ids),
    ]
}

fn full_width_ids() {
    let mut folder = DropFolder::new();
    folder.configure("sources.transactions.accept = [\"full_width\"]");
    folder.put("transactions.csv", TRANSACTIONS.replace("T3,C3", "Ｔ３,Ｃ３"));
    let (store, _) = folder.take_in("2026-10-31").unwrap();
    let delivery = store.commit().deliveries.iter().find(|it| it.name() == "transactions.csv").unwrap();
    assert_eq!((delivery.books.used, delivery.books.rejected), (4, 0));
    let codes = store.codes().unwrap();
    assert!(codes.customers.code(&Key::of("Ｃ３".as_bytes())).is_none() && codes.customers.len() == 3);
}

fn lines() -> Vec<Case> {
    let with = |numbers, what: &str, text: String| case(numbers, what).transactions(text);
    let mixed: String = TRANSACTIONS
        .lines()
        .enumerate()
        .map(|(at, line)| format!("{line}{}", ["\r\n", "\n"][at % 2]))
        .collect();
    let bad = with_note(
        &(0..30_000)
            .map(|n| format!("T{n},C1,2026-10-31,1.00,deposit,\"line {n}\nmore\"\n"))
            .collect::<String>(),
    );
    let mut open = with_note("T0,C1,2026-10-31,1.00,deposit,\"open\n");
    open += &(1..1_000_000).map(|n| format!("T{n},C1,2026-10-31,1.00,deposit,x\n")).collect::<String>();
    vec![
        with("F32", "CRLF", TRANSACTIONS.replace('\n', "\r\n")).account("transactions.csv", ALL_USED),
        with("F32", "CR", TRANSACTIONS.replace('\n', "\r")).account("transactions.csv", ALL_USED),
        with("F32", "CRLF and LF", mixed).account("transactions.csv", ALL_USED),
        with("F32", "CR, and the line of a bad row", TRANSACTIONS.replace('\n', "\r").replace("7.25", "x"))
            .reject(
                "transactions.csv",
                4,
                "amount",
                "not an amount: expected digits with a decimal point, as in 1234.56",
                "T3,C3,2026-10-31,x,transfer_in",
            ),
        with(
            "F33",
            "line ends in quotes, 1.5 MB of them, and the line of the row behind them",
            bad + "T,C1\n",
        )
        .reject("transactions.csv", 60_002, "", "fewer fields than the header has", "T,C1")
        .extra_columns("transactions.csv", 1)
        .account(
            "transactions.csv",
            "30001 rows = 30000 used + 1 rejected; 30000.00 = 30000.00 used; 1 unreadable",
        ),
        with("F34", "a quote left open on line 2 of 34 MB", open).refused(
            3,
            "`transactions.csv` has a quote that is not closed, in the row that begins on line 2",
            "close the quote",
        ),
    ]
}

/// Rows below a header with one column more.
fn with_note(rows: &str) -> String {
    format!("transaction_id,customer_id,booked_on,amount,kind,note\n{rows}")
}

fn quotes() -> Vec<Case> {
    let with = |note: &str| {
        case("F35", format!("note `{note}`")).transactions(with_note(&format!(
            "T1,C1,2026-10-31,1.00,deposit,{note}\nT2,C2,2026-10-31,2.00,deposit,\n"
        )))
    };
    let broken = |note: &str, reason: &str| {
        with(note)
            .reject("transactions.csv", 2, "", reason, &format!("T1,C1,2026-10-31,1.00,deposit,{note}"))
            .account("transactions.csv", "2 rows = 1 used + 1 rejected; 2.00 = 2.00 used; 1 unreadable")
    };
    vec![
        with("\"a \"\"b\"\" c\"").account("transactions.csv", "2 rows = 2 used; 3.00 = 3.00 used"),
        broken("\"a \\\"b\\\" c\"", "a backslash before a quote: quotes are doubled, not escaped"),
        broken("a \"b\" c", "a quote inside a field without quotes"),
        broken("\"a\" b", "text after a closing quote"),
    ]
}

fn separators() -> Vec<Case> {
    let by = |name: &str, separator: &str| {
        case("F36", format!("{name} between fields"))
            .transactions(TRANSACTIONS.replace(',', separator))
            .configured(&format!("sources.transactions.separator = {separator:?}"))
            .account("transactions.csv", ALL_USED)
    };
    let trail = "customer_id|opened_on|birth_date\n亅|2020-01-01|1980-01-01\n\
                 C1|2020-01-05|\nC2|2020-01-05|\nC3|2020-01-05|\n";
    assert!(gb("亅").ends_with(b"|"));
    vec![
        by("a bar", "|"),
        by("a tab", "\t"),
        by("a semicolon", ";"),
        case("F36", "a separator in quotes")
            .customers(format!("{CUSTOMERS}\"C,4\",2020-01-01,1980-01-01\n"))
            .account("customers.csv", "4 rows = 4 used"),
        case("F36", "a Chinese character whose last byte is the separator")
            .customers(gb(trail))
            .configured("sources.customers = { encoding = \"gb18030\", separator = \"|\" }")
            .account("customers.csv", "4 rows = 4 used"),
        case("F36", "another separator than the mapping's")
            .transactions(TRANSACTIONS.replace(',', ";"))
            .refused(3, "`transactions.csv` has no column `transaction_id`", "the `separator` with the file"),
    ]
}

fn rows() -> Vec<Case> {
    let odd = |what: &str, row: &str, column: &str, reason: &str| {
        case("F37", what)
            .transactions(format!("{TRANSACTIONS}{row}\n"))
            .reject("transactions.csv", 6, column, reason, row)
            .account("transactions.csv", AND_ONE_REJECTED)
    };
    let long = "9".repeat(10 << 20);
    let kept = |id: &str| format!("T{id},C3,2026-10-31,7.25,transfer_in")[..65_536].to_owned() + "…";
    let columns = |line: &str| format!("{line}{}\n", ",x".repeat(1000));
    vec![
        odd("a short row", "T5,C1", "", "fewer fields than the header has"),
        odd("a long row", "T5,C1,2026-10-31,5.00,deposit,x", "", "more fields than the header has"),
        odd("a row of nothing", ",,,,", "transaction_id", "missing"),
        case("F37", "blank lines, which are no rows")
            .transactions(format!("{TRANSACTIONS}\n\r\nT5,C1,2026-10-31,5.00,deposit\n\n"))
            .account("transactions.csv", AND_ONE),
        case("F38", "a field of 10 MB")
            .transactions(TRANSACTIONS.replace("T3", &format!("T{long}")))
            .reject("transactions.csv", 4, "transaction_id", "longer than 65536 bytes", &kept(&long))
            .account("transactions.csv", "4 rows = 3 used + 1 rejected; 78.50 = 78.50 used; 1 unreadable"),
        case("F38", "a row without an end")
            .transactions(format!("{TRANSACTIONS}T5{}", "9".repeat(40 << 20)))
            .refused(3, "`transactions.csv` has a row of more than 16 MiB on line", "is it a text file?"),
        case("F40", "1,005 columns, of which 1,000 have one name and are not mapped")
            .transactions(TRANSACTIONS.lines().map(columns).collect::<String>())
            .extra_columns("transactions.csv", 1000)
            .account("transactions.csv", ALL_USED),
    ]
}

fn characters() -> Vec<Case> {
    let odd = |what: &str, id: &str, reason: &str| {
        let row = format!("{id},C1,2026-10-31,5.00,deposit");
        case("F39", what).transactions(format!("{TRANSACTIONS}{row}\n")).reject(
            "transactions.csv",
            6,
            "transaction_id",
            reason,
            &row,
        )
    };
    vec![
        odd("NUL", "T\u{0}5", "a NUL byte"),
        odd("a terminal's sequence", "T\u{1b}[2J5", "a control character"),
        odd("DEL", "T\u{7f}5", "a control character"),
        odd("a tab in an id", "T\t5", "an invisible character in an id"),
        case("F39", "a control character in a column that nothing is filled from")
            .transactions(with_note("T1,C1,2026-10-31,1.00,deposit,\u{1b}[2J\n"))
            .account("transactions.csv", "1 rows = 1 used; 1.00 = 1.00 used"),
        case("F39", "a terminal's sequence in the header")
            .transactions(TRANSACTIONS.replace("amount", "amoun\u{1b}[2Jt"))
            .refused(3, "`transactions.csv` has no column `amount`", r"`amoun\u{1b}[2Jt`"),
    ]
}
