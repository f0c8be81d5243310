//! The cloud account to practise on, as its own process.

use std::{net::SocketAddr, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Place, Program, program::built};

/// What a phone is set up with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// SIP id of the device in the account (`2345678e0`).
    pub user: String,
    /// Its password.
    pub password: String,
    /// Extension at which its owner is called.
    pub extension: String,
    /// Name of its owner.
    pub name: String,
}

impl Login {
    /// A credential without an owner.
    #[must_use]
    pub fn new(user: &str, password: &str) -> Self {
        Self {
            user: user.to_owned(),
            password: password.to_owned(),
            extension: String::new(),
            name: String::new(),
        }
    }
}

/// The personal access token that the practice account accepts.
pub const TOKEN: (&str, &str) = ("token-journey", "practice-token-secret-7781");

/// A running practice cloud.
#[derive(Debug)]
pub struct PracticeCloud {
    program: Program,
    /// Where its HTTP API listens.
    pub http: SocketAddr,
    /// Where its SIP side listens.
    pub sip: SocketAddr,
    /// Where it is told to misbehave.
    pub control: SocketAddr,
    /// Every phone of the account.
    pub phones: Vec<Login>,
    _folder: TempDir,
}

impl PracticeCloud {
    /// The office of `tests/practice/accounts/office.json` on this machine.
    #[must_use]
    pub fn office() -> Self {
        let office = crate::program::in_tree("tests/practice/accounts/office.json");
        Self::start(&Place::Here, "127.0.0.1", &["--account", &office.to_string_lossy()])
    }

    /// An account of `users` users with one phone each, on this machine.
    #[must_use]
    pub fn generated(users: u32) -> Self {
        Self::start(&Place::Here, "127.0.0.1", &["--generate", &users.to_string()])
    }

    /// Any account at any place; `address` is the place's address, the ports are free ones.
    #[must_use]
    pub fn start(place: &Place, address: &str, account: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = place.command(built("practice-cloud"));
        command.args(account).args(["--token-id", TOKEN.0, "--token", TOKEN.1]);
        for socket in ["--http", "--sip", "--control"] {
            command.arg(socket).arg(format!("{address}:0"));
        }
        let mut program = Program::start("practice-cloud", command, folder.path());
        let ready = program.lines().wait("its addresses", |line| serde_json::from_str::<Value>(line).ok());
        let at = |name: &str| {
            ready[name]
                .as_str()
                .and_then(|text| text.parse().ok())
                .unwrap_or_else(|| panic!("no {name} in {ready}"))
        };
        let phones = ready["phones"].as_array().expect("the phones' logins").iter().map(login).collect();
        Self { http: at("http"), sip: at("sip"), control: at("control"), program, phones, _folder: folder }
    }

    /// The data centre burns down.
    pub fn dies(&mut self) {
        self.program.kill();
    }

    /// The phone whose owner is called at this extension.
    #[must_use]
    pub fn phone(&self, extension: &str) -> &Login {
        self.phones.iter().find(|login| login.extension == extension).unwrap_or_else(|| {
            panic!("no phone at extension {extension} among {:?}", self.phones);
        })
    }

    /// All phones of the owner at this extension.
    #[must_use]
    pub fn phones_of(&self, extension: &str) -> Vec<&Login> {
        self.phones.iter().filter(|login| login.extension == extension).collect()
    }

    /// Tells it to misbehave: a command and its value, as its control socket understands them.
    pub fn told(&self, path: &str, body: &Value) -> String {
        let mut command = std::process::Command::new("curl");
        command.args(["-sS", "--fail-with-body", "-m", "10", "-H", "Content-Type: application/json", "-d"]);
        command.arg(body.to_string()).arg(format!("http://{}{path}", self.control));
        crate::program::run(command)
    }

    /// Its log.
    #[must_use]
    pub fn log(&self) -> String {
        self.program.log()
    }

    /// Writes the token file of the account into `folder`.
    #[must_use]
    pub fn token_file(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("token");
        std::fs::write(&path, format!("{}\n", TOKEN.1)).expect("a token file");
        path
    }
}

fn login(phone: &Value) -> Login {
    let text = |name: &str| phone[name].as_str().unwrap_or_default().to_owned();
    Login { user: text("user"), password: text("password"), extension: text("extension"), name: text("name") }
}
