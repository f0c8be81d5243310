//! Who knocks, and who is inside.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;

use crate::charter::May;
use crate::vault::{Role, Scope, SessionKey, TokenHash};

/// Longest name of a browser that is kept, in characters.
const AGENT: usize = 120;

/// Who knocks.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) address: IpAddr,
    /// What the browser calls itself.
    pub(crate) agent: String,
}

impl Visitor {
    pub(crate) fn new(address: IpAddr, headers: &HeaderMap) -> Self {
        let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Self { address, agent: agent.chars().filter(|it| !it.is_control()).take(AGENT).collect() }
    }
}

/// Who is inside: somebody with a browser, or a program.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    /// Name of the account.
    pub(crate) account: String,
    pub(crate) role: Role,
    /// The person in the cloud's account, if they are one.
    pub(crate) user: Option<String>,
    pub(crate) pass: Pass,
}

/// What lets somebody in.
#[derive(Debug, Clone)]
pub(crate) enum Pass {
    /// A signed-in browser.
    Session(SessionKey),
    /// A program, and what it may do.
    Token(TokenHash, Vec<Scope>),
}

impl Who {
    pub(crate) fn may(&self, may: May) -> bool {
        let scope = match &self.pass {
            Pass::Session(_) => true,
            Pass::Token(_, scopes) => may.scope().is_some_and(|scope| scopes.contains(&scope)),
        };
        scope && may.role(self.role)
    }

    /// The session of a browser; programs have none.
    pub(crate) const fn session(&self) -> Option<SessionKey> {
        match self.pass {
            Pass::Session(key) => Some(key),
            Pass::Token(..) => None,
        }
    }
}
