//! Taking in the long tables: rows go on to the store as they are read.

use super::build::{Build, Findings};
use super::files::{Reader, Receiver};
use super::intake::Intake;
use super::mapping::Mapping;
use super::plan::Content;
use crate::contract::tables::Table;
use crate::error::Result;
use crate::store::Writer;
use crate::store::writer::{Batch, LongTable};

/// Hands rows to the writer, and keeps what is said of each content at its end.
struct Onward<'w, 'b, C> {
    writer: &'w mut Writer,
    batch: Batch<'b, C>,
    findings: Vec<Findings>,
}

impl<C: LongTable> Receiver<C::Row> for Onward<'_, '_, C>
where
    C::Row: Send,
{
    fn take(&mut self, content: &Content, rows: Vec<C::Row>) -> Result<()> {
        self.writer.gather(&mut self.batch, content.number, &rows);
        if self.batch.is_full() { C::flush(self.writer, &mut self.batch) } else { Ok(()) }
    }

    fn end(&mut self, _: &Content, findings: Findings) -> Result<()> {
        self.findings.push(findings);
        Ok(())
    }
}

impl Intake<'_> {
    /// Takes in what is new of a long table.
    ///
    /// # Errors
    /// See [`take_in`](super::take_in).
    pub fn long<C: LongTable, B: Build<Row = C::Row>>(
        &mut self,
        table: Table,
        bucket_of: &[u16],
        builder: impl FnOnce(&mut Mapping) -> B,
    ) -> Result<()>
    where
        C::Row: Send,
    {
        let Some((plan, source, mut mapping)) = self.begin(table)? else { return Ok(()) };
        let builder = builder(&mut mapping);
        if !plan.removed.is_empty() {
            C::remove(self.writer, &plan.removed)?;
        }
        let (limits, progress) = (self.limits, self.progress);
        let mut onward =
            Onward { writer: &mut *self.writer, batch: Batch::<C>::new(bucket_of), findings: Vec::new() };
        Reader { source, mapping: &mapping, builder: &builder, limits, progress }.read(
            &plan.read,
            &mut onward,
            &mut self.refusals,
        )?;
        C::flush(onward.writer, &mut onward.batch)?;
        let findings = onward.findings;
        for (content, findings) in plan.read.iter().zip(findings) {
            self.close(table, source, content, findings, B::HAS_AMOUNT)?;
        }
        let judged = self.check_volume(table, source, &plan.read);
        self.refusals.note(judged)
    }
}
