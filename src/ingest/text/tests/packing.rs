//! Packed files: whole, or refused.

use super::*;

#[test]
fn packed_text_is_read_whole_or_refused() {
    for (pack, kind) in [(gzip as fn(&[u8]) -> Vec<u8>, "gzip"), (zstd, "Zstandard")] {
        let whole = [pack(b"id,name\nA,"), pack(b"x\nB,y\n")].concat();
        assert_eq!(rows(PLAIN, &whole), ["A=x", "B=y"]);
        let damaged = format!("Refused: `f` is a damaged or cut off {kind} file | deliver the file again");
        for cut in [5, 12, whole.len() / 3, whole.len() - 20, whole.len() - 4, whole.len() - 1] {
            assert_eq!(refusal(PLAIN, &whole[..cut]), damaged, "{cut}");
        }
        let mut flipped = whole.clone();
        let check = whole.len() - if kind == "gzip" { 6 } else { 2 };
        flipped[check] ^= 1;
        assert_eq!(refusal(PLAIN, &flipped), damaged);
        assert_eq!(refusal(PLAIN, &[whole, b"trailing".to_vec()].concat()), damaged);
        let bomb = pack(&[b"id,name\n".to_vec(), vec![b'\n'; 80 << 20]].concat());
        assert_eq!(
            refusal(PLAIN, &bomb),
            "Refused: `f` unpacks to more than 200 times its size | deliver the file unpacked if it is genuine"
        );
        let twice = refusal(PLAIN, &pack(&pack(b"id,name\nA,x\n")));
        assert_eq!(
            twice,
            format!("Refused: `f` is a {kind} file inside another archive | pack the text once")
        );
        assert!(refusal(PLAIN, &pack(b"")).starts_with("Refused: `f` is empty"));
    }
}

#[test]
fn what_is_no_text_is_named() {
    let zip = |name: &str| [b"PK\x03\x04", [0; 26].as_slice(), name.as_bytes()].concat();
    for (bytes, expected) in [
        (
            zip("[Content_Types].xml"),
            "an Excel workbook (.xlsx), which is not read | export the sheet as CSV or Parquet",
        ),
        (zip("xl/workbook.xml"), "an Excel workbook (.xlsx)"),
        (zip("../t.csv"), "a zip archive, which is not read | deliver the text itself"),
        (b"PK\x03\x04".to_vec(), "a zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "an old Excel workbook (.xls), which is not read"),
        (b"PAR1....".to_vec(), "a Parquet file | set `format = \"parquet\"`"),
        (b"\xfd7zXZ\0\0".to_vec(), "an xz file, which is not read"),
    ] {
        let message = refusal(PLAIN, &bytes);
        assert!(message.starts_with(&format!("Refused: `f` is {expected}")), "{message}");
    }
}
