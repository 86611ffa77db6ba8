//! Did the ids of a file survive, and are no two of them the same but for how they are written?
//!
//! Pure. A spreadsheet keeps 15 digits of a number: longer ids come back as `6.22202E+18`, or with zeros from the 16th
//! digit on. Counts add up, so that order does not show. Never: mends or merges ids.

use crate::error::{Error, Result};

/// Digits that a spreadsheet keeps.
const DIGITS_KEPT: usize = 15;

/// Ids of one column of a file, by what a spreadsheet would have done to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IdCounts {
    pub ids: u64,
    /// Of 16, of 17, and of 18 and more digits.
    pub long: [u64; 3],
    /// Of `long`: with zeros from the 16th digit on.
    pub rounded: [u64; 3],
    /// Written like `6.22202E+18`.
    pub exponents: u64,
}

/// The share of ids of 16, 17, and 18 and more digits that end in such zeros by chance.
const BY_CHANCE: [f64; 3] = [0.1, 0.01, 0.001];

impl IdCounts {
    /// Counts one id.
    #[inline]
    pub fn add(&mut self, id: &[u8]) {
        self.ids += 1;
        if id.len() <= DIGITS_KEPT && !id.contains(&b'+') {
            return;
        }
        if is_exponent(id) {
            self.exponents += 1;
        } else if id.len() > DIGITS_KEPT && all_digits(id) {
            let class = (id.len() - DIGITS_KEPT).min(3) - 1;
            self.long[class] += 1;
            self.rounded[class] += u64::from(id[DIGITS_KEPT..].iter().all(|digit| *digit == b'0'));
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.ids += other.ids;
        self.exponents += other.exponents;
        for class in 0..3 {
            self.long[class] += other.long[class];
            self.rounded[class] += other.rounded[class];
        }
    }

    /// # Errors
    /// Kind `Refused` where an id is written with an exponent, or where more ids end in zeros than chance explains.
    pub fn check(&self, file: &str, column: &str) -> Result<()> {
        let (file, column) = (file.escape_debug(), column.escape_debug());
        let hint = "deliver the core system's own file: what was lost cannot be brought back";
        if self.exponents > 0 {
            let message = format!(
                "`{file}` passed through a spreadsheet: {} of {} values of `{column}` are written like `1.23E+18`",
                self.exponents, self.ids
            );
            return Err(Error::refused(message).hint(hint));
        }
        if !self.is_rounded() {
            return Ok(());
        }
        let (rounded, long): (u64, u64) = (self.rounded.iter().sum(), self.long.iter().sum());
        let message = format!(
            "`{file}` passed through a spreadsheet: {rounded} of {long} values of `{column}` with more than \
             {DIGITS_KEPT} digits end in zeros from the 16th digit on"
        );
        Err(Error::refused(message)
            .hint(hint)
            .hint("where the bank's own ids end so, say so with `rounded_ids = true` in the source"))
    }

    /// Six standard deviations and two ids beyond chance, or all of them where chance would hardly do that once.
    #[expect(clippy::cast_precision_loss, reason = "counts of ids, far below 2^53")]
    fn is_rounded(&self) -> bool {
        let rounded: u64 = self.rounded.iter().sum();
        let expected: f64 = self.long.iter().zip(BY_CHANCE).map(|(long, share)| *long as f64 * share).sum();
        let is_every_one = self.long[2] > 0 && self.rounded == self.long;
        is_every_one || rounded as f64 > expected + 6.0 * expected.sqrt() + 2.0
    }
}

fn all_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

/// `6.22202E+18`: digits, perhaps a point and more, `E+`, at least two digits.
fn is_exponent(id: &[u8]) -> bool {
    let Some(at) = id.iter().position(|byte| matches!(byte, b'E' | b'e')) else { return false };
    let (number, power) = (&id[..at], &id[at + 1..]);
    let Some(power) = power.strip_prefix(b"+") else { return false };
    let is_point = |byte: &u8| *byte == b'.';
    let mut groups = number.split(is_point);
    let whole = groups.next().unwrap_or_default();
    let fraction = groups.next().unwrap_or_default();
    let is_number = !whole.is_empty() && groups.next().is_none() && all_digits(whole) && all_digits(fraction);
    is_number && power.len() >= 2 && all_digits(power)
}

/// How many of `ids`, each given once or next to itself, are the same as another but for case, full-width letters and
/// digits, spaces and characters without width. Memory: 8 bytes per id.
pub fn near_twins<'a>(ids: impl IntoIterator<Item = &'a str>) -> u64 {
    let mut folded = Vec::new();
    let mut last = None;
    for id in ids {
        if last != Some(id) {
            folded.push(fold(id));
        }
        last = Some(id);
    }
    folded.sort_unstable();
    let runs = folded.chunk_by(|a, b| a == b).filter(|run| run.len() > 1);
    runs.map(|run| run.len() as u64).sum()
}

/// A fixed 64-bit hash (FNV-1a) of an id as it reads: among a million ids the chance of a false twin is 3 in 10^8.
fn fold(id: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for character in id.chars() {
        let narrow = match character {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
            '\u{200b}'..='\u{200d}' | '\u{feff}' => continue,
            _ => character,
        };
        if narrow.is_ascii() {
            if narrow != ' ' {
                take(narrow.to_ascii_lowercase() as u8);
            }
        } else if !narrow.is_whitespace() {
            let mut bytes = [0; 4];
            for lower in narrow.to_lowercase() {
                lower.encode_utf8(&mut bytes).bytes().for_each(&mut take);
            }
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(ids: impl IntoIterator<Item = String>) -> Option<String> {
        let mut counts = IdCounts::default();
        ids.into_iter().for_each(|id| counts.add(id.as_bytes()));
        counts.check("t.csv", "account").err().map(|error| error.to_string())
    }

    #[test]
    fn ids_that_passed_through_a_spreadsheet_are_refused() {
        let card = |index: u64| format!("622202{:013}", index * 7919);
        let all = |id: fn(u64) -> String| refusal((0..1000).map(id)).is_some();
        // V17
        assert_eq!(
            refusal(["6.22202E+18".to_owned(), "6222021234567890123".to_owned()]).unwrap(),
            "`t.csv` passed through a spreadsheet: 1 of 2 values of `account` are written like `1.23E+18`"
        );
        assert_eq!(
            refusal((0..10).map(|index| format!("62220212345678{index}0000"))).unwrap(),
            "`t.csv` passed through a spreadsheet: 10 of 10 values of `account` with more than 15 digits end in zeros \
             from the 16th digit on"
        );
        assert!(all(|index| format!("{}0", 622_202_123_456_000 + index))); // 16 digits, all rounded
        assert!(refusal(["6222021234567890000".to_owned()]).is_some());
        // V16: whole ids, those that chance rounds included
        assert_eq!(refusal((0..5000).map(card)), None);
        assert!(!all(|index| format!("{}", 6_222_021_234_560_000 + index)));
        assert_eq!(refusal(["6222021234567890".to_owned()]), None);
        // V15, and what looks like an exponent and is an id
        let odd = ["007", "12E34", "E+12", "1E+5", "A6.2E+18", "1000000000000", "", "+8613800000000000"];
        assert_eq!(refusal(odd.map(str::to_owned)), None);
        let mut half = (0..1000).map(card).collect::<Vec<_>>();
        half.extend((0..20).map(|index| format!("62220212345{index:04}0000")));
        assert!(refusal(half).is_some());
    }

    #[test]
    fn counts_of_parts_add_up() {
        let ids = ["6222021234567890000", "1.2E+18", "1", "6222021234567890", "62220212345678900"];
        let count = |ids: &[&str]| {
            let mut counts = IdCounts::default();
            for id in ids {
                counts.add(id.as_bytes());
            }
            counts
        };
        let mut merged = count(&ids[3..]);
        merged.merge(&count(&ids[..3]));
        assert_eq!(merged, count(&ids));
        assert_eq!(merged, IdCounts { ids: 5, long: [1, 1, 1], rounded: [1, 1, 1], exponents: 1 });
    }

    #[test]
    fn ids_that_differ_only_in_writing_are_counted() {
        for (ids, expected) in [
            (&["A1", "B1", "a2"][..], 0),
            (&["A1", "a1"], 2),                // S13
            (&["A1", "Ａ１", "a1", "B"], 3),   // S13, F31
            (&["A 1", "A1", "A\u{200b}1"], 3), // F31
            (&["C\u{3000}1", "C\u{a0}1"], 2),  // F31
            (&["Ä1", "ä1", "A1"], 2),
            (&["张三", "张三丰"], 0),
            (&["A1", "A1", "A1"], 0), // the same id
        ] {
            assert_eq!(near_twins(ids.iter().copied()), expected, "{ids:?}");
        }
    }
}
