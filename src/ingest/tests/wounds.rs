//! Damage to files, for the tests that read them all the same.

use rand::{Rng, RngCore};
use std::ops::Range;

/// A shorter file is not damaged any further.
const FILE_BYTES_MIN: usize = 16;
/// Of one wound.
const BYTES_MAX: usize = 16;

/// What a kind of file breaks by.
pub struct Wounds {
    /// Put in, or written over what is there.
    pub marks: &'static [u8],
    /// Where the least bytes decide the most, in a file of so many.
    pub tender: fn(usize) -> Range<usize>,
    /// The part of the wounds that begin there, besides those that do by chance.
    pub tender_share: f64,
}

impl Wounds {
    /// One to three wounds: bytes flipped, overwritten, taken out, put in, moved, or the end cut off.
    pub fn inflict(&self, bytes: &mut Vec<u8>, draw: &mut impl RngCore) {
        for _ in 0..draw.gen_range(1..=3) {
            if bytes.len() < FILE_BYTES_MIN {
                return;
            }
            self.inflict_one(bytes, draw);
        }
    }

    fn inflict_one(&self, bytes: &mut Vec<u8>, draw: &mut impl RngCore) {
        let is_tender = draw.gen_bool(self.tender_share);
        let place = if is_tender { (self.tender)(bytes.len()) } else { 0..bytes.len() };
        let at = draw.gen_range(place);
        let length = draw.gen_range(1..=BYTES_MAX.min(bytes.len() - at));
        let other = draw.gen_range(0..=bytes.len() - length);
        let mark = self.marks[draw.gen_range(0..self.marks.len())];
        match draw.gen_range(0..10) {
            0 => bytes[at] ^= 1 << draw.gen_range(0..8),
            1 => bytes[at] = mark,
            2 | 3 => bytes.insert(at, mark),
            4 => draw.fill_bytes(&mut bytes[at..at + length]),
            5 => bytes[at..at + length].fill(mark),
            6 => bytes.copy_within(other..other + length, at),
            7 => {
                let copy = bytes[other..other + length].to_vec();
                bytes.splice(at..at, copy);
            }
            8 => {
                let moved: Vec<u8> = bytes.drain(other..other + length).collect();
                let to = draw.gen_range(0..=bytes.len());
                bytes.splice(to..to, moved);
            }
            _ if draw.gen_bool(0.4) => bytes.truncate(at),
            _ => {
                bytes.drain(at..at + length);
            }
        }
    }
}
