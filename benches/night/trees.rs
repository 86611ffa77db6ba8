//! Boosted trees and logistic regression alone, on a matrix that another program wrote:
//! `benches/trees_beside_lightgbm.py` runs both sides.

use ndarray::{Array2, ArrayView2, ShapeBuilder, s};
use serde_json::json;
use std::time::Instant;
use tercet::model::boosted::{self, BoostedParams, Rows};
use tercet::model::logistic::{self, LogisticParams};
use tercet::model::metrics::auc;

/// `FILE trees ROUNDS DEPTH` or `FILE logistic ROWS`: the file holds rows, columns and held-out rows (the last ones) as
/// `u64`, then the columns one after another and the labels as `f32`, little-endian.
pub fn measure(arguments: &[String]) {
    let (x, labels, train) = read(&arguments[0]);
    let held = |predicted: Vec<f64>| auc(&predicted, &labels[train..]).expect("both classes");
    let test = x.slice(s![train.., ..]);
    let number = |at: usize| arguments[at].parse::<usize>().expect("a number");
    let (seconds, area) = match arguments[1].as_str() {
        "trees" => {
            let params =
                BoostedParams { rounds_max: number(2), depth_max: number(3), ..BoostedParams::default() };
            let columns = by_column(x.slice(s![..train, ..]));
            let started = Instant::now();
            let rows = Rows { x: columns.view(), labels: &labels[..train], weights: None };
            let model = boosted::fit(rows, None, None, &params).expect("a fit");
            (started.elapsed().as_secs_f64(), held(model.predict(test)))
        }
        "logistic" => {
            let rows = x.slice(s![..number(2), ..]).as_standard_layout().into_owned();
            let started = Instant::now();
            let model = logistic::fit(rows.view(), &labels[..number(2)], &LogisticParams::default());
            (started.elapsed().as_secs_f64(), held(model.expect("a fit").predict(test)))
        }
        other => panic!("{other} is neither trees nor logistic"),
    };
    println!("{}", json!({ "seconds": seconds, "auc": area }));
}

fn by_column(x: ArrayView2<'_, f64>) -> Array2<f64> {
    let mut columns = Array2::zeros(x.dim().f());
    columns.assign(&x);
    columns
}

fn read(file: &str) -> (Array2<f64>, Vec<bool>, usize) {
    let bytes = std::fs::read(file).expect("the matrix");
    let number = |at: usize| {
        usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes"))).expect("a count")
    };
    let (rows, columns, held) = (number(0), number(8), number(16));
    let values: Vec<f64> =
        bytes[24..].as_chunks().0.iter().map(|value| f64::from(f32::from_le_bytes(*value))).collect();
    let labels = values[rows * columns..].iter().map(|value| *value > 0.5).collect();
    let x = Array2::from_shape_vec((rows, columns).f(), values[..rows * columns].to_vec())
        .expect("a value per cell");
    (x, labels, rows - held)
}
