//! Learning who does something within some days of a past origin: rows, two kinds of scorer, and the better of the two
//! with its calibration.
//!
//! Churn and propensity to buy learn in the same way and differ in what a row is and what its label says. Reads columns
//! that a caller took from past origins; knows no bank, no horizon and no list. Never: looks at rows that judge.
//!
//! ```text
//! draw ──> (a caller's origins) ──> sample ──> scorer ──> champion
//! ```

pub mod capacity;
pub mod champion;
pub mod draw;
mod figure;
pub mod sample;
pub mod scorer;

pub use champion::{ByAlgorithm, CalibratedOn, Fitted, Settings};
pub use draw::Drawn;
pub use figure::Figure;
pub use sample::{Input, Sample};
pub use scorer::{Algorithm, Scorer};
