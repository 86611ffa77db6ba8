//! Year, month and day of dates as they are written; whether the calendar has such a day is not looked at.

use super::word::{ONES, digits_value, eight_digits, first8};
use std::ops::RangeInclusive;

/// Year, month, day.
pub type Parts = (u32, u32, u32);

#[inline]
pub fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}

/// `YYYY-MM-DD`.
#[inline]
pub fn iso_parts(text: &[u8]) -> Option<Parts> {
    let text: &[u8; 10] = text.try_into().ok()?;
    // `YYYY-MM-` as one word, whose lanes become digits and, at the hyphens, zeros.
    const HYPHENS: u64 = ((b'-' ^ b'0') as u64) << 32 | ((b'-' ^ b'0') as u64) << 56;
    let lanes = first8(text)? ^ (ONES * u64::from(b'0')) ^ HYPHENS;
    if (lanes >> 32) & 0xff != 0 || lanes >> 56 != 0 {
        return None;
    }
    let value = u32::try_from(digits_value(lanes)?).ok()?;
    let [.., tens, ones] = text;
    let (tens, ones) = (u32::from(tens.wrapping_sub(b'0')), u32::from(ones.wrapping_sub(b'0')));
    // `YYYY0MM0`: the year stands above 10,000, the month above 10.
    (tens < 10 && ones < 10).then(|| (value / 10_000, value % 10_000 / 10, tens * 10 + ones))
}

/// `YYYYMMDD`.
pub fn compact_parts(text: &[u8]) -> Option<Parts> {
    let value = u32::try_from(eight_digits(first8(text).filter(|_| text.len() == 8)?)?).ok()?;
    Some((value / 10_000, value / 100 % 100, value % 100))
}

/// `YYMMDD`.
pub fn short_parts(text: &[u8]) -> Option<Parts> {
    let [y1, y2, m1, m2, d1, d2] = text else { return None };
    Some((1900 + digits(&[*y1, *y2])?, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?))
}

/// Three numbers with `/` between them, each with so many digits.
pub fn split_parts(text: &[u8], lengths: [RangeInclusive<usize>; 3]) -> Option<Parts> {
    let mut parts = text.split(|byte| *byte == b'/');
    let mut numbers = [0; 3];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        *number = digits(parts.next().filter(|part| length.contains(&part.len()))?)?;
    }
    parts.next().is_none().then_some((numbers[0], numbers[1], numbers[2]))
}

/// `YYYY年M月D日`.
pub fn chinese_parts(text: &[u8]) -> Option<Parts> {
    let text = std::str::from_utf8(text).ok()?;
    let (year, rest) = text.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let in_month = rest.strip_suffix('日')?;
    let is_short = |text: &str| (1..=2).contains(&text.len());
    let fits = year.len() == 4 && is_short(month) && is_short(in_month);
    let number = |text: &str| digits(text.as_bytes());
    if fits { Some((number(year)?, number(month)?, number(in_month)?)) } else { None }
}
