//! How well offers were ordered, once it is known who bought.
//!
//! Reads an origin that the judged model never saw. Produces figures with intervals over customers drawn anew, beside
//! what popularity and the rules alone would have reached. Never: trains, or chooses anything by what it finds.

use super::evaluation::{By, Evaluation, Ordered, PRODUCT_PLACES};
use super::model::{ProductModel, PropensityModel};
use super::origins::Origin;
use super::rows::is_named;
use super::rules::Rules;
use super::score::{Scored, probabilities};
use crate::config::Config;
use crate::contract::codes::ProductKind;
use crate::error::Result;
use crate::learn::Figure;
use crate::model::bootstrap::{self, Statistic};
use crate::model::metrics::{RankedRows, Ranking, ScoredRows, suggestion_average_precision};

/// Judges a model: over all products, where the managers have `capacity` contacts for selling, and each product.
///
/// # Errors
/// Kind `Internal` if the model does not fit the origin's features.
pub fn judge(
    model: &PropensityModel,
    rules: &Rules,
    test: &Origin,
    capacity: usize,
    config: &Config,
) -> Result<Vec<Evaluation>> {
    let draws = Draws { n: config.churn.bootstrap_samples, seed: config.seed };
    let mut products = Vec::new();
    for of in &model.products {
        products.extend(Product::of(of, rules, test)?);
    }
    let mut found: Vec<Evaluation> = over_all(&products, test, capacity, draws).into_iter().collect();
    found.extend(products.iter().map(|product| product.evaluation(test, draws)));
    Ok(found)
}

#[derive(Clone, Copy)]
struct Draws {
    n: usize,
    seed: u64,
}

/// One product's rows at the origin, scored in every way.
struct Product<'a> {
    model: &'a ProductModel,
    /// Rows of the origin without the product.
    rows: Vec<usize>,
    bought: Vec<bool>,
    /// In the order of [`By::ALL`].
    scores: [Vec<f64>; By::ALL.len()],
}

impl<'a> Product<'a> {
    /// `None` where nothing is known of the product.
    fn of(model: &'a ProductModel, rules: &Rules, test: &Origin) -> Result<Option<Self>> {
        let Some(product) = ProductKind::from_code(&model.product) else { return Ok(None) };
        let rows: Vec<usize> =
            (0..test.facts.len()).filter(|row| !test.facts[*row].held.has(product)).collect();
        let scored: Vec<Scored<'_>> = rows
            .iter()
            .map(|row| Scored {
                row: *row,
                facts: &test.facts[*row],
                is_named: is_named(rules, product, test.named[*row]),
            })
            .collect();
        let Some(learned) = probabilities(model, &test.features, &scored)? else { return Ok(None) };
        let named = learned.iter().zip(&scored).map(|(found, row)| if row.is_named { *found } else { 0.0 });
        let popularity = model.all.share().unwrap_or(0.0);
        let scores = [
            named.collect(),
            learned.clone(),
            rows.iter().map(|row| best_rate(model, rules, product, test, *row)).collect(),
            vec![popularity; rows.len()],
        ];
        let bought = rows.iter().map(|row| test.bought[*row].has(product)).collect();
        Ok(Some(Self { model, rows, bought, scores }))
    }

    fn evaluation(&self, test: &Origin, draws: Draws) -> Evaluation {
        let rank = |scores: &Vec<f64>| ScoredRows::new(scores, &self.bought).ranked();
        let ranked: Vec<Option<RankedRows>> = self.scores.iter().map(rank).collect();
        let ordered = By::ALL
            .into_iter()
            .zip(&ranked)
            .map(|(by, own)| ordered(by, own.as_ref(), ranked[0].as_ref(), draws));
        Evaluation {
            test_origin: test.date,
            product: Some(self.model.product.clone()),
            basis: Some(self.model.basis()),
            n_customers: self.rows.len(),
            n_bought: self.bought.iter().filter(|bought| **bought).count(),
            n_places: PRODUCT_PLACES,
            ordered: ordered.collect(),
        }
    }
}

/// The best rate among the rules that name him, 0 where none does.
fn best_rate(model: &ProductModel, rules: &Rules, product: ProductKind, test: &Origin, row: usize) -> f64 {
    let clauses = rules.clauses().iter().enumerate();
    clauses
        .filter(|(place, clause)| clause.product == product && test.named[row].has(*place))
        .filter_map(|(_, clause)| model.rate_of(&clause.rule))
        .fold(0.0, f64::max)
}

fn ordered(by: By, own: Option<&RankedRows>, learned: Option<&RankedRows>, draws: Draws) -> Ordered {
    let precision: Statistic<'_> = &|ranking: &Ranking| Some(ranking.top(PRODUCT_PLACES)?.precision());
    let recall: Statistic<'_> = &|ranking: &Ranking| Some(ranking.top(PRODUCT_PLACES)?.capture);
    let average: Statistic<'_> = &Ranking::average_precision;
    let statistics = [precision, recall, average];
    let figures = own.map(|own| {
        let (all, ranking) = (bootstrap::intervals(own, draws.n, draws.seed, &statistics), own.ranking());
        let figures = statistics.iter().zip(all);
        figures.map(|(of, interval)| Some(Figure::new(of(&ranking)?, interval))).collect::<Vec<_>>()
    });
    let at = |place: usize| figures.as_ref().and_then(|figures| figures[place]);
    let gain = |of: Statistic<'_>| {
        let (own, learned) = own.filter(|_| by != By::Learned).zip(learned)?;
        let value = of(&learned.ranking())? - of(&own.ranking())?;
        Some(Figure::new(value, bootstrap::difference_interval(learned, own, draws.n, draws.seed, of)))
    };
    Ordered {
        by,
        precision: at(0),
        recall: at(1),
        average_precision: at(2),
        precision_gain: gain(precision),
        average_precision_gain: gain(average),
    }
}

/// Each customer's best offer by one order, and how well all of his are ordered.
struct BestOffers {
    ranked: RankedRows,
    /// Average precision of each row's offers; `None` of who bought nothing.
    of_customers: Vec<Option<f64>>,
}

/// Figures over all products; `None` where there is nothing to offer.
fn over_all(products: &[Product<'_>], test: &Origin, capacity: usize, draws: Draws) -> Option<Evaluation> {
    let n = test.facts.len();
    let mut n_bought = vec![0_u32; n];
    for product in products {
        product
            .rows
            .iter()
            .zip(&product.bought)
            .for_each(|(row, bought)| n_bought[*row] += u32::from(*bought));
    }
    let best: Vec<BestOffers> =
        (0..By::ALL.len()).map(|by| best_offers(products, by, n)).collect::<Option<Vec<_>>>()?;
    let ordered = By::ALL.into_iter().zip(&best).map(|(by, own)| {
        let of = |of: &Overall<'_>, other: &BestOffers| {
            let once = vec![1_u32; n];
            let units = u32::try_from(n).unwrap_or(u32::MAX);
            let own_figure = of(own, &once).map(|value| {
                Figure::new(value, bootstrap::interval(units, draws.n, draws.seed, |times| of(own, times)))
            });
            let gain =
                of(other, &once).zip(of(own, &once)).filter(|_| by != By::Learned).map(|(theirs, ours)| {
                    let difference = |times: &[u32]| Some(of(other, times)? - of(own, times)?);
                    Figure::new(theirs - ours, bootstrap::interval(units, draws.n, draws.seed, difference))
                });
            (own_figure, gain)
        };
        let top = |best: &BestOffers, times: &[u32]| best.ranked.drawn(times).top(capacity);
        let (precision, precision_gain) = of(&|best, times| Some(top(best, times)?.precision()), &best[0]);
        let (recall, _) =
            of(&|best, times| share_of_purchases(top(best, times)?.positives, &n_bought, times), &best[0]);
        let (average_precision, average_precision_gain) =
            of(&|best, times| weighted_mean(&best.of_customers, times), &best[0]);
        Ordered { by, precision, recall, average_precision, precision_gain, average_precision_gain }
    });
    Some(Evaluation {
        test_origin: test.date,
        product: None,
        basis: None,
        n_customers: n,
        n_bought: n_bought.iter().map(|n| *n as usize).sum(),
        n_places: capacity,
        ordered: ordered.collect(),
    })
}

/// A figure of best offers over customers drawn so many times each.
type Overall<'f> = dyn Fn(&BestOffers, &[u32]) -> Option<f64> + Sync + 'f;

/// Of several equally good offers of a customer the first product stands.
fn best_offers(products: &[Product<'_>], by: usize, n: usize) -> Option<BestOffers> {
    let mut offers: Vec<(Vec<f64>, Vec<bool>)> = vec![(Vec::new(), Vec::new()); n];
    for product in products {
        for ((row, score), bought) in product.rows.iter().zip(&product.scores[by]).zip(&product.bought) {
            offers[*row].0.push(*score);
            offers[*row].1.push(*bought);
        }
    }
    let best = |(scores, bought): &(Vec<f64>, Vec<bool>)| {
        let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let place = scores.iter().position(|score| *score >= best);
        place.map_or((0.0, false), |place| (best, bought[place]))
    };
    let (scores, labels): (Vec<f64>, Vec<bool>) = offers.iter().map(best).unzip();
    let of_customers = offers.iter().map(|(scores, bought)| suggestion_average_precision(scores, bought));
    Some(BestOffers {
        ranked: ScoredRows::new(&scores, &labels).ranked()?,
        of_customers: of_customers.collect(),
    })
}

fn share_of_purchases(found: f64, n_bought: &[u32], times: &[u32]) -> Option<f64> {
    let all: u64 = n_bought.iter().zip(times).map(|(n, times)| u64::from(*n) * u64::from(*times)).sum();
    #[expect(clippy::cast_precision_loss, reason = "a number of purchases")]
    (all > 0).then(|| found / all as f64)
}

fn weighted_mean(values: &[Option<f64>], times: &[u32]) -> Option<f64> {
    let known = values.iter().zip(times).filter_map(|(value, times)| Some(((*value)?, f64::from(*times))));
    let (sum, n) = known.fold((0.0, 0.0), |(sum, n), (value, times)| (sum + value * times, n + times));
    (n > 0.0).then(|| sum / n)
}
