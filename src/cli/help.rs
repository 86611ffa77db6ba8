//! What `--help` and the man page say after the options: examples that a test parses, exit codes, places.
//!
//! A line that ends in a colon at the left edge opens a part; what is indented stands as it is.

use super::arguments::Arguments;
use clap::CommandFactory;

/// The command line with what its help says after the options.
pub fn command() -> clap::Command {
    Arguments::command().after_help(TERCET).mut_subcommands(|command| match after(command.get_name()) {
        Some(text) => command.after_help(text),
        None => command,
    })
}

fn after(name: &str) -> Option<&'static str> {
    Some(match name {
        "run" => RUN,
        "backfill" => BACKFILL,
        "check" => CHECK,
        "fit" => FIT,
        "approve" => APPROVE,
        "backtest" => BACKTEST,
        "status" => STATUS,
        "verify" => VERIFY,
        "purge" => PURGE,
        "explain" => EXPLAIN,
        "results" => RESULTS,
        "init" => INIT,
        "synth" => SYNTH,
        "schema" => SCHEMA,
        "completions" => COMPLETIONS,
        "man" => MAN,
        _ => return None,
    })
}

const TERCET: &str = "\
Examples:
  tercet run                            the invented bank of data/sample, published under work/
  tercet status                         what is there now
  tercet explain C00000001              why one customer stands where he stands

Your own bank:
  tercet init --from-header customers.csv transactions.csv > bank.toml
  tercet check --config bank.toml       reads the exports and publishes nothing
  tercet run --config bank.toml         every night, from cron or a systemd timer

Files:
  work/                    the workspace, unless the configuration or --workspace says otherwise
  work/LATEST              one line that names the newest night
  work/published/          a folder per night: tables, lists, report.html, manifest.json
  work/store/              all that was ever delivered
  work/models/             models with their cards; approved.json says which are in force
  work/results/            what managers filled in, read back by `tercet results`
  work/runs.parquet        every run: when, how it ended, how long each stage took
  work/metrics.prom        the last run and night, for Prometheus

Exit codes:
  0     done; of `run`: the night is published
  1     a fault of Tercet or of the machine, such as a full disk; mend it, run again
  2     the command line or the configuration is wrong; follow the hint
  3     the exports break the contract and nothing was published; correct them, or the mapping
  4     something is not there yet: a delivery, or the night that was asked for; run again later
  75    another run holds the workspace; run again later
  130, 143   stopped by SIGINT or SIGTERM; nothing was published

`tercet help COMMAND` shows examples of each command, `tercet man` prints this as a manual page.";

const RUN: &str = "\
Examples:
  tercet run                                          the bank of data/sample, into work/
  tercet run --config bank.toml                       the newest complete night of your bank
  tercet run --config bank.toml --as-of 2026-10-31    this night and no other
  tercet run --config bank.toml --dry-run             computes it all and writes nothing
  tercet run --config bank.toml --wait 600            waits ten minutes for another run
  tercet run --config bank.toml --json                a summary for programs on stdout

A night is published whole or not at all. After any failure, run it again: a rerun of a night
takes its place in one step and keeps the old one under replaced/.

Exit codes:
  0     published
  3     the exports break the contract: `tercet check` says more
  4     the exports are not complete yet: run again later
  75    another run holds the workspace: run again later";

const CHECK: &str = "\
Examples:
  tercet check --config bank.toml
  tercet check --config bank.toml --data /srv/exports --json

Per file: rows, dates, sums, and what breaks the contract by reason, with masked examples.
It ends with the exit code that `tercet run` would end with: 0 a night could run, 3 refused,
4 not complete yet.";

const BACKFILL: &str = "\
Examples:
  tercet backfill --from 2026-10-01 --to 2026-10-31
  tercet backfill --from 2026-01-31 --to 2026-10-31 --every month-end

One night after the other, in order of date, each from what was known on it, and each a run of its own
in the history.";

const FIT: &str = "\
Examples:
  tercet fit --config bank.toml
  tercet fit --config bank.toml --as-of 2026-10-31

Reads the store, not the exports. Each model lands in models/ID/ with a card.md that says what it
was made from and how good it is. Nights go on with the models in force until `tercet approve`.";

const APPROVE: &str = "\
Examples:
  tercet approve churn-2026-10-31-5e6f7a8b --note \"yearly review\"
  tercet approve --withdraw churn-2026-10-31-5e6f7a8b --note \"calibration off\"
  tercet approve --withdraw churn-2026-10-31-5e6f7a8b --from 2026-11-15

The log is models/approved.json in the workspace: who reads it later finds the note there.";

const BACKTEST: &str = "\
Examples:
  tercet backtest --config bank.toml
  tercet backtest --config bank.toml --as-of 2026-10-31 --json

Reads the store; writes backtests/as_of=DATE/ in the workspace: how well leavers were ranked,
whether probabilities meant what they said, what a campaign would have earned, beside simple rules.";

const STATUS: &str = "\
Examples:
  tercet status --config bank.toml
  tercet status --config bank.toml --json";

const VERIFY: &str = "\
Examples:
  tercet verify
  tercet verify --as-of 2026-10-31 --recompute

Exit codes:
  0     all is as it was written
  1     a file is damaged, missing, or does not add up; each finding says which, and what to do";

const PURGE: &str = "\
Examples:
  tercet purge --before 2025-11-01
  tercet purge --customer 00012345 --dry-run
  tercet purge --customer 00012345

A customer who is purged stays out when the next delivery brings him again. `--customer -` reads the
id from standard input, so that no list of processes shows it.";

const EXPLAIN: &str = "\
Examples:
  tercet explain C00000001
  tercet explain C00000001 --as-of 2026-10-31 --json

Reads published nights alone. The answer is personal data.

Exit codes:
  2     he is not in that night
  4     that night is not published";

const RESULTS: &str = "\
Examples:
  tercet results lists/M00001.xlsx lists/M00002.xlsx
  tercet results --config bank.toml --json M00001.xlsx

What was read is kept in results/ of the workspace. Rows that are turned away are named with sheet,
row, column and reason, and kept beside it; a file that is no workbook of this workspace ends in
exit code 3, and then nothing is kept.";

const INIT: &str = "\
Examples:
  tercet init --from-header customers.csv transactions.csv.gz > bank.toml
  tercet init --from-header KHXX_20261031.csv JYLS_20261031.parquet

Only the first rows are read. The proposal marks what a person has to decide; `tercet check` then
says what is still wrong.";

const SYNTH: &str = "\
Examples:
  tercet synth --customers 20000 --months 24 --seed 1 --out invented
  tercet run --data invented --workspace work-invented

The same arguments give the same bytes. truth.parquet beside the exports says what the generator
knew of each customer; no other command reads it.";

const SCHEMA: &str = "\
Examples:
  tercet schema                                  the published tables, column by column
  tercet schema --what contract                  what exports are mapped to
  tercet schema --what configuration > tercet.schema.json";

const COMPLETIONS: &str = "\
Examples:
  tercet completions bash > /etc/bash_completion.d/tercet
  tercet completions zsh > /usr/local/share/zsh/site-functions/_tercet
  tercet completions fish > ~/.config/fish/completions/tercet.fish";

const MAN: &str = "\
Examples:
  tercet man > /usr/local/share/man/man1/tercet.1
  tercet man run > /usr/local/share/man/man1/tercet-run.1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind::{Incomplete, Internal, Locked, Refused, Usage};
    use clap::Parser;

    /// The arguments of a shown command: up to the comment, which stands after two blanks, or to a redirection.
    fn shown_arguments(line: &str) -> Vec<String> {
        let command = line.trim_start().split("  ").next().unwrap_or_default();
        let command = command.split(" > ").next().unwrap_or_default();
        let parts = command.split('"').enumerate();
        parts
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

    fn assert_taken(examples: &[Vec<String>]) {
        for words in examples {
            Arguments::try_parse_from(words).unwrap_or_else(|cause| panic!("{words:?}: {cause}"));
        }
    }

    #[test]
    fn every_command_shows_examples_that_the_command_line_takes() {
        for command in command().get_subcommands() {
            let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples = examples(&text);
            assert!(examples.iter().any(|words| words[1] == command.get_name()), "{}", command.get_name());
            assert_taken(&examples);
        }
        assert_eq!(examples(TERCET).len(), 6);
        assert_taken(&examples(TERCET));
    }

    #[test]
    fn every_argument_says_what_it_is_for() {
        for command in command().get_subcommands() {
            let arguments = command.get_arguments();
            let silent: Vec<_> = arguments.filter(|argument| argument.get_help().is_none()).collect();
            assert!(silent.is_empty(), "{}: {silent:?}", command.get_name());
        }
    }

    #[test]
    fn help_names_every_exit_code() {
        for kind in [Internal, Usage, Refused, Incomplete, Locked] {
            let line = format!("\n  {:<6}", kind.exit_code());
            assert!(TERCET.contains(&line), "{kind:?}");
        }
    }
}
