//! A part of a text in memory: read at once, with room before it for the record that the part before left unfinished.
//!
//! Never: copies a part to join it with the one before, unless a record is longer than that room.

use crate::error::Result;
use crate::ingest::decode::TextStream;

/// Read at once; fixed, so that pieces are the same on every machine.
const BLOCK_BYTES: usize = 16 << 20;
const ROOM_BYTES: usize = 64 << 10;

pub struct Block {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Block {
    /// Without text; zeroed memory is taken up only as it is filled.
    pub fn new() -> Self {
        Self { bytes: vec![0; ROOM_BYTES + BLOCK_BYTES], start: ROOM_BYTES, end: ROOM_BYTES }
    }

    pub fn text(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Reads the next part in place of the text; returns whether the file may have more.
    ///
    /// # Errors
    /// As [`TextStream::fill`].
    pub fn fill(&mut self, stream: &mut TextStream<'_>) -> Result<bool> {
        self.bytes.resize(ROOM_BYTES + BLOCK_BYTES, 0);
        let (filled, more) = stream.fill(&mut self.bytes[ROOM_BYTES..])?;
        self.start = ROOM_BYTES;
        self.end = ROOM_BYTES + filled;
        Ok(more)
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
