//! The sizes of a delivery's amounts, to notice that their unit changed.
//!
//! Pure. A histogram by half powers of two: one count per size class, whatever the number of amounts. Counts add up,
//! so that neither the order of rows nor the number of threads shows. Cost: a few nanoseconds per amount.

/// Zero, then two classes for each power of two up to 2^63.
const CLASSES: usize = 130;

/// The upper 64 bits of the square root of two, scaled to 2^63: where the second half of a power of two begins.
const ROOT_OF_TWO: u64 = 0xb504_f333_f9de_6484;

/// Counts of |amount| in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmountSizes {
    counts: [u64; CLASSES],
}

impl Default for AmountSizes {
    fn default() -> Self {
        Self { counts: [0; CLASSES] }
    }
}

impl AmountSizes {
    /// Counts one amount in minor units.
    #[inline]
    pub fn add(&mut self, amount: i64) {
        self.counts[class(amount.unsigned_abs())] += 1;
    }

    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    /// How many amounts were counted.
    pub fn len(&self) -> u64 {
        self.counts.iter().sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The middle of the size class in which the lower median lies, in minor units: within 19% of it, and exact for 0
    /// and 1.
    pub fn median(&self) -> Option<f64> {
        let middle = self.len().checked_sub(1)? / 2;
        let mut below = 0;
        let class = self.counts.iter().position(|count| {
            below += count;
            below > middle
        })?;
        Some(size(class))
    }
}

#[inline]
fn class(size: u64) -> usize {
    if size == 0 {
        return 0;
    }
    let shift = size.leading_zeros();
    let power = (63 - shift) as usize;
    1 + 2 * power + usize::from(size << shift > ROOT_OF_TWO)
}

/// The middle of a class on the scale of powers of two.
fn size(class: usize) -> f64 {
    match class {
        0 => 0.0,
        1 => 1.0,
        _ => {
            let half_powers = u32::try_from(class - 1).map_or(f64::INFINITY, f64::from);
            (half_powers / 2.0 + 0.25).exp2()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn median(amounts: impl IntoIterator<Item = i64>) -> Option<f64> {
        let mut sizes = AmountSizes::default();
        amounts.into_iter().for_each(|amount| sizes.add(amount));
        sizes.median()
    }

    #[test]
    fn the_median_is_near_the_exact_one() {
        for exact in [2, 3, 5, 10, 999, 123_456, 1_000_000_007, i64::MAX / 3] {
            let found = median([exact; 3]).unwrap();
            #[expect(clippy::cast_precision_loss, reason = "compared within 19%")]
            let ratio = found / exact as f64;
            assert!((0.8408..=1.1893).contains(&ratio), "{exact}: {found}");
        }
        assert_eq!(median([]), None);
        assert_eq!(median([0, 0, 5]), Some(0.0));
        assert_eq!(median([1, -1, 7]), Some(1.0));
        assert!(median([i64::MIN]).unwrap() > 9.2e18);
        assert_eq!(median([-500, 500]), median([500]));
    }

    #[test]
    fn classes_ascend_with_the_size() {
        let mut last = 0;
        for power in 0..64 {
            for size in [1u64 << power, (1u64 << power) + (1u64 << power) / 2] {
                let class = class(size);
                assert!(class >= last && class < CLASSES, "{size}");
                last = class;
            }
        }
        assert_eq!((class(0), class(1), class(2), class(3), class(u64::MAX)), (0, 1, 3, 4, 128));
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let amounts: Vec<i64> = (0..1000).map(|index| index * index * 37 - 1_000_000).collect();
        let count = |amounts: &[i64]| {
            let mut sizes = AmountSizes::default();
            for amount in amounts {
                sizes.add(*amount);
            }
            sizes
        };
        let mut merged = count(&amounts[600..]);
        merged.merge(&count(&amounts[..600]));
        assert_eq!(merged, count(&amounts));
        assert_eq!((merged.len(), merged.is_empty()), (1000, false));
    }
}
