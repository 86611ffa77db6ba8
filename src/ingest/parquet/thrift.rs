//! As much of Thrift's compact protocol as is needed to look at a structure before it is decoded.
//!
//! Reads: bytes in memory. Produces: whole numbers, lists by their size, and what else there is skipped.
//! Never: allocates, recurses deeper than [`DEPTH_MAX`], takes a size that the bytes left cannot hold.
//! Reference: <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

/// Deeper than any structure of Parquet.
const DEPTH_MAX: u8 = 16;
/// Groups of seven bits in a number of 64.
const VARINT_BYTES_MAX: u32 = 10;

const STOP: u8 = 0;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// Bytes that are read from their start. Every method gives `None` where they end too early or cannot be read.
pub struct Reader<'b> {
    pub rest: &'b [u8],
}

/// A field of a structure: its number and its type.
pub struct Field {
    pub id: i64,
    kind: u8,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn skip_bytes(&mut self, n_bytes: u64) -> Option<()> {
        self.rest = self.rest.get(usize::try_from(n_bytes).ok()?..)?;
        Some(())
    }

    /// An unsigned number in groups of seven bits.
    pub fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for group in 0..VARINT_BYTES_MAX {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << (7 * group);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn number(&mut self) -> Option<i64> {
        let zigzag = self.varint()?;
        Some((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
    }

    /// The next field of a structure, of kind [`STOP`] at its end; `last` is the number of the one before.
    fn field(&mut self, last: i64) -> Option<Field> {
        let byte = self.byte()?;
        let (delta, kind) = (i64::from(byte >> 4), byte & 0x0f);
        if kind == STOP {
            return Some(Field { id: last, kind });
        }
        let id = if delta == 0 { self.number()? } else { last.checked_add(delta)? };
        Some(Field { id, kind })
    }

    /// Calls `each` with every field of a structure; it returns whether it has read the field.
    pub fn fields(&mut self, mut each: impl FnMut(&mut Self, &Field) -> Option<bool>) -> Option<()> {
        let mut last = 0;
        loop {
            let field = self.field(last)?;
            if field.kind == STOP {
                return Some(());
            }
            last = field.id;
            if !each(self, &field)? {
                self.skip(field.kind, DEPTH_MAX)?;
            }
        }
    }

    /// The whole number that is the field's value.
    pub fn whole(&mut self, field: &Field) -> Option<i64> {
        if (4..=6).contains(&field.kind) { self.number() } else { None }
    }

    /// Whether the field is a structure, which is then read by [`Reader::fields`].
    pub fn is_structure(field: &Field) -> bool {
        field.kind == STRUCT
    }

    fn skip(&mut self, kind: u8, depth: u8) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            TRUE | FALSE => Some(()),
            BYTE => self.skip_bytes(1),
            4..=6 => self.varint().map(|_| ()),
            DOUBLE => self.skip_bytes(8),
            UUID => self.skip_bytes(16),
            BINARY => {
                let n_bytes = self.varint()?;
                self.skip_bytes(n_bytes)
            }
            LIST | SET => self.skip_list(depth),
            MAP => self.skip_map(depth),
            STRUCT => loop {
                let field = self.field(0)?;
                if field.kind == STOP {
                    return Some(());
                }
                self.skip(field.kind, depth)?;
            },
            _ => None,
        }
    }

    fn skip_list(&mut self, depth: u8) -> Option<()> {
        let byte = self.byte()?;
        let n_elements = if byte >> 4 == 15 { self.varint()? } else { u64::from(byte >> 4) };
        for _ in 0..self.plausible(n_elements)? {
            self.skip_element(byte & 0x0f, depth)?;
        }
        Some(())
    }

    fn skip_map(&mut self, depth: u8) -> Option<()> {
        let n_entries = self.varint()?;
        if n_entries == 0 {
            return Some(());
        }
        let kinds = self.byte()?;
        for _ in 0..self.plausible(n_entries)? {
            self.skip_element(kinds >> 4, depth)?;
            self.skip_element(kinds & 0x0f, depth)?;
        }
        Some(())
    }

    /// In a list a truth value takes a byte; in a field it is part of the type.
    fn skip_element(&mut self, kind: u8, depth: u8) -> Option<()> {
        if matches!(kind, TRUE | FALSE) { self.skip_bytes(1) } else { self.skip(kind, depth) }
    }

    /// Every element takes at least a byte.
    fn plausible(&self, n_elements: u64) -> Option<u64> {
        if n_elements <= self.rest.len() as u64 { Some(n_elements) } else { None }
    }
}
