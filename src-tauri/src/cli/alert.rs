//! `cloister alert`: list, ack, close, rules, rule.

use cloister_app::{AlertDto, AlertRuleDto, AlertRulesDto, AlertsDto};
use serde_json::json;

use super::{Bench, Exit, Failure, Need, Purpose, output::Output};

#[derive(clap::Subcommand)]
pub(crate) enum AlertCommand {
    /// List alerts, those that are not closed first
    List,
    /// Say that somebody is looking into an alert
    Ack {
        /// The alert
        id: String,
    },
    /// Close an alert
    Close {
        /// The alert
        id: String,
        /// How it was dealt with; names and numbers of people are hidden before it is kept
        #[arg(long)]
        note: String,
    },
    /// List what raises alerts, with thresholds and their bounds
    Rules,
    /// Change what raises an alert, within its bounds
    Rule {
        /// The rule
        kind: String,
        /// What has to be exceeded, or fallen below
        #[arg(long)]
        threshold: Option<u64>,
        /// Seconds within which events are counted
        #[arg(long, value_name = "SECONDS")]
        window: Option<u64>,
    },
}

pub(crate) async fn run(bench: &Bench<'_>, command: AlertCommand) -> Result<Exit, Failure> {
    let output = bench.output;
    bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            match &command {
                AlertCommand::List => {
                    let alerts: AlertsDto = client.get("/api/alerts").await?;
                    alerts.items.iter().try_for_each(|alert| show(alert, output))?;
                    if alerts.items.is_empty() {
                        output.note("No alerts.")?;
                    }
                }
                AlertCommand::Ack { id } => {
                    let change = json!({ "state": "acknowledged" });
                    show(&client.patch(&format!("/api/alerts/{id}"), &change).await?, output)?;
                }
                AlertCommand::Close { id, note } => {
                    let change = json!({ "state": "closed", "note": note });
                    show(&client.patch(&format!("/api/alerts/{id}"), &change).await?, output)?;
                }
                AlertCommand::Rules => {
                    let rules: AlertRulesDto = client.get("/api/alerts/rules").await?;
                    rules.items.iter().try_for_each(|rule| show_rule(rule, output))?;
                }
                AlertCommand::Rule { kind, threshold, window } => {
                    let change =
                        json!({ "kind": kind, "threshold": threshold, "window_s": window });
                    show_rule(&client.patch("/api/alerts/rules", &change).await?, output)?;
                }
            }
            Ok(Exit::Done)
        })
        .await
}

fn show(alert: &AlertDto, output: &Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json(alert)?);
    }
    let AlertDto { id, kind, severity, state, count, last_at, .. } = alert;
    let state = format!("{state:?}").to_lowercase();
    let times = if *count == 1 { String::new() } else { format!("  {count} times") };
    output.line(&format!("{id}  {severity:<8}  {state:<12}  {kind}  {last_at}{times}"))?;
    if let Some(note) = &alert.note {
        output.line(&format!("    {note}"))?;
    }
    Ok(())
}

fn show_rule(rule: &AlertRuleDto, output: &Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json(rule)?);
    }
    let AlertRuleDto { kind, event, test, threshold, lowest, highest, .. } = rule;
    let condition = match test.as_str() {
        "count" => format!("more than {threshold} {event} in {} s", rule.window_s),
        _ => format!("{event} {test} {threshold}"),
    };
    Ok(output.line(&format!("{kind:<20}  {condition}  ({lowest} to {highest})"))?)
}
