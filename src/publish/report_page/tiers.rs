//! Tiers by assets, the 20/60/20 classes by value, and how value is really concentrated.

use super::Seen;
use super::few::{is_few, withheld};
use super::headline::value_key;
use super::parts::{Block, Body, Cell, Row, Section, Table, Width};
use super::svg::{Concentration, bar, concentration};
use super::words::{count, figure, percent, share, signed_count, tick_percent};
use crate::labels::TIERS;
use crate::money::Money;
use crate::targets;

/// The field's rule of thumb: the best fifth of customers bring four fifths of the profit.
const RULE: [f64; 2] = [0.2, 0.8];

pub(super) fn section(seen: &Seen<'_>) -> Section {
    let words = &seen.words;
    let blocks = vec![tiers(seen), curve(seen), classes(seen)];
    Section::new("tiers", words, blocks)
}

/// Customers, assets and value of a group.
#[derive(Clone, Copy, Default)]
struct Sums {
    n: usize,
    assets: f64,
    value: f64,
}

impl Sums {
    fn add(&mut self, tables: &targets::Night<'_>, row: usize) {
        self.n += 1;
        self.assets += tables.aum(row).unwrap_or(0.0);
        self.value += tables.value(row);
    }
}

fn tiers(seen: &Seen<'_>) -> Block {
    let (words, tables) = (&seen.words, seen.tables);
    let moves = seen.night.tiers;
    if moves.is_empty() {
        let why = words.text("tiers_missing").to_owned();
        return Block::missing(words, "tiers_table", Width::TwoThirds, why);
    }
    let mut sums = [Sums::default(); TIERS.len()];
    for (row, tier) in tables.segments.tiers().iter().enumerate() {
        if let Some(tier) = tier {
            sums[usize::from(*tier)].add(tables, row);
        }
    }
    let all = |of: fn(&Sums) -> f64| sums.iter().map(of).sum::<f64>();
    let (n, all_assets) = (all(|sums| figure(sums.n)), all(|sums| sums.assets));
    let are_few = withheld(sums.map(|sums| sums.n));
    let rows = moves.iter().rev().map(|figures| {
        let at = TIERS.iter().position(|tier| *tier == figures.tier).unwrap_or(0);
        let sums = sums[at];
        let (of_customers, of_assets) = (share(figure(sums.n), n), share(sums.assets, all_assets));
        Row::of(vec![
            Cell::text(tables.labels.text("tier", figures.tier)).with_sub(bounds(seen, at)),
            Cell::text(count(sums.n)).with_sub(change(seen, figures.tier, sums.n)),
            Cell::text(percent(of_customers)).with_bar(bar(of_customers, "fill")),
            Cell::unless(are_few[at], words, words.amount(sums.assets)),
            Cell::unless(are_few[at], words, percent(of_assets)).with_bar(bar(of_assets, "fill")),
            Cell::text(count(figures.n_promoted)),
            Cell::text(count(figures.n_watch)),
            Cell::text(count(figures.n_demoted)),
        ])
    });
    let heads = vec![
        words.head("tier"),
        words.number("customers"),
        words.number("share_of_customers"),
        words.number("assets_in"),
        words.number("share_of_assets"),
        words.number("promoted"),
        words.number("on_watch"),
        words.number("demoted"),
    ];
    let table = Table { heads, rows: rows.collect() };
    Block::new(words, "tiers_table", Width::Full, Body::Table(table))
}

/// From and to how much a tier reaches.
fn bounds(seen: &Seen<'_>, at: usize) -> String {
    let limits = &seen.tables.config.value.tier_limits;
    let limit =
        |at: usize| limits.get(at).map(|units| Money::from_units(*units).grouped()).unwrap_or_default();
    let lower = at.checked_sub(1).map(limit).unwrap_or_default();
    seen.tables.labels.fill("tier_bounds", TIERS[at], &[("lower", &lower), ("upper", &limit(at))])
}

fn change(seen: &Seen<'_>, tier: &str, n: usize) -> String {
    let Some(before) = seen.night.before else { return String::new() };
    let was = before.customers.values().filter(|customer| customer.tier.as_deref() == Some(tier)).count();
    signed_count(n.cast_signed() as i64 - was.cast_signed() as i64)
}

/// Ends of the classes as shares of customers: top, and middle behind it.
fn class_ends(seen: &Seen<'_>) -> [f64; 2] {
    let [top, middle] = seen.tables.config.value.class_shares;
    [top, (top + middle).min(1.0)]
}

fn curve(seen: &Seen<'_>) -> Block {
    let (words, labels) = (&seen.words, seen.tables.labels);
    let known = seen.manifest.concentration.as_ref().and_then(|all| Some((all, all.lorenz?)));
    let Some((all, lorenz)) = known else {
        return Block::missing(words, "tiers_curve", Width::Half, words.text("tiers_no_curve").to_owned());
    };
    // Best customers first: what the others do not bring.
    let steps = figure(lorenz.len() - 1);
    let points: Vec<[f64; 2]> =
        (0..lorenz.len()).map(|at| [figure(at) / steps, 1.0 - lorenz[lorenz.len() - 1 - at]]).collect();
    let [top, middle] = class_ends(seen);
    let real =
        [RULE[0], points.iter().find(|point| point[0] >= RULE[0] - 1e-9).map_or(0.0, |point| point[1])];
    let name = |class: &'static str| labels.text("value_class", class);
    let real_words =
        words.fill("curve_real", &[("share", &tick_percent((1000.0 * real[1]).round() / 1000.0))]);
    let drawing = concentration(&Concentration {
        label: words.text("tiers_curve_label"),
        x: words.text("curve_x"),
        y: words.text("curve_y"),
        points: &points,
        classes: [(top, name("top")), (middle, name("middle")), (1.0, name("bottom"))],
        real: (real, &real_words),
        rule: (RULE, words.text("curve_rule")),
        equal: words.text("curve_equal"),
        percent: tick_percent,
    });
    let gini = all.gini.map_or_else(|| super::words::NOT_KNOWN.to_owned(), |gini| format!("{gini:.2}"));
    let code = match all.n_negative {
        0 => "curve_gini",
        n if is_few(n) => "curve_note_few",
        _ => "curve_note",
    };
    let note = words.fill(
        code,
        &[("gini", &gini), ("count", &count(all.n_negative)), ("amount", &words.money(all.negative_total))],
    );
    Block::new(words, "tiers_curve", Width::Half, Body::Drawing(drawing)).noted(note)
}

fn classes(seen: &Seen<'_>) -> Block {
    let (words, tables) = (&seen.words, seen.tables);
    let classes = ["top", "middle", "bottom"];
    let mut sums = [Sums::default(); 3];
    for (row, class) in tables.segments.value_classes().iter().enumerate() {
        if let Some(at) = classes.iter().position(|known| known == class) {
            sums[at].add(tables, row);
        }
    }
    let total: f64 = sums.iter().map(|sums| sums.value).sum();
    let n: f64 = sums.iter().map(|sums| figure(sums.n)).sum();
    let are_few = withheld(sums.map(|sums| sums.n));
    let rows = classes.into_iter().zip(sums).zip(are_few).map(|((class, sums), is_few)| {
        let (of_customers, of_value) = (share(figure(sums.n), n), share(sums.value, total));
        Row::of(vec![
            Cell::text(tables.labels.text("value_class", class))
                .with_sub(words.text(["class_top", "class_middle", "class_bottom"][class_place(class)])),
            Cell::text(count(sums.n)),
            Cell::text(percent(of_customers)).with_bar(bar(of_customers, "fill")),
            Cell::unless(is_few, words, words.amount(sums.value)),
            Cell::unless(is_few, words, percent(of_value)).with_bar(bar(of_value, "fill")),
        ])
    });
    let mut heads = vec![
        words.head("value_class"),
        words.number("customers"),
        words.number("share_of_customers"),
        words.number("class_value"),
        words.number("share_of_value"),
    ];
    heads[3].text = words.fill(
        "amount_in",
        &[("what", tables.labels.text("summary", &value_key(seen))), ("currency", words.currency)],
    );
    let table = Table { heads, rows: rows.collect() };
    Block::new(words, "tiers_classes", Width::Half, Body::Table(table))
}

fn class_place(class: &str) -> usize {
    match class {
        "top" => 0,
        "middle" => 1,
        _ => 2,
    }
}
