//! Sessions: who is let in, and what one reader can see of another.

use cloister_tests::Appliance;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_session_nothing_but_the_status_is_open() {
    let appliance = Appliance::open().await;
    let mut stranger = appliance.stranger();
    assert_eq!(stranger.get("/api/status").await.status, 200);
    for path in ["/api/session", "/api/suggestions", "/api/conversation", "/api/passages/x"] {
        let answer = stranger.get(path).await;
        assert_eq!((answer.status, answer.code()), (401, Some("session_required")), "{path}");
    }
    assert_eq!(stranger.say("hello").await.code(), Some("session_required"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_or_old_token_opens_nothing() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    let old = guest.cookie.clone();
    assert_eq!(guest.call("DELETE", "/api/session", None).await.status, 204);
    for cookie in [old, Some(format!("__Host-cloister={}", "A".repeat(43))), Some("x=y".into())] {
        let mut reader = appliance.stranger();
        reader.cookie = cookie;
        assert_eq!(reader.get("/api/session").await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_is_in_no_body_and_scripts_cannot_read_the_cookie() {
    let appliance = Appliance::open().await;
    let mut reader = appliance.stranger();
    let started = reader.call("POST", "/api/session", None).await;
    let token = reader.cookie.clone().expect("a cookie");
    let token = token.split_once('=').expect("a pair").1;
    assert_eq!(token.len(), 43);
    assert!(!started.text.contains(token));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_after_twenty_minutes_without_a_message() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    appliance.clock.advance(std::time::Duration::from_mins(19));
    assert_eq!(guest.get("/api/session").await.status, 200);
    guest.turn("What is your return policy?").await;
    appliance.clock.advance(std::time::Duration::from_mins(19));
    assert_eq!(guest.get("/api/session").await.status, 200, "the message extended it");
    appliance.clock.advance(std::time::Duration::from_secs(61));
    assert_eq!(guest.get("/api/session").await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_reader_cannot_follow_or_stop_anothers_turn() {
    let appliance = Appliance::open().await;
    let mut one = appliance.guest().await;
    let mut other = appliance.guest().await;
    let id = one.say("What is your return policy?").await.body["id"].as_str().unwrap().to_owned();
    let follow = other.get(&format!("/api/turns/{id}/events")).await;
    assert_eq!((follow.status, follow.code()), (404, Some("not_found")));
    let stop = other.call("POST", &format!("/api/turns/{id}/cancel"), None).await;
    assert_eq!(stop.status, 404);
    one.events(&id).await;
    assert_eq!(other.get("/api/conversation").await.body["turns"].as_array().unwrap().len(), 0);
    assert_eq!(one.get("/api/conversation").await.body["turns"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_session_wipes_the_one_before() {
    let appliance = Appliance::open().await;
    let mut guest = appliance.guest().await;
    guest.turn("What is your return policy?").await;
    let old = guest.cookie.clone();
    assert_eq!(guest.call("POST", "/api/session", None).await.status, 201);
    assert_ne!(guest.cookie, old);
    assert_eq!(guest.get("/api/conversation").await.body["turns"].as_array().unwrap().len(), 0);
    guest.cookie = old;
    assert_eq!(guest.get("/api/session").await.status, 401);
}
