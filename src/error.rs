//! What can go wrong, in the words the operator reads, and the exit code each kind ends in.

use std::fmt;

/// Shorthand for everything in the library that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the night stopped; decides the exit code and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A fault of ours or of the machine (disk, memory, a bug).
    Internal,
    /// The command line or the configuration is wrong.
    Usage,
    /// The exports break the contract; nothing was published.
    Refused,
    /// The exports are not complete yet; try again later.
    Incomplete,
    /// Another run holds the workspace.
    Locked,
    /// The operator or the scheduler asked the run to end: SIGINT or SIGTERM.
    Stopped(Signal),
}

/// What a run is asked to end by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Interrupt,
    Terminate,
}

impl Signal {
    /// As POSIX numbers it.
    pub fn number(self) -> u8 {
        match self {
            Signal::Interrupt => 2,
            Signal::Terminate => 15,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Signal::Interrupt => "SIGINT",
            Signal::Terminate => "SIGTERM",
        }
    }
}

impl Kind {
    /// The process exit code; `sysexits.h` gives 75 its meaning (temporary failure, retry), shells give 128 and a
    /// signal's number theirs.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Internal => 1,
            Kind::Usage => 2,
            Kind::Refused => 3,
            Kind::Incomplete => 4,
            Kind::Locked => 75,
            Kind::Stopped(signal) => 128 + signal.number(),
        }
    }

    /// One word for logs, metrics and the history of runs.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Internal => "internal",
            Kind::Usage => "usage",
            Kind::Refused => "refused",
            Kind::Incomplete => "incomplete",
            Kind::Locked => "locked",
            Kind::Stopped(_) => "stopped",
        }
    }
}

/// One refusal: what, where, how much, and what to do about it.
///
/// Never holds personal data: a value from an export is named by its column and line only.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    hints: Vec<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new(), source: None }
    }

    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    pub fn incomplete(message: impl Into<String>) -> Self {
        Self::new(Kind::Incomplete, message)
    }

    pub fn locked(message: impl Into<String>) -> Self {
        Self::new(Kind::Locked, message)
    }

    pub fn stopped(signal: Signal) -> Self {
        Self::new(Kind::Stopped(signal), format!("stopped by {}", signal.name()))
            .hint("nothing was published; run it again when it suits")
    }

    /// Adds one line that says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Keeps the cause for `Error::source` and the printed chain.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What it was caused by, the nearest cause first.
    pub fn causes(&self) -> impl Iterator<Item = String> {
        let first = std::error::Error::source(self);
        std::iter::successors(first, |cause| cause.source()).map(ToString::to_string)
    }

    /// The message and its causes on one line.
    pub fn with_causes(&self) -> String {
        std::iter::once(self.to_string()).chain(self.causes()).collect::<Vec<_>>().join(": ")
    }

    pub fn hints(&self) -> &[String] {
        &self.hints
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|cause| cause.as_ref() as _)
    }
}

/// A frame operation that fails is a fault of ours: inputs were checked before they became frames.
impl From<polars::error::PolarsError> for Error {
    fn from(cause: polars::error::PolarsError) -> Self {
        Error::internal("a table operation failed").caused_by(cause)
    }
}

impl From<arrow::error::ArrowError> for Error {
    fn from(cause: arrow::error::ArrowError) -> Self {
        Error::internal("an Arrow operation failed").caused_by(cause)
    }
}

/// `context(path)` for file operations: names the path in the message and keeps the cause.
pub trait IoContext<T> {
    /// # Errors
    /// The same failure as an [`Error`] of kind `Internal` that names `what` and the path.
    fn io_context(self, what: &str, path: &std::path::Path) -> Result<T>;
}

impl<T> IoContext<T> for std::io::Result<T> {
    fn io_context(self, what: &str, path: &std::path::Path) -> Result<T> {
        self.map_err(|cause| Error::internal(format!("cannot {what} `{}`", path.display())).caused_by(cause))
    }
}
