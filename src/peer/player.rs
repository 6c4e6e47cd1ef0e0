//! The player: starts when enough is buffered, stalls when the buffer runs dry, goes on when it has filled again.
//!
//! It plays what has arrived of all substreams. Nothing is simulated between two changes of a
//! rate: [`Player::observe`] says when something will happen next.

use super::config::PlayerConfig;
use super::progress::Progress;
use crate::units::{SimTime, Span};

/// What the picture does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not begun.
    Starting,
    /// Moving in real time.
    Playing,
    /// Standing still for want of data.
    Stalled,
    /// Through.
    Ended,
}

/// A player and its account of what was on time.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Player {
    /// Position in the media at `since`, in nanoseconds.
    position: u64,
    since: SimTime,
    state: State,
    joined: SimTime,
    /// First picture after joining.
    startup_delay: Option<Span>,
    stalls: u32,
    totals: Playback,
    /// Lateness that a jump can still make up for: it was counted while the picture stood still.
    behind: Span,
    lag_at_start: Span,
    /// Seconds of lag times seconds of playback.
    lag_area: f64,
}

/// What was due and what was on time, up to an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Playback {
    /// Media played on time.
    pub on_time: Span,
    /// Time that the picture stood still, or that a waiting viewer had no picture beyond patience.
    pub late: Span,
    /// Of `late`, after the first picture.
    pub stalled: Span,
    /// Media jumped over because nobody had them any more.
    pub skipped: Span,
}

impl Playback {
    /// Media due: on time, late, or lost.
    #[must_use]
    pub fn due(&self) -> Span {
        self.on_time + self.late + self.skipped
    }
}

impl Player {
    /// A viewer who joins now and begins at `position`, in nanoseconds of media.
    #[must_use]
    pub fn new(now: SimTime, position: u64) -> Self {
        Self {
            state: State::Starting,
            position,
            since: now,
            joined: now,
            startup_delay: None,
            stalls: 0,
            totals: Playback::default(),
            behind: Span::ZERO,
            lag_at_start: Span::ZERO,
            lag_area: 0.0,
        }
    }

    /// The picture's position in nanoseconds of media.
    #[must_use]
    pub fn position(&self, now: SimTime) -> u64 {
        match self.state {
            State::Playing => self.position + now.since(self.since).as_nanos(),
            State::Starting | State::Stalled | State::Ended => self.position,
        }
    }

    /// Takes the state of the substreams in: acts on what has happened, and returns when something
    /// will happen next if no rate changes. Early calls change nothing.
    pub fn observe(
        &mut self,
        now: SimTime,
        inflows: &[Progress],
        end: u64,
        live_edge: u64,
        config: &PlayerConfig,
    ) -> Option<SimTime> {
        self.settle(now, config);
        let frontier = inflows.iter().map(|inflow| inflow.position(now)).min().unwrap_or(0);
        match self.state {
            State::Ended => None,
            State::Playing if self.position >= end => {
                self.state = State::Ended;
                None
            }
            State::Playing
                if self.position >= frontier && !keeps_up(inflows, now, self.position) =>
            {
                self.state = State::Stalled;
                self.stalls += 1;
                self.when_filled(now, inflows, end, config.resume)
            }
            State::Playing => self.when_dry(now, inflows, end),
            State::Starting | State::Stalled => {
                let threshold =
                    if self.state == State::Starting { config.startup } else { config.resume };
                if frontier < (self.position + threshold.as_nanos()).min(end) {
                    return self.when_filled(now, inflows, end, threshold);
                }
                self.begin(now, live_edge);
                self.when_dry(now, inflows, end)
            }
        }
    }

    fn begin(&mut self, now: SimTime, live_edge: u64) {
        self.state = State::Playing;
        self.startup_delay.get_or_insert(now.since(self.joined));
        self.lag_at_start = Span::from_nanos(live_edge.saturating_sub(self.position));
    }

    /// When the slowest substream will have filled the buffer.
    fn when_filled(
        &self,
        now: SimTime,
        inflows: &[Progress],
        end: u64,
        threshold: Span,
    ) -> Option<SimTime> {
        let target = (self.position + threshold.as_nanos()).min(end);
        let waits = inflows
            .iter()
            .map(|inflow| inflow.speed.time_for(target.saturating_sub(inflow.position(now))));
        waits.collect::<Option<Vec<Span>>>()?.into_iter().max().map(|wait| now + wait)
    }

    /// When the picture will reach the end of what has arrived, or of the content.
    fn when_dry(&self, now: SimTime, inflows: &[Progress], end: u64) -> Option<SimTime> {
        let slow = inflows.iter().filter(|inflow| inflow.speed.now < inflow.speed.full);
        let dry = slow.map(|inflow| {
            let ahead = inflow.position(now).saturating_sub(self.position);
            let loss = u128::from(inflow.speed.full - inflow.speed.now);
            now + Span::from_nanos(
                (u128::from(ahead) * u128::from(inflow.speed.full)).div_ceil(loss) as u64,
            )
        });
        let over = now + Span::from_nanos(end.saturating_sub(self.position));
        dry.chain([over]).min()
    }

    /// Jumps over media that cannot be had any more.
    pub fn skip_to(&mut self, now: SimTime, position: u64, config: &PlayerConfig) {
        self.settle(now, config);
        if position > self.position {
            if self.startup_delay.is_some() {
                // What was late already is not lost a second time.
                let jump = Span::from_nanos(position - self.position);
                self.totals.skipped += jump - self.behind;
                self.behind = self.behind - jump;
            }
            self.position = position;
        }
    }

    /// Brings the account up to now.
    fn settle(&mut self, now: SimTime, config: &PlayerConfig) {
        let passed = now.since(self.since);
        match self.state {
            State::Playing => {
                self.position += passed.as_nanos();
                self.totals.on_time += passed;
                self.lag_area += self.lag_at_start.as_secs_f64() * passed.as_secs_f64();
            }
            State::Stalled => {
                self.totals.late += passed;
                self.totals.stalled += passed;
                self.behind += passed;
            }
            State::Starting => {
                let patient_until = self.joined + config.patience;
                self.totals.late += now.since(self.since.max(patient_until));
            }
            State::Ended => {}
        }
        self.since = now;
    }

    /// What was due and what was on time, up to now.
    pub fn totals(&mut self, now: SimTime, config: &PlayerConfig) -> Playback {
        self.settle(now, config);
        self.totals
    }

    /// From joining to the first picture.
    #[must_use]
    pub const fn startup_delay(&self) -> Option<Span> {
        self.startup_delay
    }

    /// How often the picture stopped.
    #[must_use]
    pub const fn stalls(&self) -> u32 {
        self.stalls
    }

    /// Whether the picture stands still for want of data.
    #[must_use]
    pub fn is_stalled(&self) -> bool {
        self.state == State::Stalled
    }

    /// Whether there is a picture that moves.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.state == State::Playing
    }

    /// Distance of the picture from the live edge, when it moves.
    #[must_use]
    pub fn lag(&self) -> Option<Span> {
        (self.state == State::Playing).then_some(self.lag_at_start)
    }

    /// Mean distance of the picture from the live edge over all playback; call after [`Self::totals`].
    #[must_use]
    pub fn mean_lag(&self) -> Option<Span> {
        let played = self.totals.on_time.as_secs_f64();
        (played > 0.0).then(|| Span::from_secs_f64(self.lag_area / played))
    }
}

/// Whether every substream that the picture has caught up with arrives in real time.
fn keeps_up(inflows: &[Progress], now: SimTime, position: u64) -> bool {
    inflows.iter().all(|inflow| {
        inflow.speed.now >= inflow.speed.full && inflow.position(now) >= position
            || inflow.position(now) > position
    })
}

#[cfg(test)]
mod tests {
    use super::super::progress::Speed;
    use super::*;

    const END: u64 = 1_000_000_000_000;

    fn flow(now: SimTime, base_s: u64, tenths: u64) -> Progress {
        let mut progress = Progress::at(base_s * 1_000_000_000, now, 10);
        progress.change(now, Speed { now: tenths, full: 10 });
        progress
    }

    fn at(s: u64) -> SimTime {
        SimTime::from_secs(s)
    }

    #[test]
    fn starts_when_the_slowest_substream_has_two_seconds() {
        let config = PlayerConfig::default();
        let mut player = Player::new(at(0), 10_000_000_000);
        let inflows = [flow(at(0), 10, 20), flow(at(0), 10, 10)];
        assert_eq!(player.observe(at(0), &inflows, END, 0, &config), Some(at(2)));
        assert!(player.observe(at(2), &inflows, END, 18_000_000_000, &config).is_some());
        assert_eq!(player.startup_delay(), Some(Span::from_secs(2)));
        assert_eq!(player.lag(), Some(Span::from_secs(8)));
    }

    #[test]
    fn stalls_when_the_buffer_is_dry_and_goes_on_when_it_has_filled() {
        let config = PlayerConfig::default();
        let mut player = Player::new(at(0), 0);
        let full = [flow(at(0), 4, 10)];
        player.observe(at(0), &full, END, 0, &config);
        let stopped = [flow(at(10), 14, 0)];
        assert_eq!(player.observe(at(10), &stopped, END, 0, &config), Some(at(14)));
        assert_eq!(player.observe(at(14), &stopped, END, 0, &config), None);
        assert!(player.is_stalled());
        let back = [flow(at(20), 14, 20)];
        assert_eq!(
            player.observe(at(20), &back, END, 0, &config),
            Some(SimTime::from_nanos(20_500_000_000))
        );
        player.observe(SimTime::from_nanos(20_500_000_000), &back, END, 0, &config);
        let totals = player.totals(at(30), &config);
        assert_eq!((player.stalls(), totals.stalled), (1, Span::from_millis(6500)));
        assert_eq!(totals.due(), Span::from_secs(30));
    }

    #[test]
    fn a_viewer_without_a_picture_is_owed_media_after_its_patience() {
        let config = PlayerConfig::default();
        let mut player = Player::new(at(0), 0);
        player.observe(at(0), &[flow(at(0), 0, 0)], END, 0, &config);
        let totals = player.totals(at(25), &config);
        assert_eq!((totals.late, totals.stalled), (Span::from_secs(15), Span::ZERO));
    }

    #[test]
    fn a_jump_over_what_was_late_already_is_not_a_second_loss() {
        let config = PlayerConfig::default();
        let mut player = Player::new(at(0), 0);
        player.observe(at(0), &[flow(at(0), 4, 0)], END, 0, &config);
        player.observe(at(4), &[flow(at(4), 4, 0)], END, 0, &config);
        player.skip_to(at(14), 16_000_000_000, &config);
        let totals = player.totals(at(14), &config);
        assert_eq!((totals.late, totals.skipped), (Span::from_secs(10), Span::from_secs(2)));
        assert_eq!(totals.due(), Span::from_secs(16));
    }

    #[test]
    fn the_end_of_the_content_is_no_stall() {
        let config = PlayerConfig::default();
        let mut player = Player::new(at(0), 0);
        let inflows = [flow(at(0), 5, 0)];
        let end = 5_000_000_000;
        assert_eq!(player.observe(at(0), &inflows, end, 0, &config), Some(at(5)));
        assert_eq!(player.observe(at(5), &inflows, end, 0, &config), None);
        assert_eq!(player.stalls(), 0);
        assert_eq!(player.totals(at(60), &config).late, Span::ZERO);
    }
}
