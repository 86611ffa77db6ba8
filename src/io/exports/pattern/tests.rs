//! Which paths fit which patterns, and which date is read from them.

use super::*;

/// How a path is read: `-` no match, `?` wrong date, `none`, or the date, with `m` for a month.
fn read(pattern: &str, path: &str) -> String {
    let pattern = Pattern::parse(pattern).unwrap();
    let names: Vec<&str> = path.split('/').collect();
    let mut ways = vec![Said::default()];
    for (level, name) in pattern.levels.iter().zip(&names) {
        ways = level.read(name.as_bytes(), &ways);
    }
    if ways.is_empty() || names.len() != pattern.levels.len() {
        return "-".to_owned();
    }
    match agreed(&ways) {
        Err(_) => "?".to_owned(),
        Ok(None) => "none".to_owned(),
        Ok(Some((date, is_month))) => format!("{date}{}", if is_month { "m" } else { "" }),
    }
}

#[test]
fn a_star_stands_for_any_run_of_characters() {
    for (pattern, name, fits) in [
        ("a.csv", "a.csv", true),
        ("a.csv", "a.csv.gz", false),
        ("t_*.csv", "t_2026-10-31.csv", true),
        ("t_*.csv", "t_.csv", true),
        ("t_*.csv", "x_t_1.csv", false),
        ("*", "anything", true),
        ("*a*b", "xaxb", true),
        ("*a*b", "xbxa", false),
        ("**a**", "xay", true),
        ("ab*ba", "aba", false),
        ("*.csv", ".t.csv", false),
        (".*.csv", ".t.csv", true),
        ("t/*.csv", "t/a.csv", true),
        ("t/*.csv", "u/a.csv", false),
    ] {
        assert_eq!(read(pattern, name) == "none", fits, "{pattern} {name}");
    }
}

#[test]
fn a_placeholder_says_where_the_date_stands() {
    for (pattern, name, expected) in [
        ("t_{date}.csv", "t_2026-10-31.csv", "2026-10-31"),
        ("t_{date}.csv", "t_20261031.csv", "2026-10-31"),
        ("t_{date}.csv", "t_2026-1031.csv", "-"),
        ("t_{date}.csv", "t_20261331.csv", "?"),
        ("t_{date}*.csv", "t_20261031235959.csv", "2026-10-31"),
        ("t_{date}*.csv", "t_20261031_to_20261101.csv", "2026-10-31"),
        ("*_{date}.csv", "2026-10-01_2026-10-31.csv", "2026-10-31"),
        ("*{date}.csv", "t920261031.csv", "-"),
        ("*{date}*", "t_20261031_20261101", "?"),
        ("{date}/t.csv.gz", "2026-10-31/t.csv.gz", "2026-10-31"),
        ("{date}/t_{date}.csv", "2026-10-31/t_20261031.csv", "2026-10-31"),
        ("{date}/t_{date}.csv", "2026-10-31/t_20261030.csv", "?"),
        ("{month}/t_{date}.csv", "202610/t_20261030.csv", "2026-10-30"),
        ("{month}/t_{date}.csv", "202609/t_20261030.csv", "?"),
        ("h_{month}.csv", "h_202402.csv", "2024-02-29m"),
        ("h_{month}.csv", "h_2026-10.csv", "2026-10-31m"),
        ("h_{month}*.csv", "h_20261031.csv", "-"),
        ("h_{month}*.csv", "h_2026-10-31.csv", "-"),
        ("h_{month}*.csv", "h_2026-10_v2.csv", "2026-10-31m"),
        ("h_{month}.csv", "h_202613.csv", "?"),
    ] {
        assert_eq!(read(pattern, name), expected, "{pattern} {name}");
    }
}

#[test]
fn a_pattern_stays_inside_the_drop_folder() {
    for wrong in ["", "/t.csv", "../t.csv", "t/../u.csv", "./t.csv", "t//u.csv", "t/"] {
        let refused = Pattern::parse(wrong).unwrap_err();
        assert!(refused.to_string().contains("is not a file name"), "{wrong}: {refused}");
    }
    for wrong in ["t_{day}.csv", "t_{date", "t_}.csv"] {
        let refused = Pattern::parse(wrong).unwrap_err();
        assert!(refused.to_string().ends_with("has an unknown placeholder"), "{wrong}: {refused}");
    }
}

#[test]
fn many_stars_take_no_longer_than_a_few() {
    let pattern = format!("{}z", "*a".repeat(60));
    assert_eq!(read(&pattern, &"a".repeat(255)), "-");
}
