//! Codes of a row, from one column or several.

use super::{Field, Fill, Plain};
use crate::ingest::cell::{Cell, Digits, Fault, Row, WRONG_TYPE};
use crate::ingest::codes::{Code, CodeMemo, CodeTable};
use crate::ingest::reasons::UNKNOWN_CODE;

impl Field {
    /// The code of the contract, as its place in the list of codes.
    #[inline]
    pub fn code<R: Row>(&self, row: &R, memo: &mut CodeMemo) -> Result<Option<Code>, Fault> {
        let entry = if let Fill::Column(slot) = self.fill { row.entry(slot) } else { None };
        if let Some(entry) = entry {
            return match memo.of_entry(entry) {
                Some(code) => Ok(Some(code)),
                None => self.code_of_entry(row, memo, entry),
            };
        }
        if let (Plain::Text(text), Some(table)) = (self.plain(row), &self.codes)
            && let Some(code) = table.find_short(text)
        {
            return Ok(Some(code));
        }
        match self.fill {
            Fill::Code(code) => Ok(Some(code)),
            Fill::Absent => Ok(None),
            _ => self.other_code(row, memo),
        }
    }

    #[inline(never)]
    fn code_of_entry<R: Row>(
        &self,
        row: &R,
        memo: &mut CodeMemo,
        entry: usize,
    ) -> Result<Option<Code>, Fault> {
        let code = self.other_code(row, memo)?;
        memo.remember(entry, code);
        Ok(code)
    }

    #[inline(never)]
    fn other_code<R: Row>(&self, row: &R, memo: &mut CodeMemo) -> Result<Option<Code>, Fault> {
        let Some(table) = &self.codes else { return Ok(None) };
        let (code, is_missing) = match &self.fill {
            Fill::Joined(slots) => self.joined(table, row, slots, memo)?,
            _ => {
                let mut digits = Digits::default();
                let cell = self.cell(row)?;
                let text = cell.text(&mut digits).map_err(|reason| self.fault(reason))?;
                (table.resolve_one(text.unwrap_or_default(), memo), text.is_none())
            }
        };
        match code {
            None if !is_missing => Err(self.fault(UNKNOWN_CODE)),
            code => Ok(code),
        }
    }

    /// The code of several columns together, and whether all of them are missing.
    fn joined<R: Row>(
        &self,
        table: &CodeTable,
        row: &R,
        slots: &[usize],
        memo: &mut CodeMemo,
    ) -> Result<(Option<Code>, bool), Fault> {
        let mut is_missing = true;
        let mut is_text = true;
        let values = slots.iter().map(|slot| match self.missing.apply(row.cell(*slot)) {
            Cell::Missing => b"".as_slice(),
            Cell::Text(text) => {
                is_missing = false;
                text
            }
            _ => {
                is_text = false;
                b""
            }
        });
        let code = table.resolve(values, memo);
        if is_text { Ok((code, is_missing)) } else { Err(self.fault(WRONG_TYPE)) }
    }
}
