//! `files` of a source: which names of the drop folder are its exports, and where in them the date stands.
//!
//! Pure. `*` is any run of characters but `/`; in front of a name it does not take a hidden one (`.name`). `{date}` is
//! `YYYY-MM-DD` or `YYYYMMDD`, `{month}` is `YYYY-MM` or `YYYYMM`; right after a `*` they start a run of digits, so
//! that the end of a longer number is no date. `/` leads into folders of the drop folder. What has the shape of a date
//! and is none is told, not passed over.

use super::name_date::{day_shape, month_shape};
use crate::date::Date;
use crate::error::{Error, Result};

/// A checked `files`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// One per folder, the file's own last.
    pub(super) levels: Vec<Level>,
}

/// What one name between two `/` must look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Level {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Any,
    Date,
    Month,
}

/// What the placeholders met so far say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Said {
    day: Option<Date>,
    month_end: Option<Date>,
    /// They contradict each other, or one is no date of the calendar.
    is_wrong: bool,
}

impl Pattern {
    /// # Errors
    /// Kind `Usage` where the text is no file name inside the drop folder, or holds an unknown placeholder.
    pub fn parse(text: &str) -> Result<Self> {
        Self::with(text, |level| parts(text, level))
    }

    /// The pattern of one file, whatever characters its name has.
    pub(super) fn exact(name: &str) -> Result<Self> {
        Self::with(name, |level| Ok(vec![Part::Text(level.to_owned())]))
    }

    fn with(text: &str, parts: impl Fn(&str) -> Result<Vec<Part>>) -> Result<Self> {
        if text.split('/').any(|level| matches!(level, "" | "." | "..")) {
            let error = Error::usage(format!("`files = \"{}\"` is not a file name", text.escape_debug()));
            return Err(error.hint("name files inside the drop folder, as in `{date}/transactions.csv`"));
        }
        let levels = text.split('/').map(|level| Ok(Level { parts: parts(level)? }));
        Ok(Self { levels: levels.collect::<Result<_>>()? })
    }

    /// Whether the pattern says where the date stands.
    pub fn is_dated(&self) -> bool {
        let mut parts = self.levels.iter().flat_map(|level| &level.parts);
        parts.any(|part| matches!(part, Part::Date | Part::Month))
    }
}

/// Cuts one level into its parts.
fn parts(pattern: &str, level: &str) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = level;
    while !rest.is_empty() {
        let (part, bytes) = if rest.starts_with('*') {
            (Part::Any, 1)
        } else if rest.starts_with("{date}") {
            (Part::Date, "{date}".len())
        } else if rest.starts_with("{month}") {
            (Part::Month, "{month}".len())
        } else if rest.starts_with(['{', '}']) {
            let pattern = pattern.escape_debug();
            return Err(Error::usage(format!("`files = \"{pattern}\"` has an unknown placeholder"))
                .hint("`*`, `{date}` and `{month}` are known"));
        } else {
            let bytes = rest.find(['*', '{', '}']).unwrap_or(rest.len());
            (Part::Text(rest[..bytes].to_owned()), bytes)
        };
        if part != Part::Any || parts.last() != Some(&Part::Any) {
            parts.push(part);
        }
        rest = &rest[bytes..];
    }
    Ok(parts)
}

impl Level {
    /// The one name that fits, where there is but one.
    pub(super) fn only_name(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Text(name)] => Some(name),
            _ => None,
        }
    }

    /// Every way in which `name` fits, on top of what the folders before it said; empty where it does not fit.
    pub(super) fn read(&self, name: &[u8], before: &[Said]) -> Vec<Said> {
        if self.parts.first() == Some(&Part::Any) && name.starts_with(b".") {
            return Vec::new();
        }
        let mut states: Vec<(usize, Said)> = before.iter().map(|said| (0, *said)).collect();
        for (index, part) in self.parts.iter().enumerate() {
            let after_any = index > 0 && self.parts[index - 1] == Part::Any;
            let before_any = self.parts.get(index + 1) == Some(&Part::Any);
            states = match part {
                Part::Text(text) => after_text(&states, name, text.as_bytes()),
                Part::Any => after_any_run(&states, name.len(), index + 1 == self.parts.len()),
                Part::Date => after_date(&states, name, after_any),
                Part::Month => after_month(&states, name, after_any, before_any),
            };
            if states.is_empty() {
                return Vec::new();
            }
        }
        let mut whole = Vec::new();
        for (at, said) in states {
            if at == name.len() && !whole.contains(&said) {
                whole.push(said);
            }
        }
        whole
    }
}

type States = Vec<(usize, Said)>;

fn after_text(states: &[(usize, Said)], name: &[u8], text: &[u8]) -> States {
    let fits = states.iter().filter(|(at, _)| name[*at..].starts_with(text));
    fits.map(|(at, said)| (at + text.len(), *said)).collect()
}

/// From the first place of every reading on; at the end of the pattern only the end of the name counts.
fn after_any_run(states: &[(usize, Said)], end: usize, is_last: bool) -> States {
    let mut firsts: States = Vec::new();
    for (at, said) in states {
        match firsts.iter_mut().find(|(_, known)| known == said) {
            Some((first, _)) => *first = (*first).min(*at),
            None => firsts.push((*at, *said)),
        }
    }
    if is_last {
        return firsts.into_iter().map(|(_, said)| (end, said)).collect();
    }
    firsts.into_iter().flat_map(|(first, said)| (first..=end).map(move |at| (at, said))).collect()
}

fn after_date(states: &[(usize, Said)], name: &[u8], after_any: bool) -> States {
    let starts = states.iter().filter(|(at, _)| !after_any || starts_run(name, *at));
    let read = |(at, said): &(usize, Said)| {
        let (bytes, date) = day_shape(&name[*at..])?;
        Some((at + bytes, said.and_day(date)))
    };
    starts.filter_map(read).collect()
}

fn after_month(states: &[(usize, Said)], name: &[u8], after_any: bool, before_any: bool) -> States {
    let starts = states.iter().filter(|(at, _)| !after_any || starts_run(name, *at));
    let read = |(at, said): &(usize, Said)| {
        let (bytes, end) = month_shape(&name[*at..])?;
        let rest = &name[at + bytes..];
        let is_day =
            before_any && rest.strip_prefix(b"-").unwrap_or(rest).first().is_some_and(u8::is_ascii_digit);
        (!is_day).then(|| (at + bytes, said.and_month(end)))
    };
    starts.filter_map(read).collect()
}

fn starts_run(name: &[u8], at: usize) -> bool {
    at == 0 || !name[at - 1].is_ascii_digit()
}

impl Said {
    fn and_day(self, day: Option<Date>) -> Self {
        let Some(day) = day else { return Self { is_wrong: true, ..self } };
        let agrees = self.day.is_none_or(|known| known == day)
            && self.month_end.is_none_or(|end| end == day.month_end());
        Self { day: Some(day), is_wrong: self.is_wrong || !agrees, ..self }
    }

    fn and_month(self, end: Option<Date>) -> Self {
        let Some(end) = end else { return Self { is_wrong: true, ..self } };
        let agrees = self.month_end.is_none_or(|known| known == end)
            && self.day.is_none_or(|day| day.month_end() == end);
        Self { month_end: Some(end), is_wrong: self.is_wrong || !agrees, ..self }
    }
}

/// The date on which all ways to read a name agree, and whether it stands for a month.
///
/// # Errors
/// What is wrong with the name, to be put after it.
pub(super) fn agreed(ways: &[Said]) -> Result<Option<(Date, bool)>, &'static str> {
    let mut right = ways.iter().filter(|said| !said.is_wrong);
    let date =
        |said: &Said| said.day.map(|day| (day, false)).or_else(|| said.month_end.map(|end| (end, true)));
    let Some(first) = right.next().map(date) else {
        return Err("has no valid date, or different ones, where `files` has `{date}` or `{month}`");
    };
    if right.any(|said| date(said) != first) {
        return Err("has different dates that could be meant in `files`");
    }
    Ok(first)
}

#[cfg(test)]
mod tests;
