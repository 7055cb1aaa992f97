//! The first run, as whoever unpacks the machine goes through it, and what they find behind it.

use crate::{looks::axe_is_content, window::Window};

const NAME: &str = "dr.adler";
const PASSWORD: &str = "stone-green-cloister-walk";
/// The steps after the administrator, which can wait.
const LATER: [&str; 5] = ["factor", "opening", "recovery", "knowledge", "model"];

/// Waits for a step of the set-up.
async fn step(window: &Window, name: &str) {
    let there =
        format!("document.querySelector(\"[data-testid='setup']\")?.dataset.step === '{name}'");
    window.until(&there).await;
}

async fn click(window: &Window, id: &str) {
    window.find(id).await.click().await.expect("clicked");
}

async fn fill(window: &Window, id: &str, text: &str) {
    window.find(id).await.send_keys(text).await.expect("typed");
}

/// Goes past a step without doing it, where that can be left for later.
async fn pass(window: &Window) {
    window.find("setup-continue").await;
    let script = "(document.querySelector(\"[data-testid='setup-later']\") \
                  ?? document.querySelector(\"[data-testid='setup-continue']\")).click()";
    window.driver.execute(script, vec![]).await.expect("clicked");
}

/// A window in which an administrator has set the machine up, all but what can wait, and is signed in.
pub(crate) async fn administered() -> Window {
    let window = Window::open_first_run().await;
    step(&window, "language").await;
    click(&window, "setup-continue").await;
    step(&window, "administrator").await;
    fill(&window, "setup-name", NAME).await;
    fill(&window, "setup-password", PASSWORD).await;
    fill(&window, "setup-again", PASSWORD).await;
    click(&window, "setup-continue").await;
    for name in LATER {
        step(&window, name).await;
        pass(&window).await;
    }
    step(&window, "promises").await;
    click(&window, "setup-continue").await;
    window.find("composer").await;
    window
}

#[tokio::test]
async fn an_administrator_sets_the_machine_up_and_is_signed_in() {
    let window = Window::open_first_run().await;
    step(&window, "language").await;
    window.screenshot("setup-language").await;
    axe_is_content(&window, "the first step").await;
    click(&window, "setup-continue").await;

    step(&window, "administrator").await;
    fill(&window, "setup-name", NAME).await;
    fill(&window, "setup-password", PASSWORD).await;
    fill(&window, "setup-again", "another").await;
    // Two passwords that differ lead nowhere.
    click(&window, "setup-continue").await;
    step(&window, "administrator").await;
    window.find("setup-again").await.clear().await.expect("cleared");
    fill(&window, "setup-again", PASSWORD).await;
    window.screenshot("setup-administrator").await;
    axe_is_content(&window, "the administrator").await;
    click(&window, "setup-continue").await;

    for name in LATER {
        step(&window, name).await;
        window.screenshot(&format!("setup-{name}")).await;
        pass(&window).await;
    }
    step(&window, "promises").await;
    window.all_when("promise", |count| count == 6).await;
    window.screenshot("setup-promises").await;
    axe_is_content(&window, "the promises").await;
    click(&window, "setup-continue").await;

    window.find("composer").await;
    window.until(&format!("document.body.innerText.includes('{NAME}')")).await;
    let answer = window.answered("What is your return policy?").await;
    assert!(answer.contains("30 days"), "{answer}");
    window.driver.refresh().await.expect("reloaded");
    window.find("composer").await;
    window.until(&format!("document.body.innerText.includes('{NAME}')")).await;
    window.close().await;
}
