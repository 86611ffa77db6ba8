//! What a page is made of: sections of tiles, tables and drawings, each with its definitions, in finished words.

use super::words::Words;
use serde::Serialize;

/// A chapter of the page.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    pub id: &'static str,
    pub title: String,
    /// A sentence or two that say what is to be seen.
    pub lead: String,
    pub blocks: Vec<Block>,
}

/// How much of a row a block takes on a wide screen.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Width {
    Full,
    TwoThirds,
    Half,
}

#[derive(Debug, Serialize)]
pub(super) struct Block {
    pub title: String,
    pub width: Width,
    pub body: Body,
    pub definitions: Vec<Definition>,
    /// Small print beneath; empty where there is none.
    pub note: String,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub(super) enum Body {
    Tiles(Vec<Tile>),
    Table(Table),
    /// An inline SVG, with its texts escaped.
    Drawing(String),
    /// Several in a row.
    Drawings(Vec<Captioned>),
    /// Why the figures are not to be had.
    Missing(String),
    /// That there is nothing of it tonight.
    Nothing(String),
}

#[derive(Debug, Serialize)]
pub(super) struct Captioned {
    pub caption: String,
    pub drawing: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Definition {
    pub term: String,
    pub text: String,
}

/// A figure of its own.
#[derive(Debug, Serialize)]
pub(super) struct Tile {
    pub name: String,
    pub value: String,
    /// Behind the value; empty for counts.
    pub unit: String,
    /// What has changed, or what it is a part of.
    pub change: String,
    pub help: String,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Table {
    pub heads: Vec<Head>,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Head {
    pub text: String,
    pub help: String,
    pub is_number: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub cells: Vec<Cell>,
    pub is_total: bool,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Cell {
    pub text: String,
    /// Beneath the text, in small print.
    pub sub: String,
    /// Inline SVG before the text.
    pub drawing: String,
    /// Inline SVG beneath the text.
    pub bar: String,
    /// Class that marks it; empty for most.
    pub mark: &'static str,
    /// Its figure is of too few customers.
    #[serde(skip)]
    is_withheld: bool,
}

impl Section {
    pub(super) fn new(id: &'static str, words: &Words<'_>, blocks: Vec<Block>) -> Self {
        let text = |what: &str| words.text(&format!("{id}_{what}")).to_owned();
        Self { id, title: text("title"), lead: text("lead"), blocks }
    }
}

impl Block {
    /// A block named and defined by a code.
    pub(super) fn new(words: &Words<'_>, code: &str, width: Width, body: Body) -> Self {
        let title = words.text(code).to_owned();
        let mut definitions: Vec<Definition> = Vec::new();
        if let Some(text) = words.help(code) {
            definitions.push(Definition { term: title.clone(), text });
        }
        if let Body::Table(table) = &body {
            let helped = table.heads.iter().filter(|head| !head.help.is_empty());
            definitions
                .extend(helped.map(|head| Definition { term: head.text.clone(), text: head.help.clone() }));
        }
        if let Body::Tiles(tiles) = &body {
            let helped = tiles.iter().filter(|tile| !tile.help.is_empty());
            definitions
                .extend(helped.map(|tile| Definition { term: tile.name.clone(), text: tile.help.clone() }));
        }
        let block = Self { title, width, body, definitions, note: String::new() };
        if block.withholds() { block.with_few(words) } else { block }
    }

    /// The block where its figures are not to be had, and why.
    pub(super) fn missing(words: &Words<'_>, code: &str, width: Width, why: String) -> Self {
        Self { definitions: Vec::new(), ..Self::new(words, code, width, Body::Missing(why)) }
    }

    /// The block of a night that has nothing of it, and that it has none.
    pub(super) fn nothing(words: &Words<'_>, code: &str, width: Width, that: String) -> Self {
        Self { definitions: Vec::new(), ..Self::new(words, code, width, Body::Nothing(that)) }
    }

    /// Whether a figure of its table is withheld.
    fn withholds(&self) -> bool {
        let Body::Table(table) = &self.body else { return false };
        table.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.is_withheld)
    }

    /// Defines what stands where a group is too small.
    pub(super) fn with_few(mut self, words: &Words<'_>) -> Self {
        let text = words.help("few").unwrap_or_default();
        self.definitions.push(Definition { term: words.text("few").to_owned(), text });
        self
    }

    pub(super) fn noted(mut self, note: String) -> Self {
        self.note = note;
        self
    }
}

impl Row {
    pub(super) fn of(cells: Vec<Cell>) -> Self {
        Self { cells, is_total: false }
    }

    pub(super) fn total(cells: Vec<Cell>) -> Self {
        Self { cells, is_total: true }
    }
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A figure of a group, unless it is withheld; then it has no bar either.
    pub(super) fn unless(is_withheld: bool, words: &Words<'_>, figure: String) -> Self {
        Self { is_withheld, ..Self::text(words.unless(is_withheld, figure)) }
    }

    pub(super) fn with_sub(mut self, sub: impl Into<String>) -> Self {
        self.sub = sub.into();
        self
    }

    pub(super) fn with_bar(mut self, bar: String) -> Self {
        self.bar = if self.is_withheld { String::new() } else { bar };
        self
    }

    pub(super) fn with_drawing(mut self, drawing: String) -> Self {
        self.drawing = drawing;
        self
    }

    pub(super) fn marked(mut self, mark: &'static str) -> Self {
        self.mark = mark;
        self
    }
}
