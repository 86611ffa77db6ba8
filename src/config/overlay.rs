//! Reading configuration text: the bank's file laid over the defaults, unknown keys refused by line.
//!
//! Tables are merged key by key, except `sources`, which is one bank's mapping and is taken whole.

use super::{DEFAULT_TOML, raw::Raw};
use crate::error::{Error, Result};
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// The configuration that `text` (from `file`) means when laid over the defaults.
///
/// # Errors
/// Kind `Usage` with file and line: broken TOML, an unknown key (with the nearest one), a wrong type.
pub fn read(file: &str, text: &str) -> Result<Raw> {
    let mut merged = defaults();
    let parsed = DeTable::parse(text).map_err(|error| located(file, text, &error))?;
    let parsed = parsed.get_ref();
    refuse_unknown(file, text, parsed, &merged, "")?;
    let given: Table = toml::from_str(text).map_err(|error| located(file, text, &error))?;
    merge(&mut merged, given);
    deserialize(merged).map_err(|error| {
        let path = error.path().to_string();
        let line = line_of(text, position_of(parsed, &path));
        let why = error.inner().message().trim().replace('\n', " ");
        Error::usage(format!("{file}:{line}: `{path}`: {why}"))
            .hint("`config/default.toml` explains every key")
    })
}

/// The defaults alone.
///
/// # Errors
/// None in a released program: a test reads the embedded file.
pub fn read_defaults() -> Result<Raw> {
    deserialize(defaults()).map_err(|error| Error::internal(format!("default.toml: {error}")))
}

fn defaults() -> Table {
    DEFAULT_TOML.parse().expect("the embedded default.toml is TOML; a test reads it")
}

fn deserialize(table: Table) -> Result<Raw, serde_path_to_error::Error<toml::de::Error>> {
    serde_path_to_error::deserialize(Value::Table(table))
}

/// Byte at which the key `path` (or the nearest one above it) is given.
fn position_of(given: &DeTable<'_>, path: &str) -> usize {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some((key, value)) = given.iter().find(|(key, _)| key.get_ref().as_ref() == first) else { return 0 };
    let inner = value.get_ref().as_table().filter(|_| !rest.is_empty());
    inner.map(|inner| position_of(inner, rest)).filter(|position| *position > 0).unwrap_or(key.span().start)
}

fn merge(base: &mut Table, given: Table) {
    for (key, value) in given {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(over)) if key != "sources" => merge(inner, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// Walks what was given beside the defaults, which hold every key; a mapping has its own check.
fn refuse_unknown(file: &str, text: &str, given: &DeTable<'_>, known: &Table, prefix: &str) -> Result<()> {
    for (key, value) in given {
        let name = key.get_ref().as_ref();
        let path = format!("{prefix}{name}");
        let Some(default) = known.get(name) else {
            let line = line_of(text, key.span().start);
            let error = Error::usage(format!("{file}:{line}: unknown key `{path}`"));
            return Err(match super::nearest(name, known.keys().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean `{prefix}{near}`?")),
                None => error.hint("`config/default.toml` lists every key"),
            });
        };
        if let (DeValue::Table(inner), Value::Table(default)) = (value.get_ref(), default)
            && path != "sources"
        {
            refuse_unknown(file, text, inner, default, &format!("{path}."))?;
        }
    }
    Ok(())
}

fn located(file: &str, text: &str, error: &toml::de::Error) -> Error {
    let line = error.span().map_or(1, |span| line_of(text, span.start));
    Error::usage(format!("{file}:{line}: {}", error.message()))
}

fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes()[..byte.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_a_configuration_that_runs() {
        read_defaults().unwrap().check().unwrap();
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_nearest_key() {
        let error = read("bank.toml", "seed = 1\n\n[churn]\nconfirm_dayz = 30\n").unwrap_err();
        assert_eq!(error.to_string(), "bank.toml:4: unknown key `churn.confirm_dayz`");
        assert_eq!(error.hints(), ["did you mean `churn.confirm_days`?"]);
    }

    #[test]
    fn a_wrong_type_is_refused_with_its_line_and_key() {
        let error = read("bank.toml", "seed = 1\n[churn]\nconfirm_days = \"many\"\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "bank.toml:3: `churn.confirm_days`: invalid type: string \"many\", expected i32"
        );
    }

    #[test]
    fn a_nan_share_is_refused() {
        let error = read("bank.toml", "[ingest]\nreject_share_max = nan\n").unwrap().check().unwrap_err();
        assert_eq!(error.to_string(), "`ingest.reject_share_max` must be from 0 to 1");
    }
}
