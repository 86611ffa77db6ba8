//! The command line as clap reads it.

use crate::date::Date;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// A bank's evening exports in, a published night out: customer types, churn scores, ranked lists.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// Log every stage to standard error
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run one night and publish it
    Run(RunArguments),
    /// Write invented exports of a bank, with the truth beside them
    Synth(SynthArguments),
    /// Print the data dictionary of the published tables
    Schema,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    /// Configuration laid over the defaults; without it `data/sample` is read
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Drop folder with the exports
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Folder for all that Tercet writes
    #[arg(long, value_name = "DIR")]
    pub workspace: Option<PathBuf>,
    /// Date of the night; without it the newest complete date of the exports
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Print a machine-readable summary on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct SynthArguments {
    /// Customers in all
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub customers: u32,
    /// Months of history
    #[arg(long, value_name = "M", default_value_t = 30)]
    pub months: u32,
    /// Fixes every draw
    #[arg(long, value_name = "S", default_value_t = 7)]
    pub seed: u64,
    /// Encoding of the exports
    #[arg(long, value_enum, default_value_t = SynthFormat::Csv)]
    pub format: SynthFormat,
    /// Folder to write into
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Last day of the history, a month end
    #[arg(long, value_name = "DATE", default_value = "2026-10-31")]
    pub end: chrono::NaiveDate,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum SynthFormat {
    /// Gzipped UTF-8 text
    Csv,
    /// Typed columns
    Parquet,
}

impl From<SynthFormat> for crate::synth::Format {
    fn from(format: SynthFormat) -> Self {
        match format {
            SynthFormat::Csv => crate::synth::Format::Csv,
            SynthFormat::Parquet => crate::synth::Format::Parquet,
        }
    }
}
