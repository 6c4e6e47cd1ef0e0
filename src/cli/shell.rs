//! `grandstand completions` and `grandstand man`: what shells and `man` want to know of the commands.

use super::args::{Arguments, CompletionsArguments, ManArguments};
use super::exit::{Failure, say};
use super::load;
use clap::{Command, CommandFactory};

const NAME: &str = "grandstand";

/// The completions for a shell.
pub(super) fn completions(arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), NAME, &mut script);
    say(&String::from_utf8_lossy(&script))
}

/// The manual page of the program, or of one command.
pub(super) fn man(arguments: &ManArguments) -> Result<(), Failure> {
    let mut all = Arguments::command().disable_help_subcommand(true);
    // Built, a command knows the name that its page has.
    all.build();
    let page = match &arguments.command {
        None => all,
        Some(name) => of_command(&all, name)?,
    };
    let mut text = Vec::new();
    let written = clap_mangen::Man::new(page).render(&mut text);
    written.map_err(Failure::input)?;
    say(&String::from_utf8_lossy(&text))
}

fn of_command(all: &Command, name: &str) -> Result<Command, Failure> {
    let found = all.find_subcommand(name).cloned();
    found.ok_or_else(|| {
        let names: Vec<&str> = all.get_subcommands().map(Command::get_name).collect();
        let hint = load::nearest(name, names.iter().copied());
        Failure::input(format_args!("no command `{name}` ({}){hint}", names.join(", ")))
    })
}
