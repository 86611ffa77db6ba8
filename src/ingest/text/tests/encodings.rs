//! Character sets: declared, never guessed, never mended.

use super::*;

fn encoded(encoding: &str) -> String {
    format!("encoding = \"{encoding}\"\n{PLAIN}")
}

const TEXT: &str = "id,name\nA,张伟\nB,𠮷㐀\n\"C\",\"x\ny\"\n";
const ROWS: [&str; 3] = ["A=张伟", "B=𠮷㐀", "C=x\ny"];

#[test]
fn utf16_is_read_by_its_mark_or_its_name() {
    let marked = format!("\u{feff}{TEXT}");
    for is_big in [false, true] {
        let name = if is_big { "utf-16be" } else { "utf-16le" };
        assert_eq!(rows(&encoded("utf-16"), &utf16(&marked, is_big)), ROWS);
        assert_eq!(rows(&encoded(name), &utf16(&marked, is_big)), ROWS);
        assert_eq!(rows(&encoded(name), &utf16(TEXT, is_big)), ROWS);
    }
}

#[test]
fn utf16_is_told_from_what_is_declared() {
    let marked = format!("\u{feff}{TEXT}");
    for (declared, bytes, expected) in [
        ("utf-8", utf16(&marked, false), "is UTF-16 | set `encoding = \"utf-16\"`"),
        ("gb18030", utf16(&marked, true), "is UTF-16 | set `encoding = \"utf-16\"`"),
        ("utf-8", utf16(TEXT, false), "is UTF-16LE | set `encoding = \"utf-16le\"`"),
        ("gb18030", utf16(TEXT, true), "is UTF-16BE | set `encoding = \"utf-16be\"`"),
        ("utf-16be", utf16(TEXT, false), "is UTF-16LE | set `encoding = \"utf-16le\"`"),
        ("utf-16le", utf16(&marked, true), "is UTF-16BE | set `encoding = \"utf-16be\"`"),
        ("utf-16", utf16(TEXT, false), "is declared UTF-16 but has no byte order mark | set `encoding`"),
        ("utf-16le", TEXT.into(), "is declared UTF-16 but is not | set `encoding` to `utf-8` or `gb18030`"),
        ("utf-8", b"\xff\xfe\0\0i\0\0\0".to_vec(), "is UTF-32, which is not read | export it as UTF-8"),
    ] {
        let message = refusal(&encoded(declared), &bytes);
        assert!(message.starts_with(&format!("Refused: `f` {expected}")), "{declared}: {message}");
    }
}

#[test]
fn utf16_that_is_cut_or_unpaired_is_refused_with_its_place() {
    let text = utf16("id,name\nA,x\nB,y\n", false);
    let with = |units: &[u16]| {
        let tail = units.iter().flat_map(|unit| unit.to_le_bytes());
        text.iter().copied().chain(tail).collect::<Vec<u8>>()
    };
    let at = text.len();
    for (bytes, offset) in [
        (with(&[0x43, 0xd842, 0x2c, 0x7a]), at + 2),
        (with(&[0x43, 0xdfb7, 0x2c, 0x7a]), at + 2),
        (with(&[0xd842]), at),
        ([text.clone(), vec![0x43]].concat(), at),
    ] {
        let expected = format!("Refused: `f` is not UTF-16LE at byte {offset}, on line 4 | ");
        let message = refusal(&encoded("utf-16le"), &bytes);
        assert!(message.starts_with(&expected), "{message}");
    }
}

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

#[test]
fn gb18030_is_read_with_its_four_byte_characters() {
    assert_eq!(rows(&encoded("gb18030"), &gb18030(TEXT)), ROWS);
    // The second byte of 丨 is the separator's.
    let mapping = format!("separator = \"|\"\n{}", encoded("gb18030"));
    assert_eq!(rows(&mapping, &gb18030("id|name\nA|丨\n")), ["A=丨"]);
}

/// What the decoder does with the characters that GB 18030-2022 moved; `decode::charset` says so.
#[test]
fn gb18030_characters_that_moved_are_read_as_in_2022() {
    for (bytes, expected) in [
        (b"\x81\x39\xee\x39".as_slice(), '\u{3400}'),
        (b"\x95\x32\x82\x36", '\u{20000}'),
        (b"\xa6\xd9", '\u{fe10}'),
        (b"\xa6\xdf", '\u{fe16}'),
        (b"\xa6\xf3", '\u{fe19}'),
        (b"\xfe\x59", '\u{9fb4}'),
        (b"\xfe\x61", '\u{9fb5}'),
        (b"\xa8\xbc", '\u{1e3f}'),
        (b"\xa2\xe3", '\u{20ac}'),
        (b"\x80", '\u{20ac}'),
        (b"\x84\x31\x82\x36", '\u{fe10}'),
        (b"\x81\x35\xf4\x37", '\u{e7c7}'),
    ] {
        let text = [b"id,name\nA,", bytes, b"\n"].concat();
        assert_eq!(rows(&encoded("gb18030"), &text), [format!("A={expected}")], "{bytes:x?}");
    }
}

#[test]
fn what_is_not_gb18030_is_refused_with_its_place() {
    let start = gb18030("id,name\nA,张\n");
    let at = start.len() + 2;
    for tail in [b"B,\xff\n".as_slice(), b"B,\x81", b"B,\x81\x30\x81"] {
        let message = refusal(&encoded("gb18030"), &[&start, tail].concat());
        assert!(
            message.starts_with(&format!("Refused: `f` is not GB18030 at byte {at}, on line 3 | ")),
            "{message}"
        );
    }
    let utf8 = refusal(&encoded("gb18030"), "id,name\nA,四个汉字\nB,四个汉字\n".as_bytes());
    assert_eq!(utf8, "Refused: `f` is declared GB18030 but is UTF-8 | set `encoding = \"utf-8\"`");
}

#[test]
fn bytes_that_are_not_utf8_quarantine_their_row_and_name_their_place() {
    let bytes = [b"id,name\nA,x\n", gb18030("B,张伟\n").as_slice(), "C,张伟\n".as_bytes()].concat();
    let (rows, findings) = rows_and(PLAIN, &bytes).unwrap();
    assert_eq!(rows, ["A=x", "C=张伟"]);
    assert_eq!(rejects(&findings)[0].split(": ").take(2).collect::<Vec<_>>(), ["3", "not UTF-8"]);
    assert_eq!(findings.undecoded_at, Some(14));
    let header = refusal(PLAIN, &gb18030("编号,名称\n"));
    assert_eq!(
        header,
        "Refused: the header of `f` is not UTF-8 | `encoding = \"gb18030\"` may be what the export is in"
    );
}
