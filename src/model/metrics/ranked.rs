//! Rows sorted once by score, so that each resample of customers costs one pass.

/// What is measured: one row per customer and origin.
#[derive(Debug, Clone, Copy)]
pub struct ScoredRows<'a> {
    pub scores: &'a [f64],
    pub labels: &'a [bool],
    /// What the bank loses with each customer who leaves, in money of any one unit; `None` counts as 0.
    pub values: Option<&'a [f64]>,
    /// Each row's customer, numbered from 0 without gaps; `None` means one row per customer.
    pub customers: Option<&'a [u32]>,
}

/// [`ScoredRows`] by falling score.
#[derive(Debug, Clone)]
pub struct RankedRows {
    rows: Vec<RankedRow>,
    /// Distinct scores, and where the rows of each end.
    groups: Vec<(f64, usize)>,
    n_customers: u32,
}

#[derive(Debug, Clone, Copy)]
struct RankedRow {
    customer: u32,
    label: bool,
    value: f64,
}

/// Customers by distinct score, best first; each has at least one. All that any figure needs to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    pub groups: Vec<Tied>,
}

/// Customers with the same score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tied {
    pub score: f64,
    pub positives: u64,
    pub negatives: u64,
    /// The sum of the positives' values.
    pub value_lost: f64,
}

impl<'a> ScoredRows<'a> {
    /// One row per customer, without values.
    pub fn new(scores: &'a [f64], labels: &'a [bool]) -> Self {
        Self { scores, labels, values: None, customers: None }
    }

    /// Sorts the rows; `None` with a NaN score. Cost: O(n log n).
    ///
    /// Equal scores are sorted by value, so that the order of rows changes no bit of a sum.
    ///
    /// # Panics
    /// Lengths differ, or there are more than `u32::MAX` rows.
    pub fn ranked(&self) -> Option<RankedRows> {
        let n_rows = self.scores.len();
        assert_eq!(n_rows, self.labels.len(), "one label per score");
        assert!(self.values.is_none_or(|values| values.len() == n_rows), "one value per score");
        assert!(self.customers.is_none_or(|customers| customers.len() == n_rows), "one customer per row");
        if self.scores.iter().any(|score| score.is_nan()) {
            return None;
        }
        let value_of = |row: u32| self.values.map_or(0.0, |values| values[row as usize]);
        let score_of = |row: u32| self.scores[row as usize] + 0.0; // -0 is 0
        let n_rows = u32::try_from(n_rows).expect("more rows than u32 counts");
        let mut order: Vec<u32> = (0..n_rows).collect();
        order.sort_unstable_by(|&a, &b| {
            score_of(b).total_cmp(&score_of(a)).then_with(|| value_of(a).total_cmp(&value_of(b)))
        });
        let mut groups = Vec::new();
        for tied in order.chunk_by(|&a, &b| score_of(a) == score_of(b)) {
            let start = groups.last().map_or(0, |&(_, end)| end);
            groups.push((score_of(tied[0]), start + tied.len()));
        }
        let ranked = |row| RankedRow {
            customer: self.customers.map_or(row, |customers| customers[row as usize]),
            label: self.labels[row as usize],
            value: value_of(row),
        };
        let n_customers = self.customers.map_or(n_rows, |all| all.iter().max().map_or(0, |last| last + 1));
        Some(RankedRows { rows: order.into_iter().map(ranked).collect(), groups, n_customers })
    }

    /// The ranking of all rows; see [`ranked`](Self::ranked).
    ///
    /// # Panics
    /// As [`ranked`](Self::ranked).
    pub fn ranking(&self) -> Option<Ranking> {
        Some(self.ranked()?.ranking())
    }
}

impl RankedRows {
    pub fn n_customers(&self) -> u32 {
        self.n_customers
    }

    /// Every row once.
    pub fn ranking(&self) -> Ranking {
        self.counted(|_| 1)
    }

    /// Each row as often as its customer was drawn. Cost: O(n).
    ///
    /// # Panics
    /// `times_drawn` does not hold every customer.
    pub fn drawn(&self, times_drawn: &[u32]) -> Ranking {
        self.counted(|customer| times_drawn[customer as usize])
    }

    fn counted(&self, times: impl Fn(u32) -> u32) -> Ranking {
        let mut groups = Vec::with_capacity(self.groups.len());
        let mut start = 0;
        for &(score, end) in &self.groups {
            let mut tied = Tied { score, positives: 0, negatives: 0, value_lost: 0.0 };
            for row in &self.rows[start..end] {
                let times = times(row.customer);
                if row.label {
                    tied.positives += u64::from(times);
                    tied.value_lost += f64::from(times) * row.value;
                } else {
                    tied.negatives += u64::from(times);
                }
            }
            start = end;
            if tied.n() > 0 {
                groups.push(tied);
            }
        }
        Ranking { groups }
    }
}

impl Ranking {
    pub fn n(&self) -> u64 {
        self.groups.iter().map(Tied::n).sum()
    }

    pub fn positives(&self) -> u64 {
        self.groups.iter().map(|tied| tied.positives).sum()
    }
}

impl Tied {
    pub fn n(&self) -> u64 {
        self.positives + self.negatives
    }
}
