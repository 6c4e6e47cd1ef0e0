//! How the program ends, and the two streams that it talks on.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// An expectation or a comparison that was judged and failed: what failed.
    Failed(String),
    /// Bad input or usage: what is wrong, ready to be shown.
    Input(String),
    /// A bug: what was seen, and how to see it again.
    Bug(String),
    /// The user stopped it, and nothing was written.
    Interrupted,
    /// The user stopped it: what is kept.
    Stopped(String),
}

impl Failure {
    /// A failure of input in one sentence.
    pub(super) fn input(message: impl std::fmt::Display) -> Self {
        Self::Input(format!("error: {message}\n"))
    }

    const fn status(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Input(_) => 2,
            Self::Bug(_) => 3,
            Self::Interrupted | Self::Stopped(_) => 130,
        }
    }
}

/// The exit status of a command; says on standard error why it failed.
pub(super) fn code(result: Result<(), Failure>) -> ExitCode {
    let Err(failure) = result else {
        return ExitCode::SUCCESS;
    };
    match &failure {
        Failure::Failed(text)
        | Failure::Input(text)
        | Failure::Bug(text)
        | Failure::Stopped(text) => tell(text),
        Failure::Interrupted => tell("interrupted: no results were written\n"),
    }
    ExitCode::from(failure.status())
}

/// The exit status of arguments that were refused, or that asked for help.
pub(super) fn usage(refusal: &clap::Error) -> ExitCode {
    // There is nobody left to tell when this fails.
    _ = refusal.print();
    ExitCode::from(u8::try_from(refusal.exit_code()).unwrap_or(2))
}

/// Data to standard output.
///
/// # Errors
/// When it cannot be written; a reader that has seen enough is no failure.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::input(format_args!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Everything else to standard error.
pub(super) fn tell(text: &str) {
    // There is nobody left to tell when this fails.
    _ = std::io::stderr().lock().write_all(text.as_bytes());
}
