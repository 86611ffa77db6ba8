//! S1 to S19: columns, keys, and what rows refer to.

use super::drop_folder::{ACCOUNTS, CUSTOMERS, DropFolder, TRANSACTIONS};
use super::{Case, case, changed_line, elsewhere, script};
use tercet::date::Date;
use tercet::store::Store;

const NOT_AN_AMOUNT: &str = "not an amount: expected digits with a decimal point, as in 1234.56";
const ALL_USED: &str = "4 rows = 4 used; 85.75 = 85.75 used";

pub fn cases() -> Vec<Case> {
    let mut cases = columns();
    cases.extend(names());
    cases.extend(meaning());
    cases.extend(keys());
    cases.extend(owners());
    cases.extend(people());
    cases.extend(reconciled());
    cases
}

/// The transactions with only these columns, in this order.
fn of_columns(order: &[usize]) -> String {
    let line = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        order.iter().map(|at| fields[*at]).collect::<Vec<_>>().join(",") + "\n"
    };
    TRANSACTIONS.lines().map(line).collect()
}

/// The transactions with one more column.
fn with_column(name: &str, value: &str) -> String {
    let line = |(at, line)| format!("{line},{}\n", if at == 0 { name } else { value });
    TRANSACTIONS.lines().enumerate().map(line).collect()
}

fn columns() -> Vec<Case> {
    let renamed = |name: &str| {
        let hint = format!("did you mean `{name}`?");
        case("S2", format!("`amount` renamed `{name}`"))
            .transactions(TRANSACTIONS.replacen("amount", name, 1))
            .refused(3, "`transactions.csv` has no column `amount`", &hint)
    };
    vec![
        case("S1", "columns in another order")
            .transactions(of_columns(&[4, 3, 2, 1, 0]))
            .account("transactions.csv", ALL_USED),
        script("S1", "the same store from columns in another order", same_store_whatever_the_order),
        renamed("amuont"),
        renamed("amt"),
        renamed("amounts"),
        case("S3", "a column is missing")
            .transactions(of_columns(&[0, 1, 2, 4]))
            .refused(3, "`transactions.csv` has no column `amount`", "compare the header with the mapping"),
        case("S4", "a column more")
            .transactions(with_column("note", "x"))
            .extra_columns("transactions.csv", 1)
            .account("transactions.csv", ALL_USED),
        case("S5", "a number became a word")
            .cell("amount", "seven")
            .reject("transactions.csv", 4, "amount", NOT_AN_AMOUNT, &changed_line("amount", "seven")),
        case("S5", "all numbers became words")
            .transactions(TRANSACTIONS.replace(".", " point "))
            .configured("ingest.reject_share_max = 0.01")
            .refused(
                3,
                "`transactions.csv`: 4 of 4 rows rejected (100.00%), more than the 1.00% allowed; 4 of them: `amount` \
                 not an amount",
                "correct the export or its mapping",
            ),
    ]
}

fn same_store_whatever_the_order() {
    let one = DropFolder::new();
    let other = DropFolder::new();
    other.put("transactions.csv", of_columns(&[2, 0, 4, 1, 3]));
    let files = |folder: &DropFolder| -> Vec<(String, String)> {
        let (store, _) = folder.take_in("2026-10-31").unwrap();
        let segments = store.commit().segments.iter();
        segments.map(|segment| (segment.file.name.clone(), format!("{:?}", segment.file))).collect()
    };
    assert_eq!(files(&one), files(&other));
}

fn names() -> Vec<Case> {
    let named = |name: &str| {
        case("S6", format!("`amount` written `{name}`"))
            .transactions(TRANSACTIONS.replacen("amount", name, 1))
    };
    let refused = |name: &str| {
        let hint = format!("did you mean `{name}`?");
        named(name).refused(3, "`transactions.csv` has no column `amount`", &hint)
    };
    let aliases =
        "sources.transactions.columns.amount = { from = \"amount\", aliases = [\"Amount\", \"金额\"] }";
    vec![
        refused("Amount"),
        refused("ａｍｏｕｎｔ"),
        refused("amo unt"),
        named(" amount ").account("transactions.csv", ALL_USED),
        named("金额").configured(aliases).account("transactions.csv", ALL_USED),
        named("Amount").configured(aliases).account("transactions.csv", ALL_USED),
        case("S7", "a mapped column twice").transactions(with_column("amount", "1.00")).refused(
            3,
            "`transactions.csv` has the column `amount` more than once",
            "exactly once",
        ),
        case("S7", "a column and its alias")
            .transactions(with_column("金额", "1.00"))
            .configured(aliases)
            .refused(3, "`transactions.csv` has both `amount` and `金额` for one column", "`aliases`"),
        case("S7", "a column that nothing is filled from, twice")
            .transactions(with_column("note,note", "x,x"))
            .extra_columns("transactions.csv", 2)
            .account("transactions.csv", ALL_USED),
    ]
}

/// Files of four days and of the night after, with so many rows of this amount.
pub fn days(numbers: &'static str, what: &str, night: (usize, &str)) -> Case {
    let file = |day: u32, rows: usize, amount: &str| {
        let row = |n: usize| format!("D{day}-{n},C1,2026-10-{day},{amount},deposit\n");
        let rows: String = (0..rows).map(row).collect();
        format!("transaction_id,customer_id,booked_on,amount,kind\n{rows}")
    };
    let before = case(numbers, what).without("transactions.csv").on_night("2026-10-31");
    let before = (27..31).fold(before, |case, day| {
        case.file(&format!("transactions_2026-10-{day}.csv"), file(day, 100, "12000.00"))
    });
    before.file("transactions_2026-10-31.csv", file(31, night.0, night.1))
}

fn meaning() -> Vec<Case> {
    let unit = "has the unit of the amounts changed, as from 元 to 万元?";
    vec![
        days("S8", "元 became 万元", (100, "1.20")).refused(
            3,
            "times smaller than that of the deliveries before",
            unit,
        ),
        days("S8", "万元 became 元", (100, "120000000")).refused(
            3,
            "times larger than that of the deliveries before",
            unit,
        ),
        days("S8", "a day of larger amounts", (100, "60000.00")),
    ]
}

fn keys() -> Vec<Case> {
    let customers =
        |numbers, what: &str, row: &str| case(numbers, what).customers(format!("{CUSTOMERS}{row}\n"));
    let second = TRANSACTIONS.replace("T1,", "U1,").replace("T3,", "U3,").replace("T4,", "U4,");
    let two_files = |what: &str, second: &str| {
        case("S10", what)
            .without("transactions.csv")
            .file("transactions_2026-10-30.csv", TRANSACTIONS)
            .file("transactions_2026-10-31.csv", second)
    };
    vec![
        customers("S9", "a customer twice", "C1,2020-01-05,1980-02-29")
            .account("customers.csv", "4 rows = 3 used + 1 duplicate"),
        customers("S9", "a customer twice, told differently", "C1,2020-01-05,1980-03-01")
            .account("customers.csv", "4 rows = 3 used + 1 superseded"),
        case("S10", "a transaction twice in a file")
            .transactions(format!("{TRANSACTIONS}T1,C1,2026-10-29,100.00,deposit\n"))
            .account(
                "transactions.csv",
                "5 rows = 4 used + 1 duplicate; 185.75 = 85.75 used + 100.00 duplicate",
            ),
        two_files("a transaction in two files: the older one counts", &second)
            .account("transactions_2026-10-30.csv", ALL_USED)
            .account(
                "transactions_2026-10-31.csv",
                "4 rows = 3 used + 1 duplicate; 85.75 = 106.25 used + -20.50 duplicate",
            ),
        two_files(
            "a transaction in two files, told differently: the newer one counts",
            &second.replace("withdrawal", "payment"),
        )
        .account(
            "transactions_2026-10-30.csv",
            "4 rows = 3 used + 1 superseded; 85.75 = 106.25 used + -20.50 superseded",
        )
        .account("transactions_2026-10-31.csv", ALL_USED),
        case("S12", "no id, no customer")
            .transactions(format!("{TRANSACTIONS},C1,2026-10-31,1.00,deposit\nT6,,2026-10-31,2.00,deposit\n"))
            .reject("transactions.csv", 6, "transaction_id", "missing", ",C1,2026-10-31,1.00,deposit")
            .reject("transactions.csv", 7, "customer_id", "missing", "T6,,2026-10-31,2.00,deposit")
            .account("transactions.csv", "6 rows = 4 used + 2 rejected; 88.75 = 85.75 used + 3.00 rejected"),
        customers("S12", "a customer without id", ",2020-01-01,1980-01-01").reject(
            "customers.csv",
            5,
            "customer_id",
            "missing",
            ",2020-01-01,1980-01-01",
        ),
        customers("S13", "an id with a space behind it is the same", "C1 ,2020-01-05,1980-02-29")
            .account("customers.csv", "4 rows = 3 used + 1 duplicate"),
        customers(
            "S13",
            "ids that differ in case are two, and the operator is told",
            "c1,2020-01-05,1980-02-29",
        )
        .account("customers.csv", "4 rows = 4 used")
        .told("customers"),
    ]
}

fn owners() -> Vec<Case> {
    let orphan = format!("{TRANSACTIONS}T5,C9,2026-10-31,1.00,deposit\n");
    vec![
        case("S11", "a transaction of nobody")
            .transactions(&orphan)
            .reject("transactions.csv", 6, "customer_id", "unknown customer", "T5,C9,2026-10-31,1.00,deposit")
            .account("transactions.csv", "5 rows = 4 used + 1 rejected; 86.75 = 85.75 used + 1.00 rejected"),
        case("S11", "more of them than are allowed")
            .transactions(&orphan)
            .configured("ingest.reject_share_max = 0.01")
            .refused(
                3,
                "`transactions.csv`: 1 of 5 rows rejected (20.00%), more than the 1.00% allowed; 1 of them: \
                 `customer_id` unknown customer, first on line 6",
                "raise `reject_share_max`",
            ),
        case("S11", "a row whose customer was rejected does not count against its own file")
            .customers(CUSTOMERS.replace("1980-02-29", "1980-02-30").replace("C1", "C9") + "C1,2020-01-05,\n")
            .transactions(&orphan)
            .reject("customers.csv", 2, "birth_date", "not a day of the calendar", "C9,2020-01-05,1980-02-30")
            .reject(
                "transactions.csv",
                6,
                "customer_id",
                "customer was rejected",
                "T5,C9,2026-10-31,1.00,deposit",
            )
            .configured("ingest.reject_share_max = 0.3"),
        script("S11", "an orphan counts once its customer is delivered", orphans_come_back),
        case("S17", "an account of three people: every transaction counts once")
            .file("accounts.csv", "account_id,customer_id,role\nA1,C2,owner\nA1,C1,owner\nA1,C3,joint\n")
            .transactions(
                "transaction_id,customer_id,account_id,booked_on,amount,kind\n\
                 T1,,A1,2026-10-29,100.00,deposit\nT2,,A1,2026-10-31,-14.25,withdrawal\n",
            )
            .configured(ACCOUNTS)
            .configured("sources.transactions.columns.account_id = \"account_id\"")
            .account("accounts.csv", "3 rows = 3 used")
            .account("transactions.csv", "2 rows = 2 used; 85.75 = 85.75 used"),
    ]
}

fn orphans_come_back() {
    let folder = DropFolder::new();
    folder.put("transactions.csv", format!("{TRANSACTIONS}T5,C9,2026-10-31,1.00,deposit\n"));
    let used = |store: &Store| {
        let delivery = store.commit().deliveries.iter().find(|it| it.name() == "transactions.csv").unwrap();
        assert!(delivery.books.reconcile());
        (delivery.books.used, delivery.books.rejected)
    };
    assert_eq!(used(&folder.take_in("2026-10-31").unwrap().0), (4, 1));
    folder.put("customers.csv", format!("{CUSTOMERS}C9,2020-01-01,1980-01-01\n"));
    assert_eq!(used(&folder.take_in("2026-11-01").unwrap().0), (5, 0));
}

fn people() -> Vec<Case> {
    vec![
        script("S14", "a customer who moved between managers has on each date the one of then", moved),
        elsewhere("S15", "closed, deceased and opted-out customers on lists: `lists.rs` and issue 5"),
        elsewhere("S16", "the `unassigned` list of customers without manager: `lists.rs` and issue 5"),
        script("S18", "transactions after the night are kept, counted, and no part of it", later),
    ]
}

fn moved() {
    let mut folder = DropFolder::new();
    folder.configure("sources.customers.columns.manager_id = \"manager_id\"");
    folder.remove("customers.csv");
    let managed = |manager: &str| -> String {
        let line = |(at, line)| format!("{line},{}\n", if at == 0 { "manager_id" } else { manager });
        CUSTOMERS.lines().enumerate().map(line).collect()
    };
    folder.put("customers_2026-10-01.csv", managed("M1"));
    folder.put("customers_2026-10-15.csv", managed("M2"));
    let (store, _) = folder.take_in("2026-10-31").unwrap();
    for (date, manager) in
        [("2026-10-01", "M1"), ("2026-10-14", "M1"), ("2026-10-15", "M2"), ("2026-10-31", "M2")]
    {
        let bank = store.bank(date.parse().unwrap()).unwrap();
        assert_eq!(bank.n_customers(), 3);
        assert!(bank.customers().all(|customer| customer.manager_id.as_deref() == Some(manager)), "{date}");
    }
}

fn later() {
    let folder = DropFolder::new();
    let night: Date = "2026-10-30".parse().unwrap();
    let checked = folder.check(Some("2026-10-30")).unwrap();
    assert_eq!((checked.night, checked.refusal().is_none()), (Some(night), true));
    let (store, _) = folder.take_in("2026-10-30").unwrap();
    let delivery = store.commit().deliveries.iter().find(|it| it.name() == "transactions.csv").unwrap();
    assert_eq!(delivery.later_than(night), (2, 625));
    assert_eq!((delivery.books.used, delivery.books.amounts.used), (4, 8575));
}

fn reconciled() -> Vec<Case> {
    vec![
        case("S19", "rows of every fate in one file")
            .transactions(format!(
                "{TRANSACTIONS}T1,C1,2026-10-29,100.00,deposit\nT2,C2,2026-10-30,-21.50,withdrawal\n\
                 T5,C9,2026-10-31,3.00,deposit\n\
                 T6,C1,2026-10-31,x,deposit\nT7,C1\n合计,9,,167.25,\n"
            ))
            .configured("sources.transactions.trailer = { starts_with = \"合计\", rows = 2, sum = 4 }")
            .reject("transactions.csv", 8, "customer_id", "unknown customer", "T5,C9,2026-10-31,3.00,deposit")
            .reject("transactions.csv", 9, "amount", NOT_AN_AMOUNT, "T6,C1,2026-10-31,x,deposit")
            .reject("transactions.csv", 10, "", "fewer fields than the header has", "T7,C1")
            .account(
                "transactions.csv",
                "10 rows = 4 used + 1 duplicate + 1 superseded + 1 trailers + 3 rejected; \
                 167.25 = 85.75 used + 100.00 duplicate + -21.50 superseded + 3.00 rejected; 2 unreadable",
            ),
        script("S19", "the books of a file whose totals are refused add up too", refused_books_add_up),
    ]
}

fn refused_books_add_up() {
    let mut folder = DropFolder::new();
    folder.put("transactions.csv", format!("{TRANSACTIONS}合计,4,,85.76,\n"));
    folder.configure("sources.transactions.trailer = { starts_with = \"合计\", rows = 2, sum = 4 }");
    let checked = folder.check(None).unwrap();
    assert_eq!(checked.refusal().unwrap().kind().exit_code(), 3);
    let file = checked.files.iter().find(|file| file.name == "transactions.csv").unwrap();
    assert!(file.reconciles, "{:?}", file.books);
    assert_eq!((file.books.rows, file.books.amounts.read), (5, 8575));
}
