//! Notices an answer that goes round in circles.

/// The longest cycle that is looked for, in tokens: a sentence or two.
const LONGEST_CYCLE: usize = 64;

/// How often a cycle must have come round: twice occurs in lists and refrains.
const ROUNDS: usize = 3;

/// Short cycles must fill at least this many tokens, since rulers and number columns repeat too.
const SHORTEST_RUN: usize = 24;

/// Whether `tokens` end in a cycle that came round often enough to call it a loop.
pub(super) fn is_looping<T: PartialEq>(tokens: &[T]) -> bool {
    (1..=LONGEST_CYCLE).any(|cycle| {
        let run = (cycle * ROUNDS).max(SHORTEST_RUN);
        let Some(start) = tokens.len().checked_sub(run) else { return false };
        let tail = &tokens[start..];
        tail.iter().skip(cycle).eq(tail.iter().take(run - cycle))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_is_noticed_in_its_third_round_and_no_sooner() {
        for cycle in [1, 2, 7, 30, LONGEST_CYCLE] {
            let tokens: Vec<usize> =
                (1_000..1_050).chain((0..cycle).cycle().take(cycle * 40)).collect();
            let expected = 50 + (cycle * ROUNDS).max(SHORTEST_RUN);
            let noticed = (1..=tokens.len()).find(|length| is_looping(&tokens[..*length]));
            assert_eq!(noticed, Some(expected), "a cycle of {cycle}");
        }
    }

    #[test]
    fn a_counting_list_is_no_loop() {
        let tokens: Vec<usize> = (0..300).map(|at| if at % 5 == 0 { at } else { at % 5 }).collect();
        assert!((1..=tokens.len()).all(|length| !is_looping(&tokens[..length])));
    }
}
