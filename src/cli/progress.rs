//! Progress bars on a terminal, and the wish to stop.

use crate::units::{SimTime, Span};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

const COUNT_TEMPLATE: &str = "{bar:30} {pos} of {len} runs, {elapsed} gone, {eta} to go";
const TEMPLATE: &str = "{prefix} {bar:30} {msg} ETA {eta}";

/// From now on an interrupt, instead of ending the program, is noted for [`interrupted`].
pub(super) fn listen() {
    // Without a handler an interrupt ends the program at once: the results are not written either.
    _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed));
}

/// Whether the user wants to stop.
pub(super) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Where progress is shown: nowhere when it is not wanted, or nobody looks.
fn target(quiet: bool) -> ProgressDrawTarget {
    let shown = !quiet && std::io::stderr().is_terminal();
    if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}

/// One bar a run, when standard error is a terminal and they are wanted.
#[derive(Debug)]
pub(super) struct Bars {
    bars: MultiProgress,
    name_width: usize,
}

/// The bar of one run.
#[derive(Debug)]
pub(super) struct Bar {
    bar: ProgressBar,
    duration: Span,
}

impl Bars {
    /// No bars yet; their names are this wide.
    pub(super) fn new(quiet: bool, name_width: usize) -> Self {
        Self { bars: MultiProgress::with_draw_target(target(quiet)), name_width }
    }

    /// A bar for a run of this length.
    pub(super) fn add(&self, name: &str, duration: Span) -> Bar {
        let bar = self.bars.add(ProgressBar::new(duration.as_nanos() / 1_000_000));
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        bar.set_prefix(format!("{name:<width$}", width = self.name_width));
        let bar = Bar { bar, duration };
        bar.show(SimTime::ZERO);
        bar
    }
}

impl Bar {
    /// The run is at this instant; false when it should stop.
    pub(super) fn reached(&self, time: SimTime) -> bool {
        self.show(time);
        !interrupted()
    }

    /// From the start again, for another pass.
    pub(super) fn again(&self) {
        self.bar.reset();
        self.show(SimTime::ZERO);
    }

    fn show(&self, time: SimTime) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_position(time.as_nanos() / 1_000_000);
        let whole = |nanos: u64| SimTime::from_secs(nanos / 1_000_000_000);
        let (now, end) = (whole(time.as_nanos()), whole(self.duration.as_nanos()));
        self.bar.set_message(format!("{now} / {end}"));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// How many of many runs are done, on one line.
#[derive(Debug)]
pub(super) struct Count {
    bar: ProgressBar,
}

impl Count {
    /// None yet, of so many.
    pub(super) fn new(quiet: bool, runs: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(runs as u64), target(quiet));
        if let Ok(style) = ProgressStyle::with_template(COUNT_TEMPLATE) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_secs(1));
        Self { bar }
    }

    /// One more is done.
    pub(super) fn one_more(&self) {
        self.bar.inc(1);
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
