//! `statistics.parquet` as an analyst holds it: rows by their key.

use crate::published::Table;
use std::collections::BTreeMap;
use std::path::Path;

/// The dimensions of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub period: (String, String),
    pub level: String,
    pub institution: String,
    pub class: (String, String),
    pub product: String,
    pub reason: String,
}

impl Key {
    /// All customers of an institution.
    pub fn of(period: (&str, &str), level: &str, institution: &str) -> Self {
        let all = || "all".to_owned();
        Self {
            period: (period.0.to_owned(), period.1.to_owned()),
            level: level.to_owned(),
            institution: institution.to_owned(),
            class: (all(), all()),
            product: all(),
            reason: all(),
        }
    }

    pub fn bank(period: (&str, &str)) -> Self {
        Self::of(period, "bank", "all")
    }

    pub fn with_class(self, dimension: &str, class: &str) -> Self {
        Self { class: (dimension.to_owned(), class.to_owned()), ..self }
    }

    pub fn with_product(self, product: &str) -> Self {
        Self { product: product.to_owned(), ..self }
    }
}

/// The whole table.
pub struct Cube {
    pub rows: BTreeMap<Key, usize>,
    pub keys: Vec<Key>,
    pub parents: Vec<Option<String>>,
    pub depths: Vec<Option<i32>>,
    columns: BTreeMap<String, Vec<Option<i64>>>,
}

impl Cube {
    pub fn read(path: &Path) -> Self {
        let table = Table::read(path);
        let text = |name: &str| table.texts(name).into_iter().map(Option::unwrap).collect::<Vec<String>>();
        let (kinds, ends) = (text("period_kind"), table.dates("period_end"));
        let (levels, institutions) = (text("institution_level"), text("institution_id"));
        let (dimensions, classes) = (text("customer_dimension"), text("customer_class"));
        let (products, reasons) = (text("product_kind"), text("loss_reason"));
        let keys: Vec<Key> = (0..table.n_rows())
            .map(|row| Key {
                period: (kinds[row].clone(), ends[row].to_string()),
                level: levels[row].clone(),
                institution: institutions[row].clone(),
                class: (dimensions[row].clone(), classes[row].clone()),
                product: products[row].clone(),
                reason: reasons[row].clone(),
            })
            .collect();
        assert!(keys.is_sorted(), "rows are sorted by their key");
        let rows: BTreeMap<Key, usize> = keys.iter().cloned().zip(0..).collect();
        assert_eq!(rows.len(), keys.len(), "a key stands twice");
        let names = table.names();
        let after = names.iter().position(|name| name == "key_share").unwrap() + 1;
        let columns = names[after..].iter().map(|name| (name.clone(), table.wholes(name))).collect();
        Self { parents: table.texts("parent_id"), depths: table.integers("depth"), rows, keys, columns }
    }

    pub fn names(&self) -> Vec<&str> {
        self.columns.keys().map(String::as_str).collect()
    }

    /// Counts, and amounts in minor units.
    pub fn value(&self, row: usize, column: &str) -> Option<i64> {
        self.columns[column][row]
    }

    /// 0 where the row is not there; `None` where the figure is not known.
    pub fn get(&self, key: &Key, column: &str) -> Option<i64> {
        self.rows.get(key).map_or(Some(0), |row| self.value(*row, column))
    }

    pub fn several(&self, key: &Key, columns: &[&str]) -> Vec<Option<i64>> {
        columns.iter().map(|column| self.get(key, column)).collect()
    }

    /// Ends of the periods of a kind, ascending.
    pub fn periods(&self, kind: &str) -> Vec<String> {
        let is_bank = |key: &&Key| key.period.0 == kind && key.level == "bank" && key.class.0 == "all";
        let mut ends: Vec<String> =
            self.keys.iter().filter(is_bank).map(|key| key.period.1.clone()).collect();
        ends.dedup();
        ends
    }
}
