//! `tercet fit`: a segment, a churn and a propensity model from the store as it is, with their cards, for a person to approve.
//!
//! Reads: the store, the model in force. Writes: `models/<id>/` with the model and `card.md`. Never: reads the drop folder
//! or a clock for them, puts a model in force, changes a night.

use super::churn_fit::ChurnFit;
use super::models::{
    Card, Comparison, GroupFigures, NightModel, SameTypes, Wanted, group_figures, in_force, predecessor,
    same_types,
};
use super::night_features::NightFeatures;
use super::watch::{Observer, Watch};
use super::{inhabited, night_date};
use crate::config::Config;
use crate::cross_sell::model::ProductModel;
use crate::cross_sell::{PropensityModel, Rules};
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::lock::WorkspaceLock;
use crate::publish::{self, Previous};
use crate::segment::{self, SegmentModel, SegmentTable, Sight, Standing};
use crate::store::commit::Commit;
use crate::store::{Bank, Population, Store};
use crate::warning::Warning;
use std::path::PathBuf;

/// What a fit came to.
#[derive(Debug)]
pub struct FitReport {
    pub model_id: String,
    pub blake3: String,
    pub trained_through: Date,
    /// Where the model and its card lie.
    pub folder: PathBuf,
    pub groups: Vec<GroupFigures>,
    pub comparison: Comparison<SameTypes>,
    pub churn: ChurnFit,
    pub propensity: PropensityFit,
    pub warnings: Vec<Warning>,
}

/// What the fit of a propensity model came to.
#[derive(Debug)]
pub enum PropensityFit {
    Fitted {
        model_id: String,
        blake3: String,
        folder: PathBuf,
        products: Vec<ProductModel>,
    },
    /// Why there is none.
    NotFitted(String),
}

/// Fits a segment, a churn and a propensity model on what was known at `as_of`, or on the newest night of the store.
///
/// # Errors
/// Whatever the operator must act on; no model is written then.
pub fn fit(config: &Config, as_of: Option<Date>, observer: &dyn Observer) -> Result<FitReport> {
    let mut watch = Watch::start(observer);
    let _lock = WorkspaceLock::acquire(&config.workspace)?;
    let rules = Rules::of(config)?;
    let store = filled(Store::open(&config.workspace, config.store.buckets)?)?;
    let as_of = night_date(store.commit(), config, as_of)?;
    let bank = watch.time("bank", Bank::n_customers, || store.bank(as_of))?;
    let population = inhabited(Population::of(&bank, as_of))?;
    let tables = watch.time(
        "features",
        |tables: &NightFeatures| tables.tonight.n_customers(),
        || NightFeatures::of(&bank, &population, config),
    )?;
    let standing = Standing::of(&bank, &tables.tonight, &config.value)?;
    let seen = Seen {
        commit: store.commit(),
        bank: &bank,
        population: &population,
        sight: tables.sight(),
        standing: &standing,
        config,
    };
    // What the next night would use. One that cannot be used does not stop the fit: it may be wanted for that.
    let last = publish::night_before(&config.workspace, as_of.plus_days(1))?;
    let in_force = seen.in_force(last.as_ref());
    let n = population.members.len();
    let model = watch.time(
        "segment model",
        |_| n,
        || match &in_force {
            Ok(Some(night)) => seen.fitted(Some(&night.model)),
            _ => seen.fitted(predecessor(&config.workspace, last.as_ref())?.as_ref()),
        },
    )?;
    let placed = watch.time("segments", |_| n, || seen.placed_afresh(&model.model))?;
    let groups = group_figures(&model.model, &placed)?;
    let comparison = seen.comparison(in_force, &model, &placed)?;
    let card = seen.card(&model, &groups, &comparison);
    let churn = watch.time("churn model", |_| n, || seen.churn_beside(last.as_ref()))?;
    let propensity = watch.time("propensity model", |_| n, || seen.propensity_trained(&rules))?;
    let folder = model.stored.write_with_card(&config.workspace, &card)?;
    Ok(FitReport {
        model_id: model.entry().model_id.clone(),
        blake3: model.entry().blake3.clone(),
        trained_through: model.entry().trained_through,
        folder,
        groups,
        comparison,
        churn: seen.kept_churn(churn)?,
        propensity: seen.kept_propensity(propensity)?,
        warnings: model.warnings_of_fit(&config.segment),
    })
}

/// The store, if anything was ever taken in.
pub(super) fn filled(store: Store) -> Result<Store> {
    if store.commit().deliveries.is_empty() {
        return Err(Error::incomplete("the store is empty: there is nothing to learn from")
            .hint("`tercet run` takes the exports in; `tercet check` says whether they are complete"));
    }
    Ok(store)
}

/// What models see and are judged on.
pub(super) struct Seen<'a> {
    pub(super) commit: &'a Commit,
    pub(super) bank: &'a Bank,
    pub(super) population: &'a Population,
    pub(super) sight: Sight<'a>,
    pub(super) standing: &'a Standing,
    pub(super) config: &'a Config,
}

impl Seen<'_> {
    /// Everybody placed by `model` alone, no level of another night carried over.
    fn placed_afresh(&self, model: &SegmentModel) -> Result<SegmentTable> {
        segment::place(self.bank, self.sight, model, self.standing, None, self.config)
    }

    /// The model in force; `None` where one has to be fitted.
    ///
    /// # Errors
    /// Where an approved model, or that of the night `before`, cannot be used.
    pub(super) fn in_force(&self, before: Option<&Previous>) -> Result<Option<NightModel<SegmentModel>>> {
        let wanted = Wanted {
            as_of: self.sight.tonight.as_of,
            settings: &segment::settings_digest(self.sight.tonight, self.config),
            large_groups: &segment::large_groups(self.bank, self.sight.tonight, self.config),
            refit_after_days: self.config.segment.refit_after_days,
        };
        let used_before = before.and_then(|before| before.segment_model.as_ref());
        in_force(&self.config.workspace, &wanted, used_before)
    }

    /// A model fitted on everybody seen, whose cluster numbers are those of the model before.
    ///
    /// # Errors
    /// Kind `Internal`: the model layer refuses what was checked before.
    pub(super) fn fitted(&self, before: Option<&SegmentModel>) -> Result<NightModel<SegmentModel>> {
        let model = segment::fit(self.bank, self.sight, before, self.config)?;
        NightModel::fitted(model, self.sight.tonight.as_of)
    }

    /// Writes a propensity model with its card, if there is one.
    fn kept_propensity(&self, trained: Result<NightModel<PropensityModel>, String>) -> Result<PropensityFit> {
        let model = match trained {
            Ok(model) => model,
            Err(reason) => return Ok(PropensityFit::NotFitted(reason)),
        };
        let card = self.propensity_card(&model);
        let folder = model.stored.write_with_card(&self.config.workspace, &card)?;
        Ok(PropensityFit::Fitted {
            model_id: model.entry().model_id.clone(),
            blake3: model.entry().blake3.clone(),
            folder,
            products: model.model.products,
        })
    }

    /// The fit beside the model in force, if that can be used.
    fn comparison(
        &self,
        in_force: Result<Option<NightModel<SegmentModel>>>,
        fitted: &NightModel<SegmentModel>,
        placed: &SegmentTable,
    ) -> Result<Comparison<SameTypes>> {
        let other = match in_force {
            Ok(None) => return Ok(Comparison::NoneInForce),
            Err(error) => return Ok(Comparison::Unusable { because: error.to_string() }),
            Ok(Some(other)) => other,
        };
        let model_id = other.entry().model_id.clone();
        if model_id == fitted.entry().model_id {
            return Ok(Comparison::Unchanged { model_id });
        }
        let found = same_types(placed, &self.placed_afresh(&other.model)?);
        Ok(Comparison::Compared { model_id, status: other.entry().status, found })
    }

    fn card(
        &self,
        model: &NightModel<SegmentModel>,
        groups: &[GroupFigures],
        comparison: &Comparison<SameTypes>,
    ) -> String {
        let card = Card {
            model: &model.model,
            entry: model.entry(),
            groups,
            comparison,
            warnings: &model.warnings_of_fit(&self.config.segment),
            value_basis: self.sight.tonight.value_basis.code(),
            calendar: self.bank.calendar(),
            population: self.population,
            commit: self.commit,
            config: self.config,
        };
        card.markdown()
    }

    /// The card of a model that a night had to fit, since none was in force; of another one `None`.
    pub(super) fn card_of_night(&self, model: &NightModel<SegmentModel>) -> Result<Option<String>> {
        if !model.is_fitted_tonight() {
            return Ok(None);
        }
        let groups = group_figures(&model.model, &self.placed_afresh(&model.model)?)?;
        Ok(Some(self.card(model, &groups, &Comparison::NoneInForce)))
    }
}
