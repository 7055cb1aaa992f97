//! `cloister doctor`: each promise, tried now.

use cloister_app::{DoctorDto, PromiseDto, PromiseState};
use serde_json::json;

use super::{Bench, Exit, Failure, Purpose, client::Client, model::show_engine, output::Output};

pub(crate) async fn run(bench: &Bench<'_>) -> Result<Exit, Failure> {
    let mut client = Client::connect(bench, Purpose::Talk).await?;
    let examined = client.post("/api/doctor", &json!({})).await;
    client.close().await;
    report(&examined?, bench.output)
}

fn report(found: &DoctorDto, output: &Output) -> Result<Exit, Failure> {
    if output.is_json() {
        output.json(found)?;
    } else {
        for promise in &found.promises {
            print(promise, output)?;
        }
        let id = found.model.id.as_deref().unwrap_or("none");
        let message =
            found.model.message.as_ref().map_or_else(String::new, |message| format!(": {message}"));
        output.line(&format!("Model {id}: {}{message}", found.model.state.as_str()))?;
        if let Some(engine) = &found.engine {
            show_engine(engine, output)?;
        }
        let names = found.names_trouble.as_ref().map_or_else(
            || "found by the name tagger and by rules".to_owned(),
            |why| format!("found by rules alone, which miss many. {why}"),
        );
        output.line(&format!("Names and addresses: {names}"))?;
    }
    let broken = found.promises.iter().any(|promise| promise.state == PromiseState::Broken);
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
