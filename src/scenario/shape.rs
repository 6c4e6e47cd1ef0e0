//! The tree of known keys, derived from the schema of the raw mirror: one source for checks and reference.

use super::schema::raw_schema;
use schemars::Schema;
use std::collections::BTreeMap;

/// What may stand somewhere in a scenario file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// A table with these keys.
    Table(BTreeMap<String, Key>),
    /// A list.
    List(Box<Self>),
    /// One of these names.
    Choice(Vec<Choice>),
    /// Text; a value with a unit has an example.
    Text(Option<String>),
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// A share: a number, or text with a percent sign.
    Share,
    /// `true` or `false`.
    Truth,
    /// Text, a number, `true` or `false`.
    Scalar,
}

/// One key of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    /// It has no default.
    pub(super) required: bool,
    /// What it means.
    pub(super) meaning: String,
    /// What may stand there.
    pub(super) shape: Shape,
}

/// One of several names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    /// The name.
    pub(super) name: String,
    /// What it means.
    pub(super) meaning: String,
}

impl Shape {
    /// The shape of a whole scenario file.
    pub(super) fn of_scenario() -> Self {
        Self::of(&raw_schema())
    }

    fn of(schema: &Schema) -> Self {
        let choices = choices(schema);
        if !choices.is_empty() {
            return Self::Choice(choices);
        }
        let types = schema.get("type");
        match types.and_then(|value| value.as_str()) {
            Some("object") => Self::Table(keys(schema)),
            Some("array") => {
                Self::List(Box::new(inner(schema, "items").map_or(Self::Truth, Self::of)))
            }
            Some("integer") => Self::Integer,
            Some("number") => Self::Number,
            Some("boolean") => Self::Truth,
            Some(_) => Self::Text(first_example(schema)),
            None if allows(schema, "boolean") => Self::Scalar,
            None => Self::Share,
        }
    }

    /// What is expected here, for messages.
    pub(super) fn expectation(&self) -> String {
        match self {
            Self::Table(_) => "a table".to_string(),
            Self::List(of) => format!("a list, each element {}", of.expectation()),
            Self::Choice(choices) => {
                format!("one of {}", listed(choices.iter().map(|choice| choice.name.as_str())))
            }
            Self::Text(None) => "text in quotes".to_string(),
            Self::Text(Some(example)) => format!("a value with its unit, as in \"{example}\""),
            Self::Integer => "a whole number".to_string(),
            Self::Number => "a number".to_string(),
            Self::Share => "a share, as in \"30 %\" or 0.3".to_string(),
            Self::Truth => "true or false".to_string(),
            Self::Scalar => "a single value, as in 2000 or \"1 Gbps\"".to_string(),
        }
    }
}

/// Names with commas.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn inner<'a>(schema: &'a Schema, key: &str) -> Option<&'a Schema> {
    schema.get(key).and_then(|value| value.try_into().ok())
}

fn text(schema: &Schema, key: &str) -> Option<String> {
    schema.get(key).and_then(|value| value.as_str()).map(str::to_string)
}

/// Whether one of several types is this one.
fn allows(schema: &Schema, kind: &str) -> bool {
    let types = schema.get("type").and_then(|types| types.as_array());
    types.is_some_and(|types| types.iter().any(|name| name.as_str() == Some(kind)))
}

fn first_example(schema: &Schema) -> Option<String> {
    let examples = schema.get("examples").and_then(|value| value.as_array())?;
    examples.first().and_then(|value| value.as_str()).map(str::to_string)
}

fn choices(schema: &Schema) -> Vec<Choice> {
    let branches = schema.get("oneOf").and_then(|value| value.as_array());
    let branches = branches.into_iter().flatten();
    let branches = branches.filter_map(|value| <&Schema>::try_from(value).ok());
    let choice = |branch: &Schema| {
        let meaning = text(branch, "description").unwrap_or_default();
        text(branch, "const").map(|name| Choice { name, meaning })
    };
    branches.filter_map(choice).collect()
}

fn keys(schema: &Schema) -> BTreeMap<String, Key> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(|value| value.as_array())
        .map(|names| names.iter().filter_map(|name| name.as_str()).collect())
        .unwrap_or_default();
    let properties = schema.get("properties").and_then(|value| value.as_object());
    let described = properties.into_iter().flatten().filter_map(|(name, value)| {
        let property = <&Schema>::try_from(value).ok()?;
        let meaning = text(property, "description").unwrap_or_default();
        let required = required.contains(&name.as_str());
        Some((name.clone(), Key { required, meaning, shape: Shape::of(property) }))
    });
    described.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key<'a>(shape: &'a Shape, name: &str) -> &'a Key {
        let Shape::Table(keys) = shape else { panic!("{shape:?} is no table") };
        &keys[name]
    }

    #[test]
    fn the_tree_has_every_kind_of_value_with_its_meaning() {
        let root = Shape::of_scenario();
        assert_eq!(key(&root, "seed").shape, Shape::Integer);
        assert_eq!(key(&root, "duration").shape, Shape::Text(Some("90 min".to_string())));
        assert!(key(&root, "duration").required && !key(&root, "seed").required);
        let Shape::List(content) = &key(&root, "content").shape else { panic!("no list") };
        let Shape::Choice(kinds) = &key(content, "kind").shape else { panic!("no choice") };
        assert_eq!(kinds[0].name, "live");
        assert_eq!(kinds[0].meaning, "Everybody wants the same instant.");
        assert_eq!(key(content, "kind").meaning, "Live stream or file.");
        let audience = &key(&root, "audience").shape;
        assert_eq!(key(audience, "silent_leave").shape, Shape::Share);
        assert_eq!(key(audience, "trace").shape, Shape::Text(None));
    }

    #[test]
    fn every_key_says_what_it_means() {
        fn check(shape: &Shape, path: &str) {
            match shape {
                Shape::Table(keys) => {
                    for (name, key) in keys {
                        assert!(!key.meaning.is_empty(), "{path}.{name} says nothing");
                        check(&key.shape, &format!("{path}.{name}"));
                    }
                }
                Shape::List(of) => check(of, path),
                Shape::Choice(choices) => {
                    assert!(choices.iter().all(|choice| !choice.meaning.is_empty()), "{path}");
                }
                _ => {}
            }
        }
        check(&Shape::of_scenario(), "");
    }
}
