//! Workbooks (ECMA-376, `SpreadsheetML`): each sheet is a table, as the cells show it.

use std::{collections::BTreeMap, io::Cursor};

use calamine::{
    DataRef, DataType, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError,
};

use super::{
    container::{Container, MAX_DOCUMENT_EXPANDED},
    extract::{Extract, Table},
};
use crate::ReadFault;

/// Most cells that are read of a workbook.
const MAX_CELLS: usize = 2_000_000;
/// Most columns that a row may span: a sheet ends at 16,384, and what is read does not.
const MAX_COLUMNS: u32 = 1_024;

/// Reads a workbook. Formulas are not computed: a cell says what it said when it was saved.
pub(super) fn read(bytes: &[u8]) -> Result<Extract, ReadFault> {
    Container::open(bytes, MAX_DOCUMENT_EXPANDED)?.measure()?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| fault(&error))?;
    let sheets = book.sheets_metadata().to_vec();
    let mut extract = Extract::default();
    let mut cells = 0;
    for sheet in sheets.into_iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        let rows = rows(&mut book, &sheet.name, &mut cells)?;
        if rows.is_empty() {
            continue;
        }
        match sheet.visible {
            SheetVisible::Visible => extract.tables.push(Table { title: sheet.name, rows }),
            SheetVisible::Hidden | SheetVisible::VeryHidden => {
                let lines: Vec<String> = rows.iter().map(|row| row.join(" | ")).collect();
                extract.hidden.push(lines.join("\n"));
            }
        }
    }
    Ok(extract)
}

/// The rows of a sheet that hold anything, all as wide as the widest.
fn rows(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    cells: &mut usize,
) -> Result<Vec<Vec<String>>, ReadFault> {
    let mut reader = book.worksheet_cells_reader(name).map_err(|error| fault(&error))?;
    let mut rows: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    while let Some(cell) = reader.next_cell().map_err(|error| fault(&error))? {
        *cells += 1;
        let (row, column) = cell.get_position();
        if *cells > MAX_CELLS || column >= MAX_COLUMNS {
            return Err(ReadFault::TooManyParts);
        }
        let text = shown(cell.get_value());
        if !text.is_empty() {
            rows.entry(row).or_default().insert(column, text);
        }
    }
    let columns = || rows.values().flat_map(BTreeMap::keys).copied();
    let (first, last) = (columns().min().unwrap_or(0), columns().max().unwrap_or(0));
    let row = |mut cells: BTreeMap<u32, String>| {
        (first..=last).map(|column| cells.remove(&column).unwrap_or_default()).collect()
    };
    Ok(rows.into_values().map(row).collect())
}

/// A cell as its sheet shows it.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::DateTime(time) if time.is_datetime() => date(time),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::Int(_) | DataRef::Float(_) | DataRef::DateTime(_) => {
            value.as_string().unwrap_or_default()
        }
    }
}

/// A day, and the time of it where there is one.
fn date(time: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, ..) = time.to_ymd_hms_milli();
    let day = format!("{year:04}-{month:02}-{day:02}");
    if hour == 0 && minute == 0 { day } else { format!("{day} {hour:02}:{minute:02}") }
}

fn fault(error: &XlsxError) -> ReadFault {
    match error {
        XlsxError::Password => ReadFault::Encrypted,
        _ => ReadFault::Damaged,
    }
}
