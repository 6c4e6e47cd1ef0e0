//! What tables say by short names, in plain words. Not here: whole sentences about one row.

use crate::metrics::EventKind;
use crate::proto::{Rule, Trigger};
use crate::units::{SimTime, Span};

/// An instant as `hh:mm:ss.mmm`: all of one width, so that lines stay aligned.
pub(super) fn clock(time: SimTime) -> String {
    let whole = SimTime::from_secs(time.as_nanos() / 1_000_000_000);
    format!("{whole}.{:03}", time.as_nanos() / 1_000_000 % 1_000)
}

/// A span for people: `3.21 s`, `4 min 5 s`.
pub(super) fn lasting(span: Span) -> String {
    let seconds = span.as_secs_f64();
    match span.as_nanos() / 1_000_000_000 {
        0 => format!("{} ms", span.as_nanos() / 1_000_000),
        1..60 => format!("{seconds:.2} s"),
        whole @ 60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        whole => format!("{} h {} min", whole / 3600, whole / 60 % 60),
    }
}

/// Bytes for people, in units of a thousand.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [(&str, f64); 5] =
        [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0)];
    let (unit, divisor) =
        UNITS.into_iter().find(|(_, size)| bytes as f64 >= *size).unwrap_or(UNITS[4]);
    if unit == "B" { format!("{bytes} B") } else { format!("{:.2} {unit}", bytes as f64 / divisor) }
}

/// One of something or several.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// Why a coordinator looked at a substream again.
pub(super) const fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Join => "it joined",
        Trigger::ParentLeft => "its parent said good-bye",
        Trigger::ParentSilent => "its parent fell silent",
        Trigger::PathFailed => "nothing arrived from its parent, which lived",
        Trigger::Congestion => "data came below the rate",
        Trigger::ConnectFailed => "its parent could not be reached or refused",
        Trigger::Improvement => "a better place became free",
        Trigger::Recomputation => "the whole topology was computed again",
        Trigger::LinkFailed => "a link on the path from its parent was held to have failed",
        Trigger::LinkCongested => "a link on the path from its parent was held to be congested",
        Trigger::LinkAnnounced => "an ISP had announced trouble on the path from its parent",
        Trigger::UplinkNarrow => "its parent's uplink was found to carry less than was counted on",
        Trigger::ServingHours => "its parent's hours of serving ended",
        Trigger::Preemption => "somebody who can feed others took the place of one who cannot",
        Trigger::Shortage => "there was not enough for all",
        Trigger::ShareRecalled => "another content needed the line",
        Trigger::OtherCluster => "its parent was in another cluster since a split or a merge",
        Trigger::LevelChange => "it or its parent had gone to another level",
        Trigger::Called => "it was called to serve others",
        Trigger::GivenBack => "its parent had been called to help and was needed no longer",
    }
}

/// What chose a parent.
pub(super) const fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::ClusterFeed => "its cluster needed another feed from outside",
        Rule::FromLevelAbove => "the nearest with room of the level above",
        Rule::SameEnterprise => "the nearest with room on the same enterprise network",
        Rule::NearestOfFriends => "the nearest of its friends with room",
        Rule::NearestOfCandidates => "the nearest of those with most room, close to the source",
        Rule::NearestWithMore => "the nearest of those who had as much of the file, with room",
        Rule::NotPublished => "the file was not published yet",
        Rule::NoPeerHasRoom => "no peer had room",
        Rule::NotReachable => "no peer can reach it",
        Rule::NothingHasRoom => "nothing had room at all",
        Rule::NearestServer => "the nearest CDN node with room",
        Rule::HigherPriorityWaits => "somebody of higher priority waited for the same",
        Rule::TakesPlace => "the place near the source of somebody who carried less",
        Rule::BelowWhoTookItsPlace => "the one who had taken its place",
        Rule::ChosenByParent => "it was the nearest child of those who had come, to this parent",
        Rule::Ejected => "nobody until there is enough again",
        Rule::DownlinkTaken => "its line carried another content",
    }
}

/// A kind of event in a list of kinds.
pub(super) const fn event(event: EventKind) -> &'static str {
    match event {
        EventKind::FaultBegins => "fault begins",
        EventKind::FaultEnds => "fault ends",
        EventKind::Stall => "picture stands still",
        EventKind::Refusal => "refusal",
        EventKind::Loss => "parent lost",
        EventKind::LinkDeclared => "link held to be in trouble",
        EventKind::LinkCleared => "link held to be well again",
        EventKind::UplinkMeasured => "uplink measured",
        EventKind::RelayCalled => "relay called",
        EventKind::RelayEnds => "relay no longer",
    }
}

/// How a parent was lost, after its name.
pub(super) fn loss(detail: &str) -> &str {
    match detail {
        "silent" => "went without a word",
        "graceful" => "said good-bye and went",
        "cdn_node" => "failed",
        "link" => "was cut off: a link on the path failed",
        other => other,
    }
}

/// Why a viewer was refused.
pub(super) fn refusal(detail: &str) -> String {
    match detail {
        "no_capacity" => "no CDN node and no peer had room".to_string(),
        "unknown_content" => "no content of that name".to_string(),
        other => match other.strip_prefix("policy ") {
            Some(policy) => format!("the policy `{policy}` forbids it"),
            None => other.to_string(),
        },
    }
}

/// What was concluded about a link, by what its row says.
pub(super) fn link(detail: &str) -> String {
    let (verdict, link) = detail.split_once(' ').unwrap_or((detail, ""));
    match verdict {
        "failed" => format!("the link {link} is held to have failed"),
        "congested" => format!("the link {link} is held to be congested"),
        "announced" => format!("an ISP has announced trouble on the link {link}"),
        "cleared" => format!("the link {link} is held to be well again"),
        _ => detail.to_string(),
    }
}

/// What was found of an uplink, by what its row says.
pub(super) fn uplink(detail: &str) -> String {
    let words: Vec<&str> = detail.split(' ').collect();
    let &[by, "carries", carries, _, "counted", counted, _, "counts", counts, _] = &words[..]
    else {
        return detail.to_string();
    };
    let mbps = |bps: &str| bps.parse::<f64>().unwrap_or_default() / 1e6;
    let how = match by {
        "children" => "all its children got too little at once",
        "probe" => "it has measured it",
        other => other,
    };
    format!(
        "the uplink carries {:.2} Mbps, so {:.2} Mbps are counted on and no longer {:.2} Mbps: {how}",
        mbps(carries),
        mbps(counts),
        mbps(counted)
    )
}

/// What became of a relay, by what its row says, after its name.
pub(super) fn relay(detail: &str) -> String {
    let mut words = detail.splitn(4, ' ');
    let mut next = || words.next().unwrap_or_default();
    let [kind, reason, network, content] = [next(), next(), next(), next()];
    let who = if kind == "drafted" { "on its device" } else { "as a waypoint server" };
    let whom = format!("{content} to AS {network} {who}");
    match reason {
        "too_few_strong" => format!("is to serve {whom}: strong viewers are too few there"),
        "enough_strong" => format!("need serve {whom} no longer: strong viewers are enough again"),
        "no_answer" => format!("did not come to serve {whom}"),
        "gone" => format!("is gone and does not serve {whom} any more"),
        _ => detail.to_string(),
    }
}

/// A fault of a scenario, by what its row says.
pub(super) fn fault(detail: &str) -> String {
    let (kind, rest) = detail.split_once(' ').unwrap_or((detail, ""));
    match kind {
        "link_down" => format!("the link {rest} is down"),
        "link_capacity" => format!("the link has another capacity: {rest}"),
        "cdn_down" => format!("the CDN node {rest} is down"),
        "peers_vanish" => {
            let share = rest.parse::<f64>().unwrap_or_default() * 100.0;
            format!("{share:.1} % of the viewers vanish without a word")
        }
        "control_down" => "the control center is cut off".to_string(),
        _ => detail.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_sizes_are_said_as_people_say_them() {
        let said = [
            Span::from_millis(310),
            Span::from_millis(3210),
            Span::from_secs(245),
            Span::from_secs(7260),
        ];
        assert_eq!(said.map(lasting), ["310 ms", "3.21 s", "4 min 5 s", "2 h 1 min"]);
        assert_eq!(
            [0, 999, 1_500, 2_000_000_000].map(size),
            ["0 B", "999 B", "1.50 kB", "2.00 GB"]
        );
    }

    #[test]
    fn instants_have_one_width() {
        assert_eq!(clock(SimTime::from_secs(3_661)), "01:01:01.000");
        assert_eq!(clock(SimTime::from_nanos(1_499_999_999)), "00:00:01.499");
    }

    #[test]
    fn faults_are_said_with_their_place() {
        assert_eq!(fault("link_down 1-2"), "the link 1-2 is down");
        assert_eq!(fault("peers_vanish 0.2"), "20.0 % of the viewers vanish without a word");
        assert_eq!(fault("a new one"), "a new one");
        assert_eq!(refusal("policy DE only"), "the policy `DE only` forbids it");
    }
}
