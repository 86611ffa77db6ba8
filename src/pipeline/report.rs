//! What a person or a scheduler is told when the night is done.

use crate::publish::{Manifest, TierFigures, TypeFigures};
use std::path::PathBuf;

/// What a person or a scheduler is told afterwards.
#[derive(Debug)]
pub struct NightReport {
    pub folder: PathBuf,
    pub replaced: Option<PathBuf>,
    pub manifest: Manifest,
    pub types: Vec<TypeFigures>,
    pub tiers: Vec<TierFigures>,
    pub milliseconds: f64,
}
