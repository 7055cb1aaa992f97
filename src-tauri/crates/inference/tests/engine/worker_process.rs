//! The worker process alone, spoken to by hand.

use std::{
    fs::File,
    io::Write,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
};

use cloister_inference::{
    LoadError, Message, Priority, ProtocolError,
    protocol::{
        MAX_FRAME_BYTES, ParentMessage, VERSION, WorkerMessage, encode, read_message, write_message,
    },
};
use libtest_mimic::Trial;

use crate::support::{model, models_folder, record, session};

pub(crate) fn trials() -> Vec<Trial> {
    let trial = |name: &'static str, body: fn()| {
        Trial::test(name, move || {
            body();
            Ok(())
        })
    };
    vec![
        trial("the_end_of_input_ends_the_worker_at_once", the_end_of_input_ends_the_worker),
        trial("the_end_of_input_ends_an_answer", the_end_of_input_ends_an_answer),
        trial("rubbish_ends_the_worker_cleanly", rubbish_ends_the_worker_cleanly),
        trial("a_request_before_the_model_is_out_of_turn", a_request_before_the_model),
        trial("a_file_that_is_no_model_fails_to_load", a_file_that_is_no_model_fails_to_load),
        trial("a_worker_that_cannot_be_confined_does_not_serve", unconfinable),
    ]
}

struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
}

impl Worker {
    /// A worker that has said hello.
    fn start(role: &str, model: &File) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("the test knows itself"))
            .args([role, "by-hand"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(model.try_clone().expect("a descriptor is free"))
            .spawn()
            .expect("it starts");
        let input = child.stdin.take();
        let output = child.stdout.take().expect("its output is a pipe");
        let mut worker = Self { child, input, output };
        assert_eq!(worker.hear(), Some(WorkerMessage::Hello { version: VERSION }));
        worker
    }

    fn hear(&mut self) -> Option<WorkerMessage> {
        read_message(&mut self.output).expect("it speaks the protocol")
    }

    fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("its input is open");
        // It may have gone already, in the middle of the rubbish.
        drop(input.write_all(bytes).and_then(|()| input.flush()));
    }

    fn say(&mut self, message: &ParentMessage) {
        self.write(&encode(message).expect("it fits"));
    }

    fn load(&mut self) {
        self.say(&ParentMessage::Load {
            fd: 2,
            context_tokens: 512,
            sequences: 2,
            memory_mb: 100,
            threads: 1,
            chat_template: None,
        });
    }

    fn load_until_ready(&mut self) {
        self.load();
        while !matches!(self.hear().expect("it loads"), WorkerMessage::Ready { .. }) {}
    }

    fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }

    fn end(mut self) -> ExitStatus {
        self.input = None;
        self.wait()
    }
}

fn default_worker() -> Worker {
    Worker::start("infer-worker", model().file())
}

fn story() -> ParentMessage {
    ParentMessage::Generate {
        id: 1,
        owner: session(1),
        priority: Priority::Interactive,
        messages: vec![Message::user("Write a long story about a lighthouse.")],
        max_tokens: 400,
        deadline_ms: 600_000,
    }
}

fn the_end_of_input_ends_the_worker() {
    assert!(default_worker().end().success(), "before loading");

    let mut loading = default_worker();
    loading.load();
    assert!(loading.end().success(), "while loading");

    let mut idle = default_worker();
    idle.load_until_ready();
    assert!(idle.end().success(), "when idle");
}

fn the_end_of_input_ends_an_answer() {
    let mut worker = default_worker();
    worker.load_until_ready();
    worker.say(&story());
    while !matches!(worker.hear(), Some(WorkerMessage::Text { .. })) {}
    worker.input = None;
    let mut pieces = 0;
    while let Some(message) = worker.hear() {
        pieces += usize::from(matches!(message, WorkerMessage::Text { .. }));
    }
    assert!(pieces < 100, "it went on for {pieces} tokens");
    assert!(worker.wait().success());
}

fn rubbish_ends_the_worker_cleanly() {
    let oversize = u32::try_from(MAX_FRAME_BYTES + 1).expect("it fits").to_le_bytes();
    let rubbish: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\n\r\n",
        &[0; 64],
        &[0xff; 4096],
        &oversize,
        b"\x02\0\0\0{}",
        b"\x09\0\0\0{\"load\":1",
    ];
    for bytes in rubbish {
        let mut worker = default_worker();
        worker.write(bytes);
        assert_eq!(worker.end().code(), Some(1), "{bytes:?}");
    }

    let mut loaded = default_worker();
    loaded.load_until_ready();
    loaded.say(&story());
    loaded.write(&[0; 4]);
    while loaded.hear().is_some() {}
    assert_eq!(loaded.wait().code(), Some(1), "in the middle of an answer");
}

fn a_request_before_the_model() {
    let mut worker = default_worker();
    worker.say(&story());
    assert_eq!(worker.hear(), None);
    assert_eq!(worker.wait().code(), Some(1));

    let mut twice = default_worker();
    twice.load_until_ready();
    twice.load();
    assert_eq!(twice.hear(), None);
    assert_eq!(twice.wait().code(), Some(1));
}

fn refuses(model: &Path) {
    let file = File::open(model).expect("it exists");
    let mut worker = Worker::start("infer-worker", &file);
    worker.load();
    let answer = loop {
        match worker.hear() {
            Some(WorkerMessage::Loading { .. }) => {}
            other => break other,
        }
    };
    assert_eq!(answer, Some(WorkerMessage::LoadFailed { reason: LoadError::File }));
    assert_eq!(worker.wait().code(), Some(1));
}

fn a_file_that_is_no_model_fails_to_load() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("m.gguf");
    let whole = std::fs::read(models_folder().join(record().file())).expect("the model is fetched");
    for bytes in [&b""[..], b"GGUF", &[0; 4096], &whole[..100_000], &whole[..50_000_000]] {
        std::fs::write(&path, bytes).expect("there is room");
        refuses(&path);
    }
}

fn unconfinable() {
    let mut worker = Worker::start("infer-worker-unconfinable", model().file());
    worker.load();
    worker.say(&story());
    while let Some(message) = worker.hear() {
        assert!(matches!(message, WorkerMessage::Loading { .. }), "{message:?}");
    }
    assert_eq!(worker.wait().code(), Some(1));
    let mut closed = Vec::new();
    assert!(matches!(
        write_message(&mut closed, &"x".repeat(MAX_FRAME_BYTES)),
        Err(ProtocolError::FrameTooLarge { .. })
    ));
    assert!(closed.is_empty(), "half a frame was written");
}
