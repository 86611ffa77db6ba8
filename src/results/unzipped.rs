//! How large a workbook becomes once unpacked, found out before anything parses it.
//!
//! Every member is unpacked into nothing, so that a size stated in the archive need not be believed.

use flate2::read::DeflateDecoder;
use std::io::Read;

/// A list of 5,000 customers takes half of a megabyte.
pub const FILE_BYTES_MAX: u64 = 16 << 20;
/// The same list takes 6 MB unpacked.
const UNZIPPED_BYTES_MAX: u64 = 64 << 20;

const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const END_BYTES: usize = 22;
/// A ZIP's comment is at most so long.
const COMMENT_BYTES_MAX: usize = 0xffff;
/// Of a compound file, which an encrypted workbook and an old `.xls` are.
const COMPOUND: [u8; 4] = [0xd0, 0xcf, 0x11, 0xe0];

/// What is wrong with the archive, if anything.
pub fn fault(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&COMPOUND) {
        return Some("is encrypted, or an old `.xls`");
    }
    match unzipped_bytes(bytes) {
        None => Some("is not a workbook (`.xlsx`), or a damaged one"),
        Some(unzipped) if unzipped > UNZIPPED_BYTES_MAX => Some("becomes far too large when unpacked"),
        Some(_) => None,
    }
}

/// The members' bytes in all, counted no further than the bound; `None` where the archive cannot be read.
fn unzipped_bytes(bytes: &[u8]) -> Option<u64> {
    let from = bytes.len().saturating_sub(END_BYTES + COMMENT_BYTES_MAX);
    let end = (from..bytes.len()).rev().find(|at| bytes[*at..].starts_with(&END))?;
    let n_entries = u16_at(bytes, end + 10)?;
    let mut at = u32_at(bytes, end + 16)?;
    let mut total = 0;
    for _ in 0..n_entries {
        if !bytes.get(at..)?.starts_with(&ENTRY) {
            return None;
        }
        total += member_bytes(bytes, at, UNZIPPED_BYTES_MAX + 1 - total)?;
        if total > UNZIPPED_BYTES_MAX {
            return Some(total);
        }
        let lengths = [28, 30, 32].map(|field| u16_at(bytes, at + field));
        at += 46 + lengths.into_iter().sum::<Option<usize>>()?;
    }
    Some(total)
}

/// Of the member whose entry stands at `entry`.
fn member_bytes(bytes: &[u8], entry: usize, most: u64) -> Option<u64> {
    let (method, packed, local) =
        (u16_at(bytes, entry + 10)?, u32_at(bytes, entry + 20)?, u32_at(bytes, entry + 42)?);
    if !bytes.get(local..)?.starts_with(&LOCAL) {
        return None;
    }
    let from = local + 30 + u16_at(bytes, local + 26)? + u16_at(bytes, local + 28)?;
    let data = bytes.get(from..from.checked_add(packed)?)?;
    match method {
        0 => Some(data.len() as u64),
        8 => std::io::copy(&mut DeflateDecoder::new(data).take(most), &mut std::io::sink()).ok(),
        _ => None,
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?).into())
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_xlsxwriter::Workbook;

    fn workbook(text: &str) -> Vec<u8> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for row in 0..200 {
            sheet.write_string(row, 0, format!("{row}{text}")).unwrap();
        }
        workbook.save_to_buffer().unwrap()
    }

    #[test]
    fn a_bomb_is_found_before_it_goes_off_and_a_stated_size_is_not_believed() {
        assert_eq!(fault(&workbook("x")), None);
        let mut bomb = workbook(&"x".repeat(32_000));
        assert_eq!(fault(&bomb), None, "6 MB of text are no bomb");
        let mut whole = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::copy(&mut std::io::repeat(b' ').take(UNZIPPED_BYTES_MAX + 1), &mut whole).unwrap();
        bomb = zipped(&whole.finish().unwrap());
        assert!(bomb.len() < 100_000);
        assert_eq!(fault(&bomb), Some("becomes far too large when unpacked"));
    }

    /// One member that says of itself that it is empty.
    fn zipped(data: &[u8]) -> Vec<u8> {
        let packed = u32::try_from(data.len()).unwrap().to_le_bytes();
        let mut bytes =
            [&LOCAL[..], &[20, 0, 0, 0, 8, 0], &[0; 8], &packed, &[0; 4], &[1, 0, 0, 0], b"x"].concat();
        bytes.extend(data);
        let entry = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let parts =
            [&ENTRY[..], &[20, 0, 20, 0, 0, 0, 8, 0], &[0; 8], &packed, &[0; 4], &[1, 0], &[0; 16], b"x"];
        bytes.extend(parts.concat());
        bytes.extend([&END[..], &[0; 4], &[1, 0, 1, 0], &[0; 4], &entry, &[0; 2]].concat());
        bytes
    }

    #[test]
    fn what_is_no_archive_is_told() {
        let whole = workbook("x");
        assert!(
            fault(b"").is_some()
                && fault(b"a,b\n1,2\n").is_some()
                && fault(&whole[..whole.len() / 2]).is_some()
        );
        assert_eq!(fault(&COMPOUND), Some("is encrypted, or an old `.xls`"));
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 0xff;
            let _ = fault(&flipped); // never panics
        }
    }
}
