//! What the model's engine did, for those who look after it.

use cloister_access::Session;
use cloister_inference::{BOUNDS, EngineMetrics, Histogram};

use crate::{App, AppError, BucketDto, EndedDto, EngineDto, HistogramDto, ModelReportDto};

impl App {
    /// The model's state, and what it did since the program started.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`](crate::ErrorCode::Denied) without `configure` or `read_compliance`.
    pub async fn model_report(&self, session: &Session) -> Result<ModelReportDto, AppError> {
        self.oversee(session).await?;
        Ok(ModelReportDto { model: self.model.status().into(), engine: self.engine_figures() })
    }

    /// What the engine did; `None` before there is one.
    pub(crate) fn engine_figures(&self) -> Option<EngineDto> {
        self.model.metrics().map(EngineDto::from)
    }
}

impl From<EngineMetrics> for EngineDto {
    fn from(metrics: EngineMetrics) -> Self {
        Self {
            running: metrics.running,
            waiting: metrics.waiting,
            sequences: metrics.sequences,
            ended: EndedDto {
                stopped: metrics.stopped,
                cut: metrics.cut,
                cancelled: metrics.cancelled,
                late: metrics.late,
                looping: metrics.looping,
                failed: metrics.failed,
            },
            restarts: metrics.restarts,
            prompt_tokens: metrics.prompt_tokens,
            cached_tokens: metrics.cached_tokens,
            completion_tokens: metrics.completion_tokens,
            queue_seconds: (&metrics.queue_seconds).into(),
            first_text_seconds: (&metrics.first_text_seconds).into(),
            tokens_per_second: (&metrics.tokens_per_second).into(),
            memory_mb: metrics.worker.memory_mb,
            kept_sequences: metrics.worker.kept_sequences,
            kept_mb: metrics.worker.kept_mb,
            evicted: metrics.worker.evicted,
            decode_threads: metrics.worker.decode_threads,
            prefill_threads: metrics.worker.prefill_threads,
        }
    }
}

impl From<&Histogram> for HistogramDto {
    fn from(histogram: &Histogram) -> Self {
        let bounds = BOUNDS.iter().copied().map(Some).chain([None]);
        let buckets = bounds.zip(histogram.counts());
        Self {
            count: histogram.count(),
            sum: histogram.sum(),
            p50: histogram.quantile(0.5),
            p95: histogram.quantile(0.95),
            buckets: buckets.map(|(up_to, count)| BucketDto { up_to, count: *count }).collect(),
        }
    }
}
