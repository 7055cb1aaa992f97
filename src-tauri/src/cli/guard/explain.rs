//! `cloister guard explain`: a text with its findings marked, and the reason of each.

use cloister_guard::{Action, Finding, Guard, Scan, Treatment};
use serde_json::{Value, json};

use super::verdicts;
use crate::cli::{Exit, Failure, output::Output};

/// Style of what is replaced: black on yellow (ECMA-48 SGR).
const REPLACED: &str = "30;43";
/// Style of what is only reported: underlined.
const REPORTED: &str = "4";

/// Scans `text` and prints it with marks, the reason of each, and what is done with the text.
pub(super) fn run(guard: &Guard, text: &str, output: &Output) -> Result<Exit, Failure> {
    let scan = guard.scan(text);
    if output.is_json() {
        output.json(&with_reasons(guard, &scan))?;
        return Ok(Exit::Done);
    }
    output.line(&marked(text, &scan.findings, output))?;
    output.line("")?;
    for (number, finding) in (1..).zip(&scan.findings) {
        let fate = match finding.treatment {
            Treatment::Replace => format!("becomes {}", finding.category.placeholder()),
            Treatment::Report => "stays".to_owned(),
        };
        let (category, score) = (finding.category, finding.score);
        output.line(&format!(
            "{number:>3}  {category:<16} {fate:<26} {:<22} {score:.2}",
            finding.rule
        ))?;
        output.line(&format!("     {}", guard.reason(finding.rule)))?;
    }
    if scan.findings.is_empty() {
        output.line("No personal data and no secrets were found.")?;
    }
    output.line("")?;
    verdict(
        guard,
        "Attack",
        scan.injection.flagged,
        scan.injection.score,
        &scan.injection.rules,
        output,
    )?;
    let moderation = &scan.moderation;
    verdict(guard, "Harm", moderation.flagged, moderation.score, &moderation.rules, output)?;
    output.line("")?;
    output.line(match scan.action {
        Action::Allow => "The text goes on as it is.",
        Action::Redact => "The text goes on like this:",
        Action::Redirect => {
            "The text is answered with a neutral or caring notice. It would be kept like this:"
        }
        Action::Block => "The text is refused. It would be kept like this:",
    })?;
    if scan.action != Action::Allow {
        output.line(&printable(scan.sanitized.as_str()))?;
    }
    Ok(Exit::Done)
}

fn verdict(
    guard: &Guard,
    name: &str,
    flagged: bool,
    score: f32,
    rules: &[&'static str],
    output: &Output,
) -> Result<(), Failure> {
    let word = if flagged { output.styled("1;31", "yes") } else { "no".to_owned() };
    output.line(&format!("{name}: {word}, score {score:.2}"))?;
    for rule in rules {
        output.line(&format!("     {}  ({rule})", guard.reason(rule)))?;
    }
    Ok(())
}

fn with_reasons(guard: &Guard, scan: &Scan) -> Value {
    let mut result = verdicts(scan);
    for (shown, finding) in
        result["findings"].as_array_mut().into_iter().flatten().zip(&scan.findings)
    {
        shown["reason"] = json!(guard.reason(finding.rule));
    }
    let reasons = |rules: &[&'static str]| -> Vec<String> {
        rules.iter().map(|rule| guard.reason(rule).into_owned()).collect()
    };
    result["injection"]["reasons"] = json!(reasons(&scan.injection.rules));
    result["moderation"]["reasons"] = json!(reasons(&scan.moderation.rules));
    result
}

/// `text` with each finding in brackets and its number behind it; findings that lie within others
/// are listed only.
fn marked(text: &str, findings: &[Finding], output: &Output) -> String {
    let chars: Vec<char> = text.chars().collect();
    let part = |from: usize, to: usize| -> String {
        printable(&chars.get(from..to).unwrap_or_default().iter().collect::<String>())
    };
    let (mut shown, mut at) = (String::new(), 0);
    for (number, finding) in (1_usize..).zip(findings) {
        if finding.span.start < at {
            continue;
        }
        shown.push_str(&part(at, finding.span.start));
        let style = match finding.treatment {
            Treatment::Replace => REPLACED,
            Treatment::Report => REPORTED,
        };
        let datum = format!("⟦{}⟧", part(finding.span.start, finding.span.end));
        shown.push_str(&output.styled(style, &datum));
        shown.extend(["(", &number.to_string(), ")"]);
        at = finding.span.end;
    }
    shown.push_str(&part(at, chars.len()));
    shown
}

/// `text` with control and invisible characters spelled out, so that it cannot command a terminal.
fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}');
        if (c.is_control() && c != '\n' && c != '\t') || hidden {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_marked_and_nothing_can_command_the_terminal() {
        let guard = Guard::default();
        let output = Output::new(false);
        let text = "é\u{1b}[2J mail ann@example.org, or bob@example.org\u{202e}.";
        let shown = marked(text, &guard.scan(text).findings, &output);
        let wanted = "é\\u{1b}[2J mail ⟦ann@example.org⟧(1), or ⟦bob@example.org⟧(2)\\u{202e}.";
        assert_eq!(shown, wanted);
    }
}
