//! The id of a run: a digest of what it published, so that equal nights have equal ids and equal bytes.
//!
//! Rejects are left out: they carry line numbers, and the order of an export's lines must change no table.

use crate::config::Config;
use crate::date::Date;
use crate::error::Result;
use arrow::array::RecordBatch;
use arrow::ipc::writer::StreamWriter;

/// Characters of the digest that stand in files: 64 bits, ample for the nights of one workspace.
const CHARACTERS: usize = 16;

/// `batches` are the night's tables, rejects apart; `night_before` is its digest, if there was one; `key_version` names
/// the key of pseudonyms, if there are any.
///
/// # Errors
/// Kind `Internal` if a batch cannot be serialised.
pub fn run_id(
    config: &Config,
    as_of: Date,
    night_before: Option<&str>,
    key_version: Option<&str>,
    batches: &[&RecordBatch],
) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    let parts =
        [env!("CARGO_PKG_VERSION"), config.digest(), &as_of.to_string(), night_before.unwrap_or_default()];
    for part in parts.into_iter().chain(key_version) {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    for batch in batches {
        // Field metadata lies in hash maps, whose order is random: the names and values alone are hashed.
        let plain = batch
            .schema()
            .fields()
            .iter()
            .map(|field| field.as_ref().clone().with_metadata(std::collections::HashMap::new()))
            .collect::<Vec<_>>();
        let plain = RecordBatch::try_new(
            std::sync::Arc::new(arrow::datatypes::Schema::new(plain)),
            batch.columns().to_vec(),
        )?;
        let mut writer = StreamWriter::try_new(&mut hasher, &plain.schema())?;
        writer.write(&plain)?;
        writer.finish()?;
    }
    Ok(hasher.finalize().to_hex().as_str()[..CHARACTERS].to_owned())
}
