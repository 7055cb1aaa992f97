//! Measures what unlocking costs: opening a vault by its key file and by a passphrase, the check of
//! its structure included.
//!
//! `measure_unlock FOLDER` prints one JSON line a figure, the median of several openings.

use std::{
    env,
    path::PathBuf,
    time::{Duration, Instant},
};

use cloister_store::{KeySources, NewKey, Stretching, Unlock, Vault, VaultPaths};
use cloister_types::{OsEntropy, Secret, Timestamp};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const OPENINGS: usize = 7;
const PASSPHRASE: &str = "nine tall herons stand in the reeds";

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from).ok_or("usage: measure_unlock FOLDER")?;
    let by_file = measure(&folder, NewKey::KeyFile, &Unlock::Automatic).await?;
    print_line("unlock with key file", by_file.as_secs_f64() * 1e3, "ms");
    let stretching = Stretching::measured();
    print_line("argon2id memory", f64::from(stretching.memory_kib), "KiB");
    print_line("argon2id passes", f64::from(stretching.passes), "passes");
    let first = NewKey::Passphrase(Secret::new(PASSPHRASE.to_owned()), stretching);
    let typed = Unlock::Passphrase(Secret::new(PASSPHRASE.to_owned()));
    let by_passphrase = measure(&folder, first, &typed).await?;
    print_line("unlock with passphrase", by_passphrase.as_secs_f64(), "s");
    Ok(())
}

async fn measure(folder: &std::path::Path, first: NewKey, unlock: &Unlock) -> Outcome<Duration> {
    let place = tempfile::tempdir_in(folder)?;
    let paths =
        VaultPaths { data_dir: place.path().join("data"), config_dir: place.path().join("config") };
    let made = Vault::create_with(&paths, first, KeySources::default(), (&OsEntropy, START));
    made.await?.close().await;
    let mut times = Vec::new();
    for _ in 0..OPENINGS {
        let start = Instant::now();
        let drawn = (&OsEntropy as _, START);
        let store = Vault::open(&paths, unlock, KeySources::default(), drawn).await?;
        times.push(start.elapsed());
        store.close().await;
    }
    times.sort_unstable();
    Ok(times[OPENINGS / 2])
}

#[expect(clippy::print_stdout, reason = "the figures are what the program is for")]
fn print_line(what: &str, value: f64, unit: &str) {
    println!("{}", serde_json::json!({ "what": what, "value": value, "unit": unit }));
}
