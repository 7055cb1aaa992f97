//! Measures the audit log: what an append costs, and how fast a long log is verified.
//!
//! Prints one JSON object a figure. Arguments: how many records to verify (1,000,000 by default)
//! and the folder to measure in (the temporary folder by default).

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use cloister_store::{AuditBody, AuditCode, AuditEvent, AuditRecord, Store, Vault, VaultPaths};
use cloister_types::{OsEntropy, Pseudonym, Timestamp, TurnId};

type Failure = Box<dyn std::error::Error>;

/// Records that one transaction appends while the log is filled.
const BATCH: usize = 10_000;
/// Appends that are timed one by one.
const TIMED: usize = 2_000;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let records = arguments.next().map_or(Ok(1_000_000), |count| count.parse())?;
    let parent = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(parent)?;
    let paths = VaultPaths {
        data_dir: folder.path().join("data"),
        config_dir: folder.path().join("config"),
    };
    let store =
        Vault::create(&paths, &OsEntropy, Timestamp::from_millis(1_800_000_000_000)).await?;
    let measured = measure(&store, records).await;
    store.close().await;
    measured
}

async fn measure(store: &Store, records: usize) -> Result<(), Failure> {
    let batch: Vec<AuditRecord> = (0..BATCH).map(record).collect::<Result<_, _>>()?;
    let mut filled = 0;
    let started = Instant::now();
    while filled < records {
        let some = BATCH.min(records - filled);
        store.record_all(&batch[..some]).await?;
        filled += some;
    }
    report("append_in_a_long_transaction", micros(started.elapsed()) / count(records), "us");

    let mut alone = Vec::with_capacity(TIMED);
    let mut pair = Vec::with_capacity(TIMED);
    for _ in 0..TIMED {
        let started = Instant::now();
        store.record_all(&batch[..1]).await?;
        alone.push(started.elapsed());
        let started = Instant::now();
        store.record_all(&batch[..2]).await?;
        pair.push(started.elapsed());
    }
    report("append_with_commit_median", micros(quantile(&mut alone, 50)), "us");
    report("append_with_commit_p99", micros(quantile(&mut alone, 99)), "us");
    let second = quantile(&mut pair, 50).saturating_sub(quantile(&mut alone, 50));
    report("append_within_a_transaction", micros(second), "us");

    for _ in 0..3 {
        let started = Instant::now();
        let seen = store.verify_audit(&[]).await?;
        let took = started.elapsed();
        if let Some(finding) = seen.finding {
            return Err(format!("the log does not hold: {finding:?}").into());
        }
        report("verified_records", count(usize::try_from(seen.records)?), "records");
        report("verify", took.as_secs_f64(), "s");
    }
    Ok(())
}

/// A record of a turn, as long as they are.
fn record(index: usize) -> Result<AuditRecord, Failure> {
    let passages = (0..3).map(|passage| format!("returns/{index}-{passage}").parse());
    let passages = passages.collect::<Result<Vec<_>, _>>()?;
    let model: AuditCode = "smollm2-135m/Q8_0".parse()?;
    let body = AuditBody::new()
        .with("model", &model)
        .passages("passages", &passages)
        .measure("in_scope", 0.875)
        .span("guard_ms", Duration::from_micros(12_900));
    let at = Timestamp::from_millis(1_800_000_000_000);
    Ok(AuditRecord::new(AuditEvent::TurnAuthorised, at, body)
        .about_turn(TurnId::random(&OsEntropy))
        .about(Pseudonym::random(&OsEntropy)))
}

fn quantile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort();
    times[(times.len() - 1) * percent / 100]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few millions are exact")]
const fn count(number: usize) -> f64 {
    number as f64
}

#[expect(clippy::print_stdout, reason = "the figures are the output")]
fn report(what: &str, value: f64, unit: &str) {
    println!("{}", serde_json::json!({ "what": what, "value": value, "unit": unit }));
}
