//! The command line as clap reads it.

use super::log::LogFormat;
use crate::date::Date;
use crate::io::lock::Patience;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// A bank's evening exports in, a published night out: customer types, churn scores, ranked lists.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// Log each stage with its rows and milliseconds
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// How standard error is written
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run one night and publish it
    Run(RunArguments),
    /// Run the nights of a span in order of date, each from what was known then
    Backfill(BackfillArguments),
    /// Fit segment, churn and propensity models on the store as it is, with their cards; puts nothing in force
    Fit(FitArguments),
    /// Put a fitted model in force, or take it out of force again
    Approve(ApproveArguments),
    /// Judge churn models at past month-ends by what became of the customers; changes no model
    Backtest(BacktestArguments),
    /// Hold the drop folder against the contract; writes nothing
    Check(CheckArguments),
    /// Show what the workspace holds: deliveries, nights, models, drift, runs
    Status(StatusArguments),
    /// Hold nights, store and models against what was written; ends with 1 where anything is damaged
    Verify(VerifyArguments),
    /// Remove old nights, or take a customer out of everything for good
    Purge(PurgeArguments),
    /// Show one customer of a published night: who he is, why he stands where he stands, what is proposed
    Explain(ExplainArguments),
    /// Read workbooks that managers filled in; the next night takes them in as contacts
    Results(ResultsArguments),
    /// Propose a mapping from the headers of a bank's own files, for a person to complete
    Init(InitArguments),
    /// Write invented exports of a bank, with the truth beside them
    Synth(SynthArguments),
    /// Print the data dictionary of the published tables, the data contract, or the schema of the configuration
    Schema(SchemaArguments),
    /// Print a script that completes commands and options in a shell
    Completions(CompletionsArguments),
    /// Print the manual page of Tercet, or of one of its commands, for `man`
    Man(ManArguments),
}

/// Where everything is; over the configuration.
#[derive(Debug, Args)]
pub struct PlaceArguments {
    /// Configuration laid over the defaults; without it `data/sample` is read
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Drop folder with the exports
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Folder for all that Tercet writes
    #[arg(long, value_name = "DIR")]
    pub workspace: Option<PathBuf>,
    /// Print a machine-readable summary on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub place: PlaceArguments,
    /// Date of the night; without it the newest complete date of the exports
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Take deliveries in although they are much smaller or larger than those before them
    #[arg(long)]
    pub accept_volume: bool,
    /// Compute everything, write nothing, and say what would be published
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub wait: WaitArguments,
}

/// For the workspace.
#[derive(Debug, Args)]
pub struct WaitArguments {
    /// Wait for a run that holds the workspace, for so many seconds or as long as it takes
    #[arg(long, value_name = "SECONDS")]
    wait: Option<Option<u64>>,
}

impl WaitArguments {
    pub fn patience(&self) -> Patience {
        match self.wait {
            None => Patience::None,
            Some(None) => Patience::Endless,
            Some(Some(seconds)) => Patience::UpTo(Duration::from_secs(seconds)),
        }
    }
}

#[derive(Debug, Args)]
pub struct BackfillArguments {
    #[command(flatten)]
    pub place: PlaceArguments,
    /// First date
    #[arg(long, value_name = "DATE")]
    pub from: Date,
    /// Last date, included
    #[arg(long, value_name = "DATE")]
    pub to: Date,
    /// Which dates of the span have a night; weeks count from the first date on
    #[arg(long, value_enum, default_value_t = EveryArgument::Day)]
    pub every: EveryArgument,
    /// Run nights again that are published already; those that stood there move to `replaced/`
    #[arg(long)]
    pub rerun: bool,
    /// Take deliveries in although they are much smaller or larger than those before them
    #[arg(long)]
    pub accept_volume: bool,
    #[command(flatten)]
    pub wait: WaitArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EveryArgument {
    Day,
    Week,
    MonthEnd,
}

#[derive(Debug, Args)]
pub struct FitArguments {
    #[command(flatten)]
    pub place: PlaceArguments,
    /// Last date that the models may see; without it the newest complete date of the store
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
}

#[derive(Debug, Args)]
pub struct ApproveArguments {
    /// Id of the model: its folder's name in `models/` of the workspace
    #[arg(value_name = "MODEL_ID")]
    pub model_id: String,
    /// Take the model out of force; nights use the approved one before it, or fit one
    #[arg(long)]
    pub withdraw: bool,
    /// First night that does not use it any more; without it the day after the newest published night
    #[arg(long, value_name = "DATE", requires = "withdraw")]
    pub from: Option<Date>,
    /// Why, for those who look at `models/approved.json` later
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    #[command(flatten)]
    pub place: PlaceArguments,
}

#[derive(Debug, Args)]
pub struct BacktestArguments {
    #[command(flatten)]
    pub place: PlaceArguments,
    /// Last date whose data counts; without it the newest complete date of the store
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
}

#[derive(Debug, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    pub place: PlaceArguments,
    /// Date of the night that is meant; without it the newest complete date of the exports
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
}

#[derive(Debug, Args)]
pub struct StatusArguments {
    #[command(flatten)]
    pub place: PlaceArguments,
}

#[derive(Debug, Args)]
pub struct PurgeArguments {
    /// Remove nights before this date, published and replaced; the newest one stays
    #[arg(long, value_name = "DATE", required_unless_present = "customer", conflicts_with = "customer")]
    pub before: Option<Date>,
    /// Take the customer of this id out of nights, lists, rejects and the store, and keep him out of later deliveries; `-`
    /// reads the id from standard input, so that no list of processes shows it
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
    /// Search everything, write nothing, and say what would be taken out
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub wait: WaitArguments,
    #[command(flatten)]
    pub place: PlaceArguments,
}

#[derive(Debug, Args)]
pub struct VerifyArguments {
    #[command(flatten)]
    pub place: PlaceArguments,
    /// Look at the night of this date alone; without it at every night. Store and models are looked at either way
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Compute published nights again in a passing folder and compare them byte for byte, where that is still possible;
    /// takes as long as the nights did
    #[arg(long)]
    pub recompute: bool,
    #[command(flatten)]
    pub wait: WaitArguments,
}

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// Id of the customer, as delivered
    pub customer: String,
    #[command(flatten)]
    pub place: PlaceArguments,
    /// Date of the published night; without it the newest
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
}

#[derive(Debug, Args)]
pub struct ResultsArguments {
    /// Workbooks, as Tercet published them and managers filled them in
    #[arg(value_name = "FILES", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub place: PlaceArguments,
}

#[derive(Debug, Args)]
pub struct InitArguments {
    /// Files of the bank's, text or Parquet; only their first rows are read
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub from_header: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// What to print
    #[arg(long, value_enum, default_value_t = SchemaOf::Tables)]
    pub what: SchemaOf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum SchemaOf {
    /// The published tables, as Markdown
    Tables,
    /// What exports are mapped to, as Markdown
    Contract,
    /// The configuration file, as JSON Schema
    Configuration,
}

#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct ManArguments {
    /// The command; without it the page of the program
    pub command: Option<String>,
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
