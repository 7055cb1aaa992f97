//! How it looks in both themes and sizes, and what axe says of it.

use cloister_tests::root;
use serde_json::Value;

use crate::window::Window;

const THEMES: [&str; 3] = ["light", "dark", "contrast"];
const SIZES: [(u32, u32); 2] = [(1280, 800), (900, 600)];

async fn theme(window: &Window, name: &str) {
    let script = format!("document.documentElement.dataset.theme = '{name}'");
    window.driver.execute(script, vec![]).await.expect("the theme is set");
    // Colours fade from one theme to the next.
    window.until("document.getAnimations().length === 0").await;
}

/// Has axe look at the page in every theme, and finds that it has nothing serious to say.
pub(crate) async fn axe_is_content(window: &Window, place: &str) {
    let axe = root().join("ui/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(axe).expect("axe-core is installed: run `make ui`");
    window.driver.execute(axe, vec![]).await.expect("axe is loaded");
    for name in THEMES {
        theme(window, name).await;
        let script = "const done = arguments[arguments.length - 1]; \
                      axe.run(document).then(found => done(found.violations.filter(v => \
                      v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + \
                      v.nodes.map(n => n.html).join(' ')))).catch(e => done(['axe: ' + e]))";
        let found = window.driver.execute_async(script, vec![]).await.expect("axe ran");
        assert_eq!(found.json(), &Value::Array(Vec::new()), "{place}, {name}");
    }
    theme(window, THEMES[0]).await;
}

#[tokio::test]
async fn axe_finds_no_serious_violation_in_any_theme() {
    let window = Window::open().await;
    window.answered("What is your return policy? I am ann@example.org").await;
    window.find("citation").await.click().await.expect("clicked");
    window.find("source-panel").await;
    axe_is_content(&window, "a conversation").await;
    window.close().await;
}

#[tokio::test]
async fn both_sizes_and_all_themes_are_pictured_without_sideways_scrolling() {
    let window = Window::open().await;
    window.answered("What is your return policy? I am ann@example.org").await;
    window.answered("What is the capital of Mongolia?").await;
    for (width, height) in SIZES {
        window.driver.set_window_rect(0, 0, width, height).await.expect("resized");
        window.until(&format!("Math.abs(innerWidth - {width}) < 40")).await;
        for name in THEMES {
            theme(&window, name).await;
            window.screenshot(&format!("chat-{width}-{name}")).await;
            window.until("document.documentElement.scrollWidth <= innerWidth").await;
        }
    }
    window.close().await;
}
