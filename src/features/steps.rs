//! Balances as a step function of time: a snapshot is in force from its date until the next one.

use crate::date::Date;

/// Position of the snapshot in force on `date`; `None` before the first. `snapshots` must ascend.
pub fn in_force(snapshots: &[Date], date: Date) -> Option<usize> {
    snapshots.partition_point(|snapshot| *snapshot <= date).checked_sub(1)
}

/// Days of a stretch on which one snapshot was in force.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    pub position: usize,
    pub n_days: i32,
}

/// The spans of the days `from..=to`, in order; `None` where a day lies before the first snapshot.
pub fn spans(snapshots: &[Date], from: Date, to: Date) -> Option<impl Iterator<Item = Span>> {
    let first = in_force(snapshots, from)?;
    let mut day = from;
    Some((first..snapshots.len()).map_while(move |position| {
        let until = snapshots.get(position + 1).map_or(to, |next| next.plus_days(-1).min(to));
        let span = Span { position, n_days: until - day + 1 };
        day = until.plus_days(1);
        (span.n_days > 0).then_some(span)
    }))
}

/// Mean over the days of `spans` of a measure of the snapshot in force.
pub fn mean(spans: impl Iterator<Item = Span>, measure: impl Fn(usize) -> f64) -> f64 {
    let (mut weighted, mut n_days) = (0.0, 0);
    for span in spans {
        weighted += measure(span.position) * f64::from(span.n_days);
        n_days += span.n_days;
    }
    weighted / f64::from(n_days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_cut_where_a_snapshot_comes_into_force() {
        let snapshots = [Date(10), Date(20), Date(30)];
        let cut = |from, to| {
            spans(&snapshots, Date(from), Date(to))
                .map(|spans| spans.map(|span| (span.position, span.n_days)).collect::<Vec<_>>())
        };
        assert_eq!(cut(9, 12), None);
        assert_eq!(cut(10, 10), Some(vec![(0, 1)]));
        assert_eq!(cut(15, 30), Some(vec![(0, 5), (1, 10), (2, 1)]));
        assert_eq!(cut(40, 41), Some(vec![(2, 2)]));
    }
}
