//! Accounts: made, signed in to, changed, locked, reset and deleted, and what becomes of what was
//! said in them.

use std::{net::IpAddr, sync::Arc, time::Duration};

use cloister_app::{Origin, Peer, Place};
use cloister_tests::{
    ADMIN, ADMIN_PASSWORD, Answer, Appliance, PASSWORD, Reader, employed, made, post, sign_in,
    staffed,
};
use cloister_types::Clock;
use serde_json::{Value, json};
use totp_rs::Totp;

const QUESTION: &str = "What is your return policy?";

/// The one answer of every sign-in that fails.
const REFUSED: (u16, Option<&str>) = (401, Some("sign_in_refused"));

fn told(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status, answer.code())
}

/// A reader at another device of the local network.
fn elsewhere(appliance: &Appliance, address: [u8; 4]) -> Reader {
    let address = IpAddr::from(address);
    let origin = Origin { peer: Peer::Address(address), place: Place::address(address) };
    Reader::new(cloister_server::router(Arc::clone(&appliance.app), origin))
}

/// Sets up an authenticator; it and the codes on paper.
async fn enrolled(appliance: &Appliance, reader: &mut Reader) -> (Totp, Vec<String>) {
    let enrolment = reader.call("POST", "/api/me/second-factor", None).await;
    assert_eq!(enrolment.status, 201, "{}", enrolment.text);
    let authenticator = Totp::from_url(enrolment.body["uri"].as_str().expect("an address"))
        .expect("an address that authenticators read");
    let code = json!({ "code": shown(&authenticator, appliance) });
    let confirmed = post(reader, "/api/me/second-factor/confirm", code).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    let codes = confirmed.body["codes"].as_array().expect("codes").iter();
    (authenticator, codes.map(|code| code.as_str().expect("text").to_owned()).collect())
}

/// What the authenticator shows now.
fn shown(authenticator: &Totp, appliance: &Appliance) -> String {
    let seconds = u64::try_from(appliance.clock.now().as_millis() / 1_000).expect("after 1970");
    authenticator.generate(seconds).to_string()
}

async fn turns_of(reader: &mut Reader) -> usize {
    let conversation = reader.get("/api/conversation").await;
    assert_eq!(conversation.status, 200, "{}", conversation.text);
    conversation.body["turns"].as_array().expect("turns").len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_stands_in_until_there_is_an_administrator() {
    let appliance = Appliance::open().await;
    let mut far = elsewhere(&appliance, [192, 0, 2, 7]);
    let refused = far.call("POST", "/api/session/operator", None).await;
    assert_eq!(told(&refused), (403, Some("denied")), "only on the machine itself");
    let mut operator = appliance.stranger();
    let started = operator.call("POST", "/api/session/operator", None).await;
    assert_eq!(started.body["kind"], "operator");
    let weak = json!({ "name": ADMIN, "roles": ["admin"], "password": "ada.admin12" });
    let refused = post(&mut operator, "/api/accounts", weak).await;
    assert_eq!(told(&refused), (422, Some("password_weak")));
    let form = json!({ "name": ADMIN, "roles": ["admin"], "password": ADMIN_PASSWORD });
    let made = post(&mut operator, "/api/accounts", form).await;
    assert_eq!((made.status, &made.body["password"]), (201, &Value::Null), "{}", made.text);
    assert!(!made.text.contains(ADMIN_PASSWORD));
    assert_eq!(operator.get("/api/accounts").await.code(), Some("session_required"));
    let again = operator.call("POST", "/api/session/operator", None).await;
    assert_eq!(told(&again), (403, Some("denied")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_sign_in_tells_nobody_why() {
    let (appliance, mut admin) = staffed().await;
    let (id, first) = made(&mut admin, "eve", &["employee"]).await;
    let disabled = admin.call("POST", &format!("/api/accounts/{id}/disable"), None).await;
    assert_eq!(disabled.body["active"], false, "{}", disabled.text);
    let mut reader = appliance.stranger();
    let tries = [("nobody", "whatever it is"), (ADMIN, "not the password"), ("eve", &first)];
    let mut answers = Vec::new();
    for (name, password) in tries {
        let refused = sign_in(&mut reader, name, password, None).await;
        assert_eq!(told(&refused), REFUSED, "{name}");
        assert_eq!(reader.cookie, None);
        answers.push(refused.text);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let enabled = admin.call("POST", &format!("/api/accounts/{id}/enable"), None).await;
    assert_eq!(enabled.body["active"], true);
    assert_eq!(sign_in(&mut reader, "EVE", &first, None).await.status, 201, "case is nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_failures_pause_a_name_at_one_source_for_longer_each_time() {
    let (appliance, _admin) = staffed().await;
    for name in [ADMIN, "nobody"] {
        let mut guesser = elsewhere(&appliance, [192, 0, 2, 7]);
        for minutes in [15, 30, 60, 60] {
            for _ in 0..4 {
                assert_eq!(told(&sign_in(&mut guesser, name, "wrong", None).await), REFUSED);
            }
            let paused = sign_in(&mut guesser, name, "wrong", None).await;
            assert_eq!(told(&paused), (429, Some("sign_in_paused")), "{name} {minutes}");
            assert_eq!(paused.body["error"]["retry_after_s"], minutes * 60, "{name}");
            appliance.clock.advance(Duration::from_secs(minutes * 60 - 1));
            let still = sign_in(&mut guesser, name, ADMIN_PASSWORD, None).await;
            assert_eq!(still.code(), Some("sign_in_paused"), "the right password as well");
            appliance.clock.advance(Duration::from_secs(1));
        }
    }
    let mut other = elsewhere(&appliance, [192, 0, 2, 8]);
    let signed_in = sign_in(&mut other, ADMIN, ADMIN_PASSWORD, None).await;
    assert_eq!(signed_in.status, 201, "nobody locks an administrator out from elsewhere");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_sign_in_leads_to_a_password_of_ones_own_and_nowhere_else() {
    let (appliance, mut admin) = staffed().await;
    let (_, first) = made(&mut admin, "ben", &["employee"]).await;
    let mut ben = appliance.stranger();
    let signed_in = sign_in(&mut ben, "ben", &first, None).await;
    assert_eq!((signed_in.status, &signed_in.body["must_change_password"]), (201, &json!(true)));
    for path in ["/api/suggestions", "/api/conversation", "/api/sessions"] {
        let refused = ben.get(path).await;
        assert_eq!(told(&refused), (403, Some("password_change_required")), "{path}");
    }
    assert_eq!(ben.say(QUESTION).await.code(), Some("password_change_required"));
    assert_eq!(ben.get("/api/me").await.body["account"]["name"], "ben");
    for (old, new, code) in [
        ("not the old one", PASSWORD, "sign_in_refused"),
        (first.as_str(), "ben", "password_weak"),
        (first.as_str(), "password12", "password_weak"),
    ] {
        let change = json!({ "old": old, "new": new });
        assert_eq!(post(&mut ben, "/api/me/password", change).await.code(), Some(code), "{new}");
    }
    let change = json!({ "old": first, "new": PASSWORD });
    assert_eq!(post(&mut ben, "/api/me/password", change).await.status, 204);
    assert_eq!(ben.get("/api/suggestions").await.status, 200);
    assert_eq!(told(&sign_in(&mut ben, "ben", &first, None).await), REFUSED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_ends_the_guests_session_with_all_that_was_said_in_it() {
    let (appliance, _admin) = staffed().await;
    let mut reader = appliance.guest().await;
    reader.turn(QUESTION).await;
    let guest = reader.cookie.clone();
    let signed_in = sign_in(&mut reader, ADMIN, ADMIN_PASSWORD, None).await;
    assert_eq!((signed_in.status, &signed_in.body["name"]), (201, &json!(ADMIN)));
    assert_ne!(reader.cookie, guest);
    assert_eq!(turns_of(&mut reader).await, 0);
    reader.cookie = guest;
    assert_eq!(reader.get("/api/session").await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_of_the_authenticator_works_once_and_one_on_paper_too() {
    let (appliance, mut admin) = staffed().await;
    let (authenticator, paper) = enrolled(&appliance, &mut admin).await;
    assert_eq!(paper.len(), 10);
    let twice = admin.call("POST", "/api/me/second-factor", None).await;
    assert_eq!(told(&twice), (409, Some("conflict")));

    let mut reader = appliance.stranger();
    let asked = sign_in(&mut reader, ADMIN, ADMIN_PASSWORD, None).await;
    assert_eq!((told(&asked), reader.cookie.clone()), ((403, Some("mfa_required")), None));
    let used = shown(&authenticator, &appliance);
    let replayed = sign_in(&mut reader, ADMIN, ADMIN_PASSWORD, Some(&used)).await;
    assert_eq!(told(&replayed), REFUSED, "the code that confirmed the authenticator");
    appliance.clock.advance(Duration::from_secs(30));
    let code = shown(&authenticator, &appliance);
    let signed_in = sign_in(&mut reader, ADMIN, ADMIN_PASSWORD, Some(&code)).await;
    assert_eq!(signed_in.status, 201, "{}", signed_in.text);
    assert!(signed_in.body["elevated_until"].is_string(), "{}", signed_in.text);
    assert_eq!(told(&sign_in(&mut reader, ADMIN, ADMIN_PASSWORD, Some(&code)).await), REFUSED);

    let typed = paper[0].to_uppercase().replace('-', " ");
    let signed_in = sign_in(&mut reader, ADMIN, ADMIN_PASSWORD, Some(&typed)).await;
    assert_eq!(signed_in.status, 201, "{}", signed_in.text);
    assert_eq!(reader.get("/api/me").await.body["recovery_codes_left"], 9);
    assert_eq!(told(&sign_in(&mut reader, ADMIN, ADMIN_PASSWORD, Some(&paper[0])).await), REFUSED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_factor_is_fresh_for_five_minutes_under_a_new_token() {
    let (appliance, mut admin) = staffed().await;
    let (authenticator, _) = enrolled(&appliance, &mut admin).await;
    let stale = admin.call("DELETE", "/api/me/second-factor", None).await;
    assert_eq!(told(&stale), (403, Some("mfa_required")));
    appliance.clock.advance(Duration::from_secs(30));
    let old = admin.cookie.clone();
    let code = json!({ "code": shown(&authenticator, &appliance) });
    let elevated = post(&mut admin, "/api/session/elevate", code).await;
    assert_eq!(elevated.status, 200, "{}", elevated.text);
    assert_ne!(admin.cookie, old);
    let fresh = std::mem::replace(&mut admin.cookie, old);
    assert_eq!(admin.get("/api/session").await.status, 401, "the old token is dead");
    admin.cookie = fresh;
    let renewed = admin.call("POST", "/api/me/recovery-codes", None).await;
    assert_eq!(renewed.body["codes"].as_array().map(Vec::len), Some(10));
    appliance.clock.advance(Duration::from_mins(5));
    let stale = admin.call("POST", "/api/me/recovery-codes", None).await;
    assert_eq!(told(&stale), (403, Some("mfa_required")));
    let code = json!({ "code": shown(&authenticator, &appliance) });
    assert_eq!(post(&mut admin, "/api/session/elevate", code).await.status, 200);
    assert_eq!(admin.call("DELETE", "/api/me/second-factor", None).await.status, 204);
    assert_eq!(admin.get("/api/me").await.body["account"]["second_factor"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_destroys_what_was_said_before() {
    let (appliance, mut admin) = staffed().await;
    let (id, mut ben) = employed(&appliance, &mut admin, "ben").await;
    ben.turn(QUESTION).await;
    assert_eq!(turns_of(&mut ben).await, 1);
    let reset = admin.call("POST", &format!("/api/accounts/{id}/reset"), None).await;
    let handed_out = reset.body["password"].as_str().expect("a password").to_owned();
    assert_eq!(ben.get("/api/session").await.status, 401);
    assert_eq!(told(&sign_in(&mut ben, "ben", PASSWORD, None).await), REFUSED);
    assert_eq!(sign_in(&mut ben, "ben", &handed_out, None).await.status, 201);
    let change = json!({ "old": handed_out, "new": "another violin seldom harbour" });
    assert_eq!(post(&mut ben, "/api/me/password", change).await.status, 204);
    assert_eq!(turns_of(&mut ben).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_administrator_stays() {
    let (appliance, mut admin) = staffed().await;
    let id = admin.get("/api/me").await.body["account"]["id"].as_str().expect("id").to_owned();
    let path = format!("/api/accounts/{id}");
    let demoted = json!({ "roles": ["employee"] });
    let refused = [
        admin.call("POST", &format!("{path}/disable"), None).await,
        admin.call("DELETE", &path, None).await,
        admin.call("PATCH", &path, Some(demoted.clone())).await,
    ];
    for answer in &refused {
        assert_eq!(told(answer), (409, Some("conflict")), "{}", answer.text);
    }
    let (second, first_password) = made(&mut admin, "zoe", &["admin"]).await;
    assert_eq!(admin.call("PATCH", &path, Some(demoted)).await.status, 200);
    assert_eq!(admin.get("/api/session").await.status, 401, "a role change ends sessions");
    let mut zoe = appliance.stranger();
    assert_eq!(sign_in(&mut zoe, "zoe", &first_password, None).await.status, 201);
    let change = json!({ "old": first_password, "new": PASSWORD });
    assert_eq!(post(&mut zoe, "/api/me/password", change).await.status, 204);
    assert_eq!(zoe.call("DELETE", &path, None).await.status, 204);
    let refused = zoe.call("DELETE", &format!("/api/accounts/{second}"), None).await;
    assert_eq!(told(&refused), (409, Some("conflict")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_manages_people_sees_or_changes_them() {
    let (appliance, mut admin) = staffed().await;
    let (id, mut ben) = employed(&appliance, &mut admin, "ben").await;
    let mut guest = appliance.guest().await;
    let path = format!("/api/accounts/{id}");
    for reader in [&mut ben, &mut guest] {
        for (method, path) in [
            ("GET", "/api/accounts"),
            ("GET", &path),
            ("DELETE", &path),
            ("POST", &format!("{path}/reset")),
            ("POST", &format!("{path}/disable")),
        ] {
            let refused = reader.call(method, path, None).await;
            assert_eq!(told(&refused), (403, Some("denied")), "{method} {path}");
        }
    }
    let mut taken = json!({ "name": "BEN", "roles": [] });
    assert_eq!(post(&mut admin, "/api/accounts", taken.clone()).await.code(), Some("conflict"));
    taken["name"] = "ben jamin".into();
    assert_eq!(post(&mut admin, "/api/accounts", taken).await.code(), Some("invalid_request"));
    let given = json!({ "name": "cy", "password": PASSWORD });
    let refused = post(&mut admin, "/api/accounts", given).await;
    assert_eq!(refused.code(), Some("invalid_request"), "nobody else knows a password");
    let edit = json!({ "name": "benjamin", "attributes": { "team": "north", "limit": 20 } });
    let changed = admin.call("PATCH", &path, Some(edit)).await;
    assert_eq!(changed.body["attributes"], json!({ "team": "north", "limit": 20 }));
    let names: Vec<Value> = admin.get("/api/accounts").await.body["items"]
        .as_array()
        .expect("accounts")
        .iter()
        .map(|account| account["name"].clone())
        .collect();
    assert_eq!(names, [ADMIN, "benjamin"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_see_and_end_their_own_sessions() {
    let (appliance, mut admin) = staffed().await;
    let (_, mut ben) = employed(&appliance, &mut admin, "ben").await;
    let mut laptop = elsewhere(&appliance, [192, 0, 2, 9]);
    assert_eq!(sign_in(&mut laptop, "ben", PASSWORD, None).await.status, 201);
    let listed = ben.get("/api/sessions").await.body["items"].clone();
    let places: Vec<(&str, bool)> = listed
        .as_array()
        .expect("sessions")
        .iter()
        .map(|one| (one["place"].as_str().expect("text"), one["current"] == true))
        .collect();
    assert_eq!(places.len(), 2);
    assert!(places.contains(&("192.0.2.9", false)) && places.contains(&("terminal", true)));
    let id_of = |current: bool| {
        let found =
            listed.as_array().expect("sessions").iter().find(|one| one["current"] == current);
        format!("/api/sessions/{}", found.expect("one")["id"].as_str().expect("an id"))
    };
    assert_eq!(admin.call("DELETE", &id_of(false), None).await.status, 404, "another's");
    assert_eq!(ben.call("DELETE", &id_of(false), None).await.status, 204);
    assert_eq!(laptop.get("/api/session").await.status, 401);
    assert_eq!(sign_in(&mut laptop, "ben", PASSWORD, None).await.status, 201);
    assert_eq!(ben.call("DELETE", "/api/sessions", None).await.status, 204);
    assert_eq!(laptop.get("/api/session").await.status, 401);
    assert_eq!(sign_in(&mut laptop, "ben", PASSWORD, None).await.status, 201);
    let change = json!({ "old": PASSWORD, "new": "another violin seldom harbour" });
    assert_eq!(post(&mut ben, "/api/me/password", change).await.status, 204);
    assert_eq!(laptop.get("/api/session").await.status, 401, "a new password ends the others");
    assert_eq!(ben.call("DELETE", &id_of(true), None).await.status, 204);
    assert_eq!(ben.get("/api/session").await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_lives_by_acts_and_not_by_looking() {
    let (appliance, mut admin) = staffed().await;
    appliance.clock.advance(Duration::from_mins(19));
    assert_eq!(post(&mut admin, "/api/conversations", json!({})).await.status, 201);
    appliance.clock.advance(Duration::from_mins(19));
    assert_eq!(admin.get("/api/accounts").await.status, 200, "the act extended it");
    appliance.clock.advance(Duration::from_secs(61));
    assert_eq!(admin.get("/api/session").await.status, 401, "looking did not");
    assert_eq!(sign_in(&mut admin, ADMIN, ADMIN_PASSWORD, None).await.status, 201);
    for _ in 0..(10 * 60 / 15 - 1) {
        appliance.clock.advance(Duration::from_mins(15));
        assert_eq!(post(&mut admin, "/api/conversations", json!({})).await.status, 201);
    }
    appliance.clock.advance(Duration::from_mins(15));
    assert_eq!(admin.get("/api/session").await.status, 401, "ten hours are the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conversations_outlive_the_session_by_a_day_and_belong_to_one() {
    let (appliance, mut admin) = staffed().await;
    let (_, mut ben) = employed(&appliance, &mut admin, "ben").await;
    ben.turn(QUESTION).await;
    let first = ben.get("/api/conversation").await.body["id"].as_str().expect("id").to_owned();
    let begun = post(&mut ben, "/api/conversations", json!({})).await;
    let second = begun.body["id"].as_str().expect("an id").to_owned();
    assert_eq!(turns_of(&mut ben).await, 0, "the next message begins anew");
    let named = json!({ "text": "Do you ship abroad?", "conversation": first });
    let turn = post(&mut ben, "/api/turns", named.clone()).await;
    ben.events(turn.body["id"].as_str().expect("a turn")).await;
    let path = format!("/api/conversations/{first}");
    assert_eq!(ben.get(&path).await.body["turns"].as_array().map(Vec::len), Some(2));

    assert_eq!(ben.call("DELETE", "/api/session", None).await.status, 204);
    appliance.clock.advance(Duration::from_hours(23));
    assert_eq!(sign_in(&mut ben, "ben", PASSWORD, None).await.status, 201);
    let listed = ben.get("/api/conversations").await.body["items"].clone();
    let counts: Vec<&Value> =
        listed.as_array().expect("conversations").iter().map(|one| &one["turns"]).collect();
    assert_eq!(counts.len(), 2);
    assert_eq!(ben.get(&path).await.body["turns"][0]["question"]["text"], QUESTION);

    assert_eq!(sign_in(&mut admin, ADMIN, ADMIN_PASSWORD, None).await.status, 201);
    assert_eq!(told(&admin.get(&path).await), (404, Some("not_found")));
    assert_eq!(admin.call("DELETE", &path, None).await.status, 404);
    assert_eq!(post(&mut admin, "/api/turns", named).await.code(), Some("not_found"));

    assert_eq!(ben.call("DELETE", &format!("/api/conversations/{second}"), None).await.status, 204);
    appliance.clock.advance(Duration::from_hours(1));
    assert_eq!(sign_in(&mut ben, "ben", PASSWORD, None).await.status, 201);
    assert_eq!(told(&ben.get(&path).await), (404, Some("not_found")), "a day after the last turn");
    assert_eq!(ben.get("/api/conversations").await.body["items"], json!([]));
}
