//! Which workbook it is: what its hidden sheet says of itself.

use super::cells::{Cell, Sheet};
use crate::config::Profile;
use crate::date::Date;
pub use crate::publish::workbook::identity::SHEET;
use crate::schema::SCHEMA_VERSION;
use std::collections::BTreeMap;

/// What the workbook says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub as_of: Date,
    pub manager_id: String,
    pub run_id: String,
    /// How customers are shown in it.
    pub profile: Profile,
}

impl Identity {
    /// # Errors
    /// What is missing or wrong, to stand after the name of the file.
    pub fn of(sheet: &Sheet) -> Result<Self, String> {
        let text = |cell: &Cell| match cell {
            Cell::Text(text) => Some(text.trim().to_owned()),
            _ => None,
        };
        let pair = |row: &BTreeMap<u32, Cell>| Some((text(row.get(&0)?)?, text(row.get(&1)?)?));
        let values: BTreeMap<String, String> = sheet.values().filter_map(pair).collect();
        let value = |key: &str| {
            values
                .get(key)
                .cloned()
                .ok_or_else(|| format!("does not say its `{key}`, which Tercet wrote into it"))
        };
        let wrong = |key: &str| format!("says something else for `{key}` than Tercet writes");
        let version: u32 = value("schema_version")?.parse().map_err(|_| wrong("schema_version"))?;
        if version > SCHEMA_VERSION {
            return Err("was written by a newer version of Tercet".into());
        }
        Ok(Self {
            as_of: Date::parse_iso(&value("as_of")?).ok_or_else(|| wrong("as_of"))?,
            manager_id: value("manager_id")?,
            run_id: value("run_id")?,
            profile: Profile::from_code(&value("profile")?).ok_or_else(|| wrong("profile"))?,
        })
    }
}
