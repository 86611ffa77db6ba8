//! Completions and man pages, from the definition of the command line; printed, never installed.

use super::help::command;
use crate::error::{Error, Result};
use clap_mangen::Man;
use std::io::Write;

/// A script that lets `shell` complete commands, options and their values.
pub fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "tercet", &mut script);
    script
}

/// The manual page of the program, or of one of its commands, as roff.
pub fn page(name: Option<&str>) -> Result<Vec<u8>> {
    let mut program = command();
    program.build();
    let of = match name {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
            Error::usage(format!("there is no command `{name}`")).hint("`tercet --help` lists them")
        })?,
    };
    rendered(of).map_err(|cause| Error::internal("cannot render the manual page").caused_by(cause))
}

fn rendered(of: clap::Command) -> std::io::Result<Vec<u8>> {
    let has_commands = of.has_subcommands();
    let after = of.get_after_help().map(ToString::to_string).unwrap_or_default();
    let man = Man::new(of).manual("Tercet").source(concat!("Tercet ", env!("CARGO_PKG_VERSION")));
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
            roff += &format!(".SH \"{}\"\n", escaped(&line.trim_end_matches(':').to_uppercase()));
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
    use super::*;
    use clap::ValueEnum;

    fn commands() -> Vec<clap::Command> {
        command().get_subcommands().cloned().collect()
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
        assert!(page.contains(".TH tercet-run 1"), "{page}");
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
