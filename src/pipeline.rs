//! The night, a line per stage.

use crate::churn::{self, Training};
use crate::config::Config;
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::features::{self, FeatureTable};
use crate::ingest::{self, Ingested, Limits};
use crate::io::clock::Stopwatch;
use crate::io::lock::WorkspaceLock;
use crate::io::staging::{self, Staging};
use crate::labels::Labels;
use crate::publish::{self, Input, Manifest, ModelEntry, NightBefore, Previous, StageTiming};
use crate::segment::{self, SegmentModel, SegmentTable, movements::movements};
use crate::store::{self, Population, Standing, Store};
use crate::targets::{self, Lists, Rules};
use crate::warning::Warning;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Told how the night goes on; for progress bars.
pub trait Observer: Sync {
    fn stage_began(&self, stage: &'static str);
    /// So many more bytes of exports were read.
    fn bytes_read(&self, bytes: u64);
}

/// What a person or a scheduler is told afterwards.
#[derive(Debug)]
pub struct NightReport {
    pub folder: PathBuf,
    pub replaced: Option<PathBuf>,
    pub manifest: Manifest,
    pub types: Vec<TypeFigures>,
    pub milliseconds: f64,
}

/// One row of the summary.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TypeFigures {
    pub customer_type: &'static str,
    pub n_customers: usize,
    /// Sum of yearly value, currency units.
    pub value_12m: f64,
    /// Mean probability of those in scope.
    pub churn_mean: Option<f64>,
    /// Sum of exposure times probability, currency units.
    pub expected_loss: f64,
}

/// Runs one night: exports in, a published night out.
///
/// # Errors
/// Whatever the operator must act on; nothing is published then.
pub fn run(config: &Config, as_of: Option<Date>, observer: &dyn Observer) -> Result<NightReport> {
    let mut watch = Watch::start(observer);
    let _lock = WorkspaceLock::acquire(&config.workspace)?;
    let rules = Rules::read(targets::DEFAULT_RULES)?;
    let labels = Labels::of(config.language);

    watch.stage("ingest");
    let mut delivered = ingest::read(config.sources(), &config.data, &limits(config), &|bytes| observer.bytes_read(bytes))?;
    let as_of = night_date(&delivered, as_of)?;
    let staging = Staging::begin(&config.workspace, as_of)?;
    watch.ended(delivered.deliveries.iter().map(|delivery| delivery.rows).sum::<u64>());

    watch.stage("store");
    let inputs = books(&delivered, as_of)?;
    let holdings_are_delivered = config.sources().contains_key(&Table::Holdings);
    let store = Store::build(std::mem::take(&mut delivered.tables), holdings_are_delivered, as_of, config.store.buckets);
    let population = Population::of(&store, as_of);
    check_population(&population)?;
    watch.ended(store.tables().transactions.len() + store.tables().holdings.len());

    watch.stage("features");
    let features = features::build(&store, &population, true)?;
    watch.ended(features.n_customers());

    watch.stage("segment");
    let segment_model = segment::fit(&store, &features, config)?;
    let segments = segment::place(&store, &features, &segment_model, loyalty_basis(&delivered), config)?;
    let before = publish::night_before(&config.workspace, as_of)?;
    let movements = movements(&segments, before.as_ref().map(|before| &before.customers))?;
    watch.ended(features.n_customers());

    watch.stage("churn");
    let training = churn::train(&store, as_of, config)?;
    let models = Models::of(&segment_model, &training)?;
    let churn = churn::score(&store, &features, models.churn(&training), &labels, config)?;
    watch.ended(features.n_customers());

    watch.stage("targets");
    let tables = targets::Night { store: &store, features: &features, segments: &segments, churn: &churn, mapped: &delivered.mapped, labels: &labels, config };
    let lists = targets::build(&tables, &population, &rules)?;
    watch.ended(lists.targets.height());

    watch.stage("publish");
    let rejects = publish::rejects_frame(&delivered.rejects)?;
    models.keep(&config.workspace)?;
    let night = publish::Night {
        as_of,
        features: features.frame(),
        segments: segments.frame(),
        churn: churn.frame(),
        movements: &movements,
        rejects: &rejects,
        lists: &lists,
        tables: &tables,
        managers: &lists.managers,
        night_before: before.as_ref().map(|before| before.segments_blake3.as_str()),
    };
    let known = Known { delivered: &delivered, inputs, population: &population, features: &features, segment_model: &segment_model, training: &training, before: before.as_ref(), lists: &lists };
    let manifest = manifest(config, &rules, &models, &known, &watch);
    let (published, mut manifest) = publish::publish(staging, &night, manifest, config)?;
    watch.ended(manifest.rows.values().sum::<usize>());

    if let staging::Durability::Unknown(_) = published.durability {
        manifest.warnings.push(Warning::DurabilityUnknown { path: published.folder.display().to_string() }.to_string());
    }
    manifest.stages = watch.timings.clone();
    let types = type_figures(&features, &segments, &churn);
    Ok(NightReport { folder: published.folder, replaced: published.replaced, manifest, types, milliseconds: watch.clock.total() })
}

/// Stage timings.
struct Watch<'a> {
    observer: &'a dyn Observer,
    clock: Stopwatch,
    stage: &'static str,
    timings: Vec<StageTiming>,
}

impl<'a> Watch<'a> {
    fn start(observer: &'a dyn Observer) -> Self {
        Self { observer, clock: Stopwatch::start(), stage: "", timings: Vec::new() }
    }

    fn stage(&mut self, stage: &'static str) {
        self.observer.stage_began(stage);
        self.clock.lap();
        self.stage = stage;
    }

    fn ended(&mut self, rows: impl TryInto<usize>) {
        let rows = rows.try_into().unwrap_or(usize::MAX);
        let milliseconds = self.clock.lap();
        tracing::info!(stage = self.stage, rows, milliseconds, "stage ended");
        self.timings.push(StageTiming { stage: self.stage, rows, milliseconds });
    }
}

fn limits(config: &Config) -> Limits {
    Limits {
        reject_share_max: config.ingest.reject_share_max,
        base_currency: config.base_currency.clone(),
        field_bytes_max: config.ingest.field_bytes_max,
    }
}

/// The date asked for, or the newest complete one; never a date that the exports do not reach.
fn night_date(delivered: &Ingested, asked: Option<Date>) -> Result<Date> {
    let newest = store::newest_night(&delivered.tables).ok_or_else(|| Error::refused("the exports hold no transaction that could be used"))?;
    match asked {
        Some(asked) if asked > newest => Err(Error::incomplete(format!("the exports are complete up to {newest}; `--as-of {asked}` is later"))
            .hint("wait for the delivery, or leave `--as-of` out to take the newest complete date")),
        Some(asked) => Ok(asked),
        None => Ok(newest),
    }
}

fn check_population(population: &Population) -> Result<()> {
    if !population.members.is_empty() {
        return Ok(());
    }
    let counts: Vec<String> = population.counts.iter().map(|(standing, n)| format!("{} {n}", standing.code())).collect();
    Err(Error::refused(format!("nobody is in the night of {}: {}", population.date, counts.join(", ")))
        .hint("check `--as-of` and the mapping of `customers.opened_on` and `closed_on`"))
}

/// The books of every delivery; what they say must add up.
fn books(delivered: &Ingested, as_of: Date) -> Result<Vec<Input>> {
    let mut later = vec![(0u64, 0i128); delivered.deliveries.len()];
    let transactions = delivered.tables.transactions.iter().filter(|row| row.booked_on > as_of).map(|row| (row.delivery, row.amount));
    let holdings = delivered.tables.holdings.iter().filter(|row| row.snapshot_on > as_of).map(|row| (row.delivery, row.balance));
    for (delivery, money) in transactions.chain(holdings) {
        let (rows, amount) = &mut later[usize::from(delivery)];
        *rows += 1;
        *amount += i128::from(money.0);
    }
    let inputs: Vec<Input> = delivered.deliveries.iter().zip(later).map(|(delivery, (rows, amount))| Input::of(delivery, rows, amount)).collect();
    match inputs.iter().find(|input| !input.reconciles()) {
        Some(input) => Err(Error::internal(format!("the rows or amounts of `{}` do not add up: {:?} {:?}", input.path, input.rows, input.amounts))),
        None => Ok(inputs),
    }
}

/// What stands for the share of wallet in loyalty.
fn loyalty_basis(delivered: &Ingested) -> &'static str {
    if delivered.mapped.contains(&(Table::Transactions, "own_account_elsewhere")) { "proxy" } else { "activity" }
}

/// The night's models, as they are stored.
struct Models {
    segment: StoredModel,
    churn: Option<StoredModel>,
}

struct StoredModel {
    entry: ModelEntry,
    file: &'static str,
    json: String,
}

impl StoredModel {
    fn new(what: &'static str, file: &'static str, trained_through: Date, json: String) -> Self {
        let blake3 = blake3::hash(json.as_bytes()).to_hex().to_string();
        let model_id = format!("{what}-{trained_through}-{}", &blake3[..8]);
        Self { entry: ModelEntry { what, model_id, blake3, trained_through, fitted_tonight: true }, file, json }
    }
}

impl Models {
    fn of(segment: &SegmentModel, training: &Training) -> Result<Self> {
        let segment = StoredModel::new("segment", "segment.json", segment.trained_through, segment.to_json()?);
        let churn = match training {
            Training::Trained { model, .. } => Some(StoredModel::new("churn", "churn.json", model.trained_through, model.to_json()?)),
            Training::NotTrained(_) => None,
        };
        Ok(Self { segment, churn })
    }

    fn churn<'a>(&'a self, training: &'a Training) -> Option<(&'a churn::ChurnModel, &'a str)> {
        match (training, &self.churn) {
            (Training::Trained { model, .. }, Some(stored)) => Some((model, &stored.entry.model_id)),
            _ => None,
        }
    }

    fn all(&self) -> impl Iterator<Item = &StoredModel> {
        std::iter::once(&self.segment).chain(&self.churn)
    }

    /// Writes `models/<id>/…`; a model that is there already is the same, since its id is its digest.
    fn keep(&self, workspace: &Path) -> Result<()> {
        for model in self.all() {
            staging::write_private(&workspace.join("models").join(&model.entry.model_id).join(model.file), model.json.as_bytes())?;
        }
        Ok(())
    }
}

/// What the manifest is drawn up from.
struct Known<'a> {
    delivered: &'a Ingested,
    inputs: Vec<Input>,
    population: &'a Population,
    features: &'a FeatureTable,
    segment_model: &'a SegmentModel,
    training: &'a Training,
    before: Option<&'a Previous>,
    lists: &'a Lists,
}

fn manifest(config: &Config, rules: &Rules, models: &Models, known: &Known<'_>, watch: &Watch<'_>) -> Manifest {
    let standings = [Standing::InNight, Standing::OpenedLater, Standing::Closed, Standing::WithoutHistory];
    let count = |standing: Standing| (standing.code(), known.population.counts.get(&standing).copied().unwrap_or(0));
    Manifest {
        manifest_version: 0,
        run_id: String::new(),
        as_of: known.population.date,
        tercet_version: env!("CARGO_PKG_VERSION"),
        schema_version: crate::schema::SCHEMA_VERSION,
        config_blake3: config.digest().to_owned(),
        rules_version: rules.version,
        seed: config.seed,
        night_before: known.before.map(|before| NightBefore { as_of: before.as_of, segments_blake3: before.segments_blake3.clone() }),
        inputs: known.inputs.clone(),
        customers: standings.map(count).into(),
        value_basis: known.features.value_basis.code(),
        models: models.all().map(|model| model.entry.clone()).collect(),
        churn_evaluation: match known.training {
            Training::Trained { evaluation, .. } => evaluation.as_ref().ok().cloned(),
            Training::NotTrained(_) => None,
        },
        silhouettes: silhouettes(known.segment_model),
        lists: known.lists.counts.iter().map(|(list, n)| (list.code(), *n)).collect(),
        suppressed: known.lists.suppressed.clone(),
        rows: BTreeMap::new(),
        files: Vec::new(),
        warnings: warnings(config, models, known).iter().map(Warning::to_string).collect(),
        stages: watch.timings.clone(),
        peak_memory_bytes: None,
        threads: rayon::current_num_threads(),
        finished_at: String::new(),
    }
}

fn silhouettes(model: &SegmentModel) -> BTreeMap<String, Option<f64>> {
    let of_group = |group: &segment::model::GroupModel| {
        let name = group.segment_group.clone();
        let axes: Vec<_> = group.axes.iter().map(|axis| (format!("{name}.{}", axis.axis), axis.silhouette)).collect();
        axes.into_iter().chain(group.joint.iter().map(|joint| (format!("{name}.joint"), joint.silhouette))).collect::<Vec<_>>()
    };
    model.groups.iter().flat_map(of_group).collect()
}

fn warnings(config: &Config, models: &Models, known: &Known<'_>) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = models.all().map(|model| Warning::ModelFittedTonight { what: model.entry.what }).collect();
    warnings.extend(known.segment_model.warnings(config.segment.joint_clusters));
    match known.training {
        Training::NotTrained(reason) => warnings.push(Warning::NoProbabilities { reason: reason.clone() }),
        Training::Trained { evaluation: Err(reason), .. } => warnings.push(Warning::ModelNotJudged { reason: reason.clone() }),
        Training::Trained { evaluation: Ok(_), .. } => {}
    }
    warnings.extend(known.lists.warnings.iter().cloned());
    let rejected = known.delivered.deliveries.iter().filter(|delivery| delivery.rejected > 0);
    warnings.extend(rejected.map(|delivery| Warning::RejectedRows { file: delivery.path.clone(), rejected: delivery.rejected, rows: delivery.rows }));
    warnings
}

fn type_figures(features: &FeatureTable, segments: &SegmentTable, churn: &churn::ChurnTable) -> Vec<TypeFigures> {
    let values = features.column("value_12m");
    let types = segment::types::TYPES.into_iter().chain([segment::types::NO_TYPE]);
    types
        .map(|customer_type| {
            let rows = || (0..features.n_customers()).filter(|row| segments.customer_types()[*row] == customer_type);
            let probabilities: Vec<f64> = rows().filter_map(|row| churn.probabilities()[row]).collect();
            #[expect(clippy::cast_precision_loss, reason = "a number of customers")]
            let churn_mean = (!probabilities.is_empty()).then(|| probabilities.iter().sum::<f64>() / probabilities.len() as f64);
            let losses = rows().filter_map(|row| Some(churn.probabilities()[row]? * churn.exposures()[row]?.to_units()));
            TypeFigures {
                customer_type,
                n_customers: rows().count(),
                value_12m: rows().map(|row| values[row]).filter(|value| !value.is_nan()).sum(),
                churn_mean,
                expected_loss: losses.sum(),
            }
        })
        .filter(|figures| figures.n_customers > 0)
        .collect()
}
