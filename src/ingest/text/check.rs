//! What is wrong with a record as text, whatever its fields mean.
//!
//! Reads: a piece of text once; record by record only where something is wrong in it. Never: lets a byte through that
//! is no text.

use super::layout::Layout;
use crate::ingest::Limits;
use crate::ingest::cell::{Fault, NOT_UTF8, Reason};
pub use crate::ingest::reasons::SECOND_HEADER;
use crate::ingest::reasons::{
    BACKSLASH_QUOTE, BROKEN_QUOTES, CONTROL, FEWER_FIELDS, MORE_FIELDS, NUL, STRAY_QUOTE, TEXT_AFTER_QUOTE,
    longer_than,
};
use crate::ingest::records::{Quoting, Record};

/// What is known of a piece of text.
pub struct Check {
    /// It is UTF-8 without control characters.
    is_clean: bool,
    field_bytes_max: usize,
}

impl Check {
    pub fn new(text: &[u8], limits: &Limits) -> Self {
        let is_clean = std::str::from_utf8(text).is_ok() && !has_control(text);
        Self { is_clean, field_bytes_max: limits.field_bytes_max }
    }

    /// Whether nothing is wrong with the text of a record, which has as many fields as the header.
    #[inline]
    pub fn fits(&self, record: &Record<'_>, layout: &Layout) -> bool {
        let is_short = record.end - record.start <= self.field_bytes_max;
        (self.is_clean && is_short) || self.fault_in_field(record, layout).is_none()
    }

    fn fault_in_field(&self, record: &Record<'_>, layout: &Layout) -> Option<(usize, Reason)> {
        let wrong = |(at, field)| wrong_text(field, self.field_bytes_max).map(|reason| (at, reason));
        let has_control = |at: &&usize| has_control(record.field(**at));
        record
            .fields()
            .enumerate()
            .find_map(wrong)
            .or_else(|| layout.positions.iter().find(has_control).map(|at| (*at, CONTROL.into())))
    }

    /// Why a record is no row.
    pub fn fault(&self, record: &Record<'_>, layout: &Layout) -> Fault {
        if let Some(reason) = broken_quotes(record) {
            return Fault::Row(String::new(), reason.into());
        }
        if let Some((at, reason)) = self.fault_in_field(record, layout) {
            return Fault::Row(layout.names.get(at).cloned().unwrap_or_default(), reason);
        }
        let reason = if record.n_fields() < layout.names.len() { FEWER_FIELDS } else { MORE_FIELDS };
        Fault::Row(String::new(), reason.into())
    }
}

/// What is wrong with the quotes of a record. Where it spans lines, it may have swallowed others.
fn broken_quotes(record: &Record<'_>) -> Option<&'static str> {
    let spans_lines = record.line().iter().any(|byte| matches!(byte, b'\n' | b'\r'));
    match (record.quoting, spans_lines) {
        (Quoting::Sound | Quoting::Open, _) => None,
        (Quoting::Stray, false) => Some(STRAY_QUOTE),
        (Quoting::TextAfter, false) => Some(TEXT_AFTER_QUOTE),
        (Quoting::Backslash, false) => Some(BACKSLASH_QUOTE),
        (_, true) => Some(BROKEN_QUOTES),
    }
}

/// What is wrong with a field as text, whatever it means.
pub fn wrong_text(field: &[u8], field_bytes_max: usize) -> Option<Reason> {
    if field.len() > field_bytes_max {
        return Some(longer_than(field_bytes_max).into());
    }
    if field.contains(&0) {
        return Some(NUL.into());
    }
    std::str::from_utf8(field).is_err().then(|| NOT_UTF8.into())
}

/// Whether a text has a control character that is neither a tab nor a line end.
fn has_control(text: &[u8]) -> bool {
    const TOGETHER_BYTES: usize = 4096;
    // Without branches, so that many bytes are compared at a time.
    let count = |found: u8, byte: &u8| {
        let is_space = (*byte == b'\t') | (*byte == b'\n') | (*byte == b'\r');
        found | u8::from(((*byte < b' ') & !is_space) | (*byte == 0x7f))
    };
    text.chunks(TOGETHER_BYTES).any(|bytes| bytes.iter().fold(0, count) != 0)
}
