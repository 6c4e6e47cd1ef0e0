//! Who watches what.

use super::context::Check;
use super::policies::content_named;
use crate::scenario::diagnostics::Rule;
use crate::scenario::model::{Content, Watch};
use crate::scenario::raw::{At, RawAudience, RawWatch};
use crate::units::{ContentId, Ratio};
use std::collections::BTreeSet;

/// What parts of the viewers watch; all watch the one content where there is but one.
pub(super) fn watches(
    check: &mut Check<'_>,
    audience: &At<RawAudience>,
    contents: &[Content],
) -> Vec<Watch> {
    let raw = &audience.value.watch;
    let Some(at) = raw else {
        if contents.len() > 1 && !check.is_incomplete(&audience.span) && !audience.span.is_empty() {
            let expected = "`[[audience.watch]]`: who watches which of several contents";
            check.report(Rule::Combination, &audience.span, expected);
        }
        return contents.iter().take(1).map(everybody).collect();
    };
    let complete = !at.value.iter().any(|one| check.is_incomplete(&one.span));
    let (watches, clean) = check.clean(|check| {
        let mut taken = BTreeSet::new();
        let list = check.list(raw, "part of the viewers").iter();
        list.map(|one| watch(check, &one.value, contents, &mut taken)).collect::<Vec<_>>()
    });
    if clean && complete {
        check.whole(&at.span, watches.iter().map(|watch| watch.share), "parts of the viewers");
    }
    watches
}

fn everybody(content: &Content) -> Watch {
    Watch { name: content.name.clone(), share: 1.0, contents: vec![ContentId::new(0)] }
}

fn watch(
    check: &mut Check<'_>,
    raw: &RawWatch,
    contents: &[Content],
    taken: &mut BTreeSet<String>,
) -> Watch {
    let mut watched = Vec::new();
    for named in check.list(&raw.contents, "content") {
        let Some(content) = content_named(check, named, contents) else { continue };
        if watched.contains(&content) {
            check.report(Rule::DuplicateName, &named.span, "each content once");
        }
        watched.push(content);
    }
    Watch {
        name: check.name(&raw.name, taken),
        share: check.quantity(&raw.share, Ratio::ZERO).get(),
        contents: watched,
    }
}
