//! One binary for all tests that span stages; each file proves what its name says.
//!
//! Real data is read from `../shared/data`, where that folder is present; a test that needs it and does not find
//! it says so in the file that `TERCET_SKIPPED` names.

mod backfill;
mod bank;
mod berka;
mod churn_labels;
mod churn_models;
mod churn_on_synth;
mod churn_outcomes;
mod churn_tables;
mod command_line;
mod crash;
mod cross_sell;
mod deliveries;
mod dictionary;
mod effects;
mod explain;
mod faults;
mod features_together;
mod folders;
mod future;
mod lists;
mod models;
mod online_retail;
mod operating;
mod proposed_mapping;
mod published;
mod purge;
mod real_data;
mod refits;
mod replay;
mod report_page;
mod results;
mod rewritten;
mod run_summary;
mod same_bytes;
mod segments;
mod statistics;
mod status;
mod verify;
mod workbooks;
