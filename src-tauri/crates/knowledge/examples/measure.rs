//! Measures retrieval by words and fits its constants in `calibration.rs`.
//!
//! ```sh
//! cargo run --release -p cloister-knowledge --example measure -- \
//!     packaging/packs/manga/faq.jsonl tests/cases/knowledge/off-topic.jsonl
//! cargo run --release -p cloister-knowledge --example measure -- ENTRIES.jsonl QUERIES.jsonl
//! ```
//!
//! The second file holds `{"text"}` rows that the entries do not cover, or `{"text","relevant"}`
//! rows with the ids that answer them. Without any relevant row, the covered questions are the
//! entries' own phrasings, each searched in an index from which it was left out. Printed are the
//! ranking's quality, how well the in-scope score separates, and the fitted logistic.
#![expect(clippy::print_stdout, reason = "a measuring program")]
#![expect(clippy::cast_precision_loss, reason = "counts of questions stay far below 2^52")]

use std::{collections::BTreeMap, env, error::Error, fs, time::Instant};

use cloister_knowledge::{AnswerMode, Entry, FEATURES, Features, Hit, Index, Search, read_pack};
use cloister_types::ReadScope;
use serde::Deserialize;

/// Hits that are looked at.
const TOP: usize = 30;
/// How much a weight is drawn towards zero.
const SHRINK: f64 = 0.0005;

#[derive(Deserialize)]
struct Row {
    text: String,
    #[serde(default)]
    relevant: Vec<String>,
    expect: Option<String>,
}

/// A question, what answers it (nothing: out of scope), and what was found.
struct Trial {
    text: String,
    relevant: Vec<String>,
    found: Search,
    mode: AnswerMode,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = env::args().skip(1);
    let (Some(pack), Some(rows)) = (paths.next(), paths.next()) else {
        return Err("usage: measure ENTRIES.jsonl QUERIES.jsonl".into());
    };
    let verbose = paths.next().is_some();
    let entries = read_pack("measured", &fs::read_to_string(pack)?)?;
    let rows = fs::read_to_string(rows)?;
    let rows: Vec<Row> = rows.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let mut trials = ask(&entries, &rows)?;
    if trials.iter().all(|trial| trial.relevant.is_empty()) {
        trials.extend(leave_one_out(&entries)?);
    }
    report(&trials, verbose);
    fit_scope(&trials);
    fit_ranking(&trials);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a measurement reads everything")]
fn scope_of(index: &Index) -> ReadScope {
    ReadScope::mint(index.classes().iter().cloned().collect())
}

fn ask(entries: &[Entry], rows: &[Row]) -> Result<Vec<Trial>, Box<dyn Error>> {
    let start = Instant::now();
    let index = Index::build(entries)?;
    println!("{} entries indexed in {:?}", entries.len(), start.elapsed());
    let scope = scope_of(&index);
    let mut spent: Vec<_> = Vec::with_capacity(rows.len());
    let mut trials = Vec::with_capacity(rows.len());
    for row in rows {
        let start = Instant::now();
        let found = index.search(&scope, &row.text, TOP)?;
        spent.push(start.elapsed());
        let relevant = row.relevant.iter().chain(&row.expect).cloned().collect();
        let mode = index.answer_mode(&scope, &row.text)?;
        trials.push(Trial { text: row.text.clone(), relevant, found, mode });
    }
    spent.sort();
    println!("search: median {:?}, slowest {:?}", spent[spent.len() / 2], spent[spent.len() - 1]);
    Ok(trials)
}

/// Asks each entry's phrasings by rows: the index lacks the row's phrasing of every entry.
fn leave_one_out(entries: &[Entry]) -> Result<Vec<Trial>, Box<dyn Error>> {
    let mut trials = Vec::new();
    let rows = entries.iter().map(|entry| entry.alternatives.len()).max().unwrap_or(0);
    for row in 0..=rows {
        let mut without = entries.to_vec();
        let mut left_out = Vec::new();
        for entry in without.iter_mut().filter(|entry| row <= entry.alternatives.len()) {
            if entry.alternatives.is_empty() {
                continue;
            }
            let mut phrasings = vec![std::mem::take(&mut entry.question)];
            phrasings.append(&mut entry.alternatives);
            left_out.push((phrasings.remove(row), entry.id.to_string()));
            entry.question = phrasings.remove(0);
            entry.alternatives = phrasings;
        }
        let index = Index::build(&without)?;
        let scope = scope_of(&index);
        for (text, id) in left_out {
            let found = index.search(&scope, &text, TOP)?;
            let mode = index.answer_mode(&scope, &text)?;
            trials.push(Trial { text, relevant: vec![id], found, mode });
        }
    }
    Ok(trials)
}

fn report(trials: &[Trial], verbose: bool) {
    let (covered, foreign): (Vec<_>, Vec<_>) =
        trials.iter().partition(|trial| !trial.relevant.is_empty());
    let rank = |trial: &Trial| trial.found.hits.iter().position(|hit| is_relevant(trial, hit));
    let share = |count: usize, all: usize| count as f64 / all.max(1) as f64;
    let within = |top: usize| {
        let found = covered.iter().filter(|trial| rank(trial).is_some_and(|rank| rank < top));
        share(found.count(), covered.len())
    };
    let reciprocal: f64 =
        covered.iter().filter_map(|t| rank(t)).map(|r| 1.0 / (r + 1) as f64).sum();
    println!(
        "{} covered: R@1 {:.3}  R@5 {:.3}  MRR@10 {:.3}",
        covered.len(),
        within(1),
        within(5),
        reciprocal / covered.len().max(1) as f64
    );
    let mut won = 0.0;
    for (a, b) in covered.iter().flat_map(|a| foreign.iter().map(move |b| (a, b))) {
        let (a, b) = (a.found.in_scope, b.found.in_scope);
        won += if a > b {
            1.0
        } else if a < b {
            0.0
        } else {
            0.5
        };
    }
    println!(
        "{} not covered: AUROC {:.3}",
        foreign.len(),
        won / (covered.len() * foreign.len()) as f64
    );
    for threshold in [0.3, 0.4, 0.5, 0.6, 0.7] {
        let kept = |trials: &[&Trial]| {
            let kept = trials.iter().filter(|trial| trial.found.in_scope >= threshold);
            share(kept.count(), trials.len())
        };
        println!(
            "  from {threshold}: covered {:.3}, not covered {:.3}",
            kept(&covered),
            kept(&foreign)
        );
    }
    modes("covered", &covered);
    modes("not covered", &foreign);
    if verbose {
        for trial in trials {
            let right = rank(trial) == Some(0);
            let hit = trial.found.hits.first().map_or("-", |hit| hit.id.as_str());
            let (verdict, wrong) = match (trial.relevant.first(), trial.found.covers()) {
                (Some(_), kept) => (if right { "right" } else { "WRONG" }, !right || !kept),
                (None, kept) => (if kept { "KEPT" } else { "declined" }, kept),
            };
            if wrong {
                println!(
                    "{verdict} {:.2} {hit} <- {} {:?}",
                    trial.found.in_scope, trial.text, trial.relevant
                );
            }
        }
    }
}

/// How questions would be answered, and how often the right entry takes part.
fn modes(kind: &str, trials: &[&Trial]) {
    let mut counts = BTreeMap::<&str, (usize, usize)>::new();
    for trial in trials {
        let (mode, ids): (_, Vec<&str>) = match &trial.mode {
            AnswerMode::Direct { hit } => ("direct", vec![hit.id.as_str()]),
            AnswerMode::Compose { hits } => {
                ("compose", hits.iter().map(|hit| hit.id.as_str()).collect())
            }
            AnswerMode::Clarify { a, b } => ("clarify", vec![a.id.as_str(), b.id.as_str()]),
            AnswerMode::SmallTalk(_) => ("small talk", Vec::new()),
            AnswerMode::OutOfScope { nearest } => {
                ("declined", nearest.iter().map(|offer| offer.id.as_str()).collect())
            }
        };
        let count = counts.entry(mode).or_default();
        count.0 += 1;
        count.1 += usize::from(ids.iter().any(|id| trial.relevant.iter().any(|other| other == id)));
    }
    for (mode, (all, right)) in counts {
        println!("  {kind}: {mode} {all}, with the right entry {right}");
    }
}

/// Fits the probability: a logistic by gradient descent, covered and other questions counting
/// alike in sum.
fn fit_scope(trials: &[Trial]) {
    let covered = trials.iter().filter(|trial| !trial.relevant.is_empty()).count() as f64;
    let foreign = trials.len() as f64 - covered;
    let rows: Vec<_> = trials
        .iter()
        .map(|trial| {
            let features = trial.found.hits.first().map(|hit| hit.features).unwrap_or_default();
            let target = f64::from(u8::from(!trial.relevant.is_empty()));
            (wide(&features), target, 0.5 / if target > 0.5 { covered } else { foreign })
        })
        .collect();
    let (mut bias, mut weights) = (0.0, [0.0; FEATURES]);
    for _ in 0..20_000 {
        let (mut slope, mut slopes) = (0.0, [0.0; FEATURES]);
        for (row, target, share) in &rows {
            let error = 1.0 / (1.0 + (-bias - dot(row, &weights)).exp()) - target;
            slope += error * share;
            for (slot, x) in slopes.iter_mut().zip(row) {
                *slot += error * x * share;
            }
        }
        bias -= 2.0 * slope;
        for (weight, slope) in weights.iter_mut().zip(slopes) {
            *weight = (*weight - 2.0 * (slope + SHRINK * *weight)).max(0.0);
        }
    }
    println!("scope: bias {bias:.2}, weights {weights:.2?}");
}

/// Fits the ranking: softmax over each question's hits, by gradient descent.
fn fit_ranking(trials: &[Trial]) {
    let lists: Vec<(Vec<[f64; FEATURES]>, usize)> = trials
        .iter()
        .filter_map(|trial| {
            let right = trial.found.hits.iter().position(|hit| is_relevant(trial, hit))?;
            Some((trial.found.hits.iter().map(|hit| wide(&hit.features)).collect(), right))
        })
        .collect();
    let mut weights = [0.0; FEATURES];
    for _ in 0..3_000 {
        let mut slopes = [0.0; FEATURES];
        for (rows, right) in &lists {
            let powers: Vec<f64> = rows.iter().map(|row| dot(row, &weights).exp()).collect();
            let sum: f64 = powers.iter().sum();
            for (place, (row, power)) in rows.iter().zip(&powers).enumerate() {
                let error = power / sum - f64::from(u8::from(place == *right));
                for (slot, x) in slopes.iter_mut().zip(row) {
                    *slot += error * x / lists.len() as f64;
                }
            }
        }
        for (weight, slope) in weights.iter_mut().zip(slopes) {
            *weight = (*weight - 5.0 * (slope + SHRINK * *weight)).max(0.0);
        }
    }
    let sum: f64 = weights.iter().sum();
    println!("ranking: sum {sum:.2}, weights {:.3?}", weights.map(|weight| weight / sum));
}

fn is_relevant(trial: &Trial, hit: &Hit) -> bool {
    trial.relevant.iter().any(|id| id == hit.id.as_str())
}

fn wide(features: &Features) -> [f64; FEATURES] {
    features.as_array().map(f64::from)
}

fn dot(row: &[f64; FEATURES], weights: &[f64; FEATURES]) -> f64 {
    row.iter().zip(weights).map(|(x, w)| x * w).sum()
}
