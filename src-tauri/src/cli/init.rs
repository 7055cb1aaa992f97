//! `cloister init`: make a vault.

use cloister_app::{App, Pack};

use super::{Bench, Exit, Failure};

#[derive(clap::Args)]
pub(crate) struct InitArguments {
    /// The knowledge to start with: manga, a sample shop; or none
    #[arg(long, value_name = "NAME", default_value = "manga")]
    pack: String,
}

pub(crate) async fn run(bench: &Bench<'_>, arguments: &InitArguments) -> Result<Exit, Failure> {
    let pack = Pack::named(&arguments.pack).ok_or_else(|| {
        Failure::Usage(format!("there is no pack called {:?}; use manga or none", arguments.pack))
    })?;
    let options = bench.folders.options(pack, bench.limits.clone())?;
    let entries = App::init(&options).await?;
    let folder = bench.folders.data.display();
    let keys = bench.folders.config.join("keys");
    if bench.output.is_json() {
        let made = serde_json::json!({
            "data_dir": bench.folders.data, "keys": keys, "entries": entries,
        });
        bench.output.json(&made)?;
    } else {
        bench.output.line(&format!("Made a vault in {folder} with {entries} entries."))?;
        bench.output.note(&format!(
            "Its key lies in {}. Keep a copy of that folder elsewhere: without the key nobody can \
             open the vault.",
            keys.display()
        ))?;
    }
    Ok(Exit::Done)
}
