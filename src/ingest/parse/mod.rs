//! Exact parsers: the text of a value to its type, or the reason why not.
//!
//! Reads: trimmed bytes of one value, and what the mapping says about how it is written. Never: guesses a format, rounds
//! an amount, reads a way of writing that the mapping does not name. A reason names the rule that would read the value,
//! and never the value.
//!
//! | what | where |
//! |---|---|
//! | amounts in minor units | `money` |
//! | numbers | `number` |
//! | thousands, units, brackets and other tolerances of both | `decimal`, `scan`, `characters`, `full_width` |
//! | dates, and the calendar they are days of | `date`, `parts`, `day` |
//! | timestamps and time zones | `timestamp`, `moment` |
//! | serial dates and epoch times | `serial` |
//! | ids | `id` |
//! | short texts as machine words | `word` |

mod boolean;
mod characters;
mod date;
mod day;
mod decimal;
mod full_width;
mod id;
mod moment;
mod money;
mod number;
mod parts;
mod scan;
mod serial;
mod timestamp;
mod word;

pub use boolean::boolean;
pub use date::{DateRule, date, iso_date};
pub use day::checked_date;
pub use decimal::{Notation, is_signed};
pub use id::{SPREADSHEET, id, is_plain_id};
pub use moment::{Zone, date_of_instant, date_of_local};
pub use money::{money, money_from_decimal, money_from_float, plain_money};
pub use number::{NOT_FINITE, number};
pub use serial::{date_from_float, date_from_integer};
pub use word::short_text;

pub type Parsed<T> = Result<T, &'static str>;

/// Reasons that tests expect by name.
#[cfg(test)]
pub mod reasons {
    pub use super::boolean::NOT_A_BOOLEAN;
    pub use super::date::{AMBIGUOUS_YEAR, date_reason};
    pub use super::day::{OUTSIDE_CALENDAR, OUTSIDE_YEARS};
    pub use super::decimal::{NOT_AN_AMOUNT, OTHER_CURRENCY, POINT, TOO_LARGE, accept_reason};
    pub use super::full_width::FULL_WIDTH;
    pub use super::moment::{OFFSET, REPEATED, SKIPPED};
    pub use super::money::DECIMALS;
    pub use super::number::NOT_A_NUMBER;
    pub use super::serial::{FRACTION_OF_DAY, NOT_A_DAY};
}
