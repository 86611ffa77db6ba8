//! The order of a segment's rows: by owner and date, and then by all that tells rows apart.

use std::cmp::Ordering;

/// Digits of at most this many bits: 4,096 counters lie in the first-level cache.
const DIGIT_BITS_MAX: u32 = 12;

/// Positions in ascending order of (customer, date), equal ones by `tie`; `None` where rows stand so already.
///
/// `tie` must tell all rows apart that are not equal in every column; then the result depends on the rows alone.
pub(super) fn ascending(
    customers: &[u32],
    dates: &[i32],
    tie: impl Fn(usize, usize) -> Ordering,
) -> Option<Vec<u32>> {
    let place = |at: usize| (customers[at], dates[at]);
    let in_order = |a: usize, b: usize| match place(a).cmp(&place(b)) {
        Ordering::Less => true,
        Ordering::Equal => tie(a, b) != Ordering::Greater,
        Ordering::Greater => false,
    };
    if (1..customers.len()).all(|at| in_order(at - 1, at)) {
        return None;
    }
    let mut positions = by_place(customers, dates);
    for run in positions.chunk_by_mut(|a, b| place(*a as usize) == place(*b as usize)) {
        if run.len() > 1 {
            run.sort_unstable_by(|a, b| tie(*a as usize, *b as usize));
        }
    }
    Some(positions)
}

/// Whether rows ascend by (customer, date).
pub(super) fn is_ascending(customers: &[u32], dates: &[i32]) -> bool {
    let next = customers.iter().zip(dates).skip(1);
    customers.iter().zip(dates).zip(next).all(|(row, next)| row <= next)
}

/// Positions by (customer, date): place and position share a word where they fit, as those of a segment do.
fn by_place(customers: &[u32], dates: &[i32]) -> Vec<u32> {
    let (Some((first, last)), Some((from, to))) = (super::extremes(customers), super::extremes(dates)) else {
        return Vec::new();
    };
    let date_bits = bits(u64::from(to.abs_diff(from)));
    let place_bits = bits(u64::from(last - first)) + date_bits;
    let position_bits = bits(customers.len() as u64 - 1);
    if place_bits + position_bits > u64::BITS {
        let mut positions: Vec<u32> = (0u32..).take(customers.len()).collect();
        positions.sort_unstable_by_key(|at| (customers[*at as usize], dates[*at as usize]));
        return positions;
    }
    let words = customers.iter().zip(dates).zip(0u64..).map(|((customer, date), position)| {
        let place = u64::from(customer - first) << date_bits | u64::from(date.abs_diff(from));
        place << position_bits | position
    });
    by_digits(words.collect(), position_bits, place_bits)
        .into_iter()
        .map(|word| low_word(word & ((1 << position_bits) - 1)))
        .collect()
}

/// Words in ascending order of `n_bits` bits from `shift` up, equal ones as they stood: a pass per digit, the
/// least significant first.
fn by_digits(mut words: Vec<u64>, mut shift: u32, n_bits: u32) -> Vec<u64> {
    let n_passes = n_bits.div_ceil(DIGIT_BITS_MAX);
    if n_passes == 0 {
        return words;
    }
    let digit_bits = n_bits.div_ceil(n_passes);
    let mask = (1usize << digit_bits) - 1;
    let mut sorted = vec![0u64; words.len()];
    let mut starts = vec![0u32; mask + 1];
    for _ in 0..n_passes {
        let digit = |word: u64| low_word(word >> shift) as usize & mask;
        starts.fill(0);
        for word in &words {
            starts[digit(*word)] += 1;
        }
        let mut start = 0;
        for count in &mut starts {
            start += std::mem::replace(count, start);
        }
        for word in &words {
            let place = &mut starts[digit(*word)];
            sorted[*place as usize] = *word;
            *place += 1;
        }
        std::mem::swap(&mut words, &mut sorted);
        shift += digit_bits;
    }
    words
}

/// How many bits a value takes.
fn bits(value: u64) -> u32 {
    u64::BITS - value.leading_zeros()
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is taken on purpose")]
fn low_word(word: u64) -> u32 {
    word as u32
}
