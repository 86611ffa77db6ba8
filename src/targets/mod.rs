//! The morning lists: whom to contact today, why, and with what.
//!
//! Reads the night's tables and the rules; recomputes no score. Each list has a file with its rule, order and
//! words; `assign` gives every customer one list and one owner within capacity.

mod assign;
mod candidate;
mod contact_due;
mod cross_sell;
mod excerpt;
mod exclusions;
mod frames;
mod held;
pub mod holdout;
mod large_move;
mod list;
mod manager_figures;
mod maturity;
mod propensity;
mod retention;
mod rules;
mod shelf;
mod table;
mod unclaimed;
mod vip_upgrade;

pub use assign::ManagerList;
pub use candidate::{Candidate, Night};
pub use excerpt::excerpt;
pub use list::{Family, List};
pub use rules::{DEFAULT_RULES, Rules};
pub use table::{Lists, build};

/// The manager under whom customers without one are listed.
pub const UNASSIGNED: &str = "unassigned";
