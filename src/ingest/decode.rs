//! The bytes of a text export to UTF-8 text: packing, then character set.
//!
//! Reads: one file, once, in order. Produces: decoded bytes. Grain: bytes. Never: replaces a character it cannot
//! decode, unpacks without end, takes a file for another kind than the one declared.
//!
//! | step | where |
//! |---|---|
//! | gzip and Zstandard, and their limit | `unpack` |
//! | what a file is by its first bytes | `signature` |
//! | GB18030 and UTF-16 | `charset` |

mod charset;
mod signature;
mod unpack;

use crate::config::source::Encoding;
use crate::error::Result;
use crate::io::exports::Export;
use charset::Charset;
use unpack::Unpacked;

pub use charset::seems_gb18030;

/// Told how many more bytes of the exports were read.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// A text export as a stream of decoded bytes.
pub struct TextStream<'a> {
    export: &'a Export,
    unpacked: Unpacked<'a>,
    /// `None` for UTF-8, which is checked where it is split.
    charset: Option<Charset>,
}

impl<'a> TextStream<'a> {
    /// Opens an export and looks at its start.
    ///
    /// # Errors
    /// Kind `Refused` where the file is no text, or surely in another encoding than `encoding`.
    pub fn open(export: &'a Export, encoding: Encoding, progress: Progress<'a>) -> Result<Self> {
        let unpacked = Unpacked::open(export, progress)?;
        signature::check(export, unpacked.head(), encoding)?;
        let charset = Charset::of(encoding, unpacked.head());
        Ok(Self { export, unpacked, charset })
    }

    /// Reads decoded bytes into `text` until it is full but for a character; returns how many, and whether the file
    /// may have more.
    ///
    /// # Errors
    /// Kind `Refused` where the file is damaged or holds what is no character of its encoding.
    pub fn fill(&mut self, text: &mut [u8]) -> Result<(usize, bool)> {
        let mut filled = 0;
        while text.len() - filled >= charset::CHARACTER_BYTES {
            let room = &mut text[filled..];
            let read = match &mut self.charset {
                None => self.unpacked.read(room),
                Some(charset) => charset.read(self.export, &mut self.unpacked, room),
            }?;
            if read == 0 {
                return Ok((filled, false));
            }
            filled += read;
        }
        Ok((filled, true))
    }

    /// The whole text, where it is shorter than `bytes_max`.
    ///
    /// # Errors
    /// As [`TextStream::fill`].
    pub fn whole(&mut self, bytes_max: usize) -> Result<Option<Vec<u8>>> {
        const STEP_BYTES: usize = 256 * 1024;
        let (mut text, mut end) = (Vec::new(), 0);
        while end < bytes_max {
            // Grows as the file does, so that a small file costs a small buffer.
            text.resize(end * 2 + STEP_BYTES, 0);
            let (filled, more) = self.fill(&mut text[end..])?;
            end += filled;
            if !more {
                text.truncate(end);
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Checks, after the file was read to its end, that its size is still what it was.
    ///
    /// # Errors
    /// Kind `Incomplete` where it changed.
    pub fn finish(self) -> Result<()> {
        self.unpacked.finish()
    }
}
