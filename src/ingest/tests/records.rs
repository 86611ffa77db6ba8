//! The plain split and the `csv` crate give the same records where there are no quotes.

use crate::ingest::records::{Record, split_plain, split_quoted};
use proptest::prelude::*;

type Records = Vec<(usize, Vec<Vec<u8>>)>;

fn fields<T: Record>(record: &T) -> Vec<Vec<u8>> {
    (0..record.fields()).map(|at| record.field(at).to_vec()).collect()
}

fn plain(text: &[u8]) -> Records {
    let mut records = Records::new();
    let kept = split_plain(text, b',', |batch| {
        records.extend(batch.records().map(|record| (record.start, fields(&record))));
        Ok(())
    });
    kept.unwrap();
    records
}

fn quoted(text: &[u8]) -> Records {
    let mut records = Records::new();
    let kept = split_quoted(text, b',', true, |record, start, _| {
        records.push((start, fields(record)));
        Ok(())
    });
    assert_eq!(kept.unwrap(), text.len());
    records
}

proptest! {
    #[test]
    fn both_ways_split_alike(text in proptest::collection::vec(prop::sample::select(b"ab,,\n\n\r \0\xff".as_slice()), 0..2000)) {
        prop_assert_eq!(plain(&text), quoted(&text));
    }
}

#[test]
fn a_record_of_one_empty_field_between_separators_is_kept() {
    assert_eq!(plain(b",\n\n,,\n"), [(0, vec![vec![], vec![]]), (3, vec![vec![], vec![], vec![]])]);
}
