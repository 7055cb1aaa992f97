//! `cloister doctor`: each promise, tried now.

use cloister_app::{PromiseDto, PromiseState};

use super::{Bench, Exit, Failure, output::Output};

pub(crate) async fn run(bench: &Bench<'_>) -> Result<Exit, Failure> {
    let app = bench.open().await?;
    let tried = app.doctor().await;
    let status = app.model_when_settled().await;
    let names = app.names_trouble().await.map(|error| error.message);
    app.close().await;
    let promises = tried?;
    if bench.output.is_json() {
        bench.output.json(&serde_json::json!({
            "promises": promises, "model": status, "names_trouble": names,
        }))?;
    } else {
        for promise in &promises {
            print(promise, bench.output)?;
        }
        let id = status.id.as_deref().unwrap_or("none");
        let message = status.message.map_or_else(String::new, |message| format!(": {message}"));
        bench.output.line(&format!("Model {id}: {}{message}", status.state.as_str()))?;
        let names = names.map_or_else(
            || "found by the name tagger and by rules".to_owned(),
            |why| format!("found by rules alone, which miss many. {why}"),
        );
        bench.output.line(&format!("Names and addresses: {names}"))?;
    }
    let broken = promises.iter().any(|promise| promise.state == PromiseState::Broken);
    Ok(if broken { Exit::Refused } else { Exit::Done })
}

fn print(promise: &PromiseDto, output: &Output) -> Result<(), Failure> {
    let (words, style) = match promise.state {
        PromiseState::Held => ("held", "32"),
        PromiseState::HeldWithLimit => ("held with a limit", "33"),
        PromiseState::NotBuilt => ("not built yet", "2"),
        PromiseState::Broken => ("BROKEN", "1;31"),
    };
    let state = output.styled(style, words);
    output.line(&format!("{}  {}: {state}", promise.id, promise.title))?;
    output.line(&format!("    {}", promise.evidence))?;
    if let Some(limit) = &promise.limit {
        output.line(&format!("    Limit: {limit}"))?;
    }
    Ok(())
}
