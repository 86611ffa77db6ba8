//! What a retention campaign would earn with a score, if it contacted the best-scored customers up to the best cut.
//!
//! Reads: a ranking, the costs of a campaign, what leavers are worth. Produces: expected maximum profit per
//! customer and the share of customers it contacts. Never: chooses a cut for a list; a figure for comparing scores.
//!
//! Source: Verbraken, Verbeke & Baesens (2013), "A novel profit maximizing metric for measuring classification
//! performance of customer churn prediction models", IEEE TKDE 25(5), after the profit of Neslin et al. (2006):
//! a contacted leaver accepts the offer with probability g and then stays, so that the bank keeps his value v and
//! pays the offer d; if he refuses he leaves and only the contact f is paid. A contacted customer who would have
//! stayed takes the offer. With CLV v for everybody, delta = d / v and phi = f / v their formula is
//!
//! ```text
//! P(t; g) = v (g (1 - delta) - phi) pi0 F0(t) - v (delta + phi) pi1 F1(t)       per customer of the base
//!         = 1/N sum over contacted leavers (g (v - d) - f) - 1/N sum over contacted stayers (d + f)
//! ```
//!
//! since N pi0 F0(t) and N pi1 F1(t) are the leavers and stayers contacted. In the second form each leaver may have
//! a value of his own. For the k-th group of equal scores, best first, with a_k = sum over its leavers (v - d) and
//! c_k = f (all of it) + d (its stayers), the profit of contacting the first t groups is (A_t g - C_t) / N, where A
//! and C are running sums: a line in g. Its maximum over t is reached at a corner of the upper hull of the points
//! (C_t, A_t) (of the ROC curve, where all are worth the same), whose edges have falling slopes da / dc; an edge is
//! worth taking once g exceeds its dc / da. So for every g the best profit is the sum over edges of
//! max(0, da g - dc) / N, and with g ~ Beta(alpha, beta) and u = dc / da its expectation is exact:
//!
//! ```text
//! EMP = 1/N sum over edges with u < 1 of  da E[g; g > u] - dc P(g > u)
//! P(g > u) = I_{1-u}(beta, alpha),   E[g; g > u] = alpha / (alpha + beta) I_{1-u}(beta, alpha + 1)
//! ```
//!
//! with I the regularised incomplete beta function. The share contacted (their eta) is the sum over the same edges
//! of customers / N x P(g > u).

use statrs::function::beta::beta_reg;

use super::metrics::{Ranking, ScoredRows, Tied};

/// What every leaver is worth in the paper, in euros.
pub const PAPER_CLV: f64 = 200.0;

/// What a campaign costs, and how often a leaver accepts its offer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Campaign {
    /// The first shape of the Beta distribution of acceptance; above 0. The mean is alpha / (alpha + beta).
    pub acceptance_alpha: f64,
    /// The second one; above 0.
    pub acceptance_beta: f64,
    /// d: the offer, paid to those who take it; 0 or above, in the unit of values.
    pub offer_cost: f64,
    /// f: reaching a customer; above 0, in the unit of values.
    pub contact_cost: f64,
}

impl Default for Campaign {
    /// That of the paper, in euros: acceptance Beta(6, 14) with mean 0.3, offer 10, contact 1.
    fn default() -> Self {
        Self { acceptance_alpha: 6.0, acceptance_beta: 14.0, offer_cost: 10.0, contact_cost: 1.0 }
    }
}

/// The best that a ranking can earn, in expectation over how many leavers accept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedProfit {
    /// EMP, in the unit of values per customer of the base (contacted or not); 0 or above.
    pub per_customer: f64,
    /// eta: the share of the base that is contacted at the best cut, on average over acceptance.
    pub share_contacted: f64,
}

/// EMPC: expected maximum profit where every leaver is worth `clv`.
///
/// Also `None` with a NaN score; see [`Ranking::expected_profit`]. Cost: O(n log n).
///
/// # Panics
/// Lengths differ.
pub fn empc(scores: &[f64], labels: &[bool], clv: f64, campaign: &Campaign) -> Option<ExpectedProfit> {
    ScoredRows::new(scores, labels).ranking()?.expected_profit(clv, campaign)
}

/// Expected maximum profit where each leaver is worth his own value.
///
/// Also `None` with a NaN score; see [`Ranking::expected_profit_by_value`]. Cost: O(n log n).
///
/// # Panics
/// Lengths differ.
pub fn empc_by_value(
    scores: &[f64],
    labels: &[bool],
    values: &[f64],
    campaign: &Campaign,
) -> Option<ExpectedProfit> {
    let rows = ScoredRows { values: Some(values), ..ScoredRows::new(scores, labels) };
    rows.ranking()?.expected_profit_by_value(campaign)
}

impl Ranking {
    /// EMPC of Verbraken et al. (2013), every leaver being worth `clv`.
    ///
    /// `None` without rows, or with a number that is not finite or out of range.
    pub fn expected_profit(&self, clv: f64, campaign: &Campaign) -> Option<ExpectedProfit> {
        self.expected_maximum(campaign, |tied| tied.positives as f64 * clv)
    }

    /// The same with each leaver's own value, which the rows must have been given.
    ///
    /// A leaver worth less than the offer counts against a cut that includes him. `None` as above.
    pub fn expected_profit_by_value(&self, campaign: &Campaign) -> Option<ExpectedProfit> {
        self.expected_maximum(campaign, |tied| tied.value_lost)
    }

    fn expected_maximum(
        &self,
        campaign: &Campaign,
        value_of: impl Fn(&Tied) -> f64,
    ) -> Option<ExpectedProfit> {
        let edges = upper_hull(self.groups.iter().map(|tied| Edge::of(tied, value_of(tied), campaign)));
        let sound = edges.iter().all(|edge| edge.gain.is_finite() && edge.cost.is_finite());
        if edges.is_empty() || !sound || !campaign.is_sound() {
            return None;
        }
        let n = self.n() as f64;
        let (mut profit, mut contacted) = (0.0, 0.0);
        for edge in edges.iter().take_while(|edge| edge.cost < edge.gain) {
            let (chance, mean_above) = campaign.acceptance_above(edge.cost / edge.gain);
            profit += (edge.gain * mean_above - edge.cost * chance).max(0.0); // rounding where the chance is tiny
            contacted += edge.n * chance;
        }
        Some(ExpectedProfit { per_customer: profit / n, share_contacted: contacted / n })
    }
}

impl Campaign {
    fn is_sound(&self) -> bool {
        let positive = |number: f64| number > 0.0 && number.is_finite();
        positive(self.acceptance_alpha)
            && positive(self.acceptance_beta)
            && positive(self.contact_cost)
            && (self.offer_cost == 0.0 || positive(self.offer_cost))
    }

    /// P(g > `share`) and E[g; g > `share`], for `share` from 0 to 1.
    fn acceptance_above(&self, share: f64) -> (f64, f64) {
        let (alpha, beta) = (self.acceptance_alpha, self.acceptance_beta);
        let mean = alpha / (alpha + beta);
        (beta_reg(beta, alpha, 1.0 - share), mean * beta_reg(beta, alpha + 1.0, 1.0 - share))
    }
}

/// Neighbouring groups that are contacted together: `gain` x acceptance - `cost`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Edge {
    gain: f64,
    cost: f64,
    n: f64,
}

impl Edge {
    fn of(tied: &Tied, value: f64, campaign: &Campaign) -> Self {
        let (leavers, stayers) = (tied.positives as f64, tied.negatives as f64);
        Self {
            gain: value - campaign.offer_cost * leavers,
            cost: campaign.contact_cost * (leavers + stayers) + campaign.offer_cost * stayers,
            n: leavers + stayers,
        }
    }

    fn with(self, next: Self) -> Self {
        Self { gain: self.gain + next.gain, cost: self.cost + next.cost, n: self.n + next.n }
    }
}

/// Edges of the upper hull of running sums, with falling gain per cost; costs are above 0.
fn upper_hull(steps: impl Iterator<Item = Edge>) -> Vec<Edge> {
    let mut hull: Vec<Edge> = Vec::new();
    for mut edge in steps {
        while let Some(before) = hull.pop_if(|before| before.gain * edge.cost <= edge.gain * before.cost) {
            edge = before.with(edge);
        }
        hull.push(edge);
    }
    hull
}

#[cfg(test)]
mod tests;
