//! Standard error, for people or for machines: log lines, warnings, and what went wrong.
//!
//! As text, or as one JSON object per line with the time, the level, the id of this execution and named figures. Never:
//! fails because nobody can read it (closed, or a full disk), shows what a formatted panic holds, which may be a value
//! of an export.

use crate::error::{Error, Kind};
use crate::io::clock;
use clap::ValueEnum;
use serde_json::{Map, Value, json};
use std::fmt::Debug;
use std::io::{IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::sync::{PoisonError, RwLock};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// What standard error is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object per line, every stage included
    Json,
}

/// The id of this execution, where lines are JSON.
static JSON: RwLock<Option<String>> = RwLock::new(None);

/// Begins to log; called once.
pub fn start(format: LogFormat, is_verbose: bool, execution_id: &str) {
    let level = if is_verbose || format == LogFormat::Json { Level::INFO } else { Level::WARN };
    let filter = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy();
    if format == LogFormat::Json {
        execution_is(execution_id);
        tracing_subscriber::registry().with(filter).with(JsonLines).init();
    } else {
        let lines = tracing_subscriber::fmt().with_ansi(is_coloured());
        lines.with_env_filter(filter).with_writer(|| StandardError).init();
    }
    std::panic::set_hook(Box::new(|panic| tell("ERROR", &panicked(panic))));
}

/// For the eyes of somebody who did not ask otherwise (<https://no-color.org>); never in a file or a journal.
#[expect(clippy::disallowed_methods, reason = "a custom of all terminal programs, which changes no result")]
fn is_coloured() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|said| said.is_empty())
}

pub fn is_json() -> bool {
    json_id().is_some()
}

/// Lines are of another execution from here on, where they are JSON.
pub fn execution_began(execution_id: &str) {
    if is_json() {
        execution_is(execution_id);
    }
}

fn execution_is(id: &str) {
    *JSON.write().unwrap_or_else(PoisonError::into_inner) = Some(id.to_owned());
}

fn json_id() -> Option<String> {
    JSON.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Something that should be known and stops nothing.
pub fn warning(text: &str) {
    tell("WARN", text);
}

/// What went wrong, each with its causes and hints.
pub fn failures(errors: &[Error]) {
    if is_json() {
        errors.iter().for_each(|error| line("ERROR", &error.to_string(), fields(error)));
    } else {
        write(&errors.iter().map(described).collect::<Vec<_>>().join("\n"));
    }
}

fn fields(error: &Error) -> Map<String, Value> {
    let fields = json!({
        "error_kind": error.kind().code(),
        "exit_code": error.kind().exit_code(),
        "causes": error.causes().collect::<Vec<_>>(),
        "hints": error.hints(),
    });
    fields.as_object().cloned().unwrap_or_default()
}

/// `error: what`, its causes, and a hint after a blank line.
fn described(error: &Error) -> String {
    let mut text = format!("error: {error}\n");
    for cause in error.causes() {
        text += &format!("  caused by: {cause}\n");
    }
    if !error.hints().is_empty() {
        text.push('\n');
    }
    for hint in error.hints() {
        text += &format!("hint: {hint}\n");
    }
    if error.kind() == Kind::Locked {
        text += "nothing was changed\n";
    }
    text
}

fn tell(level: &str, text: &str) {
    if is_json() {
        return line(level, text, Map::new());
    }
    let word = if level == "WARN" { "warning" } else { "error" };
    write(&format!("{word}: {text}\n"));
}

fn line(level: &str, message: &str, fields: Map<String, Value>) {
    let mut object = json!({
        "timestamp": clock::now().to_string(),
        "level": level,
        "execution_id": json_id(),
        "message": message,
    });
    if let Some(object) = object.as_object_mut() {
        object.extend(fields);
    }
    write(&format!("{object}\n"));
}

fn write(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Where a thread stopped. A formatted text is shown only where the standard library made it of numbers alone: others
/// may quote what was read.
fn panicked(panic: &PanicHookInfo<'_>) -> String {
    const OF_NUMBERS: [&str; 4] = ["index out of bounds", "range ", "slice index", "attempt to "];
    let payload = panic.payload();
    let formatted = payload.downcast_ref::<String>().map(String::as_str);
    let shown = formatted.filter(|text| OF_NUMBERS.iter().any(|start| text.starts_with(start)));
    let text = payload.downcast_ref::<&'static str>().copied().or(shown);
    let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
    let thread = std::thread::current().name().unwrap_or("worker").to_owned();
    format!(
        "thread `{thread}` stopped at {place}: {}",
        text.unwrap_or("(its text may hold data, and is not shown)")
    )
}

/// Takes whatever is written, whether it can be shown or not.
struct StandardError;

impl Write for StandardError {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let _ = std::io::stderr().lock().write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Events as JSON lines.
struct JsonLines;

impl<S: Subscriber> Layer<S> for JsonLines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let message = fields.0.remove("message");
        let message = message.as_ref().and_then(Value::as_str).unwrap_or_default();
        line(event.metadata().level().as_str(), message, fields.0);
    }
}

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().into(), json!(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().into(), json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().into(), json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().into(), json!(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().into(), json!(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().into(), json!(format!("{value:?}")));
    }
}
