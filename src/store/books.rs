//! The books of one delivery: what became of every row and every cent of it.

use serde::{Deserialize, Serialize};

/// Sums in minor units of `amount` or `balance`; read = used + duplicate + superseded + purged + rejected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    pub read: i128,
    pub used: i128,
    pub duplicate: i128,
    pub superseded: i128,
    /// Of customers who were taken out for good.
    #[serde(default)]
    pub purged: i128,
    /// Of rejected rows whose amount could be read.
    pub rejected: i128,
    /// Rejected rows whose amount could not be read.
    pub unreadable: u64,
}

/// Rows = used + duplicate + superseded + trailers + purged + rejected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    pub rows: u64,
    pub used: u64,
    pub duplicate: u64,
    pub superseded: u64,
    pub trailers: u64,
    /// Of customers who were taken out for good.
    #[serde(default)]
    pub purged: u64,
    pub rejected: u64,
    pub amounts: Amounts,
}

/// What became of a row that is not rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    Used,
    Duplicate,
    Superseded,
    /// It was a customer's who was taken out for good.
    Purged,
}

impl Books {
    /// Enters `rows` of the account `fate` with their amount; negative figures take them out.
    pub fn enter(&mut self, fate: Fate, rows: i64, amount: i128) {
        let (count, sum) = match fate {
            Fate::Used => (&mut self.used, &mut self.amounts.used),
            Fate::Duplicate => (&mut self.duplicate, &mut self.amounts.duplicate),
            Fate::Superseded => (&mut self.superseded, &mut self.amounts.superseded),
            Fate::Purged => (&mut self.purged, &mut self.amounts.purged),
        };
        *count = count.saturating_add_signed(rows);
        *sum += amount;
    }

    /// Whether nothing was lost.
    pub fn reconcile(&self) -> bool {
        let sums = &self.amounts;
        self.rows
            == self.used + self.duplicate + self.superseded + self.trailers + self.purged + self.rejected
            && sums.read == sums.used + sums.duplicate + sums.superseded + sums.purged + sums.rejected
    }
}

/// One quarantined row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reject {
    /// 1-based line in a text file, 1-based row in a Parquet file.
    pub line: u64,
    /// The export's name of the column; empty where the whole row does not fit.
    pub column: String,
    /// Short and stable; never holds the value.
    pub reason: String,
    /// The row as text, to be mended and delivered again.
    pub raw: String,
}
