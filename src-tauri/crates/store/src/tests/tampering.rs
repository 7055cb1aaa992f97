//! Every edit shows: by somebody who can write to the database and has no root key, at random and
//! of every structural kind; and by somebody who has it, back to the checkpoint kept elsewhere.

use cloister_types::Entropy;
use sqlx::{Executor, SqliteConnection};

use super::support::{DAY, START, Site, signed_head};
use crate::{
    AuditBody, AuditEvent, AuditRecord, AuditVerification, ClockState, FindingKind, KeptCheckpoint,
    RetentionClass, Store,
    audit::{AuditKeys, Link, UnchainedRow},
};

/// Random edits in an ordinary run; `CLOISTER_TAMPER_EDITS` asks for more.
const EDITS: u32 = 300;

/// What lets somebody who can write do so: no triggers, no checks, no foreign keys.
const DISARM: &str = "PRAGMA ignore_check_constraints = ON;
    DROP TRIGGER IF EXISTS audit_record_refuses_update;
    DROP TRIGGER IF EXISTS audit_record_refuses_delete;
    DROP TRIGGER IF EXISTS audit_record_refuses_replace;
    DROP TRIGGER IF EXISTS audit_record_refuses_insert_in_between;
    DROP TRIGGER IF EXISTS audit_checkpoint_refuses_update;
    DROP TRIGGER IF EXISTS audit_checkpoint_refuses_delete;
    DROP TRIGGER IF EXISTS audit_checkpoint_refuses_replace;";

/// A vault with records of several shapes, three signed heads, and a purge behind it.
async fn lived_in(site: &Site) -> Store {
    let store = site.create().await;
    let guest = site.guest(&store).await;
    let question = guest.question(site, START, "?");
    store.authorise_turn(&question).await.unwrap();
    store.complete_turn(&guest.answer(site, question.turn, START, "!")).await.unwrap();
    let late = START + RetentionClass::AuditRecord.default_period();
    let record = |day: u32, event| {
        AuditRecord::new(event, late + day * DAY, AuditBody::new().count("day", day.into()))
    };
    store.record(&record(0, AuditEvent::ModelLoaded)).await.unwrap();
    store.sign_last().await.unwrap();
    store.purge(late + DAY, ClockState::Trusted).await.unwrap();
    for day in 1..40 {
        let event = AuditEvent::ALL[day as usize % AuditEvent::ALL.len()];
        store.record(&record(day, event)).await.unwrap();
        if day % 15 == 0 {
            store.sign_last().await.unwrap();
        }
    }
    let seen = store.verify_audit(&[]).await.unwrap();
    assert_eq!(seen.finding, None);
    assert!(seen.first_seq > 1 && seen.records > 30 && seen.checkpoints == 3, "{seen:?}");
    store.writer().await.unwrap().execute(DISARM).await.unwrap();
    store
}

async fn verified(store: &Store) -> AuditVerification {
    store.verify_audit(&[]).await.unwrap()
}

#[tokio::test]
async fn every_random_edit_is_found() {
    let site = Site::new();
    let store = lived_in(&site).await;
    let edits = std::env::var("CLOISTER_TAMPER_EDITS").ok();
    let edits = edits.and_then(|edits| edits.parse().ok()).unwrap_or(EDITS);
    let dice = Dice(&site.entropy);
    let mut writer = store.writer().await.unwrap();
    for edit in 0..edits {
        let place = dice.place(&mut writer).await;
        let mutation = dice.mutation(place.column.kind);
        let changed = place.apply(&mut writer, &mutation).await;
        if !changed {
            // The dice chose the value that was there.
            continue;
        }
        let seen = verified(&store).await;
        assert!(seen.finding.is_some(), "edit {edit} went unseen: {place:?} {mutation:?}");
        place.undo(&mut writer).await;
    }
    drop(writer);
    assert_eq!(verified(&store).await.finding, None, "every edit was undone");
    store.close().await;
}

/// What somebody does to a column.
#[derive(Debug)]
enum Mutation {
    /// An SQL expression over the old value, `old`.
    Expression(&'static str),
    Number(i64),
    Bytes(Vec<u8>),
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Number,
    Text,
    Bytes,
}

#[derive(Debug, Clone, Copy)]
struct Column {
    table: &'static str,
    key: &'static str,
    name: &'static str,
    kind: Kind,
}

macro_rules! columns {
    ($($table:ident by $key:ident: $($name:ident $kind:ident),+;)+) => {
        const COLUMNS: &[Column] = &[$($(Column {
            table: stringify!($table),
            key: stringify!($key),
            name: stringify!($name),
            kind: Kind::$kind,
        },)+)+];
    };
}

columns! {
    audit_record by seq: seq Number, at Number, event Text, turn_id Text, pseudonym Text,
        body Text, hash Bytes, mac Bytes;
    audit_state by id: seq Number, head Bytes, at Number, records Number, first_seq Number,
        anchor Bytes, checkpoints Number, checkpoint_seq Number, checkpoint_digest Bytes,
        sealed Bytes;
    audit_epoch by first_seq: first_seq Number, sealed Bytes;
    audit_checkpoint by number: number Number, seq Number, head Bytes, records Number, at Number,
        previous Bytes, successor Bytes, public_key Bytes, signature Bytes;
}

/// One value in the database, and the copy of its table to put it back from.
#[derive(Debug)]
struct PlaceToEdit {
    column: Column,
    row: i64,
}

/// Repeatable choices.
struct Dice<'a>(&'a dyn Entropy);

impl Dice<'_> {
    fn below(&self, count: usize) -> usize {
        let draw = u64::from_le_bytes(self.0.bytes());
        usize::try_from(draw % count as u64).unwrap()
    }

    async fn place(&self, connection: &mut SqliteConnection) -> PlaceToEdit {
        let column = COLUMNS[self.below(COLUMNS.len())];
        let Column { table, key, .. } = column;
        let rows: Vec<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "SELECT {key} FROM {table} ORDER BY {key}"
        )))
        .fetch_all(connection)
        .await
        .unwrap();
        PlaceToEdit { column, row: rows[self.below(rows.len())] }
    }

    fn mutation(&self, kind: Kind) -> Mutation {
        let choices: &[&'static str] = match kind {
            Kind::Number => &["old + 1", "old - 1", "-old", "0", "old * 2", "old + 1000"],
            Kind::Text => &[
                "NULL",
                "''",
                "old || ' '",
                "' ' || old",
                "substr(old, 2)",
                "substr(old, 1, length(old) - 1)",
                "upper(old)",
                "replace(old, '1', '2')",
                "replace(old, ':', ': ')",
                "old || char(0)",
                "'{}'",
                "'purged'",
            ],
            Kind::Bytes => &[
                "NULL",
                "x''",
                "zeroblob(length(old))",
                "old || x'00'",
                "substr(old, 2)",
                "substr(old, 1, length(old) - 1)",
            ],
        };
        let choice = self.below(choices.len() + 4);
        match (choices.get(choice), kind) {
            (Some(expression), _) => Mutation::Expression(expression),
            (None, Kind::Number) => {
                Mutation::Number(i64::from_le_bytes(self.0.bytes()) >> self.below(60))
            }
            (None, Kind::Text) => Mutation::Bytes(self.0.bytes::<16>().to_vec()),
            (None, Kind::Bytes) => Mutation::Bytes(self.0.bytes::<32>().to_vec()),
        }
    }
}

impl PlaceToEdit {
    /// Makes the edit; whether anything is different now.
    async fn apply(&self, connection: &mut SqliteConnection, mutation: &Mutation) -> bool {
        let Column { table, key, name, .. } = self.column;
        let copy = format!("CREATE TEMP TABLE untouched AS SELECT * FROM {table}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(copy)).execute(&mut *connection).await.unwrap();
        let new = match mutation {
            Mutation::Expression(expression) => expression.replace("old", name),
            Mutation::Number(number) => format!("({number})"),
            Mutation::Bytes(bytes) => {
                let hex = data_encoding::HEXLOWER.encode(bytes);
                match self.column.kind {
                    Kind::Bytes => format!("x'{hex}'"),
                    Kind::Number | Kind::Text => format!("'{hex}'"),
                }
            }
        };
        let row = self.row;
        let edit = format!("UPDATE OR IGNORE {table} SET {name} = {new} WHERE {key} = {row}");
        // A refused edit, such as NULL where the schema has none, changes nothing.
        sqlx::raw_sql(sqlx::AssertSqlSafe(edit)).execute(&mut *connection).await.ok();
        let differs = format!(
            "SELECT EXISTS (SELECT * FROM {table} EXCEPT SELECT * FROM untouched) \
             OR EXISTS (SELECT * FROM untouched EXCEPT SELECT * FROM {table})"
        );
        let changed =
            sqlx::query_scalar(sqlx::AssertSqlSafe(differs)).fetch_one(&mut *connection).await;
        let changed: bool = changed.unwrap();
        if !changed {
            connection.execute("DROP TABLE untouched").await.unwrap();
        }
        changed
    }

    async fn undo(&self, connection: &mut SqliteConnection) {
        let table = self.column.table;
        let undo = format!(
            "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM untouched ORDER BY 1; \
             DROP TABLE untouched; \
             UPDATE sqlite_sequence SET seq = (SELECT max(seq) FROM audit_record) \
             WHERE name = 'audit_record'"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(undo)).execute(connection).await.unwrap();
    }
}

#[tokio::test]
async fn every_structural_edit_is_found_where_it_shows() {
    use FindingKind::{
        Changed, CheckpointBroken, EndBroken, KeyBroken, Missing, NotOurs, TailCut, Unexpected,
    };
    let edits: [(&str, &str, FindingKind, Option<i64>); 14] = [
        ("a change", "UPDATE audit_record SET body = '{}' WHERE seq = 20", Changed, Some(20)),
        ("a deletion", "DELETE FROM audit_record WHERE seq = 20", Missing, Some(20)),
        ("several deletions", "DELETE FROM audit_record WHERE seq IN (20, 30)", Missing, Some(20)),
        (
            "an insertion, the rest moved up",
            "UPDATE audit_record SET seq = -seq WHERE seq >= 20;
             UPDATE audit_record SET seq = 1 - seq WHERE seq < 0;
             INSERT INTO audit_record SELECT 20, at, event, turn_id, pseudonym, body, hash, mac
             FROM audit_record WHERE seq = 19",
            Changed,
            Some(20),
        ),
        (
            "two records that changed places",
            "UPDATE audit_record SET seq = -1 WHERE seq = 20;
             UPDATE audit_record SET seq = 20 WHERE seq = 21;
             UPDATE audit_record SET seq = 21 WHERE seq = -1",
            Changed,
            Some(20),
        ),
        (
            "a record copied over another",
            "UPDATE audit_record SET (at, event, body, hash, mac) =
             (SELECT at, event, body, hash, mac FROM audit_record WHERE seq = 21) WHERE seq = 20",
            Changed,
            Some(20),
        ),
        (
            "a record before the first",
            "UPDATE audit_record SET seq = -3 WHERE seq = 20",
            Unexpected,
            Some(-3),
        ),
        ("a cut tail", "DELETE FROM audit_record WHERE seq > 40", TailCut, Some(41)),
        ("nothing left", "DELETE FROM audit_record", TailCut, None),
        (
            "another code",
            "UPDATE audit_record SET mac = randomblob(32) WHERE seq = 20",
            NotOurs,
            Some(20),
        ),
        ("no end of the chain", "DELETE FROM audit_state", EndBroken, None),
        ("no first key", "DELETE FROM audit_epoch", KeyBroken, None),
        (
            "a signed head gone",
            "DELETE FROM audit_checkpoint WHERE number = 2",
            CheckpointBroken,
            None,
        ),
        ("all signed heads gone", "DELETE FROM audit_checkpoint", CheckpointBroken, None),
    ];
    let site = Site::new();
    let store = lived_in(&site).await;
    let mut writer = store.writer().await.unwrap();
    let tables = ["audit_record", "audit_state", "audit_epoch", "audit_checkpoint"];
    let each =
        |statement: &dyn Fn(&str) -> String| sqlx::AssertSqlSafe(tables.map(statement).join(";"));
    let copy =
        each(&|table| format!("CREATE TEMP TABLE {table}_was AS SELECT * FROM main.{table}"));
    sqlx::raw_sql(copy).execute(&mut *writer).await.unwrap();
    for (what, edit, kind, seq) in edits {
        writer.execute(edit).await.unwrap();
        let finding = verified(&store).await.finding;
        let finding = finding.unwrap_or_else(|| panic!("{what} went unseen"));
        assert_eq!(finding.kind, kind, "{what}: {finding:?}");
        assert!(seq.is_none() || finding.seq == seq, "{what}: {finding:?}");
        let restore = each(&|table| {
            format!(
                "DELETE FROM main.{table};
                 INSERT INTO main.{table} SELECT * FROM {table}_was ORDER BY 1"
            )
        });
        sqlx::raw_sql(restore).execute(&mut *writer).await.unwrap();
        writer
            .execute(
                "UPDATE sqlite_sequence SET seq = (SELECT max(seq) FROM audit_record)
                 WHERE name = 'audit_record'",
            )
            .await
            .unwrap();
        assert_eq!(verified(&store).await.finding, None, "{what} was undone");
    }
    drop(writer);
    store.close().await;
}

#[tokio::test]
async fn a_purge_without_its_summary_is_found() {
    let site = Site::new();
    let store = lived_in(&site).await;
    // Somebody with the root key who takes more records away than any summary says.
    let mut writer = store.writer().await.unwrap();
    let keys = store.audit_keys();
    let mut link = Link::read(&mut writer, &keys).await.unwrap();
    let (seq, hash): (i64, Vec<u8>) =
        sqlx::query_as("SELECT seq, hash FROM audit_record WHERE seq = 12")
            .fetch_one(&mut *writer)
            .await
            .unwrap();
    writer.execute("DELETE FROM audit_record WHERE seq <= 12").await.unwrap();
    link.records -= seq - link.first_seq + 1;
    link.first_seq = seq + 1;
    link.anchor = crate::Digest(hash.try_into().unwrap());
    link.write(&mut writer, &keys).await.unwrap();
    drop(writer);
    let finding = verified(&store).await.finding.unwrap();
    assert_eq!((finding.kind, finding.seq), (FindingKind::SummaryBroken, Some(13)));
    store.close().await;
}

#[tokio::test]
async fn whoever_holds_the_root_key_is_found_by_a_checkpoint_kept_elsewhere_alone() {
    let site = Site::new();
    let store = lived_in(&site).await;
    let checkpoint = signed_head(&store).await;
    let kept = KeptCheckpoint { checkpoint, countersignature: None };
    let honest = store.verify_audit(std::slice::from_ref(&kept)).await.unwrap();
    assert_eq!((honest.finding, honest.matched), (None, 1));

    let mut writer = store.writer().await.unwrap();
    rewrite(&mut writer, &store.audit_keys(), 20).await;
    writer.forget_link();
    drop(writer);
    std::fs::remove_file(store.head_file()).unwrap();
    let store = site.reopen(store).await;

    let alone = verified(&store).await;
    assert_eq!(alone.finding, None, "nothing on the machine can tell");
    let finding = store.verify_audit(&[kept]).await.unwrap().finding.unwrap();
    assert_eq!(finding.kind, FindingKind::KeptDiffers);
    store.close().await;
}

/// Changes the record numbered `from` and computes everything after it anew, as the root key
/// allows: hashes, codes, the signed heads and the end of the chain.
async fn rewrite(connection: &mut SqliteConnection, keys: &AuditKeys, from: i64) {
    let change = "UPDATE audit_record SET body = '{\"day\":999}' WHERE seq = ?";
    sqlx::query(change).bind(from).execute(&mut *connection).await.unwrap();
    let state = Link::read(connection, keys).await.unwrap();
    let first = state.first_seq;
    let mut link = Link::before(1, keys.first_key(1));
    link.skip_to(first, state.anchor);
    let heads: Vec<i64> = sqlx::query_scalar("SELECT seq FROM audit_checkpoint ORDER BY seq")
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    // The heads before the change stay as they are.
    let early: Vec<i64> = heads.iter().copied().filter(|seq| *seq < from).collect();
    let last_early = early.last().copied().unwrap_or(0);
    sqlx::query("DELETE FROM audit_checkpoint WHERE seq > ?")
        .bind(last_early)
        .execute(&mut *connection)
        .await
        .unwrap();
    let kept = crate::audit::last_checkpoint(connection, keys.vault()).await.unwrap();
    let kept = kept.unwrap();
    link.checkpoints = kept.number;
    link.checkpoint_seq = kept.seq;
    link.checkpoint_digest = kept.digest();
    let rows: Vec<UnchainedRow> = sqlx::query_as(
        "SELECT seq, at, event, turn_id, pseudonym, body FROM audit_record ORDER BY seq",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    for row in &rows {
        let (hash, mac) = link.next(keys.vault(), &row.encoded());
        sqlx::query("UPDATE audit_record SET hash = ?, mac = ? WHERE seq = ?")
            .bind(hash.as_bytes().as_slice())
            .bind(mac.as_slice())
            .bind(row.seq)
            .execute(&mut *connection)
            .await
            .unwrap();
        link.advance(row, hash);
        if heads.contains(&row.seq) && row.seq > last_early {
            link.sign(connection, keys, None).await.unwrap();
        }
    }
    link.records = state.records;
    link.write(connection, keys).await.unwrap();
}
