//! k-means alone, on a matrix that another program wrote: `benches/kmeans_beside_scikit_learn.py` runs both.

use ndarray::Array2;
use serde_json::json;
use std::time::Instant;
use tercet::model::kmeans::{self, KMeansParams, SAMPLE_ROWS_MAX};

/// `FILE CLUSTERS STARTS SEED`: the file holds rows and columns as `u64` and then `f32`, little-endian, row by row.
pub fn measure(arguments: &[String]) {
    let [file, clusters, starts, seed] = arguments else { panic!("name FILE CLUSTERS STARTS SEED") };
    let bytes = std::fs::read(file).expect("the matrix");
    let number =
        |at: usize| usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes")));
    let shape = (number(0).expect("rows"), number(8).expect("columns"));
    let values = bytes[16..].as_chunks().0.iter().map(|value| f32::from_le_bytes(*value)).collect();
    let points = Array2::from_shape_vec(shape, values).expect("a value per row and column");
    let seed = seed.parse().expect("a seed");
    let params = KMeansParams {
        n_runs: starts.parse().expect("a number of starts"),
        ..KMeansParams::new(clusters.parse().expect("a number of clusters"), seed)
    };
    let step = shape.0.div_ceil(SAMPLE_ROWS_MAX).max(1);
    let sample: Vec<usize> = (0..shape.0).step_by(step).collect();
    let started = Instant::now();
    let fit = kmeans::fit(points.view(), &sample, &params).expect("a fit");
    let seconds = started.elapsed().as_secs_f64();
    let peak = tercet::io::process::peak_memory_bytes();
    println!(
        "{}",
        json!({ "seconds": seconds, "inertia": fit.inertia, "clusters": fit.centroids.nrows(), "peak_bytes": peak })
    );
}
