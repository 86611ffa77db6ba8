//! What came of the lists: who was assigned to which campaign, and what they did that the held-out did not.
//!
//! Reads the night's lists, the ledger of the night before, contacts, and the history of those assigned long enough ago.
//! Produces `assignments` and `effects`. Grain: a customer and a campaign, which is what the lot was drawn for. Never:
//! asks whether somebody was reached before counting him (an effect is by intention to treat: contacted customers differ
//! from others already before the contact), counts what is not known yet, walks the store when nothing has matured.
//!
//! ```text
//! the night before's ledger + tonight's lists ──> ledger ──> followup (contacts, outcome) ──> tally ──> effects
//! ```

mod assigned;
mod followup;
mod frames;
mod ledger;
mod outcome;
mod slices;
mod tally;
#[cfg(test)]
mod tests;
mod words;

pub use frames::assignments as assignments_frame;
pub use ledger::{Assignment, Ledger, Names};
pub use tally::{EffectFigures, Status};
pub use words::in_words;

use crate::error::Result;
use crate::store::Bank;
use crate::targets;
use polars::prelude::DataFrame;

/// The two tables of a night, and what its summary says of them.
#[derive(Debug, Clone)]
pub struct Effect {
    /// Columns of `assignments.parquet`.
    pub assignments: DataFrame,
    /// Columns of `effects.parquet`.
    pub effects: DataFrame,
    /// One per list, over all its campaigns.
    pub figures: Vec<EffectFigures>,
}

/// The ledger and the effects of a night; `before` is the ledger of the night before, an empty one where there is none.
///
/// # Errors
/// Kind `Internal` if the store cannot be read, or a frame breaks its schema.
pub fn of_night(night: &targets::Night<'_>, lists: &targets::Lists, before: Ledger) -> Result<Effect> {
    let tonight = assigned::tonight(night, lists)?;
    let ledger = before.continued(tonight, night.as_of(), night.config.effect.keep_days);
    let figures = measured(night.bank, &ledger, night)?;
    Ok(Effect {
        assignments: frames::assignments(&ledger)?,
        effects: frames::effects(&figures, night.labels)?,
        figures: figures.into_iter().filter(EffectFigures::is_of_whole_list).collect(),
    })
}

fn measured(bank: &Bank, ledger: &Ledger, night: &targets::Night<'_>) -> Result<Vec<EffectFigures>> {
    let followed = followup::follow_up(bank, ledger, night.as_of(), night.config)?;
    Ok(slices::figures(ledger, &followed, night.config))
}
