//! Cross-selling: which product for whom, how likely he buys it, and what it would earn.
//!
//! Clauses of a rule file name customers for products. Who bought what after past month-ends teaches, product by product,
//! how likely those named are to buy. Reads the bank, features and the rules. Grain: customer and product. Never: offers
//! what he holds, what is not on sale or beyond his risk; looks past the date it is asked for.
//!
//! ```text
//! facts (of a customer at a date) ──> rules
//!   └──> origins ──> rows ──> fit ──> model ──> score ──> offers <── shelf
//!           └───────────────────────────> judge ──> backtest
//! ```

pub mod backtest;
pub mod evaluation;
mod facts;
mod figure;
mod fit;
mod judge;
mod kinds;
pub mod model;
mod offers;
pub mod origins;
mod rows;
pub mod rules;
mod score;
mod shelf;
mod train;

pub use facts::{looks_at_holding, looks_at_transaction};
pub use judge::judge;
pub use model::PropensityModel;
pub use offers::{Offer, Propensity, Tonight, offers};
pub use rules::Rules;
pub use shelf::needs_known_risk;
pub use train::{Training, fit, settings_digest, train};

/// Over how many days a purchase counts.
pub const PURCHASE_DAYS: i32 = 90;
