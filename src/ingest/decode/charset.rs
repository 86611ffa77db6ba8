//! GB18030 and UTF-16 to UTF-8.
//!
//! Reads: the unpacked content. Produces: UTF-8. Never: replaces or leaves out what it cannot decode: the file is
//! refused with the byte and the line.
//!
//! GB18030 is decoded as the WHATWG Encoding Standard says. That is GB 18030-2022 for all two-byte characters: those that
//! 2022 moved out of private use (as 0xA6D9, U+FE10, and 0xFE59, U+9FB4) are read as 2022 has them. It differs in two
//! things: the four-byte codes that the 2005 edition had for the same characters (as 0x84318236, also U+FE10) still mean
//! them, where 2022 gives them to private use; and 0x80 is the euro sign, as in Microsoft's GBK.

use super::unpack::Unpacked;
use crate::config::source::Encoding;
use crate::error::{Error, Result};
use crate::ingest::records::count_lines;
use crate::io::exports::Export;
use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_16BE, UTF_16LE};

const BUFFER_BYTES: usize = 256 * 1024;
/// More than any one character needs.
pub const CHARACTER_BYTES: usize = 16;

pub struct Charset {
    name: &'static str,
    decoder: Decoder,
    raw: Vec<u8>,
    /// Bytes of `raw` that are not decoded yet start here.
    at: usize,
    /// Bytes decoded before `raw[at]`.
    offset: u64,
    feeds: u64,
    returns: u64,
    ended: bool,
    finished: bool,
    /// Text beyond ASCII has come and was held against the declared encoding.
    is_told: bool,
}

impl Charset {
    /// The decoder of a declared encoding; `head` has the byte order mark where it decides.
    pub fn of(encoding: Encoding, head: &[u8]) -> Option<Self> {
        let (name, encoding) = match encoding {
            Encoding::Utf8 => return None,
            Encoding::Gb18030 => ("GB18030", GB18030),
            Encoding::Utf16 if head.starts_with(b"\xfe\xff") => ("UTF-16", UTF_16BE),
            Encoding::Utf16 => ("UTF-16", UTF_16LE),
            Encoding::Utf16Le => ("UTF-16LE", UTF_16LE),
            Encoding::Utf16Be => ("UTF-16BE", UTF_16BE),
        };
        Some(Self {
            name,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: Vec::new(),
            at: 0,
            offset: 0,
            feeds: 0,
            returns: 0,
            ended: false,
            finished: false,
            is_told: false,
        })
    }

    /// Decodes some bytes into `text`; 0 only at the end of the file.
    pub fn read(&mut self, export: &Export, source: &mut Unpacked<'_>, text: &mut [u8]) -> Result<usize> {
        while !self.finished {
            if self.at == self.raw.len() && !self.ended {
                self.raw.resize(BUFFER_BYTES, 0);
                let read = source.read(&mut self.raw)?;
                self.raw.truncate(read);
                self.at = 0;
                self.ended = read == 0;
                self.check_declared(export)?;
            }
            let rest = &self.raw[self.at..];
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(rest, text, self.ended);
            self.at += read;
            self.offset += read as u64;
            self.count_lines(&text[..written]);
            if let DecoderResult::Malformed(bad, after) = result {
                return Err(self.malformed(export, u64::from(bad) + u64::from(after)));
            }
            self.finished = self.ended && result == DecoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }

    /// The first text beyond ASCII tells whether a file declared GB18030 is UTF-8 after all.
    fn check_declared(&mut self, export: &Export) -> Result<()> {
        if self.is_told || self.raw.is_ascii() {
            return Ok(());
        }
        self.is_told = true;
        // The piece before may have ended within a character.
        let start = self.raw.iter().position(|byte| byte & 0xc0 != 0x80).unwrap_or_default();
        if self.name != "GB18030" || !is_utf8(&self.raw[start..]) {
            return Ok(());
        }
        let file = export.name.escape_debug();
        Err(Error::refused(format!("`{file}` is declared GB18030 but is UTF-8"))
            .hint("set `encoding = \"utf-8\"`"))
    }

    fn count_lines(&mut self, text: &[u8]) {
        self.feeds += count_lines(text, b'\n');
        if self.feeds == 0 {
            self.returns += count_lines(text, b'\r');
        }
    }

    fn malformed(&self, export: &Export, bytes: u64) -> Error {
        let (file, name, at) = (export.name.escape_debug(), self.name, self.offset.saturating_sub(bytes));
        let line = 1 + if self.feeds > 0 { self.feeds } else { self.returns };
        Error::refused(format!("`{file}` is not {name} at byte {at}, on line {line}"))
            .hint("declare the file's own `encoding`, or deliver it again: it may be cut off or mixed")
    }
}

/// Whether the start of a file is surely UTF-8: valid, with more characters than GB18030 text has valid by chance
/// (about 1 in 5 of its common characters: all of 8 in one file of 400,000).
pub fn is_utf8(start: &[u8]) -> bool {
    const CHARACTERS_MIN: usize = 8;
    let valid = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    valid.starts_with('\u{feff}') || valid.chars().filter(|c| !c.is_ascii()).nth(CHARACTERS_MIN - 1).is_some()
}

/// Whether text that is not UTF-8 is likely GB18030: it decodes, and most bytes beyond ASCII stand in pairs, as in
/// common Chinese text. Latin text often decodes too, but its letters beyond ASCII stand alone.
pub fn seems_gb18030(text: &[u8]) -> bool {
    let Some(decoded) = GB18030.decode_without_bom_handling_and_without_replacement(text) else {
        return false;
    };
    let high_bytes = text.iter().filter(|byte| !byte.is_ascii()).count();
    let characters = decoded.chars().filter(|c| !c.is_ascii()).count();
    characters > 0 && high_bytes * 2 > characters * 3
}
