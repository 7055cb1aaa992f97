//! The one connection that writes.

use super::support::{START, Site, count};
use crate::{ClockState, StoreError};

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing_and_nobody_waits_for_it() {
    let site = Site::new();
    let store = site.create().await;
    let mut tx = store.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO session \
         (id, kind, token_hash, pseudonym, place, started_at, last_seen_at, expires_at) \
         VALUES ('x', 'guest', randomblob(32), 'p', 'window', 0, 0, 0)",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    drop(tx);
    assert_eq!(count(&store, "session").await, 0);
    site.guest(&store).await;
    assert_eq!(count(&store, "session").await, 1);
    assert_eq!(store.purge(START, ClockState::Trusted).await.unwrap().sessions, 0);
    store.close().await;
    assert!(matches!(store.begin().await.map(drop), Err(StoreError::Closed)));
}
