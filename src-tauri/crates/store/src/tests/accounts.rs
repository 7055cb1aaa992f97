//! Accounts and who made them what they are.

use std::collections::BTreeSet;

use cloister_types::Pseudonym;

use super::support::{MINUTE, START, Site};
use crate::{AccountChange, Actor, AuditCode, Store};

async fn give(store: &Store, roles: &[&str], by: Actor) {
    let ann = &store.accounts().await.unwrap()[0];
    let roles = roles.iter().map(|role| role.parse::<AuditCode>().unwrap()).collect();
    let change = AccountChange { roles: Some(roles), ..<_>::default() };
    let guarded = "operator".parse().unwrap();
    store.change_account(ann.id, &change, &guarded, by, START + MINUTE).await.unwrap();
}

#[tokio::test]
async fn a_role_that_stays_keeps_its_giver() {
    let site = Site::new();
    let store = site.create().await;
    let ann = site.member(&store, "ann", "admin").await;
    let bob = Some(Pseudonym::random(&site.entropy));
    let asked = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    give(&store, &["admin", "employee"], bob).await;
    let givers = async |names: &[&str]| store.role_givers(ann.id, &asked(names)).await.unwrap();
    assert_eq!(givers(&["admin"]).await, BTreeSet::from([None]));
    assert_eq!(givers(&["employee"]).await, BTreeSet::from([bob]));
    assert_eq!(givers(&["admin", "employee"]).await, BTreeSet::from([None, bob]));
    give(&store, &["employee"], None).await;
    give(&store, &["admin", "employee"], bob).await;
    assert_eq!(givers(&["admin"]).await, BTreeSet::from([bob]), "taken away and given again");
    store.close().await;
}
