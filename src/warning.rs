//! What the night should tell people although it went on: each warning with its words.

use crate::date::Date;
use std::fmt;

/// One warning; shown in the summary and kept in the manifest. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// A model is a new one: types or probabilities may have changed with it, and not with the customer.
    ModelFitted {
        what: &'static str,
        model_id: String,
    },
    /// The approved model was fitted with other settings than tonight's; it stays in force.
    ModelOfOtherSettings {
        model_id: String,
    },
    /// The approved model is as old as a refit is due.
    ModelOld {
        model_id: String,
        age_days: i32,
        refit_after_days: i32,
    },
    /// Columns of the model in force have moved since it was fitted.
    ModelDrifted {
        n_columns: usize,
        /// The level of the population stability index that they have reached.
        level: String,
        /// The one that moved most, and its index.
        most: String,
        is_alarm: bool,
    },
    NoProbabilities {
        reason: String,
    },
    /// Nobody knows how likely customers are to buy.
    NoPropensity {
        reason: String,
    },
    /// The churn model should have been trained anew, which was not possible.
    ModelNotRenewed {
        model_id: String,
        age_days: i32,
        reason: String,
    },
    /// A horizon has no model, or none that could be judged.
    HorizonNotModelled {
        horizon_days: i32,
        reason: String,
    },
    /// Single features rank leavers better than an honest one does.
    SuspiciousFeatures {
        features: String,
    },
    /// A list is empty because the bank does not deliver what it needs.
    ListUnavailable {
        list: &'static str,
        missing: String,
    },
    /// A list lacks a part, because the bank does not deliver what that needs.
    ListIncomplete {
        list: &'static str,
        without: &'static str,
        missing: String,
    },
    /// A group of customers is too small to cluster, so that its customers have no type.
    GroupNotSegmented {
        group: String,
        n_fitted: usize,
    },
    /// No cut of an axis leaves both sides their share: all its customers are low.
    AxisNotCut {
        group: String,
        axis: String,
    },
    /// Fewer clusters than configured, since there are fewer distinct customers or too few of them.
    FewerClusters {
        group: String,
        found: usize,
        wanted: usize,
    },
    /// Nothing tells who may be contacted, so that nobody is kept off a list for it.
    ConsentNotDelivered {
        column: &'static str,
    },
    /// Risk levels are delivered of one side alone, or of none.
    RiskNotDelivered {
        missing: String,
        /// Whether what carries risk is suggested all the same.
        is_suggested: bool,
    },
    /// Balances are older than the last month-end.
    OldSnapshot {
        newest: Date,
        as_of: Date,
    },
    /// Rows of one key with different contents: one counts, the others do not.
    SupersededRows {
        file: String,
        superseded: u64,
    },
    RejectedRows {
        file: String,
        rejected: u64,
        rows: u64,
    },
    /// The same bytes came by another name, and count once.
    DeliveredTwice {
        file: String,
        of: String,
    },
    /// A file took the place of what came by its name before.
    Corrected {
        file: String,
    },
    /// A table has no delivery of some days.
    MissingDays {
        what: String,
    },
    /// Ids that differ in nothing but case or width: perhaps one customer twice.
    NearTwins {
        file: String,
        column: String,
        twins: u64,
    },
    /// The rename is done, but the disk did not confirm it.
    DurabilityUnknown {
        path: String,
        cause: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::ModelFitted { what, model_id } => write!(
                f,
                "no approved {what} model is in force: `{model_id}` was fitted from what was known on the date, and \
                 what it says may change with it; `tercet approve {model_id}` puts it in force, `tercet fit` fits another"
            ),
            Warning::ModelOfOtherSettings { model_id } => write!(
                f,
                "the approved model `{model_id}` was fitted with other settings than tonight's; it stays in force, a \
                 refit is proposed: run `tercet fit`"
            ),
            Warning::ModelOld { model_id, age_days, refit_after_days } => write!(
                f,
                "the approved model `{model_id}` is {age_days} days old, a refit is due after {refit_after_days}: run \
                 `tercet fit`"
            ),
            Warning::ModelDrifted { n_columns, level, most, is_alarm } => {
                let far = if *is_alarm { " far" } else { "" };
                write!(
                    f,
                    "{n_columns} columns of the models moved{far} since they were fitted (stability index from \
                     {level} on), most of all {most}; a refit is proposed: run `tercet fit`"
                )
            }
            Warning::NoProbabilities { reason } => write!(f, "no churn probabilities: {reason}"),
            Warning::NoPropensity { reason } => {
                write!(f, "no chances to buy, offers are not ordered by them: {reason}")
            }
            Warning::ModelNotRenewed { model_id, age_days, reason } => write!(
                f,
                "`{model_id}` is {age_days} days old and stays in use, since none could be trained: {reason}"
            ),
            Warning::HorizonNotModelled { horizon_days, reason } => {
                write!(f, "no churn probabilities for {horizon_days} days: {reason}")
            }
            Warning::SuspiciousFeatures { features } => write!(
                f,
                "implausibly good alone at telling who leaves: {features}; look whether the exports carry what became \
                 known later"
            ),
            Warning::ListUnavailable { list, missing } => {
                write!(f, "list `{list}` is not available: it needs {missing}")
            }
            Warning::ListIncomplete { list, without, missing } => {
                write!(f, "list `{list}` does not name {without}: it needs {missing}")
            }
            Warning::GroupNotSegmented { group, n_fitted } => {
                write!(f, "group `{group}` has {n_fitted} settled customers, too few to tell types apart")
            }
            Warning::AxisNotCut { group, axis } => {
                write!(
                    f,
                    "axis `{axis}` of group `{group}` cannot be cut into two sides that each hold their share; all its customers count as low"
                )
            }
            Warning::FewerClusters { group, found, wanted } => {
                write!(
                    f,
                    "group `{group}` has {found} joint clusters instead of {wanted}: too few distinct customers"
                )
            }
            Warning::ConsentNotDelivered { column } => {
                write!(f, "`customers.{column}` is not delivered; nobody is kept off a list for it")
            }
            Warning::RiskNotDelivered { missing, is_suggested: true } => {
                write!(
                    f,
                    "{missing} not delivered; products that carry risk are suggested without a look at it"
                )
            }
            Warning::RiskNotDelivered { missing, is_suggested: false } => write!(
                f,
                "{missing} not delivered, so that no product that carries risk is known to suit anybody: none is suggested"
            ),
            Warning::OldSnapshot { newest, as_of } => {
                write!(f, "the newest holdings are of {newest}; assets on {as_of} are taken to be the same")
            }
            Warning::SupersededRows { file, superseded } => {
                write!(
                    f,
                    "`{}`: {superseded} rows differ from another row of the same key, which counts instead",
                    file.escape_debug()
                )
            }
            Warning::RejectedRows { file, rejected, rows } => {
                write!(
                    f,
                    "`{}`: {rejected} of {rows} rows rejected; see rejects.parquet",
                    file.escape_debug()
                )
            }
            Warning::DeliveredTwice { file, of } => {
                write!(f, "`{}` is the same as `{}`; it counts once", file.escape_debug(), of.escape_debug())
            }
            Warning::Corrected { file } => {
                write!(f, "`{}` replaces what came by this name before", file.escape_debug())
            }
            Warning::MissingDays { what } => f.write_str(what),
            Warning::NearTwins { file, column, twins } => {
                write!(
                    f,
                    "`{}`: {twins} values of `{column}` differ from another in nothing but case or width",
                    file.escape_debug()
                )
            }
            Warning::DurabilityUnknown { path, cause } => {
                write!(f, "published, durability unknown: the disk did not confirm `{path}`: {cause}")
            }
        }
    }
}
