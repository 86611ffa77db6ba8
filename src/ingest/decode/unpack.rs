//! The file's own bytes: as they are, or out of gzip or Zstandard.
//!
//! Reads: one file in order. Produces: its content, whose start can be looked at first. Never: unpacks far more than a
//! text can shrink to, takes a damaged, cut off or prolonged archive for a whole one.

use super::Progress;
use crate::error::{Error, Result};
use crate::io::exports::{self, Export, ExportFile};
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufRead, BufReader, Read};

const BUFFER_BYTES: usize = 256 * 1024;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Text shrinks 5 to 20 times; deflate cannot do more than 1032, and a bomb comes close to that or, with Zstandard,
/// far beyond.
const RATIO_MAX: u64 = 200;
/// Below, a high ratio is a small file of much alike.
const RATIO_FREE_BYTES: u64 = 64 << 20;
/// What Zstandard itself reads without being asked for more: 128 MiB of memory.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;

/// The file itself, counted as it is read.
struct Counted<'a> {
    file: ExportFile,
    bytes: u64,
    progress: Progress<'a>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.bytes += read as u64;
        (self.progress)(read as u64);
        Ok(read)
    }
}

type Source<'a> = BufReader<Counted<'a>>;

enum Packing<'a> {
    Plain(Source<'a>),
    Gzip(Box<MultiGzDecoder<Source<'a>>>),
    Zstd(Box<zstd::Decoder<'static, Source<'a>>>),
}

pub struct Unpacked<'a> {
    export: &'a Export,
    packing: Packing<'a>,
    /// The start of the content, until it is read.
    head: Vec<u8>,
    head_at: usize,
    unpacked: u64,
}

impl<'a> Unpacked<'a> {
    pub fn open(export: &'a Export, progress: Progress<'a>) -> Result<Self> {
        let counted = Counted { file: exports::open(export)?, bytes: 0, progress };
        let mut source = BufReader::with_capacity(BUFFER_BYTES, counted);
        let start = source.fill_buf().map_err(|cause| exports::unreadable(export, cause))?;
        let packing = if start.starts_with(&GZIP_MAGIC) {
            Packing::Gzip(Box::new(MultiGzDecoder::new(source)))
        } else if start.starts_with(&ZSTD_MAGIC) {
            let failed = |cause| Error::internal("cannot unpack Zstandard").caused_by(cause);
            let mut decoder = zstd::Decoder::with_buffer(source).map_err(failed)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(failed)?;
            Packing::Zstd(Box::new(decoder))
        } else {
            Packing::Plain(source)
        };
        let mut unpacked = Self { export, packing, head: Vec::new(), head_at: 0, unpacked: 0 };
        unpacked.read_head()?;
        Ok(unpacked)
    }

    fn read_head(&mut self) -> Result<()> {
        let mut head = vec![0; BUFFER_BYTES];
        let mut filled = 0;
        while filled < head.len() {
            match self.read_on(&mut head[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        head.truncate(filled);
        self.head = head;
        Ok(())
    }

    /// The first bytes of the content: 256 KiB, or all there are.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Reads the next bytes of the content; 0 only at its end.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let rest = &self.head[self.head_at..];
        if rest.is_empty() {
            return self.read_on(buffer);
        }
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.head_at += n;
        Ok(n)
    }

    fn read_on(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            let result = match &mut self.packing {
                Packing::Plain(source) => source.read(buffer),
                Packing::Gzip(decoder) => decoder.read(buffer),
                Packing::Zstd(decoder) => decoder.read(buffer),
            };
            match result {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(self.damaged(cause)),
                Ok(read) => return self.within_ratio(read),
            }
        }
    }

    fn damaged(&self, cause: io::Error) -> Error {
        let kind = match self.packing {
            Packing::Plain(_) => return exports::unreadable(self.export, cause),
            Packing::Gzip(_) => "gzip",
            Packing::Zstd(_) => "Zstandard",
        };
        Error::refused(format!("`{}` is a damaged or cut off {kind} file", self.export.name.escape_debug()))
            .hint("deliver the file again")
            .caused_by(cause)
    }

    fn within_ratio(&mut self, read: usize) -> Result<usize> {
        if matches!(self.packing, Packing::Plain(_)) {
            return Ok(read);
        }
        self.unpacked += read as u64;
        let limit = self.export.bytes.saturating_mul(RATIO_MAX).max(RATIO_FREE_BYTES);
        if self.unpacked <= limit {
            return Ok(read);
        }
        let name = self.export.name.escape_debug();
        Err(Error::refused(format!("`{name}` unpacks to more than {RATIO_MAX} times its size"))
            .hint("deliver the file unpacked if it is genuine"))
    }

    /// Checks that as many bytes were read as the file had when it was listed.
    pub fn finish(self) -> Result<()> {
        let source = match self.packing {
            Packing::Plain(source) => source,
            Packing::Gzip(decoder) => decoder.into_inner(),
            Packing::Zstd(decoder) => decoder.finish(),
        };
        if source.into_inner().bytes == self.export.bytes {
            Ok(())
        } else {
            Err(exports::changed(self.export))
        }
    }
}
