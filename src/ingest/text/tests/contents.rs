//! Some megabytes in every coding, record by record what the `csv` crate finds in the text itself.
//!
//! Characters of two to four bytes stand on both sides of every seam: of the buffers that are read, unpacked and decoded,
//! of the steps in which a block grows, and of the pieces. The text is told again with its start moved byte by byte, so
//! that each seam cuts a character in at least one of them.

use super::*;
use encoding_rs::GB18030;

const TEXT_BYTES: usize = 3 << 20;
/// Buffers, steps of blocks and pieces are multiples of this, in bytes of the coding or of the decoded text.
const SEAM_BYTES: usize = 64 << 10;
/// Every byte of a character comes to a seam, and where a seam fell between two records, it falls within one.
const SHIFTS: [usize; 8] = [0, 1, 2, 3, 40, 41, 42, 43];
/// Four bytes in every coding for the most part, two and three between.
const NAMES: [&str; 4] = [
    "张𠮷𠀀𠀁𠀂𠀃𠀄𠀅𠀆𠀇𠀈𠀉伟𠀊𠀋𠀌𠀍𠀎𠀏𠀐",
    "𠮷㐀𠀑𠀒𠀓李𠀔𠀕𠀖𠀗𠀘娜𠀙𠀚𠀛𠀜",
    "\"𠀝𠀞，𠀟𠀠,\n𠀡𠀢𠀣\"\"𠀤𠀥𠀦𠀧𠀨𠀩𠀪\"",
    "Ün𠀫𠀬𠀭Öß𠀮𠀯𠀰𠀱éñ𠀲𠀳𠀴𠀵𠀶Ł𠀷𠀸𠀹𠀺",
];

/// A header, longer by so many bytes, and records of characters beyond ASCII for the most part.
fn text(shift: usize) -> String {
    let mut text = format!("id,name,note{}\n", "x".repeat(shift));
    for (at, name) in NAMES.iter().cycle().enumerate() {
        if text.len() >= TEXT_BYTES {
            break;
        }
        text += &format!("{at},{name},𠀻𠀼赵𠀽𠀾\n");
    }
    text
}

/// As [`Values`] prints them.
fn expected(text: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let row = |record: csv::StringRecord| format!("{}={}", &record[0], &record[1]);
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// The seams within a text that lie inside a character, by number from its start; `bytes` is how long a character is.
fn cut_seams(text: &str, mut bytes: impl FnMut(char) -> usize) -> Vec<usize> {
    let mut end = 0;
    let inside = |c: char| {
        let start = end;
        end += bytes(c);
        let seam = (end - 1) / SEAM_BYTES;
        (seam * SEAM_BYTES > start).then_some(seam)
    };
    text.chars().filter_map(inside).collect()
}

/// What is done to a text, and how many bytes a character has where seams are.
struct Coding {
    name: &'static str,
    encoding: &'static str,
    encode: fn(&str) -> Vec<u8>,
    bytes: fn(char) -> usize,
}

const CODINGS: [Coding; 6] = [
    Coding { name: "UTF-8", encoding: "utf-8", encode: |text| text.into(), bytes: char::len_utf8 },
    Coding { name: "gzip", encoding: "utf-8", encode: |text| gzip(text.as_bytes()), bytes: char::len_utf8 },
    Coding {
        name: "Zstandard",
        encoding: "utf-8",
        encode: |text| zstd(text.as_bytes()),
        bytes: char::len_utf8,
    },
    Coding {
        name: "GB18030",
        encoding: "gb18030",
        encode: |text| GB18030.encode(text).0.into_owned(),
        bytes: |c| GB18030.encode(c.encode_utf8(&mut [0; 4])).0.len(),
    },
    Coding {
        name: "UTF-16LE",
        encoding: "utf-16le",
        encode: |text| utf16(text, false),
        bytes: |c| 2 * c.len_utf16(),
    },
    Coding {
        name: "UTF-16BE",
        encoding: "utf-16be",
        encode: |text| utf16(text, true),
        bytes: |c| 2 * c.len_utf16(),
    },
];

#[test]
fn megabytes_in_every_coding_are_read_as_the_csv_crate_reads_the_text() {
    let texts = SHIFTS.map(text);
    for Coding { name, encoding, encode, bytes } in CODINGS {
        let mut cut = Vec::new();
        for text in &texts {
            let (found, expected) =
                (rows(&format!("encoding = \"{encoding}\"\n{PLAIN}"), &encode(text)), expected(text));
            assert_eq!(found.len(), expected.len(), "{name}");
            let other = found.iter().zip(&expected).find(|(found, expected)| found != expected);
            assert_eq!(other, None, "{name}");
            cut.extend(cut_seams(text, bytes));
        }
        cut.sort_unstable();
        cut.dedup();
        let seams: Vec<usize> = (1..=TEXT_BYTES / SEAM_BYTES).collect();
        assert!(cut.starts_with(&seams), "{name}: seams in characters: {cut:?}");
    }
}
