//! The bytes of a text export to UTF-8 text: digest, gzip, character set.
//!
//! Reads: one file, once, in order. Grain: bytes. Never: replaces a character it cannot decode, unpacks without end.

use crate::config::source::Encoding;
use crate::error::{Error, Result};
use crate::io::exports::{self, Export, ExportFile};
use encoding_rs::{Decoder, DecoderResult, GB18030};
use flate2::read::MultiGzDecoder;
use std::io::{self, BufRead, BufReader, Read};

/// Told how many more bytes of the exports were read.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

const BUFFER_BYTES: usize = 256 * 1024;
/// More than any one character needs.
const CHARACTER_BYTES: usize = 16;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Text shrinks 5 to 20 times; deflate cannot do more than 1032, and a bomb comes close to that.
const GZIP_RATIO_MAX: u64 = 200;
/// Below, a high ratio is a small file of much alike.
const GZIP_RATIO_FREE_BYTES: u64 = 64 << 20;

/// The file itself, counted and digested as it is read.
struct Counted<'a> {
    file: ExportFile,
    hasher: blake3::Hasher,
    bytes: u64,
    progress: Progress<'a>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        self.bytes += read as u64;
        (self.progress)(read as u64);
        Ok(read)
    }
}

enum Unpacked<'a> {
    Plain(Box<BufReader<Counted<'a>>>),
    Gzip { inner: Box<MultiGzDecoder<BufReader<Counted<'a>>>>, unpacked: u64 },
}

/// A text export as a stream of decoded bytes.
pub struct TextStream<'a> {
    export: &'a Export,
    unpacked: Unpacked<'a>,
    gb18030: Option<Gb18030>,
}

struct Gb18030 {
    decoder: Decoder,
    raw: Vec<u8>,
    /// Bytes of `raw` that are not decoded yet start here.
    at: usize,
    /// Bytes decoded before `raw[at]`.
    offset: u64,
    ended: bool,
    finished: bool,
}

impl<'a> TextStream<'a> {
    pub fn open(export: &'a Export, encoding: Encoding, progress: Progress<'a>) -> Result<Self> {
        let file = exports::open(export)?;
        let counted = Counted { file, hasher: blake3::Hasher::new(), bytes: 0, progress };
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, counted);
        let start = reader.fill_buf().map_err(|cause| exports::unreadable(export, cause))?;
        let unpacked = if start.starts_with(&GZIP_MAGIC) {
            Unpacked::Gzip { inner: Box::new(MultiGzDecoder::new(reader)), unpacked: 0 }
        } else {
            Unpacked::Plain(Box::new(reader))
        };
        let gb18030 = (encoding == Encoding::Gb18030).then(Gb18030::new);
        Ok(Self { export, unpacked, gb18030 })
    }

    /// Reads decoded bytes onto the end of `text` until it holds `wanted`; false where the file ended before.
    pub fn fill(&mut self, text: &mut Vec<u8>, wanted: usize) -> Result<bool> {
        while text.len() < wanted {
            let start = text.len();
            // Grows as the file does, so that a small file costs a small buffer; never too little for a character.
            text.resize(wanted.min(start * 2 + BUFFER_BYTES).max(start + CHARACTER_BYTES), 0);
            let read = match &mut self.gb18030 {
                None => self.unpacked.read(self.export, &mut text[start..]),
                Some(gb18030) => gb18030.read(self.export, &mut self.unpacked, &mut text[start..]),
            }?;
            text.truncate(start + read);
            if read == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Size and BLAKE3 digest of the file, after it was read to its end.
    pub fn finish(self) -> Result<(u64, String)> {
        let counted = match self.unpacked {
            Unpacked::Plain(reader) => reader.into_inner(),
            Unpacked::Gzip { inner, .. } => inner.into_inner().into_inner(),
        };
        if counted.bytes != self.export.bytes {
            return Err(exports::changed(self.export));
        }
        Ok((counted.bytes, counted.hasher.finalize().to_hex().to_string()))
    }
}

impl Unpacked<'_> {
    fn read(&mut self, export: &Export, buffer: &mut [u8]) -> Result<usize> {
        loop {
            let result = match self {
                Unpacked::Plain(reader) => reader.read(buffer),
                Unpacked::Gzip { inner, .. } => inner.read(buffer),
            };
            match result {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(self.damaged(export, cause)),
                Ok(read) => return self.within_ratio(export, read),
            }
        }
    }

    fn damaged(&self, export: &Export, cause: io::Error) -> Error {
        match self {
            Unpacked::Plain(_) => exports::unreadable(export, cause),
            Unpacked::Gzip { .. } => {
                Error::refused(format!("`{}` is a damaged or cut off gzip file", export.name.escape_debug()))
                    .hint("deliver the file again")
                    .caused_by(cause)
            }
        }
    }

    fn within_ratio(&mut self, export: &Export, read: usize) -> Result<usize> {
        let Unpacked::Gzip { unpacked, .. } = self else { return Ok(read) };
        *unpacked += read as u64;
        let limit = export.bytes.saturating_mul(GZIP_RATIO_MAX).max(GZIP_RATIO_FREE_BYTES);
        if *unpacked <= limit {
            return Ok(read);
        }
        let name = export.name.escape_debug();
        Err(Error::refused(format!("`{name}` unpacks to more than {GZIP_RATIO_MAX} times its size"))
            .hint("deliver the file unpacked if it is genuine"))
    }
}

impl Gb18030 {
    fn new() -> Self {
        let decoder = GB18030.new_decoder_without_bom_handling();
        Self { decoder, raw: Vec::new(), at: 0, offset: 0, ended: false, finished: false }
    }

    /// Decodes some bytes into `text`; 0 only at the end of the file.
    fn read(&mut self, export: &Export, source: &mut Unpacked<'_>, text: &mut [u8]) -> Result<usize> {
        while !self.finished {
            if self.at == self.raw.len() && !self.ended {
                self.raw.resize(BUFFER_BYTES, 0);
                let read = source.read(export, &mut self.raw)?;
                self.raw.truncate(read);
                self.at = 0;
                self.ended = read == 0;
                if self.offset == 0 && is_utf8(&self.raw) {
                    let what = format!("`{}` is declared GB18030 but is UTF-8", export.name.escape_debug());
                    return Err(Error::refused(what).hint("set `encoding = \"utf-8\"`"));
                }
            }
            let rest = &self.raw[self.at..];
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(rest, text, self.ended);
            self.at += read;
            self.offset += read as u64;
            if let DecoderResult::Malformed(bad, after) = result {
                let at = self.offset.saturating_sub(u64::from(bad) + u64::from(after));
                return Err(Error::refused(format!(
                    "`{}` is not GB18030 at byte {at}",
                    export.name.escape_debug()
                ))
                .hint("declare the file's own `encoding`, or deliver it again"));
            }
            self.finished = self.ended && result == DecoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

/// Whether the start of a file is surely UTF-8: valid, with more characters than GB18030 text has valid by chance
/// (about 1 in 5 of its common characters: all of 8 in one file of 400,000).
fn is_utf8(start: &[u8]) -> bool {
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
