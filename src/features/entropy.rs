//! Terms of Shannon's entropy, which customers share: most counts are small.

/// Sums up to this have their terms computed once: 2,016 terms, 16 KiB.
const N_MAX: u32 = 63;

/// -p ln p for p = count / n.
#[derive(Debug, Clone)]
pub struct EntropyTerms {
    /// Of n = 1, then of n = 2, ...; counts from 1 to n.
    terms: Vec<f64>,
}

impl EntropyTerms {
    pub fn new() -> Self {
        Self { terms: (1..=N_MAX).flat_map(|n| (1..=n).map(move |count| term(count, n))).collect() }
    }

    /// The term of `count` among `n`, both at least 1 and `count` at most `n`.
    pub fn of(&self, count: u32, n: u32) -> f64 {
        if n <= N_MAX { self.terms[(n * (n - 1) / 2 + count - 1) as usize] } else { term(count, n) }
    }
}

fn term(count: u32, n: u32) -> f64 {
    let part = f64::from(count) / f64::from(n);
    -part * part.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_computed_before_are_the_terms() {
        let terms = EntropyTerms::new();
        for (count, n) in [(1, 1), (1, 2), (2, 2), (1, 3), (5, 17), (62, 63), (63, 63), (64, 64), (7, 900)] {
            assert_eq!(terms.of(count, n).to_bits(), term(count, n).to_bits(), "{count} of {n}");
        }
    }
}
