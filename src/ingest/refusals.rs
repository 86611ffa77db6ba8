//! What becomes of the refusal of a file that could be read to its end.

use crate::error::{Error, Result};

/// Whether such a refusal stops the ingest.
pub enum Refusals<'r> {
    /// A night stops at the first.
    Stop,
    /// A rehearsal reads on, and says further ones too, in the order in which a night would meet them.
    Collect(&'r mut Vec<Error>),
}

impl Refusals<'_> {
    /// Takes note of what was judged of a file.
    ///
    /// # Errors
    /// The refusal, where it stops the ingest.
    pub fn note(&mut self, judged: Result<()>) -> Result<()> {
        let (Refusals::Collect(refusals), Err(refusal)) = (self, &judged) else { return judged };
        // Accounts are read twice where customers take their opening from them.
        if refusals.iter().all(|told| told.to_string() != refusal.to_string()) {
            refusals.extend(judged.err());
        }
        Ok(())
    }
}
