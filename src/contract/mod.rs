//! The data contract: the tables, columns and codes that every bank's exports are mapped to.
//!
//! Reads and writes nothing. `ingest` fills [`Tables`]; `store` and everything after it reads them.

pub mod codes;
mod complaints;
pub mod delivered;
pub mod key;
mod rows;
pub mod tables;

pub use complaints::{NOT_REACHED, complaint_open_since, complaint_settled_on};
pub use rows::{
    Account, Branch, Contact, Customer, CustomerVersion, Holding, Manager, NONE, Product, Transaction,
};
