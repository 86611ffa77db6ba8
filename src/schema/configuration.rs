//! The JSON Schema of the configuration file, for editors and for whoever writes a mapping.
//!
//! Reads: the types of `config`, the defaults, the tables of the contract. Grain: one property per key. Never: holds
//! a key or a description of its own; what can be said twice would differ one day.

use super::meanings::{column_meaning, table_meaning};
use crate::config::{DEFAULT_TOML, raw::Raw};
use crate::contract::tables::{Column, Reading, Table};
use crate::error::{Error, Result};
use crate::labels::CUSTOMER_TYPES;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// The schema (draft 2020-12) as indented JSON, keys sorted, with a line end.
///
/// It describes a bank's own file, which is laid over the defaults: no key is required, except in a mapping.
///
/// # Errors
/// Kind `Internal` where the types and the defaults have come apart, which a test would have found.
pub fn configuration_json() -> Result<String> {
    let text = serde_json::to_string_pretty(&configuration()?);
    text.map(|text| text + "\n")
        .map_err(|cause| Error::internal("cannot write a JSON schema").caused_by(cause))
}

/// The schema as a value.
pub(super) fn configuration() -> Result<Value> {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Raw>().to_value();
    let root = object(&mut schema)?;
    root.insert("title".into(), "Configuration of Tercet".into());
    let mut definitions = take(root, "$defs")?;
    let defaults: toml::Table =
        toml::from_str(DEFAULT_TOML).map_err(|_| Error::internal("default.toml is not TOML"))?;
    give_defaults(root, &defaults, &mut definitions)?;
    fill_sources(root, &mut definitions)?;
    let types = "/Lists/properties/selling_types_excluded/items";
    let types = definitions.pointer_mut(types).ok_or_else(|| apart("lists.selling_types_excluded"))?;
    object(types)?.insert("enum".into(), json!(CUSTOMER_TYPES));
    root.insert("$defs".into(), definitions);
    unwrap_descriptions(&mut schema);
    Ok(schema)
}

/// Joins the lines of descriptions, which are broken where the code's are.
fn unwrap_descriptions(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                match value {
                    Value::String(text) if key == "description" => *text = text.replace('\n', " "),
                    value => unwrap_descriptions(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(unwrap_descriptions),
        _ => {}
    }
}

/// Makes every key of a section optional and gives each its default, sections within it likewise.
fn give_defaults(section: &mut Object, defaults: &toml::Table, definitions: &mut Value) -> Result<()> {
    section.remove("required");
    let properties = section.get_mut("properties").ok_or_else(|| apart("properties"))?;
    for (key, default) in defaults.iter().filter(|(key, _)| *key != "sources") {
        let property = object(properties.get_mut(key).ok_or_else(|| apart(key))?)?;
        match (default, definition_of(property)) {
            (toml::Value::Table(inner), Some(name)) => {
                let mut definition = definitions.get_mut(&name).map(Value::take).ok_or_else(|| apart(key))?;
                give_defaults(object(&mut definition)?, inner, definitions)?;
                definitions[name] = definition;
            }
            // A table without a definition has keys of its own choice, as the weights of parts do.
            (value, _) => {
                let value = serde_json::to_value(value).map_err(|_| apart(key))?;
                property.insert("default".into(), value);
            }
        }
    }
    Ok(())
}

/// One mapping per contract table in place of any name, and in each the columns of that table.
fn fill_sources(root: &mut Object, definitions: &mut Value) -> Result<()> {
    let source = definitions.as_object_mut().and_then(|all| all.remove("Source"));
    let source = source.ok_or_else(|| apart("Source"))?;
    let mut tables = Object::new();
    for table in Table::ALL {
        let name = format!("Source_{}", table.name());
        tables.insert(table.name().into(), json!({ "$ref": format!("#/$defs/{name}") }));
        definitions[name] = source_of(table, source.clone())?;
    }
    let sources = root.get_mut("properties").and_then(|properties| properties.get_mut("sources"));
    let sources = object(sources.ok_or_else(|| apart("sources"))?)?;
    sources.insert("properties".into(), tables.into());
    sources.insert("additionalProperties".into(), false.into());
    sources.insert("required".into(), json!([Table::Customers.name(), Table::Transactions.name()]));
    Ok(())
}

fn source_of(table: Table, mut source: Value) -> Result<Value> {
    let own = object(&mut source)?;
    own.insert("title".into(), format!("Mapping of `{}`", table.name()).into());
    own.insert("description".into(), table_meaning(table).into());
    let columns = own.get_mut("properties").and_then(|properties| properties.get_mut("columns"));
    let columns = object(columns.ok_or_else(|| apart("columns"))?)?;
    let any = columns.remove("additionalProperties").ok_or_else(|| apart("columns"))?;
    let each = table.columns().iter();
    let each = each.map(|column| Ok((column.name.to_owned(), column_source(table, column, any.clone())?)));
    columns.insert("properties".into(), each.collect::<Result<Object>>()?.into());
    columns.insert("additionalProperties".into(), false.into());
    let required: Vec<&str> = table.columns().iter().filter(|c| c.required).map(|c| c.name).collect();
    columns.insert("required".into(), json!(required));
    if matches!(table, Table::Transactions | Table::Holdings) {
        let owner = json!([{ "required": ["customer_id"] }, { "required": ["account_id"] }]);
        columns.insert("anyOf".into(), owner);
    }
    Ok(source)
}

/// How one contract column is filled; a coded one is filled with its own codes.
fn column_source(table: Table, column: &Column, mut any: Value) -> Result<Value> {
    let own = object(&mut any)?;
    own.insert("description".into(), column_meaning(table, column.name).into());
    if let Reading::Code(codes) = column.reading {
        let codes = json!({ "enum": codes });
        let within = json!({ "constant": codes, "codes": { "additionalProperties": codes } });
        own.insert("properties".into(), within);
    }
    Ok(any)
}

/// Name of the definition that a property points to.
fn definition_of(property: &Object) -> Option<String> {
    property.get("$ref")?.as_str()?.strip_prefix("#/$defs/").map(str::to_owned)
}

fn object(value: &mut Value) -> Result<&mut Object> {
    value.as_object_mut().ok_or_else(|| Error::internal("a part of the JSON schema is no object"))
}

fn take(object: &mut Object, key: &str) -> Result<Value> {
    object.remove(key).ok_or_else(|| apart(key))
}

fn apart(key: &str) -> Error {
    Error::internal(format!("the JSON schema and the configuration disagree about `{key}`"))
}

#[cfg(test)]
mod tests;
