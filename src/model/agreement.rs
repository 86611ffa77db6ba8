//! How far two divisions of the same customers into clusters agree, whatever the clusters are called.
//!
//! Reads: two labels per customer. Produces: the adjusted Rand index. Never: depends on the order of customers or
//! on which number a cluster has.
//!
//! Paper: Hubert & Arabie (1985), "Comparing partitions", Journal of Classification 2.

/// Adjusted Rand index: 1 where the divisions are the same, about 0 where they are unrelated, and below 0 where
/// they agree less than chance.
///
/// (S - AB/N) / ((A + B)/2 - AB/N), where of N pairs of customers A are together in the first division, B in the
/// second and S in both. Exact in integers until the last division. 1 where both are one cluster, or both one
/// cluster per customer: the formula is 0 / 0, and they are the same. `None` with fewer than two customers.
/// Cost: O(n log n) and a copy of the labels.
///
/// # Panics
/// Lengths differ, or there are more than 2^32 customers.
pub fn adjusted_rand(first: &[u16], second: &[u16]) -> Option<f64> {
    assert_eq!(first.len(), second.len(), "two labels per customer");
    assert!(first.len() <= 1 << 32, "beyond 2^32 customers the products leave 128 bits");
    if first.len() < 2 {
        return None;
    }
    let in_both = first.iter().zip(second).map(|(&a, &b)| (u32::from(a) << 16) | u32::from(b));
    let together_in_both = pairs_together(in_both.collect());
    let together_in_first = pairs_together(first.iter().copied().map(u32::from).collect());
    let together_in_second = pairs_together(second.iter().copied().map(u32::from).collect());
    let pairs = pairs_of(first.len());
    // Both sides of the fraction times 2 N; each stays below 2^127.
    let product = together_in_first * together_in_second;
    let above_chance = 2 * (together_in_both * pairs - product);
    let at_most = (together_in_first + together_in_second) * pairs - 2 * product;
    Some(if at_most == 0 { 1.0 } else { above_chance as f64 / at_most as f64 })
}

/// Pairs of customers with the same label.
fn pairs_together(mut labels: Vec<u32>) -> i128 {
    labels.sort_unstable();
    labels.chunk_by(|a, b| a == b).map(|together| pairs_of(together.len())).sum()
}

fn pairs_of(n: usize) -> i128 {
    let n = n as i128;
    n * (n - 1) / 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// scikit-learn 1.9.1: `adjusted_rand_score` of the same labels.
    #[test]
    fn agrees_with_scikit_learn() {
        let cycle = |length: u16| (0..1000).map(|row| row * 7 % 13 % length).collect::<Vec<u16>>();
        let power = |degree: u32, modulus: u32| -> Vec<u16> {
            (0..1000_u32).map(|row| u16::try_from(row.pow(degree) % modulus).unwrap()).collect()
        };
        for (first, second, expected) in [
            (vec![0, 0, 1, 1, 2, 2, 2, 3], vec![0, 0, 1, 2, 2, 2, 1, 3], 0.269_565_217_391_304_35),
            (vec![0, 0, 1, 1], vec![0, 1, 0, 1], -0.5),
            (vec![0, 0, 1, 2], vec![0, 0, 1, 1], 0.571_428_571_428_571_4),
            (vec![0, 0, 0, 0], vec![0, 1, 2, 3], 0.0),
            (cycle(4), cycle(5), 0.133_193_172_604_775_9),
            (power(2, 7), power(3, 5), -0.003_238_007_504_768_977_7),
        ] {
            let found = adjusted_rand(&first, &second).unwrap();
            assert!((found - expected).abs() < 1e-15, "{found} is not {expected}");
        }
    }

    #[test]
    fn fewer_than_two_customers_have_none() {
        assert_eq!(adjusted_rand(&[], &[]), None);
        assert_eq!(adjusted_rand(&[3], &[5]), None);
    }

    #[test]
    fn the_two_trivial_divisions_agree_with_themselves() {
        assert_eq!(adjusted_rand(&[4; 9], &[0; 9]), Some(1.0));
        assert_eq!(adjusted_rand(&[0, 1, 2], &[u16::MAX, 7, 3]), Some(1.0));
    }

    proptest! {
        #[test]
        fn neither_order_nor_names_matter(labels in prop::collection::vec((0_u16..4, 0_u16..5), 2..60)) {
            let (first, second): (Vec<u16>, Vec<u16>) = labels.iter().copied().unzip();
            let found = adjusted_rand(&first, &second).unwrap();
            prop_assert!((-1.0..=1.0).contains(&found));
            prop_assert_eq!(adjusted_rand(&second, &first), Some(found));
            let renamed: Vec<u16> = second.iter().map(|label| u16::MAX - 7 * label).collect();
            prop_assert_eq!(adjusted_rand(&first, &renamed), Some(found));
            let reversed: (Vec<u16>, Vec<u16>) = labels.iter().rev().copied().unzip();
            prop_assert_eq!(adjusted_rand(&reversed.0, &reversed.1), Some(found));
            prop_assert_eq!(adjusted_rand(&first, &first), Some(1.0));
        }
    }
}
