//! The morning lists: whom to contact today, why, and with what.
//!
//! Reads the night's tables and the offers; recomputes no score. Each list has a file with its rule, order and
//! words; `assign` gives every customer one list and one owner within capacity.

mod assign;
mod candidate;
mod cross_sell;
mod cross_sell_frame;
mod excerpt;
mod exclusions;
mod frames;
pub mod holdout;
mod list;
mod listings;
mod lists;
mod lookback;
mod manager_figures;
mod needs;
mod night;
mod table;

pub use assign::ManagerList;
pub use candidate::Candidate;
pub use excerpt::excerpt;
pub use exclusions::never as never_listed;
pub use list::{Family, List};
pub use listings::Listings;
pub use lookback::{LOOKBACK_DAYS, Lookback};
pub use night::Night;
pub use table::{Lists, build};

/// The manager under whom customers without one are listed.
pub const UNASSIGNED: &str = "unassigned";
