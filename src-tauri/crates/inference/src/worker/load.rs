//! Loads the model from an inherited descriptor.

use std::{cell::Cell, io::Write, sync::Arc};

use llama_cpp_2::{
    LogOptions,
    llama_backend::LlamaBackend,
    model::{LlamaModel, params::LlamaModelParams},
    send_logs_to_tracing,
};

use super::{
    abort::Abort,
    context::{Context, Shape},
    inbox::Inbox,
    outbox::Outbox,
    pace::LARGEST_CHUNK,
};
use crate::{LoadError, protocol::WorkerMessage};

/// The least progress that is worth a message.
const PROGRESS_STEP: f32 = 0.02;

/// Below this, one thread generates about as fast as several, which meet at a barrier every few
/// microseconds, so that one is tried first. The default model on two cores makes 139 tokens/s with one and 143 with two
/// when nothing else runs, and 70 against 9 when nine other threads do.
const SMALL_MODEL_PARAMETERS: u64 = 500_000_000;

/// Sequences beyond which none is computed at the same time.
const MOST_SEQUENCES: u32 = 16;

/// What the parent asked to load.
pub(super) struct LoadOrder {
    pub(super) fd: u32,
    pub(super) context_tokens: u32,
    pub(super) sequences: u32,
    pub(super) memory_mb: u64,
    pub(super) threads: u32,
    pub(super) chat_template: Option<String>,
}

/// What memory there is for keys and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Sequences that are computed at the same time.
    pub(super) sequences: u32,
    /// Tokens of each.
    slot_tokens: u32,
    /// Bytes for sequences between turns.
    pub(super) kept_bytes: usize,
}

/// A model in memory.
pub(super) struct Loaded {
    /// llama.cpp works while this is there.
    _backend: LlamaBackend,
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
        Ok(Loaded { _backend: backend, model })
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

    /// Whether answers are likely to be fastest on one thread.
    pub(super) fn is_small(&self) -> bool {
        self.model.n_params() < SMALL_MODEL_PARAMETERS
    }

    /// Shares the memory out: at most half of it for what is computed, one sequence at least.
    pub(super) fn room(&self, order: &LoadOrder) -> Room {
        let slot_tokens = order.context_tokens.min(self.model.n_ctx_train());
        share_out(order, slot_tokens, self.bytes_per_token())
    }

    /// Bytes of keys and values for one token: two vectors of 16-bit numbers a layer.
    fn bytes_per_token(&self) -> u64 {
        let width = u64::try_from(self.model.n_embd()).unwrap_or(0);
        let head = width / u64::from(self.model.n_head().max(1));
        2 * 2 * head * u64::from(self.model.n_head_kv()) * u64::from(self.model.n_layer())
    }

    /// Makes the context that holds what is computed.
    pub(super) fn context(&self, room: Room, abort: &Arc<Abort>) -> Result<Context<'_>, LoadError> {
        let chunk_tokens = u32::try_from(LARGEST_CHUNK).map_err(|_| LoadError::Context)?;
        let shape = Shape {
            slots: room.sequences,
            slot_tokens: room.slot_tokens,
            step_tokens: chunk_tokens + room.sequences,
            chunk_tokens,
        };
        Context::new(&self.model, shape, Arc::clone(abort))
    }
}

fn share_out(order: &LoadOrder, slot_tokens: u32, bytes_per_token: u64) -> Room {
    let budget = order.memory_mb.saturating_mul(1_000_000);
    let slot_bytes = bytes_per_token.max(1).saturating_mul(u64::from(slot_tokens.max(1)));
    let most = u64::from(order.sequences.clamp(1, MOST_SEQUENCES));
    let sequences = (budget / 2 / slot_bytes).clamp(1, most);
    let left = budget.saturating_sub(sequences * slot_bytes);
    Room {
        sequences: u32::try_from(sequences).unwrap_or(1),
        slot_tokens,
        kept_bytes: usize::try_from(left).unwrap_or(usize::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shared_between_what_is_computed_and_what_is_kept() {
        let order = |memory_mb, sequences| LoadOrder {
            fd: 2,
            context_tokens: 2048,
            sequences,
            memory_mb,
            threads: 2,
            chat_template: None,
        };
        // 47 MB a sequence, as with the default model.
        let room = |memory, sequences| share_out(&order(memory, sequences), 2048, 23_040);
        assert_eq!(room(1_000, 8).sequences, 8);
        assert_eq!(room(400, 8).sequences, 4);
        assert_eq!(room(1_000, 99).sequences, MOST_SEQUENCES.min(10));
        let tight = room(10, 8);
        assert_eq!((tight.sequences, tight.kept_bytes), (1, 0));
        let ample = room(1_000, 8);
        assert_eq!(ample.kept_bytes, 1_000_000_000 - 8 * 2048 * 23_040);
    }
}
