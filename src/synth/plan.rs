//! How a customer who leaves takes his money away: which day, which part, whether he closes.
//!
//! Pure. Days are absolute; parts refer to the money that was there when he decided.

use super::codes::Reason;
use super::draws::Draws;

/// Part of those leaving who spread it over one, two or three payments.
const PIECES: [f64; 3] = [0.5, 0.33, 0.17];
/// Part that closes the account in the end; the others leave it open and fall silent.
const CLOSERS: f64 = 0.62;
/// Part of the surprises that is a house or a wedding: much money goes, the customer stays.
const STAYERS: f64 = 0.12;

/// A decided departure.
#[derive(Clone, Debug)]
pub struct Plan {
    /// (day, part of the money there at the decision), by day.
    pub pieces: Vec<(i32, f64)>,
    pub close: Option<i32>,
    pub reason: Reason,
    /// He goes on as before with what is left.
    pub stays: bool,
    /// Money at the decision, in cents.
    pub base: f64,
}

impl Plan {
    /// A departure decided on the day `from`.
    pub fn leave(draws: &mut Draws, from: i32, base: f64, reason: Reason, may_stay: bool) -> Self {
        let stays = may_stay && draws.chance(STAYERS);
        let total = if stays { draws.between(0.52, 0.8) } else { 0.6 + 0.4 * draws.unit().sqrt() };
        let pieces = pieces(draws, from, total);
        let last = pieces.last().map_or(from, |piece| piece.0);
        let closes = !stays && draws.chance(CLOSERS);
        let close = closes.then(|| last + draws.day(2, 40));
        let reason = if stays { Reason::LifeEvent } else { reason };
        Self { pieces, close, reason, stays, base }
    }

    /// The account ends on one day, for a reason that is no loss of business.
    pub fn end(day: i32, base: f64, reason: Reason) -> Self {
        Self { pieces: Vec::new(), close: Some(day), reason, stays: false, base }
    }

    /// A forgotten account is closed within the month that begins after `from`.
    pub fn abandon(draws: &mut Draws, from: i32, base: f64, reason: Reason) -> Self {
        Self::end(from + draws.day(1, 27), base, reason)
    }

    /// Whether nothing is left to do after `day`.
    pub fn is_done(&self, day: i32) -> bool {
        self.close.is_none() && self.pieces.last().is_none_or(|piece| piece.0 <= day)
    }

    /// First day after `after` on which `part_of_base` has gone since `after`, or the account closes.
    pub fn loss_day(&self, after: i32, part_of_base: f64) -> Option<i32> {
        let mut gone = 0.0;
        let crossing = self.pieces.iter().filter(|piece| piece.0 > after).find_map(|&(day, part)| {
            gone += part;
            (gone >= part_of_base).then_some(day)
        });
        let close = self.close.filter(|&day| day > after);
        match (crossing, close) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}

fn pieces(draws: &mut Draws, from: i32, total: f64) -> Vec<(i32, f64)> {
    let count = draws.weighted(&PIECES) + 1;
    let weights: Vec<f64> = (0..count).map(|_| draws.between(0.5, 1.5)).collect();
    let sum: f64 = weights.iter().sum();
    let mut day = from + draws.day(1, 27);
    let mut pieces = Vec::with_capacity(count);
    for weight in weights {
        pieces.push((day, total * weight / sum));
        day += draws.day(6, 32);
    }
    pieces
}
