//! Histories against a model that keeps every delivered row and searches all of them for each answer.

use super::{Delivered, Dimension, Fates, Ranked, Single, Versioned, codec};
use crate::contract::{Branch, Contact};
use crate::date::Date;
use crate::error::Error;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Days on which files are delivered, rows date themselves and histories are asked, one more on either side.
const DAYS: std::ops::Range<i32> = 0..6;

/// A file as last delivered, under its rank.
type Files<T> = BTreeMap<Ranked, Vec<Delivered<T>>>;

fn ranked(file: u8) -> Ranked {
    // Two files a day, and names that sort against the days.
    Ranked { delivered_on: Date(i32::from(file / 2)), name: format!("file {}", 9 - file) }
}

/// What a row of the key's versions says: from when, by which delivery, what.
fn model_pairs<T: Dimension>(files: &Files<T>) -> Vec<(Date, &Ranked, &T)> {
    let mut pairs = Vec::new();
    for (rank, rows) in files {
        for (own_date, row) in rows {
            let is_superseded = !T::SEVERAL
                && rows.iter().any(|(date, other)| {
                    date == own_date && row.compare_keys(other).is_eq() && row.compare(other).is_lt()
                });
            if !is_superseded {
                pairs.push((own_date.unwrap_or(rank.delivered_on), rank, row));
            }
        }
    }
    pairs.sort_by(|one, other| {
        let keys = one.2.compare_keys(other.2);
        keys.then_with(|| (one.0, one.1).cmp(&(other.0, other.1))).then_with(|| one.2.compare(other.2))
    });
    pairs.dedup_by(|next, kept| (next.0, next.1) == (kept.0, kept.1) && next.2.compare(kept.2).is_eq());
    pairs
}

/// Row, valid from, whether it was known, rank of its delivery.
type Answer<'a, T> = (&'a T, Date, bool, Ranked);

fn model_in_force<T: Dimension>(files: &Files<T>, on: Date) -> Vec<Answer<'_, T>> {
    let pairs = model_pairs(files);
    let mut answers = Vec::new();
    for key in pairs.chunk_by(|one, other| one.2.compare_keys(other.2).is_eq()) {
        let was_known = key[0].0 <= on;
        let day = if was_known { on } else { key[0].0 };
        let known: Vec<_> = key.iter().filter(|pair| pair.0 <= day).collect();
        let newest = known[known.len() - 1];
        let from = known.iter().filter(|pair| (pair.0, pair.1) == (newest.0, newest.1));
        let held = if T::SEVERAL { from.collect() } else { vec![&newest] };
        answers.extend(held.iter().map(|pair| (pair.2, pair.0, was_known, pair.1.clone())));
    }
    answers
}

fn model_timelines<T: Dimension>(files: &Files<T>) -> Vec<Vec<(Date, &T)>> {
    let pairs = model_pairs(files);
    let mut timelines = Vec::new();
    for key in pairs.chunk_by(|one, other| one.2.compare_keys(other.2).is_eq()) {
        let last_of_day = key.chunk_by(|one, other| one.0 == other.0).map(|day| day[day.len() - 1]);
        let mut timeline: Vec<(Date, &T)> = last_of_day.map(|pair| (pair.0, pair.2)).collect();
        timeline.dedup_by(|next, kept| next.1.compare(kept.1).is_eq());
        timelines.push(timeline);
    }
    timelines
}

fn answers<'a, T: Dimension>(
    versions: &'a Versioned<T>,
    order: &BTreeMap<u32, Ranked>,
    on: Date,
) -> Vec<Answer<'a, T>> {
    let in_force = versions.history(order).unwrap().in_force(on);
    let answer = |held: &super::InForce<'a, T>| {
        (held.row, held.valid_from, held.was_known, order[&held.delivery].clone())
    };
    in_force.iter().map(answer).collect()
}

/// Delivers files one after the other; one of the same rank replaces the one before.
fn replay<T: Dimension + Clone>(
    script: impl IntoIterator<Item = (Ranked, Vec<Delivered<T>>)>,
) -> (Versioned<T>, BTreeMap<u32, Ranked>) {
    let (mut versions, mut order) = (Versioned::default(), BTreeMap::new());
    for (number, (rank, rows)) in (1u32..).zip(script) {
        // Every seventh number from the other end, as if another process had counted.
        let number = if number % 7 == 0 { 1_000 - number } else { number };
        if let Some((old, _)) = order.iter().find(|(_, held)| **held == rank) {
            let old = *old;
            order.remove(&old);
            versions.remove(old);
        }
        let n_rows = rows.len() as u64;
        let Fates { used, duplicate, superseded } = versions.deliver(number, rows).unwrap();
        assert_eq!(used + duplicate + superseded, n_rows);
        order.insert(number, rank);
    }
    (versions, order)
}

fn agrees_with_the_model<T: Dimension + Clone + Debug + PartialEq>(script: &[(u8, Vec<Delivered<T>>)]) {
    let arrived = || script.iter().map(|(file, rows)| (ranked(*file), rows.clone()));
    let files: Files<T> = arrived().collect();
    let (versions, order) = replay(arrived());
    let (final_only, final_order) = replay(files.clone().into_iter().rev());
    let encoded = versions.encode().unwrap();
    let decoded = Versioned::<T>::decode(encoded.clone()).unwrap();
    assert_eq!(decoded.encode().unwrap(), encoded);
    for day in DAYS.start - 1..=DAYS.end {
        let on = Date(day);
        let expected = model_in_force(&files, on);
        assert_eq!(answers(&versions, &order, on), expected, "on {day}");
        assert_eq!(answers(&final_only, &final_order, on), expected, "on {day}, final files only");
        assert_eq!(answers(&decoded, &order, on), expected, "on {day}, decoded");
    }
    assert!(versions.contents().eq(final_only.contents()));
}

fn timelines_agree<T: Single + Clone + Debug + PartialEq>(script: &[(u8, Vec<Delivered<T>>)]) {
    let arrived = || script.iter().map(|(file, rows)| (ranked(*file), rows.clone()));
    let files: Files<T> = arrived().collect();
    let (versions, order) = replay(arrived());
    let mut timelines = Vec::new();
    let collected = versions.into_timelines(&order, |timeline| {
        timelines.push(timeline.collect::<Vec<_>>());
        Ok(())
    });
    collected.unwrap();
    let owned = |(from, row): &(Date, &T)| (*from, (*row).clone());
    let expected = model_timelines(&files);
    let expected: Vec<Vec<_>> =
        expected.iter().map(|timeline| timeline.iter().map(owned).collect()).collect();
    assert_eq!(timelines, expected);
}

fn branch(id: u8, content: u8) -> Branch {
    Branch {
        branch_id: format!("B{id}").into(),
        name: (content > 0).then(|| format!("name {content}").into()),
        parent_id: None,
    }
}

fn contact(customer: u8, content: u8) -> Contact {
    Contact {
        outcome: (content > 0).then(|| format!("outcome {content}").into()),
        satisfaction: (content > 1).then_some(0.5),
        ..Contact::known_by(customer.into(), Date(0))
    }
}

/// Up to 14 deliveries of up to 12 files with up to 6 rows of 3 keys with 3 contents.
fn script<T: Debug + Clone + 'static>(
    row: fn(u8, u8) -> T,
    own_date: impl Strategy<Value = Option<Date>> + Clone + 'static,
) -> impl Strategy<Value = Vec<(u8, Vec<Delivered<T>>)>> {
    let row = (own_date, 0u8..3, 0u8..3).prop_map(move |(date, key, content)| (date, row(key, content)));
    proptest::collection::vec((0u8..10, proptest::collection::vec(row, 0..6)), 0..14)
}

fn sometimes() -> impl Strategy<Value = Option<Date>> + Clone {
    proptest::option::of(DAYS.prop_map(Date))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn undated_rows_agree_with_the_model(script in script(branch, Just(None))) {
        agrees_with_the_model(&script);
        timelines_agree(&script);
    }

    #[test]
    fn rows_that_date_themselves_agree_with_the_model(script in script(branch, sometimes())) {
        agrees_with_the_model(&script);
        timelines_agree(&script);
    }

    #[test]
    fn several_rows_of_a_key_agree_with_the_model(script in script(contact, sometimes())) {
        agrees_with_the_model(&script);
    }
}

/// A year of dumps, 2% of them corrected later: each row's deliveries are one run.
#[test]
fn a_dump_every_night_is_one_set_of_one_run() {
    let dump = || (0..20).map(|id| (None, branch(id, 1))).collect::<Vec<_>>();
    let mut versions = Versioned::default();
    for night in 0..365u32 {
        versions.deliver(night * 8, dump()).unwrap();
        if night % 50 == 49 {
            versions.remove((night - 30) * 8);
            versions.deliver(night * 8 + 1, dump()).unwrap();
        }
    }
    assert_eq!(versions.deliveries().len(), 365);
    assert_eq!(versions.sets.len(), 1);
    assert_eq!(versions.sets[0].run_starts().count(), 1);
}

#[test]
fn fates_tell_duplicates_from_superseded_rows() {
    let mut versions = Versioned::default();
    let rows = vec![(None, branch(1, 2)), (None, branch(1, 1)), (None, branch(1, 2)), (None, branch(0, 0))];
    let fates = versions.deliver(1, rows).unwrap();
    assert_eq!(fates, Fates { used: 2, duplicate: 1, superseded: 1 });
    assert_eq!(versions.contents().cloned().collect::<Vec<_>>(), [branch(0, 0), branch(1, 2)]);
    assert!(versions.deliver(1, Vec::new()).is_err());
    let contacts = vec![(None, contact(1, 2)), (None, contact(1, 1)), (None, contact(1, 2))];
    let fates = Versioned::default().deliver(1, contacts).unwrap();
    assert_eq!(fates, Fates { used: 2, duplicate: 1, superseded: 0 });
}

#[test]
fn a_delivery_without_a_rank_is_a_fault_and_equal_ranks_are_parts_of_one() {
    let mut versions = Versioned::default();
    versions.deliver(1, vec![(None, branch(1, 1))]).unwrap();
    versions.deliver(2, vec![(None, branch(1, 2))]).unwrap();
    let mut order = BTreeMap::from([(1, ranked(0))]);
    assert!(versions.history(&order).is_err());
    order.insert(2, ranked(0));
    let turned = BTreeMap::from([(1, ranked(1)), (2, ranked(1))]);
    let contents = |order| {
        let history = versions.history(order).unwrap();
        history.in_force(Date(9)).into_iter().map(|found| found.row.clone()).collect::<Vec<_>>()
    };
    // The last in content order, whatever the numbers say.
    assert_eq!(contents(&order), contents(&turned));
    assert_eq!(contents(&order).len(), 1);
}

#[test]
fn damaged_or_foreign_bytes_are_refused() {
    let mut versions = Versioned::default();
    versions.deliver(3, vec![(None, branch(1, 1)), (Some(Date(2)), branch(2, 0))]).unwrap();
    let bytes = versions.encode().unwrap();
    assert_eq!(Versioned::<Branch>::decode(bytes.clone()).unwrap().encode().unwrap(), bytes);
    assert!(Versioned::<Contact>::decode(bytes.clone()).is_err());
    for at in 0..bytes.len() {
        let mut damaged = bytes.to_vec();
        damaged[at] ^= 1;
        assert!(Versioned::<Branch>::decode(damaged.into()).is_err(), "byte {at}");
    }
}

#[test]
fn a_column_that_came_later_is_empty_in_what_was_stored_before_and_any_other_is_missed() {
    let mut versions = Versioned::default();
    versions.deliver(1, vec![(None, contact(1, 2)), (None, contact(2, 1))]).unwrap();
    let without = |name: &str| {
        let stored = codec::open("contacts", versions.encode().unwrap()).unwrap();
        let numbers = stored.metadata.into_iter().filter(|pair| pair.key == "deliveries").collect();
        let batches = stored.batches.map(|batch| {
            let batch = batch.unwrap();
            let fields = batch.schema();
            let kept = (0..batch.num_columns()).filter(|at| fields.field(*at).name() != name);
            batch.project(&kept.collect::<Vec<_>>()).map_err(Error::from)
        });
        Versioned::<Contact>::decode(codec::write("contacts", numbers, batches).unwrap())
    };
    assert!(without("remark").unwrap().contents().eq(versions.contents()));
    assert!(without("outcome").is_err() && without("contacted_on").is_err());
}

#[test]
fn reworded_rows_stand_in_order_and_come_back() {
    let remarked = |customer, text: &str| Contact { remark: Some(text.into()), ..contact(customer, 1) };
    let mut versions = Versioned::default();
    let rows = [remarked(1, "a"), remarked(1, "b"), remarked(2, "a")].map(|row| (None, row));
    versions.deliver(1, rows.into()).unwrap();
    versions.reword(|row| {
        if row.remark.as_deref() == Some("a") {
            row.remark = Some("c".into());
        }
    });
    let expected = [remarked(1, "b"), remarked(1, "c"), remarked(2, "c")];
    assert!(versions.contents().eq(&expected), "{versions:?}");
    assert!(Versioned::<Contact>::decode(versions.encode().unwrap()).unwrap().contents().eq(&expected));
}
