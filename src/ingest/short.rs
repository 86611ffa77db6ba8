//! Taking in tables that every delivery describes anew: read whole, delivered at the end.

use super::accept::ids::{IdCounts, near_twins};
use super::any::{AnyBuild, AnyRow, typed};
use super::build::{Build, Findings};
use super::files::{Reader, Receiver};
use super::intake::Intake;
use super::mapping::Mapping;
use super::plan::Content;
use crate::config::source::Source;
use crate::contract::tables::Table;
use crate::error::Result;
use crate::store::Writer;
use crate::store::versions::Delivered;
use crate::store::writer::Deliveries;
use crate::warning::Warning;
use std::collections::BTreeSet;

/// How the writer takes deliveries of a table out and in.
type Change<T> = fn(&mut Writer, Table, &BTreeSet<u32>, Deliveries<T>) -> Result<()>;

/// The column of a table's ids, and where they are in a row.
type IdColumn<T> = (&'static str, fn(&T) -> &str);

/// Rows and findings, content by content.
struct Collected<T> {
    deliveries: Deliveries<T>,
    findings: Vec<Findings>,
}

impl<T: Send + 'static> Receiver<AnyRow> for Collected<T> {
    fn take(&mut self, content: &Content, rows: Vec<AnyRow>) -> Result<()> {
        match self.deliveries.last_mut() {
            Some((number, held)) if *number == content.number => held.extend(typed(rows)),
            _ => self.deliveries.push((content.number, typed(rows).collect())),
        }
        Ok(())
    }

    fn end(&mut self, content: &Content, findings: Findings) -> Result<()> {
        if self.deliveries.last().is_none_or(|(number, _)| *number != content.number) {
            self.deliveries.push((content.number, Vec::new()));
        }
        self.findings.push(findings);
        Ok(())
    }
}

impl Intake<'_> {
    /// Refuses a file whose ids went through a spreadsheet, and warns of ids that only their case tells apart.
    fn check_ids<T>(
        &mut self,
        source: &Source,
        read: &[Content],
        deliveries: &Deliveries<T>,
        column: &str,
        id: fn(&T) -> &str,
    ) -> Result<()> {
        for (content, (_, rows)) in read.iter().zip(deliveries) {
            let mut ids: Vec<&str> = rows.iter().map(|(_, row)| id(row)).collect();
            let mut counts = IdCounts::default();
            ids.iter().for_each(|id| counts.add(id.as_bytes()));
            if !source.rounded_ids {
                counts.check(&content.export.name, column)?;
            }
            ids.sort_unstable();
            ids.dedup();
            let twins = near_twins(ids);
            if twins > 0 {
                let (file, column) = (content.export.name.clone(), column.to_owned());
                self.taken.warnings.push(Warning::NearTwins { file, column, twins });
            }
        }
        Ok(())
    }

    /// Takes in what is new of a short table; `id` is the column of its ids and where they are, to be looked at as such.
    ///
    /// # Errors
    /// See [`take_in`](super::take_in).
    pub fn short<T: Send + 'static, B: Build<Row = Delivered<T>>>(
        &mut self,
        table: Table,
        builder: impl FnOnce(&mut Mapping) -> B,
        change: Change<T>,
        id: Option<IdColumn<T>>,
    ) -> Result<()> {
        let Some((plan, source, mut mapping)) = self.begin(table)? else { return Ok(()) };
        let builder = builder(&mut mapping);
        let mut collected = Collected { deliveries: Vec::new(), findings: Vec::new() };
        let (limits, progress) = (self.limits, self.progress);
        Reader { source, mapping: &mapping, builder: &AnyBuild::new(&builder), limits, progress }.read(
            &plan.read,
            &mut collected,
            &mut self.refusals,
        )?;
        if let Some((column, id)) = id {
            let judged = self.check_ids(source, &plan.read, &collected.deliveries, column, id);
            self.refusals.note(judged)?;
        }
        change(self.writer, table, &plan.removed, collected.deliveries)?;
        for (content, findings) in plan.read.iter().zip(collected.findings) {
            self.close(table, source, content, findings, false)?;
        }
        let judged = self.check_volume(table, source, &plan.read);
        self.refusals.note(judged)
    }
}
