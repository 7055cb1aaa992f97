//! Follows brackets, tags and key blocks over the words of an answer.

use std::ops::Range;

/// How many words the head of a key block may have.
const HEAD_WORDS: u8 = 6;

/// What the end of the answer so far lies in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// In square brackets, so deep.
    Bracket(u8),
    /// Just after the closing bracket.
    Closed,
    /// In the round brackets of a link.
    Target,
    /// After `[name]:`, where the target of a link may be defined.
    Definition,
    /// After that target, where its title may follow.
    Defined,
    /// In that title, which ends at this sign.
    Title(char),
    Tag,
    /// In `-----BEGIN …`, so many words on.
    KeyHead(u8),
    Key,
    /// In `-----END …`.
    KeyTail,
}

/// The structure that is open, and where it began, in bytes of the answer.
#[derive(Debug, Default)]
pub(super) struct Structure {
    state: State,
    from: usize,
    /// Brackets, links and tags that ended and are still held.
    ended: Vec<Range<usize>>,
}

impl Structure {
    pub(super) fn held_from(&self) -> Option<usize> {
        (self.state != State::Text).then_some(self.from)
    }

    pub(super) fn is_open(&self) -> bool {
        self.state != State::Text
    }

    /// Whether nothing is open or held.
    pub(super) const fn is_free(&self) -> bool {
        matches!(self.state, State::Text) && self.ended.is_empty()
    }

    /// `cut`, or the start of the bracket, link or tag that it would cut in two.
    pub(super) fn before(&self, cut: usize) -> usize {
        let parted = self.ended.iter().find(|ended| ended.start < cut && cut < ended.end);
        parted.map_or(cut, |ended| ended.start)
    }

    /// Where the private key begins that is open.
    pub(super) fn key_from(&self) -> Option<usize> {
        matches!(self.state, State::Key | State::KeyTail).then_some(self.from)
    }

    /// Takes the next token, which starts at byte `start`; a cold token changes plain text not at
    /// all. Returns the private key that ends in it.
    pub(super) fn advance(
        &mut self,
        token: &str,
        start: usize,
        is_hot: bool,
    ) -> Option<Range<usize>> {
        if self.state == State::Text && !is_hot {
            return None;
        }
        if let State::KeyHead(_) | State::Key | State::KeyTail = self.state {
            return self.advance_key(token, start);
        }
        if let Some(at) = token.find("-----BEGIN") {
            (self.state, self.from) = (State::KeyHead(0), start + at);
            return self.advance_key(token, start);
        }
        let blank =
            token.chars().take_while(|c| c.is_whitespace()).filter(|c| *c == '\n').count() > 1;
        if blank {
            self.state = State::Text;
        }
        let mut chars = token.char_indices().peekable();
        let mut previous = ' ';
        if self.state == State::Defined {
            let word = token.trim_start();
            if let Some(close) = closing(word) {
                self.state = State::Title(close);
                chars.nth(token.chars().count() - word.chars().count());
            } else {
                self.ended.push(self.from..start);
                self.state = State::Text;
            }
        }
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, next)| *next);
            let was_open = self.state != State::Text;
            self.take(c, next, previous, start + at);
            if was_open && self.state == State::Text {
                self.ended.push(self.from..start + at + c.len_utf8());
            }
            previous = c;
        }
        // what follows stands apart, so that no target can follow the bracket
        if self.state == State::Definition && !token.ends_with(':') {
            self.state = State::Defined;
        }
        if self.state == State::Closed {
            self.ended.push(self.from..start + token.len());
            self.state = State::Text;
        }
        None
    }

    fn take(&mut self, c: char, next: Option<char>, previous: char, at: usize) {
        self.state = match (self.state, c) {
            (State::Text | State::Closed, '[') => {
                if self.state == State::Text {
                    self.from = if previous == '!' { at - 1 } else { at };
                }
                State::Bracket(1)
            }
            (State::Text, ']') if next == Some('(') => {
                self.from = at;
                State::Closed
            }
            (State::Text | State::Closed | State::Tag, '<') => {
                let opens =
                    next.is_some_and(|next| next.is_ascii_alphabetic() || "/!|<｜".contains(next));
                if opens {
                    self.from = if self.state == State::Tag { self.from } else { at };
                    State::Tag
                } else {
                    State::Text
                }
            }
            (State::Bracket(depth), '[') => State::Bracket(depth.saturating_add(1)),
            (State::Bracket(depth), ']') if depth > 1 => State::Bracket(depth - 1),
            (State::Bracket(_), ']') => State::Closed,
            (State::Closed, '(') => State::Target,
            (State::Closed, ':') => State::Definition,
            (State::Title(close), c) if c == close => State::Text,
            (State::Target, ')' | '\n')
            | (State::Title(_), '\n')
            | (State::Tag, '>')
            | (State::Closed, _) => State::Text,
            (state, _) => state,
        };
    }

    fn advance_key(&mut self, token: &str, start: usize) -> Option<Range<usize>> {
        if let State::KeyHead(words) = self.state {
            let ended = !token.contains("-----BEGIN") && token.trim_end().ends_with("-----");
            self.state = match token.contains("PRIVATE") {
                true => State::Key,
                false if ended || words >= HEAD_WORDS => State::Text,
                false => State::KeyHead(words + 1),
            };
        }
        let mut tail = token;
        if self.state == State::Key {
            tail = token.split_once("-----END")?.1;
            self.state = State::KeyTail;
        }
        if self.state == State::KeyTail && tail.contains("-----") {
            self.state = State::Text;
            return Some(self.from..start + token.len());
        }
        None
    }

    /// Everything before byte `cut` is gone: what began there is a bracket or tag no more.
    pub(super) fn move_on(&mut self, cut: usize) {
        self.ended.retain(|ended| ended.end > cut);
        if self.from >= cut {
            return;
        }
        match self.state {
            State::KeyHead(_) | State::Key | State::KeyTail => self.from = cut,
            State::Text
            | State::Bracket(_)
            | State::Closed
            | State::Target
            | State::Definition
            | State::Defined
            | State::Title(_)
            | State::Tag => {
                self.state = State::Text;
            }
        }
    }

    /// Forgets what is open.
    pub(super) fn reset(&mut self) {
        self.state = State::Text;
        self.ended.clear();
    }
}

/// The sign that closes the title which `word` opens.
fn closing(word: &str) -> Option<char> {
    match word.chars().next()? {
        '(' => Some(')'),
        quote @ ('"' | '\'') => Some(quote),
        _ => None,
    }
}
