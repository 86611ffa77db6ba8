//! A mapping proposed from the headers of a bank's exports, for a person to complete.
//!
//! Reads: the start of files that were named on the command line. Produces: a configuration as TOML with a comment
//! beside every guess. Never: writes a value of an export other than a code, leaves a guess unsaid, lets a mapping run
//! that nobody completed: what is missing stands there as a blank that the configuration's own check refuses.

mod codes;
mod columns;
mod dates;
mod decode;
mod header;
mod mask;
mod names;
mod numbers;
mod propose;
mod source;
mod table;
mod toml_text;

pub use header::read_header;
pub use mask::mask;
pub use propose::propose;

use crate::config::source::Format;

/// What a file's start tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderOf {
    /// Without the folder.
    pub name: String,
    pub format: Format,
    /// `gzip` or `zstd` around text.
    pub packing: Option<&'static str>,
    /// As the configuration writes it; text only.
    pub encoding: &'static str,
    /// Text only.
    pub separator: char,
    /// The header, trimmed.
    pub columns: Vec<String>,
    /// The first rows, a cell per column, trimmed; rows of another length are left out.
    pub samples: Vec<Vec<String>>,
}
