//! As much of JSON Schema as the configuration's schema uses; a keyword that it does not know stops the test.

use serde_json::Value;

/// What is wrong with `value`, each as `path: fault`; `root` holds the definitions.
pub fn check(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (keyword, wanted) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" | "format" => {}
            "$ref" => faults.extend(check(root, definition(root, wanted), value, path)),
            "type" => {
                faults.extend(fault(!has_type(value, wanted), path, &format!("not of type {}", text(wanted))))
            }
            "enum" => faults.extend(fault(!list(wanted).contains(value), path, "not in the list")),
            "const" => faults.extend(fault(value != wanted, path, "not in the list")),
            "minimum" => faults.extend(fault(below(value.as_f64(), wanted.as_f64()), path, "too small")),
            "maximum" => faults.extend(fault(below(wanted.as_f64(), value.as_f64()), path, "too large")),
            "minLength" | "minItems" => {
                faults.extend(fault(below(length(value), wanted.as_f64()), path, "too few items"))
            }
            "maxLength" | "maxItems" => {
                faults.extend(fault(below(wanted.as_f64(), length(value)), path, "too many items"));
            }
            "items" => {
                for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                    faults.extend(check(root, wanted, item, &join(path, &at.to_string())));
                }
            }
            "anyOf" | "oneOf" => {
                let fits = list(wanted).iter().filter(|one| check(root, one, value, path).is_empty()).count();
                let constants = list(wanted).iter().all(|one| one.get("const").is_some());
                let what = if constants { "not in the list" } else { "fits no alternative" };
                faults.extend(fault(fits == 0 || (keyword == "oneOf" && fits > 1), path, what));
            }
            "properties" | "additionalProperties" | "required" => {}
            unknown => panic!("{path}: the checker does not know `{unknown}`"),
        }
    }
    faults.extend(object_faults(root, schema, value, path));
    faults
}

fn object_faults(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let Some(object) = value.as_object() else { return Vec::new() };
    let mut faults = Vec::new();
    for key in schema["required"].as_array().into_iter().flatten().map(text) {
        faults.extend(fault(!object.contains_key(key), path, &format!("without {key}")));
    }
    for (key, inner) in object {
        let path = join(path, key);
        match (schema["properties"].get(key), schema.get("additionalProperties")) {
            (Some(property), _) => faults.extend(check(root, property, inner, &path)),
            (None, Some(Value::Bool(false))) => faults.push(format!("{path}: not a key")),
            (None, Some(any @ Value::Object(_))) => faults.extend(check(root, any, inner, &path)),
            (None, _) => {}
        }
    }
    faults
}

fn definition<'s>(root: &'s Value, reference: &Value) -> &'s Value {
    root.pointer(text(reference).strip_prefix('#').unwrap()).unwrap()
}

fn has_type(value: &Value, wanted: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        unknown => panic!("the checker does not know the type `{unknown}`"),
    };
    match wanted {
        Value::Array(names) => names.iter().any(|name| is(text(name))),
        name => is(text(name)),
    }
}

fn below(value: Option<f64>, limit: Option<f64>) -> bool {
    value.zip(limit).is_some_and(|(value, limit)| value < limit)
}

fn length(value: &Value) -> Option<f64> {
    let length = match value {
        Value::Array(items) => items.len(),
        Value::String(text) => text.chars().count(),
        _ => return None,
    };
    u32::try_from(length).ok().map(f64::from)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("one of several")
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn fault(holds: bool, path: &str, what: &str) -> Option<String> {
    holds.then(|| format!("{path}: {what}"))
}
