//! The committed description of the API is the one that the program has.

use cloister_tests::root;

#[test]
fn the_committed_description_is_current() {
    let committed = std::fs::read_to_string(root().join("docs/openapi.json")).expect("readable");
    assert!(
        committed == cloister_server::openapi_json(),
        "docs/openapi.json is out of date: run `make openapi` and commit the result"
    );
}

#[test]
fn every_route_is_described() {
    let description: serde_json::Value =
        serde_json::from_str(&cloister_server::openapi_json()).expect("JSON");
    let paths: Vec<&String> = description["paths"].as_object().expect("paths").keys().collect();
    insta::assert_debug_snapshot!(paths);
}
