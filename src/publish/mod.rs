//! Publishing: the night's tables, workbooks and manifest, made visible whole by one rename.
//!
//! Reads every table of the night; writes `published/as_of=D/`, moves what stood there to `replaced/`, renews `LATEST`. Everything is staged, synced
//! and read back by an independent reader before a reader can see any of it. Never half a night.

mod assigned;
mod backtest;
mod backtest_cross_sell;
mod books;
mod branches;
mod columnar;
mod earlier;
mod figures;
mod list_file;
mod listed;
mod manifest;
mod night;
mod portfolio;
mod previous;
mod rejects;
mod report_page;
mod run_id;
mod scored;
mod shelf;
mod tables;
mod totals;
pub mod workbook;

pub use assigned::assignments_of;
pub use backtest::backtest_frames;
pub use backtest_cross_sell::cross_sell_frame;
pub use figures::{TierFigures, TypeFigures, tier_figures, type_figures};
pub use list_file::{begun as list_file_writer, safe as list_file_cell};
pub use listed::{Asked, listed_between};
pub use manifest::{
    Accounts, ColumnDrift, Disclosure, Input, MANIFEST_VERSION, Manifest, ModelEntry, ModelStatus,
    NightBefore, StageTiming, beyond_chance,
};
pub use night::{Night, publish, rehearse};
pub use previous::{ModelUsed, Previous, night_before};
pub use rejects::frame as rejects_frame;
pub use scored::scores_until;
pub use tables::{parquet_bytes, parquet_bytes_again};
pub use totals::Totals;
