//! A set of deliveries as runs of slots, so that a dump confirmed every night for a year costs eight bytes.
//!
//! A slot is the place of a delivery in its table's own ascending list of delivery numbers: deliveries of other
//! tables in between never break a run. Never: an empty run, two runs that touch, runs out of order.

/// Runs of slots, first and last included, ascending and apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct DeliverySet(Box<[Run]>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Run {
    first: u32,
    last: u32,
}

impl DeliverySet {
    /// The set of these slots, which must ascend.
    pub fn of(slots: impl IntoIterator<Item = u32>) -> Self {
        joined(slots.into_iter().map(|slot| Run { first: slot, last: slot }))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn slots(&self) -> impl Iterator<Item = u32> {
        self.0.iter().flat_map(|run| run.first..=run.last)
    }

    /// The first slot of every run.
    pub fn run_starts(&self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|run| run.first)
    }

    pub fn first(&self) -> Option<u32> {
        self.0.first().map(|run| run.first)
    }

    pub fn last(&self) -> Option<u32> {
        self.0.last().map(|run| run.last)
    }

    /// The greatest slot under `limit`, in the logarithm of the number of runs.
    pub fn last_under(&self, limit: u32) -> Option<u32> {
        let runs = &self.0[..self.0.partition_point(|run| run.first < limit)];
        runs.last().map(|run| run.last.min(limit - 1))
    }

    /// The same deliveries after a new slot was put in at `at`, which is not in the set.
    #[must_use]
    pub fn opened(&self, at: u32) -> Self {
        let moved = |slot: u32| if slot < at { slot } else { slot + 1 };
        joined(self.0.iter().flat_map(|run| {
            let split = run.first < at && at <= run.last;
            let head = split.then(|| Run { first: run.first, last: at - 1 });
            let tail = Run { first: moved(if split { at } else { run.first }), last: moved(run.last) };
            head.into_iter().chain([tail])
        }))
    }

    /// The set with the slot `at` as well.
    #[must_use]
    pub fn with(&self, at: u32) -> Self {
        let after = self.0.partition_point(|run| run.first <= at);
        let (before, rest) = self.0.split_at(after);
        joined(before.iter().copied().chain([Run { first: at, last: at }]).chain(rest.iter().copied()))
    }

    /// The other deliveries after the slot `at` was taken out: later ones move down by one.
    #[must_use]
    pub fn closed(&self, at: u32) -> Self {
        // The end of a run as the first slot after it: a run that held `at` alone comes out empty.
        let moved = |slot: u32| if slot <= at { slot } else { slot - 1 };
        joined(self.0.iter().filter_map(|run| {
            let (first, end) = (moved(run.first), moved(run.last + 1));
            (first < end).then(|| Run { first, last: end - 1 })
        }))
    }

    /// Per run the gap to the run before and the number of slots less one, each as LEB128.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut end = 0;
        for run in &self.0 {
            push_leb128(&mut bytes, run.first - end);
            push_leb128(&mut bytes, run.last - run.first);
            end = run.last + 1;
        }
        bytes
    }

    /// The set whose [`DeliverySet::to_bytes`] these are, if it has slots, all under `slots`.
    pub fn from_bytes(mut bytes: &[u8], slots: usize) -> Option<Self> {
        let mut runs: Vec<Run> = Vec::new();
        let mut end = 0u32;
        while !bytes.is_empty() {
            let gap = take_leb128(&mut bytes)?;
            let first = end.checked_add(gap)?;
            let last = first.checked_add(take_leb128(&mut bytes)?)?;
            if (gap == 0 && !runs.is_empty()) || last as usize >= slots {
                return None;
            }
            end = last.checked_add(1)?;
            runs.push(Run { first, last });
        }
        (!runs.is_empty()).then(|| Self(runs.into()))
    }
}

/// Ascending runs, those that touch or overlap made one.
fn joined(runs: impl Iterator<Item = Run>) -> DeliverySet {
    let mut joined: Vec<Run> = Vec::new();
    for run in runs {
        match joined.last_mut() {
            Some(before) if run.first <= before.last + 1 => before.last = before.last.max(run.last),
            _ => joined.push(run),
        }
    }
    DeliverySet(joined.into())
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits are taken on purpose")]
fn push_leb128(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take_leb128(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0u64;
    for shift in (0..35).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return u32::try_from(value).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// All sets over six slots against a plain set of numbers.
    #[test]
    fn does_what_a_plain_set_does() {
        for bits in 0u32..64 {
            let plain: BTreeSet<u32> = (0..6).filter(|slot| bits >> slot & 1 == 1).collect();
            let set = DeliverySet::of(plain.iter().copied());
            assert_eq!(set.slots().collect::<BTreeSet<u32>>(), plain);
            assert_eq!(DeliverySet::from_bytes(&set.to_bytes(), 6), (bits > 0).then(|| set.clone()));
            for at in 0..=6 {
                assert_eq!(set.last_under(at), plain.range(..at).last().copied());
                let opened = plain.iter().map(|slot| slot + u32::from(*slot >= at));
                assert_eq!(set.opened(at), DeliverySet::of(opened));
                let mut with = plain.clone();
                with.insert(at);
                assert_eq!(set.with(at), DeliverySet::of(with));
                let closed =
                    plain.iter().filter(|slot| **slot != at).map(|slot| slot - u32::from(*slot > at));
                assert_eq!(set.closed(at), DeliverySet::of(closed));
            }
        }
    }

    #[test]
    fn damaged_bytes_are_no_set() {
        for bytes in [&[][..], &[0], &[0x80], &[0, 9], &[0, 0, 0, 0], &[0xff; 12]] {
            assert_eq!(DeliverySet::from_bytes(bytes, 9), None);
        }
    }
}
