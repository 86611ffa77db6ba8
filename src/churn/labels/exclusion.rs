//! From when on what happens is no decision of the customer's: death, merger, move between branches.

use crate::config::Churn;
use crate::date::Date;
use crate::store::CustomerHistory;

/// The earlier of: his relation was closed for a reason of `churn.excluded_close_reasons`; a delivery said that he
/// is dead. `None` where neither is known by `until`.
pub fn not_his_from(history: &CustomerHistory<'_>, until: Date, rules: &Churn) -> Option<Date> {
    let closed = excluded_closing(history, rules).filter(|on| *on <= until);
    let died = history.versions.iter().find(|version| version.customer.deceased == Some(true));
    let died = died.map(|version| version.valid_from).filter(|on| *on <= until);
    [closed, died].into_iter().flatten().min()
}

/// When his relation was closed by his own decision, by `until`.
pub fn closed_by_himself(history: &CustomerHistory<'_>, until: Date, rules: &Churn) -> Option<Date> {
    let closed_on = history.customer.closed_on.filter(|on| *on <= until)?;
    excluded_closing(history, rules).is_none().then_some(closed_on)
}

fn excluded_closing(history: &CustomerHistory<'_>, rules: &Churn) -> Option<Date> {
    let reason = history.customer.close_reason.as_deref()?;
    let is_excluded = rules.excluded_close_reasons.iter().any(|excluded| excluded == reason);
    history.customer.closed_on.filter(|_| is_excluded)
}
