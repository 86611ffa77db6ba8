//! What was asked for: arguments, configuration files, exit codes. Never a business rule.

mod arguments;
mod backfill;
mod backtest;
mod backtest_offers;
mod churn_comparison;
mod help;
mod log;
mod manual;
mod models;
mod night;
mod progress;
mod purge;
mod reports;
mod results;
mod summary;
mod verify;

use crate::config::{Config, overlay};
use crate::error::{Error, Result};
use crate::pipeline::Observer;
use crate::runs::Recorder;
use crate::{explain, init, io, pipeline, schema, synth};
use arguments::{
    ApproveArguments, Arguments, BacktestArguments, CheckArguments, Command, ExplainArguments, FitArguments,
    InitArguments, PlaceArguments, ResultsArguments, SchemaArguments, SchemaOf, StatusArguments,
    SynthArguments,
};
use clap::FromArgMatches;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Parses the command line, runs it, prints what came of it.
pub fn main() -> ExitCode {
    // An error here is one of clap's: it prints itself and ends with exit code 2.
    let arguments =
        Arguments::from_arg_matches(&help::command().get_matches()).unwrap_or_else(|error| error.exit());
    crate::io::process::keep_freed_memory();
    io::stop::end_aborts_as_faults();
    io::stop::outlive_file_size_limits();
    let recorder = Arc::new(Recorder::new());
    log::start(arguments.log_format, arguments.verbose, recorder.execution_id());
    // A panic in a worker thread or a library has printed itself; it must not end in an exit code of its own.
    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| dispatch(&arguments, &recorder)));
    let failure = match ended {
        Ok(Ok(code)) => return code,
        // What fails after a signal fails because of it.
        Ok(Err(error)) => io::stop::check().err().unwrap_or(error),
        Err(_) => pipeline::fault(None),
    };
    failed(&[failure])
}

/// Says what went wrong, each with its hints; the first decides the exit code.
fn failed(errors: &[Error]) -> ExitCode {
    log::failures(errors);
    errors.first().map_or(ExitCode::SUCCESS, |first| ExitCode::from(first.kind().exit_code()))
}

fn dispatch(arguments: &Arguments, recorder: &Arc<Recorder>) -> Result<ExitCode> {
    let done = match &arguments.command {
        Command::Check(options) => return check(options),
        Command::Results(options) => return read_results(options),
        Command::Backfill(options) => return backfill::run(options, recorder),
        Command::Verify(options) => return verify::run(options),
        Command::Run(options) => night::run(options, recorder),
        Command::Fit(options) => fit(options),
        Command::Approve(options) => approve(options),
        Command::Backtest(options) => run_backtest(options),
        Command::Synth(options) => write_synth(options),
        Command::Status(options) => status(options),
        Command::Explain(options) => explain_customer(options),
        Command::Init(options) => propose(options),
        Command::Purge(options) => purge::run(options),
        Command::Schema(options) => print_schema(options),
        Command::Completions(options) => print_bytes(&manual::completions(options.shell)),
        Command::Man(options) => print_bytes(&manual::page(options.command.as_deref())?),
    };
    done.map(|()| ExitCode::SUCCESS)
}

fn fit(arguments: &FitArguments) -> Result<()> {
    let config = configuration(&arguments.place)?;
    stop_at_signals()?;
    let progress = progress::Bar::new();
    let report = pipeline::fit(&config, arguments.as_of, &progress)?;
    progress.clear();
    for warning in &report.warnings {
        log::warning(&warning.to_string());
    }
    print(&if arguments.place.json { models::fit_json(&report)? + "\n" } else { models::fit(&report) })
}

fn approve(arguments: &ApproveArguments) -> Result<()> {
    let config = configuration(&arguments.place)?;
    let (id, note) = (&arguments.model_id, arguments.note.as_deref());
    if arguments.withdraw {
        let report = pipeline::withdraw(&config, id, arguments.from, note)?;
        return print(&if arguments.place.json {
            models::withdraw_json(&report)? + "\n"
        } else {
            models::withdraw(&report)
        });
    }
    let report = pipeline::approve(&config, id, note)?;
    print(&if arguments.place.json {
        models::approve_json(&report)? + "\n"
    } else {
        models::approve(&report)
    })
}

fn run_backtest(arguments: &BacktestArguments) -> Result<()> {
    let config = configuration(&arguments.place)?;
    stop_at_signals()?;
    let progress = progress::Bar::new();
    let report = pipeline::backtest(&config, arguments.as_of, &progress)?;
    progress.clear();
    print(&if arguments.place.json { backtest::json(&report)? + "\n" } else { backtest::table(&report) })
}

/// The defaults, the bank's file over them, the command line over both.
fn configuration(arguments: &PlaceArguments) -> Result<Config> {
    let mut raw = match &arguments.config {
        Some(path) => overlay::read(&path.display().to_string(), &config_text(path)?)?,
        None => overlay::read_defaults()?,
    };
    if let Some(data) = &arguments.data {
        raw.data.clone_from(data);
    }
    if let Some(workspace) = &arguments.workspace {
        raw.workspace.clone_from(workspace);
    }
    raw.check()
}

/// Says what a night would make of the drop folder; ends as that night would.
fn check(arguments: &CheckArguments) -> Result<ExitCode> {
    let config = configuration(&arguments.place)?;
    let progress = progress::Bar::new();
    let report = pipeline::check(&config, arguments.as_of, &|bytes| progress.bytes_read(bytes))?;
    progress.clear();
    let text =
        if arguments.place.json { reports::check_json(&report)? + "\n" } else { reports::check(&report) };
    print(&text)?;
    Ok(failed(&report.refusals))
}

/// Reads workbooks; a refused file ends as a refused export does, rejected rows are warned of.
fn read_results(arguments: &ResultsArguments) -> Result<ExitCode> {
    let config = configuration(&arguments.place)?;
    let report = pipeline::read_results(&config, &arguments.files)?;
    for reject in &report.rejects {
        log::warning(&reject.to_string());
    }
    let text =
        if arguments.place.json { results::json(&report)? + "\n" } else { results::table(&report, &config) };
    print(&text)?;
    Ok(failed(&report.refusals))
}

fn status(arguments: &StatusArguments) -> Result<()> {
    let config = configuration(&arguments.place)?;
    let report = pipeline::status(&config)?;
    print(&if arguments.place.json {
        reports::status_json(&report)? + "\n"
    } else {
        reports::status(&report)
    })
}

fn explain_customer(arguments: &ExplainArguments) -> Result<()> {
    let config = configuration(&arguments.place)?;
    let answer = explain::explain(&config.workspace, &arguments.customer, arguments.as_of)?;
    print(&if arguments.place.json {
        explain::json(&answer)? + "\n"
    } else {
        explain::text(&answer, &explain::labels(&config), &config.base_currency)
    })
}

fn propose(arguments: &InitArguments) -> Result<()> {
    let headers = arguments.from_header.iter().map(|path| init::read_header(io::start::start_of(path)?));
    print(&init::propose(&headers.collect::<Result<Vec<_>>>()?))
}

fn print_schema(arguments: &SchemaArguments) -> Result<()> {
    match arguments.what {
        SchemaOf::Tables => print(&schema::data_dictionary()),
        SchemaOf::Contract => print(&schema::contract_markdown()?),
        SchemaOf::Configuration => print(&schema::configuration_json()?),
    }
}

fn config_text(path: &Path) -> Result<String> {
    let unreadable =
        |why: String| Error::usage(format!("cannot read the configuration `{}`: {why}", path.display()));
    let bytes = io::private::read_file(path).map_err(|cause| {
        unreadable(std::error::Error::source(&cause).map_or_else(|| cause.to_string(), ToString::to_string))
    })?;
    String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".into()))
}

fn write_synth(arguments: &SynthArguments) -> Result<()> {
    let options = synth::Options {
        customers: arguments.customers,
        months: arguments.months,
        seed: arguments.seed,
        format: arguments.format.into(),
        out: arguments.out.clone(),
        end: arguments.end,
    };
    let progress = progress::Bar::new();
    progress.counting("customers", arguments.customers.into());
    let written = synth::write(&options, &mut |done| progress.reached(done.customers_done.into()));
    progress.clear();
    let written = written.map_err(|cause| match cause {
        synth::Error::Options(_) => Error::usage(cause.to_string()),
        cause => Error::internal(format!("cannot write `{}`", arguments.out.display())).caused_by(cause),
    })?;
    print(&summary::synth(&written, &arguments.out))
}

/// Standard output may be closed by its reader (`| head`); the work is done then all the same.
fn print(text: &str) -> Result<()> {
    print_bytes(text.as_bytes())
}

fn print_bytes(bytes: &[u8]) -> Result<()> {
    match std::io::stdout().lock().write_all(bytes) {
        Err(cause) if cause.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::internal("cannot write to standard output").caused_by(cause))
        }
        _ => Ok(()),
    }
}

/// Long work ends within two seconds of SIGINT or SIGTERM.
fn stop_at_signals() -> Result<()> {
    io::stop::heed(io::stop::Errand::Other, |stopped, _| log::failures(std::slice::from_ref(stopped)))
}
