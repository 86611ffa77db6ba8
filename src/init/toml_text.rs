//! Text as a TOML string that shows what it holds.

/// `text` in quotes; what cannot be seen is escaped.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\t' => quoted.push_str("\\t"),
            ' ' | '\'' => quoted.push(character),
            _ if is_visible(character) => quoted.push(character),
            _ => {
                let code = u32::from(character);
                quoted.push_str(&if code <= 0xffff {
                    format!("\\u{code:04X}")
                } else {
                    format!("\\U{code:08X}")
                });
            }
        }
    }
    quoted + "\""
}

/// Texts as a TOML array.
pub fn list<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}

/// Neither a control or format character, nor a space that looks like another.
fn is_visible(character: char) -> bool {
    character.escape_debug().len() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped_and_read_back() {
        for text in ["客户号", "a\"b\\c", "x\ty", "\u{202e}abc\u{feff}", "it's", "\u{1f600}", "e\u{301}"] {
            let value: toml::Table = toml::from_str(&format!("k = {}", quoted(text))).unwrap();
            assert_eq!(value["k"].as_str(), Some(text), "{}", quoted(text));
        }
        assert_eq!(quoted("\u{202e}a\n"), "\"\\u202Ea\\u000A\"");
        assert_eq!(list(["a", "客"]), "[\"a\", \"客\"]");
    }
}
