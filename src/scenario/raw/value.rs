//! Single values of a scenario file: what stands there, and where.

use crate::units::parse::{self, ParseError};
use crate::units::{BitRate, Bytes, Ratio, Span};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// A value and its place in the text.
#[derive(Clone, Debug, Default)]
pub struct At<T> {
    /// What stands there.
    pub value: T,
    /// Where: bytes from the beginning of the text.
    pub span: Range<usize>,
}

impl<T> From<T> for At<T> {
    /// A value that stands nowhere.
    fn from(value: T) -> Self {
        Self { value, span: 0..0 }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = toml::Spanned::<T>::deserialize(deserializer)?;
        Ok(Self { span: spanned.span(), value: spanned.into_inner() })
    }
}

impl<T: Serialize> Serialize for At<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A value that is written as text, with its unit.
pub trait Quantity {
    /// What it means.
    type Value: fmt::Display;

    /// What the text means.
    ///
    /// # Errors
    /// When the text is not a number with one of the accepted units.
    fn parse(&self) -> Result<Self::Value, ParseError>;

    /// The text that means `value`.
    fn print(value: Self::Value) -> Self;
}

/// A bit rate, as in `"2.5 Mbps"`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Rate(pub String);

/// A span of time, as in `"90 min"`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Duration(pub String);

/// A count of bytes, as in `"50 MB"`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Size(pub String);

/// A share, as in `"30 %"` or `0.3`.
#[derive(Clone, Debug, Default)]
pub struct Share(pub String);

/// A single value of any kind, as a key holds it: `"1 Gbps"`, `2000` or `true`.
#[derive(Clone, Debug, Default)]
pub struct Scalar(pub String);

impl Quantity for Rate {
    type Value = BitRate;

    fn parse(&self) -> Result<BitRate, ParseError> {
        parse::bit_rate(&self.0)
    }

    fn print(value: BitRate) -> Self {
        Self(value.to_string())
    }
}

impl Quantity for Duration {
    type Value = Span;

    fn parse(&self) -> Result<Span, ParseError> {
        parse::span(&self.0)
    }

    fn print(value: Span) -> Self {
        Self(value.to_string())
    }
}

impl Quantity for Size {
    type Value = Bytes;

    fn parse(&self) -> Result<Bytes, ParseError> {
        parse::bytes(&self.0)
    }

    fn print(value: Bytes) -> Self {
        Self(value.to_string())
    }
}

impl Quantity for Share {
    type Value = Ratio;

    fn parse(&self) -> Result<Ratio, ParseError> {
        parse::ratio(&self.0)
    }

    fn print(value: Ratio) -> Self {
        Self(value.to_string())
    }
}

impl JsonSchema for Rate {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^\\s*[0-9_]*\\.?[0-9_]+\\s*(bps|kbps|Mbps|Gbps|Tbps)\\s*$",
            "examples": ["2.5 Mbps"],
        })
    }
}

impl JsonSchema for Duration {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^\\s*[0-9_]*\\.?[0-9_]+\\s*(ns|us|ms|s|min|h|d)\\s*$",
            "examples": ["90 min"],
        })
    }
}

impl JsonSchema for Size {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^\\s*[0-9_]*\\.?[0-9_]+\\s*(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)\\s*$",
            "examples": ["50 MB"],
        })
    }
}

impl JsonSchema for Share {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["number", "string"],
            "minimum": 0,
            "maximum": 1,
            "pattern": "^\\s*[0-9]*\\.?[0-9]+\\s*%?\\s*$",
            "examples": ["30 %", 0.3],
        })
    }
}

impl Serialize for Share {
    /// As a number when it is one, so that what is written parses back to the same bits.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.parse::<f64>() {
            Ok(number) => serializer.serialize_f64(number),
            Err(_) => serializer.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShareVisitor)
    }
}

struct ShareVisitor;

impl Visitor<'_> for ShareVisitor {
    type Value = Share;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a share between 0 and 1, or between 0 % and 100 %")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Share, E> {
        Ok(Share(text.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Share, E> {
        Ok(Share(number.to_string()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Share, E> {
        Ok(Share(number.to_string()))
    }
}

impl JsonSchema for Scalar {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["boolean", "number", "string"], "examples": ["1 Gbps", 2000] })
    }
}

impl Serialize for Scalar {
    /// As what it looks like: a path that wants text gets it from a number, too.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Ok(whole) = self.0.parse::<i64>() {
            return serializer.serialize_i64(whole);
        }
        match (self.0.parse::<f64>(), self.0.parse::<bool>()) {
            (Ok(number), _) if number.is_finite() => serializer.serialize_f64(number),
            (_, Ok(truth)) => serializer.serialize_bool(truth),
            _ => serializer.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number, true or false")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar(text.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar(number.to_string()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar(number.to_string()))
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Scalar, E> {
        Ok(Scalar(truth.to_string()))
    }
}
