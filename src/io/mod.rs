//! The rim: the only place that touches files, clocks and the process. Everything else is a function of what
//! it is given; `clippy.toml` keeps it so.

pub mod census;
pub mod checksums;
pub mod clock;
pub mod exports;
mod folder;
pub mod handed_in;
pub mod lock;
pub mod memory;
pub mod nights;
pub mod pool;
pub mod private;
pub mod process;
pub mod published;
pub mod rewritten;
pub mod secret;
pub mod staging;
pub mod start;
pub mod stop;
pub mod whole_folder;
