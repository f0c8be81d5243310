//! HTTPS to the cloud account: asks for everything the mirror keeps, politely, and says whose fault it is when that fails.
//!
//! ```text
//!   token file, Login ──> Credential ─┐
//!   gatehouse.toml ─────────> Config ─┴─> Client ── fetch ──> mirror::Fetched ──> mirror::plan
//!                                    │
//!              mirror::Roll (which paths) ── ask (pages, retries, pauses) ── one GET ──> https://api.sipgate.com
//! ```
//!
//! In go an address, a credential and limits; out come the answers of one sync, each question with its outcome: complete,
//! absent (403 or 404: the account does not have it) or failed. What one question cannot have does not stop the next.
//! At most [`Limits::in_flight`] requests are under way, `Retry-After` is obeyed for all of them together, redirects are
//! not followed, and every answer is bounded in size and time. It refuses to know what the answers mean, and it never
//! prints tokens, bodies or numbers.

mod ask;
mod client;
mod credential;
mod download;
mod fetch;
mod get;
mod guard;
mod hook;
mod login;
mod pace;
mod page;
mod pause;
mod send;
mod sign_in;
mod staff;

pub use client::{Client, ClientRefused, Config, Limits};
pub use credential::{Credential, CredentialRefused};
pub use download::{Coming, Depot, DownloadFailed};
pub use fetch::{FetchFailed, Progress, Wanted};
pub use hook::{Hook, HookFailed, HookTarget};
pub use login::{Attempt, Login, LoginConfig, LoginFailed, Tokens};
pub use sign_in::{Asked, Doubt, Issuer, IssuerConfig, Person, SignInFailed};
pub use staff::{GoogleKey, Staff, StaffFailed, staff};
