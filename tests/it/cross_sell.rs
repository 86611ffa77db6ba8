//! Which product for whom: rules from a file, models that outlive a night, and on an invented bank a better order than
//! popularity or the rules alone.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

use crate::bank::{config_allowing_empty, invent, night, taken_in};
use crate::published::Table;
use std::collections::{BTreeMap, BTreeSet};
use tercet::config::{Config, overlay};
use tercet::cross_sell::backtest::{Backtest, backtest};
use tercet::cross_sell::evaluation::{By, Evaluation, Ordered};
use tercet::cross_sell::model::ProductModel;
use tercet::cross_sell::rules::DEFAULT_RULES;
use tercet::cross_sell::{Rules, Training, train};
use tercet::date::Date;
use tercet::explain;
use tercet::learn::Figure;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn value(figure: Option<Figure>) -> f64 {
    figure.unwrap().value
}

/// Mean over test origins of a figure of one product's order.
fn mean(judged: &[&Evaluation], by: By, of: fn(&Ordered) -> Option<Figure>) -> f64 {
    let sum: f64 = judged.iter().map(|judged| value(of(judged.by(by).unwrap()))).sum();
    sum / judged.len() as f64
}

fn printed(found: &Backtest) {
    for judged in &found.evaluations {
        let of = |by: By| {
            let own = judged.by(by).unwrap();
            format!(
                "{} p {:.3} r {:.3} ap {:.3}",
                by.code(),
                own.precision.map_or(f64::NAN, |found| found.value),
                own.recall.map_or(f64::NAN, |found| found.value),
                own.average_precision.map_or(f64::NAN, |found| found.value)
            )
        };
        println!(
            "{} {:?} {:?} n {} bought {} k {} | {}",
            judged.test_origin,
            judged.product,
            judged.basis,
            judged.n_customers,
            judged.n_bought,
            judged.n_places,
            By::ALL.map(of).join(" | ")
        );
        for by in [By::Rules, By::Popularity] {
            println!("    gain on {}: {:?}", by.code(), judged.by(by).unwrap().precision_gain);
        }
    }
}

#[test]
fn the_learned_order_finds_more_buyers_than_popularity_and_the_rules_alone() {
    let home = tempfile::tempdir().unwrap();
    invent(12_000, 30, 42, home.path());
    let mut raw = overlay::read_defaults().unwrap();
    (raw.data, raw.workspace) = (home.path().to_owned(), home.path().to_owned());
    (raw.propensity.backtest_origins, raw.propensity.sample_max) = (2, 24_000);
    raw.churn.bootstrap_samples = 50;
    let config = raw.check().unwrap();
    let as_of = date("2026-10-31");
    let bank = taken_in(&config, as_of).bank(as_of).unwrap();
    let rules = Rules::of(&config).unwrap();
    let found = backtest(&bank, &rules, as_of, &config).unwrap();
    printed(&found);
    let of_product = |product: Option<&str>| -> Vec<&Evaluation> {
        found.evaluations.iter().filter(|judged| judged.product.as_deref() == product).collect()
    };
    let learned: BTreeSet<&str> = found
        .evaluations
        .iter()
        .filter(|judged| matches!(judged.basis, Some("trees" | "logistic")))
        .filter_map(|judged| judged.product.as_deref())
        .collect();
    assert!(learned.len() >= 5, "{learned:?}");
    let mut n_better = 0;
    for product in learned {
        let judged = of_product(Some(product));
        let precision = |by| mean(&judged, by, |ordered| ordered.precision);
        let (ours, rules, popular) =
            (precision(By::Learned), precision(By::Rules), precision(By::Popularity));
        n_better += usize::from(ours > rules && ours > popular);
        // Where hardly fifty buy, a model may tell nobody apart; then it is no worse than a rate.
        assert!(ours > rules - 0.005 && ours > popular - 0.005, "{product}: {ours}, {rules}, {popular}");
    }
    assert!(n_better >= 6, "{n_better} products");
    for judged in of_product(None) {
        for other in [By::Rules, By::Popularity] {
            let gain = judged.by(other).unwrap().precision_gain.unwrap();
            assert!(gain.low.unwrap() > 0.0, "{other:?} {judged:?}");
        }
    }
}

/// A night's offers keep every promise; a second night uses the first one's model.
#[test]
fn offers_are_for_what_is_not_held_and_a_model_serves_for_its_days() {
    let home = tempfile::tempdir().unwrap();
    let (data, work) = (home.path().join("data"), home.path().join("work"));
    invent(3_000, 18, 7, &data);
    let config = config_allowing_empty(&data, &work);
    let first = night(&config, "2026-10-29");
    let second = night(&config, "2026-10-31");
    let model = |report: &tercet::pipeline::NightReport| {
        report.manifest.models.iter().find(|model| model.what == "propensity").unwrap().clone()
    };
    assert_eq!(model(&first).blake3, model(&second).blake3);
    assert_eq!(model(&second).trained_through, date("2026-10-29"));
    assert_eq!(first.manifest.rules_blake3, Rules::read(DEFAULT_RULES).unwrap().blake3);
    let card =
        std::fs::read_to_string(work.join("models").join(model(&first).model_id).join("card.md")).unwrap();
    assert!(card.contains("| wealth |"), "{card}");

    let offers = Table::read(&second.folder.join("cross_sell.parquet"));
    let texts = |name: &str| -> Vec<Option<String>> { offers.texts(name) };
    let (ids, products) = (texts("customer_id"), texts("product"));
    let mut of_customer: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    for (id, rank) in ids.iter().zip(offers.ints("rank")) {
        of_customer.entry(id.clone().unwrap()).or_default().push(rank);
    }
    for ranks in of_customer.values_mut() {
        ranks.sort_unstable();
        assert!(ranks.len() <= 3 && ranks.iter().copied().eq(1..=ranks.len() as i32), "{ranks:?}");
    }
    // Within each product and manager the ranks are 1, 2, 3, ...
    for (group, rank) in [("product", "rank_in_product"), ("manager_id", "rank_in_manager")] {
        let mut ranks: BTreeMap<Option<String>, Vec<i32>> = BTreeMap::new();
        for (group, rank) in texts(group).into_iter().zip(offers.ints(rank)) {
            ranks.entry(group).or_default().push(rank);
        }
        for ranks in ranks.values_mut() {
            ranks.sort_unstable();
            assert!(ranks.iter().copied().eq(1..=ranks.len() as i32));
        }
    }
    let held = tercet_holdings(&config, "2026-10-31");
    let offered = ids.iter().flatten().cloned().zip(products.iter().flatten().cloned());
    let n_held = offered.filter(|offered| held.contains(offered)).count();
    assert_eq!(n_held, 0, "offered what is held");
    let known = ["trees", "logistic", "clause", "all"];
    assert!(texts("propensity_basis").iter().all(|basis| known.contains(&basis.as_deref().unwrap())));
    let kept = texts("suppression").into_iter().flatten().collect::<BTreeSet<String>>();
    let known = ["cooldown", "fatigue", "held_out", "type_not_for_selling"];
    assert!(kept.iter().all(|rule| known.contains(&rule.as_str())), "{kept:?}");
    assert!(kept.contains("cooldown") && kept.contains("type_not_for_selling"), "{kept:?}");
    // Three standard deviations of a binomial at a tenth.
    let n = of_customer.len() as f64;
    let mut out: BTreeSet<String> = BTreeSet::new();
    for (id, held_out) in ids.iter().zip(offers.bools("held_out")) {
        if held_out {
            out.insert(id.clone().unwrap());
        }
    }
    assert!((out.len() as f64 - 0.1 * n).abs() < 3.0 * (0.09 * n).sqrt(), "{} of {n}", out.len());
    assert!(texts("owner").iter().any(|owner| owner.as_deref() == Some("manager")));
}

/// Customer and kind of every positive holding of the newest snapshot by then.
fn tercet_holdings(config: &Config, as_of: &str) -> BTreeSet<(String, String)> {
    let as_of = date(as_of);
    let store = tercet::store::Store::open(&config.workspace, config.store.buckets).unwrap();
    let bank = store.bank(as_of).unwrap();
    let rows = bank.excerpt(&tercet::store::Keep::ALL).unwrap();
    let held = |index: u32| {
        let id = bank.customer(index).customer_id.to_string();
        let rows = rows.newest_holdings(index, as_of).unwrap().iter().filter(|row| row.balance.0 > 0);
        rows.map(|row| (id.clone(), row.product_kind.code().to_owned())).collect::<Vec<_>>()
    };
    bank.indices().flat_map(held).collect()
}

#[test]
fn a_bank_brings_its_own_rules_and_what_is_wrong_with_them_is_said_at_start() {
    let home = tempfile::tempdir().unwrap();
    let (data, path) = (home.path().join("data"), home.path().join("rules.toml"));
    invent(400, 14, 3, &data);
    let own = "version = 9\n[[clause]]\nproduct = \"trust\"\nrule = \"rich\"\nwhen = [\"aum >= 1000\"]\n";
    let words = "[words.rich]\nen = \"has over a thousand\"\nzh-CN = \"资产超过一千\"\n";
    let config = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let mut raw = overlay::read_defaults().unwrap();
        raw.data.clone_from(&data);
        raw.workspace = home.path().join("work");
        raw.lists.rules.clone_from(&path);
        raw.sources.values_mut().for_each(|source| source.allowed_empty = true);
        raw.check().unwrap()
    };
    let refused = |text: &str| {
        let error = tercet::pipeline::run(&config(text), None, false, &crate::bank::Unobserved).unwrap_err();
        error.to_string().replace(&path.display().to_string(), "FILE")
    };
    assert_eq!(
        refused(own),
        "`lists.rules`, `FILE`: product rules, clause 1 (`rich`): it has no words in `en`"
    );
    assert_eq!(
        refused(&own.replace("aum >=", "aun >=")),
        "`lists.rules`, `FILE`: product rules, clause 1 (`rich`): `aun >= 1000`: `aun` is not known; did you mean `aum`?"
    );
    let config = config(&(own.to_owned() + words));
    let report = night(&config, "2026-10-31");
    assert_eq!(report.manifest.rules_version, 9);
    let offers = Table::read(&report.folder.join("cross_sell.parquet"));
    assert_eq!(offers.counts("product").keys().cloned().collect::<Vec<_>>(), ["trust"]);
    let targets = Table::read(&report.folder.join("targets.parquet"));
    let reasons: Vec<String> = targets.texts("reasons").into_iter().flatten().collect();
    assert!(reasons.iter().any(|reason| reason.contains("has over a thousand")), "{reasons:?}");
    // And explained in its words, which the labels of the program do not have.
    let customer = offers.texts("customer_id")[0].clone().unwrap();
    let answer = explain::explain(&config.workspace, &customer, None).unwrap();
    let told = explain::text(&answer, &explain::labels(&config), &config.base_currency);
    assert!(told.contains("has over a thousand") && !told.contains("rich"), "{told}");
}

#[test]
fn where_buyers_are_few_a_rate_stands_in_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    invent(1_500, 14, 11, home.path());
    let mut raw = overlay::read_defaults().unwrap();
    (raw.data, raw.workspace) = (home.path().to_owned(), home.path().to_owned());
    raw.propensity.buyers_min = 100_000;
    raw.propensity.clause_buyers_min = 40;
    let config = raw.check().unwrap();
    let as_of = date("2026-10-31");
    let bank = taken_in(&config, as_of).bank(as_of).unwrap();
    let rules = Rules::of(&config).unwrap();
    let Training::Trained(model) = train(&bank, &rules, as_of, &config).unwrap() else { panic!("no model") };
    let bases: BTreeSet<&str> = model.products.iter().map(|product| product.basis()).collect();
    assert_eq!(bases, BTreeSet::from(["all", "clause"]));
    for product in &model.products {
        assert!(product.not_learned.as_deref().unwrap().contains("100000 are needed"));
        let named = product.named;
        let enough = named.n_buyers >= 40;
        assert_eq!(product.basis(), if enough { "clause" } else { "all" }, "{product:?}");
        let rate = if enough { product.named } else { product.all };
        assert_eq!(product.stand_in_rate(), rate.share());
    }
    // One purchase lies after several month-ends: where forty rows bought, fewer than forty customers did.
    let few = |product: &ProductModel| product.named.n_bought >= 40 && product.named.n_buyers < 40;
    assert!(model.products.iter().any(few), "{:?}", model.products);
    let early = date("2025-10-15");
    let bank = taken_in(&config, early).bank(early).unwrap();
    let Training::NotTrained(reason) = train(&bank, &rules, early, &config).unwrap() else {
        panic!("a model")
    };
    assert!(reason.starts_with("history is too short"), "{reason}");
}
