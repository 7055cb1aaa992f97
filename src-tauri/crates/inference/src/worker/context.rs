//! llama.cpp's context, through its C interface.
//!
//! The safe binding hides what a scheduler needs: how many threads compute, changed from one step
//! to the next, and a step that can be aborted in its middle. All unsafe code of this crate is here.
#![expect(unsafe_code, reason = "llama.cpp's context is a C object behind a raw pointer")]

use std::{
    ffi::c_void,
    marker::PhantomData,
    ptr::{self, NonNull},
    slice,
    sync::Arc,
};

use llama_cpp_2::{model::LlamaModel, token::LlamaToken};
use llama_cpp_sys_2 as sys;
use zeroize::Zeroizing;

use super::abort::Abort;
use crate::{LoadError, WorkerError};

/// What `llama_decode` returns when its abort callback said so.
const ABORTED: i32 = 2;

/// How large a context is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Sequences that it holds.
    pub(super) slots: u32,
    /// Tokens of each.
    pub(super) slot_tokens: u32,
    /// Tokens that one step computes, at most.
    pub(super) step_tokens: u32,
    /// Tokens that are computed at a time within a step.
    pub(super) chunk_tokens: u32,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoded {
    /// Everything was computed.
    Whole,
    /// It was aborted; parts of it may be in the context.
    Aborted,
}

/// The keys and values of a model's sequences, and the means to compute more.
pub(super) struct Context<'model> {
    raw: NonNull<sys::llama_context>,
    /// Read by llama.cpp between the operations of a step, for as long as the context lives.
    _abort: Arc<Abort>,
    vocabulary: usize,
    model: PhantomData<&'model LlamaModel>,
}

impl<'model> Context<'model> {
    /// A context of `shape`, whose steps end early when `abort` is due. llama.cpp's back-end must
    /// have been initialised, as it is for a model to be loaded.
    pub(super) fn new(
        model: &'model LlamaModel,
        shape: Shape,
        abort: Arc<Abort>,
    ) -> Result<Self, LoadError> {
        // SAFETY: takes nothing and returns a plain struct.
        let mut parameters = unsafe { sys::llama_context_default_params() };
        parameters.n_ctx = shape.slot_tokens.checked_mul(shape.slots).ok_or(LoadError::Context)?;
        parameters.n_seq_max = shape.slots;
        parameters.n_batch = shape.step_tokens;
        parameters.n_ubatch = shape.chunk_tokens;
        // A step asks for the scores of one token a sequence.
        parameters.n_outputs_max = shape.slots;
        // Each sequence has a buffer of its own, so that nobody's attention is computed over the
        // tokens of others.
        parameters.kv_unified = false;
        // On a processor the default model generates 71 tokens/s after 1,400 tokens without flash
        // attention and 38 with it (117 and 130 on an empty context).
        parameters.flash_attn_type = sys::LLAMA_FLASH_ATTN_TYPE_DISABLED;
        parameters.no_perf = true;
        parameters.abort_callback = Some(is_due);
        parameters.abort_callback_data = Arc::as_ptr(&abort).cast_mut().cast::<c_void>();
        // SAFETY: the model outlives the context by the lifetime, the abortion by the `Arc` in `Self`.
        let raw = unsafe { sys::llama_init_from_model(pointer(model), parameters) };
        let raw = NonNull::new(raw).ok_or(LoadError::Context)?;
        let vocabulary = usize::try_from(model.n_vocab()).map_err(|_| LoadError::Context)?;
        Ok(Self { raw, _abort: abort, vocabulary, model: PhantomData })
    }

    /// Tokens that one sequence holds.
    pub(super) fn slot_tokens(&self) -> usize {
        // SAFETY: the context is live.
        let tokens = unsafe { sys::llama_n_ctx_seq(self.raw.as_ptr()) };
        usize::try_from(tokens).unwrap_or(usize::MAX)
    }

    /// Computes with `threads` from the next step on.
    pub(super) fn set_threads(&mut self, threads: u32) {
        let threads = i32::try_from(threads).unwrap_or(1).max(1);
        // SAFETY: the context is live, and borrowed exclusively.
        unsafe { sys::llama_set_n_threads(self.raw.as_ptr(), threads, threads) };
    }

    /// Computes the tokens of `batch` and adds them to their sequences.
    pub(super) fn decode(&mut self, batch: &mut Batch) -> Result<Decoded, WorkerError> {
        let count = i32::try_from(batch.tokens.len()).map_err(|_| WorkerError::Evaluate)?;
        let mut owners: Vec<*mut sys::llama_seq_id> =
            batch.slots.iter_mut().map(ptr::from_mut).collect();
        let raw = sys::llama_batch {
            n_tokens: count,
            token: batch.tokens.as_mut_ptr(),
            embd: ptr::null_mut(),
            pos: batch.positions.as_mut_ptr(),
            n_seq_id: batch.owner_counts.as_mut_ptr(),
            seq_id: owners.as_mut_ptr(),
            logits: batch.scored.as_mut_ptr(),
        };
        // SAFETY: every array has `count` elements, and each element of `owners` points to the one
        // sequence that `owner_counts` promises. llama.cpp copies what it keeps.
        match unsafe { sys::llama_decode(self.raw.as_ptr(), raw) } {
            0 => Ok(Decoded::Whole),
            ABORTED => Ok(Decoded::Aborted),
            _ => Err(WorkerError::Evaluate),
        }
    }

    /// The scores of every token of the vocabulary to follow the `index`-th token of the last
    /// batch, for which they must have been asked.
    pub(super) fn scores(&self, index: usize) -> Result<&[f32], WorkerError> {
        let index = i32::try_from(index).map_err(|_| WorkerError::Evaluate)?;
        // SAFETY: the context is live; llama.cpp checks the index and returns null for a wrong one.
        let scores = unsafe { sys::llama_get_logits_ith(self.raw.as_ptr(), index) };
        if scores.is_null() {
            return Err(WorkerError::Evaluate);
        }
        // SAFETY: llama.h promises one score for each token of the vocabulary, valid until the next
        // step, which needs `&mut self`.
        Ok(unsafe { slice::from_raw_parts(scores, self.vocabulary) })
    }

    /// Removes the tokens of `slot` from position `from` on. False where the model's memory cannot
    /// be cut (recurrent models); then nothing changed.
    pub(super) fn cut(&mut self, slot: u32, from: usize) -> Result<bool, WorkerError> {
        let slot = sequence(slot)?;
        let from = i32::try_from(from).map_err(|_| WorkerError::Evaluate)?;
        // SAFETY: the context is live, and its memory lives as long as it does.
        Ok(unsafe { sys::llama_memory_seq_rm(self.memory(), slot, from, -1) })
    }

    /// A copy of the keys and values of `slot`; `None` when llama.cpp cannot give it.
    pub(super) fn save(&mut self, slot: u32) -> Result<Option<Zeroizing<Vec<u8>>>, WorkerError> {
        let slot = sequence(slot)?;
        // SAFETY: the context is live, and borrowed exclusively.
        let size = unsafe { sys::llama_state_seq_get_size(self.raw.as_ptr(), slot) };
        let mut state = Zeroizing::new(vec![0; size]);
        // SAFETY: as above; the buffer has the length that is given.
        let written = unsafe {
            sys::llama_state_seq_get_data(self.raw.as_ptr(), state.as_mut_ptr(), size, slot)
        };
        Ok((written == size && size > 0).then_some(state))
    }

    /// Replaces the keys and values of `slot` by a copy from [`Context::save`] of this context.
    /// False when llama.cpp refuses it; then the slot is empty.
    pub(super) fn restore(&mut self, slot: u32, state: &[u8]) -> Result<bool, WorkerError> {
        let id = sequence(slot)?;
        // SAFETY: the context is live and borrowed exclusively; the buffer has the length that is
        // given, and was written by this context.
        let read = unsafe {
            sys::llama_state_seq_set_data(self.raw.as_ptr(), state.as_ptr(), state.len(), id)
        };
        if read != state.len() {
            self.cut(slot, 0)?;
            return Ok(false);
        }
        Ok(true)
    }

    fn memory(&self) -> sys::llama_memory_t {
        // SAFETY: the context is live.
        unsafe { sys::llama_get_memory(self.raw.as_ptr()) }
    }
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `llama_init_from_model`, and freed here only.
        unsafe { sys::llama_free(self.raw.as_ptr()) };
    }
}

/// The tokens of one step.
#[derive(Default)]
pub(super) struct Batch {
    tokens: Vec<sys::llama_token>,
    positions: Vec<sys::llama_pos>,
    slots: Vec<sys::llama_seq_id>,
    owner_counts: Vec<i32>,
    scored: Vec<i8>,
}

impl Batch {
    pub(super) fn clear(&mut self) {
        self.tokens.clear();
        self.positions.clear();
        self.slots.clear();
        self.owner_counts.clear();
        self.scored.clear();
    }

    /// Adds `tokens` to `slot`, after the `position` tokens that it has. Returns the index under
    /// which [`Context::scores`] gives what may follow them.
    pub(super) fn push(
        &mut self,
        slot: u32,
        position: usize,
        tokens: &[LlamaToken],
    ) -> Result<usize, WorkerError> {
        let slot = sequence(slot)?;
        for (at, token) in tokens.iter().enumerate() {
            let position = i32::try_from(position + at).map_err(|_| WorkerError::Evaluate)?;
            self.tokens.push(token.0);
            self.positions.push(position);
            self.slots.push(slot);
            self.owner_counts.push(1);
            self.scored.push(i8::from(at + 1 == tokens.len()));
        }
        self.tokens.len().checked_sub(1).ok_or(WorkerError::Evaluate)
    }
}

fn sequence(slot: u32) -> Result<sys::llama_seq_id, WorkerError> {
    sys::llama_seq_id::try_from(slot).map_err(|_| WorkerError::Evaluate)
}

/// The C object behind a model.
fn pointer(model: &LlamaModel) -> *mut sys::llama_model {
    const { assert!(size_of::<LlamaModel>() == size_of::<*mut sys::llama_model>()) };
    // SAFETY: `LlamaModel` is `repr(transparent)` around a `repr(transparent)` `NonNull` of it
    // (llama-cpp-2 0.1.160, whose version is pinned for this).
    unsafe { *ptr::from_ref(model).cast::<*mut sys::llama_model>() }
}

/// llama.cpp's abort callback.
unsafe extern "C" fn is_due(abort: *mut c_void) -> bool {
    // SAFETY: `Context::new` passes the object that the context keeps alive.
    unsafe { &*abort.cast::<Abort>() }.is_due()
}
