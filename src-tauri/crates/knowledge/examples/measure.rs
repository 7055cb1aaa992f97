//! Measures retrieval and fits the constants of `calibration.rs`.
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

use std::{collections::BTreeSet, env, error::Error, fs, time::Instant};

use cloister_knowledge::{Entry, Index, Search, read_pack};
use cloister_types::{Label, ReadScope};
use serde::Deserialize;

/// Hits that are looked at.
const TOP: usize = 10;

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
    fit(&trials);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a measurement reads everything")]
fn scope() -> ReadScope {
    ReadScope::mint(BTreeSet::from(Label::ALL))
}

fn ask(entries: &[Entry], rows: &[Row]) -> Result<Vec<Trial>, Box<dyn Error>> {
    let start = Instant::now();
    let index = Index::build(entries)?;
    println!("{} entries indexed in {:?}", entries.len(), start.elapsed());
    let scope = scope();
    let mut spent: Vec<_> = Vec::with_capacity(rows.len());
    let mut trials = Vec::with_capacity(rows.len());
    for row in rows {
        let start = Instant::now();
        let found = index.search(&scope, &row.text, TOP)?;
        spent.push(start.elapsed());
        let relevant = row.relevant.iter().chain(&row.expect).cloned().collect();
        trials.push(Trial { text: row.text.clone(), relevant, found });
    }
    spent.sort();
    println!("search: median {:?}, slowest {:?}", spent[spent.len() / 2], spent[spent.len() - 1]);
    Ok(trials)
}

fn leave_one_out(entries: &[Entry]) -> Result<Vec<Trial>, Box<dyn Error>> {
    let scope = scope();
    let mut trials = Vec::new();
    let mut without = entries.to_vec();
    for (place, entry) in entries.iter().enumerate() {
        for left_out in 0..=entry.alternatives.len() {
            let mut phrasings: Vec<_> =
                std::iter::once(&entry.question).chain(&entry.alternatives).cloned().collect();
            if phrasings.len() < 2 {
                continue;
            }
            let text = phrasings.remove(left_out);
            without[place].question = phrasings.remove(0);
            without[place].alternatives = phrasings;
            let found = Index::build(&without)?.search(&scope, &text, TOP)?;
            trials.push(Trial { text, relevant: vec![entry.id.to_string()], found });
        }
        without[place].clone_from(entry);
    }
    Ok(trials)
}

fn report(trials: &[Trial], verbose: bool) {
    let (covered, foreign): (Vec<_>, Vec<_>) =
        trials.iter().partition(|trial| !trial.relevant.is_empty());
    let rank = |trial: &Trial| {
        trial.found.hits.iter().position(|hit| trial.relevant.iter().any(|id| id == hit.id.as_str()))
    };
    let share = |count: usize, all: usize| count as f64 / all.max(1) as f64;
    let within = |top: usize| {
        let found = covered.iter().filter(|trial| rank(trial).is_some_and(|rank| rank < top));
        share(found.count(), covered.len())
    };
    let reciprocal: f64 = covered.iter().filter_map(|t| rank(t)).map(|r| 1.0 / (r + 1) as f64).sum();
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
        won += if a > b { 1.0 } else if a < b { 0.0 } else { 0.5 };
    }
    println!("{} not covered: AUROC {:.3}", foreign.len(), won / (covered.len() * foreign.len()) as f64);
    for threshold in [0.3, 0.4, 0.5, 0.6, 0.7] {
        let kept = |trials: &[&Trial]| {
            let kept = trials.iter().filter(|trial| trial.found.in_scope >= threshold);
            share(kept.count(), trials.len())
        };
        println!("  from {threshold}: covered {:.3}, not covered {:.3}", kept(&covered), kept(&foreign));
    }
    if verbose {
        for trial in trials {
            let right = rank(trial) == Some(0);
            let hit = trial.found.hits.first().map_or("-", |hit| hit.id.as_str());
            let (verdict, wrong) = match (trial.relevant.first(), trial.found.in_scope >= 0.5) {
                (Some(_), kept) => (if right { "right" } else { "WRONG" }, !right || !kept),
                (None, kept) => (if kept { "KEPT" } else { "declined" }, kept),
            };
            if wrong {
                println!("{verdict} {:.2} {hit} <- {} {:?}", trial.found.in_scope, trial.text, trial.relevant);
            }
        }
    }
}

/// Fits a logistic by gradient descent, covered and other questions counting alike in sum.
fn fit(trials: &[Trial]) {
    let mut weights = [0.0_f64; 7];
    let rows: Vec<([f64; 7], f64, f64)> = {
        let covered = trials.iter().filter(|trial| !trial.relevant.is_empty()).count() as f64;
        let foreign = trials.len() as f64 - covered;
        trials
            .iter()
            .map(|trial| {
                let mut row = [1.0; 7];
                for (slot, feature) in row[1..].iter_mut().zip(trial.found.evidence.as_array()) {
                    *slot = f64::from(feature);
                }
                let target = f64::from(u8::from(!trial.relevant.is_empty()));
                (row, target, 0.5 / if target > 0.5 { covered } else { foreign })
            })
            .collect()
    };
    for _ in 0..20_000 {
        let mut gradient = [0.0; 7];
        for (row, target, share) in &rows {
            let sum: f64 = row.iter().zip(weights).map(|(x, w)| x * w).sum();
            let error = 1.0 / (1.0 + (-sum).exp()) - target;
            for (slot, x) in gradient.iter_mut().zip(row) {
                *slot += error * x * share;
            }
        }
        for (place, (weight, slope)) in weights.iter_mut().zip(gradient).enumerate() {
            let shrink = if place == 0 { 0.0 } else { 0.0005 * *weight };
            *weight -= 2.0 * (slope + shrink);
        }
    }
    println!("fitted: bias {:.2}, weights {:.2?}", weights[0], &weights[1..]);
}
