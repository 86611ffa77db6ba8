//! Churn: who is about to take his business away.
//!
//! Labels come from the customers' own history at past origins, a logistic model is trained on them, judged on
//! a later origin and applied to tonight. Reads the bank and features; writes nothing. Never looks at managers,
//! never invents a probability: where history is too short or nobody left, it says so.

pub mod labels;
pub mod origins;
mod reasons;
mod table;
mod train;

pub use table::{ChurnTable, score};
pub use train::{ChurnModel, Evaluation, Training, judge_on, train};
