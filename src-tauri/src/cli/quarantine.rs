//! `cloister knowledge quarantine`: what screening holds back, and what becomes of it.

use cloister_app::{
    ConcernDto, QuarantineDecidedDto, QuarantineDecisionDto, QuarantineDto, QuarantinedDto,
};

use super::{Exit, Failure, client::Client, output::Output};

/// Most characters of a place that `list` shows.
const SHOWN_CHARS: usize = 120;

#[derive(clap::Subcommand)]
pub(crate) enum QuarantineCommand {
    /// List the passages that wait, and why
    List,
    /// Show the whole text of a passage
    Show {
        /// Its number, as `list` prints it
        id: i64,
    },
    /// Let passages in
    Release {
        /// Their numbers, as `list` prints them
        #[arg(required = true)]
        ids: Vec<i64>,
    },
    /// Refuse passages for good; their text is deleted
    Reject {
        /// Their numbers, as `list` prints them
        #[arg(required = true)]
        ids: Vec<i64>,
    },
}

pub(crate) async fn run(
    client: &mut Client,
    output: &Output,
    command: &QuarantineCommand,
) -> Result<Exit, Failure> {
    match command {
        QuarantineCommand::List => {
            let items = waiting(client).await?;
            items.iter().try_for_each(|item| list(item, output))?;
            if items.is_empty() {
                output.note("Nothing is held back.")?;
            }
        }
        QuarantineCommand::Show { id } => {
            let items = waiting(client).await?;
            let Some(item) = items.iter().find(|item| item.id == *id) else {
                output.note("No such passage waits.")?;
                return Ok(Exit::Refused);
            };
            list(item, output)?;
            if !output.is_json() {
                output.line("")?;
                output.line(&visible(&item.text))?;
            }
        }
        QuarantineCommand::Release { ids } => {
            decide(client, ids, QuarantineDecisionDto::Released).await?;
            output.note(&format!("{} let in.", counted(ids.len())))?;
        }
        QuarantineCommand::Reject { ids } => {
            decide(client, ids, QuarantineDecisionDto::Rejected).await?;
            output.note(&format!("{} refused.", counted(ids.len())))?;
        }
    }
    Ok(Exit::Done)
}

async fn waiting(client: &mut Client) -> Result<Vec<QuarantinedDto>, Failure> {
    let QuarantineDto { items } = client.get("/api/knowledge/quarantine").await?;
    Ok(items)
}

async fn decide(
    client: &mut Client,
    ids: &[i64],
    decision: QuarantineDecisionDto,
) -> Result<(), Failure> {
    for id in ids {
        let path = format!("/api/knowledge/quarantine/{id}");
        client.post::<()>(&path, &QuarantineDecidedDto { decision }).await?;
    }
    Ok(())
}

fn list(item: &QuarantinedDto, output: &Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json(item)?);
    }
    let QuarantinedDto { id, collection, passage, label, held_at, text, concerns, .. } = item;
    output.line(&format!("{id}  {collection}  {passage}  {}  {held_at}", label.as_str()))?;
    for ConcernDto { kind, start, end, rule } in concerns {
        let place: String = text.chars().skip(*start).take(end.saturating_sub(*start)).collect();
        let shown: String = visible(place.trim()).chars().take(SHOWN_CHARS).collect();
        let shown = shown.replace('\n', " ");
        output.line(&format!("    {} ({rule}): {shown}", kind.as_str()))?;
    }
    Ok(())
}

/// A text in which characters that no screen shows stand as their numbers, and which a terminal
/// carries out nothing of.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        let unseen = matches!(
            char,
            '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
                | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E01EF}'
        );
        if unseen || (char.is_control() && char != '\n') {
            shown.extend(char.escape_unicode());
        } else {
            shown.push(char);
        }
    }
    shown
}

fn counted(passages: usize) -> String {
    if passages == 1 { "1 passage was".to_owned() } else { format!("{passages} passages were") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_screen_shows_is_shown_by_its_number() {
        assert_eq!(visible("a\u{202E}b\u{1B}[2J\nc"), "a\\u{202e}b\\u{1b}[2J\nc");
    }
}
