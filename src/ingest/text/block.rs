//! A part of a text in memory: read at once, with room before it for the record that the part before left unfinished.
//!
//! Never: copies a part to join it with the one before, unless a record is longer than that room.

use crate::error::Result;
use crate::ingest::decode::TextStream;

/// Read at once; fixed, so that pieces are the same on every machine.
const BLOCK_BYTES: usize = 16 << 20;
const ROOM_BYTES: usize = 64 << 10;
const WHOLE_BYTES: usize = ROOM_BYTES + BLOCK_BYTES;
/// A block starts with this much and grows as the file does: zeroing 16 MiB for every small file takes longer than
/// reading it.
const STEP_BYTES: usize = 256 << 10;

pub struct Block {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Block {
    /// Without text.
    pub fn new() -> Self {
        Self { bytes: Vec::new(), start: 0, end: 0 }
    }

    pub fn text(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Reads the next part in place of the text; returns whether the file may have more.
    ///
    /// # Errors
    /// As [`TextStream::fill`].
    pub fn fill(&mut self, stream: &mut TextStream<'_>) -> Result<bool> {
        (self.start, self.end) = (ROOM_BYTES, ROOM_BYTES);
        let mut size = self.bytes.len().clamp(ROOM_BYTES + STEP_BYTES, WHOLE_BYTES);
        loop {
            self.bytes.resize(size, 0);
            let (filled, more) = stream.fill(&mut self.bytes[self.end..])?;
            self.end += filled;
            if !more || size == WHOLE_BYTES {
                return Ok(more);
            }
            size = (size * 2).min(WHOLE_BYTES);
        }
    }

    /// Takes this much off the start of the text.
    pub fn consume(&mut self, bytes: usize) {
        self.start += bytes;
    }

    /// Puts the rest of the part before in front of the text.
    pub fn prepend(&mut self, rest: &[u8]) {
        if let Some(start) = self.start.checked_sub(rest.len()) {
            self.bytes[start..self.start].copy_from_slice(rest);
            self.start = start;
        } else {
            self.bytes = [rest, self.text()].concat();
            (self.start, self.end) = (0, self.bytes.len());
        }
    }
}
