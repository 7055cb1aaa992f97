//! `cloister model`: list, verify, bench, status.

use cloister_app::{
    BenchPlan, EngineDto, HistogramDto, ModelReportDto, bench_model, list_models, verify_model,
};

use super::{Bench, Exit, Failure, Need, Purpose, output::Output};
use crate::environment::worker_command;

#[derive(clap::Subcommand)]
pub(crate) enum ModelCommand {
    /// List the models that this program knows
    List,
    /// Check a model file against the manifest
    Verify {
        /// The model [default: the default model]
        id: Option<String>,
    },
    /// Measure how fast a model is on this machine
    Bench {
        /// The model [default: the default model]
        id: Option<String>,
        /// Tokens in the context before measuring
        #[arg(long, default_value_t = 0)]
        depth: u32,
    },
    /// Show how the model does: speed, waiting, what is kept, how answers ended
    Status,
}

impl ModelCommand {
    /// Whether it asks the appliance, and not the model's file alone.
    pub(crate) const fn needs_vault(&self) -> bool {
        matches!(self, Self::Status)
    }
}

pub(crate) async fn run(bench: &Bench<'_>, command: &ModelCommand) -> Result<Exit, Failure> {
    match command {
        ModelCommand::List => list(bench),
        ModelCommand::Verify { id } => verify(bench, id.as_deref()),
        ModelCommand::Bench { id, depth } => measure(bench, id.as_deref(), *depth).await,
        ModelCommand::Status => status(bench).await,
    }
}

async fn status(bench: &Bench<'_>) -> Result<Exit, Failure> {
    bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            let report: ModelReportDto = client.get("/api/model").await?;
            if bench.output.is_json() {
                bench.output.json(&report)?;
                return Ok(Exit::Done);
            }
            let id = report.model.id.as_deref().unwrap_or("none");
            bench.output.line(&format!("Model {id}: {}", report.model.state.as_str()))?;
            match &report.engine {
                Some(engine) => show_engine(engine, bench.output)?,
                None => bench.output.note(
                    "There are figures while the window or the chat is open: they are of the \
                     program that runs.",
                )?,
            }
            Ok(Exit::Done)
        })
        .await
}

/// What the engine did since the program started, in a few lines.
pub(super) fn show_engine(engine: &EngineDto, output: &Output) -> Result<(), Failure> {
    let ended = &engine.ended;
    output.line(&format!(
        "Answers: {} running of {} at a time, {} waiting; {} ended by the model, {} at their \
         length, {} cancelled, {} late, {} looping, {} failed",
        engine.running,
        engine.sequences,
        engine.waiting,
        ended.stopped,
        ended.cut,
        ended.cancelled,
        ended.late,
        ended.looping,
        ended.failed,
    ))?;
    output.line(&format!(
        "Waiting for a start: {} s; for the first text: {} s; then {} tokens/s",
        spread(&engine.queue_seconds),
        spread(&engine.first_text_seconds),
        spread(&engine.tokens_per_second),
    ))?;
    output.line(&format!(
        "Prompts: {} tokens, {} of them kept from before; {} conversations kept in {} MB, {} given \
         up for others",
        engine.prompt_tokens,
        engine.cached_tokens,
        engine.kept_sequences,
        engine.kept_mb,
        engine.evicted,
    ))?;
    output.line(&format!(
        "Worker: {} MB at most, {} restarts, {} threads to read and {} to write",
        engine.memory_mb, engine.restarts, engine.prefill_threads, engine.decode_threads,
    ))?;
    Ok(())
}

/// The middle and the far end of a histogram.
fn spread(histogram: &HistogramDto) -> String {
    match (histogram.p50, histogram.p95) {
        (Some(half), Some(most)) => format!("up to {half} for half, {most} for 95 of 100"),
        _ => "–".to_owned(),
    }
}

fn list(bench: &Bench<'_>) -> Result<Exit, Failure> {
    for record in list_models()? {
        let path = bench.folders.models.iter().map(|folder| folder.join(record.file()));
        let found = path.clone().find(|path| path.exists());
        if bench.output.is_json() {
            bench.output.json(&serde_json::json!({
                "id": record.id(), "name": record.name(), "file": record.file(),
                "size": record.size(), "licence": record.licence(),
                "context_tokens": record.context_tokens(), "path": found,
            }))?;
            continue;
        }
        let place = found.map_or_else(|| "missing".to_owned(), |path| path.display().to_string());
        let (id, name, licence) = (record.id(), record.name(), record.licence());
        bench.output.line(&format!("{id}  {name}  {licence}  {place}"))?;
    }
    Ok(Exit::Done)
}

fn verify(bench: &Bench<'_>, id: Option<&str>) -> Result<Exit, Failure> {
    let model = verify_model(&bench.folders.models, id)?;
    if bench.output.is_json() {
        bench.output.json(&serde_json::json!({
            "id": model.id(), "path": model.path(), "verified": true,
        }))?;
    } else {
        let path = model.path().display();
        bench.output.line(&format!("{}: {path} is what the manifest names.", model.id()))?;
    }
    Ok(Exit::Done)
}

async fn measure(bench: &Bench<'_>, id: Option<&str>, depth: u32) -> Result<Exit, Failure> {
    let worker = worker_command()
        .ok_or_else(|| Failure::Usage("the program's own file cannot be found".to_owned()))?;
    if !bench.output.is_json() {
        bench.output.note("Measuring; this takes about ten seconds.")?;
    }
    let plan = BenchPlan { depth, ..BenchPlan::default() };
    let report = bench_model(&bench.folders.models, id, worker, plan).await?;
    if bench.output.is_json() {
        bench.output.json(&report)?;
    } else {
        bench.output.line(&format!(
            "{:.0} tokens/s written, {:.0} tokens/s read, first token after {:.0} ms, {} MB, {} \
             threads",
            report.decode_tokens_per_second,
            report.prefill_tokens_per_second,
            report.time_to_first_token_ms,
            report.memory_mb,
            report.threads,
        ))?;
    }
    Ok(Exit::Done)
}
