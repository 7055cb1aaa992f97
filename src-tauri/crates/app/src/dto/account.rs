//! Accounts, as administrators and their owners see them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::SecretDto;

/// Somebody's account, as an administrator sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Account)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts, each shown by itself")]
pub struct AccountDto {
    /// Its id.
    pub id: String,
    /// The name to sign in with.
    pub name: String,
    /// The roles given to it, without those they inherit.
    pub roles: Vec<String>,
    /// Team, region, limits: strings, whole numbers, yes and no.
    #[schema(value_type = Object)]
    pub attributes: Map<String, Value>,
    /// Whether it may be signed in to.
    pub active: bool,
    /// Whether the next sign-in starts with a new password.
    pub must_change_password: bool,
    /// Whether an authenticator is confirmed.
    pub second_factor: bool,
    /// Whether its data are held but not processed.
    pub restricted: bool,
    /// When it was made.
    pub created_at: String,
}

/// Every account, by name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Accounts)]
pub struct AccountsDto {
    /// The accounts.
    pub items: Vec<AccountDto>,
}

/// An account to make.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccount)]
pub struct NewAccountDto {
    /// The name to sign in with: 1 to 64 letters, digits or `. _ - @`.
    pub name: String,
    /// Its roles.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Team, region, limits.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub attributes: Map<String, Value>,
    /// The first administrator's password. Others get one that is made for them, since nobody but
    /// its owner is to know a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub password: Option<SecretDto>,
}

/// An account that was made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = MadeAccount)]
pub struct MadeAccountDto {
    /// The account.
    pub account: AccountDto,
    /// The password that was made for it: shown this once, and to be changed at the first sign-in.
    #[schema(required, value_type = Option<String>)]
    pub password: Option<SecretDto>,
}

/// What is to change of an account; what is left out stays.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountEdit)]
pub struct AccountEditDto {
    /// Another name to sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Other roles, instead of those it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// Other attributes, instead of those it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub attributes: Option<Map<String, Value>>,
}

/// A password that was made for somebody.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = MadePassword)]
pub struct MadePasswordDto {
    /// Shown this once, and to be changed at the first sign-in.
    #[schema(value_type = String)]
    pub password: SecretDto,
}

/// The reader's own account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Me)]
pub struct MeDto {
    /// The account.
    pub account: AccountDto,
    /// Codes on paper that were not used yet.
    pub recovery_codes_left: u32,
}

/// A change of one's own password.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PasswordChange)]
pub struct PasswordChangeDto {
    /// The present password.
    #[schema(value_type = String)]
    pub old: SecretDto,
    /// The new one: 10 to 128 characters, not easily guessed.
    #[schema(value_type = String)]
    pub new: SecretDto,
}

/// An authenticator to set up; it counts once a code of it was shown.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Enrolment)]
pub struct EnrolmentDto {
    /// The shared secret in base 32, to be typed.
    #[schema(value_type = String)]
    pub secret: SecretDto,
    /// The `otpauth:` address.
    #[schema(value_type = String)]
    pub uri: SecretDto,
    /// The address as a picture: SVG.
    #[schema(value_type = String)]
    pub svg: SecretDto,
    /// The address as a picture for a terminal: lines of half blocks.
    #[schema(value_type = String)]
    pub blocks: SecretDto,
}

/// Codes that stand in for the authenticator, once each.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = RecoveryCodes)]
pub struct RecoveryCodesDto {
    /// Shown this once.
    #[schema(value_type = Vec<String>)]
    pub codes: Vec<SecretDto>,
}

/// A code of the second factor.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Code)]
pub struct CodeDto {
    /// Six digits of the authenticator, or a code on paper.
    #[schema(value_type = String)]
    pub code: SecretDto,
}
