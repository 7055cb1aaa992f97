//! What the content of a page shows as text, where, and whether anyone sees it.

use std::rc::Rc;

use hayro_syntax::{
    content::{TypedIter, ops::TypedInstruction},
    object::{Dict, Name, Number, Object, Stream},
    page::{Page, Resources, Rotation},
};

use super::{
    font::{Font, Fonts},
    matrix::{Area, Matrix},
};
use crate::ReadFault;

/// Forms within forms that are followed.
const MAX_DEPTH: usize = 12;
/// Most instructions of a document: forms that draw forms that draw forms are many soon.
const MAX_INSTRUCTIONS: usize = 20_000_000;
/// Saved states at once.
const MAX_SAVED: usize = 512;
/// Painted areas that are remembered of a page.
const MAX_PAINTED: usize = 2_000;
/// Smallest text in points that anyone reads.
const READABLE: f64 = 1.0;
/// From here up a component of a colour is white to the eye.
const WHITE: f64 = 0.97;

/// A piece of text in its place.
pub(super) struct Run {
    /// Where it begins and ends, from the left.
    pub(super) start: f64,
    pub(super) end: f64,
    /// Its line, from the bottom.
    pub(super) base: f64,
    /// The size of its letters in points.
    pub(super) size: f64,
    pub(super) text: String,
    /// Whether anyone sees it.
    pub(super) seen: bool,
}

/// What is kept from page to page.
#[derive(Default)]
pub(super) struct Reader {
    fonts: Fonts,
    instructions: usize,
}

impl Reader {
    /// The text of a page in the order in which it is drawn.
    pub(super) fn read(&mut self, page: &Page<'_>) -> Result<Vec<Run>, ReadFault> {
        let upright = upright(page);
        let shown = page.intersected_crop_box();
        let corners = Area::corners(
            (shown.x0, shown.y0),
            (shown.x1 - shown.x0, shown.y1 - shown.y0),
            &upright,
        );
        let mut drawing = Drawing {
            reader: self,
            runs: Vec::new(),
            painted: Vec::new(),
            path: None,
            bounds: Area::around(corners),
        };
        let state = State::new(upright);
        drawing.draw(page.typed_operations(), page.resources(), state, 0)?;
        Ok(drawing.runs)
    }
}

/// From the page's own coordinates to those that it is seen in.
fn upright(page: &Page<'_>) -> Matrix {
    match page.rotation() {
        Rotation::None => Matrix::IDENTITY,
        Rotation::Horizontal => Matrix([0.0, -1.0, 1.0, 0.0, 0.0, 0.0]),
        Rotation::Flipped => Matrix([-1.0, 0.0, 0.0, -1.0, 0.0, 0.0]),
        Rotation::FlippedHorizontal => Matrix([0.0, 1.0, -1.0, 0.0, 0.0, 0.0]),
    }
}

/// The graphics state (ISO 32000-1, section 8.4), as far as it concerns text.
#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    char_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
    mode: i64,
    white: bool,
    clear: bool,
    text: Matrix,
    line: Matrix,
}

impl State {
    const fn new(matrix: Matrix) -> Self {
        Self {
            matrix,
            font: None,
            size: 0.0,
            char_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            mode: 0,
            white: false,
            clear: false,
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
        }
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::shift(x, y).then(&self.line);
        self.text = self.line;
    }

    fn fill(&mut self, components: &[Number], cmyk: bool) {
        self.white = !components.is_empty()
            && components.iter().all(|number| {
                let value = number.as_f64();
                if cmyk { value <= 1.0 - WHITE } else { value >= WHITE }
            });
    }
}

/// Something that text may be seen on.
struct Painted {
    area: Area,
    is_image: bool,
}

/// A page under way.
struct Drawing<'r> {
    reader: &'r mut Reader,
    runs: Vec<Run>,
    painted: Vec<Painted>,
    path: Option<Area>,
    bounds: Option<Area>,
}

impl Drawing<'_> {
    fn draw(
        &mut self,
        mut instructions: TypedIter<'_>,
        resources: &Resources<'_>,
        mut state: State,
        depth: usize,
    ) -> Result<(), ReadFault> {
        let mut saved = Vec::new();
        while let Some(instruction) = instructions.next() {
            self.reader.instructions += 1;
            if self.reader.instructions > MAX_INSTRUCTIONS {
                return Err(ReadFault::TooManyParts);
            }
            match &instruction {
                TypedInstruction::SaveState(_) if saved.len() < MAX_SAVED => {
                    saved.push(state.clone());
                }
                TypedInstruction::RestoreState(_) => {
                    if let Some(before) = saved.pop() {
                        state = before;
                    }
                }
                TypedInstruction::XObject(object) => {
                    if let Some(object) = resources.get_x_object(object.0) {
                        self.object(&object, resources, &state, depth)?;
                    }
                }
                TypedInstruction::TextFont(font) => {
                    let dict = resources.get_font(font.0);
                    state.font = dict.map(|dict| self.reader.fonts.read(&dict));
                    state.size = font.1.as_f64();
                }
                TypedInstruction::SetGraphicsState(name) => {
                    let given = resources.get_ext_g_state(name.0);
                    if let Some(alpha) = given.and_then(|given| given.get::<f64>("ca")) {
                        state.clear = alpha <= 1.0 - WHITE;
                    }
                }
                instruction => {
                    self.paint(instruction, &state);
                    set(instruction, &mut state);
                    self.show(instruction, &mut state);
                }
            }
        }
        Ok(())
    }

    /// Draws an image or a form.
    fn object(
        &mut self,
        object: &Stream<'_>,
        outer: &Resources<'_>,
        state: &State,
        depth: usize,
    ) -> Result<(), ReadFault> {
        let dict = object.dict();
        let kind = dict.get::<Name<'_>>("Subtype");
        let kind = kind.as_ref().map_or(&b""[..], AsRef::as_ref);
        if kind == b"Image" {
            self.cover(Area::corners((0.0, 0.0), (1.0, 1.0), &state.matrix), true);
        }
        if kind != b"Form" || depth >= MAX_DEPTH {
            return Ok(());
        }
        let Ok(content) = object.decoded() else { return Ok(()) };
        let own = dict.get::<Dict<'_>>("Resources").map(Resources::new);
        let mut state = state.clone();
        if let Some(matrix) = dict.get::<[f64; 6]>("Matrix") {
            state.matrix = Matrix(matrix).then(&state.matrix);
        }
        self.draw(TypedIter::new(&content), own.as_ref().unwrap_or(outer), state, depth + 1)
    }

    fn cover(&mut self, corners: [(f64, f64); 4], is_image: bool) {
        if let Some(area) = Area::around(corners)
            && self.painted.len() < MAX_PAINTED
        {
            self.painted.push(Painted { area, is_image });
        }
    }

    /// Follows paths, and remembers what is filled with a colour.
    fn paint(&mut self, instruction: &TypedInstruction<'_, '_>, state: &State) {
        use TypedInstruction as I;
        let point = |x: &Number, y: &Number| state.matrix.apply(x.as_f64(), y.as_f64());
        let points = match instruction {
            I::MoveTo(to) => vec![point(&to.0, &to.1)],
            I::LineTo(to) => vec![point(&to.0, &to.1)],
            I::CubicTo(to) => vec![point(&to.4, &to.5)],
            I::CubicStartTo(to) => vec![point(&to.2, &to.3)],
            I::CubicEndTo(to) => vec![point(&to.2, &to.3)],
            I::RectPath(rect) => {
                let (x, y) = (rect.0.as_f64(), rect.1.as_f64());
                let size = (rect.2.as_f64(), rect.3.as_f64());
                Area::corners((x, y), size, &state.matrix).to_vec()
            }
            I::FillPathNonZero(_)
            | I::FillPathNonZeroCompatibility(_)
            | I::FillPathEvenOdd(_)
            | I::FillAndStrokeNonZero(_)
            | I::FillAndStrokeEvenOdd(_)
            | I::CloseFillAndStrokeNonZero(_)
            | I::CloseFillAndStrokeEvenOdd(_) => {
                let filled = self.path.take().filter(|_| !state.white && !state.clear);
                if let Some(area) = filled.filter(|_| self.painted.len() < MAX_PAINTED) {
                    self.painted.push(Painted { area, is_image: false });
                }
                return;
            }
            I::StrokePath(_) | I::CloseAndStrokePath(_) | I::EndPath(_) => {
                self.path = None;
                return;
            }
            I::Shading(_) => {
                self.painted.extend(self.bounds.map(|area| Painted { area, is_image: false }));
                return;
            }
            I::InlineImage(_) => {
                self.cover(Area::corners((0.0, 0.0), (1.0, 1.0), &state.matrix), true);
                return;
            }
            _ => return,
        };
        if let Some(area) = Area::around(points) {
            self.path = Some(self.path.map_or(area, |path| path.with(&area)));
        }
    }

    fn show(&mut self, instruction: &TypedInstruction<'_, '_>, state: &mut State) {
        use TypedInstruction as I;
        match instruction {
            I::ShowText(show) => self.string(show.0.as_bytes(), state),
            I::NextLineAndShowText(show) => {
                state.next_line(0.0, -state.leading);
                self.string(show.0.as_bytes(), state);
            }
            I::ShowTextWithParameters(show) => {
                (state.word_space, state.char_space) = (show.0.as_f64(), show.1.as_f64());
                state.next_line(0.0, -state.leading);
                self.string(show.2.as_bytes(), state);
            }
            I::ShowTexts(show) => {
                for part in show.0.iter::<Object<'_>>() {
                    match part {
                        Object::String(string) => self.string(string.as_bytes(), state),
                        Object::Number(number) => {
                            let back = number.as_f64() / 1000.0 * state.size * state.scale;
                            state.text = Matrix::shift(-back, 0.0).then(&state.text);
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn string(&mut self, string: &[u8], state: &mut State) {
        let Some(font) = state.font.clone() else { return };
        let place = |state: &State| {
            let page = state.text.then(&state.matrix);
            (page.apply(0.0, state.rise), page.height())
        };
        let ((start, base), height) = place(state);
        let mut text = String::new();
        for glyph in font.glyphs(string) {
            text.push_str(glyph.text.as_deref().unwrap_or("\u{FFFD}"));
            let word_space = if glyph.is_space { state.word_space } else { 0.0 };
            let advance = (glyph.width * state.size + state.char_space + word_space) * state.scale;
            state.text = Matrix::shift(advance, 0.0).then(&state.text);
        }
        let ((end, _), _) = place(state);
        let size = (state.size * height).abs();
        let seen = self.is_seen(state, size, (start, base));
        self.runs.push(Run { start, end, base, size, text, seen });
    }

    /// Whether text here is read by people. White text is, on what was painted; text without ink is
    /// where it lies on the picture that it was recognised in.
    fn is_seen(&self, state: &State, size: f64, (x, y): (f64, f64)) -> bool {
        // A little above the line, where letters are.
        let (x, y) = (x + size * 0.1, y + size * 0.2);
        let inkless = matches!(state.mode, 3 | 7) || state.clear;
        let on = |wanted: fn(&Painted) -> bool| {
            self.painted.iter().any(|painted| wanted(painted) && painted.area.holds(x, y))
        };
        let inked = !inkless || on(|painted| painted.is_image);
        let stands_out = !state.white || on(|_| true);
        let on_page = self.bounds.is_none_or(|bounds| bounds.holds(x, y));
        size >= READABLE && on_page && inked && stands_out
    }
}

/// Carries out what changes the state and shows nothing.
fn set(instruction: &TypedInstruction<'_, '_>, state: &mut State) {
    use TypedInstruction as I;
    match instruction {
        I::Transform(m) => {
            let own = [&m.0, &m.1, &m.2, &m.3, &m.4, &m.5].map(Number::as_f64);
            state.matrix = Matrix(own).then(&state.matrix);
        }
        I::BeginText(_) => (state.text, state.line) = (Matrix::IDENTITY, Matrix::IDENTITY),
        I::SetTextMatrix(m) => {
            let own = [&m.0, &m.1, &m.2, &m.3, &m.4, &m.5].map(Number::as_f64);
            (state.text, state.line) = (Matrix(own), Matrix(own));
        }
        I::NextLine(by) => state.next_line(by.0.as_f64(), by.1.as_f64()),
        I::NextLineAndSetLeading(by) => {
            state.leading = -by.1.as_f64();
            state.next_line(by.0.as_f64(), by.1.as_f64());
        }
        I::NextLineUsingLeading(_) => state.next_line(0.0, -state.leading),
        I::CharacterSpacing(space) => state.char_space = space.0.as_f64(),
        I::WordSpacing(space) => state.word_space = space.0.as_f64(),
        I::HorizontalScaling(scale) => state.scale = scale.0.as_f64() / 100.0,
        I::TextLeading(leading) => state.leading = leading.0.as_f64(),
        I::TextRise(rise) => state.rise = rise.0.as_f64(),
        I::TextRenderingMode(mode) => state.mode = mode.0.as_i64(),
        I::NonStrokeColorDeviceGray(gray) => state.fill(&[gray.0], false),
        I::NonStrokeColorDeviceRgb(rgb) => state.fill(&[rgb.0, rgb.1, rgb.2], false),
        I::NonStrokeColorCmyk(ink) => state.fill(&[ink.0, ink.1, ink.2, ink.3], true),
        I::NonStrokeColor(colour) => state.fill(&colour.0, colour.0.len() == 4),
        I::NonStrokeColorNamed(colour) => state.fill(&colour.0, colour.0.len() == 4),
        I::ColorSpaceNonStroke(_) => state.white = false,
        _ => {}
    }
}
