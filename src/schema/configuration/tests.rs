#![allow(clippy::disallowed_methods, reason = "reads the example configurations")]

mod checker;

use super::*;
use checker::check;
use std::path::Path;

fn schema() -> Value {
    configuration().unwrap()
}

/// What the schema finds wrong with a configuration file.
fn faults(text: &str) -> Vec<String> {
    let table: toml::Table = toml::from_str(text).unwrap();
    let schema = schema();
    check(&schema, &schema, &serde_json::to_value(table).unwrap(), "")
}

#[test]
fn the_defaults_and_the_examples_are_accepted() {
    assert_eq!(faults(DEFAULT_TOML), Vec::<String>::new());
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/examples");
    let mut tried = 0;
    for entry in std::fs::read_dir(examples).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(
            faults(&std::fs::read_to_string(&path).unwrap()),
            Vec::<String>::new(),
            "{}",
            path.display()
        );
        tried += 1;
    }
    assert!(tried >= 2);
}

#[test]
fn what_the_program_refuses_is_refused() {
    let mapped = |line: &str| {
        format!(
            "[sources.customers]\nfiles = \"c.csv\"\nformat = \"csv\"\n[sources.customers.columns]\n\
             customer_id = \"id\"\nopened_on = \"since\"\n\
             [sources.transactions]\nfiles = \"t.csv\"\nformat = \"csv\"\n[sources.transactions.columns]\n\
             transaction_id = \"t\"\naccount_id = \"a\"\nbooked_on = \"d\"\namount = \"m\"\n{line}\n"
        )
    };
    assert_eq!(faults(&mapped("kind = \"k\"")), Vec::<String>::new());
    for (text, fault) in [
        ("seeds = 1", "seeds: not a key"),
        ("[ingest]\nvolume = 2.0", "ingest.volume: not a key"),
        ("[lists.quotas]\nselling = \"much\"", "lists.quotas.selling: not of type number"),
        ("[value]\ntier_limits = [1.0]", "value.tier_limits: too few items"),
        ("language = \"de\"", "language: not in the list"),
        ("[lists]\nretention_band_min = \"huge\"", "lists.retention_band_min: not in the list"),
        ("[lists]\nselling_types_excluded = [\"poor\"]", "lists.selling_types_excluded.0: not in the list"),
        ("[sources.client]\nfiles = \"c\"", "sources.client: not a key"),
        (
            &mapped("kind = { from = \"k\", codes = { \"1\" = \"gift\" } }"),
            "sources.transactions.columns.kind.codes.1: not in the list",
        ),
        (
            &mapped("kind = { constant = \"gift\" }"),
            "sources.transactions.columns.kind.constant: not in the list",
        ),
        (&mapped("kind = { form = \"k\" }"), "sources.transactions.columns.kind: fits no alternative"),
        (&mapped("kind = \"k\"\ncolour = \"c\""), "sources.transactions.columns.colour: not a key"),
        (&mapped(""), "sources.transactions.columns: without kind"),
    ] {
        let found = faults(text);
        assert!(found.iter().any(|found| found == fault), "{text}\n{found:?}");
    }
}

#[test]
fn every_key_has_a_description_and_every_key_of_a_section_a_default() {
    let schema = schema();
    let (mut undescribed, mut keys) = (Vec::new(), 0);
    described(&schema, "", &mut undescribed, &mut keys);
    assert_eq!(undescribed, Vec::<String>::new());
    assert!(keys > 150, "{keys}");
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        let is_section = ["Ingest", "Store", "Value", "Segment", "Models", "Churn", "Lists", "Quotas"]
            .contains(&name.as_str());
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            let set = property.get("default").or(property.get("$ref"));
            assert!(!is_section || set.is_some(), "{name}.{key} is not in default.toml");
        }
    }
}

/// Collects the keys without a description of their own or of what they point to.
fn described(value: &Value, path: &str, undescribed: &mut Vec<String>, keys: &mut usize) {
    let Some(object) = value.as_object() else { return };
    for (key, inner) in object {
        let path = format!("{path}/{key}");
        // Below a coded column stand the codes that its options may have, not the options.
        let narrows = object.contains_key("$ref");
        for (name, property) in
            inner.as_object().into_iter().flatten().filter(|_| key == "properties" && !narrows)
        {
            *keys += 1;
            let has =
                |value: &Value| value["description"].as_str().is_some_and(|text| !text.trim().is_empty());
            let points_to = definition_of(property.as_object().unwrap());
            let pointed = points_to.is_some_and(|name| has(&schema()["$defs"][name]));
            if !has(property) && !pointed {
                undescribed.push(format!("{path}/{name}"));
            }
        }
        described(inner, &path, undescribed, keys);
    }
}
