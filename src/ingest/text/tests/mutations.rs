//! Damaged text exports by the thousand: every one ends in a refusal or in all of its records, never in a panic.
//!
//! Text carries no checksum, so a flipped byte of a value reads as another value: that is what the digest in a control
//! file is for. What is checked here, of every damaged file: no panic; no kind of error but a refusal that names the
//! file and what to do; each record that the `csv` crate finds is a row with its values or a reject with its line and
//! its text, in their order, and a reject only where it must be one; one thread and two bring the same, of files large
//! enough that two share them too; no more memory than a sound file of the size needs. Packed files have checksums:
//! they are refused, or read as if nothing was wrong.
//!
//! Never: a record lost or made up, a row with bytes that are no text.

use super::*;
use crate::ingest::build::TrailerRow;
use crate::ingest::records::kept;
use crate::ingest::tests::memory::peak_of;
use crate::ingest::tests::wounds::Wounds;
use crate::io::exports::Export;
use crate::store::books::Reject;
use encoding_rs::GB18030;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

const SEED: u64 = 20_261_002;
/// Of all files together.
const MUTANTS: usize = 3_000;
const MUTANTS_OF_A_LONG_RUN: usize = 500_000;
/// Of each large file.
const LARGE_MUTANTS: usize = 10;
/// Of a large file: two pieces and more.
const LARGE_BYTES: usize = 3 << 20;
/// Asked for while a file is read: buffers and two blocks ...
const PEAK_BYTES_MAX: usize = 4 << 20;
/// ... and so much by byte of the file, which are blocks as they grow, and rows.
const PEAK_PER_BYTE_MAX: usize = 12;
/// How many mutants a long run tries instead.
const MUTANTS_VARIABLE: &str = "TERCET_TEST_TEXT_MUTANTS";

const BOM: &[u8] = b"\xef\xbb\xbf";
const TRAILER: &str = "合计";
const TRAILER_KEY: &str = "trailer = { starts_with = \"合计\", rows = 2, sum = 3 }";
const NAMES: [&str; 6] = ["North", "张伟", "𠮷㐀", "", " left right ", "Ünal\\Söhne"];
const QUOTED: [&str; 7] =
    ["\"North, left\"", "\"said \"\"so\"\"\"", "\"two\nlines\"", "\"\"", "plain", "\"张\r\n伟\"", "\"\"\"\""];
/// What breaks text where it is put in.
const MARKS: &[u8] = b"\"\"\"\"\n\n\r\r,,;\t\\\0\x1b\x7f\x80\xe5\xff ";

/// What the bytes of a file are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    Utf8,
    Gb18030,
    Utf16,
    /// With a checksum around them.
    Packed,
}

/// A sound export.
struct Original {
    name: &'static str,
    mapping: String,
    separator: u8,
    coding: Coding,
    bytes: Vec<u8>,
}

/// What was taken from a file that was read.
#[derive(Debug, PartialEq, Eq)]
struct Taken {
    rows: Vec<String>,
    rejects: Vec<Reject>,
    trailers: Vec<TrailerRow>,
    undecoded_at: Option<u64>,
}

/// A record as the `csv` crate has it.
struct Expected {
    /// As it stands in the text, without its line end.
    line: Vec<u8>,
    /// Of the line that it begins on, from 1.
    number: u64,
    fields: Vec<Vec<u8>>,
}

/// What became of the damaged files.
#[derive(Debug, Default)]
struct Counts {
    refused: usize,
    /// Read as if nothing was wrong.
    same: usize,
    /// All records there, with other values or rejects.
    other: usize,
}

/// What a file came to twice.
struct Tried {
    by_one_thread: Result<Taken, String>,
    by_two: Result<Taken, String>,
    /// Bytes that the one thread held at most.
    peak: usize,
}

/// A header and so many records.
fn text(records: usize, separator: &str, end: &str, names: &[&str]) -> String {
    let mut text = ["id", "name", "note"].join(separator) + end;
    for at in 0..records {
        let id = format!("K{at:04}");
        let (name, note) = (names[at % names.len()], names[at / 2 % names.len()]);
        text += &([id.as_str(), name, note].join(separator) + end);
    }
    text
}

/// Small files in every packing and encoding.
fn originals() -> Vec<Original> {
    let plain = text(100, ",", "\n", &NAMES);
    let quoted = text(100, ",", "\n", &QUOTED);
    let marked = format!("\u{feff}{}", text(60, ",", "\n", &NAMES));
    let trailer = format!("{plain}{TRAILER},100,-1234.50\n");
    // Between two bytes of an id, so that either part alone is no whole text.
    let (start, end) = plain.as_bytes().split_at(plain.find("K0050").unwrap() + 2);
    let of = |name, key: &str, separator, coding, bytes| Original {
        name,
        mapping: format!("{key}\n{PLAIN}"),
        separator,
        coding,
        bytes,
    };
    let utf8 = |name, key: &str, separator, text: String| of(name, key, separator, Coding::Utf8, text.into());
    let utf16 = |name, is_big| of(name, "encoding = \"utf-16\"", b',', Coding::Utf16, utf16(&marked, is_big));
    let gb18030 = |name, text: &str| {
        let bytes = GB18030.encode(text).0.into_owned();
        of(name, "encoding = \"gb18030\"", b',', Coding::Gb18030, bytes)
    };
    let packed = |name, bytes| of(name, "", b',', Coding::Packed, bytes);
    vec![
        utf8("plain", "", b',', plain.clone()),
        utf8("with a mark", "", b',', marked.clone()),
        utf8("quoted", "", b',', quoted.clone()),
        utf8("short", "", b',', text(20, ",", "\n", &["x"])),
        utf8("feeds and returns", "", b',', text(100, ",", "\r\n", &QUOTED)),
        utf8("returns", "", b',', text(100, ",", "\r", &QUOTED)),
        utf8("semicolons", "separator = \";\"", b';', text(200, ";", "\n", &QUOTED)),
        utf8("tabs", "separator = \"\\t\"", b'\t', text(50, "\t", "\n", &NAMES)),
        utf8("trailer", TRAILER_KEY, b',', trailer),
        gb18030("GB18030", &plain),
        gb18030("GB18030 with quotes", &quoted),
        utf16("UTF-16LE", false),
        utf16("UTF-16BE", true),
        packed("gzip", gzip(plain.as_bytes())),
        packed("gzip in two", [gzip(start), gzip(end)].concat()),
        packed("Zstandard", zstd(plain.as_bytes())),
        packed("Zstandard in two", [zstd(start), zstd(end)].concat()),
    ]
}

/// Some more in the header.
const WOUNDS: Wounds = Wounds { marks: MARKS, tender: |bytes| 0..bytes.min(32), tender_share: 0.1 };

/// The small files again, with as many records as make several pieces.
fn large_originals() -> Vec<Original> {
    let large = |original: Original, names: &[&str]| {
        let records = LARGE_BYTES / 24;
        let text = text(records, ",", "\n", names);
        let bytes = match original.coding {
            Coding::Gb18030 => GB18030.encode(&text).0.into_owned(),
            _ => text.into_bytes(),
        };
        Original { bytes, ..original }
    };
    let wanted: [(&str, &[&str]); 3] =
        [("plain", &NAMES), ("quoted", &QUOTED), ("GB18030 with quotes", &QUOTED)];
    let small = originals().into_iter();
    small
        .filter_map(|file| {
            let (_, names) = wanted.iter().find(|(name, _)| *name == file.name)?;
            Some(large(file, names))
        })
        .collect()
}

/// Writes over the file that an earlier call left in the folder: thousands of new files would wait for the disk.
fn write(folder: &Path, bytes: &[u8]) -> Export {
    let path = folder.join("f");
    let mut file = std::fs::File::options().write(true).create(true).truncate(false).open(path).unwrap();
    file.set_len(bytes.len() as u64).unwrap();
    file.write_all(bytes).unwrap();
    exports::find(folder, "f").unwrap()
}

/// What is taken from a file, or the refusal.
fn take(job: &Job<'_, Values>) -> Result<Taken, String> {
    let mut rows = Vec::new();
    let read = read(job, &|_| (), &mut |piece: Vec<String>| {
        rows.extend(piece);
        Ok(())
    });
    let Findings { rejects, tally, trailers, undecoded_at, .. } = read.map_err(|error| shown(&error))?;
    assert_eq!((tally.rows, tally.rejected), ((rows.len() + rejects.len()) as u64, rejects.len() as u64));
    Ok(Taken { rows, rejects, trailers, undecoded_at })
}

/// The text of a file that is not packed, as UTF-8; `None` where it has bytes that are no character.
fn decoded(coding: Coding, bytes: &[u8]) -> Option<Vec<u8>> {
    match coding {
        Coding::Utf8 | Coding::Packed => Some(bytes.to_vec()),
        Coding::Gb18030 => {
            let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
            Some(text.into_owned().into_bytes())
        }
        Coding::Utf16 => {
            let is_big = bytes.starts_with(b"\xfe\xff");
            let (units, rest) = bytes.as_chunks::<2>();
            let unit = |pair: &[u8; 2]| {
                if is_big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) }
            };
            let text: Result<String, _> = char::decode_utf16(units.iter().map(unit)).collect();
            text.ok().filter(|_| rest.is_empty()).map(String::into_bytes)
        }
    }
}

/// The header and the records of a text without mark.
fn split_by_csv(text: &[u8], separator: u8) -> Vec<Expected> {
    let is_line_end = |byte: &&u8| matches!(**byte, b'\n' | b'\r');
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text);
    let owned = |record: csv::ByteRecord| {
        let at = usize::try_from(record.position().unwrap().byte()).unwrap();
        (at, record.iter().map(<[u8]>::to_vec).collect::<Vec<_>>())
    };
    let records: Vec<(usize, Vec<Vec<u8>>)> =
        reader.byte_records().map(|record| owned(record.unwrap())).collect();
    let ends: Vec<usize> = records.iter().skip(1).map(|next| next.0).chain([text.len()]).collect();
    // A carriage return ends a line where the header ends with it alone.
    let ends_with_return = |at: usize| text[..at].ends_with(b"\r") && !text[at..].starts_with(b"\n");
    let line_end = if records.get(1).is_some_and(|first| ends_with_return(first.0)) { b'\r' } else { b'\n' };
    let (mut counted, mut number) = (0, 1);
    let placed = |((at, fields), end): ((usize, Vec<Vec<u8>>), usize)| {
        // Both may be beside line ends.
        let start = at + text[at..end].iter().take_while(is_line_end).count();
        let stop = end - text[start..end].iter().rev().take_while(is_line_end).count();
        number += text[counted..start].iter().filter(|byte| **byte == line_end).count() as u64;
        counted = start;
        Expected { line: text[start..stop].to_vec(), number, fields }
    };
    records.into_iter().zip(ends).map(placed).collect()
}

impl Expected {
    /// Whether every field is without quotes, or in quotes with its own doubled and no backslash before them.
    fn is_soundly_quoted(&self, separator: u8) -> bool {
        let in_quotes = |field: &Vec<u8>| {
            let doubled = field.iter().flat_map(|byte| vec![*byte; if *byte == b'"' { 2 } else { 1 }]);
            [b'"'].into_iter().chain(doubled).chain([b'"']).collect::<Vec<u8>>()
        };
        let mut rest = self.line.as_slice();
        for (at, field) in self.fields.iter().enumerate() {
            if at > 0 {
                let Some(after) = rest.strip_prefix(&[separator]) else { return false };
                rest = after;
            }
            let is_quoted = rest.starts_with(b"\"");
            let written = if is_quoted { in_quotes(field) } else { field.clone() };
            let Some(after) = rest.strip_prefix(written.as_slice()) else { return false };
            if !is_quoted && field.contains(&b'"') {
                return false;
            }
            rest = after;
        }
        rest.is_empty() && !self.line.windows(2).any(|pair| pair == b"\\\"")
    }

    fn is_trailer(&self) -> bool {
        self.fields[0].trim_ascii().starts_with(TRAILER.as_bytes())
    }

    /// Whether these are the names of the columns.
    fn is_header(&self, names: &[&[u8]]) -> bool {
        let first = self.fields[0].strip_prefix(BOM).unwrap_or(&self.fields[0]);
        let mut rest = self.fields.iter().zip(names).skip(1);
        self.fields.len() == names.len()
            && first.trim_ascii() == names[0]
            && rest.all(|(field, name)| field.trim_ascii() == *name)
    }

    /// Whether a record that is no trailer at the end is no row; `mapped` is where the id and the name are.
    fn is_reject(&self, original: &Original, names: &[&[u8]], mapped: [usize; 2]) -> bool {
        let is_no_text = |field: &Vec<u8>| {
            field.len() > FIELD_BYTES_MAX || field.contains(&0) || std::str::from_utf8(field).is_err()
        };
        let is_control = |byte: &u8| byte.is_ascii_control() && !b"\t\n\r".contains(byte);
        !self.is_soundly_quoted(original.separator)
            || self.fields.len() != names.len()
            || self.fields.iter().any(is_no_text)
            || mapped.iter().any(|at| self.fields[*at].iter().any(is_control))
            || self.fields[mapped[0]].trim_ascii().is_empty()
            || self.is_header(names)
            || (original.mapping.contains(TRAILER_KEY) && self.is_trailer())
    }

    /// As [`Values`] prints it.
    fn row(&self, mapped: [usize; 2]) -> String {
        let [id, name] = mapped.map(|at| std::str::from_utf8(self.fields[at].trim_ascii()).unwrap());
        if name.is_empty() { id.to_owned() } else { format!("{id}={name}") }
    }
}

/// Holds what was taken from a text against the records that it has.
fn check_records(original: &Original, text: &[u8], taken: &Taken, place: &str) {
    let mut records = split_by_csv(text.strip_prefix(BOM).unwrap_or(text), original.separator);
    let header = records.remove(0);
    let names: Vec<&[u8]> = header.fields.iter().map(|field| field.trim_ascii()).collect();
    let mapped = ["id", "name"]
        .map(|wanted| names.iter().position(|name| *name == wanted.as_bytes()).expect("a mapped column"));
    if let Some(trailer) = taken.trailers.first() {
        let last = records.pop().expect("a record that is the trailer");
        assert!(last.is_trailer() && last.is_soundly_quoted(original.separator), "{place}");
        assert_eq!((last.number, taken.trailers.len()), (trailer.line, 1), "{place}");
    }
    let (mut rows, mut rejects) = (taken.rows.iter(), taken.rejects.iter());
    for record in &records {
        if record.is_reject(original, &names, mapped) {
            let reject = rejects.next().map(|reject| (reject.line, reject.raw.as_str()));
            let raw = kept(&record.line, FIELD_BYTES_MAX);
            assert_eq!(reject, Some((record.number, raw.as_str())), "{place}");
        } else {
            assert_eq!(rows.next(), Some(&record.row(mapped)), "{place}, line {}", record.number);
        }
    }
    assert_eq!((rows.next(), rejects.next()), (None, None), "{place}");
    let is_undecoded = taken.rejects.iter().any(|reject| reject.reason == "not UTF-8");
    let bad = taken.undecoded_at.map(|at| &text[usize::try_from(at).unwrap()..]);
    let is_bad = |rest: &[u8]| std::str::from_utf8(rest).is_err_and(|error| error.valid_up_to() == 0);
    assert_eq!((bad.is_some(), bad.is_none_or(is_bad)), (is_undecoded, true), "{place}");
}

/// Whether a refusal names the file and says what to do.
fn is_refusal(message: &str) -> bool {
    let has_hint = message.split_once(" | ").is_some_and(|(_, hint)| !hint.is_empty());
    message.starts_with("Refused: ") && message.contains("`f`") && has_hint
}

/// Damages one file again and again; every file draws from a seed of its own.
fn try_mutants(original: &Original, n: usize, seed: u64) -> Counts {
    let folder = tempfile::tempdir().unwrap();
    let source: Source = toml::from_str(&original.mapping).unwrap();
    let mapping = Mapping::new(Table::Branches, &source, folder.path()).unwrap();
    let limits = Limits {
        reject_share_max: 0.9,
        base_currency: "EUR".into(),
        field_bytes_max: FIELD_BYTES_MAX,
        volume: None,
    };
    let pools = [1, 2].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    let take_twice = |bytes: &[u8]| {
        let export = write(folder.path(), bytes);
        let job =
            Job { export: &export, source: &source, mapping: &mapping, builder: &Values, limits: &limits };
        // Memory is counted by thread.
        let (by_one_thread, peak) = pools[0].install(|| peak_of(|| take(&job)));
        Tried { by_one_thread, by_two: pools[1].install(|| take(&job)), peak }
    };
    let sound = take_twice(&original.bytes);
    let whole = sound.by_one_thread.expect(original.name);
    assert_eq!(Ok(&whole), sound.by_two.as_ref(), "{}", original.name);
    assert_eq!(whole.rejects.len(), 0, "{}", original.name);
    if original.coding != Coding::Packed {
        check_records(original, &decoded(original.coding, &original.bytes).unwrap(), &whole, original.name);
    }
    let mut draw = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut counts = Counts::default();
    for mutant in 0..n {
        let place = format!("{}, seed {seed}, mutant {mutant}", original.name);
        let mut bytes = original.bytes.clone();
        WOUNDS.inflict(&mut bytes, &mut draw);
        let tried = catch_unwind(AssertUnwindSafe(|| take_twice(&bytes)));
        let tried = tried.unwrap_or_else(|_| panic!("{place}: a panic"));
        assert!(tried.by_one_thread == tried.by_two, "{place}: one thread and two");
        let allowed = PEAK_BYTES_MAX + PEAK_PER_BYTE_MAX * bytes.len();
        assert!(tried.peak <= allowed, "{place}: {} bytes of memory, {allowed} allowed", tried.peak);
        match tried.by_one_thread {
            Err(message) => {
                assert!(is_refusal(&message), "{place}: {message}");
                counts.refused += 1;
            }
            Ok(taken) => {
                if original.coding == Coding::Packed {
                    assert_eq!(taken, whole, "{place}");
                } else {
                    let text = decoded(original.coding, &bytes);
                    check_records(original, &text.expect(&place), &taken, &place);
                }
                let n_alike = if taken == whole { &mut counts.same } else { &mut counts.other };
                *n_alike += 1;
            }
        }
    }
    counts
}

fn try_all(mutants: usize) {
    let files = originals();
    try_each(&files, mutants / files.len());
}

fn try_each(files: &[Original], mutants: usize) {
    let tried = |(number, file): (usize, &Original)| try_mutants(file, mutants, SEED + number as u64);
    let counts: Vec<Counts> = files.par_iter().enumerate().map(tried).collect();
    for (file, counts) in files.iter().zip(&counts) {
        // Otherwise the damage was hardly any.
        let is_telling = match file.coding {
            Coding::Packed => counts.refused > counts.same,
            _ => counts.refused > 0 && counts.other > 0,
        };
        assert!(is_telling, "{}: {counts:?}", file.name);
    }
}

#[test]
fn damaged_exports_are_refused_or_read_whole() {
    try_all(MUTANTS);
}

#[test]
fn damaged_exports_that_threads_share_are_refused_or_read_whole() {
    let files = large_originals();
    assert_eq!(files.len(), 3);
    for file in &files {
        let (pieces, _) = pieces(&file.mapping, &file.bytes).unwrap();
        assert!(pieces.len() >= 3, "{}: {} pieces", file.name, pieces.len());
    }
    try_each(&files, LARGE_MUTANTS);
}

#[test]
#[ignore = "half a million damaged files: some minutes"]
fn many_more_damaged_exports_are_refused_or_read_whole() {
    let wanted = std::env::var(MUTANTS_VARIABLE).ok();
    try_all(wanted.map_or(MUTANTS_OF_A_LONG_RUN, |wanted| wanted.parse().unwrap()));
}
