//! Completions and man pages, from the definition of the command line; printed, never installed.

use super::arguments::Arguments;
use crate::error::{Error, Result};
use clap::CommandFactory;
use clap_mangen::Man;
use std::io::Write;

/// A script that lets `shell` complete commands, options and their values.
pub fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "tercet", &mut script);
    script
}

/// The manual page of the program, or of one of its commands, as roff.
pub fn page(name: Option<&str>) -> Result<Vec<u8>> {
    let mut program = Arguments::command();
    program.build();
    let command = match name {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
            Error::usage(format!("there is no command `{name}`")).hint("`tercet --help` lists them")
        })?,
    };
    rendered(command).map_err(|cause| Error::internal("cannot render the manual page").caused_by(cause))
}

fn rendered(command: clap::Command) -> std::io::Result<Vec<u8>> {
    let has_commands = command.has_subcommands();
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let man = Man::new(command).manual("Tercet").source(concat!("Tercet ", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if has_commands {
        man.render_subcommands_section(&mut page)?;
    }
    page.write_all(parts(&after).as_bytes())?;
    Ok(page)
}

/// The text after the options: parts become sections, indented lines keep their breaks.
fn parts(text: &str) -> String {
    let mut roff = String::new();
    let mut in_part = false;
    for line in text.lines() {
        if let Some(indented) = line.strip_prefix("  ") {
            roff += &format!(".nf\n{}\n.fi\n", escaped(indented));
        } else if line.is_empty() {
            roff += ".PP\n";
            in_part = false;
        } else if line.ends_with(':') {
            roff += &format!(".SH \"{}\"\n", escaped(line.trim_end_matches(':')).to_uppercase());
            in_part = true;
        } else {
            if !in_part {
                roff += ".SH NOTES\n";
                in_part = true;
            }
            roff += &format!("{}\n", escaped(line));
        }
    }
    roff.replace(".fi\n.nf\n", "").replace(".PP\n.SH", ".SH")
}

/// Text that roff prints as it is: hyphens stay hyphens, and no line is taken for a request.
fn escaped(line: &str) -> String {
    let text = line.replace('\\', "\\e").replace('-', "\\-").replace('"', "\\(dq");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::help;
    use super::*;
    use clap::{Parser, ValueEnum};

    fn commands() -> Vec<clap::Command> {
        Arguments::command().get_subcommands().cloned().collect()
    }

    /// The arguments of a shown command: up to the comment, which stands after two blanks, or to a redirection.
    fn shown_arguments(line: &str) -> Vec<String> {
        let command = line.trim_start().split("  ").next().unwrap_or_default();
        let command = command.split(" > ").next().unwrap_or_default();
        let unquoted = command.split('"').enumerate();
        unquoted
            .flat_map(|(i, part)| match i % 2 {
                0 => part.split_whitespace().map(String::from).collect(),
                _ => vec![part.to_string()],
            })
            .collect()
    }

    fn examples(text: &str) -> Vec<Vec<String>> {
        let shown = text.lines().filter(|line| line.starts_with("  tercet "));
        shown.map(shown_arguments).collect()
    }

    #[test]
    fn every_command_shows_examples_that_the_command_line_takes() {
        for command in commands() {
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples = examples(&after);
            assert!(examples.iter().any(|words| words[1] == command.get_name()), "{}", command.get_name());
            for words in examples {
                Arguments::try_parse_from(&words).unwrap_or_else(|cause| panic!("{words:?}: {cause}"));
            }
        }
        assert_eq!(examples(help::TERCET).len(), 6);
        for words in examples(help::TERCET) {
            Arguments::try_parse_from(&words).unwrap_or_else(|cause| panic!("{words:?}: {cause}"));
        }
    }

    #[test]
    fn every_argument_says_what_it_is_for() {
        for command in commands() {
            let arguments = command.get_arguments();
            let silent: Vec<_> = arguments.filter(|argument| argument.get_help().is_none()).collect();
            assert!(silent.is_empty(), "{}: {silent:?}", command.get_name());
        }
    }

    #[test]
    fn help_names_every_exit_code() {
        use crate::error::Kind::{Incomplete, Internal, Locked, Refused, Usage};
        for kind in [Internal, Usage, Refused, Incomplete, Locked] {
            let line = format!("\n  {:<6}", kind.exit_code());
            assert!(help::TERCET.contains(&line), "{kind:?}");
        }
    }

    #[test]
    fn completions_know_every_command_in_every_shell() {
        for shell in clap_complete::Shell::value_variants() {
            let script = String::from_utf8(completions(*shell)).unwrap();
            for command in commands() {
                assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
            assert!(script.contains("accept-volume"), "{shell}");
        }
    }

    #[test]
    fn a_manual_page_has_the_options_and_keeps_the_lines_of_its_examples() {
        let page = String::from_utf8(page(Some("run")).unwrap()).unwrap();
        assert!(page.contains(".TH tercet\\-run 1"), "{page}");
        assert!(page.contains("\\-\\-as\\-of"), "{page}");
        let example = ".SH \"EXAMPLES\"\n.nf\ntercet run      ";
        assert!(page.contains(example), "{page}");
        assert!(page.contains(".SH NOTES\nA night is published whole"), "{page}");
    }

    #[test]
    fn every_command_has_a_manual_page_and_the_programs_names_them() {
        let whole = String::from_utf8(page(None).unwrap()).unwrap();
        for command in commands() {
            let name = command.get_name();
            assert!(page(Some(name)).is_ok(), "{name}");
            assert!(whole.contains(&format!("tercet\\-{name}(1)")), "{name}");
        }
        assert_eq!(page(Some("nosuch")).unwrap_err().kind().exit_code(), 2);
    }

    #[test]
    fn what_roff_would_take_for_a_request_is_text() {
        assert_eq!(escaped(".SH a-b \"c\" \\d"), "\\&.SH a\\-b \\(dqc\\(dq \\ed");
    }
}
