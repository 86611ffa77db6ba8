//! The dictionary of a text column of one row group: what a row would be asked again and again, found once an entry.
//!
//! Grain: one distinct text. Never: outlives the row group it was made for.

use crate::ingest::build::Build;
use crate::ingest::cell::{Cell, Reason, Row, text_cell};
use crate::ingest::text::wrong_text;
use crate::store::Trail;
use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use std::cell::Cell as Remembered;

/// Customers that are looked up together, so that the waits for memory overlap.
const LOOKUP_BATCH: usize = 64;
/// No customer.
const NONE: u32 = u32::MAX;

pub struct Entries {
    texts: StringArray,
    /// Start and end in the texts' bytes, trimmed; an end before the start where the text means "no value".
    places: Vec<(u32, u32)>,
    /// Entries that no row may have, with what is wrong.
    wrong: Vec<(usize, Reason)>,
    /// Of each entry: the customer it names, or [`NONE`].
    customers: Option<Vec<u32>>,
}

/// A row whose only value is one entry of one column.
struct EntryRow<'e> {
    slot: usize,
    cell: Cell<'e>,
    /// Whether another column was asked for.
    has_strayed: Remembered<bool>,
}

impl Row for EntryRow<'_> {
    fn cell(&self, slot: usize) -> Cell<'_> {
        if slot == self.slot {
            return self.cell;
        }
        self.has_strayed.set(true);
        Cell::Missing
    }
}

/// A row without values, which remembers what it was asked for.
#[derive(Default)]
struct Probe(Remembered<Option<usize>>);

impl Row for Probe {
    fn cell(&self, slot: usize) -> Cell<'_> {
        self.0.set(Some(slot));
        Cell::Missing
    }
}

/// The column that names the customer, where the builder looks for one.
pub fn customer_slot<B: Build>(builder: &B) -> Option<usize> {
    let probe = Probe::default();
    builder.customer_key(&probe);
    probe.0.get()
}

impl Entries {
    /// `None` where the array is no dictionary of texts.
    pub fn new(values: &ArrayRef, missing: &[Box<[u8]>], field_bytes_max: usize) -> Option<Self> {
        let texts = values.as_string_opt::<i32>()?.clone();
        let mut entries = Self { places: Vec::new(), wrong: Vec::new(), customers: None, texts };
        entries.places = (0..entries.texts.len()).map(|at| entries.place(at, missing)).collect();
        let has_long = entries.texts.offsets().lengths().any(|length| length > field_bytes_max);
        if has_long || entries.texts.value_data().contains(&0) {
            let wrong = |at| wrong_text(entries.texts.value(at).as_bytes(), field_bytes_max).map(|r| (at, r));
            entries.wrong = (0..entries.texts.len()).filter_map(wrong).collect();
        }
        Some(entries)
    }

    fn place(&self, at: usize, missing: &[Box<[u8]>]) -> (u32, u32) {
        let text = self.texts.value(at).as_bytes();
        let Cell::Text(trimmed) = text_cell(text, missing) else { return (1, 0) };
        let cut = text.len() - text.trim_ascii_start().len();
        let start = usize::try_from(self.texts.value_offsets()[at]).unwrap_or_default() + cut;
        let place = |at: usize| u32::try_from(at).unwrap_or_default();
        (place(start), place(start + trimmed.len()))
    }

    /// Finds the customer of every entry; `slot` is the column that names him.
    pub fn find_customers<B: Build>(&mut self, builder: &B, slot: usize) {
        let mut customers = Vec::with_capacity(self.places.len());
        let mut keys = Vec::with_capacity(LOOKUP_BATCH);
        let mut trail = Trail::default();
        for start in (0..self.places.len()).step_by(LOOKUP_BATCH) {
            keys.clear();
            keys.extend((start..self.places.len().min(start + LOOKUP_BATCH)).map(|at| {
                let row = EntryRow { slot, cell: self.cell(at), has_strayed: Remembered::new(false) };
                builder.customer_key(&row).filter(|_| !row.has_strayed.get())
            }));
            let found =
                |key: &Option<_>| key.and_then(|key| builder.find_customer(key, &mut trail)).unwrap_or(NONE);
            customers.extend(keys.iter().map(found));
        }
        self.customers = Some(customers);
    }

    /// The customer that an entry names, where he was looked up and found.
    #[inline]
    pub fn customer(&self, entry: usize) -> Option<u32> {
        self.customers.as_ref()?.get(entry).copied().filter(|customer| *customer != NONE)
    }

    /// Whether these are the entries of this dictionary.
    pub fn are_of(&self, values: &ArrayRef) -> bool {
        let known = self.texts.value_data();
        values
            .as_string_opt::<i32>()
            .is_some_and(|texts| texts.len() == self.texts.len() && std::ptr::eq(texts.value_data(), known))
    }

    pub fn is_suspect(&self) -> bool {
        !self.wrong.is_empty()
    }

    pub fn wrong(&self, entry: usize) -> Option<Reason> {
        let at = self.wrong.binary_search_by_key(&entry, |(entry, _)| *entry).ok()?;
        Some(self.wrong[at].1.clone())
    }

    #[inline]
    pub fn cell(&self, entry: usize) -> Cell<'_> {
        let bytes = self.texts.value_data();
        let place = self.places.get(entry).and_then(|(start, end)| bytes.get(*start as usize..*end as usize));
        place.map_or(Cell::Missing, Cell::Text)
    }
}
