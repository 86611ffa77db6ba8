//! Where the mapped columns of one Parquet file are, and as what they are read.
//!
//! Reads: the schema. Grain: one slot of the mapping. Never: takes a column by its place, reads a type that cells are
//! not made for.

use super::file::Checked;
use super::quiet;
use crate::error::Result;
use crate::ingest::header;
use crate::ingest::job::Job;
use arrow::datatypes::{DataType, Field, Fields, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::Type;
use std::sync::Arc;

const TYPES: &str = "export it as text, number, decimal of up to 38 digits, date, timestamp or boolean";

/// The columns to read, each once, and where the mapping's slots find them.
pub struct Layout {
    /// In the order of the schema.
    pub wanted: Vec<Wanted>,
    /// Of each slot: the place of its column in `wanted`.
    pub slots: Vec<usize>,
    /// Columns of the file that no slot names.
    pub n_extra: u32,
    /// Texts as numbers of dictionary entries.
    pub coded: ArrowReaderMetadata,
    /// Texts as what they are.
    pub plain: ArrowReaderMetadata,
}

/// A column to read.
pub struct Wanted {
    pub root: usize,
    /// Place among the columns that hold values, which is what row groups list.
    pub leaf: usize,
    pub name: String,
    pub is_text: bool,
}

/// Finds the mapped columns by name.
///
/// # Errors
/// Kind `Refused` where one is missing, is there twice, or is of a type that is not read.
pub fn find<B>(job: &Job<'_, B>, file: &Checked) -> Result<Layout> {
    let schema = file.declared.schema();
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let slots = &job.mapping.slots;
    let roots: Vec<usize> =
        slots.iter().map(|slot| header::position(job.export, &names, slot, slots)).collect::<Result<_>>()?;
    let mut in_schema = roots.clone();
    in_schema.sort_unstable();
    in_schema.dedup();
    let wanted: Vec<Wanted> = in_schema.iter().map(|root| wanted(job, file, *root)).collect::<Result<_>>()?;
    let hinted = |text: &DataType| {
        let options = ArrowReaderOptions::new().with_schema(Arc::new(read_as(schema, &in_schema, text)));
        let read = quiet::caught(|| ArrowReaderMetadata::try_new(Arc::clone(file.metadata()), options));
        read.ok_or_else(|| job.damaged())?.map_err(|cause| job.unread(cause))
    };
    let entries = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let (coded, plain) = (hinted(&entries)?, hinted(&DataType::Utf8View)?);
    let slots = roots.iter().map(|root| in_schema.partition_point(|other| other < root)).collect();
    let n_extra = header::count_extra(&names, &roots);
    Ok(Layout { wanted, slots, n_extra, coded, plain })
}

fn wanted<B>(job: &Job<'_, B>, file: &Checked, root: usize) -> Result<Wanted> {
    let field = file.declared.schema().field(root);
    let columns = file.metadata().file_metadata().schema_descr();
    let leaf = (0..columns.num_columns()).find(|leaf| columns.get_column_root_idx(*leaf) == root);
    let name = field.name().clone();
    let refuse = |kind: &str, hint: &str| {
        let (name, kind) = (name.escape_debug(), kind.escape_debug());
        job.refuse(&format!("has column `{name}` of type {kind}, which is not read")).hint(hint)
    };
    let kind = field.data_type();
    let leaf = leaf.filter(|_| is_read(kind)).ok_or_else(|| refuse(&kind.to_string(), TYPES))?;
    let column = columns.column(leaf);
    if column.physical_type() == Type::INT96 {
        return Err(refuse("INT96", "export it as timestamp in microseconds"));
    }
    // Flat, and not repeated: one value a row.
    if column.max_rep_level() > 0 || column.max_def_level() > 1 {
        return Err(refuse("list or struct", TYPES));
    }
    if job.source.time_zone.is_none() && is_elsewhere(kind) {
        return Err(refuse(
            &kind.to_string(),
            "export it in UTC or without zone, or set the source's `time_zone`",
        ));
    }
    Ok(Wanted { root, leaf, name: name.clone(), is_text: is_text(kind) })
}

/// Whether instants were written for a zone other than UTC, so that their dates may be meant there.
fn is_elsewhere(kind: &DataType) -> bool {
    let DataType::Timestamp(_, Some(zone)) = kind else { return false };
    !matches!(zone.as_ref(), "UTC" | "+00:00" | "Z" | "Etc/UTC")
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_text(values),
        kind => matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View),
    }
}

fn is_read(kind: &DataType) -> bool {
    use DataType::{Boolean, Date32, Decimal32, Decimal64, Decimal128, Float32, Float64, Timestamp};
    match kind {
        Float32 | Float64 | Date32 | Decimal32(..) | Decimal64(..) | Decimal128(..) | Boolean
        | Timestamp(..) => true,
        kind => kind.is_integer() || is_text(kind),
    }
}

/// The file's schema with the wanted texts read as `text`.
fn read_as(schema: &Schema, wanted: &[usize], text: &DataType) -> Schema {
    let field = |(at, field): (usize, &Arc<Field>)| {
        if is_text(field.data_type()) && wanted.binary_search(&at).is_ok() {
            Arc::new(field.as_ref().clone().with_data_type(text.clone()))
        } else {
            Arc::clone(field)
        }
    };
    Schema::new(schema.fields().iter().enumerate().map(field).collect::<Fields>())
}
