//! Damaged Parquet files by the thousand: every one ends in a refusal or in all of its rows, never in a panic.
//!
//! Parquet pages carry no checksum that writers set, so a flipped byte of a value reads as another value: that is what
//! the digest in a control file is for. What is checked here: no panic, no row lost, no kind of error but a refusal, no
//! more memory than a sound file of the size needs, whatever the damage claims.

use super::reading::long_file;
use super::*;
use crate::error::Kind;
use crate::ingest::tests::memory::peak_of;
use crate::ingest::tests::wounds::Wounds;
use ::parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

const SEED: u64 = 20_261_001;
const MUTANTS_PER_FILE: usize = 1_000;
/// Asked for while any of them is read.
const PEAK_BYTES_MAX: usize = 8 << 20;

/// What became of the damaged files.
#[derive(Debug, Default)]
struct Counts {
    refused: usize,
    /// Read as if nothing was wrong: the damage lies where nothing is read.
    same: usize,
    /// All rows there, with another value or reject.
    other: usize,
    /// Bytes held at most while one of them was read.
    peak: usize,
}

/// Small files of every packing and coding.
fn originals() -> Vec<Vec<u8>> {
    let gzip = Compression::GZIP(GzipLevel::default());
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let mut files = vec![file(columns())];
    for (packing, has_dictionary, encoding) in [
        (Compression::UNCOMPRESSED, true, Encoding::PLAIN),
        (Compression::UNCOMPRESSED, false, Encoding::PLAIN),
        (Compression::UNCOMPRESSED, false, Encoding::DELTA_LENGTH_BYTE_ARRAY),
        (Compression::UNCOMPRESSED, false, Encoding::DELTA_BINARY_PACKED),
        (zstd, true, Encoding::PLAIN),
        (gzip, false, Encoding::DELTA_LENGTH_BYTE_ARRAY),
        (Compression::SNAPPY, true, Encoding::PLAIN),
        (Compression::LZ4_RAW, false, Encoding::BYTE_STREAM_SPLIT),
    ] {
        let column = match encoding {
            Encoding::DELTA_BINARY_PACKED => "id",
            Encoding::BYTE_STREAM_SPLIT => "amount",
            _ => "customer",
        };
        let properties = WriterProperties::builder()
            .set_compression(packing)
            .set_dictionary_enabled(has_dictionary)
            .set_column_encoding(column.into(), encoding)
            .set_data_page_row_count_limit(40)
            .set_write_batch_size(10)
            .build();
        files.push(long_file(100, 60, properties));
    }
    files
}

/// Half of the wounds in the footer.
const WOUNDS: Wounds =
    Wounds { marks: &[0, 1, 0x7f, 0x80, 0xff], tender: |bytes| bytes * 2 / 3..bytes, tender_share: 0.5 };

/// Damages one file again and again; every file draws from a seed of its own.
fn try_mutants(original: &[u8], n: usize, seed: u64) -> Counts {
    let mut draw = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut counts = Counts::default();
    let whole = read(original).unwrap();
    let folder = tempfile::tempdir().unwrap();
    // Memory is counted by thread.
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for mutant in 0..n {
        let mut bytes = original.to_vec();
        WOUNDS.inflict(&mut bytes, &mut draw);
        let (read, peak) = pool.install(|| peak_of(|| read_in(folder.path(), &bytes, MAPPING)));
        counts.peak = counts.peak.max(peak);
        match read {
            Err(error) => {
                assert_eq!(error.kind(), Kind::Refused, "{seed} {mutant}: {}", shown(&error));
                counts.refused += 1;
            }
            Ok(read) if read.rows == whole.rows && read.rejects() == whole.rejects() => counts.same += 1,
            Ok(read) => {
                assert_eq!(read.findings.tally.rows, whole.findings.tally.rows, "{seed} {mutant}");
                counts.other += 1;
            }
        }
    }
    counts
}

#[test]
fn damaged_files_are_refused_or_read_whole() {
    let files = originals();
    let tried = |(number, file): (usize, &Vec<u8>)| try_mutants(file, MUTANTS_PER_FILE, SEED + number as u64);
    let counts: Vec<Counts> = files.par_iter().enumerate().map(tried).collect();
    // Most damage is seen; what is not, lies in bytes that are not read, or in values.
    assert!(counts.iter().all(|of_file| of_file.refused > of_file.same + of_file.other), "{counts:?}");
    assert!(counts.iter().all(|of_file| of_file.peak < PEAK_BYTES_MAX), "{counts:?}");
}
