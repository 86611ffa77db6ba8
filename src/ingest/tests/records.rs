//! Every way of splitting gives the records of the `csv` crate.

use crate::ingest::records::{Quoting, Record, cut, first_end, split};
use proptest::prelude::*;
use std::convert::Infallible;

type Records = Vec<(usize, Vec<Vec<u8>>)>;

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn split_whole(text: &[u8]) -> Vec<(usize, Vec<Vec<u8>>, Quoting)> {
    let mut records = Vec::new();
    let Ok(()) = split(text, b',', |batch| {
        let owned = |record: Record<'_>| {
            assert_eq!(record.line(), &text[record.start..record.end]);
            (record.start, record.fields().map(<[u8]>::to_vec).collect(), record.quoting)
        };
        records.extend(batch.records().map(owned));
        Ok::<(), Infallible>(())
    });
    records
}

fn without_quoting(records: Vec<(usize, Vec<Vec<u8>>, Quoting)>) -> Records {
    records.into_iter().map(|(start, fields, _)| (start, fields)).collect()
}

fn split_by_csv(text: &[u8]) -> Records {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b',').has_headers(false).flexible(true).from_reader(text);
    let owned = |record: csv::ByteRecord| {
        let at = usize::try_from(record.position().unwrap().byte()).unwrap();
        // The position may be before line ends that were not skipped yet.
        let start = at + text[at..].iter().take_while(|byte| is_line_end(**byte)).count();
        (start, record.iter().map(<[u8]>::to_vec).collect())
    };
    reader.byte_records().map(|record| owned(record.unwrap())).collect()
}

/// The records of a text that is read in blocks and cut in pieces; `at` is where blocks end.
fn split_in_blocks(text: &[u8], piece_bytes: usize, block_bytes: usize) -> Records {
    let mut records = Vec::new();
    let (mut start, mut end) = (0, 0);
    while start < text.len() {
        end = text.len().min(end + block_bytes);
        let cuts = cut(&text[start..end], b',', piece_bytes, end == text.len());
        assert_eq!(cuts.pieces.concat(), text[start..start + cuts.used]);
        for piece in cuts.pieces {
            records.extend(
                without_quoting(split_whole(piece)).into_iter().map(|(at, fields)| (start + at, fields)),
            );
            start += piece.len();
        }
    }
    records
}

/// Mostly sound fields, so that the quotes of long stretches are.
fn some_text() -> impl Strategy<Value = Vec<u8>> {
    let field = prop_oneof![
        6 => Just("ab"), 6 => Just("\"ab\""), 3 => Just("\"a,b\""), 2 => Just("\"a\nb\""), 2 => Just(""), 2 => Just("\"\""),
        2 => Just("a rather long field without any quotes in it, which fills more than one word"),
    ];
    let odd = prop_oneof![
        Just("\"a\"\"b\""),
        Just("\"\"\"\""),
        Just("a\"b"),
        Just("\"a\"b"),
        Just("\"a\\\"b\""),
        Just("\"a"),
        Just("a\""),
    ];
    let end =
        prop_oneof![5 => Just(","), 3 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\n\n"), 1 => Just("\r")];
    let part = (prop_oneof![20 => field, 1 => odd], end).prop_map(|(field, end)| [field, end].concat());
    proptest::collection::vec(part, 0..120).prop_map(|parts| parts.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_split_as_the_csv_crate_does(
        text in proptest::collection::vec(prop::sample::select(b"ab,,\n\n\r\"\"\" \\\0\xff".as_slice()), 0..400),
    ) {
        prop_assert_eq!(without_quoting(split_whole(&text)), split_by_csv(&text));
    }

    #[test]
    fn text_is_split_as_the_csv_crate_does(text in some_text()) {
        prop_assert_eq!(without_quoting(split_whole(&text)), split_by_csv(&text));
    }

    #[test]
    fn blocks_and_pieces_leave_no_trace(text in some_text(), piece_bytes in 1usize..300, block_bytes in 1usize..500) {
        prop_assert_eq!(split_in_blocks(&text, piece_bytes, block_bytes), split_by_csv(&text));
    }

    #[test]
    fn bytes_in_blocks_leave_no_trace(
        text in proptest::collection::vec(prop::sample::select(b"ab,,\n\n\r\"\" \\".as_slice()), 0..300),
        piece_bytes in 1usize..200,
        block_bytes in 1usize..300,
    ) {
        prop_assert_eq!(split_in_blocks(&text, piece_bytes, block_bytes), split_by_csv(&text));
    }

    /// What is told of a record's quotes depends on that record alone, wherever it stands.
    #[test]
    fn broken_quotes_are_told_wherever_they_stand(before in 0usize..140) {
        for (line, expected) in [
            ("\"a\",b", Quoting::Sound),
            ("\"a\"\"b\",b", Quoting::Sound),
            ("\"\",\"\"\"\"", Quoting::Sound),
            ("a\\,b", Quoting::Sound),
            ("a,b\"c", Quoting::Stray),
            (" \"a\",b", Quoting::Stray),
            ("\"a\"b,c", Quoting::TextAfter),
            ("\"a\" ,c", Quoting::TextAfter),
            ("\"a \\\"b\\\" c\",d", Quoting::Backslash),
            ("\"a\\\",d", Quoting::Backslash),
        ] {
            let text = format!("{}\n{line}\n\"x\",y\n", "x".repeat(before));
            let quoting: Vec<Quoting> = split_whole(text.as_bytes()).into_iter().map(|record| record.2).collect();
            let sound = usize::from(before > 0);
            prop_assert_eq!(&quoting[sound..], &[expected, Quoting::Sound], "{}", line);
        }
        let open = format!("{}\na,\"b\n\"\"c,d\n", "x".repeat(before));
        let last = split_whole(open.as_bytes()).pop().unwrap();
        prop_assert_eq!(last.2, Quoting::Open);
    }
}

#[test]
fn a_record_of_empty_fields_between_separators_is_kept() {
    assert_eq!(split_by_csv(b",\n\n,,\n"), without_quoting(split_whole(b",\n\n,,\n")));
    assert_eq!(split_whole(b",\n\n,,\n").len(), 2);
    assert_eq!(split_whole(b"\"\"\n").len(), 1);
}

#[test]
fn a_header_ends_where_its_record_does() {
    for (text, end) in [
        ("a,b\nc", 4),
        ("\n\r\na,b\r\nc", 7),
        ("\"a\nb\",c\nd", 8),
        ("a,b", 3),
        ("\"a\nb", 4),
        ("", 0),
        ("\n\n", 2),
    ] {
        assert_eq!(first_end(text.as_bytes(), b','), end, "{text:?}");
    }
}
