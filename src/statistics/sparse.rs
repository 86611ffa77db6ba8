//! Figures by month of which most are never set: months are kept for a figure of a row once it has any.
//!
//! A row is what some members of classes have in common; its months lie side by side, as a customer is added. Sums are
//! exact, so that the order in which rows and figures come decides nothing.

use std::ops::Range;

/// The members of classes that a row counts in, each of another dimension: four numbers of 16 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joint(u64);

/// No member.
const NONE: u16 = u16::MAX;

impl Joint {
    /// All customers, told apart no further.
    pub const ALL: Self = Self(u64::MAX << 16);

    /// Of four members at most.
    pub fn of(members: &[usize]) -> Self {
        let with = |joint: u64, member: &usize| {
            joint << 16 | u64::from(u16::try_from(*member).expect("classes are few"))
        };
        Self(members.iter().rev().fold(u64::MAX, with))
    }

    pub fn members(self) -> impl Iterator<Item = usize> {
        let bytes = self.0.to_le_bytes();
        let parts = (0..4).map(move |part| u16::from_le_bytes([bytes[2 * part], bytes[2 * part + 1]]));
        parts.filter(|member| *member != NONE).map(usize::from)
    }
}

/// Rows x figures x months.
#[derive(Debug)]
pub struct Sparse {
    n_months: usize,
    n_figures: usize,
    rows: Vec<Joint>,
    /// Rows x figures: where its months begin, in months; 0 while it has none, so that the first ones are left out.
    places: Vec<u32>,
    cells: Vec<i64>,
}

impl Sparse {
    pub fn new(n_months: usize, n_figures: usize) -> Self {
        Self { n_months, n_figures, rows: Vec::new(), places: Vec::new(), cells: Vec::new() }
    }

    /// Adds these figures, each not 0, to a month of a row.
    pub fn add(&mut self, joint: Joint, month: usize, figures: &[(u16, i64)]) {
        if figures.is_empty() {
            return;
        }
        let first = self.row(joint) * self.n_figures;
        for (figure, value) in figures {
            let at = first + usize::from(*figure);
            if self.places[at] == 0 {
                self.places[at] = self.new_months();
            }
            let cell = &mut self.cells[(self.places[at] as usize - 1) * self.n_months + month];
            *cell = cell.saturating_add(*value);
        }
    }

    fn row(&mut self, joint: Joint) -> usize {
        self.rows.iter().position(|row| *row == joint).unwrap_or_else(|| {
            self.rows.push(joint);
            self.places.resize(self.places.len() + self.n_figures, 0);
            self.rows.len() - 1
        })
    }

    /// Room for the months of one more figure; its number, from 1.
    fn new_months(&mut self) -> u32 {
        let needed = self.cells.len() + self.n_months;
        if needed > self.cells.capacity() {
            // By a quarter: there are as many of these as branches, and doubling would hold half of it empty.
            self.cells.reserve_exact((self.cells.len() / 4).max(self.n_months));
        }
        self.cells.resize(needed, 0);
        u32::try_from(needed / self.n_months).expect("classes x figures are few")
    }

    /// Adds the rows of other customers.
    pub fn merge(&mut self, other: &Self) {
        other.each(|joint, figure, months| {
            for (month, value) in months.iter().enumerate().filter(|(_, value)| **value != 0) {
                self.add(joint, month, &[(figure, *value)]);
            }
        });
    }

    /// Every figure of every row that was ever set, by month.
    fn each(&self, mut each: impl FnMut(Joint, u16, &[i64])) {
        for (row, places) in self.rows.iter().zip(self.places.chunks_exact(self.n_figures)) {
            for (figure, place) in (0u16..).zip(places).filter(|(_, place)| **place > 0) {
                each(*row, figure, &self.cells[(*place as usize - 1) * self.n_months..][..self.n_months]);
            }
        }
    }

    /// What they come to over some months: of a stock its last value, of a flow the sum. Zeros are left out.
    pub fn each_over(
        &self,
        months: &Range<usize>,
        is_stock: impl Fn(usize) -> bool,
        mut each: impl FnMut(Joint, usize, i64),
    ) {
        self.each(|joint, figure, values| {
            let (figure, values) = (usize::from(figure), &values[months.clone()]);
            let value = if is_stock(figure) {
                values.last().copied().unwrap_or(0)
            } else {
                values.iter().fold(0i64, |sum, value| sum.saturating_add(*value))
            };
            if value != 0 {
                each(joint, figure, value);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_has_the_last_of_stocks_and_the_sum_of_flows() {
        let (few, many) = (Joint::of(&[3, 5]), Joint::of(&[4, 5, 7]));
        let mut sparse = Sparse::new(3, 10);
        sparse.add(few, 0, &[(0, 4), (9, 1)]);
        sparse.add(many, 2, &[(9, 7)]);
        let mut other = Sparse::new(3, 10);
        other.add(few, 1, &[(0, 5), (9, 2)]);
        other.add(few, 2, &[(9, i64::MAX)]);
        sparse.merge(&other);
        let over = |months| {
            let mut found = Vec::new();
            let each = |joint, figure, value| found.push((joint, figure, value));
            sparse.each_over(&months, |figure| figure == 0, each);
            found
        };
        assert_eq!(over(0..2), [(few, 0, 5), (few, 9, 3)]);
        assert_eq!(over(0..1), [(few, 0, 4), (few, 9, 1)]);
        assert_eq!(over(1..3), [(few, 9, i64::MAX), (many, 9, 7)], "what no number holds stays at the end");
        assert_eq!(many.members().collect::<Vec<_>>(), [4, 5, 7]);
        assert_eq!(Joint::of(&[0]), Joint::ALL);
    }
}
