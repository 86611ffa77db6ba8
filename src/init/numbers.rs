//! How the numbers of a column are written: which tolerances its samples need.
//!
//! Reads: samples without missing texts. Grain: one text.

use crate::config::source::Tolerance;
use std::collections::BTreeSet;

/// The tolerances that the samples need together; `None` where one of them is no number at all.
pub fn tolerances_of(samples: &[&str]) -> Option<BTreeSet<Tolerance>> {
    let mut needed = BTreeSet::new();
    for text in samples {
        needed.extend(tolerances(text)?);
    }
    Some(needed)
}

/// Whether a text is a number below zero, however that is written.
pub fn is_negative(text: &str) -> bool {
    let text: String = text.chars().map(half_width).collect();
    tolerances(&text).is_some() && (text.starts_with('-') || text.ends_with('-') || text.starts_with('('))
}

fn tolerances(text: &str) -> Option<BTreeSet<Tolerance>> {
    let mut needed = BTreeSet::new();
    let narrow: String = text.chars().map(half_width).collect();
    if narrow != text {
        needed.insert(Tolerance::FullWidth);
    }
    let mut rest = narrow.trim();
    if let Some(inner) = rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        needed.insert(Tolerance::Parentheses);
        rest = inner.trim();
    }
    if let Some(bare) = without_unit(rest) {
        needed.insert(Tolerance::Units);
        rest = bare;
    }
    let signed = rest;
    if let Some(bare) = rest.strip_suffix('-') {
        needed.insert(Tolerance::TrailingMinus);
        rest = bare;
    } else if let Some(bare) = rest.strip_prefix('+') {
        needed.insert(Tolerance::Plus);
        rest = bare;
    } else if let Some(bare) = rest.strip_prefix('-') {
        rest = bare;
    }
    let packed: String = rest.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}')).collect();
    if packed != rest || signed.trim() != signed {
        needed.insert(Tolerance::InnerSpaces);
    }
    let mantissa = match packed.split_once(['e', 'E']) {
        Some((mantissa, power)) if digits(power.trim_start_matches(['+', '-'])) => {
            needed.insert(Tolerance::Exponent);
            mantissa
        }
        _ => packed.as_str(),
    };
    needed.extend(separators(mantissa)?);
    Some(needed)
}

/// The number without a unit or currency around it.
fn without_unit(text: &str) -> Option<&str> {
    let is_unit =
        |c: char| c.is_alphabetic() && !matches!(c, 'e' | 'E') || matches!(c, '¥' | '￥' | '$' | '€' | '£');
    let bare = text.trim_start_matches(is_unit).trim_end_matches(is_unit).trim();
    (bare != text && !bare.is_empty()).then_some(bare)
}

/// What commas and points between digits need; `None` where these are not all digits.
fn separators(text: &str) -> Option<Option<Tolerance>> {
    let grouped = |whole: &str, separator: char| {
        let mut groups = whole.split(separator);
        let first = groups.next().is_some_and(|group| digits(group) && group.len() <= 3);
        first && groups.all(|group| digits(group) && group.len() == 3)
    };
    let is_plain = |whole: &str, fraction: Option<&str>| digits(whole) && fraction.is_none_or(digits);
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    if is_plain(whole, fraction) {
        return Some(None);
    }
    if whole.contains(',') && grouped(whole, ',') && fraction.is_none_or(digits) {
        return Some(Some(Tolerance::Thousands));
    }
    let (whole, cents) = text.split_once(',')?;
    ((digits(whole) || grouped(whole, '.')) && digits(cents)).then_some(Some(Tolerance::DecimalComma))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn half_width(character: char) -> char {
    match character {
        '０'..='９' | '．' | '，' | '－' | '＋' | '（' | '）' => {
            char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
        }
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Tolerance::{
        DecimalComma, Exponent, FullWidth, InnerSpaces, Parentheses, Plus, Thousands, TrailingMinus, Units,
    };

    #[test]
    fn tolerances_follow_from_the_samples() {
        for (text, wanted) in [
            ("1234.56", Some(vec![])),
            ("-87.20", Some(vec![])),
            ("1,234.56", Some(vec![Thousands])),
            ("1.234,56", Some(vec![DecimalComma])),
            ("87,20", Some(vec![DecimalComma])),
            ("１２３４．５６", Some(vec![FullWidth])),
            ("(100)", Some(vec![Parentheses])),
            ("5-", Some(vec![TrailingMinus])),
            ("+5", Some(vec![Plus])),
            ("1 234.56", Some(vec![InnerSpaces])),
            ("12万", Some(vec![Units])),
            ("¥1,200.00", Some(vec![Thousands, Units])),
            ("1.5e3", Some(vec![Exponent])),
            ("abc", None),
            ("12-34", None),
            ("2024-02-29", None),
            ("", None),
        ] {
            let found = tolerances_of(&[text]).map(|found| found.into_iter().collect::<Vec<_>>());
            assert_eq!(found, wanted, "{text}");
        }
        assert!(is_negative("(1,000)") && is_negative("-5") && is_negative("5-") && !is_negative("5"));
    }
}
