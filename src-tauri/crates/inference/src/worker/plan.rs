//! Who computes how many tokens in the next step. Pure.
//!
//! Every answer under way gets its next token, and what is left of the step goes to prompts in the
//! order in which they came, those that somebody waits for first. A prompt that the step can finish
//! may overtake longer ones, but nobody is overtaken twice: so nobody starts later than in order of
//! arrival by more than one step.

use crate::Priority;

/// The least piece of a prompt that is computed at a time, unless it is shorter. For fewer tokens
/// llama.cpp's kernels round in another way (`llamafile_sgemm` leaves them to others), and one prompt
/// would have two answers, depending on where it was cut.
pub(super) const LEAST_PIECE: usize = 8;

/// What a sequence has to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Work {
    pub(super) priority: Priority,
    /// When it came, in order.
    pub(super) arrival: u64,
    /// Tokens of its prompt that are still to be computed; 0 when it is being answered.
    pub(super) prompt_left: usize,
    /// Whether a later one has gone before it.
    pub(super) overtaken: bool,
}

/// Who computes how much.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Tokens of each, in the order of the work.
    pub(super) tokens: Vec<usize>,
    /// Those that a later one goes before.
    pub(super) overtaken: Vec<usize>,
}

/// Shares a step out whose prompts may have `chunk` tokens together.
pub(super) fn plan(work: &[Work], chunk: usize) -> Plan {
    let mut tokens: Vec<usize> =
        work.iter().map(|work| usize::from(work.prompt_left == 0)).collect();
    let mut line: Vec<usize> = (0..work.len()).filter(|at| work[*at].prompt_left > 0).collect();
    line.sort_by_key(|at| (work[*at].priority, work[*at].arrival));

    let overtaken = hurry(&mut line, work, chunk);
    let mut left = chunk;
    for at in line {
        tokens[at] = piece(work[at].prompt_left, left);
        left -= tokens[at];
    }
    Plan { tokens, overtaken }
}

/// The next piece of a prompt, of at most `room` tokens, so that no piece is too short.
fn piece(prompt_left: usize, room: usize) -> usize {
    if prompt_left <= room {
        return prompt_left;
    }
    let fitting = room.min(prompt_left.saturating_sub(LEAST_PIECE));
    if fitting < LEAST_PIECE { 0 } else { fitting }
}

/// Moves a prompt that fits into the step to the front of its equals, if nobody before it was
/// overtaken yet. Returns whom it overtook.
fn hurry(line: &mut Vec<usize>, work: &[Work], chunk: usize) -> Vec<usize> {
    let Some(&head) = line.first() else { return Vec::new() };
    let equal = |at: &usize| work[*at].priority == work[head].priority;
    if work[head].prompt_left <= chunk {
        return Vec::new();
    }
    let fresh = line.iter().take_while(|at| equal(at) && !work[**at].overtaken).count();
    let Some(short) = (1..line.len())
        .take_while(|place| *place <= fresh && equal(&line[*place]))
        .find(|place| work[line[*place]].prompt_left <= chunk)
    else {
        return Vec::new();
    };
    let at = line.remove(short);
    line.insert(0, at);
    line[1..=short].to_vec()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn work(arrival: u64, prompt_left: usize) -> Work {
        Work { priority: Priority::Interactive, arrival, prompt_left, overtaken: false }
    }

    #[test]
    fn answers_go_on_beside_a_long_prompt() {
        let plan = plan(&[work(0, 0), work(1, 3_000), work(2, 0)], 64);
        assert_eq!(plan, Plan { tokens: vec![1, 64, 1], overtaken: Vec::new() });
    }

    #[test]
    fn prompts_are_computed_in_order_and_share_a_step() {
        assert_eq!(plan(&[work(1, 30), work(0, 50)], 64).tokens, [14, 50]);
    }

    #[test]
    fn a_short_prompt_goes_before_a_long_one_once() {
        let mut both = [work(0, 3_000), work(1, 40), work(2, 40)];
        let first = plan(&both, 64);
        assert_eq!(first, Plan { tokens: vec![24, 40, 0], overtaken: vec![0] });
        both[0].overtaken = true;
        both[1].prompt_left = 0;
        assert_eq!(plan(&both, 64).tokens, [64, 1, 0], "not a second time");
    }

    #[test]
    fn what_nobody_waits_for_comes_last() {
        let background = Work { priority: Priority::Background, ..work(0, 10) };
        assert_eq!(plan(&[background, work(1, 60)], 64).tokens, [0, 60]);
        assert_eq!(plan(&[background, work(1, 600)], 64).tokens, [0, 64]);
    }

    fn works() -> impl Strategy<Value = Vec<Work>> {
        let priority = prop_oneof![Just(Priority::Interactive), Just(Priority::Background)];
        let one = (priority, 0_usize..400, any::<bool>());
        proptest::collection::vec(one, 1..9).prop_map(|ones| {
            let numbered = (0..).zip(ones);
            numbered
                .map(|(arrival, (priority, prompt_left, overtaken))| Work {
                    priority,
                    arrival,
                    prompt_left,
                    overtaken,
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn no_piece_is_too_short_and_no_step_wastes_more(work in works(), chunk in 32_usize..300) {
            let plan = plan(&work, chunk);
            let prompts = || work.iter().zip(&plan.tokens).filter(|(work, _)| work.prompt_left > 0);
            let wanted: usize = prompts().map(|(work, _)| work.prompt_left).sum();
            let given = prompts().map(|(_, tokens)| tokens).sum::<usize>();
            prop_assert!(given <= chunk && given + 2 * LEAST_PIECE > wanted.min(chunk));
            let all_long_enough = prompts().all(|(work, tokens)| {
                let left = work.prompt_left - tokens;
                let whole = *tokens == work.prompt_left;
                whole || *tokens == 0 || *tokens >= LEAST_PIECE && left >= LEAST_PIECE
            });
            prop_assert!(all_long_enough);
            let answers = work.iter().zip(&plan.tokens).filter(|(work, _)| work.prompt_left == 0);
            prop_assert!(answers.into_iter().all(|(_, tokens)| *tokens == 1));
        }

        #[test]
        fn every_prompt_starts_by_its_turn_and_one_step(mut work in works(), chunk in 32_usize..300) {
            // Steps by which each prompt is finished in order of arrival, and one more.
            let mut line: Vec<usize> = (0..work.len()).filter(|at| work[*at].prompt_left > 0).collect();
            line.sort_by_key(|at| (work[*at].priority, work[*at].arrival));
            for one in &mut work {
                one.overtaken = false;
            }
            let mut before = 0;
            let mut limits = vec![usize::MAX; work.len()];
            for at in line {
                before += work[at].prompt_left;
                limits[at] = before.div_ceil(chunk - 2 * LEAST_PIECE) + 1;
            }
            for step in 1..10_000 {
                let plan = plan(&work, chunk);
                for at in &plan.overtaken {
                    prop_assert!(!work[*at].overtaken, "overtaken twice");
                    work[*at].overtaken = true;
                }
                for (one, tokens) in work.iter_mut().zip(&plan.tokens) {
                    if one.prompt_left > 0 {
                        one.prompt_left -= tokens;
                    }
                }
                for (one, limit) in work.iter().zip(&limits) {
                    prop_assert!(one.prompt_left == 0 || step < *limit, "late");
                }
                if work.iter().all(|one| one.prompt_left == 0) {
                    break;
                }
            }
        }
    }
}
