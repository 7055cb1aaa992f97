//! A walk through every operation of the API, remembering what was answered.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Answer, Reader};

/// What was called, and what the refusals said.
#[derive(Debug, Default)]
pub struct Tour {
    called: BTreeSet<String>,
    /// The bodies of refusals, each with the operation that refused.
    pub refusals: Vec<(String, String)>,
}

impl Tour {
    /// Calls `operation`, a method and a template as in the API's description, with `place` for the
    /// name in braces, or behind the path where there is none.
    pub async fn call(
        &mut self,
        reader: &mut Reader,
        operation: &str,
        place: &str,
        body: Option<Value>,
    ) -> Answer {
        let (method, path) = addressed(operation, place);
        let answer = reader.call(method, &path, body).await;
        self.note(operation, &answer);
        answer
    }

    /// As [`Tour::call`]; the operation must succeed.
    ///
    /// # Panics
    /// When it does not.
    pub async fn done(
        &mut self,
        reader: &mut Reader,
        operation: &str,
        place: &str,
        body: Option<Value>,
    ) -> Answer {
        let answer = self.call(reader, operation, place, body).await;
        assert!(answer.status < 400, "{operation} {place}: {} {}", answer.status, answer.text);
        answer
    }

    /// Puts `bytes` as they are, which must succeed.
    ///
    /// # Panics
    /// When it does not.
    pub async fn upload(
        &mut self,
        reader: &mut Reader,
        operation: &str,
        place: &str,
        bytes: &[u8],
    ) -> Answer {
        let (_, path) = addressed(operation, place);
        let answer = reader.upload(&path, bytes).await;
        self.note(operation, &answer);
        assert!(answer.status < 400, "{operation}: {} {}", answer.status, answer.text);
        answer
    }

    /// The operations of `description` that were never called.
    #[must_use]
    pub fn left_out(&self, description: &Value) -> Vec<String> {
        let operations = operations(description).into_iter();
        operations.filter(|operation| !self.called.contains(operation)).collect()
    }

    fn note(&mut self, operation: &str, answer: &Answer) {
        self.called.insert(operation.to_owned());
        if answer.status >= 400 {
            self.refusals.push((operation.to_owned(), answer.text.clone()));
        }
    }
}

/// Every operation that an `OpenAPI` description names, such as `GET /api/turns/{id}`.
///
/// # Panics
/// When it is no such description.
#[must_use]
pub fn operations(description: &Value) -> Vec<String> {
    let paths = description["paths"].as_object().expect("paths");
    let named = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("an item").keys();
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(named).collect()
}

/// The method and the address of `operation` with `place` in it.
fn addressed<'a>(operation: &'a str, place: &str) -> (&'a str, String) {
    let (method, template) = operation.split_once(' ').expect("a method and a template");
    match (template.find('{'), template.find('}')) {
        (Some(from), Some(to)) => {
            let (head, tail) = (template.get(..from), template.get(to + 1..));
            let (head, tail) = (head.unwrap_or_default(), tail.unwrap_or_default());
            (method, format!("{head}{place}{tail}"))
        }
        _ => (method, format!("{template}{place}")),
    }
}
