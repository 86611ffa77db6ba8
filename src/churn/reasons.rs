//! Why a probability is what it is: what pushes it up and what holds it down, only as far as it is true of the customer.
//!
//! Features of one theme are correlated, so their contributions are summed before they are ranked. A theme
//! whose sentence would not be true of the customer (a salary that stopped, where none ever came) is not told.

use super::telling::{Blanks, Customer};
use crate::features::FeatureTable;
use crate::features::catalogue::{Theme, features};
use crate::labels::Labels;
use crate::learn::scorer::Scorer;
use std::collections::BTreeMap;

/// Reasons told per customer for a high probability.
pub const N_REASONS: usize = 3;

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: &'static str,
    pub text: String,
    /// Whether a manager can do something about it.
    pub can_be_influenced: bool,
}

/// The reasons of one customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasons {
    /// Strongest first, [`N_REASONS`] at most.
    pub up: Vec<Reason>,
    /// The strongest that keeps him.
    pub down: Option<Reason>,
}

/// The theme of each feature of the scorer, in its order.
pub fn themes(scorer: &Scorer) -> Vec<Theme> {
    let by_name: BTreeMap<&str, Theme> = features().map(|feature| (feature.name, feature.theme)).collect();
    scorer.names().into_iter().map(|name| by_name[name]).collect()
}

/// The strongest true reasons of one row. `inputs` are what the scorer reads of it.
pub fn of_row(
    scorer: &Scorer,
    themes: &[Theme],
    inputs: &[f64],
    table: &FeatureTable,
    row: usize,
    labels: &Labels,
) -> Reasons {
    let mut pushes: Vec<(Theme, f64)> = Vec::new();
    for (theme, push) in themes.iter().zip(scorer.contributions(inputs)) {
        match pushes.iter_mut().find(|(known, _)| known == theme) {
            Some((_, sum)) => *sum += push,
            None => pushes.push((*theme, push)),
        }
    }
    pushes.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.code().cmp(b.0.code())));
    let told = |section: &str, theme: Theme, blanks: Blanks| {
        let blanks: Vec<(&str, &str)> = blanks.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let text = labels.fill(section, theme.code(), &blanks);
        Reason { code: theme.code(), text, can_be_influenced: can_be_influenced(theme) }
    };
    let of = Customer { table, row };
    let raising = pushes.iter().filter(|(theme, push)| *push > 0.0 && of.is_raised_by(*theme));
    let mut lowering = pushes.iter().rev().filter(|(theme, push)| *push < 0.0 && of.is_kept_by(*theme));
    let up = raising.take(N_REASONS).map(|(theme, _)| told("driver", *theme, of.raised_by(*theme)));
    let down = lowering.next().map(|(theme, _)| told("keeper", *theme, of.kept_by(*theme)));
    Reasons { up: up.collect(), down }
}

/// Whether a manager can do something about what the theme tells; age of the relation and a salary are not his.
fn can_be_influenced(theme: Theme) -> bool {
    match theme {
        Theme::Recency
        | Theme::FrequencyFalling
        | Theme::Outflow
        | Theme::TransfersElsewhere
        | Theme::AumFalling
        | Theme::ProductsFewer
        | Theme::ComplaintOpen
        | Theme::NotRenewed
        | Theme::ContactOld => true,
        Theme::SalaryStopped | Theme::TenureShort | Theme::Other => false,
    }
}
