//! The JSON Schema of a scenario file, for editors.

use super::raw::RawScenario;
use super::reference::default_values;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, json_schema};

/// JSON Schema (draft 07) of a scenario file, with descriptions and defaults, ending in a new line.
#[must_use]
pub fn schema() -> String {
    let mut schema = raw_schema();
    for (path, value) in default_values() {
        set_default(&mut schema, &path, &value);
    }
    format!("{:#}\n", schema.as_value())
}

/// The schema of the raw mirror, all in one piece: no references, no `null`.
pub(super) fn raw_schema() -> Schema {
    let mut settings = SchemaSettings::draft07();
    settings.inline_subschemas = true;
    let settings = settings.with_transform(RecursiveTransform(without_null));
    let settings = settings.with_transform(RecursiveTransform(on_one_line));
    settings.into_generator().into_root_schema_for::<RawScenario>()
}

/// TOML has no `null`: a key that may be left out has its plain type.
fn without_null(schema: &mut Schema) {
    let types = schema.get("type").and_then(|types| types.as_array()).cloned();
    if let Some(mut types) = types {
        types.retain(|name| name.as_str() != Some("null"));
        let only = if types.len() == 1 { types.swap_remove(0) } else { types.into() };
        schema.insert("type".to_string(), only);
    }
    let branches = schema.get("anyOf").and_then(|branches| branches.as_array()).cloned();
    let of_null =
        |branch: &Schema| branch.get("type").and_then(|name| name.as_str()) == Some("null");
    let branches =
        branches.into_iter().flatten().filter_map(|branch| Schema::try_from(branch).ok());
    let (null, mut others): (Vec<_>, Vec<_>) = branches.partition(of_null);
    if let (false, Some(only), 0) = (null.is_empty(), others.pop(), others.len()) {
        schema.remove("anyOf");
        for (key, value) in only.as_object().into_iter().flatten() {
            if schema.get(key).is_none() {
                schema.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Comments are wrapped in the code; a description is not.
fn on_one_line(schema: &mut Schema) {
    let text = schema.get("description").and_then(|text| text.as_str());
    if let Some(text) = text.map(|text| text.replace('\n', " ")) {
        schema.insert("description".to_string(), text.into());
    }
}

/// Notes the default of the key at `path`; lists stand for their elements.
fn set_default(schema: &mut Schema, path: &[String], value: &toml::Value) {
    let Some((first, rest)) = path.split_first() else {
        if let Some(default) = json_schema!({ "default": value }).remove("default") {
            schema.insert("default".to_string(), default);
        }
        return;
    };
    let inside = if schema.get("items").is_some() { "/items" } else { "" };
    let pointer = format!("{inside}/properties/{first}");
    let next = schema.pointer_mut(&pointer).and_then(|value| <&mut Schema>::try_from(value).ok());
    if let Some(next) = next {
        set_default(next, rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_draft_07_with_descriptions_and_defaults() {
        let text = schema();
        assert!(text.contains("\"$schema\": \"http://json-schema.org/draft-07/schema#\""));
        assert!(!text.contains("null") && !text.contains("$ref"));
        let startup = raw_schema();
        let startup = startup.pointer("/properties/player/properties/startup/description").cloned();
        let meaning = "Media in the buffer before playback begins.";
        assert_eq!(startup.as_ref().and_then(|text| text.as_str()), Some(meaning));
        let mut whole = raw_schema();
        set_default(&mut whole, &["player".to_string(), "startup".to_string()], &"2 s".into());
        set_default(&mut whole, &["access".to_string(), "mobile".to_string()], &false.into());
        let default = |path| whole.pointer(path).cloned();
        let startup = default("/properties/player/properties/startup/default");
        assert_eq!(startup.as_ref().and_then(|text| text.as_str()), Some("2 s"));
        let mobile = default("/properties/access/items/properties/mobile/default");
        assert_eq!(mobile.and_then(|value| value.as_bool()), Some(false));
    }
}
