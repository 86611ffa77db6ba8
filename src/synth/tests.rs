//! What the rest of the crate relies on, on a tiny population.
