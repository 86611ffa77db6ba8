//! Damaged Parquet files by the thousand: every one ends in a refusal or in all of its rows, never in a panic.
//!
//! Parquet pages carry no checksum that writers set, so a flipped byte of a value reads as another value: that is what
//! the digest in a control file is for. What is checked here: no panic, no row lost, no kind of error but a refusal.

use super::reading::long_file;
use super::*;
use crate::error::Kind;
use ::parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use rand::{Rng, RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

const SEED: u64 = 20_261_001;
const MUTANTS_PER_FILE: usize = 1_000;

/// What became of the damaged files.
#[derive(Debug, Default)]
struct Counts {
    refused: usize,
    /// Read as if nothing was wrong: the damage lies where nothing is read.
    same: usize,
    /// All rows there, with another value or reject.
    other: usize,
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

/// One to three wounds: bytes flipped, overwritten, taken out, put in, or the end cut off.
fn wound(bytes: &mut Vec<u8>, draw: &mut impl RngCore) {
    for _ in 0..draw.gen_range(1..=3) {
        if bytes.len() < 16 {
            return;
        }
        // Half of the wounds in the footer, where the least bytes decide the most.
        let start = if draw.gen_bool(0.5) { bytes.len() * 2 / 3 } else { 0 };
        let at = draw.gen_range(start..bytes.len());
        let length = draw.gen_range(1..=16.min(bytes.len() - at));
        match draw.gen_range(0..7) {
            0 => bytes[at] ^= 1 << draw.gen_range(0..8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][draw.gen_range(0..5)],
            2 => draw.fill_bytes(&mut bytes[at..at + length]),
            3 => bytes[at..at + length].fill(0xff),
            4 => {
                let from = draw.gen_range(0..=bytes.len() - length);
                let copy = bytes[from..from + length].to_vec();
                bytes[at..at + length].copy_from_slice(&copy);
            }
            5 => {
                let other = draw.gen_range(0..=bytes.len() - length);
                let moved: Vec<u8> = bytes.drain(other..other + length).collect();
                let to = draw.gen_range(0..=bytes.len());
                bytes.splice(to..to, moved);
            }
            _ if draw.gen_bool(0.2) => bytes.truncate(at),
            _ => {
                bytes.drain(at..at + length);
            }
        }
    }
}

/// Damages one file again and again; every file draws from a seed of its own.
fn try_mutants(original: &[u8], n: usize, seed: u64) -> Counts {
    let mut draw = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut counts = Counts::default();
    let whole = read(original).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for mutant in 0..n {
        let mut bytes = original.to_vec();
        wound(&mut bytes, &mut draw);
        match read_in(folder.path(), &bytes, MAPPING) {
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
}
