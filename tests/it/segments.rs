//! Segments of an invented bank, of which the truth is known: levels agree with it, types hold from night to night and
//! from fit to fit, follow who changes, and owe nothing to names or to the unit of money. Issue 4, "What it must show".

use crate::bank::{config_allowing_empty, default_config, invent, taken_in};
use crate::published::Table;
use crate::rewritten::{Row, rewrite};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;
use tercet::config::{Config, Raw};
use tercet::contract::Customer;
use tercet::contract::codes::CustomerKind;
use tercet::date::Date;
use tercet::features::{self, Asked, FeatureTable, MonthlyAssets};
use tercet::segment::lifetime::{State, check_forecast};
use tercet::segment::movements::{Before, standing};
use tercet::segment::standing::{states, transitions};
use tercet::segment::types::NO_TYPE;
use tercet::segment::{self, SegmentModel, Sight, Standing};
use tercet::store::{Bank, Population};
use tercet::warning::Warning;

const CUSTOMERS: u32 = 6000;
const MONTHS: u32 = 36;
/// The last day of every invented history, a month end.
const NEWEST: &str = "2026-10-31";
/// Before the first night of any test, so that surveys and assets elsewhere are known throughout.
const DELIVERED: &str = "2025-12-31";
/// Fewer customers with a type would make a share of them say little.
const TYPED_MIN: usize = 2500;
const AXES: [&str; 3] = ["value", "loyalty", "behaviour"];
const BEHAVIOUR: usize = 2;

/// What a night says of each customer, by id.
pub type Placed = BTreeMap<String, Before>;

/// What was planted, by month end and customer.
type Truth = BTreeMap<Date, BTreeMap<String, Planted>>;

#[derive(Debug, PartialEq, Eq)]
struct Planted {
    state: String,
    /// In the order of [`AXES`].
    levels: [String; 3],
}

/// The bank that the tests share, and its newest night placed by a model fitted on it.
struct Invented {
    exports: tempfile::TempDir,
    truth: Truth,
    config: Config,
    /// Whose store the bank reads.
    _home: tempfile::TempDir,
    bank: Bank,
    newest: Night,
    model: SegmentModel,
    placed: Placed,
}

fn invented() -> &'static Invented {
    static BANK: OnceLock<Invented> = OnceLock::new();
    BANK.get_or_init(|| {
        let (exports, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        invent(CUSTOMERS, MONTHS, 17, exports.path());
        let config = default_config(exports.path(), home.path());
        let bank = bank_of(&config);
        let newest = Night::on(&bank, date(NEWEST), &config);
        let model = newest.fitted(&bank, &config);
        let placed = newest.placed(&bank, &model, None, &config);
        Invented { truth: truth(exports.path()), exports, config, _home: home, bank, newest, model, placed }
    })
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn bank_of(config: &Config) -> Bank {
    taken_in(config, date(DELIVERED)).bank(date(NEWEST)).unwrap()
}

/// The same bank, and the folder that it reads, after every row of its exports went through `change`.
fn changed_bank(mut change: impl FnMut(&mut Row<'_>)) -> (Bank, tempfile::TempDir) {
    let (exports, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    rewrite(invented().exports.path(), exports.path(), |_, mut row, write| {
        change(&mut row);
        write(&row);
    });
    (bank_of(&default_config(exports.path(), home.path())), home)
}

fn changed_config(config: &Config, change: impl FnOnce(&mut Raw)) -> Config {
    let mut raw = Raw::clone(config);
    change(&mut raw);
    raw.check().unwrap()
}

fn truth(exports: &Path) -> Truth {
    let table = Table::read(&exports.join("truth.parquet"));
    let texts = |name: &str| table.texts(name).into_iter().map(Option::unwrap);
    let [value, loyalty, behaviour] = ["value_level", "loyalty_level", "behaviour_level"].map(texts);
    let levels =
        value.zip(loyalty).zip(behaviour).map(|((value, loyalty), behaviour)| [value, loyalty, behaviour]);
    let planted = texts("state").zip(levels).map(|(state, levels)| Planted { state, levels });
    let mut truth = Truth::new();
    for ((month_end, id), planted) in
        table.dates("month_end").into_iter().zip(texts("customer_id")).zip(planted)
    {
        truth.entry(month_end).or_default().insert(id, planted);
    }
    truth
}

/// What the segments of one date are made from, as the pipeline makes it.
pub struct Night {
    tonight: FeatureTable,
    earlier: Vec<FeatureTable>,
    standing: Standing,
}

impl Night {
    fn on(bank: &Bank, date: Date, config: &Config) -> Self {
        Self::of(bank, &Population::of(bank, date), config)
    }

    pub fn of(bank: &Bank, population: &Population, config: &Config) -> Self {
        let days = config.segment.loyalty_smoothing_days.iter();
        let earlier: Vec<Population> = days
            .map(|days| Population { date: population.date.plus_days(-days), ..population.clone() })
            .collect();
        let smoothed =
            earlier.iter().map(|population| Asked { population, features: segment::smoothed_features() });
        let asked: Vec<Asked<'_>> = std::iter::once(Asked::whole(population)).chain(smoothed).collect();
        let mut tables = features::build(bank, &asked, &config.value.cost_to_serve.rates()).unwrap();
        let earlier = tables.split_off(1);
        let tonight = tables.remove(0);
        let standing = Standing::of(bank, &tonight, &config.value).unwrap();
        Self { tonight, earlier, standing }
    }

    fn sight(&self) -> Sight<'_> {
        Sight { tonight: &self.tonight, earlier: &self.earlier }
    }

    pub fn fitted(&self, bank: &Bank, config: &Config) -> SegmentModel {
        segment::fit(bank, self.sight(), None, config).unwrap()
    }

    pub fn placed(
        &self,
        bank: &Bank,
        model: &SegmentModel,
        before: Option<&Placed>,
        config: &Config,
    ) -> Placed {
        let table = segment::place(bank, self.sight(), model, &self.standing, before, config).unwrap();
        standing(table.frame()).unwrap()
    }
}

/// The nights on `dates`, levels carried on from each to the next, under a model fitted on the first.
fn nights(it: &Invented, dates: &BTreeSet<Date>) -> BTreeMap<Date, Placed> {
    let night = |date: Date| Night::on(&it.bank, date, &it.config);
    let model = night(*dates.first().unwrap()).fitted(&it.bank, &it.config);
    let mut nights: BTreeMap<Date, Placed> = BTreeMap::new();
    for date in dates {
        let before = nights.last_key_value().map(|(_, placed)| placed);
        let placed = night(*date).placed(&it.bank, &model, before, &it.config);
        nights.insert(*date, placed);
    }
    nights
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// How many customers have another type in the second of two placements of the same customers, and how many have one.
fn movers(one: &Placed, other: &Placed) -> (usize, usize) {
    assert!(one.keys().eq(other.keys()), "{} and {} customers", one.len(), other.len());
    let is_typed = |before: &&Before| before.customer_type.as_deref() != Some(NO_TYPE);
    let typed: Vec<(&Before, &Before)> =
        one.values().zip(other.values()).filter(|(before, _)| is_typed(before)).collect();
    assert!(typed.len() >= TYPED_MIN, "{} customers have a type", typed.len());
    (typed.iter().filter(|(one, other)| one.customer_type != other.customer_type).count(), typed.len())
}

/// Mean of the shares of high and of low ones that were found, from (planted, found).
fn balanced_accuracy(levels: &[(bool, bool)]) -> f64 {
    let found = |class: bool| {
        let planted = levels.iter().filter(|(planted, _)| *planted == class);
        let hits = planted.clone().filter(|(_, found)| *found == class).count();
        share(hits, planted.count())
    };
    f64::midpoint(found(true), found(false))
}

#[test]
fn levels_agree_with_the_planted_ones_which_overlap() {
    let it = invented();
    let planted = &it.truth[&date(NEWEST)];
    let customers = it.newest.tonight.customers().iter().map(|index| it.bank.customer(*index));
    let individuals: Vec<&str> = customers
        .filter(|customer| customer.kind == CustomerKind::Individual)
        .map(|customer| &*customer.customer_id)
        .collect();
    let accuracy = |axis: usize| {
        let is_high = |level: Option<&str>| level == Some("high");
        let level = |id: &&str| {
            (is_high(Some(&planted[*id].levels[axis])), is_high(it.placed[*id].levels[axis].as_deref()))
        };
        let levels: Vec<(bool, bool)> = individuals.iter().map(level).collect();
        let n_high = levels.iter().filter(|(planted, _)| *planted).count();
        assert!((500..levels.len() - 500).contains(&n_high), "{n_high} of {} are high", levels.len());
        (AXES[axis], balanced_accuracy(&levels))
    };
    let accuracies = [0, 1, 2].map(accuracy);
    assert!(accuracies.iter().all(|(_, accuracy)| (0.85..1.0).contains(accuracy)), "{accuracies:?}");
}

#[test]
fn who_does_not_change_keeps_his_type_over_thirty_nights() {
    let it = invented();
    let newest = date(NEWEST);
    let dates: BTreeSet<Date> = (0..=30).map(|days| newest.plus_days(-days)).collect();
    let eve = dates.first().unwrap().plus_days(-1);
    let nights: Vec<Placed> = nights(it, &dates).into_values().collect();

    let now = &it.truth[&newest];
    let unchanged = |(id, was): &(&String, &Planted)| now.get(*id) == Some(*was);
    let unchanged: Vec<&String> = it.truth[&eve].iter().filter(unchanged).map(|(id, _)| id).collect();
    assert!(unchanged.len() >= TYPED_MIN, "{} customers did not change", unchanged.len());
    let customer_type = |night: &Placed, id: &String| night[id].customer_type.clone();
    assert!(unchanged.iter().all(|id| customer_type(&nights[0], id).as_deref() != Some(NO_TYPE)));

    let n_moves = |pair: &[Placed]| {
        unchanged.iter().filter(|id| customer_type(&pair[0], id) != customer_type(&pair[1], id)).count()
    };
    let n_moves: usize = nights.windows(2).map(n_moves).sum();
    let per_night = share(n_moves, unchanged.len() * (nights.len() - 1));
    assert!(per_night < 0.01, "{per_night} of {} a night", unchanged.len());
    // Not because nobody ever moves.
    let both = |id: &&String| nights[0].contains_key(*id) && nights[30].contains_key(*id);
    let moved = |id: &&String| customer_type(&nights[0], id) != customer_type(&nights[30], id);
    assert!(now.keys().filter(both).any(|id| moved(&id)), "nobody moved in thirty nights");
}

/// Customers whose planted behaviour turned and stayed so.
#[derive(Debug, Default)]
struct Turned {
    n: usize,
    /// The level was the new one 60 days after the month end that first told it.
    n_followed: usize,
    /// Of those, it was the old one at the month end before.
    n_moved: usize,
}

#[test]
fn a_level_follows_a_change_that_lasts_within_sixty_days() {
    let it = invented();
    let month_ends: Vec<Date> = date(NEWEST).last_month_ends(7).collect();
    // Changes between the month ends at `at - 1` and `at` that last until `at + 2`, more than 60 days later.
    let changes = 1..month_ends.len() - 2;
    let followed_on = |at: usize| month_ends[at].plus_days(60);
    let last = followed_on(changes.end - 1);
    // A night a week, which leaves a level fewer chances to move than every night does.
    let mut dates: BTreeSet<Date> =
        (0..).map(|week| month_ends[0].plus_days(7 * week)).take_while(|date| *date <= last).collect();
    dates.extend(changes.clone().flat_map(|at| [month_ends[at - 1], followed_on(at)]));
    let nights = nights(it, &dates);

    let planted = |at: usize, id: &str| Some(it.truth[&month_ends[at]].get(id)?.levels[BEHAVIOUR].as_str());
    let mut turned = Turned::default();
    for at in changes {
        let found = |date: Date, id: &str| nights[&date][id].levels[BEHAVIOUR].as_deref();
        for id in it.truth[&month_ends[at]].keys() {
            let (was, is) = (planted(at - 1, id), planted(at, id));
            let lasts = [at + 1, at + 2].iter().all(|later| planted(*later, id) == is);
            if was.is_none() || was == is || !lasts {
                continue;
            }
            let follows = found(followed_on(at), id) == is;
            turned.n += 1;
            turned.n_followed += usize::from(follows);
            turned.n_moved += usize::from(follows && found(month_ends[at - 1], id) == was);
        }
    }
    assert!(turned.n >= 60, "too few to judge by: {turned:?}");
    assert!(share(turned.n_followed, turned.n) >= 0.8, "{turned:?}");
}

/// A model fitted with another seed, on a resample of the customers, and the configuration with that seed.
pub fn refitted(bank: &Bank, on: Date, config: &Config, seed: u64) -> (Config, SegmentModel) {
    /// Part of the customers that a bootstrap sample holds: 1 - 1/e.
    const IN_RESAMPLE: f64 = 0.632;
    let config = changed_config(config, |raw| raw.seed = seed);
    let everybody = Population::of(bank, on);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let members = everybody.members.iter().copied().filter(|_| rng.gen_bool(IN_RESAMPLE)).collect();
    let model = Night::of(bank, &Population { members, ..everybody }, &config).fitted(bank, &config);
    (config, model)
}

#[test]
fn nine_in_ten_keep_their_type_under_another_seed_and_a_resample() {
    let it = invented();
    for seed in [1, 2] {
        let (config, model) = refitted(&it.bank, date(NEWEST), &it.config, seed);
        let n_fitted = |model: &SegmentModel| model.group("individual").unwrap().n_fitted;
        assert!(n_fitted(&model) < n_fitted(&it.model));
        let (n_movers, n) = movers(&it.placed, &it.newest.placed(&it.bank, &model, None, &config));
        assert!(share(n_movers, n) <= 0.1, "seed {seed}: {n_movers} of {n} have another type");
    }
}

/// Columns of the exports that hold money.
const MONEY: [&str; 6] =
    ["amount", "balance", "cost_basis", "market_value_change", "credit_limit", "other_bank_assets"];

/// An amount with two decimals, as text.
fn times_1000(amount: &str) -> String {
    assert_eq!(amount.rfind('.'), Some(amount.len() - 3), "{amount}");
    let cents: i64 = amount.replace('.', "").parse().unwrap();
    format!("{}.00", cents * 10)
}

#[test]
fn a_thousand_times_the_money_and_the_limits_changes_no_type() {
    let it = invented();
    let (bank, _home) = changed_bank(|row| {
        for name in MONEY {
            if let Some(cell) = row.find(name).filter(|cell| !cell.is_empty()) {
                *cell = times_1000(cell);
            }
        }
    });
    let config = changed_config(&it.config, |raw| {
        raw.value.tier_limits = raw.value.tier_limits.map(|limit| limit * 1000.0);
    });
    let night = Night::on(&bank, date(NEWEST), &config);
    let assets = |night: &Night| {
        let known = night.tonight.column("aum").iter().filter(|assets| !assets.is_nan());
        known.sum::<f64>()
    };
    assert!((assets(&night) / assets(&it.newest) - 1000.0).abs() < 1e-6);
    let placed = night.placed(&bank, &night.fitted(&bank, &config), None, &config);
    let (n_movers, n) = movers(&it.placed, &placed);
    assert_eq!(n_movers, 0, "of {n}");
}

/// Another id for each: a multiplication modulo a prime, which scatters them.
fn new_name(id: &str) -> String {
    let number: u64 = id.strip_prefix('C').unwrap().parse().unwrap();
    format!("C{:08}", number * 61_803_399 % 99_999_989)
}

#[test]
fn other_names_change_no_type_under_the_model_in_force_and_few_after_a_refit() {
    let it = invented();
    let old_names: BTreeMap<String, &String> = it.placed.keys().map(|id| (new_name(id), id)).collect();
    assert_eq!(old_names.len(), it.placed.len());
    assert!(!old_names.values().is_sorted(), "the order of customers should be another one");

    let (bank, _home) = changed_bank(|row| {
        if let Some(id) = row.find("customer_id") {
            *id = new_name(id);
        }
    });
    let night = Night::on(&bank, date(NEWEST), &it.config);
    let placed_by = |model: &SegmentModel| -> Placed {
        let placed = night.placed(&bank, model, None, &it.config).into_iter();
        placed.map(|(id, before)| (old_names[&id].clone(), before)).collect()
    };
    let (n_movers, n) = movers(&it.placed, &placed_by(&it.model));
    assert_eq!(n_movers, 0, "of {n} under the model in force");
    let (n_movers, n) = movers(&it.placed, &placed_by(&night.fitted(&bank, &it.config)));
    assert!(share(n_movers, n) <= 0.01, "{n_movers} of {n} after a refit");
}

#[test]
fn the_chain_of_tiers_forecasts_a_year_better_than_no_change_does() {
    let it = invented();
    let newest = date(NEWEST);
    let year_before = newest.last_month_ends(13).next().unwrap();
    let limits = &it.config.value.tier_limits;
    let [then, now] = [year_before, newest].map(|on| MonthlyAssets::of(&it.bank, on).unwrap());
    let state = |months: &MonthlyAssets, index: u32| {
        states(&it.bank, months, index, limits).last().copied().flatten()
    };
    let (mut start, mut observed) = ([0.0; 6], [0.0; 6]);
    for index in 0..u32::try_from(it.bank.n_customers()).unwrap() {
        if let (Some(from), Some(to)) = (state(&then, index), state(&now, index))
            && from != State::Lost
        {
            start[from.index()] += 1.0;
            observed[to.index()] += 1.0;
        }
    }
    assert!(start.iter().sum::<f64>() >= 2500.0, "{start:?}");
    let matrix = transitions(&it.bank, &then, limits).probabilities();
    let check = check_forecast(&matrix, &start, &observed, 12).unwrap();
    assert!(check.no_change_error > 0.05, "little changed: {check:?}");
    assert!(check.beats_no_change(), "{check:?}");
}

/// Old enough at the newest night to shape a model.
fn is_settled_individual(customer: &Customer) -> bool {
    customer.kind == CustomerKind::Individual && date(NEWEST) - customer.opened_on > 365
}

#[test]
fn a_group_of_fewer_than_24_has_no_types_and_says_so() {
    let it = invented();
    let everybody = Population::of(&it.bank, date(NEWEST));
    let settled: Vec<u32> = everybody
        .members
        .iter()
        .copied()
        .filter(|index| is_settled_individual(it.bank.customer(*index)))
        .collect();
    for n in [0, 1, 23, 24] {
        let few = Population { members: settled[..n].to_vec(), ..everybody.clone() };
        let night = Night::of(&it.bank, &few, &it.config);
        let model = night.fitted(&it.bank, &it.config);
        let placed = night.placed(&it.bank, &model, None, &it.config);
        assert_eq!(placed.len(), n);
        let n_untyped =
            placed.values().filter(|before| before.customer_type.as_deref() == Some(NO_TYPE)).count();
        assert_eq!(n_untyped, if n < 24 { n } else { 0 }, "of {n}");
        // The other group's model does not hang on this one's size.
        assert_eq!(model.fitted_with, it.model.fitted_with);
        let large: &[&str] = if n < 24 { &[] } else { &["individual"] };
        assert_eq!(segment::large_groups(&it.bank, &night.tonight, &it.config), large);
        assert_eq!(model.covers(&["individual"]), n >= 24);
        let said = Warning::GroupNotSegmented { group: "individual".into(), n_fitted: n };
        let warnings = model.warnings(it.config.segment.joint_clusters[0]);
        assert_eq!(warnings.contains(&said), (1..24).contains(&n), "{n}: {warnings:?}");
    }
}

/// A bank of so many copies each of the first settled individuals of a small one.
fn copies(n_distinct: usize, n_copies: usize) -> (Bank, Config, tempfile::TempDir) {
    let [exports, copied, home, workspace] = [(); 4].map(|()| tempfile::tempdir().unwrap());
    invent(40, 18, 5, exports.path());
    let small = bank_of(&default_config(exports.path(), home.path()));
    let members = Population::of(&small, date(NEWEST)).members;
    let settled = members.iter().map(|index| small.customer(*index)).filter(|it| is_settled_individual(it));
    let originals: BTreeSet<String> =
        settled.take(n_distinct).map(|customer| customer.customer_id.to_string()).collect();
    assert_eq!(originals.len(), n_distinct);
    rewrite(exports.path(), copied.path(), |_, mut row, write| match row.find("customer_id").cloned() {
        None => write(&row),
        Some(id) if originals.contains(&id) => {
            for copy in 0..n_copies {
                let mut row = row.clone();
                for name in ["customer_id", "account_id", "transaction_id"] {
                    if let Some(id) = row.find(name).filter(|id| !id.is_empty()) {
                        id.push_str(&format!("-{copy}"));
                    }
                }
                write(&row);
            }
        }
        Some(_) => {}
    });
    let config = config_allowing_empty(copied.path(), workspace.path());
    (bank_of(&config), config, workspace)
}

#[test]
fn customers_who_are_alike_are_placed_alike_in_no_more_clusters_than_they_differ() {
    for n_distinct in [1, 2] {
        let (bank, config, _workspace) = copies(n_distinct, 30 / n_distinct);
        let night = Night::on(&bank, date(NEWEST), &config);
        let model = night.fitted(&bank, &config);
        assert_eq!(model.group("individual").unwrap().n_fitted, 30);
        let mut placed: BTreeMap<String, Vec<Before>> = BTreeMap::new();
        for (id, before) in night.placed(&bank, &model, None, &config) {
            placed.entry(id.split('-').next().unwrap().to_owned()).or_default().push(before);
        }
        assert_eq!(placed.len(), n_distinct);
        for alike in placed.values() {
            assert!(alike.iter().all(|before| *before == alike[0]), "{alike:?}");
            assert!(alike[0].customer_type.as_deref() != Some(NO_TYPE), "{:?}", alike[0]);
        }
        let warnings = model.warnings(config.segment.joint_clusters[0]);
        let is_few =
            |it: &Warning| matches!(it, Warning::FewerClusters { found, .. } if *found <= n_distinct);
        assert!(warnings.iter().any(is_few), "{warnings:?}");
        let is_uncut = |axis: &str| {
            warnings.contains(&Warning::AxisNotCut { group: "individual".into(), axis: axis.into() })
        };
        assert!(n_distinct > 1 || AXES.into_iter().all(is_uncut), "{warnings:?}");
    }
}
