//! What is printed, and where: answers on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::{Exit, Failure};

/// Prints for people or for programs.
pub(crate) struct Output {
    json: bool,
}

#[expect(clippy::unused_self, reason = "who prints holds an `Output`, whatever it has to know")]
impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether programs read this.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// One JSON value on a line of its own.
    pub(crate) fn json(&self, value: &impl Serialize) -> io::Result<()> {
        io::stdout().lock().write_all(json_line(value)?.as_bytes())
    }

    /// Text on standard output, as it is, at once.
    pub(crate) fn write(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// A line on standard output.
    pub(crate) fn line(&self, text: &str) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{text}")
    }

    /// A line on standard error: progress, hints, what went wrong.
    pub(crate) fn note(&self, text: &str) -> io::Result<()> {
        writeln!(io::stderr().lock(), "{text}")
    }

    /// `text` in the terminal's style `code` (ECMA-48 SGR), where a person looks at a terminal that
    /// wants colour.
    pub(crate) fn styled(&self, code: &str, text: &str) -> String {
        let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Says why a command was not done.
    pub(crate) fn fail(&self, failure: &Failure) -> Exit {
        if let Failure::Io(error) = failure
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            // The reader had enough, as with `| head`.
            return Exit::Done;
        }
        let said = match failure {
            Failure::App(error) if self.json => {
                let retry_after_s = error.retry_after.map(|wait| wait.as_secs());
                let detail = serde_json::json!({ "error": {
                    "code": error.code, "message": error.message, "retry_after_s": retry_after_s,
                } });
                self.json(&detail)
            }
            _ => self.note(&format!("cloister: {failure}")),
        };
        // Nobody is left to tell when even that cannot be written.
        drop(said);
        failure.exit()
    }
}

/// One JSON value and a line feed. Characters that some readers take for the end of a line (U+0085,
/// U+2028, U+2029) are escaped; in JSON they can only stand in strings.
pub(crate) fn json_line(value: &impl Serialize) -> io::Result<String> {
    let mut line = serde_json::to_string(value)?;
    for (char, escape) in [('\u{85}', "\\u0085"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")]
    {
        if line.contains(char) {
            line = line.replace(char, escape);
        }
    }
    line.push('\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_for_every_reader() {
        let text = "a\u{2028}b\u{85}c\u{2029}d\n";
        let line = json_line(&text).expect("a string serialises");
        assert_eq!(line, "\"a\\u2028b\\u0085c\\u2029d\\n\"\n");
        assert_eq!(serde_json::from_str::<String>(&line).expect("and comes back"), text);
    }
}
