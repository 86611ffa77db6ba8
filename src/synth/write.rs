//! The only file of this module that touches the file system.
//!
//! Customers are made in chunks, several at once; then every file takes its rows of these chunks in
//! order, several files at once. Memory is bounded by a wave of chunks, and bytes depend on no thread.

#![allow(
    clippy::disallowed_methods,
    reason = "the one file of `synth` that makes files; its exports hold no real person"
)]

use std::fs::{File, create_dir_all};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::bank::{Manager, PRODUCTS, Product, staff};
use super::calendar::{Month, months};
use super::draws::Draws;
use super::hazard::Crossing;
use super::life::{Chunk, World, live};
use super::market::factors;
use super::person::Customer;
use super::rows::{Account, Contact, Holding, Transaction, Truth};
use super::sink::{Row, Sink, SinkError};
use super::{Error, Format, Options, Progress, TableCount, Written, bank_rows};

/// Customers of one chunk: large enough to amortise a task, small enough to share evenly.
const CHUNK: u32 = 1024;
/// Chunks in memory at once: some 150 MB at 24 months.
const WAVE: u32 = 16;
/// Months that fit the transaction numbering and the crash spacing.
const MONTHS: (u32, u32) = (2, 240);
/// Ids have eight digits.
const CUSTOMERS_MAX: u32 = 90_000_000;

/// One file being written.
struct Output {
    table: &'static str,
    path: PathBuf,
    sink: Sink<BufWriter<File>>,
}

impl Output {
    fn create<R: Row>(dir: &Path, table: &'static str, suffix: &str, format: Format) -> Result<Self, Error> {
        let ending = match format {
            Format::Csv => "csv.gz",
            Format::Parquet => "parquet",
        };
        let path = dir.join(format!("{table}{suffix}.{ending}"));
        let file = File::create(&path).map_err(|cause| Error::Io(path.clone(), cause))?;
        let sink = Sink::open::<R>(format, BufWriter::new(file)).map_err(|cause| at(&path, cause))?;
        Ok(Self { table, path, sink })
    }

    fn append<R: Row>(&mut self, rows: &[R]) -> Result<(), Error> {
        rows.iter().try_for_each(|row| self.sink.push(row)).map_err(|cause| at(&self.path, cause))
    }

    fn close(self) -> Result<TableCount, Error> {
        let io = |cause| Error::Io(self.path.clone(), cause);
        let (mut buffer, rows) = self.sink.close().map_err(|cause| at(&self.path, cause))?;
        buffer.flush().map_err(io)?;
        let bytes = buffer.get_ref().metadata().map_err(io)?.len();
        Ok(TableCount { table: self.table, files: 1, rows, bytes })
    }
}

fn at(path: &Path, cause: SinkError) -> Error {
    match cause {
        SinkError::Io(cause) => Error::Io(path.to_owned(), cause),
        SinkError::Parquet(cause) => Error::Parquet(path.to_owned(), cause),
    }
}

/// The files of the customers' tables.
struct Files {
    customers: Output,
    accounts: Output,
    contacts: Output,
    truth: Output,
    transactions: Vec<Output>,
    holdings: Vec<Output>,
}

impl Files {
    fn create(options: &Options, months: &[Month]) -> Result<Self, Error> {
        let (dir, format) = (options.out.as_path(), options.format);
        let suffix = |month: &Month| format!("-{:04}-{:02}", month.year, month.number);
        let monthly = |create: &dyn Fn(&str) -> Result<Output, Error>| {
            months.iter().map(|month| create(&suffix(month))).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            customers: Output::create::<Customer>(dir, "customers", "", format)?,
            accounts: Output::create::<Account>(dir, "accounts", "", format)?,
            contacts: Output::create::<Contact>(dir, "contacts", "", format)?,
            truth: Output::create::<Truth>(dir, "truth", "", Format::Parquet)?,
            transactions: monthly(&|suffix| {
                Output::create::<Transaction>(dir, "transactions", suffix, format)
            })?,
            holdings: monthly(&|suffix| Output::create::<Holding>(dir, "holdings", suffix, format))?,
        })
    }

    /// Every file takes its rows, chunk by chunk.
    fn append(&mut self, chunks: &[Chunk]) -> Result<(), Error> {
        let Self { customers, accounts, contacts, truth, transactions, holdings } = self;
        let each = |rows: &mut dyn FnMut(&Chunk) -> Result<(), Error>| chunks.iter().try_for_each(rows);
        let monthly = || {
            let flows = transactions.par_iter_mut().enumerate().map(|(month, file)| {
                chunks.iter().try_for_each(|chunk| file.append(&chunk.transactions[month]))
            });
            let stocks = holdings
                .par_iter_mut()
                .enumerate()
                .map(|(month, file)| chunks.iter().try_for_each(|chunk| file.append(&chunk.holdings[month])));
            flows.chain(stocks).collect::<Result<(), Error>>()
        };
        let single = || {
            each(&mut |chunk| truth.append(&chunk.truth))?;
            each(&mut |chunk| customers.append(&chunk.customers))?;
            each(&mut |chunk| accounts.append(&chunk.accounts))?;
            each(&mut |chunk| contacts.append(&chunk.contacts))
        };
        let (one, many) = rayon::join(single, monthly);
        one.and(many)
    }

    fn close(self) -> Result<Vec<TableCount>, Error> {
        let mut counts = vec![self.customers.close()?, self.accounts.close()?];
        counts.extend(total(self.transactions)?);
        counts.extend(total(self.holdings)?);
        counts.extend([self.contacts.close()?, self.truth.close()?]);
        Ok(counts)
    }
}

fn total(files: Vec<Output>) -> Result<Option<TableCount>, Error> {
    let counts = files.into_par_iter().map(Output::close).collect::<Result<Vec<_>, _>>()?;
    Ok(counts.into_iter().reduce(|sum, next| TableCount {
        table: sum.table,
        files: sum.files + next.files,
        rows: sum.rows + next.rows,
        bytes: sum.bytes + next.bytes,
    }))
}

/// Invents a bank and writes its exports and the truth.
pub fn write(options: &Options, progress: &mut dyn FnMut(Progress)) -> Result<Written, Error> {
    let world = world(options)?;
    create_dir_all(&options.out).map_err(|cause| Error::Io(options.out.clone(), cause))?;
    let mut files = Files::create(options, &world.months)?;
    let mut done = 0;
    while done < options.customers {
        let until = options.customers.min(done.saturating_add(CHUNK * WAVE));
        files.append(&chunks(&world, done, until, CHUNK))?;
        done = until;
        progress(Progress { customers_done: done, customers: options.customers });
    }
    let mut tables = files.close()?;
    tables.extend(bank_tables(options, &world)?);
    Ok(Written { tables })
}

fn world(options: &Options) -> Result<World, Error> {
    if options.customers == 0 || options.customers > CUSTOMERS_MAX {
        return Err(Error::Options(format!(
            "customers must be 1 to {CUSTOMERS_MAX}, not {}",
            options.customers
        )));
    }
    if options.months < MONTHS.0 || options.months > MONTHS.1 {
        return Err(Error::Options(format!(
            "months must be {} to {}, not {}",
            MONTHS.0, MONTHS.1, options.months
        )));
    }
    let months = months(options.end, options.months)
        .ok_or_else(|| Error::Options(format!("the end must be a month end, not {}", options.end)))?;
    Ok(World {
        seed: options.seed,
        market: factors(options.seed, months.len()),
        bank: staff(options.seed, options.customers, &months),
        crossing: Crossing::tabulate(options.seed),
        months,
    })
}

/// Customers `from..until` in chunks of `size`, in order, made in parallel.
pub(super) fn chunks(world: &World, from: u32, until: u32, size: u32) -> Vec<Chunk> {
    let firsts: Vec<u32> = (from..until).step_by(size as usize).collect();
    let chunk = |first: u32| {
        let mut chunk = Chunk::new(world.months.len());
        (first..until.min(first + size)).for_each(|index| live(world, index, &mut chunk));
        chunk
    };
    firsts.into_par_iter().map(chunk).collect()
}

fn bank_tables(options: &Options, world: &World) -> Result<Vec<TableCount>, Error> {
    let (dir, format) = (options.out.as_path(), options.format);
    let products: Vec<(u32, Product)> = (0u32..).zip(PRODUCTS).collect();
    let mut draws = Draws::new(options.seed, bank_rows::FAMILY, 0);
    let managers: Vec<bank_rows::NamedManager> = (0u32..)
        .zip(&world.bank.managers)
        .map(|(n, m): (u32, &Manager)| bank_rows::named(&mut draws, n, *m))
        .collect();
    let branches: Vec<bank_rows::Branch> = (0..world.bank.branches).map(bank_rows::Branch).collect();
    Ok(vec![
        single(dir, "products", format, &products)?,
        single(dir, "managers", format, &managers)?,
        single(dir, "branches", format, &branches)?,
    ])
}

fn single<R: Row>(dir: &Path, table: &'static str, format: Format, rows: &[R]) -> Result<TableCount, Error> {
    let mut output = Output::create::<R>(dir, table, "", format)?;
    output.append(rows)?;
    output.close()
}
