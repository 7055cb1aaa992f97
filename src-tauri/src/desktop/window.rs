//! The webview: ephemeral, confined to our own pages, without printing, downloads or other windows.

use std::path::PathBuf;

use tauri::{
    Builder, Context, Wry, generate_context, generate_handler,
    webview::{NewWindowResponse, WebviewWindow, WebviewWindowBuilder},
};
use webkit2gtk::WebViewExt;

use super::Desktop;

/// The reference size of the interface, and the smallest at which it still works.
const SIZE: (f64, f64) = (1280.0, 800.0);
const SMALLEST: (f64, f64) = (900.0, 600.0);

/// The webview keeps nothing on disk. Its ephemeral context cannot be driven by `WebDriver`, so the
/// end-to-end build does without; what it writes is searched all the same.
const EPHEMERAL: bool = !cfg!(feature = "e2e");

/// Opens the window and runs until it is closed.
///
/// The webview keeps nothing, but Tauri prepares a context that could, in `folder`, which it makes.
pub(super) fn run(desktop: Desktop, folder: PathBuf) -> tauri::Result<()> {
    let context: Context<Wry> = generate_context!();
    let app = Builder::default()
        .manage(desktop)
        .invoke_handler(generate_handler![
            super::request,
            super::stream,
            super::save,
            super::upload
        ])
        .setup(move |app| {
            let window = WebviewWindowBuilder::new(app, "main", tauri::WebviewUrl::default())
                .title("Cloister")
                .inner_size(SIZE.0, SIZE.1)
                .min_inner_size(SMALLEST.0, SMALLEST.1)
                .incognito(EPHEMERAL)
                .data_directory(folder)
                .on_navigation(|url| url.scheme() == "tauri")
                .on_new_window(|_, _| NewWindowResponse::Deny)
                .on_download(|_, _| false)
                .build()?;
            forbid_printing(&window)?;
            Ok(())
        })
        .build(context)?;
    app.run_return(|_, _| {});
    Ok(())
}

/// Printing would hand pages to another program.
fn forbid_printing(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|webview| {
        webview.inner().connect_print(|_, _| true);
    })
}
