//! One row group, decoded batch by batch: a reader per column, in step.
//!
//! Reads: the pages of the mapped columns, after `pages` has looked at all their headers. Grain: one batch of rows.
//! Never: holds more than a page and a batch of every column.

use super::columns::Column;
use super::entries::Entries;
use super::file::Checked;
use super::layout::{Layout, Wanted};
use super::pages::{self, Coding};
use super::quiet;
use crate::error::{Error, Result};
use crate::ingest::build::Build;
use crate::ingest::job::Job;
use crate::io::exports;
use arrow::array::{Array, ArrayRef, AsArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;
use std::sync::Arc;

/// Rows of a row group, column by column.
pub struct Batch {
    pub n_rows: usize,
    /// In the order of [`Layout::wanted`].
    pub columns: Vec<Column>,
    /// The same as they were decoded.
    pub arrays: Vec<ArrayRef>,
}

/// One column of the row group.
struct Source {
    reader: ParquetRecordBatchReader,
    /// The slot that names the customer, where this column fills it.
    customer_slot: Option<usize>,
    entries: Option<Arc<Entries>>,
}

/// The columns of a row group, as far as they were read.
pub struct Group {
    sources: Vec<Source>,
    n_rows_left: usize,
    n_batch_rows: usize,
}

impl Group {
    /// Opens a row group; `customer_slot` is the slot that names the customer.
    ///
    /// # Errors
    /// Kind `Refused` where its pages cannot be what the footer says.
    pub fn open<B: Build>(
        job: &Job<'_, B>,
        file: &Checked,
        layout: &Layout,
        group: usize,
        (n_batch_rows, customer_slot): (usize, Option<usize>),
    ) -> Result<Self> {
        let metadata = file.metadata().row_group(group);
        let in_customer_slot = customer_slot.map(|slot| layout.slots[slot]);
        let open = |(at, wanted): (usize, &Wanted)| {
            let coding = pages::check(&file.places, metadata, wanted.leaf);
            let coding = coding.map_err(|cause| exports::unreadable(job.export, cause))?;
            let read = match coding.ok_or_else(|| job.damaged())? {
                Coding::Prefixes if wanted.is_text => return Err(job.prefixes(&wanted.name)),
                Coding::Dictionary if wanted.is_text => &layout.coded,
                Coding::Dictionary | Coding::Other | Coding::Prefixes => &layout.plain,
            };
            let schema = file.metadata().file_metadata().schema_descr();
            let reader = quiet::caught(|| {
                ParquetRecordBatchReaderBuilder::new_with_metadata(file.places.clone(), read.clone())
                    .with_row_groups(vec![group])
                    .with_projection(ProjectionMask::roots(schema, [wanted.root]))
                    .with_batch_size(n_batch_rows)
                    .build()
            });
            let reader = reader.ok_or_else(|| job.damaged())?.map_err(|cause| job.unread(cause))?;
            let customer_slot = customer_slot.filter(|_| in_customer_slot == Some(at));
            Ok(Source { reader, customer_slot, entries: None })
        };
        let sources = layout.wanted.iter().enumerate().map(open).collect::<Result<_>>()?;
        let n_rows_left = usize::try_from(metadata.num_rows()).unwrap_or_default();
        Ok(Self { sources, n_rows_left, n_batch_rows })
    }

    /// The next rows, or `None` where all were read; `at_once` decodes the columns at the same time.
    ///
    /// # Errors
    /// Kind `Refused` where a page is damaged or a column ends too early or too late.
    pub fn next<B: Build>(&mut self, job: &Job<'_, B>, at_once: bool) -> Result<Option<Batch>> {
        if self.n_rows_left == 0 {
            return Ok(None);
        }
        let next = |source: &mut Source| source.next(job);
        let read: Vec<Result<(ArrayRef, Column)>> = if at_once {
            self.sources.par_iter_mut().map(next).collect()
        } else {
            self.sources.iter_mut().map(next).collect()
        };
        let (mut arrays, mut columns) = (Vec::new(), Vec::new());
        for read in read {
            let (array, column) = read?;
            arrays.push(array);
            columns.push(column);
        }
        // A mapping of constants alone reads no column: its rows are counted.
        let n_rows = arrays.first().map_or(self.n_rows_left.min(self.n_batch_rows), Array::len);
        if n_rows == 0 || n_rows > self.n_rows_left || arrays.iter().any(|array| array.len() != n_rows) {
            return Err(job.damaged());
        }
        self.n_rows_left -= n_rows;
        Ok(Some(Batch { n_rows, columns, arrays }))
    }
}

impl Source {
    fn next<B: Build>(&mut self, job: &Job<'_, B>) -> Result<(ArrayRef, Column)> {
        let batch = quiet::caught(|| self.reader.next()).flatten().ok_or_else(|| job.damaged())?;
        let batch = batch.map_err(|cause| job.unread(cause.into()))?;
        let array = batch.columns().first().ok_or_else(|| job.damaged())?;
        self.resolve(job, array)?;
        let max = job.limits.field_bytes_max;
        let column = Column::of(array, self.entries.as_ref(), max);
        Ok((Arc::clone(array), column.ok_or_else(|| job.damaged())?))
    }

    /// Keeps the entries of the array's dictionary, resolved once.
    fn resolve<B: Build>(&mut self, job: &Job<'_, B>, array: &ArrayRef) -> Result<()> {
        let Some(dictionary) = array.as_any_dictionary_opt() else { return Ok(()) };
        let values = dictionary.values();
        if self.entries.as_ref().is_some_and(|entries| entries.are_of(values)) {
            return Ok(());
        }
        let entries = Entries::new(values, &job.mapping.missing, job.limits.field_bytes_max);
        let mut entries = entries.ok_or_else(|| job.damaged())?;
        if let Some(slot) = self.customer_slot {
            entries.find_customers(job.builder, slot);
        }
        self.entries = Some(Arc::new(entries));
        Ok(())
    }
}

impl<B> Job<'_, B> {
    fn prefixes(&self, column: &str) -> Error {
        let what =
            format!("has column `{}` coded as DELTA_BYTE_ARRAY, which is not read", column.escape_debug());
        self.refuse(&what).hint("export it with dictionary or plain coding")
    }
}
