//! Files as they arrive: headers, encodings, compression, damage.

use super::*;
use std::io::Write;

fn customers(bytes: &[u8]) -> Result<Night> {
    night(&[("customers.csv", bytes)], &[CUSTOMERS])
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_header_is_found_by_name_wherever_its_columns_are() {
    for text in [
        "opened,more, id \n2020-01-01,x,A\n2020-01-02,,B",
        "\u{feff}id,opened\nA,2020-01-01\n\n\nB,2020-01-02\n",
        "id,opened\r\nA,2020-01-01\r\n\r\nB,2020-01-02\r\n",
        "id,opened\rA,2020-01-01\rB,2020-01-02\r",
        "\"id\",\"opened\"\n\"A\",2020-01-01\n\" B \",\"2020-01-02\"\n",
    ] {
        let night = customers(text.as_bytes()).unwrap();
        assert_eq!(ids(&night), ["A", "B"], "{text:?}");
        assert!(night.rejected().is_empty(), "{text:?}");
    }
}

#[test]
fn a_missing_column_is_asked_for_by_a_likely_name_or_by_none() {
    let hint = |mapping: &str, header: &str| {
        let text = format!("{header}\n");
        let refused = night(&[TWO_CUSTOMERS, ("transactions.csv", text.as_bytes())], &[CUSTOMERS, mapping]);
        refusal(refused).split(" | ").nth(1).unwrap().to_owned()
    };
    let by_account = TRANSACTIONS.replace("customer_id = \"customer\"", "account_id = \"account_id\"");
    let in_german = TRANSACTIONS.replace("amount = \"amount\"", "amount = \"betrag\"");
    let none = "compare the header with the mapping, and the `separator` with the file";
    for (mapping, header, expected) in [
        (by_account.as_str(), "id,account_id,on,amt,kind", "did you mean `amt`?"),
        (TRANSACTIONS, "id,customer,on,amt,kind,account_id", "did you mean `amt`?"),
        (TRANSACTIONS, "id,customer,on,Amount,kind", "did you mean `Amount`?"),
        (&in_german, "id,customer,on,amount,kind", "did you mean `amount`?"),
        (TRANSACTIONS, "id,customer,on,kind,account_id", none),
        (TRANSACTIONS, "id,customer,on,kind,", none),
        (TRANSACTIONS, "id,customer,on,kind,account_movement_total", none),
        // Mapped to another contract column: cannot be meant.
        (&by_account.replace("\"on\"", "\"amounts\""), "id,account_id,amounts,kind", none),
    ] {
        assert_eq!(hint(mapping, header), expected, "{header}");
    }
}

#[test]
fn nothing_from_a_file_or_its_name_steers_a_terminal() {
    let named = CUSTOMERS.replace("\"opened\"", "\"open\\u001bed\"");
    let read = |name: &str, text: &str, mapping: &str| refusal(night(&[(name, text.as_bytes())], &[mapping]));
    let rows = "A,never\n".repeat(20);
    let lookup = "{ from = \"opened\", lookup = { file = \"dates\\u001b\", key = \"a\", value = \"d\" } }";
    let looked_up = CUSTOMERS.replace("\"opened\"", lookup);
    let dates: (&str, &[u8]) = ("dates\u{1b}", b"a,d\n1,2020-05-05\n");
    let not_found =
        night(&[("customers.csv", format!("id,opened\n{rows}").as_bytes()), dates], &[&looked_up]);
    let folder = read_folder(Path::new("/nowhere/at\u{1b}/all"), &[CUSTOMERS], 0.9);
    for (message, expected) in [
        (read("customers.csv", "id,opened\u{1b}[31m\n", CUSTOMERS), "did you mean `opened\\u{1b}[31m`?"),
        (read("customers\u{1b}.csv", "id,other\n", CUSTOMERS), "`customers\\u{1b}.csv` has no column"),
        (read("customers.csv", "id,other\n", &named), "has no column `open\\u{1b}ed`"),
        (read("customers.csv", &format!("id,open\u{1b}ed\n{rows}"), &named), "`open\\u{1b}ed` not a date"),
        (refusal(not_found), "not found in dates\\u{1b}, first"),
        (refusal(folder), "/nowhere/at\\u{1b}/all"),
    ] {
        assert!(message.contains(expected), "{message:?}");
        assert!(!message.contains(char::is_control), "{message:?}");
    }
}

#[test]
fn a_header_that_does_not_fit_is_refused() {
    let text = |text: &str| refusal(customers(text.as_bytes()));
    assert_eq!(
        text("id,openned\nA,2020-01-01\n"),
        "Refused: `customers.csv` has no column `opened` | did you mean `openned`?"
    );
    assert!(
        text("id,opened,id\nA,2020-01-01,B\n")
            .starts_with("Refused: `customers.csv` has the column `id` more than once")
    );
    assert!(text("").starts_with("Refused: `customers.csv` is empty (0 bytes)"));
    assert!(text("\n\n").starts_with("Refused: `customers.csv` has no header"));
    assert!(text("id,opened\n").starts_with("Refused: `customers.csv` has no rows"));
    assert!(refusal(customers(b"\xff\xfei\0d\0")).starts_with("Refused: `customers.csv` is UTF-16"));
    assert!(
        refusal(customers(b"\xb1\xe0,opened\n1,2\n"))
            .starts_with("Refused: the header of `customers.csv` is not UTF-8")
    );
}

#[test]
fn rows_that_do_not_fit_are_rejected_with_their_line() {
    let long = "x".repeat(101);
    let text = format!(
        "id,opened,note\nA,2020-01-01\n\nB,2020-01-02,\nC,2020-01-03,1,2\nD\0,2020-01-04,\nE,2020-01-05,{long}\n"
    );
    let bytes = [text.as_bytes(), b"F,2020-01-06,\xff\nG,2020-01-07,\n"].concat();
    let night = customers(&bytes).unwrap();
    assert_eq!(ids(&night), ["B", "G"]);
    let cut = &format!("E,2020-01-05,{long}")[..100];
    assert_eq!(
        rejects(&night),
        [
            "customers.csv:2 : fewer fields than the header has [A,2020-01-01]",
            "customers.csv:5 : more fields than the header has [C,2020-01-03,1,2]",
            "customers.csv:6 id: a NUL byte [D\0,2020-01-04,]",
            &format!("customers.csv:7 note: longer than 100 bytes [{cut}…]"),
            "customers.csv:8 note: not UTF-8 [F,2020-01-06,\u{fffd}]",
        ]
    );
    assert_eq!(books(&night), ["customers.csv [7, 2, 0, 0, 5, 0] 0"]);
}

#[test]
fn quoted_rows_name_their_line_and_are_written_again() {
    let text = "id,opened,note\r\n\"A\",2020-01-01,\"two\r\nlines, \"\"said\"\" he\"\r\n\r\nB,no date,\"x,\r\ny\"\r\nC,2020-01-03,\r\n";
    let night = customers(text.as_bytes()).unwrap();
    assert_eq!(ids(&night), ["A", "C"]);
    assert_eq!(
        rejects(&night),
        ["customers.csv:5 opened: not a date: expected YYYY-MM-DD [B,no date,\"x,\r\ny\"]"]
    );
}

#[test]
fn lines_are_counted_by_the_line_end_of_the_header() {
    for end in ["\n", "\r\n", "\r"] {
        for quote in ["", "\""] {
            let rows = ["id,opened", "A,2020-01-01", "B,never", "C,2020-01-03", "", "D,never", ""];
            let text = rows.join(end).replace("2020-01-01", &format!("{quote}2020-01-01{quote}"));
            let night = customers(text.as_bytes()).unwrap();
            let lines: Vec<_> = night.rejected().iter().map(|(_, reject)| reject.line).collect();
            assert_eq!(lines, [3, 6], "{text:?}");
        }
    }
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let text = |text: &str| refusal(customers(text.as_bytes()));
    assert!(
        text("id,opened,x\nA,2020-01-01,\nB,2020")
            .starts_with("Refused: `customers.csv` ends in the middle of a row")
    );
    assert!(
        text("id,opened,x\n\"A\",2020-01-01,\nB,2020")
            .starts_with("Refused: `customers.csv` ends in the middle of a row")
    );
    assert_eq!(
        text("id,opened\nA,2020-01-01\nB,\"2020-01-02\nC,2020-01-03\n"),
        "Refused: `customers.csv` has a quote that is not closed, in the row that begins on line 3 \
         | the file may be cut off: deliver it again, or close the quote"
    );
}

#[test]
fn gzip_is_read_whole_or_refused() {
    let whole = [gzip(b"id,opened\nA,2020-"), gzip(b"01-01\nB,2020-01-02\n")].concat();
    assert_eq!(ids(&customers(&whole).unwrap()), ["A", "B"]);
    let damaged = "Refused: `customers.csv` is a damaged or cut off gzip file";
    for cut in [3, 12, whole.len() / 3, whole.len() - 30, whole.len() - 4] {
        assert!(refusal(customers(&whole[..cut])).starts_with(damaged), "{cut}");
    }
    let mut flipped = whole.clone();
    let crc = whole.len() - 6;
    flipped[crc] ^= 1;
    assert!(refusal(customers(&flipped)).starts_with(damaged));
    assert!(refusal(customers(&[whole, b"trailing".to_vec()].concat())).starts_with(damaged));
    let bomb = gzip(&[b"id,opened\n".to_vec(), vec![b'\n'; 80 << 20]].concat());
    assert!(
        refusal(customers(&bomb))
            .starts_with("Refused: `customers.csv` unpacks to more than 200 times its size")
    );
}

#[test]
fn gb18030_is_decoded_before_it_is_split() {
    let mapping = CUSTOMERS
        .replace("id = \"id\"", "id = \"客户\", name = \"姓名\"")
        .replace("format", "encoding = \"gb18030\"\nseparator = \"|\"\nformat");
    // The second byte of 丨 is the separator's; 𠮷 takes four bytes.
    let text = "客户|opened|姓名\nA|2020-01-01|丨𠮷㐀\n";
    let (bytes, _, _) = encoding_rs::GB18030.encode(text);
    let night = night_of(&bytes, &mapping).unwrap();
    assert_eq!(night.bank.customer(0).name.as_deref(), Some("丨𠮷㐀"));
    let broken = [&bytes[..], b"B|2020-01-02|\xff\n"].concat();
    let at = bytes.len() + 13;
    assert!(
        refusal(night_of(&broken, &mapping))
            .starts_with(&format!("Refused: `customers.csv` is not GB18030 at byte {at}"))
    );
    let utf8 = "客户|opened|姓名\nA|2020-01-01|四个汉字\n";
    assert!(refusal(night_of(utf8.as_bytes(), &mapping)).contains("is declared GB18030 but is UTF-8"));
    let cut = &bytes[..bytes.len() - 2];
    assert!(refusal(night_of(cut, &mapping)).contains("is not GB18030 at byte"));
}

#[test]
fn a_file_in_gb18030_that_is_declared_utf8_is_told_so() {
    let mapping = CUSTOMERS.replace("id = \"id\"", "id = \"id\", name = \"name\"");
    let hints = |rows: &[u8]| {
        let files: [(&str, &[u8]); 1] = [("customers.csv", &[b"id,opened,name\n", rows].concat())];
        let message = refusal(night_with(&files, &[&mapping], 0.1));
        assert!(message.contains("`name` not UTF-8"), "{message}");
        message.split(" | ").nth(1).unwrap().split("; ").count()
    };
    let encoded = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let chinese = "A,2020-01-01,张伟\nB,2020-01-01,欧阳𠮷\n\"C\",2020-01-01,李娜\nD,2020-01-01,Ann\n";
    let plain = chinese.replace('"', "");
    assert!(
        refusal(night_with(
            &[("customers.csv", &[b"id,opened,name\n".to_vec(), encoded(chinese)].concat())],
            &[&mapping],
            0.1
        ))
        .contains("| `encoding = \"gb18030\"` may be what the export is in; correct the export")
    );
    assert_eq!([hints(&encoded(chinese)), hints(&encoded(&plain))], [2, 2]);
    // Latin text that happens to decode, and bytes that do not.
    assert_eq!(hints(b"A,2020-01-01,M\xfcller\nB,2020-01-01,Bj\xf6rn\n"), 1);
    assert_eq!(hints(b"A,2020-01-01,\xc0\xee\nB,2020-01-01,\xff\xff\n"), 1);
}

fn night_of(bytes: &[u8], mapping: &str) -> Result<Night> {
    night(&[("customers.csv", bytes)], &[mapping])
}

#[test]
fn what_is_not_there_is_not_complete() {
    assert_eq!(
        refusal(night(&[], &[CUSTOMERS])).split(" in `").next().unwrap(),
        "Incomplete: no file `customers*`"
    );
    let missing = read_folder(Path::new("/nowhere/at/all"), &[CUSTOMERS], 0.9);
    assert!(refusal(missing).starts_with("Usage: no drop folder at `/nowhere/at/all`"));
}

#[test]
fn too_many_rejects_refuse_the_file() {
    let rows: String = (0..20).map(|n| format!("{n},never\n")).collect();
    assert_eq!(
        refusal(customers(format!("id,opened\nA,2020-01-01\n{rows}").as_bytes())),
        "Refused: `customers.csv`: 20 of 21 rows rejected (95.24%), more than the 90.00% allowed; 20 of them: `opened` \
         not a date: expected YYYY-MM-DD, first on line 3 | correct the export or its mapping, or raise \
         `reject_share_max` if these rows may be left out"
    );
}

/// Blocks and pieces leave no trace: a file larger than several of them reads as its rows say, quoted or not.
#[test]
fn large_files_read_the_same_in_pieces_and_with_quotes() {
    let rows = 700_000;
    let text = |quote: &str| {
        let mut text = String::from("id,opened,note\n");
        for n in 0..rows {
            let date = if n % 100_000 == 99_999 { "never" } else { "2020-01-01" };
            text += &format!("{n:07},{date},{quote}some more text here{quote}\n");
        }
        text
    };
    let plain = customers(text("").as_bytes()).unwrap();
    let quoted = customers(text("\"").as_bytes()).unwrap();
    assert!(text("").len() > 20 << 20);
    assert_eq!(plain.bank.n_customers(), rows - 7);
    assert!(plain.bank.customers().eq(quoted.bank.customers()));
    // A rejected row is kept as it was delivered.
    let unquoted: Vec<String> = rejects(&quoted).iter().map(|line| line.replace('"', "")).collect();
    assert_eq!(rejects(&plain), unquoted);
    assert_eq!(
        rejects(&plain)[6],
        "customers.csv:700001 opened: not a date: expected YYYY-MM-DD [0699999,never,some more text here]"
    );
}
