//! A handful of rows in, an event out: one table per rule, mostly at its boundaries.
//!
//! The origin is 2026-01-31: the gap ends on 7 February, the horizons on 9 March, 8 May and 6 August. The baseline
//! is 1,000.

use super::circumstances::Circumstances;
use super::follow::{Followed, days_to_mature, follow};
use super::lines::Line;
use super::return_curve::{Curve, ReturnCurve};
use super::{Event, EventKind, HORIZONS_DAYS, Label, Scope};
use crate::config::Churn;
use crate::config::overlay::read_defaults;
use crate::contract::codes::Kind::{
    self, Deposit, Interest, LoanDrawdown, OwnTransfer, Payment, Purchase, Redemption, Refund, Salary,
    TransferOut, Withdrawal,
};
use crate::contract::codes::ProductKind;
use crate::contract::{Customer, CustomerVersion, Holding, NONE, Transaction};
use crate::date::Date;
use crate::money::Money;
use crate::store::CustomerHistory;

const ORIGIN: &str = "2026-01-31";
/// 180 days after the gap and 30 to confirm.
const UNTIL: &str = "2026-09-05";

/// So that he is not silent before the end.
const ALIVE: [Row; 2] = [("2026-04-20", Purchase, -1), ("2026-08-20", Purchase, -1)];

type Row<'a> = (&'a str, Kind, i64);

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn rules() -> Churn {
    read_defaults().unwrap().churn
}

fn customer(closed: Option<(&str, &str)>) -> Customer {
    Customer {
        closed_on: closed.map(|(on, _)| date(on)),
        close_reason: closed.map(|(_, reason)| reason.into()),
        ..Customer::known_by("C1", date("2020-01-01"))
    }
}

/// One customer's books.
struct Books {
    customer: Customer,
    versions: Vec<CustomerVersion>,
    transactions: Vec<Transaction>,
    holdings: Vec<Holding>,
}

impl Books {
    fn of(rows: &[Row<'_>], closed: Option<(&str, &str)>) -> Self {
        let transaction = |(on, kind, units): &Row<'_>| Transaction {
            booked_on: date(on),
            amount: Money(units * 100),
            kind: *kind,
            product_kind: None,
            channel: None,
            own_account_elsewhere: false,
        };
        let mut transactions: Vec<Transaction> = rows.iter().map(transaction).collect();
        transactions.sort_by_key(|row| row.booked_on);
        Self { customer: customer(closed), versions: Vec::new(), transactions, holdings: Vec::new() }
    }

    fn alive(rows: &[Row<'_>]) -> Self {
        Self::of(&[rows, &ALIVE].concat(), None)
    }

    fn known_dead_from(mut self, on: &str) -> Self {
        let customer = Customer { deceased: Some(true), ..customer(None) };
        self.versions.push(CustomerVersion { valid_from: date(on), customer });
        self
    }

    fn holding(mut self, on: &str, kind: ProductKind, units: i64) -> Self {
        self.holdings.push(Holding {
            snapshot_on: date(on),
            product_kind: kind,
            balance: Money(units * 100),
            product: NONE,
            started_on: None,
            matures_on: None,
            market_value_change: None,
            cost_basis: None,
            credit_limit: None,
        });
        self
    }

    /// The term of the newest holding.
    fn term(mut self, started_on: &str, matures_on: &str) -> Self {
        let row = self.holdings.last_mut().unwrap();
        (row.started_on, row.matures_on) = (Some(date(started_on)), Some(date(matures_on)));
        self
    }

    /// The change of market value of the newest holding.
    fn price_change(mut self, units: i64) -> Self {
        self.holdings.last_mut().unwrap().market_value_change = Some(Money(units * 100));
        self
    }

    fn history(&self) -> CustomerHistory<'_> {
        CustomerHistory {
            index: 0,
            customer: &self.customer,
            versions: &self.versions,
            transactions: &self.transactions,
            holdings: &self.holdings,
            contacts: &[],
        }
    }

    fn followed(&self, baseline: Option<f64>, until: &str) -> Followed {
        follow(&self.history(), date(ORIGIN), baseline, date(until), &rules())
    }

    fn label(&self) -> Label {
        self.followed(Some(1000.0), UNTIL).label(90).unwrap()
    }

    fn labels(&self) -> [Label; 3] {
        let followed = self.followed(Some(1000.0), UNTIL);
        HORIZONS_DAYS.map(|horizon| followed.label(horizon).unwrap())
    }

    fn event(&self) -> Option<(EventKind, String)> {
        let event = self.followed(Some(1000.0), UNTIL).event()?;
        Some((event.kind, event.on.to_string()))
    }

    fn circumstances(&self, until: &str) -> Circumstances {
        let snapshots: Vec<Date> =
            ["2026-01-31", "2026-02-28", "2026-03-31"].iter().map(|on| date(on)).collect();
        let followed = self.followed(Some(1000.0), until);
        Circumstances::of(&self.history(), &snapshots, &followed, &rules())
    }
}

const RUN_OFF: Label = Label::Leaves(EventKind::RunOff);
const SILENT: Label = Label::Leaves(EventKind::Silent);
const CLOSED: Label = Label::Leaves(EventKind::Closed);

#[test]
fn half_the_baseline_gone_and_not_back_is_a_run_off() {
    let cases: &[(&str, &[Row<'_>], Label)] = &[
        ("just under half", &[("2026-02-20", TransferOut, -499)], Label::Stays),
        ("half", &[("2026-02-20", TransferOut, -500)], RUN_OFF),
        ("in parts", &[("2026-02-20", Withdrawal, -200), ("2026-04-20", Payment, -300)], RUN_OFF),
        ("before the origin", &[("2026-01-31", TransferOut, -900)], Label::Stays),
        (
            "back within a day",
            &[("2026-02-20", TransferOut, -500), ("2026-02-20", Deposit, 251)],
            Label::Stays,
        ),
        ("back on day 30", &[("2026-02-20", TransferOut, -500), ("2026-03-22", Deposit, 251)], Label::Stays),
        ("back on day 31", &[("2026-02-20", TransferOut, -500), ("2026-03-23", Deposit, 251)], RUN_OFF),
        ("back to a quarter", &[("2026-02-20", TransferOut, -500), ("2026-03-22", Deposit, 250)], RUN_OFF),
        ("a salary", &[("2026-02-20", TransferOut, -500), ("2026-03-10", Salary, 251)], Label::Stays),
        (
            "a loan does not bring it back",
            &[("2026-02-20", TransferOut, -500), ("2026-03-10", LoanDrawdown, 251)],
            RUN_OFF,
        ),
        ("into a fund", &[("2026-02-20", Purchase, -900)], Label::Stays),
        ("to another account here", &[("2026-02-20", OwnTransfer, -900)], Label::Stays),
        (
            "out of a fund and away",
            &[("2026-02-20", Redemption, 900), ("2026-02-20", TransferOut, -900)],
            RUN_OFF,
        ),
    ];
    for (name, rows, expected) in cases {
        assert_eq!(Books::alive(rows).label(), *expected, "{name}");
    }
}

#[test]
fn an_outflow_that_came_back_may_be_reached_again() {
    let rows =
        [("2026-02-20", TransferOut, -500), ("2026-03-01", Deposit, 400), ("2026-04-01", TransferOut, -400)];
    assert_eq!(Books::alive(&rows).event(), Some((EventKind::RunOff, "2026-04-01".into())));
}

#[test]
fn the_horizons_are_nested_and_the_gap_is_no_part_of_them() {
    use Label::{InGap, Stays};
    let cases = [
        ("2026-02-01", [InGap; 3]),
        ("2026-02-07", [InGap; 3]),
        ("2026-02-08", [RUN_OFF; 3]),
        ("2026-03-09", [RUN_OFF; 3]),
        ("2026-03-10", [Stays, RUN_OFF, RUN_OFF]),
        ("2026-05-08", [Stays, RUN_OFF, RUN_OFF]),
        ("2026-05-09", [Stays, Stays, RUN_OFF]),
        ("2026-08-06", [Stays, Stays, RUN_OFF]),
        ("2026-08-07", [Stays; 3]),
    ];
    for (on, expected) in cases {
        assert_eq!(Books::alive(&[(on, TransferOut, -800)]).labels(), expected, "{on}");
    }
}

#[test]
fn silence_counts_from_the_last_thing_he_started() {
    // 2025-11-09 + 180 days is 2026-05-08, the last day of the horizon.
    let label = |rows: &[Row<'_>]| Books::of(rows, None).label();
    assert_eq!(label(&[("2025-11-09", Deposit, 1), ("2026-02-01", Interest, 1)]), SILENT);
    assert_eq!(label(&[("2025-11-10", Deposit, 1)]), Label::Stays);
    assert_eq!(label(&[("2025-11-09", Deposit, 1), ("2026-05-08", Deposit, 1)]), Label::Stays);
    assert_eq!(label(&[("2025-11-09", Deposit, 1), ("2026-05-09", Deposit, 1)]), SILENT);
    assert_eq!(label(&[("2025-08-11", Deposit, 1)]), Label::InGap, "silent on 7 February");
    assert_eq!(label(&[]), Label::Stays, "who never started anything falls silent on no day");
}

#[test]
fn a_silence_that_had_begun_is_told_apart() {
    let followed = |rows: &[Row<'_>]| Books::of(rows, None).followed(Some(1000.0), UNTIL);
    assert!(followed(&[("2026-01-31", Deposit, 1)]).silence_began_before());
    assert_eq!(followed(&[("2026-01-01", Deposit, 1)]).days_silent, Some(30));
    let after = followed(&[("2026-02-03", Deposit, 1)]);
    assert_eq!(after.event(), Some(Event { on: date("2026-08-02"), kind: EventKind::Silent }));
    assert!(!after.silence_began_before());
    assert!(
        !followed(&[("2026-01-20", Deposit, 1), ("2026-02-20", TransferOut, -800)]).silence_began_before()
    );
}

#[test]
fn without_balances_closing_and_silence_remain() {
    let rows = [("2025-11-09", Deposit, 1), ("2026-02-20", Refund, -900)];
    let followed = |baseline| Books::of(&rows, None).followed(baseline, UNTIL).label(90);
    assert_eq!(followed(Some(1000.0)), Some(RUN_OFF));
    assert_eq!(followed(Some(0.0)), Some(SILENT));
    assert_eq!(followed(None), Some(SILENT));
}

#[test]
fn the_earliest_loss_is_the_event() {
    let closed = Some(("2026-03-01", "price"));
    let of = |rows: &[Row<'_>], closed| Books::of(rows, closed).event();
    let out = |on| [(on, TransferOut, -800)];
    assert_eq!(of(&out("2026-02-20"), closed), Some((EventKind::RunOff, "2026-02-20".into())));
    assert_eq!(of(&out("2026-03-01"), closed), Some((EventKind::Closed, "2026-03-01".into())));
    assert_eq!(of(&[], closed), Some((EventKind::Closed, "2026-03-01".into())));
    let silent = [("2025-08-20", Deposit, 1)];
    assert_eq!(of(&silent, closed), Some((EventKind::Silent, "2026-02-16".into())));
}

#[test]
fn closing_is_a_loss_unless_it_was_not_his_decision() {
    let label = |on, reason| Books::of(&ALIVE, Some((on, reason))).label();
    assert_eq!(label("2026-03-01", "price"), CLOSED);
    assert_eq!(label("2026-02-07", "price"), Label::InGap);
    assert_eq!(label("2026-05-09", "price"), Label::Stays);
    for reason in ["deceased", "merged", "moved_branch"] {
        assert_eq!(label("2026-03-01", reason), Label::NotHisDecision, "{reason}");
        assert_eq!(label("2026-05-09", reason), Label::Stays, "{reason}");
    }
    let without_reason = Books {
        customer: Customer { close_reason: None, ..customer(Some(("2026-03-01", ""))) },
        ..Books::alive(&[])
    };
    assert_eq!(without_reason.label(), CLOSED);
}

#[test]
fn an_account_emptied_before_it_ends_is_no_loss() {
    use Label::{NotHisDecision, Stays};
    let emptied = |closed_on| {
        Books::of(
            &[&[("2026-03-05", TransferOut, -1000)], &ALIVE[..]].concat(),
            Some((closed_on, "deceased")),
        )
        .labels()
    };
    // Emptied within 30 days before the end: part of it at every horizon, also where the end lies beyond.
    assert_eq!(emptied("2026-03-09"), [NotHisDecision; 3]);
    assert_eq!(emptied("2026-04-04"), [NotHisDecision; 3]);
    // Longer before: his own.
    assert_eq!(emptied("2026-04-05"), [RUN_OFF; 3]);
    let only_closed = Books::of(&ALIVE, Some(("2026-03-20", "merged"))).labels();
    assert_eq!(only_closed, [Stays, NotHisDecision, NotHisDecision]);
}

#[test]
fn what_heirs_do_is_no_loss() {
    let rows = [("2026-04-25", TransferOut, -1000)];
    assert_eq!(
        Books::alive(&rows).known_dead_from("2026-03-20").labels(),
        [Label::Stays, Label::NotHisDecision, Label::NotHisDecision]
    );
    assert_eq!(Books::alive(&rows).known_dead_from("2025-03-20").labels(), [Label::NotHisDecision; 3]);
    let was_told_later = Books::alive(&rows).known_dead_from("2026-05-25");
    assert_eq!(was_told_later.label(), Label::NotHisDecision);
    assert_eq!(was_told_later.followed(Some(1000.0), UNTIL).event(), None);
    assert_eq!(Books::alive(&rows).known_dead_from("2026-05-26").label(), RUN_OFF);
}

#[test]
fn a_label_is_known_once_its_days_are_over_and_never_changes_then() {
    let all = [
        Books::alive(&[("2026-02-20", TransferOut, -800)]),
        Books::alive(&[("2026-05-08", TransferOut, -800), ("2026-06-08", Deposit, 800)]),
        Books::of(&[("2025-11-09", Deposit, 1), ("2026-06-08", Deposit, 1)], None),
        Books::of(&[("2026-05-01", TransferOut, -800)], Some(("2026-05-20", "deceased"))),
        Books::of(&ALIVE, Some(("2026-05-09", "deceased"))),
        Books::alive(&[("2026-05-01", TransferOut, -800)]).known_dead_from("2026-06-07"),
    ];
    for (number, books) in all.iter().enumerate() {
        let label =
            |until: Date| follow(&books.history(), date(ORIGIN), Some(1000.0), until, &rules()).label(90);
        let matures = date(ORIGIN).plus_days(days_to_mature(90, true, &rules()));
        assert_eq!(matures, date("2026-06-07"));
        assert_eq!(label(matures.plus_days(-1)), None, "{number}");
        let known = label(matures);
        assert!(known.is_some());
        for later in 1..120 {
            assert_eq!(label(matures.plus_days(later)), known, "{number}, {later} days later");
        }
    }
    let without_balances = Books::alive(&[]).followed(None, "2026-05-08");
    assert_eq!(without_balances.label(90), Some(Label::Stays));
    assert_eq!(days_to_mature(90, false, &rules()), 97);
}

#[test]
fn an_event_is_known_as_soon_as_it_is_certain() {
    let books = Books::alive(&[("2026-02-20", TransferOut, -800)]);
    let pending = books.followed(Some(1000.0), "2026-03-21");
    assert_eq!((pending.event(), pending.run_off_pending_since()), (None, Some(date("2026-02-20"))));
    let certain = books.followed(Some(1000.0), "2026-03-22");
    assert_eq!(certain.event(), Some(Event { on: date("2026-02-20"), kind: EventKind::RunOff }));
    assert_eq!(certain.run_off_pending_since(), None);
    assert_eq!(certain.label(30), None, "complete on 8 April");
}

#[test]
fn a_fifth_gone_or_a_line_given_up_is_a_warning() {
    let cases: &[(i64, bool)] = &[(-199, false), (-200, true), (-499, true), (-900, false)];
    for (units, expected) in cases {
        let books = Books::alive(&[("2026-02-10", TransferOut, *units)]);
        assert_eq!(books.circumstances("2026-03-31").is_partial, *expected, "{units}");
    }
    let back = Books::alive(&[("2026-02-10", TransferOut, -300), ("2026-02-20", Deposit, 101)]);
    assert!(!back.circumstances("2026-03-31").is_partial);
    assert_eq!(back.followed(Some(1000.0), "2026-03-31").outflow.unwrap().share_max, 0.3);

    let fund = Books::alive(&[])
        .holding("2026-01-31", ProductKind::DemandDeposit, 500)
        .holding("2026-01-31", ProductKind::Fund, 500)
        .holding("2026-01-31", ProductKind::LoanConsumer, 500)
        .holding("2026-03-31", ProductKind::DemandDeposit, 1000);
    let circumstances = fund.circumstances("2026-03-31");
    assert_eq!((circumstances.lines_lost.as_slice(), circumstances.is_partial), (&[Line::Market][..], true));
    let bond = fund.holding("2026-03-31", ProductKind::Bond, 1);
    assert!(!bond.circumstances("2026-03-31").is_partial, "a bond serves the same need");
    assert!(!bond.known_dead_from("2026-02-20").circumstances("2026-03-31").is_partial);
}

#[test]
fn a_fall_in_price_is_no_outflow() {
    let told = Books::alive(&[("2026-02-10", TransferOut, -100)])
        .holding("2026-01-31", ProductKind::Fund, 1000)
        .price_change(70)
        .holding("2026-02-28", ProductKind::Fund, 500)
        .price_change(-450)
        .holding("2026-03-31", ProductKind::Fund, 300)
        .price_change(-150);
    assert_eq!(told.label(), Label::Stays);
    assert_eq!(told.circumstances("2026-03-31").price_effect, Some(Money(-60_000)));

    // Change of assets -600 = outflow -100, interest +20, loan +50, price -570.
    let rows = [
        ("2026-02-10", TransferOut, -100),
        ("2026-03-01", Interest, 20),
        ("2026-03-02", LoanDrawdown, 50),
        ("2026-03-03", Purchase, -50),
    ];
    let from_balances = Books::alive(&rows)
        .holding("2026-01-31", ProductKind::Fund, 1000)
        .holding("2026-01-31", ProductKind::LoanConsumer, 10)
        .holding("2026-03-31", ProductKind::Fund, 400);
    assert_eq!(from_balances.circumstances("2026-03-31").price_effect, Some(Money(-57_000)));
    assert_eq!(from_balances.circumstances("2026-02-20").price_effect, None, "one snapshot");

    for (back, effect) in [(150, Some(Money(0))), (149, None)] {
        let rows = [("2026-02-10", OwnTransfer, -150), ("2026-02-11", OwnTransfer, back)];
        let moved = Books::alive(&rows).holding("2026-01-31", ProductKind::TimeDeposit, 1000).holding(
            "2026-03-31",
            ProductKind::TimeDeposit,
            1000,
        );
        assert_eq!(moved.circumstances("2026-03-31").price_effect, effect, "{back} came back");
    }
}

#[test]
fn money_is_followed_to_where_it_went() {
    let rows = [
        ("2026-01-30", TransferOut, -7),
        ("2026-02-10", Purchase, -400),
        ("2026-02-11", Redemption, 50),
        ("2026-02-12", Purchase, -30),
        ("2026-02-13", TransferOut, -100),
        ("2026-02-14", Payment, -20),
        ("2026-02-15", Refund, 5),
        ("2026-02-16", Withdrawal, -10),
        ("2026-02-17", Salary, 90),
        ("2026-02-18", OwnTransfer, -60),
        ("2026-02-19", Interest, 1),
    ];
    let mut books = Books::of(&rows, None);
    for at in [1, 2] {
        books.transactions[at].product_kind = Some(ProductKind::TimeDeposit);
    }
    books.transactions[4].own_account_elsewhere = true;
    let went = books.circumstances("2026-03-31").whereabouts;
    let amounts =
        [went.time_deposits, went.investments, went.own_accounts_elsewhere, went.spent, went.elsewhere];
    assert_eq!(amounts.map(|money| money.0 / 100), [350, 30, 100, 15, -80]);
    assert_eq!(went.net_outflow(), Money(3500));
}

#[test]
fn a_contract_not_renewed_whose_money_left_is_the_cause() {
    let matured = |rows: &[Row<'_>]| {
        Books::alive(rows)
            .holding("2026-01-31", ProductKind::TimeDeposit, 800)
            .term("2025-08-10", "2026-02-10")
    };
    let gone = matured(&[("2026-02-10", Redemption, 800), ("2026-02-12", TransferOut, -700)]);
    assert_eq!(gone.event(), Some((EventKind::RunOff, "2026-02-12".into())));
    let circumstances = gone.circumstances("2026-03-31");
    assert_eq!((circumstances.not_renewed, circumstances.contract_ended), (Money(70_000), true));

    let kept = matured(&[("2026-02-10", Redemption, 800)]).circumstances("2026-03-31");
    assert_eq!((kept.not_renewed, kept.contract_ended), (Money(0), false));

    let renewed = matured(&[("2026-02-12", TransferOut, -700)])
        .holding("2026-02-28", ProductKind::TimeDeposit, 800)
        .term("2026-02-10", "2026-08-10");
    assert_eq!(renewed.event(), Some((EventKind::RunOff, "2026-02-12".into())));
    assert!(!renewed.circumstances("2026-03-31").contract_ended);

    // It left before the contract ended.
    let earlier = matured(&[("2026-02-09", TransferOut, -700)]).circumstances("2026-03-31");
    assert_eq!((earlier.not_renewed, earlier.contract_ended), (Money(0), false));
}

#[test]
fn scope_is_decided_by_the_days_before_the_origin() {
    let of = |last: Option<&str>, aum| Scope::of(last.map(date), aum, date(ORIGIN), &rules());
    assert_eq!(of(None, Some(2000.0)), Scope::Inactive);
    assert_eq!(of(Some("2025-01-31"), Some(2000.0)), Scope::Inactive);
    assert_eq!(of(Some("2025-02-01"), Some(2000.0)), Scope::AlreadySilent);
    assert_eq!(of(Some("2025-08-04"), Some(2000.0)), Scope::AlreadySilent);
    assert_eq!(of(Some("2025-08-05"), Some(999.0)), Scope::BelowFloor);
    assert_eq!(of(Some("2025-08-05"), Some(1000.0)), Scope::In);
    assert_eq!(of(Some("2025-08-05"), None), Scope::In);
}

/// Adds customers who acted on 2024-01-01 and, where given, again or closed so many days later.
fn add(curve: &mut ReturnCurve, groups: &[(usize, Option<i32>, Option<i32>)], as_of: &str) {
    for (customers, returns, closes) in groups {
        let mut books = Books::of(&[("2024-01-01", Deposit, 1)], None);
        let later = |days: &i32| date("2024-01-01").plus_days(*days);
        let first = books.transactions[0];
        books
            .transactions
            .extend(returns.as_ref().map(|days| Transaction { booked_on: later(days), ..first }));
        books.customer.closed_on = closes.as_ref().map(later);
        // The rest is taken away on the day of the closing.
        let rest = Transaction { kind: Withdrawal, ..first };
        books.transactions.extend(books.customer.closed_on.map(|on| Transaction { booked_on: on, ..rest }));
        (0..*customers).for_each(|_| curve.add(&books.history(), date(as_of)));
    }
}

#[test]
fn the_curve_says_after_how_many_days_the_silent_stay_away() {
    // Of 1,000, 300 come back on day 40, 60 on day 100, 40 on day 200; 200 close on day 150. Those who came back fall
    // silent for good, which makes 1,400 silences.
    let groups = [
        (300, Some(40), None),
        (60, Some(100), None),
        (40, Some(200), None),
        (200, None, Some(150)),
        (400, None, None),
    ];
    let mut counts = ReturnCurve::new(&rules());
    add(&mut counts, &groups, "2026-09-05");
    let curve = counts.curve(&rules());
    let at = |curve: &Curve, days: usize| *curve.points.iter().find(|point| point.days == days).unwrap();
    let is_near = |share: Option<f64>, expected: f64| (share.unwrap() - expected).abs() < 1e-12;
    assert!(is_near(at(&curve, 10).share_returned, 360.0 / 1400.0), "day 200 lies over 180 days on");
    assert!(is_near(at(&curve, 20).share_returned, 400.0 / 1400.0));
    assert!(is_near(at(&curve, 40).share_returned, 100.0 / 1100.0));
    assert!(is_near(at(&curve, 100).share_returned, 40.0 / 1040.0));
    assert!(is_near(at(&curve, 150).share_returned, 40.0 / 840.0), "the closed are not silent any more");
    assert_eq!(at(&curve, 40).n_silent, 1100);
    assert_eq!(curve.silence_days, Some(40));

    // Silences cut off by the end of the data are neither returns nor losses.
    let mut cut = ReturnCurve::new(&rules());
    add(&mut cut, &groups, "2024-04-30");
    assert_eq!(cut.curve(&rules()).silence_days, None, "120 days are too few");
    cut.merge(&counts);
    let merged = cut.curve(&rules());
    assert!(is_near(at(&merged, 100).share_returned, 40.0 / 1040.0));
    assert_eq!(at(&merged, 100).n_silent, 1680);
}
