//! What is known of how well offers are ordered: figures at one past month-end, as stored and shown.

use crate::date::Date;
use crate::learn::Figure;
use serde::Serialize;

/// Places of a list of one product's best customers.
pub const PRODUCT_PLACES: usize = 100;

/// By what customers or offers are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// By the model, of those whom the clauses name: as offers are made. All others stand behind.
    Learned,
    /// By the model, whether a clause names them or not: what the clauses cost.
    LearnedOfAll,
    /// By how many of those bought whom the same clause named, the best clause of each.
    Rules,
    /// By how many bought the product: the same for all customers.
    Popularity,
}

impl By {
    pub const ALL: [By; 4] = [By::Learned, By::LearnedOfAll, By::Rules, By::Popularity];

    pub fn code(self) -> &'static str {
        match self {
            By::Learned => "learned",
            By::LearnedOfAll => "learned_of_all",
            By::Rules => "rules",
            By::Popularity => "popularity",
        }
    }
}

/// Figures of one product, or over all products, on an origin that the judged model never saw.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    pub test_origin: Date,
    /// `None`: each customer's best offer over all products.
    pub product: Option<String>,
    /// What the product's probabilities rest on.
    pub basis: Option<&'static str>,
    /// Customers who did not hold the product.
    pub n_customers: usize,
    /// Purchases within the days that count.
    pub n_bought: usize,
    /// Places that precision and recall are told of.
    pub n_places: usize,
    /// In the order of [`By::ALL`].
    pub ordered: Vec<Ordered>,
}

/// One order; a figure is `None` where nobody bought.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ordered {
    pub by: By,
    /// Share of the places whose customer bought.
    pub precision: Option<Figure>,
    /// Share of all purchases that stand in the places.
    pub recall: Option<Figure>,
    /// Of one product over customers; over all products the mean of each buyer's own (MAP).
    pub average_precision: Option<Figure>,
    /// What the learned order gains on this one, with paired intervals; `None` of itself.
    pub precision_gain: Option<Figure>,
    pub average_precision_gain: Option<Figure>,
}

impl Evaluation {
    pub fn by(&self, by: By) -> Option<&Ordered> {
        self.ordered.iter().find(|ordered| ordered.by == by)
    }
}
