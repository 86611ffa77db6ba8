//! Which customers a model is fitted on: a sample by hash, the same whatever the order of rows.

use crate::store::murmur3::spark_hash;

/// Positions of at most `max` of `ids`, those with the lowest hash, ascending.
pub fn by_hash(ids: &[&str], max: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    if ids.len() > max {
        order.sort_unstable_by_key(|row| (spark_hash(ids[*row]), ids[*row]));
        order.truncate(max);
        order.sort_unstable();
    }
    order
}
