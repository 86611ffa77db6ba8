//! Mathematics on plain slices and matrices: no frames, no files, no clock, no logging.
//!
//! | file | what it does |
//! |---|---|
//! | `quantile` | quantiles (type 7) |
//! | `taming` | heavy-tailed columns to a finite, standardised `f32` matrix |
//! | `kmeans` | clusters: k-means++ starts on a sample, then Lloyd steps over everybody |
//! | `silhouette` | how well separated clusters are |
//! | `logistic` | L2 logistic regression, with a check that the optimiser arrived |
//! | `boosted` | gradient-boosted trees, with a bound on how each feature may move the probability |
//! | `calibration` | scores to probabilities: isotonic regression or Platt's line |
//! | `isotonic` | the nearest non-decreasing sequence, by pool-adjacent-violators |
//! | `nested` | probabilities that do not fall with the horizon |
//! | `metrics` | AUC, average precision, lift, capture of leavers and of value, Brier and its skill, log loss, calibration line |
//! | `profit` | expected maximum profit of a retention campaign, and whom it contacts |
//! | `proportions` | two proportions held against each other: interval of the difference, rows needed to see one |
//! | `reliability` | predicted against observed, in equal-count bins |
//! | `bootstrap` | percentile intervals of any such figure, and of differences, by resampling customers |
//! | `agreement` | how far two divisions into clusters agree |
//! | `matching` | which new cluster carries on which old one |
//! | `cluster_number` | how many clusters are well separated and stable |
//! | `stability_index` | how far a column has moved since a model was fitted |
//!
//! Invariants:
//! - The number of threads changes no bit: a parallel sum is made of chunks of a fixed size, added in order.
//! - The order of rows may change the last bits of a sum, so callers sort rows by key first; `taming`'s fit,
//!   `calibration`, `metrics`, `reliability`, `profit`, `quantile`, `agreement` and `stability_index` do not depend
//!   on the order at all.
//! - Randomness is xoshiro256++ from a seed that the caller gives (Blackman & Vigna 2021).
//! - Bits may differ between machines: `exp` and `ln` are the platform's, and `matrixmultiply` under linfa
//!   chooses its kernel by processor.

#![allow(
    clippy::cast_precision_loss,
    reason = "counts become floats in every formula here; all are far below 2^53"
)]

pub mod agreement;
pub mod boosted;
pub mod bootstrap;
pub mod calibration;
pub mod cluster_number;
pub mod isotonic;
pub mod kmeans;
pub mod logistic;
pub mod matching;
pub mod metrics;
pub mod nested;
pub mod profit;
pub mod proportions;
pub mod quantile;
pub mod reliability;
pub mod silhouette;
pub mod stability_index;
pub mod taming;
