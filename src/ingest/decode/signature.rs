//! What a file is by its first bytes, held against what the mapping declares.
//!
//! Reads: the start of the unpacked content. Produces: a refusal with what to do, or nothing. Never: chooses an
//! encoding: what is declared is read, or the file is refused.

use super::charset;
use crate::config::source::Encoding;
use crate::error::{Error, Result};
use crate::io::exports::Export;

/// First bytes of what is no text, what it is called, and what to do.
const NO_TEXT: &[(&[u8], &str, &str)] = &[
    (b"PAR1", "a Parquet file", "set `format = \"parquet\"`"),
    (b"\x1f\x8b", "a gzip file inside another archive", "pack the text once"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file inside another archive", "pack the text once"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls), which is not read", WORKBOOK),
    (b"PK\x05\x06", "an empty zip archive, which is not read", ARCHIVE),
    (b"BZh", "a bzip2 file, which is not read", ARCHIVE),
    (b"\xfd7zXZ\0", "an xz file, which is not read", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive, which is not read", ARCHIVE),
    (b"Rar!\x1a\x07", "a RAR archive, which is not read", ARCHIVE),
    (b"ARROW1\0\0", "an Arrow file, which is not read", "deliver text or Parquet"),
    (b"ORC", "an ORC file, which is not read", "deliver text or Parquet"),
    (b"%PDF-", "a PDF file", "deliver text or Parquet"),
];
const ARCHIVE: &str = "deliver the text itself, or pack each file with gzip or zstd";
const WORKBOOK: &str = "export the sheet as CSV or Parquet";
const ZIP: &[u8] = b"PK\x03\x04";
/// Where the name of a zip archive's first member stands.
const ZIP_NAME_AT: usize = 30;
/// First members of the zip archives that workbooks are.
const WORKBOOK_MEMBERS: [&[u8]; 4] = [b"[Content_Types].xml", b"_rels/", b"xl/", b"docProps/"];

/// Which of the two orders the bytes of a UTF-16 text stand in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

/// Refuses what is no text, or surely not in `encoding`.
pub fn check(export: &Export, head: &[u8], encoding: Encoding) -> Result<()> {
    let refuse = |what: &str, hint: &str| {
        Err(Error::refused(format!("`{}` {what}", export.name.escape_debug())).hint(hint))
    };
    if head.is_empty() {
        return refuse("is empty (0 bytes)", "deliver the file again, at least with its header");
    }
    if let Some((what, hint)) = no_text(head) {
        return refuse(&format!("is {what}"), hint);
    }
    if head.starts_with(b"\xff\xfe\0\0") || head.starts_with(b"\0\0\xfe\xff") {
        return refuse("is UTF-32, which is not read", "export it as UTF-8");
    }
    match (encoding, mark(head)) {
        (Encoding::Utf8 | Encoding::Gb18030, None) => {}
        (Encoding::Utf8 | Encoding::Gb18030, Some(_)) => {
            return refuse("is UTF-16", "set `encoding = \"utf-16\"`");
        }
        (Encoding::Utf16, Some(_)) => return Ok(()),
        (Encoding::Utf16, None) => {
            let hint = "set `encoding` to what it is in: `utf-16le`, `utf-16be`, `utf-8` or `gb18030`";
            return refuse("is declared UTF-16 but has no byte order mark", hint);
        }
        (Encoding::Utf16Le, Some(Order::Big)) => {
            return refuse("is UTF-16BE", "set `encoding = \"utf-16be\"`");
        }
        (Encoding::Utf16Be, Some(Order::Little)) => {
            return refuse("is UTF-16LE", "set `encoding = \"utf-16le\"`");
        }
        (Encoding::Utf16Le | Encoding::Utf16Be, _) => {}
    }
    match (encoding, order_by_nuls(head)) {
        (Encoding::Utf8 | Encoding::Gb18030, None) => {}
        (Encoding::Utf16Le, Some(Order::Little)) | (Encoding::Utf16Be, Some(Order::Big)) => return Ok(()),
        (_, Some(Order::Little)) => return refuse("is UTF-16LE", "set `encoding = \"utf-16le\"`"),
        (_, Some(Order::Big)) => return refuse("is UTF-16BE", "set `encoding = \"utf-16be\"`"),
        // A line end and a separator have a NUL byte each.
        (_, None) if head.contains(&0) => return Ok(()),
        (_, None) => {
            return refuse("is declared UTF-16 but is not", "set `encoding` to `utf-8` or `gb18030`");
        }
    }
    if encoding == Encoding::Gb18030 && charset::is_utf8(head) {
        return refuse("is declared GB18030 but is UTF-8", "set `encoding = \"utf-8\"`");
    }
    Ok(())
}

fn no_text(head: &[u8]) -> Option<(&'static str, &'static str)> {
    if head.starts_with(ZIP) {
        let name = head.get(ZIP_NAME_AT..).unwrap_or_default();
        let is_workbook = WORKBOOK_MEMBERS.iter().any(|member| name.starts_with(member));
        return Some(if is_workbook {
            ("an Excel workbook (.xlsx), which is not read", WORKBOOK)
        } else {
            ("a zip archive, which is not read", ARCHIVE)
        });
    }
    NO_TEXT.iter().find(|(magic, ..)| head.starts_with(magic)).map(|(_, what, hint)| (*what, *hint))
}

/// The byte order mark of UTF-16.
fn mark(head: &[u8]) -> Option<Order> {
    match head {
        [0xff, 0xfe, ..] => Some(Order::Little),
        [0xfe, 0xff, ..] => Some(Order::Big),
        _ => None,
    }
}

/// The order in which a UTF-16 text without mark surely stands: it has NUL bytes, at least one in eight pairs, nearly
/// all of them on one side of the pairs (a few characters, as U+3400, have theirs on the other).
fn order_by_nuls(head: &[u8]) -> Option<Order> {
    const BYTES_LOOKED_AT: usize = 4096;
    const NULS_MIN: usize = 2;
    const PAIRS_PER_NUL_MAX: usize = 8;
    const NULS_PER_OTHER_MIN: usize = 8;
    let head = &head[..head.len().min(BYTES_LOOKED_AT)];
    let nuls = |side: usize| head.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let is_most = |nuls: usize, others: usize| {
        let is_enough = nuls >= NULS_MIN && nuls * PAIRS_PER_NUL_MAX * 2 >= head.len();
        is_enough && others * NULS_PER_OTHER_MIN <= nuls
    };
    match (nuls(0), nuls(1)) {
        (even, odd) if is_most(odd, even) => Some(Order::Little),
        (even, odd) if is_most(even, odd) => Some(Order::Big),
        _ => None,
    }
}
