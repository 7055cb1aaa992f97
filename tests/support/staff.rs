//! People of an appliance: its administrator, and employees with a password of their own.

use serde_json::{Value, json};

use crate::{Answer, Appliance, Reader};

/// The administrator of [`staffed`].
pub const ADMIN: &str = "ada.admin";
/// Her password.
pub const ADMIN_PASSWORD: &str = "linden kettle oblique ferry";
/// The password that each of [`employed`] chose.
pub const PASSWORD: &str = "granite violin seldom harbour";

/// Posts `body` as JSON.
pub async fn post(reader: &mut Reader, path: &str, body: Value) -> Answer {
    reader.call("POST", path, Some(body)).await
}

/// Signs in, with a code where one is given.
pub async fn sign_in(
    reader: &mut Reader,
    name: &str,
    password: &str,
    code: Option<&str>,
) -> Answer {
    let mut form = json!({ "name": name, "password": password });
    if let Some(code) = code {
        form["code"] = code.into();
    }
    post(reader, "/api/session/sign-in", form).await
}

/// An appliance whose operator has made an administrator, and that administrator, signed in.
///
/// # Panics
/// When the administrator cannot be made or cannot sign in.
pub async fn staffed() -> (Appliance, Reader) {
    let appliance = Appliance::open().await;
    let mut operator = appliance.stranger();
    assert_eq!(operator.call("POST", "/api/session/operator", None).await.status, 201);
    let form = json!({ "name": ADMIN, "roles": ["admin"], "password": ADMIN_PASSWORD });
    let made = post(&mut operator, "/api/accounts", form).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let mut admin = appliance.stranger();
    let signed_in = sign_in(&mut admin, ADMIN, ADMIN_PASSWORD, None).await;
    assert_eq!(signed_in.status, 201, "{}", signed_in.text);
    (appliance, admin)
}

/// Makes an account; its id and the password for the first sign-in.
///
/// # Panics
/// When the account cannot be made.
pub async fn made(admin: &mut Reader, name: &str, roles: &[&str]) -> (String, String) {
    let made = post(admin, "/api/accounts", json!({ "name": name, "roles": roles })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    (text(&made.body["account"]["id"]), text(&made.body["password"]))
}

/// Makes an account and signs in to it as its owner, with a password of their own.
///
/// # Panics
/// When the account cannot be made or cannot be used.
pub async fn employed(appliance: &Appliance, admin: &mut Reader, name: &str) -> (String, Reader) {
    hired(appliance, admin, name, &["employee"]).await
}

/// As [`employed`], with other roles.
///
/// # Panics
/// As [`employed`].
pub async fn hired(
    appliance: &Appliance,
    admin: &mut Reader,
    name: &str,
    roles: &[&str],
) -> (String, Reader) {
    let (id, first) = made(admin, name, roles).await;
    let mut reader = appliance.stranger();
    assert_eq!(sign_in(&mut reader, name, &first, None).await.status, 201);
    let change = json!({ "old": first, "new": PASSWORD });
    assert_eq!(post(&mut reader, "/api/me/password", change).await.status, 204);
    (id, reader)
}
