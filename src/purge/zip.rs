//! The members of a workbook's archive, to be read, and the archive with some of them written anew.
//!
//! Works on bytes; takes the archives that `rust_xlsxwriter` writes. Inflating, deflating and checksums are `flate2`'s.
//! Never: believes a size that is stated, changes a member that it was not given.

use flate2::read::{DeflateDecoder, DeflateEncoder};
use flate2::{Compression, Crc};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const END_BYTES: usize = 22;
const ENTRY_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// Sizes follow the data: not so in what is written here.
const SIZES_FOLLOW: u16 = 1 << 3;

/// One member as the archive has it.
struct Member<'a> {
    /// The central entry's first bytes, up to its name.
    head: [u8; ENTRY_BYTES],
    name: &'a [u8],
    extra: &'a [u8],
    packed: &'a [u8],
}

/// An archive, taken apart.
pub(super) struct Archive<'a>(Vec<Member<'a>>);

impl<'a> Archive<'a> {
    /// `None` where the bytes are no such archive.
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        let end = bytes.len().checked_sub(END_BYTES)?;
        bytes[end..].starts_with(&END).then_some(())?;
        let (n, mut at) = (u16_at(bytes, end + 10)?, u32_at(bytes, end + 16)?);
        let mut members = Vec::new();
        for _ in 0..n {
            let head: [u8; ENTRY_BYTES] = bytes.get(at..at + ENTRY_BYTES)?.try_into().ok()?;
            head.starts_with(&ENTRY).then_some(())?;
            let [name, extra, comment] = [28, 30, 32].map(|place| u16_at(&head, place).map(usize::from));
            let (name, extra, comment) = (name?, extra?, comment?);
            let from = at + ENTRY_BYTES;
            let local = u32_at(&head, 42)?;
            bytes.get(local..)?.starts_with(&LOCAL).then_some(())?;
            let data = local
                + LOCAL_BYTES
                + usize::from(u16_at(bytes, local + 26)?)
                + usize::from(u16_at(bytes, local + 28)?);
            members.push(Member {
                head,
                name: bytes.get(from..from + name)?,
                extra: bytes.get(from + name..from + name + extra)?,
                packed: bytes.get(data..data.checked_add(u32_at(&head, 20)?)?)?,
            });
            at = from + name + extra + comment;
        }
        Some(Self(members))
    }

    /// The text members whose names begin with `prefix`.
    pub(super) fn texts(&self, prefix: &str) -> Option<BTreeMap<String, String>> {
        let named = self.0.iter().filter(|member| member.name.starts_with(prefix.as_bytes()));
        named
            .map(|member| {
                let name = std::str::from_utf8(member.name).ok()?.to_owned();
                Some((name, String::from_utf8(member.unpacked()?).ok()?))
            })
            .collect()
    }

    /// The archive with these members in place of theirs of the same names.
    pub(super) fn with(&self, changed: &BTreeMap<String, String>) -> Option<Vec<u8>> {
        let (mut bytes, mut central) = (Vec::new(), Vec::new());
        for member in &self.0 {
            let mut head = member.head;
            let new = std::str::from_utf8(member.name).ok().and_then(|name| changed.get(name));
            let packed: Cow<'_, [u8]> = match new {
                None => Cow::Borrowed(member.packed),
                Some(text) => {
                    put(&mut head, 10, &DEFLATED.to_le_bytes());
                    put(&mut head, 16, &checksum(text.as_bytes()).to_le_bytes());
                    put(&mut head, 24, &u32::try_from(text.len()).ok()?.to_le_bytes());
                    Cow::Owned(deflated(text.as_bytes())?)
                }
            };
            let flags = u16_at(&head, 8)? & !SIZES_FOLLOW;
            put(&mut head, 8, &flags.to_le_bytes());
            put(&mut head, 20, &u32::try_from(packed.len()).ok()?.to_le_bytes());
            put(&mut head, 32, &[0, 0]);
            put(&mut head, 42, &u32::try_from(bytes.len()).ok()?.to_le_bytes());
            bytes.extend_from_slice(&LOCAL);
            bytes.extend_from_slice(&head[6..28]);
            bytes.extend_from_slice(&u16::try_from(member.name.len()).ok()?.to_le_bytes());
            bytes.extend_from_slice(&[0, 0]);
            bytes.extend_from_slice(member.name);
            bytes.extend_from_slice(&packed);
            central.extend_from_slice(&head);
            central.extend_from_slice(member.name);
            central.extend_from_slice(member.extra);
        }
        let (n, start) = (u16::try_from(self.0.len()).ok()?, u32::try_from(bytes.len()).ok()?);
        let size = u32::try_from(central.len()).ok()?;
        bytes.extend_from_slice(&central);
        bytes.extend_from_slice(&END);
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&n.to_le_bytes());
        bytes.extend_from_slice(&n.to_le_bytes());
        bytes.extend_from_slice(&size.to_le_bytes());
        bytes.extend_from_slice(&start.to_le_bytes());
        bytes.extend_from_slice(&[0; 2]);
        Some(bytes)
    }
}

impl Member<'_> {
    /// `None` where it is packed otherwise, damaged, or not what its checksum says.
    fn unpacked(&self) -> Option<Vec<u8>> {
        let bytes = match u16_at(&self.head, 10)? {
            STORED => self.packed.to_vec(),
            DEFLATED => {
                let mut bytes = Vec::new();
                DeflateDecoder::new(self.packed).read_to_end(&mut bytes).ok()?;
                bytes
            }
            _ => return None,
        };
        (checksum(&bytes).to_le_bytes() == self.head[16..20]).then_some(bytes)
    }
}

fn deflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut packed = Vec::new();
    DeflateEncoder::new(bytes, Compression::default()).read_to_end(&mut packed).ok()?;
    Some(packed)
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn put(head: &mut [u8], at: usize, bytes: &[u8]) {
    head[at..at + bytes.len()].copy_from_slice(bytes);
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)).ok()
}
