//! Quotes: only where they belong.

use super::*;

#[test]
fn quotes_where_they_do_not_belong_quarantine_their_row() {
    let text =
        "id,name\nA,x\"y\n\"B\"z,y\n\"C\",\"a \\\"b\\\" c\"\n \"D\",y\nE,\"said \"\"so\"\"\"\nF,a\\b\n";
    let (rows, findings) = rows_and(PLAIN, text.as_bytes()).unwrap();
    assert_eq!(rows, ["E=said \"so\"", "F=a\\b"]);
    assert_eq!(
        rejects(&findings),
        [
            "2: a quote inside a field without quotes: A,x\"y",
            "3: text after a closing quote: \"B\"z,y",
            "4: a backslash before a quote: quotes are doubled, not escaped: \"C\",\"a \\\"b\\\" c\"",
            "5: a quote inside a field without quotes:  \"D\",y",
        ]
    );
}

#[test]
fn a_quote_that_is_not_closed_is_refused_or_told_with_all_it_took() {
    let open = "has a quote that is not closed, in the row that begins on line 3 | ";
    let to_the_end = refusal(PLAIN, b"id,name\nA,x\nB,\"y\nC,z\n");
    assert!(to_the_end.starts_with(&format!("Refused: `f` {open}")), "{to_the_end}");
    let (rows, findings) = rows_and(PLAIN, b"id,name\nA,x\nB,\"y\nC,\"z\"\nD,w\n").unwrap();
    assert_eq!(rows, ["A=x", "D=w"]);
    assert_eq!(rejects(&findings), ["3: broken quotes in a row over several lines: B,\"y\nC,\"z\""]);
    // It took more than one mistake is worth.
    let rest = "C,z\n".repeat(100) + "D,\"w\"\n";
    let taken = refusal(PLAIN, format!("id,name\nA,x\nB,\"y\n{rest}").as_bytes());
    assert!(taken.starts_with(&format!("Refused: `f` {open}")), "{taken}");
    let header = refusal(PLAIN, b"id,\"name\nA,x\n");
    assert!(header.starts_with("Refused: `f` has a quote that is not closed, in its header"), "{header}");
    assert!(
        refusal(PLAIN, b"id,\"name\"s\nA,x\n").starts_with("Refused: `f` has broken quotes in its header")
    );
}

/// 40 MB after the quote: most of it is not even read.
#[test]
fn a_quote_that_is_not_closed_stops_early() {
    let mut text = b"id,name\nA,x\nB,\"y\n".to_vec();
    while text.len() < 80 << 20 {
        text.extend_from_slice(b"C,some more text without any quotes in it\n");
    }
    let seen = std::sync::atomic::AtomicU64::new(0);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f"), &text).unwrap();
    let export = exports::find(folder.path(), "f").unwrap();
    let source: Source = toml::from_str(PLAIN).unwrap();
    let mapping = Mapping::new(Table::Branches, &source, folder.path()).unwrap();
    let limits =
        Limits { reject_share_max: 0.9, base_currency: "EUR".into(), field_bytes_max: 1 << 16, volume: None };
    let job = Job { export: &export, source: &source, mapping: &mapping, builder: &Values, limits: &limits };
    let count = |bytes: u64| {
        seen.fetch_add(bytes, std::sync::atomic::Ordering::Relaxed);
    };
    let message = shown(&read(&job, &count, &mut |_| Ok(())).err().unwrap());
    assert!(message.contains("not closed, in the row that begins on line 3"), "{message}");
    assert!(seen.into_inner() < 60 << 20);
}

#[test]
fn lines_in_quotes_are_counted_across_blocks() {
    let mut text = b"id,name\n".to_vec();
    let mut n = 0;
    while text.len() < 40 << 20 {
        text.extend_from_slice(format!("{n},\"first\r\nsecond, {}\"\n", "x".repeat(n % 70)).as_bytes());
        n += 1;
    }
    let sound = n;
    text.extend_from_slice(b",\n");
    let (pieces, findings) = pieces(PLAIN, &text).unwrap();
    assert!(pieces.len() > 30);
    let rows = pieces.concat();
    assert_eq!(rows.len(), sound);
    assert!(rows.iter().enumerate().all(|(n, row)| row.starts_with(&format!("{n}=first\r\nsecond"))));
    assert_eq!(rejects(&findings), [format!("{}: missing: ,", 2 + 2 * sound)]);
}
