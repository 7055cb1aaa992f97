//! The limits against a clock that the test moves.

use cloister_types::{FixedClock, OsEntropy, SeededEntropy, Timestamp};
use serde_json::Value;

use super::*;

const PER_MINUTE: u32 = 10;

struct Desk {
    clock: Arc<FixedClock>,
    admission: Admission,
}

impl Desk {
    fn new() -> Self {
        let clock = Arc::new(FixedClock::new(Timestamp::from_millis(0)));
        let hands = Arc::clone(&clock) as Arc<dyn Clock>;
        Self { clock, admission: Admission::new(hands, Arc::new(SeededEntropy::new(5))) }
    }

    fn limited(limits: &[(&str, u64)]) -> Self {
        let mut desk = Self::new();
        let set = limits.iter().fold(Limits::default(), |limits, (name, value)| {
            limits.with(name.parse().unwrap(), *value).unwrap()
        });
        desk.admission.set_limits(set);
        desk
    }

    fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn say(&mut self) -> String {
        said(self.admission.admit(Party::Device, PER_MINUTE).map(drop))
    }

    fn open(&mut self, passage: u64) -> String {
        let passage = format!("p{passage}").parse().unwrap();
        said(self.admission.open_passage(Party::Device, &passage))
    }

    fn prove(&mut self) -> String {
        let Err(Refusal::ChallengeRequired(challenge)) =
            self.admission.admit(Party::Device, PER_MINUTE)
        else {
            return "nothing to prove".to_owned();
        };
        let counter = challenge.solve();
        match self.admission.answer(Party::Device, &challenge.text, &counter) {
            Ok(()) => "ok".to_owned(),
            Err(error) => error.to_string(),
        }
    }
}

fn said(taken: Result<(), Refusal>) -> String {
    match taken {
        Ok(()) => "ok".to_owned(),
        Err(Refusal::RateLimited { retry_after }) => format!("wait {}", retry_after.as_secs()),
        Err(Refusal::CoolingDown { retry_after }) => format!("cooling {}", retry_after.as_secs()),
        Err(Refusal::Blocked { retry_after }) => format!("blocked {}", retry_after.as_secs()),
        Err(Refusal::ChallengeRequired(challenge)) => format!("prove {}", challenge.bits),
        Err(Refusal::NoMoreEscalations) => "no more".to_owned(),
    }
}

/// Each case is a list of steps `[seconds to wait before each, what is
/// done, how often, what the last one got]`.
#[test]
fn the_table_of_cases_holds() {
    let cases = include_str!("../../../../../tests/cases/limits/admission.json");
    let cases: Value = serde_json::from_str(cases).unwrap();
    for case in cases.as_array().unwrap() {
        let limits: Vec<(&str, u64)> = case["limits"]
            .as_object()
            .map(|set| set.iter().map(|(name, value)| (name.as_str(), value.as_u64().unwrap())))
            .into_iter()
            .flatten()
            .collect();
        let mut desk = Desk::limited(&limits);
        let mut passage = 0;
        for (number, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            let mut got = String::new();
            for _ in 0..step[2].as_u64().unwrap() {
                desk.wait(step[0].as_u64().unwrap());
                got = match step[1].as_str().unwrap() {
                    "say" => desk.say(),
                    "strike" => match desk.admission.strike(Party::Device) {
                        Strike::Counted => "counted".to_owned(),
                        Strike::Cooling(pause) => format!("cooling {}", pause.as_secs()),
                        Strike::Blocked(pause) => format!("blocked {}", pause.as_secs()),
                    },
                    "open" => {
                        passage += 1;
                        desk.open(passage)
                    }
                    "open_same" => desk.open(0),
                    "prove" => desk.prove(),
                    "lift" => desk.admission.lift(Party::Device).to_string(),
                    other => panic!("no step {other}"),
                };
            }
            assert_eq!(got, step[3], "{}, step {number}", case["name"]);
        }
    }
}

#[test]
fn parties_are_counted_apart() {
    let mut desk = Desk::new();
    let other = Party::Address(IpAddr::from([192, 0, 2, 7]));
    for _ in 0..10 {
        assert_eq!(desk.say(), "ok");
    }
    assert_eq!(desk.say(), "wait 6");
    assert_eq!(desk.admission.admit(other, PER_MINUTE), Ok(1));
}

#[test]
fn messages_are_counted_over_a_day() {
    let mut desk = Desk::new();
    for hour in 0..30_u64 {
        let counted = desk.admission.admit(Party::Device, PER_MINUTE);
        assert_eq!(counted, Ok((hour + 1).min(24)));
        desk.wait(3600);
    }
}

#[test]
fn an_answer_that_cites_is_counted_and_what_follows_is_held() {
    let mut desk = Desk::limited(&[("passages_per_hour", 10)]);
    let ids: Vec<PassageId> = (0..12).map(|id| format!("p{id}").parse().unwrap()).collect();
    desk.admission.cite(Party::Device, &ids[..10]);
    assert_eq!(desk.say(), "ok");
    desk.admission.cite(Party::Device, &ids[..11]);
    assert_eq!(desk.say(), "prove 16");
    let news = desk.admission.take_news();
    assert_eq!(news.len(), 1);
    assert_eq!((news[0].kind, news[0].party), (SecurityKind::PeerChallenged, PartyKind::Device));
    assert_eq!(desk.admission.held()[0].hold, Hold::Challenged);
}

#[test]
fn a_session_asks_for_a_person_three_times() {
    let mut desk = Desk::new();
    let (one, other) = (SessionId::random(&OsEntropy), SessionId::random(&OsEntropy));
    for _ in 0..3 {
        assert_eq!(desk.admission.escalate(one), Ok(()));
    }
    assert_eq!(desk.admission.escalate(one), Err(Refusal::NoMoreEscalations));
    assert_eq!(desk.admission.escalate(other), Ok(()));
    desk.admission.forget_sessions(&[one]);
    assert_eq!(desk.admission.escalate(one), Ok(()));
}

#[test]
fn the_number_of_parties_is_bounded_and_a_block_outlives_a_flood() {
    let mut desk = Desk::limited(&[("strikes_before_cooldown", 1), ("cooldown_seconds", 3600)]);
    desk.admission.strike(Party::Device);
    for index in 0..(MOST_PARTIES + 50) {
        let bytes = u32::try_from(index).unwrap().to_be_bytes();
        desk.clock.advance(Duration::from_millis(1));
        desk.admission.admit(Party::Address(IpAddr::from(bytes)), PER_MINUTE).unwrap();
    }
    assert_eq!(desk.admission.parties.len(), MOST_PARTIES);
    assert!(desk.say().starts_with("cooling"));
}
