//! One window under WebDriver, with folders of its own.

use std::{
    env,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use cloister_tests::{models_folder, root};
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(25);

/// A window and the driver that holds it.
pub(crate) struct Window {
    pub(crate) driver: WebDriver,
    server: Server,
    folder: TempDir,
    pub(crate) started: Instant,
}

/// The driver's process, which ends with this value.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The program that WebDriver may drive: `CLOISTER_E2E_BIN`, or what `make` leaves.
pub(crate) fn drivable() -> PathBuf {
    let named = env::var_os("CLOISTER_E2E_BIN").map(PathBuf::from);
    let path = named.unwrap_or_else(|| root().join("target/bin/cloister-e2e"));
    assert!(path.exists(), "{} is missing: run `make test-window`", path.display());
    path
}

impl Window {
    /// Opens a window on a new vault, looks around as a guest before anybody has set it up, and waits
    /// until it can be used.
    pub(crate) async fn open() -> Self {
        let window = Self::open_first_run().await;
        window.find("setup-look").await.click().await.expect("clicked");
        window.find("composer").await;
        window
    }

    /// Opens a window on a new vault, which asks to be set up.
    pub(crate) async fn open_first_run() -> Self {
        let window = Self::try_open(&drivable()).await.expect("the window opens");
        window.find("setup").await;
        window
    }

    /// Asks WebDriver to open `program`.
    pub(crate) async fn try_open(program: &Path) -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let server = Server(
            Command::new("WebKitWebDriver")
                .arg(format!("--port={port}"))
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                .env("CLOISTER_DATA_DIR", folder.path().join("data"))
                .env("XDG_CONFIG_HOME", folder.path().join("config"))
                .env("CLOISTER_MODELS", models_folder())
                .stdout(Stdio::null())
                .spawn()
                .expect("WebKitWebDriver is installed: run `make setup-test`"),
        );
        wait_for_port(port).await;
        let mut capabilities = Capabilities::new();
        let options = json!({ "binary": program, "args": [] });
        capabilities.set("webkitgtk:browserOptions", options).expect("options are JSON");
        let started = Instant::now();
        let opened = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await;
        opened
            .map(|driver| Self { driver, server, folder, started })
            .map_err(|error| error.to_string())
    }

    /// Closes the window.
    pub(crate) async fn close(self) {
        self.driver.clone().quit().await.expect("the window closes");
        drop(self.server);
    }

    /// The folder that holds all that the window wrote.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits for the element with this test id.
    pub(crate) async fn find(&self, id: &str) -> WebElement {
        let found = self.all_when(id, |count| count > 0).await;
        found.into_iter().next().expect("at least one")
    }

    /// Waits until so many elements with this test id are there.
    pub(crate) async fn all_when(
        &self,
        id: &str,
        enough: impl Fn(usize) -> bool,
    ) -> Vec<WebElement> {
        let selector = By::Css(format!("[data-testid='{id}']"));
        let start = Instant::now();
        loop {
            let found = self.driver.find_all(selector.clone()).await.unwrap_or_default();
            if enough(found.len()) {
                return found;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{} elements {id}: {}",
                found.len(),
                self.page().await
            );
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until the script returns true.
    pub(crate) async fn until(&self, script: &str) {
        let start = Instant::now();
        loop {
            let value = self.driver.execute(format!("return Boolean({script})"), vec![]).await;
            if value.is_ok_and(|value| value.json() == &json!(true)) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "never: {script}: {}", self.page().await);
            tokio::time::sleep(POLL).await;
        }
    }

    /// Types a question and sends it with Enter.
    pub(crate) async fn ask(&self, question: &str) {
        // WebKitWebDriver refuses keys now and then while the page is being drawn.
        let start = Instant::now();
        loop {
            let composer = self.find("composer").await;
            let typed = composer.send_keys(question).await;
            let whole = composer.prop("value").await.ok().flatten();
            if typed.is_ok() && whole.as_deref() == Some(question) {
                composer.send_keys(Key::Enter + "").await.expect("sent");
                return;
            }
            assert!(start.elapsed() < PATIENCE, "could not type: {typed:?}");
            drop(composer.clear().await);
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until no turn runs.
    pub(crate) async fn settled(&self) {
        self.until("document.querySelector(\"[data-testid='send']\") && !document.querySelector(\"[data-testid='stop']\")").await;
    }

    /// Asks, and waits for the end of the answer.
    pub(crate) async fn answered(&self, question: &str) -> String {
        let before = self.driver.find_all(By::Css("[data-testid='answer']")).await.expect("found");
        self.ask(question).await;
        let answers = self.all_when("answer", |count| count > before.len()).await;
        self.settled().await;
        answers.last().expect("an answer").text().await.expect("text")
    }

    /// Saves what the window shows under `target/screens/`.
    pub(crate) async fn screenshot(&self, name: &str) {
        let folder = root().join("target/screens");
        std::fs::create_dir_all(&folder).expect("a folder for screenshots");
        let path = folder.join(format!("{name}.png"));
        self.driver.screenshot(&path).await.expect("a screenshot");
    }

    async fn page(&self) -> String {
        let body = self.driver.find(By::Tag("body")).await;
        match body {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is up");
    listener.local_addr().expect("bound").port()
}

async fn wait_for_port(port: u16) {
    let start = Instant::now();
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(start.elapsed() < PATIENCE, "WebKitWebDriver does not listen");
        tokio::time::sleep(POLL).await;
    }
}
