//! The documents in `docs/` that the program prints are the ones that it prints today.

#[test]
fn the_committed_dictionary_is_current() {
    let committed = include_str!("../../docs/data-dictionary.md");
    assert!(
        committed == tercet::schema::data_dictionary(),
        "run `cargo run --release -- schema > docs/data-dictionary.md`"
    );
}

#[test]
fn the_committed_contract_is_current() {
    let committed = include_str!("../../docs/data-contract.md");
    assert!(
        committed == tercet::schema::contract_markdown().unwrap(),
        "run `cargo run --release -- schema --what contract > docs/data-contract.md`"
    );
}

#[test]
fn the_committed_schema_of_the_configuration_is_current() {
    let committed = include_str!("../../docs/configuration.schema.json");
    assert!(
        committed == tercet::schema::configuration_json().unwrap(),
        "run `cargo run --release -- schema --what configuration > docs/configuration.schema.json`"
    );
}
