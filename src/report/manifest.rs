//! What a run was: enough to repeat it. Written into the folder of its results.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The provenance of one run.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The scenario's name.
    pub name: String,
    /// The coordinator's name.
    pub coordinator: String,
    /// The seed.
    pub seed: u64,
    /// `path=value` from the command line, in their order.
    pub overrides: Vec<String>,
    /// When the run ended, where that was earlier than the scenario says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The version of the program.
    pub version: String,
    /// The commit that it was built from, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The digest of all events, in hexadecimal: two runs with the same digest did the same.
    pub event_digest: String,
    /// Whose data the run used, one line each.
    pub attribution: Vec<String>,
    /// The resolved scenario as TOML text: all defaults written out, overrides applied.
    pub scenario: String,
}

/// Why a manifest was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestError {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there, from the TOML reader.
    pub message: String,
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for ManifestError {}

/// `manifest.toml`.
#[must_use]
pub fn manifest_toml(manifest: &Manifest) -> String {
    toml::to_string_pretty(manifest).expect("text, numbers and lists of text are always TOML")
}

/// The manifest in a `manifest.toml`; `file` is its name in errors.
///
/// # Errors
/// When the text is not TOML, a key is missing or unknown, or a value is of another kind.
pub fn manifest_from_toml(file: &str, text: &str) -> Result<Manifest, ManifestError> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
        ManifestError { file: file.to_string(), line, message: error.message().to_string() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            name: "final".into(),
            coordinator: "control-center".into(),
            seed: u64::MAX,
            overrides: vec!["audience.size=1000".into(), "content.rate=\"2 Mbps\"".into()],
            until: Some("90 s".into()),
            version: "0.1.0".into(),
            commit: Some("0123abc".into()),
            event_digest: "00ff".into(),
            attribution: vec!["AS relationships: someone, CC BY".into()],
            scenario: "name = \"final\"\n\n[content]\ntitle = '''a \\ \"b\"'''\r\n# \u{e9}\n"
                .into(),
        }
    }

    #[test]
    fn a_manifest_reads_back_whole() {
        let text = manifest_toml(&manifest());
        assert_eq!(manifest_from_toml("manifest.toml", &text), Ok(manifest()));
        let without = Manifest { commit: None, ..manifest() };
        let text = manifest_toml(&without);
        assert!(!text.contains("commit"));
        assert_eq!(manifest_from_toml("manifest.toml", &text), Ok(without));
    }

    #[test]
    fn the_resolved_scenario_stays_readable() {
        let scenario = "name = \"final\"\nseed = 1\n".into();
        let text = manifest_toml(&Manifest { scenario, ..manifest() });
        assert!(text.contains("\nname = \"final\"\nseed = 1\n"), "{text}");
    }

    #[test]
    fn a_wrong_key_is_named_with_its_line() {
        let text = manifest_toml(&manifest()).replace("version", "versoin");
        let error = manifest_from_toml("m.toml", &text).unwrap_err();
        let line = 1 + text.lines().position(|line| line.starts_with("versoin")).unwrap();
        assert_eq!(error.line, line);
        assert!(error.to_string().starts_with(&format!("m.toml:{line}: ")), "{error}");
        assert!(error.message.contains("versoin"), "{error}");
    }

    #[test]
    fn what_is_not_toml_is_refused() {
        assert_eq!(manifest_from_toml("m.toml", "a = 1\nb").unwrap_err().line, 2);
        assert!(manifest_from_toml("m.toml", "").unwrap_err().message.contains("missing"));
    }
}
