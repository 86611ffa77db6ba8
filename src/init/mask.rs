//! What a value looks like, without the value.

/// Longer values are told by their start.
const CHARACTERS_MAX: usize = 32;

/// Digits become 9, Han characters 汉, all other letters a; punctuation stays. Safe in a comment.
pub fn mask(value: &str) -> String {
    let mut before = ' ';
    let mut mask_next = |character: char| {
        let mask = masked(character, before);
        before = character;
        mask
    };
    let mut masked: String = value.chars().take(CHARACTERS_MAX).map(&mut mask_next).collect();
    if value.chars().nth(CHARACTERS_MAX).is_some() {
        masked.push('…');
    }
    masked
}

fn masked(character: char, before: char) -> char {
    match character {
        '0'..='9' => '9',
        '０'..='９' => '９',
        // Behind a digit they tell how a number or a date is written; elsewhere they may be part of a name.
        '年' | '月' | '日' | '万' | '亿' | '元' if before.is_numeric() => character,
        '元' if matches!(before, '万' | '亿') => character,
        _ if is_han(character) => '汉',
        _ if character.is_alphabetic() => 'a',
        _ if character.is_numeric() => '9',
        _ if character.is_ascii_graphic() || character == ' ' => character,
        '，' | '．' | '（' | '）' | '－' | '＋' | '￥' | '¥' | '：' | '／' | '·' => character,
        _ => '?',
    }
}

pub fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_stays_and_the_value_goes() {
        assert_eq!(mask("林建国"), "汉汉汉");
        assert_eq!(mask("李元"), "汉汉");
        assert_eq!(mask("3万元"), "9万元");
        assert_eq!(mask("C00000001"), "a99999999");
        assert_eq!(mask("2024年2月29日 1,234.56元"), "9999年9月99日 9,999.99元");
        assert_eq!(mask("Zoë\n\u{202e}１"), "aaa??９");
        assert_eq!(mask(&"7".repeat(40)).chars().count(), CHARACTERS_MAX + 1);
    }
}
