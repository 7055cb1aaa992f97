//! The search engine: what is indexed, how candidates are found, and its statistics by reader.

use std::collections::HashMap;

use tantivy::{
    Order, ReloadPolicy, Searcher, TantivyDocument, Term,
    collector::{
        TopDocs,
        sort_key::{SortBySimilarityScore, SortByStaticFastValue},
    },
    query::{
        Bm25StatisticsProvider, BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery,
        TermSetQuery,
    },
    schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
};

use crate::{
    class::{Allowed, ClassNumber, Counts},
    exact::ExactTermQuery,
    profile::EntryWords,
    question::Question,
    words::Word,
};

/// Memory for building the index; the engine's minimum, and ample for 100,000 entries.
const HEAP_BYTES: usize = 15_000_000;
/// The engine's own analyser that only cuts at spaces: it is given stems.
const ANALYSER: &str = "whitespace";
/// The fast field that breaks ties and names the entry.
const ORDINAL: &str = "ordinal";

/// The text fields, and how much a word in each counts.
const TEXTS: [(&str, f32); 4] =
    [("question", 2.0), ("alternatives", 1.5), ("answer", 0.7), ("topic", 0.5)];

/// The entries, ready to be searched.
pub(crate) struct Engine {
    searcher: Searcher,
    texts: [Field; TEXTS.len()],
    class: Field,
    statistics: Statistics,
}

/// An entry that shares words with the question.
pub(crate) struct Candidate {
    /// Its place among the entries.
    pub(crate) ordinal: usize,
    /// BM25 over all fields, a multiple of 1/1024.
    pub(crate) score: f32,
}

impl Engine {
    /// Indexes the words of each entry in memory, on one thread.
    pub(crate) fn build(entries: &[(ClassNumber, EntryWords)]) -> tantivy::Result<Self> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(ANALYSER)
            .set_index_option(IndexRecordOption::WithFreqs);
        let text = TextOptions::default().set_indexing_options(indexing);
        let texts = TEXTS.map(|(name, _)| schema.add_text_field(name, text.clone()));
        let class_field = schema.add_u64_field("class", INDEXED);
        let ordinal = schema.add_u64_field(ORDINAL, FAST);
        let index = tantivy::Index::create_in_ram(schema.build());
        let mut statistics = Statistics::default();
        let mut writer = index.writer_with_num_threads(1, HEAP_BYTES)?;
        for (place, (class, words)) in (0_u64..).zip(entries) {
            let mut document = TantivyDocument::new();
            document.add_u64(ordinal, place);
            document.add_u64(class_field, u64::from(*class));
            for (field, stems) in texts.into_iter().zip(stems(words)) {
                document.add_text(field, stems.join(" "));
                statistics.count(field, stems, *class);
            }
            statistics.entries.add(*class, 1);
            writer.add_document(document)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { searcher: reader.searcher(), texts, class: class_field, statistics })
    }

    /// The `limit` best candidates of the `allowed` classes, best first, ties in the order of the entries.
    pub(crate) fn candidates(
        &self,
        allowed: &Allowed,
        question: &Question,
        limit: usize,
    ) -> tantivy::Result<Vec<Candidate>> {
        let words = question.asked.iter().filter(|word| !word.filler);
        let stems = words.flat_map(|word| word.name.split(' '));
        let clauses: Vec<_> = stems
            .flat_map(|stem| {
                self.texts.iter().zip(TEXTS).map(move |(field, text)| (*field, stem, text.1))
            })
            .filter_map(|(field, stem, boost)| self.clause(allowed, field, stem, boost))
            .collect();
        if clauses.is_empty() {
            return Ok(Vec::new());
        }
        let terms = allowed.classes().map(|class| Term::from_field_u64(self.class, class.into()));
        let readable = ConstScoreQuery::new(Box::new(TermSetQuery::new(terms)), 0.0);
        let query = BooleanQuery::new(vec![
            (Occur::Must, Box::new(readable) as Box<dyn Query>),
            (Occur::Must, Box::new(BooleanQuery::new(clauses))),
        ]);
        let order = (
            (SortBySimilarityScore, Order::Desc),
            (SortByStaticFastValue::<u64>::for_field(ORDINAL), Order::Asc),
        );
        let statistics = Scoped { statistics: &self.statistics, allowed };
        let found = self.searcher.search_with_statistics_provider(
            &query,
            &TopDocs::with_limit(limit).order_by(order),
            &statistics,
        )?;
        let candidate = |((score, ordinal), _): ((f32, Option<u64>), _)| {
            Some(Candidate { ordinal: usize::try_from(ordinal?).ok()?, score })
        };
        Ok(found.into_iter().filter_map(candidate).collect())
    }

    /// A word in a field; nothing when no allowed entry has it there.
    fn clause(
        &self,
        allowed: &Allowed,
        field: Field,
        stem: &str,
        boost: f32,
    ) -> Option<(Occur, Box<dyn Query>)> {
        let entries = self.statistics.terms.get(&field)?.get(stem)?.within(allowed);
        let term = Term::from_field_text(field, stem);
        let term = TermQuery::new(term, IndexRecordOption::WithFreqs);
        let query: Box<dyn Query> = Box::new(ExactTermQuery { term, boost });
        (entries > 0).then_some((Occur::Should, query))
    }
}

/// What BM25 counts, by access class.
#[derive(Default)]
struct Statistics {
    entries: Counts,
    tokens: HashMap<Field, Counts>,
    terms: HashMap<Field, HashMap<String, Counts>>,
}

impl Statistics {
    fn count(&mut self, field: Field, mut stems: Vec<&str>, class: ClassNumber) {
        self.tokens.entry(field).or_default().add(class, stems.len());
        stems.sort_unstable();
        stems.dedup();
        let terms = self.terms.entry(field).or_default();
        for stem in stems {
            if let Some(counts) = terms.get_mut(stem) {
                counts.add(class, 1);
            } else {
                terms.entry(stem.to_owned()).or_default().add(class, 1);
            }
        }
    }
}

/// The stems of an entry in the order of the text fields.
fn stems(words: &EntryWords) -> [Vec<&str>; TEXTS.len()] {
    fn of(texts: &[Vec<Word>]) -> Vec<&str> {
        texts.iter().flatten().map(|word| word.stem.as_str()).collect()
    }
    let (question, alternatives) = words.phrasings.split_at(1.min(words.phrasings.len()));
    let (answer, topic) = (std::slice::from_ref(&words.answer), std::slice::from_ref(&words.topic));
    [of(question), of(alternatives), of(answer), of(topic)]
}

/// The statistics of the entries that a reader may read.
struct Scoped<'a> {
    statistics: &'a Statistics,
    allowed: &'a Allowed,
}

impl Bm25StatisticsProvider for Scoped<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        Ok(self.statistics.tokens.get(&field).map_or(0, |count| count.within(self.allowed).into()))
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.statistics.entries.within(self.allowed).into())
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        let terms = self.statistics.terms.get(&term.field());
        let count = term.value().as_str().and_then(|stem| terms?.get(stem));
        Ok(count.map_or(0, |count| count.within(self.allowed).into()))
    }
}
