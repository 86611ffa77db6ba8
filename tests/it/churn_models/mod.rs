//! Churn models from training to the nights that use them: what stops one from being trained, what is refused, which model
//! a night takes, what a backtest says. Group M of the faults as far as churn is concerned.

mod backtests;
mod contest;
mod files;
mod leakage;
mod learning;
mod nights;
mod reasons;
mod same_model;
mod short_history;
mod small_bank;
