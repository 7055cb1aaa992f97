//! Tables: comma or tab separated (RFC 4180), the first row naming the columns.

use cloister_types::Label;

use super::{Source, outline::named_cells, text::passage};
use crate::{Entry, IngestError};

/// Reads a table. With columns `question` (or `title`) and `answer` (or `text`) each row is an entry,
/// and `id`, `topic`, `label` and `alternatives` (separated by `|`) may stand beside them. Any other
/// table gives a passage a row, each cell behind the name of its column.
pub(super) fn read(
    source: &Source<'_>,
    label: Label,
    text: &str,
    separator: char,
) -> Result<Vec<Entry>, IngestError> {
    table(source, label, "", rows(text, separator)?)
}

/// The entries of a table; `within` tells its rows from those of the document's other tables.
pub(super) fn table(
    source: &Source<'_>,
    label: Label,
    within: &str,
    rows: Vec<Vec<String>>,
) -> Result<Vec<Entry>, IngestError> {
    let mut rows = rows.into_iter();
    let Some(header) = rows.next() else { return Ok(Vec::new()) };
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    let column = |names: &[&str]| columns.iter().position(|name| names.contains(&name.as_str()));
    let faq = column(&["question", "title"]).zip(column(&["answer", "text"]));
    let mut entries = Vec::new();
    for (number, row) in (2..).zip(rows) {
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).map_or("", |cell| cell.trim());
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some((question, answer)) = faq else {
            let title = cell(Some(0)).to_owned();
            let title = if title.is_empty() { format!("{number}") } else { title };
            let label = source.label.unwrap_or(Label::Internal);
            let place = format!("{within}row-{number}");
            let text = named_cells(&header, &row, "\n");
            entries.push(passage(source, label, &place, "", &title, text)?);
            continue;
        };
        let (question, answer) = (cell(Some(question)), cell(Some(answer)));
        if question.is_empty() || answer.is_empty() {
            return Err(IngestError::Row { row: number });
        }
        let topic = cell(column(&["topic"]));
        let place = format!("{within}row-{number}");
        let mut entry = passage(source, label, &place, topic, question, answer.to_owned())?;
        let (id, own) = (cell(column(&["id"])), cell(column(&["label"])));
        if !id.is_empty() {
            entry.id = id.parse().map_err(|_| IngestError::Row { row: number })?;
        }
        if !own.is_empty() {
            entry.label = own.parse().map_err(|_| IngestError::Row { row: number })?;
        }
        let others = cell(column(&["alternatives"])).split('|').map(str::trim);
        entry.alternatives.extend(others.filter(|other| !other.is_empty()).map(str::to_owned));
        entries.push(entry);
    }
    Ok(entries)
}

/// The cells of each row. A quoted cell may hold separators, line ends and doubled quotes.
fn rows(text: &str, separator: char) -> Result<Vec<Vec<String>>, IngestError> {
    let mut rows = Vec::new();
    let (mut row, mut cell) = (Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            char if char == separator && !quoted => row.push(std::mem::take(&mut cell)),
            char => cell.push(char),
        }
    }
    if quoted {
        return Err(IngestError::Row { row: rows.len() + 1 });
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: Source<'_> = Source { name: "t.csv", collection: "c", label: None, bytes: b"" };

    #[test]
    fn a_faq_table_gives_entries() {
        let table = "Id,Question,Answer,Alternatives\r\nr1,\"How, \"\"when\"\"?\",\"One\nTwo\",a | b\r\n,Q,A,\r\n";
        let entries = read(&SOURCE, Label::Public, table, ',').expect("a table");
        assert_eq!(
            (entries[0].id.as_str(), entries[0].question.as_str()),
            ("r1", "How, \"when\"?")
        );
        assert_eq!((entries[0].answer.as_str(), entries[0].alternatives.len()), ("One\nTwo", 2));
        assert_eq!(entries[1].id.as_str(), "t.csv#row-3");
    }

    #[test]
    fn any_other_table_stays_readable_and_closed() {
        let entries =
            read(&SOURCE, Label::Public, "Town\tTram\nAhaus\t4\n", '\t').expect("a table");
        assert_eq!(entries[0].answer, "Town: Ahaus\nTram: 4");
        assert_eq!((entries[0].question.as_str(), entries[0].label), ("Ahaus", Label::Internal));
    }

    #[test]
    fn a_faulty_row_is_named() {
        let fault = |table: &str| read(&SOURCE, Label::Public, table, ',').expect_err("a fault");
        assert!(matches!(fault("question,answer\nQ,A\nQ,\n"), IngestError::Row { row: 3 }));
        assert!(matches!(fault("question,answer\n\"Q,A\n"), IngestError::Row { row: 2 }));
        assert!(matches!(fault("question,answer,label\nQ,A,x\n"), IngestError::Row { row: 2 }));
    }
}
