//! A part of a name or a telephone number: enough to recognise whom one knows, too little to find whom one does not.

/// What stands for digits that are hidden.
const HIDDEN_DIGITS: &str = "****";

/// `张三丰` -> `张**`, `Jane Roe` -> `J***`: the first letter, and stars that do not tell the length.
pub(super) fn name(name: &str) -> String {
    match name.chars().find(|c| c.is_alphabetic()) {
        Some(first) if is_ideograph(first) => format!("{first}**"),
        Some(first) => format!("{first}***"),
        None => "***".to_owned(),
    }
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}')
}

/// `+86 138-1234-1234` -> `138****1234`; of a shorter number only the end, of a very short one nothing.
pub(super) fn phone(phone: &str) -> String {
    let digits: String = phone.chars().filter_map(digit).collect();
    let digits = without_country_code(&digits);
    match digits.len() {
        11.. => format!("{}{HIDDEN_DIGITS}{}", &digits[..3], &digits[digits.len() - 4..]),
        8..=10 => format!("{HIDDEN_DIGITS}{}", &digits[digits.len() - 4..]),
        _ => HIDDEN_DIGITS.to_owned(),
    }
}

/// An ASCII digit, also of a full-width one.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    }
}

/// A Chinese mobile number without `+86` or `0086`, which would hide its network in place of its middle.
fn without_country_code(digits: &str) -> &str {
    let short = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86"));
    short.filter(|short| short.len() == 11 && short.starts_with('1')).unwrap_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_name_the_first_letter_stays() {
        for (given, shown) in [
            ("张三", "张**"),
            ("欧阳修文", "欧**"),
            ("𠮷野", "𠮷**"),
            ("Jane Roe", "J***"),
            (" émile", "é***"),
            ("김민수", "김***"),
            ("महेश", "म***"),
            ("محمد", "م***"),
            ("=HYPERLINK(\"x\")", "H***"),
            ("+86 138", "***"),
            ("😀", "***"),
        ] {
            assert_eq!(name(given), shown);
        }
    }

    #[test]
    fn of_a_number_four_digits_or_more_are_hidden() {
        for (given, shown) in [
            ("13812341234", "138****1234"),
            ("+86 138-1234-1234", "138****1234"),
            ("008613812341234", "138****1234"),
            ("１３８１２３４１２３４", "138****1234"),
            ("+49 151 2345 67890", "491****7890"),
            ("010-12345678", "010****5678"),
            ("87654321", "****4321"),
            ("1234567", "****"),
            ("ask at the desk", "****"),
            ("", "****"),
        ] {
            assert_eq!(phone(given), shown);
        }
    }
}
