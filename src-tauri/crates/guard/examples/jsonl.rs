//! throw-away
use std::io::{BufRead, Write};
fn main() {
    let guard = std::sync::Arc::new(cloister_guard::Guard::new());
    if std::env::args().nth(1).as_deref() == Some("bench") {
        let text = std::fs::read_to_string(std::env::args().nth(2).unwrap()).unwrap();
        let t = std::time::Instant::now();
        let f = cloister_guard::filter_whole(
            guard.clone(),
            cloister_guard::AnswerContext {
                citations: 3,
                system_prompt:
                    "You are the help desk of the clinic. Answer only from the passages.".into(),
                ..Default::default()
            },
            &text,
        );
        let e = t.elapsed();
        println!(
            "filter {} bytes {:?} {:.1} MB/s findings {}",
            text.len(),
            e,
            text.len() as f64 / 1e6 / e.as_secs_f64(),
            f.findings.len()
        );
        let t = std::time::Instant::now();
        let v = guard.normalise(&text);
        let a = t.elapsed();
        let _ = guard.injection(&v);
        let b = t.elapsed();
        let _ = guard.moderation(&v);
        let c = t.elapsed();
        let _ = guard.redact(&text, &v);
        let d = t.elapsed();
        println!(
            "scan: views {:?} ({}) injection {:?} moderation {:?} redact {:?}",
            a,
            v.count(),
            b - a,
            c - b,
            d - c
        );
        return;
    }
    let out = std::io::stdout();
    let mut out = std::io::BufWriter::new(out.lock());
    for line in std::io::stdin().lock().lines() {
        let row: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let text = row["text"].as_str().unwrap();
        let t = std::time::Instant::now();
        let s = guard.scan(text);
        let micros = t.elapsed().as_micros();
        let findings: Vec<_> = s.findings.iter().map(|f| serde_json::json!({"start": f.span.start, "end": f.span.end, "type": f.category.as_str(), "rule": f.rule, "score": f.score})).collect();
        writeln!(out, "{}", serde_json::json!({"id": row["id"], "action": s.action, "sanitized": s.sanitized.as_str(), "findings": findings, "injection": s.injection, "moderation": s.moderation, "micros": micros as u64})).unwrap();
    }
}
