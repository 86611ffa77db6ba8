//! Random draws from one customer's own generator.
//!
//! xoshiro256++ has a published stream, so a seed means the same population on every machine.

use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, Gamma, Poisson, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A generator with the draws that this module needs.
pub struct Draws(Xoshiro256PlusPlus);

impl Draws {
    /// The generator of one `index` within one `family` of things (customers, managers, …).
    pub fn new(seed: u64, family: u64, index: u64) -> Self {
        // Odd multipliers (golden ratio, and the one of Steele's SplitMix) keep families and indices
        // apart; seed_from_u64 then runs SplitMix64 itself.
        let mixed =
            seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(family.wrapping_mul(0xBF58_476D_1CE4_E5B9))
                ^ index.wrapping_mul(0x94D0_49BB_1331_11EB);
        Self(Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    /// True with probability `p`; `p` outside [0, 1] is clamped.
    pub fn chance(&mut self, p: f64) -> bool {
        self.0.r#gen::<f64>() < p
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        self.0.r#gen()
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform among low..=high.
    pub fn day(&mut self, low: i32, high: i32) -> i32 {
        self.0.gen_range(low..=high.max(low))
    }

    /// Uniform index below `n`.
    pub fn index(&mut self, n: usize) -> usize {
        self.0.gen_range(0..n.max(1))
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// exp(N(mu, sigma)).
    pub fn log_normal(&mut self, mu: f64, sigma: f64) -> f64 {
        (mu + sigma * self.normal()).exp()
    }

    /// Gamma; both parameters are positive constants of this module.
    pub fn gamma(&mut self, shape: f64, scale: f64) -> f64 {
        Gamma::new(shape, scale).map_or(shape * scale, |gamma| gamma.sample(&mut self.0))
    }

    /// Poisson count; zero for a mean of zero.
    pub fn poisson(&mut self, mean: f64) -> u32 {
        Poisson::new(mean).map_or(0, |poisson| poisson.sample(&mut self.0) as u32)
    }

    /// Index drawn by weight.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (at, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return at;
            }
        }
        weights.len().saturating_sub(1)
    }
}
