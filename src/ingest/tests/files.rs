//! Files as they arrive: headers, encodings, compression, damage.

use super::*;
use std::io::Write;

fn customers(bytes: &[u8]) -> Result<Ingested> {
    night(&[("customers.csv", bytes)], &[CUSTOMERS])
}

fn ids(night: &Ingested) -> Vec<&str> {
    night.tables.customers.iter().map(|customer| &*customer.customer_id).collect()
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
        assert!(night.rejects.is_empty(), "{text:?}");
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
    assert_eq!(night.tables.customers[0].name.as_deref(), Some("丨𠮷㐀"));
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

fn night_of(bytes: &[u8], mapping: &str) -> Result<Ingested> {
    night(&[("customers.csv", bytes)], &[mapping])
}

#[test]
fn what_is_not_there_is_not_complete() {
    assert_eq!(
        refusal(night(&[], &[CUSTOMERS])).split(" in `").next().unwrap(),
        "Incomplete: no file `customers*`"
    );
    let missing = read_folder(Path::new("/nowhere/at/all"), &[CUSTOMERS]);
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
    assert_eq!(plain.tables.customers.len(), rows - 7);
    assert_eq!(plain.tables.customers, quoted.tables.customers);
    assert_eq!(rejects(&plain), rejects(&quoted));
    assert_eq!(
        rejects(&plain)[6],
        "customers.csv:700001 opened: not a date: expected YYYY-MM-DD [0699999,never,some more text here]"
    );
}
