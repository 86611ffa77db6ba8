//! What became of those who were customers a year ago, and what has lately begun to go wrong.
//!
//! Reads the store once, bucket by bucket, with the labels that churn is trained on. Grain: a customer of the bank.
//! Serves win-back, warnings of the retention list, and what of a manager's customers stayed.

use crate::churn::labels::{
    EventKind, Followed, Line, Scope, Whereabouts, follow, last_started_on, lines_lost,
};
use crate::churn::origins::{has_baseline, scope_and_baseline};
use crate::config::Config;
use crate::date::Date;
use crate::error::Result;
use crate::money::Money;
use crate::store::{Bank, CustomerHistory, Standing};

/// Most of what left went to one place.
const MOST: f64 = 0.5;

/// How far back customers are followed: as far as win-back may reach, and retention is told over.
pub const LOOKBACK_DAYS: i32 = 365;

/// Everybody, looked back at.
#[derive(Debug, Clone)]
pub struct Lookback {
    /// By number of the customer in the bank.
    seen: Vec<Seen>,
    reaches_a_year: bool,
    /// Of those lost in the span of win-back and not closed: how many, and how many came back.
    lost_and_back: (usize, usize),
}

/// One customer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// He was a customer in scope a year ago.
    pub was_in_scope: bool,
    /// His first loss since, by his own decision.
    pub loss: Option<Box<Loss>>,
    pub warning: Option<Box<Alarm>>,
}

/// A loss within the year.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    pub on: Date,
    pub kind: EventKind,
    /// Assets of the three months before the year began, in currency units; `None` without balances.
    pub baseline: Option<f64>,
    /// Most of the money went to accounts of his own at other banks.
    pub went_elsewhere: bool,
    pub is_back: bool,
}

/// A loss that has begun and is none yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// Net outflow of the last months as a part of the assets before, where it is large enough to tell.
    pub outflow_share: Option<f64>,
    pub lines_lost: Vec<Line>,
}

impl Lookback {
    /// Looks back from `as_of`.
    ///
    /// # Errors
    /// Kind `Internal` where a file of the store is missing or damaged.
    pub fn of_bank(bank: &Bank, as_of: Date, config: &Config) -> Result<Self> {
        let lists = &config.lists;
        let year_ago = as_of.plus_days(-LOOKBACK_DAYS);
        let lately = as_of.plus_days(-lists.warning_days);
        let reaches = |date: Date| {
            bank.calendar().transactions_from.is_some_and(|first| first <= date)
                && has_baseline(bank.calendar(), date)
        };
        let (reaches_a_year, reaches_lately) = (reaches(year_ago), reaches(lately));
        let of_customer = |history: &CustomerHistory<'_>| {
            let look = Look { bank, history, as_of, config };
            let (was_in_scope, loss) = if reaches_a_year { look.loss_since(year_ago) } else { (false, None) };
            let warning = reaches_lately.then(|| look.alarm_since(lately)).flatten();
            Seen { was_in_scope, loss: loss.map(Box::new), warning: warning.map(Box::new) }
        };
        let seen = bank.map(of_customer)?;
        let win_back_until = as_of.plus_days(-lists.win_back_days[0]);
        let lost = seen.iter().filter_map(|seen| seen.loss.as_deref());
        let lost = lost.filter(|loss| loss.kind != EventKind::Closed && loss.on <= win_back_until);
        let lost_and_back = lost.fold((0, 0), |(n, back), loss| (n + 1, back + usize::from(loss.is_back)));
        Ok(Self { seen, reaches_a_year, lost_and_back })
    }

    pub fn of(&self, index: u32) -> &Seen {
        &self.seen[index as usize]
    }

    /// Whether history covers the span of win-back.
    pub fn reaches_a_year(&self) -> bool {
        self.reaches_a_year
    }

    /// The chance that a lost customer comes back: as measured over the year, drawn towards `prior` as if so many more
    /// had been lost and come back at that rate.
    pub fn chance_of_return(&self, prior: f64, prior_weight: usize) -> f64 {
        let (lost, back) = self.lost_and_back;
        #[expect(clippy::cast_precision_loss, reason = "numbers of customers")]
        let [lost, back, weight] = [lost as f64, back as f64, prior_weight as f64];
        if lost + weight > 0.0 { (back + weight * prior) / (lost + weight) } else { prior }
    }
}

/// One customer's rows and the day from which they are looked back at.
struct Look<'a> {
    bank: &'a Bank,
    history: &'a CustomerHistory<'a>,
    as_of: Date,
    config: &'a Config,
}

impl Look<'_> {
    /// Follows him from `origin`, if he was a customer in scope then.
    fn followed(&self, origin: Date) -> Option<Followed> {
        if self.history.standing(origin) != Standing::InNight {
            return None;
        }
        let rules = &self.config.churn;
        let (scope, baseline) = scope_and_baseline(self.bank.calendar(), self.history, origin, rules);
        (scope == Scope::In).then(|| follow(self.history, origin, baseline, self.as_of, rules))
    }

    fn loss_since(&self, origin: Date) -> (bool, Option<Loss>) {
        let Some(followed) = self.followed(origin) else { return (false, None) };
        let loss = followed.event().map(|event| Loss {
            on: event.on,
            kind: event.kind,
            baseline: followed.baseline,
            went_elsewhere: self.went_elsewhere(origin, event.on),
            is_back: self.is_back(&followed, event.on, event.kind),
        });
        (true, loss)
    }

    fn went_elsewhere(&self, from: Date, to: Date) -> bool {
        let rows = self.history.until(to).transactions;
        let rows = &rows[rows.partition_point(|row| row.booked_on <= from)..];
        let whereabouts = Whereabouts::of(rows);
        let gone = whereabouts.net_outflow();
        gone > Money(0) && whereabouts.own_accounts_elsewhere.to_units() > MOST * gone.to_units()
    }

    fn is_back(&self, followed: &Followed, lost_on: Date, kind: EventKind) -> bool {
        match kind {
            EventKind::Closed => false,
            EventKind::RunOff => {
                followed.outflow.is_some_and(|outflow| outflow.share < self.config.churn.confirm_share)
            }
            EventKind::Silent => last_started_on(self.history.until(self.as_of).transactions, self.as_of)
                .is_some_and(|started| started > lost_on),
        }
    }

    fn alarm_since(&self, origin: Date) -> Option<Alarm> {
        let followed = self.followed(origin).filter(Followed::may_stay)?;
        let share = followed.outflow.map(|outflow| outflow.share);
        let outflow_share = share.filter(|share| *share >= self.config.churn.partial_share);
        let holdings = self.history.until(self.as_of).holdings;
        let lines_lost = lines_lost(holdings, &self.bank.calendar().snapshots, origin, self.as_of);
        (outflow_share.is_some() || !lines_lost.is_empty()).then_some(Alarm { outflow_share, lines_lost })
    }
}
