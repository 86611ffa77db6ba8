//! Which date format a column's samples are written in.
//!
//! Reads: samples without missing texts. Never: takes one of two formats that both fit.

/// A format of the configuration and whether a text may be a date in it.
type Format = (&'static str, fn(&str) -> bool);

/// The formats, each for texts that no other is meant for, except the first two pairs that can be confused.
const FORMATS: [Format; 13] = [
    ("YYYY-MM-DD", |text| {
        split(text, '-').is_some_and(|(y, m, d)| y.len() == 4 && m.len() == 2 && d.len() == 2 && day(y, m, d))
    }),
    ("YYYYMMDD", |text| {
        text.len() == 8 && part(text, 0, 4).is_some() && day(&text[..4], &text[4..6], &text[6..])
    }),
    ("YYMMDD", |text| text.len() == 6 && part(text, 0, 6).is_some() && day_of_month(&text[2..4], &text[4..])),
    ("YYYY/M/D", |text| split(text, '/').is_some_and(|(y, m, d)| y.len() == 4 && day(y, m, d))),
    ("YY/M/D", |text| split(text, '/').is_some_and(|(y, m, d)| y.len() == 2 && day_of_month(m, d))),
    ("DD/MM/YY", |text| split(text, '/').is_some_and(|(d, m, y)| y.len() == 2 && day_of_month(m, d))),
    ("YYYY年M月D日", chinese),
    ("timestamp", timestamp),
    ("birth_number", |text| {
        text.len() == 6 && part(text, 0, 6).is_some() && birth_month(&text[2..4], &text[4..])
    }),
    ("excel_serial", |text| {
        text.len() == 5 && number(text).is_some_and(|days| (10_000..80_000).contains(&days))
    }),
    ("excel_timestamp", |text| {
        text.split_once('.').is_some_and(|(days, rest)| days.len() == 5 && digits(days) && digits(rest))
    }),
    ("epoch_seconds", |text| text.len() == 10 && digits(text)),
    ("epoch_millis", |text| text.len() == 13 && digits(text)),
];

/// The formats that all samples fit; none where there is no sample.
pub fn formats_of(samples: &[&str]) -> Vec<&'static str> {
    if samples.is_empty() {
        return Vec::new();
    }
    let fits = |format: &&Format| samples.iter().all(|text| format.1(text));
    let fitting: Vec<&str> = FORMATS.iter().filter(fits).map(|(name, _)| *name).collect();
    // A birth number without any woman is a plain date.
    if fitting.contains(&"YYMMDD") { vec!["YYMMDD"] } else { fitting }
}

fn split(text: &str, separator: char) -> Option<(&str, &str, &str)> {
    let mut parts = text.split(separator);
    let three = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then_some(three)
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str) -> Option<u64> {
    if digits(text) { text.parse().ok() } else { None }
}

fn part(text: &str, from: usize, to: usize) -> Option<u64> {
    if digits(text) { number(text.get(from..to)?) } else { None }
}

fn day(year: &str, month: &str, day: &str) -> bool {
    number(year).is_some_and(|year| (1900..=2200).contains(&year)) && day_of_month(month, day)
}

fn day_of_month(month: &str, day: &str) -> bool {
    let within =
        |text: &str, most: u64| text.len() <= 2 && number(text).is_some_and(|n| (1..=most).contains(&n));
    within(month, 12) && within(day, 31)
}

fn birth_month(month: &str, day: &str) -> bool {
    let month = number(month).map(|month| if month > 50 { month - 50 } else { month });
    month.is_some_and(|month| day_of_month(&month.to_string(), day))
}

fn chinese(text: &str) -> bool {
    let parts = || {
        let (year, rest) = text.split_once('年')?;
        let (month, rest) = rest.split_once('月')?;
        Some((year, month, rest.strip_suffix('日')?))
    };
    parts().is_some_and(|(y, m, d)| day(y, m, d))
}

fn timestamp(text: &str) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else { return false };
    let hours = time.strip_prefix([' ', 'T']).and_then(|time| time.get(..5));
    (FORMATS[0].1)(date)
        && hours.is_some_and(|time| time.as_bytes()[2] == b':' && digits(&time[..2]) && digits(&time[3..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::source::DateFormat;
    use serde::Deserialize;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    #[test]
    fn every_format_is_one_of_the_configuration() {
        for (name, _) in FORMATS {
            let text: StrDeserializer<'_, Error> = name.into_deserializer();
            assert!(DateFormat::deserialize(text).is_ok(), "{name}");
        }
    }

    #[test]
    fn formats_are_told_by_all_samples() {
        for (samples, formats) in [
            (&["2024-02-29", "1999-12-31"][..], &["YYYY-MM-DD"][..]),
            (&["20240229"], &["YYYYMMDD"]),
            (&["930229"], &["YYMMDD"]),
            (&["706213", "450204"], &["birth_number"]),
            (&["2015/3/1", "2015/12/31"], &["YYYY/M/D"]),
            (&["24/02/10"], &["YY/M/D", "DD/MM/YY"]),
            (&["24/02/10", "24/02/99"], &["DD/MM/YY"]),
            (&["2024年2月29日"], &["YYYY年M月D日"]),
            (&["2024-02-29 12:30:00", "2024-02-29T12:30+08:00"], &["timestamp"]),
            (&["45351"], &["excel_serial"]),
            (&["45351.5"], &["excel_timestamp"]),
            (&["1709164800"], &["epoch_seconds"]),
            (&["1709164800000"], &["epoch_millis"]),
            (&["2024-02-29", "20240229"], &[]),
            (&["soon", "日期日期"], &[]),
            (&[], &[]),
        ] {
            assert_eq!(formats_of(samples), formats, "{samples:?}");
        }
    }
}
