//! Bytes as text: two lower-case digits each, the first byte first.

/// Two digits per byte.
pub fn of(bytes: impl IntoIterator<Item = u8>) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.into_iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, section 10; the first and the last byte.
    #[test]
    fn bytes_are_two_lower_case_digits_each() {
        assert_eq!(of(*b"foobar"), "666f6f626172");
        assert_eq!((of([0x00, 0x0f, 0xff]), of([])), ("000fff".into(), String::new()));
    }
}
