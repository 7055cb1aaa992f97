//! Loads the model from an inherited descriptor.

use std::{cell::Cell, io::Write, num::NonZeroU32, sync::Arc};

use llama_cpp_2::{
    LogOptions,
    context::{LlamaContext, params::LlamaContextParams},
    llama_backend::LlamaBackend,
    model::{LlamaModel, params::LlamaModelParams},
    send_logs_to_tracing,
};

use super::{inbox::Inbox, outbox::Outbox, sequence::CHUNK_TOKENS};
use crate::{LoadError, protocol::WorkerMessage};

/// The least progress that is worth a message.
const PROGRESS_STEP: f32 = 0.02;

/// `LLAMA_FLASH_ATTN_TYPE_DISABLED`. On this processor code the default model generates 71 tokens/s
/// after 1,400 tokens without flash attention and 38 with it (117 and 130 on an empty context).
const FLASH_ATTENTION: i32 = 0;

/// Below this, one thread generates as fast as several: the threads would meet at a barrier every
/// few microseconds. The default model on two cores makes 139 tokens/s with one and 143 with two
/// when nothing else runs, and 70 against 9 when nine other threads do.
const SMALL_MODEL_PARAMETERS: u64 = 500_000_000;

/// What the parent asked to load.
pub(super) struct LoadOrder {
    pub(super) fd: u32,
    pub(super) context_tokens: u32,
    pub(super) threads: u32,
    pub(super) chat_template: Option<String>,
}

/// A model in memory.
pub(super) struct Loaded {
    backend: LlamaBackend,
    pub(super) model: LlamaModel,
}

impl LoadOrder {
    /// Maps the file behind the descriptor, reporting progress, and gives up when the parent does.
    pub(super) fn load<W: Write + 'static>(
        &self,
        inbox: &Inbox,
        outbox: &Outbox<W>,
    ) -> Result<Loaded, LoadError> {
        // Silent: a log line could quote a prompt, and the level is not worth the risk.
        send_logs_to_tracing(LogOptions::default().with_logs_enabled(false));
        let backend = LlamaBackend::init().map_err(|_| LoadError::Backend)?;

        let (interrupts, outbox) = (Arc::clone(inbox.interrupts()), outbox.clone());
        let reported = Cell::new(0.0);
        let parameters = LlamaModelParams::default()
            .with_n_gpu_layers(0)
            .with_use_mmap(true)
            .with_progress_callback(move |progress| {
                if progress - reported.get() >= PROGRESS_STEP {
                    reported.set(progress);
                    if outbox.send(&WorkerMessage::Loading { progress }).is_err() {
                        return false;
                    }
                }
                !interrupts.ended()
            });
        // Opened anew through /proc, it is the file that the parent checked, whatever lies at its
        // path by now.
        let path = format!("/proc/self/fd/{}", self.fd);
        let model =
            LlamaModel::load_from_file(&backend, path, &parameters).map_err(|_| LoadError::File)?;
        Ok(Loaded { backend, model })
    }
}

impl Loaded {
    /// The format of most weights, as llama.cpp calls it (`llama_ftype` in llama.h).
    pub(super) fn weights(&self) -> String {
        let code = self.model.meta_val_str("general.file_type").unwrap_or_default();
        let name = match code.as_str() {
            "0" => "F32",
            "1" => "F16",
            "2" => "Q4_0",
            "3" => "Q4_1",
            "7" => "Q8_0",
            "8" => "Q5_0",
            "9" => "Q5_1",
            "10" => "Q2_K",
            "11" => "Q3_K_S",
            "12" => "Q3_K_M",
            "13" => "Q3_K_L",
            "14" => "Q4_K_S",
            "15" => "Q4_K_M",
            "16" => "Q5_K_S",
            "17" => "Q5_K_M",
            "18" => "Q6_K",
            "25" => "IQ4_NL",
            "30" => "IQ4_XS",
            "32" => "BF16",
            _ => return format!("file type {code}"),
        };
        name.to_owned()
    }

    /// Threads that generate an answer, when `threads` compute its prompt.
    pub(super) fn decode_threads(&self, threads: u32) -> u32 {
        if self.model.n_params() < SMALL_MODEL_PARAMETERS { 1 } else { threads }
    }

    /// Makes the context that holds one sequence.
    pub(super) fn context(&self, order: &LoadOrder) -> Result<LlamaContext<'_>, LoadError> {
        let tokens = order.context_tokens.min(self.model.n_ctx_train());
        let prefill = order.threads.max(1);
        let count = |threads| i32::try_from(threads).map_err(|_| LoadError::Context);
        let chunk = u32::try_from(CHUNK_TOKENS).expect("a chunk is small");
        let parameters = LlamaContextParams::default()
            .with_n_ctx(Some(NonZeroU32::new(tokens).ok_or(LoadError::Context)?))
            .with_n_seq_max(1)
            .with_n_batch(chunk)
            .with_n_ubatch(chunk)
            .with_n_threads(count(self.decode_threads(prefill))?)
            .with_n_threads_batch(count(prefill)?)
            .with_flash_attention_policy(FLASH_ATTENTION)
            .with_no_perf(true);
        self.model.new_context(&self.backend, parameters).map_err(|_| LoadError::Context)
    }
}
