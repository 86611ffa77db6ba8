//! The published tables of the lists: who is listed, offered, kept off and held out, what came of it, and the managers.

use super::Type::{Boolean, Date, Float64, Int32, Int64, Money, String};
use super::tables::{BRANCH_ID, CUSTOMER_ID, field};
use super::{Field, TableSchema};

pub const TARGETS: TableSchema = TableSchema {
    name: "targets",
    description: "One row per customer on a list, for one owner, within the manager's capacity; those held out are not to be contacted.",
    key: &["manager_id", "rank"],
    fields: || {
        vec![
            field("list_date", Date, "", "The night's date"),
            field(
                "manager_id",
                String,
                "",
                "Who contacts him; `unassigned` where he has no manager, or his manager left",
            ),
            BRANCH_ID,
            CUSTOMER_ID,
            field("rank", Int32, "", "1 is the manager's first; those held out stand behind the others"),
            field(
                "list",
                String,
                "",
                "The list under which he stands: the first that applies, in order of priority",
            ),
            field(
                "all_lists",
                String,
                "",
                "Every list that applies, in order of priority, separated by commas",
            ),
            field("reasons", String, "", "Every reason in words, separated by `; `"),
            field("amount", Money, "currency units", "The amount that the list is about"),
            field("due_on", Date, "", "The day it falls due"),
            field("product", String, "", "Product kind to speak about"),
            field("rule", String, "", "Clause that suggested the product"),
            field(
                "expected_value",
                Float64,
                "currency units",
                "What a contact is expected to bring in a year: for retention and win-back exposure times margin times probability times the chance of success, less the cost of a contact; for selling propensity times margin; null on other lists",
            ),
            field(
                "held_out",
                Boolean,
                "",
                "He keeps his place within capacity and is not contacted, so that the list's effect can be measured; he stands in no workbook",
            ),
        ]
    },
};

pub const CROSS_SELL: TableSchema = TableSchema {
    name: "cross_sell",
    description: "Customer and product, for marketing: who may be offered what, by which clause, how likely to buy. Who must not be sold to is not in it.",
    key: &["customer_id", "product"],
    fields: || {
        vec![
            CUSTOMER_ID,
            field("product", String, "", "Product kind"),
            field("rank", Int32, "", "1 is the customer's best product by expected margin, then propensity"),
            field("rank_in_product", Int32, "", "1 is the product's best customer, by the same"),
            field(
                "rank_in_manager",
                Int32,
                "",
                "1 is the best offer among his manager's customers, by the same; customers without a manager are ranked together",
            ),
            field("manager_id", String, "", "As delivered; null where it is not"),
            field(
                "propensity",
                Float64,
                "probability",
                "Chance to buy within 90 days, from who bought after past month-ends",
            ),
            field(
                "propensity_basis",
                String,
                "",
                "trees or logistic: a model of the product, calibrated; clause: share of buyers among those whom its clauses named; all: among all who did not hold it; null where nothing is known",
            ),
            field(
                "margin",
                Float64,
                "currency units a year",
                "Margin, should he put the part of his assets into it that holders do (for a loan: take what they took); null where no rate is delivered or nobody holds it",
            ),
            field(
                "expected_margin",
                Float64,
                "currency units a year",
                "Propensity times margin, by which offers are ordered; null where either is",
            ),
            field(
                "rule",
                String,
                "",
                "Clause that fired; of several the one whose customers bought most often",
            ),
            field("marketing_allowed", Boolean, "", "Consent as delivered; null where it is not"),
            field(
                "held_out",
                Boolean,
                "",
                "Left out of the campaign that he belongs to, so that its effect can be measured: not to be contacted",
            ),
            field(
                "suppression",
                String,
                "",
                "Why he should not be contacted now, though he may be later: cooldown, fatigue (reached as often as the ceiling allows), held_out (of another list, whose effect is measured) or type_not_for_selling (`lists.selling_types_excluded`); null where nothing keeps him",
            ),
            field("owner", String, "", "manager where he stands on a manager's list tonight, else marketing"),
        ]
    },
};

pub const SUPPRESSIONS: TableSchema = TableSchema {
    name: "suppressions",
    description: "Customer and list that would have applied, and the rule that kept him out.",
    key: &["customer_id", "list", "rule"],
    fields: || {
        vec![
            CUSTOMER_ID,
            field("list", String, "", "The list that would have applied"),
            field(
                "rule",
                String,
                "",
                "deceased, legal_hold, contact_not_allowed, contact_unknown (the consent is delivered, not his), marketing_not_allowed, marketing_unknown, complaint_open, type_not_for_selling, cooldown, fatigue (reached as often as the ceiling allows), held_out (of this list beside the one under which he stands, which `targets` tells; or of another, so that nobody sells to him) or capacity",
            ),
        ]
    },
};

pub const ASSIGNMENTS: TableSchema = TableSchema {
    name: "assignments",
    description: "One row per customer, campaign and (of selling) product: when he was first assigned, of the last 400 days or as configured. A held-out customer stands here like any other.",
    key: &["campaign", "customer_id", "product"],
    fields: || {
        vec![
            field(
                "campaign",
                String,
                "",
                "List and quarter, such as retention-2026Q4; a customer enters another of the list only when the horizon of this one is over",
            ),
            field("list", String, "", "retention, win_back or a selling list"),
            CUSTOMER_ID,
            field(
                "manager_id",
                String,
                "",
                "On whose list he stood; `unassigned` for customers without a manager, null where marketing owns the offer",
            ),
            field("product", String, "", "Product kind; of selling lists only"),
            field("assigned_on", Date, "", "The first night that listed him in this campaign"),
            field("held_out", Boolean, "", "Whether he was kept out of it to measure its effect"),
            field("tier", String, "", "Tier on that night"),
            field("band", String, "", "Churn band on that night; null without a probability"),
            field(
                "expected_value",
                Float64,
                "currency units",
                "What contacting him was expected to bring on that night",
            ),
            field("amount", Money, "currency units", "The amount that the list was about on that night"),
        ]
    },
};

/// A number of customers.
const fn customers(name: &'static str, description: &'static str) -> Field {
    field(name, Int64, "customers", description)
}

pub const EFFECTS: TableSchema = TableSchema {
    name: "effects",
    description: "What came of a list: those assigned to it held against those held out of it, by intention to treat (whether reached or not). A customer counts once per campaign.",
    key: &["list", "campaign", "slice_by", "slice"],
    fields: || {
        vec![
            field("list", String, "", "retention, win_back or a selling list"),
            field("campaign", String, "", "List and quarter; `all` over the campaigns in `assignments`"),
            field("slice_by", String, "", "all, tier or band: what customers are told apart by"),
            field(
                "slice",
                String,
                "",
                "Code of the tier or of the churn band on the night of assignment; `all`",
            ),
            field(
                "status",
                String,
                "",
                "measured; too_few: an interval from fewer than are needed; not_matured: nobody's outcome is known yet in one group; nobody_held_out",
            ),
            field("first_assigned_on", Date, "", "First assignment in the slice"),
            field("last_assigned_on", Date, "", "Last assignment in the slice"),
            customers("assigned", "Assigned and not held out"),
            customers("held_out", "Held out"),
            customers(
                "reached",
                "Of the assigned, those with a contact within the horizon that reached them",
            ),
            customers(
                "accepted",
                "Of the assigned, those with a contact within the horizon that ended in a sale or an appointment, or as configured",
            ),
            customers("held_out_reached", "Of the held-out, those who were reached all the same"),
            customers("known_assigned", "Of the assigned, those whose outcome is known"),
            customers("known_held_out", "Of the held-out, those whose outcome is known"),
            customers(
                "not_counted",
                "Of both, those whose outcome was no decision of theirs (death, merger), or who are no longer known",
            ),
            customers(
                "events_assigned",
                "Of `known_assigned`: left (retention), came back (win_back), has a card of a higher tier (vip_upgrade), bought the product or holds it anew (cross_sell)",
            ),
            customers("events_held_out", "The same of `known_held_out`"),
            field("rate_assigned", Float64, "share", "events_assigned / known_assigned"),
            field("rate_held_out", Float64, "share", "events_held_out / known_held_out"),
            field(
                "effect",
                Float64,
                "share",
                "rate_assigned less rate_held_out: below 0 where a list lowers losses",
            ),
            field(
                "effect_low",
                Float64,
                "share",
                "Lower end of its 95% interval (Newcombe 1998, method 10; over several campaigns by customer, as Rao & Scott 1992 do)",
            ),
            field("effect_high", Float64, "share", "Upper end of its 95% interval"),
            field("horizon_days", Int32, "days", "Days from the assignment within which the event counts"),
            field(
                "detectable_difference",
                Float64,
                "share",
                "The difference that the numbers needed are for",
            ),
            customers(
                "needed_assigned",
                "Assigned with a known outcome that it takes to see it with 80% power",
            ),
            customers("needed_held_out", "The same of the held-out"),
            field("words", String, "", "The effect, or how much is missing, in words"),
        ]
    },
};

pub const MANAGERS: TableSchema = TableSchema {
    name: "managers",
    description: "One row per manager with customers or a list. Customers count under the manager they were delivered with, lists under the one who works them tonight.",
    key: &["manager_id"],
    fields: || {
        vec![
            field("manager_id", String, "", "`unassigned` for customers without a manager"),
            BRANCH_ID,
            field(
                "left_on",
                Date,
                "",
                "The day on which he left or will leave; null where none is delivered",
            ),
            field("n_customers", Int64, "customers", "Customers in the night"),
            field("value_12m", Float64, "currency units", "Sum of their yearly value"),
            field(
                "value_share_of_branch",
                Float64,
                "share",
                "What of the value of his branch's managers hangs on him; null where it is not positive",
            ),
            field("aum", Float64, "currency units", "Sum of their assets; null without balances"),
            field(
                "expected_loss",
                Float64,
                "currency units",
                "Sum of exposure times probability; null without probabilities",
            ),
            field("n_scored", Int64, "customers", "Customers of whom `expected_loss` is"),
            field("loyalty_score", Float64, "0 to 100", "Mean of his customers who have one"),
            field(
                "n_a_year_ago",
                Int64,
                "customers",
                "Customers in scope a year ago who are his now, without those who died or whose relation ended since by no decision of theirs; 0 where history is shorter",
            ),
            field(
                "retention_365d",
                Float64,
                "share",
                "Of those, who was not lost since: not closed, run off or silent by his own decision",
            ),
            field(
                "n_with_cadence",
                Int64,
                "customers",
                "Customers whose tier is to be contacted at a cadence, and who have been here, with contacts known, for longer than it",
            ),
            field(
                "coverage",
                Float64,
                "share",
                "Of those, who was reached within it; null where contacts are not delivered",
            ),
            field("capacity", Int32, "contacts a day", "What he can do"),
            field("capacity_used", Float64, "share", "What of it tonight's list takes"),
            field("listed", Int32, "customers", "On his list tonight, those held out included"),
            field(
                "not_listed",
                Int32,
                "customers",
                "Further customers that a list named, beyond his capacity",
            ),
        ]
    },
};

/// The CSV files of managers' lists: `lists/<manager>.csv`, one line per customer on the list of the day.
pub const LIST_FILES: TableSchema = TableSchema {
    name: "lists/<manager>.csv",
    description: "One line per customer on a manager's list, for import into a CRM: UTF-8 with a byte order mark, CRLF; a text that a spreadsheet would take for a formula begins with `'`. What `privacy.profile` hides is hidden.",
    key: &["rank"],
    fields: || {
        vec![
            field("list_date", Date, "", "Date of the night"),
            field("manager_id", String, "", "`unassigned` for customers without a manager"),
            field("rank", Int32, "", "From 1, the most important first"),
            field("customer_id", String, "", "Customer, as delivered, or his pseudonym"),
            field("name", String, "", "As delivered, masked or empty"),
            field("phone", String, "", "As delivered, masked or empty"),
            field("tier", String, "", "t0 to t4; empty without balances"),
            field("tier_text", String, "", "In words"),
            field("customer_type", String, "", "One of eight types, or none"),
            field("customer_type_text", String, "", "In words"),
            field("list", String, "", "The list he stands under: the first that applies"),
            field("list_text", String, "", "In words"),
            field("all_lists", String, "", "All that apply, parted by commas"),
            field("reasons", String, "", "Why, in words"),
            field("what_to_do", String, "", "In words"),
            field("amount", Money, "currency units", "The money in question"),
            field("due_on", Date, "", "Last day to act"),
            field("product", String, "", "Kind of product in question, or to suggest"),
            field("product_text", String, "", "In words"),
            field("rule", String, "", "The clause that fired"),
            field("expected_value", Float64, "currency units", "By which the list is ordered, where it is"),
            field("last_contact", Date, "", "Last contact that reached him"),
            field("preferred_channel", String, "", "As delivered"),
            field("preferred_channel_text", String, "", "In words"),
            field("profile", String, "", "full, masked or pseudonymous"),
            field("run_id", String, "", "Of the night, as in its manifest"),
        ]
    },
};
