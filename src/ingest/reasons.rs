//! Why a row or a value is rejected: every reason there is, as `rejects.parquet` has it.
//!
//! Each has its words in every language, section `reject` of the labels. A reason is stable, names the rule that would read
//! the value, and never the value.

macro_rules! reasons {
    ($($name:ident = $text:literal,)+) => {
        $(pub const $name: &str = $text;)+

        #[cfg(test)]
        const ALL: &[&str] = &[$($text),+];
    };
}

reasons! {
    MISSING = "missing",
    NOT_UTF8 = "not UTF-8",
    WRONG_TYPE = "a value of another type",
    FRACTION = "a fraction in place of a text",
    ROUNDED = "a float in place of a text, too large to be exact",
    UNKNOWN_CODE = "unknown code",
    NEGATIVE = "negative",
    SIGNED = "a sign, although another column tells it",
    NO_SIGN = "no value in the column that tells the sign",
    NOT_WHOLE = "not a whole number",
    NUL = "a NUL byte",
    CONTROL = "a control character",
    FEWER_FIELDS = "fewer fields than the header has",
    MORE_FIELDS = "more fields than the header has",
    SECOND_HEADER = "a second header",
    EARLY = "a trailer before the end",
    STRAY_QUOTE = "a quote inside a field without quotes",
    TEXT_AFTER_QUOTE = "text after a closing quote",
    BACKSLASH_QUOTE = "a backslash before a quote: quotes are doubled, not escaped",
    BROKEN_QUOTES = "broken quotes in a row over several lines",
    UNKNOWN_CUSTOMER = "unknown customer",
    UNKNOWN_ACCOUNT = "unknown account",
    NO_OWNER = "an account without owner",
    REJECTED_CUSTOMER = "customer was rejected",
    REJECTED_ACCOUNT = "account was rejected",
    NO_ACCOUNT = "no account to date the opening from",
    BORN_LATER = "opened before birth",
    TOO_OLD = "a birth date more than 130 years before the opening",
    CLOSED_EARLIER = "closed before it was opened",
    TIMESTAMP = "a timestamp where a date is expected: map it with `format = \"timestamp\"`",
    OUTSIDE_CALENDAR = "not a day of the calendar",
    OUTSIDE_YEARS = "a year outside 1900 to 2200",
    NOT_A_BOOLEAN = "not a boolean: expected true, false, 1, 0, yes, no, y or n",
    NOT_A_NUMBER = "not a number: expected digits with a decimal point, as in 0.25",
    NOT_FINITE = "not a finite number",
    NOT_A_DAY = "a number where a date is expected",
    FRACTION_OF_DAY = "a serial date with a time of day: read only with `format = \"excel_timestamp\"`",
    SPREADSHEET = "an id in scientific notation: it went through a spreadsheet",
    INVISIBLE = "an invisible character in an id",
    COMBINING = "a combining character in an id: deliver ids in Unicode form NFC",
    FULL_WIDTH_ID = "full-width character in an id: read only where `accept` has `full_width`",
    FULL_WIDTH = "full-width characters: read only where `accept` has `full_width`",
    OFFSET = "a timestamp with an offset: set the source's `time_zone`, in which its date is taken",
    SKIPPED = "a local time that the clocks of `time_zone` skip",
    REPEATED = "a local time that the clocks of `time_zone` show twice",
    NOT_AN_AMOUNT = "not an amount: expected digits with a decimal point, as in 1234.56",
    OTHER_CURRENCY = "an amount in a currency that is not the base currency",
    POINT = "a decimal point, although `accept` has `decimal_comma`",
    TOO_LARGE = "too large",
    DECIMALS = "more than 2 decimals",
    THOUSANDS = "commas between digits: read only where `accept` has `thousands`",
    DECIMAL_COMMA = "a decimal comma: read only where `accept` has `decimal_comma`",
    PARENTHESES = "parentheses round a number: read only where `accept` has `parentheses`",
    TRAILING_MINUS = "a minus after a number: read only where `accept` has `trailing_minus`",
    PLUS = "a plus sign: read only where `accept` has `plus`",
    INNER_SPACES = "spaces inside a number: read only where `accept` has `inner_spaces`",
    UNITS = "a unit or currency with a number: read only where `accept` has `units`",
    EXPONENT = "an exponent in a number: read only where `accept` has `exponent`",
    NOT_ISO = "not a date: expected YYYY-MM-DD",
    NOT_COMPACT = "not a date: expected YYYYMMDD",
    NOT_SHORT_COMPACT = "not a date: expected YYMMDD",
    NOT_SLASHES = "not a date: expected YYYY/M/D",
    NOT_SHORT_SLASHES = "not a date: expected YY/M/D",
    NOT_DAY_FIRST = "not a date: expected DD/MM/YY",
    NOT_CHINESE = "not a date: expected YYYY年M月D日",
    NOT_A_TIMESTAMP = "not a timestamp: expected YYYY-MM-DD HH:MM:SS",
    NOT_A_BIRTH_NUMBER = "not a birth number: expected YYMMDD, 50 added to the month for women",
    NOT_EXCEL_SERIAL = "not a serial date: expected whole days, as in 45351",
    NOT_EXCEL_TIMESTAMP = "not a serial timestamp: expected days, as in 45351.5",
    NOT_EPOCH_SECONDS = "not an epoch time: expected whole seconds",
    NOT_EPOCH_MILLIS = "not an epoch time: expected whole milliseconds",
    IS_EXCEL_SERIAL = "a number where a date is expected: a serial date is read only with `format = \"excel_serial\"`",
    IS_COMPACT = "a date read only with `format = \"YYYYMMDD\"`",
    IS_EPOCH_SECONDS = "a number where a date is expected: seconds are read only with `format = \"epoch_seconds\"`",
    IS_EPOCH_MILLIS = "a number where a date is expected: milliseconds are read only with `format = \"epoch_millis\"`",
    AMBIGUOUS_YEAR = "a date with a two-digit year: ambiguous unless `format` says `YY/M/D` or `DD/MM/YY`",
    IS_ISO = "a date read only with `format = \"YYYY-MM-DD\"`",
    IS_SLASHES = "a date read only with `format = \"YYYY/M/D\"`",
    IS_CHINESE = "a date read only with `format = \"YYYY年M月D日\"`",
}

pub fn outside(low: f64, high: f64) -> String {
    format!("outside {low} to {high}")
}

/// `file` as it is to be shown.
pub fn not_found_in(file: impl std::fmt::Display) -> String {
    format!("not found in {file}")
}

pub fn longer_than(bytes: usize) -> String {
    format!("longer than {bytes} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::{Labels, Language};

    #[test]
    fn every_reason_has_its_words_in_every_language() {
        let with_values = [outside(0.0, 10.0), not_found_in("a.csv"), longer_than(10)];
        let chinese = Labels::of(Language::ZhCn);
        for reason in ALL.iter().copied().chain(with_values.iter().map(String::as_str)) {
            let told = chinese.sentence("reject", reason);
            assert!(!told.is_ascii(), "`{reason}` is told as `{told}`");
        }
        for language in Language::ALL {
            let labels = Labels::of(language);
            assert!(ALL.iter().all(|reason| labels.knows("reject", reason)), "{language:?}");
            assert_eq!(
                labels.codes("reject").count(),
                ALL.len() + with_values.len(),
                "of no reason that there is"
            );
        }
    }
}
