//! A handful of assignments in, what became of them out; and populations drawn with an effect that is known.

use super::followup::{Event, Followup};
use super::ledger::{Assignment, Ledger};
use super::outcome::{days_to_mature, event};
use super::slices::figures;
use super::tally::{EffectFigures, Status};
use super::words::in_words;
use crate::config::Config;
use crate::config::overlay::read_defaults;
use crate::contract::codes::Kind::{Interest, LoanDrawdown, Purchase, TransferOut, Withdrawal};
use crate::contract::codes::ProductKind::{CreditLine, DemandDeposit, Fund, LoanConsumer, Wealth};
use crate::contract::codes::{Kind, ProductKind};
use crate::contract::{Customer, CustomerVersion, Holding, NONE, Transaction};
use crate::date::Date;
use crate::labels::{Labels, Language};
use crate::model::proportions::rows_needed;
use crate::money::Money;
use crate::store::{Calendar, CustomerHistory, HoldingsBasis};
use crate::targets::List;
use crate::targets::holdout::is_held_out;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const ASSIGNED_ON: &str = "2026-03-31";

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn config() -> Config {
    read_defaults().unwrap().check().unwrap()
}

fn assigned(list: &str, customer_id: &str, product: Option<&str>, on: &str) -> Assignment {
    Assignment {
        campaign: format!("{list}-2026Q1").into(),
        list: list.into(),
        customer_id: customer_id.into(),
        manager_id: Some("M1".into()),
        product: product.map(Into::into),
        assigned_on: date(on),
        held_out: false,
        tier: None,
        band: None,
        expected_value: None,
        amount: None,
    }
}

/// `(booked on, kind, units, product)`.
type Booked<'a> = (&'a str, Kind, i64, Option<ProductKind>);
/// `(snapshot, product, units)`; a limit is given in thousands above the units.
type Held<'a> = (&'a str, ProductKind, i64);

/// What is tried, the product assigned, rows and holdings, and whether the event came about.
type Case<'a> = (&'a str, Option<&'a str>, &'a [Booked<'a>], &'a [Held<'a>], bool);

/// What `event` says of one customer's rows; snapshots are month-ends of two springs.
fn came_about(list: &str, product: Option<&str>, booked: &[Booked<'_>], held: &[Held<'_>]) -> Option<bool> {
    let config = config();
    let customer = Customer::known_by("C1", date("2020-01-01"));
    let transaction = |(on, kind, units, product_kind): &Booked<'_>| Transaction {
        booked_on: date(on),
        amount: Money(units * 100),
        kind: *kind,
        product_kind: *product_kind,
        channel: None,
        own_account_elsewhere: false,
    };
    let holding = |(on, product_kind, units): &Held<'_>| Holding {
        snapshot_on: date(on),
        product_kind: *product_kind,
        balance: Money(units % 1_000_000 * 100),
        product: NONE,
        started_on: None,
        matures_on: None,
        market_value_change: None,
        cost_basis: None,
        credit_limit: (*units >= 1_000_000).then_some(Money(units / 1_000_000)),
    };
    let transactions: Vec<Transaction> = booked.iter().map(transaction).collect();
    let holdings: Vec<Holding> = held.iter().map(holding).collect();
    let history = CustomerHistory {
        index: 0,
        customer: &customer,
        versions: &[],
        transactions: &transactions,
        holdings: &holdings,
        contacts: &[],
    };
    let ends = [
        "2024-12-31",
        "2025-01-31",
        "2025-02-28",
        "2025-03-31",
        "2025-12-31",
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
        "2026-06-30",
        "2026-07-31",
    ];
    let calendar = Calendar {
        transactions_from: Some(date("2024-12-01")),
        contacts_from: None,
        snapshots: ends.map(date).into(),
        holdings: HoldingsBasis::Delivered,
    };
    let row = assigned(list, "C1", product, ASSIGNED_ON);
    let as_of = row.assigned_on.plus_days(days_to_mature(&config));
    assert_eq!(as_of, date("2026-07-29"));
    event(&row, &history, &calendar, as_of, &config)
}

/// The assignment is of 31 March; its 90 days end on 29 June.
#[test]
fn a_purchase_counts_from_the_day_after_to_the_last_of_the_horizon() {
    let cases: &[Case<'_>] = &[
        ("bought on the day itself", Some("fund"), &[("2026-03-31", Purchase, -1, Some(Fund))], &[], false),
        ("bought the day after", Some("fund"), &[("2026-04-01", Purchase, -1, Some(Fund))], &[], true),
        ("bought on the last day", Some("fund"), &[("2026-06-29", Purchase, -1, Some(Fund))], &[], true),
        ("bought a day late", Some("fund"), &[("2026-06-30", Purchase, -1, Some(Fund))], &[], false),
        ("bought something else", Some("fund"), &[("2026-05-01", Purchase, -1, Some(Wealth))], &[], false),
        ("no purchase", Some("fund"), &[("2026-05-01", Withdrawal, -1, Some(Fund))], &[], false),
        ("a loan", Some("loan_consumer"), &[("2026-05-01", LoanDrawdown, 9, Some(LoanConsumer))], &[], true),
        ("held anew", Some("fund"), &[], &[("2026-03-31", Wealth, 5), ("2026-05-31", Fund, 5)], true),
        ("held before", Some("fund"), &[], &[("2026-03-31", Fund, 5), ("2026-04-30", Fund, 9)], false),
        ("a snapshot too late", Some("fund"), &[], &[("2026-06-30", Fund, 5)], false),
        (
            "held with nothing in it before",
            Some("fund"),
            &[],
            &[("2026-03-31", Fund, 0), ("2026-04-30", Fund, 1)],
            true,
        ),
        ("a new limit", Some("credit_line"), &[], &[("2026-04-30", CreditLine, 1_000_000)], true),
        (
            "anything, where no product is named",
            None,
            &[("2026-05-01", Purchase, -1, Some(Wealth))],
            &[],
            true,
        ),
        (
            "nothing, where none is named",
            None,
            &[],
            &[("2026-03-31", Fund, 5), ("2026-04-30", Fund, 7)],
            false,
        ),
    ];
    for (what, product, booked, held, expected) in cases {
        assert_eq!(came_about("cross_sell", *product, booked, held), Some(*expected), "{what}");
    }
}

/// What the deliveries of a day said of his card, and whether he took it by 29 June.
#[test]
fn a_card_counts_where_the_deliveries_name_it_by_the_last_day() {
    let known_from = |on: &str, card: Option<&str>| {
        let mut customer = Customer::known_by("C1", date("2020-01-01"));
        customer.card_tier = card.map(Into::into);
        CustomerVersion { valid_from: date(on), customer }
    };
    let none = || known_from("2026-01-01", None);
    let cases: Vec<(&str, Vec<CustomerVersion>, Option<bool>)> = vec![
        ("no card", vec![none()], Some(false)),
        ("a standard one", vec![none(), known_from("2026-05-01", Some("standard"))], Some(false)),
        ("on the last day", vec![none(), known_from("2026-06-29", Some("gold"))], Some(true)),
        ("a day late", vec![none(), known_from("2026-06-30", Some("gold"))], Some(false)),
        (
            "given back",
            vec![known_from("2026-04-01", Some("gold")), known_from("2026-06-01", None)],
            Some(false),
        ),
        ("not described yet", vec![known_from("2026-07-01", Some("gold"))], None),
    ];
    let config = config();
    let row = assigned("vip_upgrade", "C1", None, ASSIGNED_ON);
    let as_of = row.assigned_on.plus_days(days_to_mature(&config));
    let calendar = Calendar {
        transactions_from: None,
        contacts_from: None,
        snapshots: Vec::new(),
        holdings: HoldingsBasis::Missing,
    };
    for (what, versions, expected) in &cases {
        let history = CustomerHistory {
            index: 0,
            customer: &versions[versions.len() - 1].customer,
            versions,
            transactions: &[],
            holdings: &[],
            contacts: &[],
        };
        assert_eq!(event(&row, &history, &calendar, as_of, &config), *expected, "{what}");
    }
}

#[test]
fn who_ran_off_comes_back_with_his_money_and_who_fell_silent_with_an_act() {
    // 1,000 a year before the assignment, of which 500 is a loss and under 250 none any more.
    let kept = |on: &'static str| (on, DemandDeposit, 1_000);
    let held = [kept("2024-12-31"), kept("2025-01-31"), kept("2025-02-28"), kept("2025-03-31")];
    let (active, gone) = (("2025-03-15", Withdrawal, -1, None), ("2025-09-01", TransferOut, -800, None));
    // He went on using the account all along.
    let used = |on: &'static str| (on, Withdrawal, -1, None);
    let ran_off = [active, used("2025-06-01"), gone, used("2025-12-01"), used("2026-03-01")];
    let cases: &[(&str, &[Booked<'_>], bool)] = &[
        ("a card payment brings no money back", &[used("2026-05-01")], false),
        ("some of it", &[("2026-05-01", Kind::Deposit, 550, None)], false),
        ("most of it", &[("2026-05-01", Kind::Deposit, 570, None)], true),
        ("on the last day", &[("2026-06-29", Kind::Deposit, 570, None)], true),
        ("a day late", &[("2026-06-30", Kind::Deposit, 570, None)], false),
        ("from a salary too", &[("2026-05-01", Kind::Salary, 570, None)], true),
        (
            "and gone again",
            &[("2026-05-01", Kind::Deposit, 570, None), ("2026-06-01", TransferOut, -570, None)],
            false,
        ),
    ];
    for (what, since, expected) in cases {
        let booked = [&ran_off[..], since].concat();
        assert_eq!(came_about("win_back", None, &booked, &held), Some(*expected), "{what}");
    }
    let cases: &[(&str, &[Booked<'_>], bool)] = &[
        ("nothing", &[], false),
        ("interest is not his doing", &[("2026-05-01", Interest, 5, None)], false),
        ("he pays", &[("2026-06-29", Withdrawal, -5, None)], true),
        ("a day late", &[("2026-06-30", Withdrawal, -5, None)], false),
    ];
    for (what, since, expected) in cases {
        let booked = [&[active][..], since].concat();
        assert_eq!(came_about("win_back", None, &booked, &held), Some(*expected), "{what}");
    }
    // What was lost by what was known then, and is not by what is known now, is no return.
    let never_lost = [active, used("2025-06-01"), used("2025-09-01"), used("2025-12-01"), used("2026-05-01")];
    assert_eq!(came_about("win_back", None, &never_lost, &held), None);
}

#[test]
fn a_loss_is_that_of_churn_and_counts_from_the_first_day() {
    let assets = ["2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31"].map(|on| (on, Fund, 1_000));
    let active = ("2026-03-15", Withdrawal, -1, None);
    let cases: &[(&str, &[Booked<'_>], bool)] = &[
        ("half gone on the second day", &[active, ("2026-04-02", TransferOut, -500, None)], true),
        ("just under half", &[active, ("2026-04-02", TransferOut, -499, None)], false),
        ("on the last day", &[active, ("2026-06-29", TransferOut, -500, None)], true),
        ("a day late", &[active, ("2026-06-30", TransferOut, -500, None)], false),
        (
            "back within the days of confirmation",
            &[active, ("2026-06-01", TransferOut, -500, None), ("2026-06-20", Kind::Deposit, 400, None)],
            false,
        ),
    ];
    for (what, booked, expected) in cases {
        assert_eq!(came_about("retention", None, booked, &assets), Some(*expected), "{what}");
    }
}

#[test]
fn a_ledger_keeps_the_first_time_and_forgets_what_is_old() {
    let before = Ledger::of(vec![
        assigned("retention", "B", None, "2026-02-01"),
        assigned("retention", "A", None, "2025-01-01"),
        assigned("cross_sell", "A", Some("fund"), "2026-02-01"),
    ]);
    let tonight = vec![
        assigned("retention", "B", None, "2026-03-01"),
        assigned("cross_sell", "A", Some("wealth"), "2026-03-01"),
        assigned("cross_sell", "A", Some("fund"), "2026-03-01"),
    ];
    let after = before.clone().continued(tonight.clone(), date("2026-03-01"), 400);
    let shown = after.rows().iter().map(|row| {
        let product = row.product.as_deref().unwrap_or("-");
        format!("{} {} {product} {}", row.list, row.customer_id, row.assigned_on)
    });
    assert_eq!(
        shown.collect::<Vec<_>>(),
        ["cross_sell A fund 2026-02-01", "cross_sell A wealth 2026-03-01", "retention B - 2026-02-01",]
    );
    // The 400th day stays, the 401st goes.
    let old = Ledger::of(vec![assigned("retention", "A", None, "2025-01-25")]);
    assert_eq!(old.clone().continued(Vec::new(), date("2026-03-01"), 400).rows().len(), 1);
    assert_eq!(old.continued(Vec::new(), date("2026-03-02"), 400).rows().len(), 0);
    // The order of arrival does not matter, nor does running the night once more on its own ledger.
    let turned = before.clone().continued(tonight.iter().rev().cloned().collect(), date("2026-03-01"), 400);
    assert_eq!(turned, after);
    assert_eq!(after.clone().continued(tonight, date("2026-03-01"), 400), after);
}

#[test]
fn a_lot_stands_until_the_horizon_of_the_first_assignment_is_over() {
    let held_out = |mut row: Assignment| {
        row.held_out = true;
        row
    };
    let ledger = Ledger::of(vec![
        held_out(assigned("cross_sell", "A", Some("fund"), "2026-01-31")),
        // What he is offered later in the quarter draws nothing out.
        held_out(assigned("cross_sell", "A", Some("wealth"), "2026-03-31")),
        assigned("retention", "A", None, "2026-02-28"),
    ]);
    let lots = |as_of: &str| {
        let lots = ledger.lots(date(as_of), 90, 0.1);
        let of = |list| lots.standing("A", list).map(|lot| lot.held_out);
        [of(List::CrossSell), of(List::Retention)]
    };
    assert_eq!(lots("2026-03-31"), [Some(true), Some(false)]);
    // The 89th and the 90th day after the 31st of January.
    assert_eq!(lots("2026-04-30"), [Some(true), Some(false)]);
    assert_eq!(lots("2026-05-01"), [None, Some(false)]);
    assert_eq!(lots("2026-06-01"), [None, None]);
}

fn done(event: Event) -> Followup {
    Followup { reached: false, accepted: false, event }
}

fn row<'f>(all: &'f [EffectFigures], campaign: &str, slice: &str) -> &'f EffectFigures {
    all.iter().find(|row| row.campaign == campaign && row.slice == slice).unwrap()
}

#[test]
fn a_customer_counts_once_per_campaign_whatever_he_was_offered() {
    let with = |mut row: Assignment, held_out, tier: &str| {
        row.held_out = held_out;
        row.tier = Some(tier.into());
        row
    };
    let ledger = Ledger::of(vec![
        with(assigned("cross_sell", "A", Some("fund"), "2026-01-10"), false, "t2"),
        with(assigned("cross_sell", "A", Some("wealth"), "2026-01-10"), false, "t3"),
        with(assigned("cross_sell", "B", Some("fund"), "2026-01-11"), true, "t2"),
        with(assigned("cross_sell", "C", Some("fund"), "2026-03-31"), false, "t3"),
        with(assigned("cross_sell", "D", Some("fund"), "2026-01-01"), false, "t2"),
    ]);
    let followups = [
        Followup { reached: true, accepted: false, event: Event::DidNot },
        Followup { reached: true, accepted: true, event: Event::CameAbout },
        Followup { reached: true, accepted: false, event: Event::DidNot },
        Followup { reached: true, accepted: true, event: Event::NotKnownYet },
        done(Event::DoesNotCount),
    ];
    let all = figures(&ledger, &followups, &config());
    let keys = all.iter().map(|row| format!("{}/{}", row.campaign, row.slice)).collect::<Vec<_>>();
    assert_eq!(
        keys,
        [
            "all/all",
            "all/t2",
            "all/t3",
            "cross_sell-2026Q1/all",
            "cross_sell-2026Q1/t2",
            "cross_sell-2026Q1/t3",
        ]
    );
    let whole = row(&all, "all", "all");
    assert_eq!((whole.assigned, whole.held_out, whole.reached, whole.accepted), (3, 1, 2, 2));
    assert_eq!((whole.held_out_reached, whole.not_counted), (1, 1));
    assert_eq!((whole.known_assigned, whole.events_assigned), (1, 1));
    assert_eq!((whole.known_held_out, whole.events_held_out), (1, 0));
    assert_eq!((whole.effect, whole.status), (Some(1.0), Status::TooFew));
    assert_eq!(whole.first_assigned_on, Some(date("2026-01-01")));
    assert_eq!(whole.last_assigned_on, Some(date("2026-03-31")));
    // He stands in the tier of his first assignment alone.
    assert_eq!((row(&all, "all", "t2").assigned, row(&all, "all", "t3").assigned), (2, 1));
    assert_eq!(row(&all, "all", "t3").status, Status::NobodyHeldOut);
}

/// Event rates of held out and assigned, in one campaign of `n_held_out` expected and nine times as many assigned.
fn drawn(seed: u64, n_held_out: u64, rates: [f64; 2]) -> EffectFigures {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let campaign = format!("retention-{seed}");
    let population = (0..10 * n_held_out).map(|n| {
        let mut row = assigned("retention", &format!("C{n:06}"), None, ASSIGNED_ON);
        row.campaign = campaign.as_str().into();
        row.held_out = is_held_out(&campaign, &row.customer_id, 0.1);
        let leaves = random.gen_bool(rates[usize::from(!row.held_out)]);
        (row, done(if leaves { Event::CameAbout } else { Event::DidNot }))
    });
    let (rows, followups): (Vec<_>, Vec<_>) = population.unzip();
    figures(&Ledger::of(rows), &followups, &config()).swap_remove(0)
}

/// Event rates of the held-out and of the assigned.
const PLANTED: [f64; 2] = [0.25, 0.15];

fn excludes_zero(row: &EffectFigures) -> bool {
    row.effect_high < Some(0.0) || row.effect_low > Some(0.0)
}

fn covers(row: &EffectFigures, value: f64) -> bool {
    row.effect_low <= Some(value) && row.effect_high >= Some(value)
}

/// The power formula asks for 129 held out of 1,290 to see 25% against 15% four times in five. A power of 90% takes
/// (1.960 + 1.282)^2 / (1.960 + 0.842)^2 = 1.34 times as many: with it 45 of 50 are expected to tell, and fewer than 35 do
/// once in 20,000 times; 47.5 are expected to cover what was planted, and 2.5 to tell of what was not.
#[test]
fn a_planted_effect_is_covered_and_mostly_seen_and_none_is_seen_where_none_was_planted() {
    let [held_out, listed] = PLANTED;
    let n = rows_needed(held_out, listed, 9.0).unwrap() * 134 / 100;
    let of = |rates| (0..50).map(|seed| drawn(seed, n, rates)).collect::<Vec<_>>();

    let planted = of(PLANTED);
    let n_covering = planted.iter().filter(|row| covers(row, listed - held_out)).count();
    let n_seen = planted.iter().filter(|row| excludes_zero(row)).count();
    assert!(n_covering >= 45 && n_seen >= 35, "{n_covering} cover it, {n_seen} exclude zero");

    let nothing = of([held_out, held_out]);
    let n_seen = nothing.iter().filter(|row| excludes_zero(row)).count();
    assert!(n_seen <= 5, "{n_seen} exclude zero where nothing was planted");
}

/// Of 500 populations of the very size that the formula asks for, 80% tell and 95% cover, within three standard
/// deviations; the number of the held-out is a matter of their lots, which costs a little.
#[test]
fn the_size_that_is_asked_for_is_the_one_that_it_takes() {
    let [held_out, listed] = PLANTED;
    let n = rows_needed(held_out, listed, 9.0).unwrap();
    let all: Vec<EffectFigures> = (1_000..1_500).map(|seed| drawn(seed, n, PLANTED)).collect();
    let n_seen = all.iter().filter(|row| excludes_zero(row)).count();
    let n_covering = all.iter().filter(|row| covers(row, listed - held_out)).count();
    assert!((373..=427).contains(&n_seen) && (460..=490).contains(&n_covering), "{n_seen}, {n_covering}");
}

#[test]
fn what_is_missing_is_said_in_both_languages() {
    let [english, chinese] = [Language::En, Language::ZhCn].map(Labels::of);
    let told = |row: &EffectFigures| [in_words(row, &english), in_words(row, &chinese)];
    insta::assert_debug_snapshot!(told(&drawn(1, 129, PLANTED)), @r#"
    [
        "Left within 90 days: 14.7% of the assigned against 18.1% of the held-out, a difference of -3.4 percentage points (95% interval -11.6 to +3.0); to see a difference of 5.0 percentage points with 80% power, 3,209 more assigned and 317 more held-out customers with a known outcome are needed (of 4,383 and 433)",
        "90天内流失率：名单客户14.7%，对照客户18.1%，相差-3.4个百分点（95%置信区间：-11.6至+3.0）；要以80%的检验效能识别5.0个百分点的差异，还缺结果已明确的名单客户3,209位、对照客户317位（共需4,383位和433位）",
    ]
    "#);

    let alone = figures(
        &Ledger::of(vec![assigned("win_back", "A", None, ASSIGNED_ON)]),
        &[done(Event::NotKnownYet)],
        &config(),
    );
    insta::assert_debug_snapshot!(told(&alone[0]), @r#"
    [
        "nobody is held out, so no effect can be told",
        "未设对照客户，无法评估效果",
    ]
    "#);
    let mut held_out = assigned("cross_sell", "B", Some("fund"), ASSIGNED_ON);
    held_out.held_out = true;
    let young = figures(
        &Ledger::of(vec![assigned("cross_sell", "A", Some("fund"), ASSIGNED_ON), held_out]),
        &[done(Event::NotKnownYet), done(Event::NotKnownYet)],
        &config(),
    );
    insta::assert_debug_snapshot!(told(&young[0]), @r#"
    [
        "no outcome is known yet; to see a difference of 5.0 percentage points with 80% power, 269 more assigned and 269 more held-out customers with a known outcome are needed (of 269 and 269)",
        "尚无已明确的结果；要以80%的检验效能识别5.0个百分点的差异，还缺结果已明确的名单客户269位、对照客户269位（共需269位和269位）",
    ]
    "#);
}

/// Customers who come in six quarters, always with the same outcome: the whole campaign has six times the rows and knows no
/// more of anybody, as far as his lots do not differ.
#[test]
fn over_all_campaigns_a_customer_is_one_however_often_he_comes() {
    let quarters = ["2025-01-31", "2025-04-30", "2025-07-31", "2025-10-31", "2026-01-31", "2026-04-30"];
    let rows = quarters.iter().flat_map(|on| {
        (0..200u32).map(move |n| {
            let mut row = assigned("retention", &format!("C{n:03}"), None, on);
            row.campaign = format!("retention-{on}").into();
            row.held_out = n % 4 == 0;
            let leaves = n % 3 == 0;
            (row, done(if leaves { Event::CameAbout } else { Event::DidNot }))
        })
    });
    let ledger = Ledger::of(rows.clone().map(|(row, _)| row).collect());
    let outcome = |row: &Assignment| rows.clone().find(|(known, _)| known.key() == row.key()).unwrap().1;
    let followups: Vec<Followup> = ledger.rows().iter().map(outcome).collect();
    let all = figures(&ledger, &followups, &config());
    let (whole, one) = (row(&all, "all", "all"), row(&all, "retention-2025-01-31", "all"));
    assert_eq!((whole.known_assigned, one.known_assigned), (900, 150));
    let bounds = |row: &EffectFigures| [row.effect, row.effect_low, row.effect_high].map(Option::unwrap);
    for (whole, one) in bounds(whole).into_iter().zip(bounds(one)) {
        assert!((whole - one).abs() < 1e-9, "{whole} {one}");
    }
    // Rounded up, so that a rounding error of the factor may cost one more.
    assert!((6 * one.needed_held_out..=6 * one.needed_held_out + 1).contains(&whole.needed_held_out));
}
