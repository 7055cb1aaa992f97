//! Declares the window's commands, so that a capability must open each.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=../ui/dist");
    let manifest =
        tauri_build::AppManifest::new().commands(&["request", "stream", "save", "upload"]);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    Ok(tauri_build::try_build(attributes)?)
}
