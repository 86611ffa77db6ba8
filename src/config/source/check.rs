//! Whether a mapping fits the contract: said before any file is opened.

use super::{Accept, ColumnSource, Format, Sign, Source, Tolerance};
use crate::contract::tables::{Column, Reading, Table};
use crate::error::{Error, Result};

impl Source {
    /// Checks a mapping against the contract: known columns, all required ones, codes that exist, nothing that
    /// contradicts itself.
    ///
    /// # Errors
    /// Kind `Usage`, naming the key and the nearest column of the contract.
    pub fn check(&self, table: Table) -> Result<()> {
        let source = format!("sources.{}", table.name());
        if !self.separator.is_ascii() {
            return Err(Error::usage(format!("`{source}.separator` must be one ASCII character")));
        }
        check_commas(&format!("{source}.accept"), self.accept.iter().collect())?;
        for (name, column) in &self.columns {
            self.check_column(table, name, column)?;
        }
        for wanted in table.columns().iter().filter(|column| column.required) {
            if !self.columns.contains_key(wanted.name) {
                let key = format!("{source}.columns.{}", wanted.name);
                return Err(Error::usage(format!("`{key}` is missing"))
                    .hint(format!("name the export's column: `{} = \"…\"`", wanted.name)));
            }
        }
        let has_owner = self.columns.contains_key("customer_id") || self.columns.contains_key("account_id");
        if matches!(table, Table::Transactions | Table::Holdings) && !has_owner {
            return Err(Error::usage(format!(
                "`{source}.columns` maps neither `customer_id` nor `account_id`"
            )));
        }
        self.check_time_zone(&source)?;
        self.check_delivery(&source)?;
        self.check_date_column(&source, table)
    }

    /// The zone whose dates count.
    ///
    /// # Errors
    /// Kind `Usage` where it is no IANA name.
    fn check_time_zone(&self, source: &str) -> Result<()> {
        let Some(name) = &self.time_zone else { return Ok(()) };
        if name.parse::<chrono_tz::Tz>().is_ok() {
            return Ok(());
        }
        let error = Error::usage(format!("`{source}.time_zone`: `{}` is no time zone", name.escape_debug()));
        let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        Err(match crate::config::nearest(name, zones) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("give its IANA name, such as `Asia/Shanghai`"),
        })
    }

    fn check_delivery(&self, source: &str) -> Result<()> {
        if let Some(trailer) = &self.trailer {
            if self.format == Format::Parquet {
                return Err(Error::usage(format!("`{source}.trailer` belongs to text files only")));
            }
            if trailer.starts_with.trim().is_empty() {
                return Err(Error::usage(format!("`{source}.trailer.starts_with` is empty"))
                    .hint("give the text by which the total row is told from the others"));
            }
            for (name, field) in [("rows", trailer.rows), ("sum", trailer.sum)] {
                if field == Some(0) {
                    return Err(Error::usage(format!(
                        "`{source}.trailer.{name}`: fields are counted from 1"
                    )));
                }
            }
            if trailer.rows.is_some() && trailer.rows == trailer.sum {
                return Err(Error::usage(format!("`{source}.trailer`: `rows` and `sum` are the same field")));
            }
        }
        if let Some(control) = &self.control {
            let name = &control.file;
            if !name.contains("{file}") || name == "{file}" || name.contains(['/', '\\', '\0']) {
                return Err(Error::usage(format!(
                    "`{source}.control.file` must be a file name that holds `{{file}}` and differs from it"
                ))
                .hint("write `{file}.ctl`, say"));
            }
        }
        if self.fresh_within_days.is_some_and(|days| days < 0) {
            return Err(Error::usage(format!("`{source}.fresh_within_days` is less than 0")));
        }
        Ok(())
    }

    fn check_date_column(&self, source: &str, table: Table) -> Result<()> {
        let Some(name) = &self.date_column else { return Ok(()) };
        let key = format!("{source}.date_column");
        match contract_column(table, name, &key)?.reading {
            Reading::Date if self.columns.contains_key(name) => Ok(()),
            Reading::Date => Err(Error::usage(format!("`{key}`: `{name}` is not mapped"))),
            _ => Err(Error::usage(format!("`{key}`: `{name}` is no date"))),
        }
    }

    fn check_column(&self, table: Table, name: &str, column: &ColumnSource) -> Result<()> {
        let key = format!("sources.{}.columns.{name}", table.name());
        let contract = contract_column(table, name, &key)?;
        check_fill(&key, table, name, column)?;
        check_codes(&key, contract, column)?;
        check_values(&key, contract, column)?;
        check_commas(&format!("{key}.accept"), self.accept.iter().chain(&column.accept).collect())
    }
}

/// The column of the contract with this name; `key` is where the configuration names it.
fn contract_column(table: Table, name: &str, key: &str) -> Result<&'static Column> {
    table.columns().iter().find(|known| known.name == name).ok_or_else(|| {
        let error = Error::usage(format!("`{key}` is not a column of the contract"));
        match crate::config::nearest(name, table.columns().iter().map(|known| known.name)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        }
    })
}

fn check_fill(key: &str, table: Table, name: &str, column: &ColumnSource) -> Result<()> {
    let given = usize::from(!column.from.is_empty())
        + usize::from(column.constant.is_some())
        + usize::from(column.first_account);
    if given != 1 {
        return Err(Error::usage(format!(
            "`{key}` needs exactly one of `from`, `constant` and `first_account`"
        )));
    }
    if column.first_account && (table, name) != (Table::Customers, "opened_on") {
        return Err(Error::usage(format!(
            "`{key}`: only `customers.opened_on` can follow from the first account"
        )));
    }
    if !column.aliases.is_empty() && column.from.len() != 1 {
        return Err(Error::usage(format!("`{key}.aliases` needs exactly one `from`")));
    }
    let names: Vec<&String> = column.from.iter().chain(&column.aliases).collect();
    if let Some(twice) = (1..names.len()).find(|at| names[..*at].contains(&names[*at])) {
        let name = names[twice].escape_debug();
        return Err(Error::usage(format!("`{key}` names the column `{name}` more than once")));
    }
    if column.from.is_empty() && !column.missing.is_empty() {
        return Err(Error::usage(format!("`{key}.missing` needs a column to read: `from`")));
    }
    Ok(())
}

fn check_codes(key: &str, contract: &Column, column: &ColumnSource) -> Result<()> {
    if let Reading::Code(known) = contract.reading {
        for code in column.codes.values().chain(column.constant.iter()) {
            if !known.contains(&code.as_str()) {
                let error = Error::usage(format!("`{key}`: `{code}` is not a code of the contract"));
                return Err(error.hint(format!("one of {}", known.join(", "))));
            }
        }
    } else if !column.codes.is_empty() || column.from.len() > 1 {
        return Err(Error::usage(format!(
            "`{key}`: `codes` and several `from` belong to coded columns only"
        )));
    }
    Ok(())
}

/// Options that belong to values of another kind.
fn check_values(key: &str, contract: &Column, column: &ColumnSource) -> Result<()> {
    let is_money = contract.reading == Reading::Money;
    if column.sign != Sign::AsIs && !is_money {
        return Err(Error::usage(format!("`{key}`: `negate` and `negative_where` belong to amounts only")));
    }
    if column.allow_negative && !is_money {
        return Err(Error::usage(format!("`{key}`: `allow_negative` belongs to amounts only")));
    }
    if column.format.is_some() && contract.reading != Reading::Date {
        return Err(Error::usage(format!("`{key}`: `format` belongs to dates only")));
    }
    for tolerance in &column.accept {
        let fits = match contract.reading {
            Reading::Money | Reading::Number => true,
            Reading::Date | Reading::Text => *tolerance == Tolerance::FullWidth,
            Reading::Boolean | Reading::Code(_) => false,
        };
        if !fits {
            let code = tolerance.code();
            return Err(Error::usage(format!("`{key}.accept`: `{code}` has no meaning for this column"))
                .hint("it belongs to amounts and numbers; ids and dates know `full_width` only"));
        }
    }
    Ok(())
}

/// A comma is either a decimal comma or stands between thousands.
fn check_commas(key: &str, accept: Accept) -> Result<()> {
    if accept.has(Tolerance::Thousands) && accept.has(Tolerance::DecimalComma) {
        return Err(Error::usage(format!("`{key}` has both `thousands` and `decimal_comma`"))
            .hint("a comma means one of them: `1,234` would be two amounts"));
    }
    Ok(())
}
