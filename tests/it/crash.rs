//! The plug is pulled: no turn that was shown as complete is lost, and the next start needs no
//! repair.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Stdio},
};

use cloister_app::VaultPaths;
use cloister_store::AuditEvent;
use cloister_tests::{Program, open_vault};

/// Starts a chat, has `turns` answered, and kills it without warning right after the last was
/// shown, while the next question is already on its way.
fn chat_and_kill(program: &Program, turns: usize) {
    let mut child = program
        .command(["chat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("a pipe");
    let mut shown = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    for _ in 0..turns {
        input.write_all(b"What is your return policy?\n").expect("the program reads");
        // The list of sources is printed once the turn is complete.
        let source = shown.find(|line| line.as_ref().is_ok_and(|line| line.starts_with("[1] ")));
        source.expect("an answer with a source").expect("readable");
    }
    input.write_all(b"How long do I have to return a volume?\n").expect("the program reads");
    kill(&mut child);
}

fn kill(child: &mut Child) {
    child.kill().expect("SIGKILL is delivered");
    child.wait().expect("the process is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn turns_shown_as_complete_survive_a_kill_and_the_vault_opens_sound() {
    let program = Program::default();
    let mut complete = 0;
    for turns in [1, 3, 2, 4] {
        chat_and_kill(&program, turns);
        complete += turns;
        let paths = VaultPaths { data_dir: program.data_dir(), config_dir: program.config_dir() };
        let store = open_vault(&paths).await.expect("the vault opens without repair");
        assert!(store.check().await.expect("checked").is_sound());
        let records = store.audit_records(0, 10_000).await.expect("readable");
        let recorded =
            records.iter().filter(|record| record.event == AuditEvent::TurnCompleted).count();
        assert!(recorded >= complete, "{recorded} of {complete} are on record");
        complete = recorded;
        store.close().await;
    }
}
