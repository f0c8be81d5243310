//! The practice cloud: a small real telephone cloud, HTTP and SIP, with the habits of the real one.
//!
//! ```text
//!   account.json ──► Practice ──► HTTP  /v2/... /v3/...     what the mirror reads
//!                             ├─► SIP   UDP                 registrar, callee, caller
//!                             └─► HTTP  /practice/...       what a test changes, breaks and counts
//! ```
//!
//! In goes one account document ([`Account`]); out come the answers a real account would give, including the
//! inconvenient ones. It knows nothing of Gatehouse and shares no code with it, so that a misreading of a
//! standard cannot hide on both sides. The habits it imitates, with their sources, are listed in `README.md`.
//!
//! ```no_run
//! # async fn story() -> Result<(), Box<dyn std::error::Error>> {
//! use practice::{Account, Options, Practice};
//!
//! let cloud = Practice::start(Account::generate(3), Options::default()).await?;
//! println!("api {} token {:?}", cloud.api(), cloud.token());
//! let call = cloud.sip().call("e0", "+49305550901").await?;
//! call.answered().await?;
//! # Ok(())
//! # }
//! ```

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

mod account;
mod answer;
mod auth;
mod changes;
mod cloud;
mod control;
mod faults;
mod id_token;
mod identity;
mod names;
mod paths;
mod server;
mod sip;
mod staff;

pub use account::{Account, AccountInvalid, Shape};
pub use cloud::Request;
pub use faults::{Fault, FaultKind};
pub use paths::served;
pub use sip::{
    Audio, Binding, CallFailed, CallHandle, CallOptions, Direction, Ended, EndedBy, Event, EventStream,
    Numbered, Sip, Stage,
};

/// Where the practice cloud listens. Port 0 takes a free port.
#[derive(Debug, Clone)]
pub struct Options {
    /// The account's API, plain HTTP.
    pub http: SocketAddr,
    /// The SIP side, UDP.
    pub sip: SocketAddr,
    /// The control interface, plain HTTP.
    pub control: SocketAddr,
    /// A token (id, secret) of an admin with all rights, besides those in the account.
    pub token: Option<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { http: free, sip: free, control: free, token: None }
    }
}

/// Why the practice cloud did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFailed {
    /// A port is taken or may not be used.
    #[error("cannot listen for {what} on {address}: {cause}")]
    Listen {
        /// `the API`, `control` or `SIP`.
        what: &'static str,
        /// Where.
        address: SocketAddr,
        /// What the system said.
        cause: String,
    },
    /// The token given does not fit the account.
    #[error(transparent)]
    Account(#[from] AccountInvalid),
}

/// A SIP login of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Id of the device or trunk: `e0`, `t0`.
    pub device: String,
    /// SIP user name, for example `7654321e0`.
    pub user: String,
    /// SIP password.
    pub password: String,
    /// Name of the device.
    pub alias: String,
    /// Extensions of the user who owns the device.
    pub extensions: Vec<String>,
}

/// A running practice cloud. Dropping it stops everything: listeners, connections, registrations, calls.
#[derive(Debug)]
pub struct Practice {
    http: SocketAddr,
    control: SocketAddr,
    sip: Sip,
    names: SocketAddr,
    token: Option<(String, String)>,
    stop: CancellationToken,
    _tasks: JoinSet<()>,
}

impl Practice {
    /// Starts the cloud with an account.
    ///
    /// # Errors
    /// When an address cannot be listened on.
    pub async fn start(account: Account, options: Options) -> Result<Self, StartFailed> {
        let account = match &options.token {
            Some((id, secret)) => {
                let token = json!({"secret": secret, "user": "w0", "scopes": ["all"]});
                account.patched(&format!("tokens/{id}"), token)?
            }
            None => account,
        };
        let (api, http) = listen("the API", options.http).await?;
        let (controls, control) = listen("control", options.control).await?;
        let stop = CancellationToken::new();
        let opened = sip::Line::open(options.sip, stop.clone()).await;
        let (line, ready) = opened.map_err(|error| failed("SIP", options.sip, &error))?;
        let names = UdpSocket::bind((options.sip.ip(), 0)).await;
        let names = names.map_err(|error| failed("names", options.sip, &error))?;
        let answers = names.local_addr().map_err(|error| failed("names", options.sip, &error))?;
        let at = line.address();
        let cloud = Arc::new(cloud::Cloud::new(account, line));
        let mut tasks = JoinSet::new();
        tasks.spawn(server::serve(api, cloud.clone(), server::api));
        tasks.spawn(server::serve(controls, cloud.clone(), control::control));
        tasks.spawn(sip::serve(cloud.clone(), ready));
        tasks.spawn(names::serve(names, at, cloud.clone()));
        Ok(Self { http, control, sip: Sip(cloud), names: answers, token: options.token, stop, _tasks: tasks })
    }

    /// Base of the API without version, for `cloud.api` of a configuration: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn api(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Where the control interface listens: `http://127.0.0.1:PORT/practice`.
    #[must_use]
    pub fn control(&self) -> String {
        format!("http://{}/practice", self.control)
    }

    /// Where names are asked for.
    #[must_use]
    pub const fn names(&self) -> SocketAddr {
        self.names
    }

    /// The SIP side.
    #[must_use]
    pub const fn sip(&self) -> &Sip {
        &self.sip
    }

    /// Id and secret of the token given at the start, else of the account's first admin token with all rights.
    #[must_use]
    pub fn token(&self) -> Option<(String, String)> {
        if self.token.is_some() {
            return self.token.clone();
        }
        let account = self.account();
        let mut tokens =
            account.objects("tokens").filter(|(_, it)| it.get("scopes") == Some(&json!(["all"])));
        let (id, token) = tokens.find(|(_, token)| {
            let user = token.get("user").and_then(Value::as_str);
            user.and_then(|user| account.object("users", user)?.get("admin")) == Some(&Value::Bool(true))
        })?;
        Some((id.to_owned(), token.get("secret")?.as_str()?.to_owned()))
    }

    /// The SIP logins of all devices and trunks.
    #[must_use]
    pub fn phones(&self) -> Vec<Login> {
        let account = self.account();
        let all = account.objects("devices").chain(account.objects("trunks"));
        all.filter_map(|(id, device)| login(&account, id, device)).collect()
    }

    /// The account as it is now.
    #[must_use]
    pub fn account(&self) -> Arc<Account> {
        self.sip.0.account()
    }

    /// Puts another account in its place.
    pub fn replace(&self, account: Account) {
        self.sip.0.replace(account);
    }

    /// Merges `patch` into the account at `path` (RFC 7386; `devices/e0`, empty for the whole account; null removes).
    ///
    /// # Errors
    /// When the result is no account any more.
    pub fn patch(&self, path: &str, patch: Value) -> Result<(), AccountInvalid> {
        self.sip.0.patch(path, patch)
    }

    /// Makes a token invalid from now on.
    ///
    /// # Errors
    /// Never, as long as the account is one.
    pub fn revoke(&self, token_id: &str) -> Result<(), AccountInvalid> {
        self.patch(&format!("tokens/{token_id}"), Value::Null)
    }

    /// Lets the next requests to a path go wrong.
    pub fn inject(&self, fault: Fault) {
        self.sip.0.inject(fault);
    }

    /// Takes back all faults not yet suffered.
    pub fn clear_faults(&self) {
        self.sip.0.clear_faults();
    }

    /// All requests to the API so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.sip.0.requests()
    }

    /// How many requests went to paths that begin with `prefix`.
    #[must_use]
    pub fn count(&self, prefix: &str) -> usize {
        self.sip.0.count(prefix)
    }

    /// Starts counting anew.
    pub fn forget_requests(&self) {
        self.sip.0.forget_requests();
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn login(account: &Account, id: &str, device: &Value) -> Option<Login> {
    let user = device.get("_owner").and_then(|owner| account.object("users", owner.as_str()?));
    let extensions = user.and_then(|user| user.get("directDialIds")?.as_array());
    Some(Login {
        device: id.to_owned(),
        user: format!("{}{id}", account.master_sip_id()),
        password: device.get("_password")?.as_str()?.to_owned(),
        alias: device.get("alias").and_then(Value::as_str).unwrap_or_default().to_owned(),
        extensions: extensions.into_iter().flatten().filter_map(|it| Some(it.as_str()?.to_owned())).collect(),
    })
}

async fn listen(what: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartFailed> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok::<_, io::Error>((listener, address))
    };
    bound.await.map_err(|error| failed(what, address, &error))
}

fn failed(what: &'static str, address: SocketAddr, cause: &dyn std::fmt::Display) -> StartFailed {
    StartFailed::Listen { what, address, cause: cause.to_string() }
}
