//! Account names, by their labels.

use super::{
    Gate, Rule, alone,
    field::{Field, Joint, code},
};
use crate::{Category, finding::Evidence};

const BASE: Rule = Rule {
    category: Category::Username,
    evidence: Evidence::Context,
    score: 0.8,
    reason: "A word after a label that announces an account name.",
    ..Rule::BASE
};

pub(super) const RULES: &[Rule] = &[Rule {
    name: "username/parameter",
    pattern: r"(?i)[?&;](?:user|username|user_?name|login|userid|user_id|uid|account)=(?P<v>[a-z0-9._@-]{3,40})",
    gate: Gate::Any(&["user", "login", "uid=", "account="]),
    accept: alone,
    reason: "An account name in the parameters of a web address.",
    finds: &[("https://example.com/p?user=annlee275&x=1", "annlee275")],
    passes: &["?user=&x=1", "?users=12345"],
    ..BASE
}];

pub(super) const FIELDS: &[Field] = &[
    Field {
        rule: Rule {
            name: "username/labelled",
            finds: &[
                ("username: ann_lee77", "ann_lee77"),
                ("DB_USER = \"test_8557\"", "test_8557"),
                ("my user name is k7brown", "k7brown"),
                ("Username: annlee", "annlee"),
                ("{\"username\": \"annlee\"}", "annlee"),
                ("Benutzername: m.weber", "m.weber"),
                ("nom d'utilisateur : jdupont", "jdupont"),
                ("logged in as svc_backup2", "svc_backup2"),
            ],
            passes: &[
                "my username is wrong",
                "username: choose a good one",
                "the username is taken",
                "user id and password",
            ],
            ..BASE
        },
        labels: &[
            "username",
            "user name",
            "login name",
            "login id",
            "screen name",
            "screenname",
            "db user",
            "database user",
            "account name",
            "logged in as",
            "signed in as",
            "benutzername",
            "benutzerkennung",
            "anmeldename",
            "nutzername",
            "nom d'utilisateur",
            "nombre de usuario",
            "nome utente",
            "gebruikersnaam",
            "nome de usuário",
            "nome de utilizador",
        ],
        value: name,
    },
    Field {
        rule: Rule {
            name: "username/announced",
            finds: &[
                ("login=ann.lee", "ann.lee"),
                ("my handle is ann_lee", "ann_lee"),
                ("Login: annlee9", "annlee9"),
            ],
            passes: &[
                "login: required",
                "login to the site",
                "login: Ann Lee",
                "we handle 10000 users",
                "handle 2FA requests",
                "Handle the \"bookworm\" release",
                "FileHandle::read",
            ],
            ..BASE
        },
        // words that mean other things too
        labels: &[
            "login",
            "handle",
            "twitter handle",
            "nickname",
            "identifiant",
            "pseudo",
            "usuario",
        ],
        value: |joint| (joint.assigned || joint.said).then(|| name(joint)).flatten(),
    },
    Field {
        rule: Rule {
            name: "username/id",
            finds: &[("user id 54321", "54321"), ("userId: ann_lee7", "ann_lee7")],
            passes: &["user id and password", "user id in 2024", "(user_id): Ditto"],
            ..BASE
        },
        labels: &["user id", "userid"],
        value: |joint| {
            let telling = |length: &usize| {
                let value = joint.rest.get(..*length).unwrap_or_default();
                !value.bytes().all(|byte| byte.is_ascii_alphabetic())
            };
            code(joint.rest, 4..=12, 4..=24).or_else(|| name(joint).filter(telling))
        },
    },
    Field {
        rule: Rule {
            name: "username/user",
            finds: &[("user=annlee7", "annlee7"), ("user: ann_lee7", "ann_lee7")],
            passes: &["user: 4 stars", "User: hello there", "user=required"],
            ..BASE
        },
        labels: &["user", "usr", "uid"],
        value: |joint| {
            let length = name(joint)?;
            let value = joint.rest.get(..length)?;
            let digits = value.bytes().filter(u8::is_ascii_digit).count();
            let letters = value.bytes().any(|byte| byte.is_ascii_alphabetic());
            (matches!(joint.mark, Some(':' | '=' | '"' | '\'')) && letters && digits > 0)
                .then_some(length)
        },
    },
];

/// Words that stand where an account name might and are none.
const ORDINARY: [&str; 64] = [
    "and",
    "or",
    "is",
    "was",
    "not",
    "no",
    "the",
    "a",
    "an",
    "my",
    "your",
    "his",
    "her",
    "their",
    "our",
    "required",
    "optional",
    "unknown",
    "none",
    "null",
    "true",
    "false",
    "string",
    "taken",
    "wrong",
    "incorrect",
    "invalid",
    "invalide",
    "valid",
    "correct",
    "missing",
    "empty",
    "case",
    "sensitive",
    "case-sensitive",
    "blocked",
    "locked",
    "disabled",
    "password",
    "email",
    "e-mail",
    "enter",
    "choose",
    "please",
    "same",
    "already",
    "name",
    "number",
    "button",
    "page",
    "screen",
    "form",
    "failed",
    "successful",
    "error",
    "with",
    "from",
    "for",
    "here",
    "this",
    "that",
    "what",
    "forgotten",
    "test",
];

/// A word of an account name: after a mark any, after `is` and the like one with a digit or sign.
fn name(joint: &Joint<'_>) -> Option<usize> {
    let sign = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-@+\\".contains(byte);
    let length = joint.rest.bytes().take_while(|byte| sign(byte)).count();
    let value = joint.rest.get(..length)?.trim_end_matches(['.', '-', '@', '+', '\\']);
    let lower = value.to_ascii_lowercase();
    if !(3..=40).contains(&value.len()) || ORDINARY.contains(&lower.as_str()) {
        return None;
    }
    let after = joint.rest.get(value.len()..)?;
    let foreign =
        after.chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '(' | '/' | '%'));
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let inner = value.bytes().any(|byte| b"._@".contains(&byte));
    let marked = matches!(joint.mark, Some(':' | '=' | '"' | '\'' | '|' | '`'));
    // the rest of a sentence is no account name, nor are the first and last name of a person
    let named = value.starts_with(char::is_uppercase) && digits == 0;
    let talk = after.strip_prefix(' ').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_lowercase() || (named && c.is_uppercase()))
    });
    let telling = digits > 0 && (digits < value.len() || marked || joint.said) || inner;
    // YOUR_NAME stands for a name; 12.You are two sentences
    let blank =
        value.contains('_') && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let two = value.split_once('.').is_some_and(|(_, rest)| rest.starts_with(char::is_uppercase));
    let foreign = foreign || blank || (two && !marked);
    (!foreign && (telling || (marked && !talk && value.is_ascii()))).then_some(value.len())
}
