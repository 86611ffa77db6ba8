//! Tercet turns a bank's evening exports into a published night: customer types, churn probabilities and the
//! lists that managers work from.
//!
//! ```text
//! exports --ingest--> store --features--> features --segment--> segments --+
//!                       |                    |                             +--targets--> lists
//!                       |                    +-----------churn-----------> churn --+
//!                       +------------------------------------------------------------> publish
//! ```
//!
//! | stage | reads | produces | never |
//! |---|---|---|---|
//! | [`ingest`] | the drop folder | typed rows, rejects | guesses, drops silently |
//! | [`store`] | typed rows | history by month and bucket of customers | changes a file, counts a row twice |
//! | [`features`] | history, a date | one row per customer | sees anything after the date, reads a clock |
//! | [`segment`] | features, a model | scores, levels, types | depends on the order of rows |
//! | [`churn`] | features, history | probabilities, reasons | looks at managers, invents a probability |
//! | [`cross_sell`] | features, history, product rules | who may be offered what, how likely he buys | offers what a customer holds |
//! | [`targets`] | all of these, rules | one list per manager | recomputes a score |
//! | [`effect`] | lists of earlier nights, history | effect of each list | counts only those who were reached |
//! | [`statistics`] | history, segments | a cube of institutions, classes, products and periods | counts twice, estimates |
//! | [`publish`] | every table | `published/as_of=D/` | shows half a night |
//!
//! [`results`] reads workbooks that managers filled in, for the next night to take in as contacts.
//! [`runs`] keeps how every run went: history, metrics, lineage.
//! [`explain`] shows one customer of a published night, from what was published and nothing else. [`verify`] holds a whole
//! workspace against what was written; [`purge`] takes nights, or a customer, out of it.
//!
//! Arrows run down this list of modules. [`learn`] is what churn and cross-selling learn by. [`model`] is mathematics on plain matrices and [`contract`] the typed
//! rows of the data contract; neither touches the world. Only [`io`] and the writer of [`synth`] open files or
//! read a clock. [`synth`] shares nothing with the stages, so that it can be held against them.

pub mod cli;
pub mod explain;
pub mod purge;
pub mod verify;

pub mod pipeline;

pub mod results;
pub mod runs;

pub mod publish;

pub mod effect;

pub mod statistics;
pub mod targets;

pub mod churn;
pub mod cross_sell;
pub mod segment;

pub mod learn;

pub mod schema;

pub mod privacy;

pub mod init;

pub mod features;
pub mod ingest;
pub mod store;

pub mod config;
pub mod contract;
pub mod labels;

pub mod model;

pub mod io;

pub mod date;
pub mod error;
mod hexadecimal;
pub mod money;
pub mod seal;
pub mod warning;

pub mod synth;
