//! The administration in the real window: every section opens, says something and is accessible.

use crate::{looks::axe_is_content, setup::administered};

/// The sections in their order in the side column.
const SECTIONS: [&str; 15] = [
    "overview",
    "people",
    "roles",
    "policies",
    "knowledge",
    "models",
    "audit",
    "logs",
    "alerts",
    "feedback",
    "retention",
    "backups",
    "keys",
    "settings",
    "record",
];

#[tokio::test]
async fn every_section_opens_for_an_administrator_and_axe_is_content_with_it() {
    let window = administered().await;
    let mut opened = 0;
    for section in SECTIONS {
        let go = format!("location.hash = '#/admin/{section}'");
        window.driver.execute(go, vec![]).await.expect("gone there");
        // What the policy closes to the administrator has no entry, and the address leads elsewhere.
        let entry = format!("document.querySelector(\"[data-testid='admin-{section}']\")");
        window.find("admin-overview").await;
        let there = window.driver.execute(format!("return Boolean({entry})"), vec![]).await;
        if there.is_ok_and(|there| there.json() == &serde_json::Value::Bool(false)) {
            continue;
        }
        window.until(&format!("{entry}.getAttribute('aria-current') === 'page'")).await;
        window.until("document.querySelector('main h1')").await;
        window.all_when("loading", |count| count == 0).await;
        window.screenshot(&format!("admin-{section}")).await;
        axe_is_content(&window, section).await;
        opened += 1;
    }
    assert!(opened > 10, "only {opened} sections opened");
    window.close().await;
}
