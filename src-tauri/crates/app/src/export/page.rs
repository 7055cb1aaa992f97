//! A JSON value as a page for people: one file that loads nothing and runs nothing.

use std::{
    fmt,
    io::{self, Write},
};

use serde_json::Value;

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>";

const STYLE: &str = "</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem;
       color: #1c1c1c; background: #fff; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; }
dl { margin: 0.25rem 0 1rem; } dt { font-weight: 600; } dd { margin: 0 0 0.25rem 1.5rem; }
section { border-left: 3px solid #ccc; padding-left: 1rem; margin: 1rem 0; }
.none { color: #595959; } .text { white-space: pre-wrap; overflow-wrap: anywhere; }
</style>
</head>
<body>
";

/// Writes the page of a person's data.
pub(super) fn write(data: &Value, out: &mut impl Write) -> io::Result<()> {
    document("What is held about you", data, out)
}

/// Writes `data`, an object, as a page under `title`: a part for each member.
pub(crate) fn document(title: &str, data: &Value, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{HEAD}{title}{STYLE}<h1>{title}</h1>", title = Escaped(title))?;
    for (name, value) in data.as_object().into_iter().flatten() {
        writeln!(out, "<h2>{}</h2>", Heading(name))?;
        block(value, out)?;
    }
    out.write_all(b"</body>\n</html>\n")
}

fn block(value: &Value, out: &mut impl Write) -> io::Result<()> {
    match value {
        Value::Array(items) if items.is_empty() => none(out),
        Value::Array(items) => items.iter().try_for_each(|item| {
            out.write_all(b"<section>\n")?;
            block(item, out)?;
            out.write_all(b"</section>\n")
        }),
        Value::Object(members) if members.is_empty() => none(out),
        Value::Object(members) => {
            out.write_all(b"<dl>\n")?;
            for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                writeln!(out, "<dt>{}</dt>\n<dd>", Heading(name))?;
                block(value, out)?;
                out.write_all(b"</dd>\n")?;
            }
            out.write_all(b"</dl>\n")
        }
        Value::String(text) => writeln!(out, "<div class=\"text\">{}</div>", Escaped(text)),
        Value::Null => none(out),
        Value::Bool(yes) => writeln!(out, "<div>{}</div>", if *yes { "yes" } else { "no" }),
        Value::Number(number) => writeln!(out, "<div>{number}</div>"),
    }
}

fn none(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"<div class=\"none\">Nothing.</div>\n")
}

/// Text that stays text in HTML, between tags and in attributes.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => fmt::Write::write_char(f, other)?,
            }
        }
        Ok(())
    }
}

/// A member's name as a heading: `access_log` is “Access log”.
struct Heading<'a>(&'a str);

impl fmt::Display for Heading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chars = self.0.chars();
        let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
        let words = chars.as_str().replace('_', " ");
        write!(f, "{}{}", Escaped(&first), Escaped(&words))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_in_a_page_runs_or_loads() {
        let planted = "<script>alert('x')</script><img src=\"http://x.example/\" onerror=x>";
        let data = json!({ "notes_<b>": [{ "text": planted, "none": null }, [], true, 7] });
        let mut page = Vec::new();
        document("A & B", &data, &mut page).expect("memory takes everything");
        let page = String::from_utf8(page).expect("UTF-8");
        for tag in ["<script", "<img", "<b>", "src=\"http"] {
            assert!(!page.contains(tag), "{tag}");
        }
        assert!(page.contains("A &amp; B"));
        assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
        assert!(page.contains("<h2>Notes &lt;b&gt;</h2>"));
    }
}
