//! F1 to F13, F15 and F19 to F22: files as they lie in the drop folder, and what they are packed in.
#![allow(clippy::disallowed_methods, reason = "makes what an operator would find")]

use super::drop_folder::{DropFolder, HOLDINGS, TRANSACTIONS};
use super::{Case, case, elsewhere, script};
use crate::folders::fifo;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::Digest;
use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

const ALL_USED: &str = "4 rows = 4 used; 85.75 = 85.75 used";
const AGAIN: &str = "deliver the file again";
const TRAILER: &str = "sources.transactions.trailer = { starts_with = \"合计\", rows = 2, sum = 4 }";

pub fn cases() -> Vec<Case> {
    let mut cases = empty();
    cases.extend(headers_and_trailers());
    cases.extend(cut_off());
    cases.extend(packed());
    cases.extend(archives());
    cases.extend(digests());
    cases.extend(kinds());
    cases.extend(names());
    cases.extend(many());
    cases
}

fn header() -> &'static str {
    TRANSACTIONS.split_inclusive('\n').next().unwrap()
}

/// `run` ends as `check` says, in the same words.
fn exit_codes() {
    let ends = |change: fn(&mut DropFolder), as_of: &[&str]| {
        let mut folder = DropFolder::new();
        change(&mut folder);
        let said = |command: &str| {
            let output = folder.tercet(&[&[command], as_of].concat(), &[]);
            (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
        };
        let (check, run) = (said("check"), said("run"));
        assert_eq!(check, run);
        assert!(check.1.contains("error: ") && check.1.contains("hint: "), "{}", check.1);
        assert!(!folder.workspace().join("LATEST").exists());
        check.0
    };
    assert_eq!(ends(|folder| folder.put("transactions.csv", ""), &[]), 3);
    assert_eq!(ends(|folder| folder.remove("customers.csv"), &[]), 4);
    assert_eq!(ends(|_| (), &["--as-of", "2026-11-01"]), 4);
    assert_eq!(ends(|folder| folder.configure("sources.transactions.columns.amuont = \"amount\""), &[]), 2);
}

fn empty() -> Vec<Case> {
    let no_header = "`transactions.csv` has no header";
    vec![
        script("F1 D2", "the program's exit codes and words", exit_codes),
        case("F1", "0 bytes").transactions("").refused(3, "`transactions.csv` is empty (0 bytes)", AGAIN),
        case("F2", "a line end").transactions("\n").refused(3, no_header, "with a header line"),
        case("F2", "line ends").transactions("\n\r\n\n").refused(3, no_header, "with a header line"),
        case("F2", "a byte order mark").transactions("\u{feff}").refused(3, no_header, "with a header line"),
        case("F3", "a header alone").transactions(header()).refused(
            3,
            "`transactions.csv` has no rows",
            "`sources.transactions.allowed_empty`",
        ),
        case("F3", "a header alone, without a line end").transactions(header().trim_end()).refused(
            3,
            "`transactions.csv` has no rows",
            "`sources.transactions.allowed_empty`",
        ),
        case("F3", "a header alone, where that may be")
            .file("holdings.csv", "snapshot_on,customer_id,product_kind,balance\n")
            .configured(HOLDINGS)
            .configured("sources.holdings.allowed_empty = true")
            .account("holdings.csv", "0 rows = "),
    ]
}

fn headers_and_trailers() -> Vec<Case> {
    let (_, rows) = TRANSACTIONS.split_once('\n').unwrap();
    let twice = TRANSACTIONS.replace("\nT", "\nU");
    let with = |what: &str, trailer: &str| {
        case("F6", what).transactions(format!("{TRANSACTIONS}{trailer}\n")).configured(TRAILER)
    };
    vec![
        case("F4", "no header").transactions(rows).refused(
            3,
            "`transactions.csv` has no column `transaction_id`",
            "compare the header with the mapping",
        ),
        case("F5", "two files joined")
            .transactions(format!("{TRANSACTIONS}{twice}"))
            .reject("transactions.csv", 6, "", "a second header", header().trim_end())
            .account("transactions.csv", "9 rows = 8 used + 1 rejected; 171.50 = 171.50 used; 1 unreadable"),
        with("a total row", "合计,4,,85.75,")
            .account("transactions.csv", "5 rows = 4 used + 1 trailers; 85.75 = 85.75 used"),
        with("a total of other amounts", "合计,4,,85.76,").refused(
            3,
            "the amounts of `transactions.csv` add up to 85.75, its trailer row (line 6) states 85.76",
            "cut off",
        ),
        with("a total of other rows", "合计,5,,85.75,").refused(
            3,
            "`transactions.csv` has 4 rows, its trailer row (line 6) states 5",
            "cut off",
        ),
        with("a total that cannot be read", "合计,4,,x,").refused(
            3,
            "`transactions.csv` has a trailer without a readable sum, on line 6",
            "`trailer`",
        ),
        with("a total and more rows", "合计,4,,85.75,\nT5,C1,2026-10-31,1.00,deposit")
            .reject("transactions.csv", 6, "", "a trailer before the end", "合计,4,,85.75,")
            .account("transactions.csv", "6 rows = 5 used + 1 rejected; 86.75 = 86.75 used; 1 unreadable"),
        case("F6", "a total row that nobody declared is no customer")
            .transactions(format!("{TRANSACTIONS}合计,4,,85.75,\n"))
            .reject("transactions.csv", 6, "customer_id", "unknown customer", "合计,4,,85.75,")
            .account(
                "transactions.csv",
                "5 rows = 4 used + 1 rejected; 171.50 = 85.75 used + 85.75 rejected",
            ),
    ]
}

fn cut_off() -> Vec<Case> {
    let cut = |what: &str, end: &[u8]| {
        case("F7", format!("cut off {what}")).transactions([TRANSACTIONS.as_bytes(), end].concat())
    };
    let in_row = "`transactions.csv` ends in the middle of a row, on line 6";
    let in_character = "T5,C1,2026-10-31,5.00,deposit张".as_bytes();
    vec![
        cut("in a row", b"T5,C1,2026-10").refused(3, in_row, AGAIN_IT),
        cut("after a separator", b"T5,").refused(3, in_row, AGAIN_IT),
        cut("in a character", &in_character[..in_character.len() - 1]).refused(3, in_row, AGAIN_IT),
        cut("in quotes", b"T5,C1,2026-10-31,\"5.0").refused(
            3,
            "`transactions.csv` has a quote that is not closed, in the row that begins on line 6",
            "deliver it again",
        ),
        cut("in its header", b"").transactions("transaction_id,customer_id,booked_on,amo").refused(
            3,
            "`transactions.csv` has no column `amount`",
            "`amo`",
        ),
        elsewhere(
            "F7",
            "a cut at the end of a row, or inside its last field, shows in control totals alone: F6, F15, D8",
        ),
        case("F8", "no line end at the end")
            .transactions(TRANSACTIONS.trim_end())
            .account("transactions.csv", ALL_USED),
    ]
}

const AGAIN_IT: &str = "deliver it again";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstandard(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 1).unwrap()
}

/// More than 64 MiB of line ends below a header: far smaller packed.
fn bomb(pack: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut text = TRANSACTIONS.as_bytes().to_vec();
    text.resize(80 << 20, b'\n');
    pack(&text)
}

fn packed() -> Vec<Case> {
    let text = TRANSACTIONS.as_bytes();
    let (gz, zst) = (gzip(text), zstandard(text));
    let mut other_crc = gz.clone();
    *other_crc.iter_mut().nth_back(6).unwrap() ^= 1;
    let damaged = |what: &str, bytes: &[u8], kind: &str| {
        let message = format!("`transactions.csv` is a damaged or cut off {kind} file");
        case("F9", what).transactions(bytes).refused(3, &message, AGAIN)
    };
    let ratio = "`transactions.csv` unpacks to more than 200 times its size";
    vec![
        damaged("a gzip file cut off", &gz[..gz.len() - 12], "gzip"),
        damaged("a gzip file without its last byte", &gz[..gz.len() - 1], "gzip"),
        damaged("a gzip file with another checksum", &other_crc, "gzip"),
        damaged("a gzip file and something behind it", &[&gz[..], b"garbage"].concat(), "gzip"),
        damaged("a Zstandard file cut off", &zst[..zst.len() - 4], "Zstandard"),
        damaged("a Zstandard file and something behind it", &[&zst[..], b"garbage"].concat(), "Zstandard"),
        case("F10", "gzip of several members")
            .transactions([gzip(&text[..70]), gzip(&text[70..])].concat())
            .account("transactions.csv", ALL_USED),
        case("F10", "Zstandard of several frames")
            .transactions([zstandard(&text[..70]), zstandard(&text[70..])].concat())
            .account("transactions.csv", ALL_USED),
        case("F11", "a gzip bomb, scaled to 80 MiB").transactions(bomb(gzip)).refused(3, ratio, "unpacked"),
        case("F11", "a Zstandard bomb, scaled to 80 MiB")
            .transactions(bomb(zstandard))
            .refused(3, ratio, "unpacked"),
        elsewhere("F11", "flat memory: blocks of 16 MiB, as `ingest::text` says; measured in the benchmark"),
    ]
}

/// The start of a zip archive whose first member has this name.
fn zip(name: &str) -> Vec<u8> {
    [b"PK\x03\x04".as_slice(), &[0; 26], name.as_bytes(), &[1; 100]].concat()
}

fn archives() -> Vec<Case> {
    let refused = |numbers, bytes: Vec<u8>, what: &str, hint: &str| {
        let message = format!("`transactions.csv` is {what}");
        case(numbers, what).transactions(bytes).refused(3, &message, hint)
    };
    let old = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 512]].concat();
    let archive = "a zip archive, which is not read";
    let unpack = "deliver the text itself, or pack each file with gzip or zstd";
    vec![
        refused(
            "F12",
            zip("[Content_Types].xml"),
            "an Excel workbook (.xlsx), which is not read",
            "export the sheet as CSV or Parquet",
        ),
        refused(
            "F12",
            old,
            "an old Excel workbook (.xls), which is not read",
            "export the sheet as CSV or Parquet",
        ),
        refused("F13", zip("../transactions.csv"), archive, unpack),
        refused("F13", zip("transactions.csv"), archive, unpack),
    ]
}

fn digests() -> Vec<Case> {
    let control = "sources.transactions.control = { file = \"{file}.ctl\" }";
    let sha256: String =
        sha2::Sha256::digest(TRANSACTIONS).iter().map(|byte| format!("{byte:02x}")).collect();
    let blake3 = blake3::hash(TRANSACTIONS.as_bytes()).to_hex();
    let with =
        |what: &str, stated: &str| case("F15", what).file("transactions.csv.ctl", stated).configured(control);
    let flipped = TRANSACTIONS.replace("7.25", "7.26");
    vec![
        with("as stated", &format!("rows=4\nsum=85.75\nsha256={sha256}\nblake3={blake3}\n"))
            .account("transactions.csv", ALL_USED),
        with("a flipped byte", &format!("sha256={sha256}\n")).transactions(&flipped).refused(
            3,
            "`transactions.csv` has the SHA-256",
            "it was damaged or replaced on its way: deliver it again",
        ),
        with("a flipped byte, by BLAKE3", &format!("blake3={blake3}\n")).transactions(&flipped).refused(
            3,
            "`transactions.csv` has the BLAKE3",
            "it was damaged or replaced on its way: deliver it again",
        ),
        with("a flipped byte, by the sum", "rows=4\nsum=85.75\n").transactions(&flipped).refused(
            3,
            "the amounts of `transactions.csv` add up to 85.76, `transactions.csv.ctl` states 85.75",
            "cut off",
        ),
    ]
}

fn kinds() -> Vec<Case> {
    let odd = |what: &str, prepare: fn(&Path), message: &str| {
        let message = format!("`transactions_x.csv` is {message}");
        case("F20", what).prepared(prepare).refused(
            3,
            &message,
            "deliver a regular file, or narrow the pattern",
        )
    };
    vec![
        case("F19", "gzip without its ending")
            .transactions(gzip(TRANSACTIONS.as_bytes()))
            .account("transactions.csv", ALL_USED),
        case("F19", "text with the ending of gzip")
            .without("transactions.csv")
            .file("transactions.csv.gz", TRANSACTIONS)
            .configured("sources.transactions.files = \"transactions*.csv.gz\"")
            .account("transactions.csv.gz", ALL_USED),
        case("F19", "Parquet called text")
            .transactions([b"PAR1".as_slice(), &[0; 64], b"PAR1"].concat())
            .refused(3, "`transactions.csv` is a Parquet file", "set `format = \"parquet\"`"),
        case("F19", "text called Parquet").configured("sources.transactions.format = \"parquet\"").refused(
            3,
            "`transactions.csv` is no Parquet file: it does not start with `PAR1`",
            "set the source's `format` to what it is",
        ),
        odd(
            "a folder",
            |data| std::fs::create_dir(data.join("transactions_x.csv")).unwrap(),
            "a folder, not a file",
        ),
        odd("a FIFO", |data| fifo(&data.join("transactions_x.csv")), "not a regular file"),
        odd(
            "a socket",
            |data| drop(UnixListener::bind(data.join("transactions_x.csv")).unwrap()),
            "not a regular file",
        ),
        odd(
            "a link to itself",
            |data| symlink("transactions_x.csv", data.join("transactions_x.csv")).unwrap(),
            "a link that leads nowhere",
        ),
        odd(
            "a link out of the folder",
            |data| symlink("/etc/passwd", data.join("transactions_x.csv")).unwrap(),
            "a link that leaves the drop folder",
        ),
        case("F20", "a link to another file of the folder, which counts once")
            .prepared(|data| symlink("transactions.csv", data.join("transactions_x.csv")).unwrap())
            .account("transactions.csv", ALL_USED)
            .told("transactions_x.csv"),
    ]
}

fn names() -> Vec<Case> {
    let hostile = "transactions\n\u{1b}[2J\"x.csv";
    let long = format!("transactions{}.csv", "x".repeat(255 - "transactions.csv".len()));
    vec![
        case("F21", "a name with line end, control characters and quote")
            .without("transactions.csv")
            .file(hostile, TRANSACTIONS)
            .account(hostile, ALL_USED),
        case("F21", "the same name in a message").without("transactions.csv").file(hostile, "").refused(
            3,
            r#"`transactions\n\u{1b}[2J\"x.csv` is empty (0 bytes)"#,
            AGAIN,
        ),
        case("F21", "a name of 255 bytes")
            .without("transactions.csv")
            .file(&long, TRANSACTIONS)
            .account(&long, ALL_USED),
        case("F21", "a name that is not UTF-8")
            .prepared(|data| {
                std::fs::write(data.join(OsStr::from_bytes(b"transactions\xff.csv")), TRANSACTIONS).unwrap();
            })
            .refused(3, "the file name `transactions\u{fffd}.csv` is not UTF-8", "rename the file"),
    ]
}

fn many() -> Vec<Case> {
    vec![
        script("F22", "two thousand small files", many_files),
        script("F22", "a file of 40 MB, in blocks", long_file),
        elsewhere(
            "F22",
            "100,000 files and 50 GB with flat memory: the note of issue 3 has the measured figures",
        ),
    ]
}

fn many_files() {
    let folder = DropFolder::new();
    folder.remove("transactions.csv");
    for n in 0..2000 {
        folder.put(
            &format!("transactions_x{n:04}.csv"),
            format!("{}T{n},C1,2026-10-31,0.01,deposit\n", header()),
        );
    }
    let (store, taken) = folder.take_in("2026-10-31").unwrap();
    assert_eq!(taken.n_rows, 2003);
    assert_eq!(store.commit().deliveries.len(), 2001);
    let used: i128 = store.commit().deliveries.iter().map(|delivery| delivery.books.amounts.used).sum();
    assert_eq!(used, 2000);
}

fn long_file() {
    let folder = DropFolder::new();
    let rows: String = (0..1_000_000).map(|n| format!("T{n},C1,2026-10-31,0.01,deposit,{n:08}\n")).collect();
    folder.put("transactions.csv", format!("{},note\n{rows}bad\n", header().trim_end()));
    let (store, _) = folder.take_in("2026-10-31").unwrap();
    let delivery = store.commit().deliveries.iter().find(|it| it.name() == "transactions.csv").unwrap();
    assert_eq!((delivery.books.used, delivery.books.amounts.used), (1_000_000, 1_000_000));
    let rejects = store.rejects(delivery.rejects.as_ref().unwrap()).unwrap().rows;
    assert_eq!((rejects[0].line, rejects[0].raw.as_str()), (1_000_002, "bad"));
}
