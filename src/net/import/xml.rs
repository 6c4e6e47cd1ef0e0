//! As much of XML as GraphML needs: elements with attributes, text, the five named entities and numeric
//! ones, CDATA; comments, instructions and declarations are passed over. No namespaces, no DTD.

use super::{ImportError, Position};

/// One step through a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// An element begins. One without content is followed by its end, too.
    Start(Element),
    /// The element that began last ends.
    End(String),
    /// Text between elements, entities resolved.
    Text(String),
}

/// The beginning of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) at: Position,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Steps through a text; stops at its end or at the first error.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
    open: Vec<(String, Position)>,
    /// The end of an element without content, still to be told.
    empty: Option<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { rest, line: 1, column: 1, open: Vec::new(), empty: None }
    }

    pub(super) const fn here(&self) -> Position {
        Position::new(self.line, self.column)
    }

    /// The next step; `None` after the last one.
    pub(super) fn next(&mut self) -> Result<Option<Event>, ImportError> {
        if let Some(name) = self.empty.take() {
            return Ok(Some(Event::End(name)));
        }
        loop {
            if self.rest.is_empty() {
                return self.ended();
            }
            if let Some(text) = self.skipped()? {
                return Ok(Some(Event::Text(text)));
            }
            if self.rest.starts_with("</") {
                return self.end_tag().map(Some);
            }
            if self.rest.starts_with('<')
                && !self.rest.starts_with("<!")
                && !self.rest.starts_with("<?")
            {
                return self.start_tag().map(Some);
            }
        }
    }

    fn ended(&self) -> Result<Option<Event>, ImportError> {
        let Some((name, at)) = self.open.last() else { return Ok(None) };
        Err(at.refuse(&format!("<{name}>"), &format!("its end `</{name}>`")))
    }

    /// Passes over what is no element; the text, when it was text.
    fn skipped(&mut self) -> Result<Option<String>, ImportError> {
        let at = self.here();
        if self.rest.starts_with("<!--") {
            self.through("-->", "a comment")?;
        } else if self.rest.starts_with("<![CDATA[") {
            let text = self.through("]]>", "a CDATA section")?;
            return Ok(text.strip_prefix("<![CDATA[").map(ToString::to_string));
        } else if self.rest.starts_with("<?") {
            self.through("?>", "an instruction")?;
        } else if self.rest.starts_with("<!") {
            self.through(">", "a declaration")?;
        } else if !self.rest.starts_with('<') {
            let end = self.rest.find('<').unwrap_or(self.rest.len());
            let raw = self.take(end);
            let expected = "text with no other entities than &amp; &lt; &gt; &quot; &apos; &#n;";
            return unescaped(raw).map(Some).ok_or_else(|| at.refuse(raw.trim(), expected));
        }
        Ok(None)
    }

    /// Takes everything up to and including `end`, and returns what was before it.
    fn through(&mut self, end: &str, what: &str) -> Result<&'a str, ImportError> {
        let at = self.here();
        let Some(length) = self.rest.find(end) else {
            return Err(at.refuse(self.rest, &format!("{what} that ends in `{end}`")));
        };
        let before = self.take(length);
        self.take(end.len());
        Ok(before)
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.line += taken.matches('\n').count();
        self.column = match taken.rsplit_once('\n') {
            Some((_, last)) => last.chars().count() + 1,
            None => self.column + taken.chars().count(),
        };
        taken
    }

    fn end_tag(&mut self) -> Result<Event, ImportError> {
        let at = self.here();
        let tag = self.through(">", "an end tag")?;
        let name = local(tag.trim_start_matches("</").trim_end());
        match self.open.pop() {
            Some((open, _)) if open == name => Ok(Event::End(open)),
            Some((open, _)) => Err(at.refuse(&format!("</{name}>"), &format!("`</{open}>`"))),
            None => Err(at.refuse(&format!("</{name}>"), "the end of an element that began")),
        }
    }

    fn start_tag(&mut self) -> Result<Event, ImportError> {
        let at = self.here();
        self.take(1);
        let end = self.rest.find(|c: char| c.is_whitespace() || "/>".contains(c));
        let name = local(self.take(end.unwrap_or(self.rest.len())));
        if name.is_empty() {
            return Err(at.refuse("<", "the name of an element"));
        }
        let mut attributes = Vec::new();
        loop {
            self.skip_white();
            if self.rest.starts_with("/>") {
                self.take(2);
                self.empty = Some(name.clone());
                break;
            }
            if self.rest.starts_with('>') {
                self.take(1);
                self.open.push((name.clone(), at));
                break;
            }
            attributes.push(self.attribute()?);
        }
        Ok(Event::Start(Element { name, attributes, at }))
    }

    fn attribute(&mut self) -> Result<(String, String), ImportError> {
        let at = self.here();
        let refuse = |found: &str| at.refuse(found, "an attribute `name=\"value\"`, `/>` or `>`");
        let end = self.rest.find(|c: char| c.is_whitespace() || "=/><\"'".contains(c));
        let name = self.take(end.unwrap_or(self.rest.len()));
        self.skip_white();
        if name.is_empty() || !self.rest.starts_with('=') {
            let found = if name.is_empty() { self.rest.lines().next().unwrap_or("") } else { name };
            return Err(refuse(found));
        }
        self.take(1);
        self.skip_white();
        let quote = self.rest.chars().next().filter(|c| "\"'".contains(*c));
        let Some(quote) = quote else { return Err(refuse(name)) };
        self.take(1);
        let raw = self.through(&quote.to_string(), "a value")?;
        let value = unescaped(raw).ok_or_else(|| refuse(raw))?;
        Ok((name.to_string(), value))
    }

    fn skip_white(&mut self) {
        let white = self.rest.len() - self.rest.trim_start().len();
        self.take(white);
    }
}

/// A name without its prefix.
fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_string()
}

/// A text with its entities resolved; `None` when one is unknown.
pub(super) fn unescaped(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        let (name, behind) = after.split_once(';')?;
        text.push_str(before);
        text.push(entity(name)?);
        rest = behind;
    }
    text.push_str(rest);
    Some(text)
}

fn entity(name: &str) -> Option<char> {
    let hexadecimal = name.strip_prefix("#x").map(|digits| u32::from_str_radix(digits, 16).ok());
    let decimal = name.strip_prefix('#').map(|digits| digits.parse().ok());
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => hexadecimal.or(decimal).flatten().and_then(char::from_u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str) -> Result<Vec<Event>, ImportError> {
        let (mut reader, mut events) = (Reader::new(text), Vec::new());
        while let Some(event) = reader.next()? {
            events.push(event);
        }
        Ok(events)
    }

    fn error(text: &str) -> (usize, Option<usize>, String) {
        let error = events(text).unwrap_err();
        (error.line, error.column, error.found)
    }

    #[test]
    fn elements_and_text_come_in_order() {
        let found = events(
            "<?xml version='1.0'?><!DOCTYPE g>\n<n:a x = 'é'><!-- > -->b &amp; &#x63;<c/><![CDATA[<]]></n:a>",
        );
        let element = |name: &str, attributes: &[(&str, &str)], column| {
            let pair = |(k, v): &(&str, &str)| ((*k).to_string(), (*v).to_string());
            let attributes = attributes.iter().map(pair).collect();
            let at = Position::new(2, column);
            Event::Start(Element { name: name.to_string(), attributes, at })
        };
        let text = |text: &str| Event::Text(text.to_string());
        let end = |name: &str| Event::End(name.to_string());
        let expected = [
            text("\n"),
            element("a", &[("x", "é")], 1),
            text("b & c"),
            element("c", &[], 38),
            end("c"),
            text("<"),
            end("a"),
        ];
        assert_eq!(found.unwrap(), expected);
    }

    #[test]
    fn an_element_that_does_not_end_is_refused() {
        assert_eq!(error("<a>\n <b>"), (2, Some(2), "<b>".to_string()));
    }

    #[test]
    fn elements_end_in_the_order_in_which_they_began() {
        assert_eq!(error("<a><b></a></b>"), (1, Some(7), "</a>".to_string()));
        assert_eq!(error("<a/></a>"), (1, Some(5), "</a>".to_string()));
    }

    #[test]
    fn an_entity_that_is_unknown_is_refused() {
        assert_eq!(error("<a>x &nbsp; y</a>"), (1, Some(4), "x &nbsp; y".to_string()));
        assert_eq!(error("<a x='&#xD800;'/>"), (1, Some(4), "&#xD800;".to_string()));
    }

    #[test]
    fn an_attribute_has_a_name_and_a_quoted_value() {
        assert_eq!(error("<a x>"), (1, Some(4), "x".to_string()));
        assert_eq!(error("<a x=1>"), (1, Some(4), "x".to_string()));
        assert_eq!(error("<a \"1\">"), (1, Some(4), "\"1\">".to_string()));
        assert_eq!(error("<a x='1>"), (1, Some(7), "1>".to_string()));
    }

    #[test]
    fn a_tag_has_a_name_and_an_end() {
        assert_eq!(error("< a>"), (1, Some(1), "<".to_string()));
        assert_eq!(error("<a"), (1, Some(3), String::new()));
        assert_eq!(error("<a></a"), (1, Some(4), "</a".to_string()));
    }

    #[test]
    fn what_is_passed_over_has_an_end_too() {
        for open in ["<!-- x", "<![CDATA[ x", "<? x", "<!DOCTYPE x"] {
            assert_eq!(error(open), (1, Some(1), open.to_string()));
        }
    }
}
