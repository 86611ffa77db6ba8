//! The data dictionary in `docs/` is the one that the program prints.

#[test]
fn the_committed_dictionary_is_current() {
    let committed = include_str!("../../docs/data-dictionary.md");
    assert!(
        committed == tercet::schema::data_dictionary(),
        "run `cargo run --release -- schema > docs/data-dictionary.md`"
    );
}
