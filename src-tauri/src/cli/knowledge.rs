//! `cloister knowledge`: documents in and out, and the search that they are tried with.

use std::{
    fs,
    io::{self, BufRead, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use cloister_app::{
    AppError, ArchiveDto, DocumentsDto, ErrorCode, ImportDto, ImportedDto, IndexDto, LabelDto,
    MAX_DOCUMENT_BYTES, PlacedDto, PlacementDto, QueryDto, RemovedDto, SearchDto, SearchResultsDto,
    is_archive,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Bench, Exit, Failure, Need, Purpose,
    client::Client,
    output::{Output, json_line},
    quarantine::{self, QuarantineCommand},
    query::query,
};

/// Questions of one request: large enough that the request costs nothing beside the search.
const QUERIES: usize = 64;
/// How often the state of the index is asked for while it is built.
const GLANCE: Duration = Duration::from_millis(150);
/// The route of documents.
const DOCUMENTS: &str = "/api/knowledge/documents";
/// The route of archives.
const ARCHIVES: &str = "/api/knowledge/archives";
/// The collection of imports that name none.
const COLLECTION: &str = "documents";

#[derive(clap::Subcommand)]
pub(crate) enum KnowledgeCommand {
    /// Bring files or folders in, or up to date: JSON Lines, CSV, Markdown, text, HTML, PDF, DOCX,
    /// XLSX, EPUB, e-mail (EML), and a ZIP of any of them
    Import {
        /// Files, and folders whose files are imported
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// The label of entries that do not say their own: public, internal, confidential or
        /// restricted [default: public for questions with answers, internal for other documents]
        #[arg(long, value_parser = label)]
        label: Option<LabelDto>,
        /// The collection that they belong to
        #[arg(long, value_name = "NAME", default_value = COLLECTION)]
        collection: String,
        #[command(flatten)]
        readers: Readers,
    },
    /// Say whom a document is confined to, in the place of what was said before
    Confine {
        /// Its name, as `list` prints it
        name: String,
        /// The collection that it belongs to
        #[arg(long, value_name = "NAME", default_value = COLLECTION)]
        collection: String,
        #[command(flatten)]
        readers: Readers,
        /// Confine it to nobody: its labels alone say who may read it
        #[arg(long, conflicts_with = "readers")]
        nobody: bool,
    },
    /// List the documents that were imported
    List,
    /// Remove a document with its entries
    Remove {
        /// Its name, as `list` prints it
        name: String,
        /// The collection that it belongs to
        #[arg(long, value_name = "NAME", default_value = COLLECTION)]
        collection: String,
    },
    /// Look at what screening held back at import, and let it in or refuse it
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
    /// Search: {"id","text"} a line on standard input, one result a line in the same order
    Search {
        /// Read and write JSON Lines
        #[arg(long, required = true)]
        jsonl: bool,
        /// Most hits for a question
        #[arg(long, value_name = "N", default_value_t = 10)]
        top: usize,
        /// Print how each hit matches, for people who tune
        #[arg(long)]
        explain: bool,
    },
}

/// Whom a document is confined to, besides its labels and collection.
#[derive(clap::Args, Clone)]
#[group(id = "readers", multiple = true)]
pub(crate) struct Readers {
    /// The account that it belongs to
    #[arg(long, value_name = "ACCOUNT")]
    owner: Option<String>,
    /// The team that it is confined to
    #[arg(long)]
    team: Option<String>,
    /// The region that it is confined to
    #[arg(long)]
    region: Option<String>,
    /// A role that it is confined to or, above internal, opened to; may be repeated
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// From when it is valid: 2026-11-30T08:00:00Z
    #[arg(long, value_name = "TIME")]
    valid_from: Option<String>,
    /// Until when it is valid
    #[arg(long, value_name = "TIME")]
    valid_until: Option<String>,
}

impl Readers {
    fn placement(&self) -> PlacementDto {
        let Self { owner, team, region, roles, valid_from, valid_until } = self.clone();
        PlacementDto { owner, team, region, roles, valid_from, valid_until }
    }

    /// Puts them into what an import says.
    fn confine(&self, import: ImportDto) -> ImportDto {
        let PlacementDto { owner, team, region, roles, valid_from, valid_until } = self.placement();
        let roles = (!roles.is_empty()).then(|| roles.join(","));
        ImportDto { owner, team, region, roles, valid_from, valid_until, ..import }
    }
}

pub(crate) async fn run(bench: &Bench<'_>, command: KnowledgeCommand) -> Result<Exit, Failure> {
    bench
        .act(Purpose::Manage, Need::Someone, async |client| match &command {
            KnowledgeCommand::Import { paths, label, collection, readers } => {
                let shared = ImportDto { label: *label, ..ImportDto::of(collection, "") };
                import(client, bench.output, paths, &readers.confine(shared)).await
            }
            KnowledgeCommand::Confine { name, collection, readers, nobody } => {
                let placement = readers.placement();
                if !nobody && placement == PlacementDto::default() {
                    let message = "Say whom the document is confined to, or --nobody to confine it \
                                   to nobody in particular.";
                    return Err(AppError::new(ErrorCode::InvalidRequest, message).into());
                }
                let key = query(&ImportDto::of(collection, name))?;
                let path = format!("/api/knowledge/documents/placement{key}");
                let PlacedDto { entries } = client.put(&path, &placement).await?;
                bench.output.note(&format!("{name}: {entries} entries confined."))?;
                Ok(Exit::Done)
            }
            KnowledgeCommand::List => list(client, bench.output).await,
            KnowledgeCommand::Remove { name, collection } => {
                let path = address(DOCUMENTS, &ImportDto::of(collection, name))?;
                let RemovedDto { deleted } = client.delete(&path).await?;
                bench.output.note(&format!("Removed {name} with {deleted} entries."))?;
                Ok(Exit::Done)
            }
            KnowledgeCommand::Quarantine(command) => {
                quarantine::run(client, bench.output, command).await
            }
            KnowledgeCommand::Search { jsonl: _, top, explain } => {
                search(client, bench.output, *top, *explain).await
            }
        })
        .await
}

fn label(name: &str) -> Result<LabelDto, String> {
    serde_json::from_value(Value::from(name))
        .map_err(|_| "the label must be public, internal, confidential or restricted".to_owned())
}

/// Imports each file by itself. One that cannot be read is named with the reason and does not keep
/// the rest out.
async fn import(
    client: &mut Client,
    output: &Output,
    paths: &[PathBuf],
    shared: &ImportDto,
) -> Result<Exit, Failure> {
    let files = files_of(paths)?;
    let mut exit = Exit::Done;
    for (number, (file, name)) in (1..).zip(&files) {
        let bytes = match read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                output.note(&format!("{}: {error}", file.display()))?;
                exit = Exit::Refused;
                continue;
            }
        };
        let progress = (number, files.len());
        let import = ImportDto { name: name.clone(), ..shared.clone() };
        let imported = if is_archive(name) {
            match client.upload::<ArchiveDto>(&address(ARCHIVES, &import)?, bytes).await {
                Ok(archive) => report_archive(output, file, progress, &archive),
                Err(failure) => Err(failure),
            }
        } else {
            match client.upload::<ImportedDto>(&address(DOCUMENTS, &import)?, bytes).await {
                Ok(imported) => Ok(report(output, name, progress, &imported)?),
                Err(failure) => Err(failure),
            }
        };
        match imported {
            Ok(Exit::Done) => {}
            Ok(worse) => exit = worse,
            Err(Failure::App(error)) if is_about_the_file(&error) => {
                output.note(&format!("{}: {}", file.display(), error.message))?;
                exit = Exit::Refused;
            }
            Err(failure) => return Err(failure),
        }
    }
    settle(client, output).await?;
    Ok(exit)
}

/// What a file holds, if it is one and not too large to be sent.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    // asked before opening, since opening a named pipe would wait for its writer
    let metadata = fs::metadata(file)?;
    if !metadata.is_file() {
        return Err(io::Error::other("this is no file"));
    }
    if metadata.len() > MAX_DOCUMENT_BYTES as u64 {
        return Err(io::Error::other("the file is larger than 64 MB"));
    }
    fs::read(file)
}

/// Whether other files may still be imported.
fn is_about_the_file(error: &AppError) -> bool {
    matches!(error.code, ErrorCode::DocumentUnreadable | ErrorCode::DocumentConflict)
}

fn report(
    output: &Output,
    name: &str,
    (number, all): (usize, usize),
    imported: &ImportedDto,
) -> io::Result<Exit> {
    if output.is_json() {
        let mut line = serde_json::to_value(imported)?;
        line["name"] = Value::from(name);
        output.json(&line)?;
        return Ok(Exit::Done);
    }
    let ImportedDto { entries, inserted, updated, deleted, held, label, .. } = imported;
    let changed = format!("{inserted} new, {updated} changed, {deleted} gone");
    output.note(&format!(
        "{number}/{all} {name}: {entries} entries ({changed}), {}",
        label.as_str()
    ))?;
    if *held > 0 {
        let look = "see `cloister knowledge quarantine list`";
        output.note(&format!("    {held} held back by screening: {look}"))?;
    }
    Ok(Exit::Done)
}

/// Reports each document of an archive.
fn report_archive(
    output: &Output,
    file: &Path,
    progress: (usize, usize),
    archive: &ArchiveDto,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for item in &archive.items {
        if let Some(imported) = &item.imported {
            report(output, &item.name, progress, imported)?;
        } else {
            let why = item.error.as_deref().unwrap_or_default();
            output.note(&format!("{} in {}: {why}", item.name, file.display()))?;
            exit = Exit::Refused;
        }
    }
    Ok(exit)
}

/// The files below `paths`, each with the name that it gets: its path within the folder that was
/// named, or its own name. Hidden files and folders are left out; links to folders are not followed.
fn files_of(paths: &[PathBuf]) -> io::Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push((path.clone(), name_of(path)));
            continue;
        }
        let mut open = vec![path.clone()];
        let mut within = Vec::new();
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                if entry.file_name().as_encoded_bytes().starts_with(b".") {
                    continue;
                }
                if kind.is_dir() {
                    open.push(entry.path());
                } else {
                    within.push(entry.path());
                }
            }
        }
        within.sort();
        for file in within {
            let name = file.strip_prefix(path).unwrap_or(&file).to_string_lossy().into_owned();
            files.push((file, name));
        }
    }
    Ok(files)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The address of a document or an archive, with what its import says.
fn address(route: &str, import: &ImportDto) -> Result<String, Failure> {
    Ok(format!("{route}{}", query(import)?))
}

async fn list(client: &mut Client, output: &Output) -> Result<Exit, Failure> {
    let DocumentsDto { items } = client.get("/api/knowledge/documents").await?;
    for document in &items {
        if output.is_json() {
            output.json(document)?;
        } else {
            let (collection, name) = (&document.collection, &document.name);
            let (entries, at) = (document.entries, &document.imported_at);
            let labels: Vec<&str> = document.labels.iter().map(|label| label.as_str()).collect();
            let labels = labels.join("+");
            let readers = told(&document.placement);
            output.line(&format!(
                "{collection}  {name}  {entries} entries  {labels}{readers}  {at}"
            ))?;
        }
    }
    Ok(Exit::Done)
}

/// Whom a document is confined to, for a line.
fn told(placement: &PlacementDto) -> String {
    let PlacementDto { owner, team, region, roles, valid_from, valid_until } = placement;
    let roles = (!roles.is_empty()).then(|| roles.join("+"));
    let named = [
        ("owner", owner),
        ("team", team),
        ("region", region),
        ("roles", &roles),
        ("from", valid_from),
        ("until", valid_until),
    ];
    let set = named.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    set.fold(String::new(), |told, (name, value)| told + "  " + name + "=" + value)
}

/// Waits until the search knows all that was imported, and says how far it is.
async fn settle(client: &mut Client, output: &Output) -> Result<(), Failure> {
    let person = io::stderr().is_terminal();
    loop {
        let state: IndexDto = client.get("/api/knowledge/index").await?;
        if state.settled {
            if state.failed {
                let message = "The search index could not be built; the one before it is in use.";
                return Err(AppError::new(ErrorCode::KnowledgeFailed, message).into());
            }
            if let Some(limit) = state.limit {
                output.note(&format!("The search goes by words alone: {limit}"))?;
            }
            return Ok(());
        }
        if person {
            let IndexDto { encoded, entries, .. } = state;
            write!(io::stderr().lock(), "\r{encoded} of {entries} entries indexed ")?;
        }
        tokio::time::sleep(GLANCE).await;
    }
}

#[derive(Deserialize)]
struct Line {
    id: Value,
    text: String,
}

async fn search(
    client: &mut Client,
    output: &Output,
    top: usize,
    explain: bool,
) -> Result<Exit, Failure> {
    settle(client, output).await?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut exit = Exit::Done;
    let mut pending: Vec<Line> = Vec::new();
    for (number, line) in (1..).zip(io::stdin().lock().split(b'\n')) {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        if let Ok(line) = serde_json::from_slice::<Line>(&line) {
            pending.push(line);
        } else {
            let told = format!("line {number} is not {{\"id\",\"text\"}} in JSON and was left out");
            output.note(&told)?;
            exit = Exit::Usage;
        }
        if pending.len() == QUERIES {
            look(client, &mut out, std::mem::take(&mut pending), top, explain).await?;
        }
    }
    look(client, &mut out, pending, top, explain).await?;
    out.flush()?;
    Ok(exit)
}

/// Searches for some lines at once and prints a line for each.
async fn look(
    client: &mut Client,
    out: &mut impl Write,
    lines: Vec<Line>,
    top: usize,
    explain: bool,
) -> Result<(), Failure> {
    let queries = lines.iter().map(|line| QueryDto { id: String::new(), text: line.text.clone() });
    let search = SearchDto { queries: queries.collect(), top, explain };
    let found: SearchResultsDto = client.post("/api/knowledge/search", &search).await?;
    for (line, found) in lines.iter().zip(&found.items) {
        let line = json!({ "id": line.id, "hits": found.hits, "in_scope": found.in_scope });
        out.write_all(json_line(&line)?.as_bytes())?;
    }
    Ok(())
}
