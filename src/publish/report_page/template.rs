//! The page from its sections: one template, which escapes every text that is put in.

use super::Seen;
use super::few::FEW;
use super::parts::Section;
use crate::error::{Error, Result};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};

const PAGE: &str = include_str!("page.html.j2");
const STYLE: &str = include_str!("style.css");
/// The ending makes the engine escape.
const PAGE_NAME: &str = "page.html";

/// # Errors
/// Kind `Internal` if the template cannot be filled, which a test would have found.
pub(super) fn html(seen: &Seen<'_>, sections: &[Section]) -> Result<String> {
    let failed = |cause: minijinja::Error| Error::internal("cannot lay out the report").caused_by(cause);
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(failed)?;
    engine.set_syntax(syntax);
    engine.add_template(PAGE_NAME, PAGE).map_err(failed)?;
    let (words, manifest) = (&seen.words, seen.manifest);
    let date = manifest.as_of.to_string();
    let page = engine.get_template(PAGE_NAME).map_err(failed)?;
    page.render(context! {
        language => words.labels.language().code(),
        title => words.fill("title", &[("date", &date)]),
        date => date,
        style => STYLE,
        sections => Value::from(Serde(sections)),
        define => words.text("define"),
        contents => words.text("contents"),
        no_data => words.text("no_data"),
        footer => [
            words.fill("footer_run", &[("run", &manifest.run_id), ("version", manifest.tercet_version)]),
            words.fill("footer_amounts", &[("currency", words.currency)]),
            words.fill("footer_privacy", &[("few", &FEW.to_string())]),
        ],
    })
    .map_err(failed)
}
