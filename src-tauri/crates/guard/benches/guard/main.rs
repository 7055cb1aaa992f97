//! How fast the guard is: rules alone, without a tagger. `make bench-guard` puts it into a table.
//!
//! `cargo bench -p cloister-guard -- scan/300` runs a part.

mod texts;

use std::{hint::black_box, sync::Arc, time::Duration};

use cloister_guard::{AnswerContext, AnswerFilter, Guard};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Characters of a short and a usual message, and of the longest one that a turn admits.
const MESSAGES: [usize; 3] = [60, 300, 8_000];

/// Bytes of the hostile texts: each twice the one before, so that growth shows.
const HOSTILE: [usize; 5] = [64 << 10, 128 << 10, 256 << 10, 512 << 10, 1 << 20];

/// Characters of a token as a model streams it, on average.
const TOKEN: usize = 4;

/// Runs every stage over different messages in turn, so that no branch is learnt by heart.
fn scan(c: &mut Criterion) {
    let guard = Guard::default();
    let mut group = c.benchmark_group("scan");
    for chars in MESSAGES {
        let messages = texts::messages(chars);
        let mut turn = messages.iter().cycle();
        group.bench_function(BenchmarkId::from_parameter(chars), |b| {
            b.iter(|| guard.scan(black_box(turn.next().expect("a cycle has no end"))));
        });
    }
    group.finish();
}

/// Runs each stage alone over messages of 300 characters. The scores of `injection` and
/// `moderation` are part of their stages.
fn stages(c: &mut Criterion) {
    let guard = Guard::default();
    let messages = texts::messages(300);
    let read: Vec<_> = messages.iter().map(|text| (text, guard.normalise(text))).collect();
    let mut group = c.benchmark_group("stage");
    let mut turn = read.iter().cycle();
    let mut next = || turn.next().expect("a cycle has no end");
    group.bench_function("normalise", |b| b.iter(|| guard.normalise(black_box(next().0))));
    group.bench_function("injection", |b| b.iter(|| guard.injection(black_box(&next().1))));
    group.bench_function("moderation", |b| b.iter(|| guard.moderation(black_box(&next().1))));
    group.bench_function("redact", |b| {
        b.iter(|| {
            let (text, views) = next();
            guard.redact(black_box(text), views)
        });
    });
    group.finish();
}

/// Runs every stage over texts that were built to be slow, at growing lengths.
fn hostile(c: &mut Criterion) {
    let guard = Guard::default();
    let mut group = c.benchmark_group("hostile");
    group.sample_size(10).warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_millis(800));
    for (name, pattern) in texts::HOSTILE {
        for bytes in HOSTILE {
            let text = texts::repeated(pattern, bytes);
            group.throughput(Throughput::Bytes(bytes as u64));
            group.bench_function(BenchmarkId::new(*name, bytes), |b| {
                b.iter(|| guard.scan(black_box(&text)));
            });
        }
    }
    group.finish();
}

/// Streams an answer of 64 KiB through the filter, token by token and in one piece.
fn filter(c: &mut Criterion) {
    let guard = Arc::new(Guard::default());
    let context = AnswerContext {
        passages: vec![texts::PASSAGE.to_owned()],
        system_prompt: texts::PROMPT.to_owned(),
        canary: "c0ffee5eedbead42".to_owned(),
        citations: 2,
        private_names: vec!["Carla Winter".to_owned()],
    };
    let mut group = c.benchmark_group("filter");
    for (name, answer) in [("plain", texts::ANSWER), ("data", texts::ANSWER_WITH_DATA)] {
        let text = texts::repeated(answer, 64 << 10);
        let chars: Vec<char> = text.chars().collect();
        let tokens: Vec<String> = chars.chunks(TOKEN).map(String::from_iter).collect();
        group.throughput(Throughput::Bytes(text.len() as u64));
        let mut run = |way: &str, chunks: &[String]| {
            group.bench_function(BenchmarkId::new(name, way), |b| {
                b.iter(|| {
                    let mut filter = AnswerFilter::new(Arc::clone(&guard), context.clone());
                    for chunk in chunks {
                        black_box(filter.push(black_box(chunk)));
                    }
                    filter.finish()
                });
            });
        };
        run("tokens", &tokens);
        run("whole", std::slice::from_ref(&text));
    }
    group.finish();
}

criterion_group! {
    name = guard;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = scan, stages, hostile, filter
}
criterion_main!(guard);
