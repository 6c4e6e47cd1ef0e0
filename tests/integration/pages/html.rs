//! A page taken apart: its tags, and whether they close each other in order.
//!
//! Not here: all of HTML. What the page does not use is an error, which is the point.

/// Elements that never have an end.
const VOID: [&str; 3] = ["meta", "input", "br"];

/// An element's opening tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// All opening tags of a page whose tags are balanced.
pub(super) fn tags(page: &str) -> Result<Vec<Tag>, String> {
    let (mut found, mut open, mut rest) = (Vec::new(), Vec::<String>::new(), page);
    while let Some(at) = rest.find('<') {
        let inside = &rest[at + 1..];
        if let Some(after) = inside.strip_prefix("!doctype html>") {
            rest = after;
            continue;
        }
        let end = inside.find('>').ok_or_else(|| format!("no end: {}", head(inside)))?;
        let text = &inside[..end];
        rest = &inside[end + 1..];
        if let Some(name) = text.strip_prefix('/') {
            let expected = open.pop();
            if expected.as_deref() != Some(name) {
                return Err(format!("</{name}> where {expected:?} is open: {}", head(rest)));
            }
            continue;
        }
        let tag = tag(text.strip_suffix('/').unwrap_or(text))?;
        if tag.name == "style" || tag.name == "script" {
            let end = format!("</{}>", tag.name);
            let over = rest.find(&end).ok_or_else(|| format!("no {end}"))?;
            rest = &rest[over + end.len()..];
        } else if !text.ends_with('/') && !VOID.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        found.push(tag);
    }
    if open.is_empty() { Ok(found) } else { Err(format!("still open: {open:?}")) }
}

fn head(text: &str) -> String {
    text.chars().take(60).collect()
}

fn tag(text: &str) -> Result<Tag, String> {
    let (name, mut rest) = text.split_once([' ', '\n']).unwrap_or((text, ""));
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
    if !plain {
        return Err(format!("<{}", head(text)));
    }
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(Tag { name: name.to_string(), attributes });
        }
        let key_end = rest.find(['=', ' ']).unwrap_or(rest.len());
        let (key, after) = rest.split_at(key_end);
        let Some(value) = after.strip_prefix('=') else {
            attributes.push((key.to_string(), String::new()));
            rest = after;
            continue;
        };
        let quote = value.chars().next().filter(|c| *c == '"' || *c == '\'');
        let quote = quote.ok_or_else(|| format!("no quote in <{}", head(text)))?;
        let (value, after) = value[1..].split_once(quote).ok_or_else(|| head(text))?;
        attributes.push((key.to_string(), value.to_string()));
        rest = after;
    }
}

#[test]
fn tags_must_close_each_other() {
    let tags = tags("<!doctype html><p class=\"a\" hidden>x<input name='y'></p>").unwrap();
    assert_eq!(tags[0].get("class"), Some("a"));
    assert_eq!((tags[0].get("hidden"), tags[1].get("name")), (Some(""), Some("y")));
    assert!(super::html::tags("<p><b></p></b>").is_err());
    assert!(super::html::tags("<p>").is_err());
    assert!(super::html::tags("<p a=b></p>").is_err());
    assert!(super::html::tags("a < b").is_err());
    assert!(super::html::tags("<script>a < b</script>").is_ok());
}
