//! The cloud account to practise on, as its own process.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    Place, Program,
    program::{built, in_tree, run},
};

/// What a phone is set up with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// SIP id of the device in the account (`7654321e0`).
    pub user: String,
    /// Its password.
    pub password: String,
    /// Extension at which its owner is called, empty for a trunk.
    pub extension: String,
    /// Id of the device in the account (`e0`).
    pub device: String,
}

impl Login {
    /// A credential without an owner.
    #[must_use]
    pub fn new(user: &str, password: &str) -> Self {
        let [extension, device] = [String::new(), String::new()];
        Self { user: user.to_owned(), password: password.to_owned(), extension, device }
    }
}

/// The personal access token that the practice account accepts.
pub const TOKEN: (&str, &str) = ("token-journey", "practice-token-secret-7781");

/// A running practice cloud.
#[derive(Debug)]
pub struct PracticeCloud {
    program: Program,
    place: Place,
    /// Base of its HTTP API (`http://127.0.0.1:40061`).
    pub api: String,
    /// Where its SIP side listens.
    pub sip: SocketAddr,
    /// Where it answers for names, UDP.
    pub names: SocketAddr,
    /// Where it takes connections over TLS.
    pub tls: SocketAddr,
    /// The authority that vouches for it there, PEM.
    pub root: String,
    /// Base of its control interface, for [`PracticeCloud::told`].
    control: String,
    /// Every phone of the account.
    pub phones: Vec<Login>,
    _folder: TempDir,
}

impl PracticeCloud {
    /// The office of `tests/practice/accounts/office.json` on this machine.
    #[must_use]
    pub fn office() -> Self {
        Self::start(&Place::Here, Ipv4Addr::LOCALHOST, &in_tree("tests/practice/accounts/office.json"))
    }

    /// The office at another place, at that place's own loopback.
    #[must_use]
    pub fn beside(place: &Place) -> Self {
        Self::start(place, Ipv4Addr::LOCALHOST, &in_tree("tests/practice/accounts/office.json"))
    }

    /// An account of `users` users with one phone each, on this machine.
    #[must_use]
    pub fn generated(users: u32) -> Self {
        Self::shaped("classic", users, 0)
    }

    /// An account of a certain shape (`classic`, `neo`, `trunk`, `empty`) with this many calls behind it.
    #[must_use]
    pub fn shaped(shape: &str, users: u32, history: u32) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("account.json");
        let mut generate = Command::new(built("practice-cloud"));
        generate.args([
            "--generate",
            &users.to_string(),
            "--shape",
            shape,
            "--history",
            &history.to_string(),
        ]);
        fs::write(&file, run(generate)).expect("an account file");
        Self::start(&Place::Here, Ipv4Addr::LOCALHOST, &file)
    }

    /// The account in a file, at any place; `address` is the place's address, the ports are free ones.
    #[must_use]
    pub fn start(place: &Place, address: Ipv4Addr, account: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = place.command(built("practice-cloud"));
        command.arg("--account").arg(account).args(["--token-id", TOKEN.0, "--token", TOKEN.1]);
        for socket in ["--http", "--sip", "--control"] {
            command.arg(socket).arg(format!("{address}:0"));
        }
        let mut program = Program::start("practice-cloud", command, folder.path());
        let ready = program.lines().wait("its addresses", |line| serde_json::from_str::<Value>(line).ok());
        let text =
            |name: &str| ready[name].as_str().unwrap_or_else(|| panic!("no {name} in {ready}")).to_owned();
        let phones = ready["phones"].as_array().expect("the phones' logins").iter().map(login).collect();
        let [api, control] = ["http", "control"].map(text);
        let [sip, tls, names] = ["sip", "tls", "names"].map(|name| text(name).parse().expect("an address"));
        let place = place.clone();
        Self { program, place, api, sip, names, tls, root: text("root"), control, phones, _folder: folder }
    }

    /// The data centre burns down.
    pub fn dies(&mut self) {
        self.program.kill();
    }

    /// The first phone of the user who is called at this extension.
    #[must_use]
    pub fn phone(&self, extension: &str) -> &Login {
        self.phones.iter().find(|login| login.extension == extension).expect("a phone at this extension")
    }

    /// All phones of the user who is called at this extension.
    #[must_use]
    pub fn phones_of(&self, extension: &str) -> Vec<&Login> {
        self.phones.iter().filter(|login| login.extension == extension).collect()
    }

    /// Tells it to change or to misbehave: `PATCH /account/users/w0`, `POST /faults`, ... Returns its
    /// answer.
    pub fn told(&self, method: &str, path: &str, body: &Value) -> String {
        let mut command = self.place.command("curl");
        command.args(["-sS", "--fail-with-body", "-m", "10", "-X", method, "-d", &body.to_string()]);
        command.arg(format!("{}{path}", self.control));
        run(command)
    }

    /// How often each path was asked for.
    #[must_use]
    pub fn requests(&self) -> Value {
        serde_json::from_str(&self.told("GET", "/requests/count", &Value::Null)).expect("JSON")
    }

    /// Its log.
    #[must_use]
    pub fn log(&self) -> String {
        self.program.log()
    }

    /// Writes the token file of the account into `folder`.
    #[must_use]
    pub fn token_file(folder: &Path) -> PathBuf {
        let path = folder.join("token");
        fs::write(&path, format!("{}\n", TOKEN.1)).expect("a token file");
        path
    }
}

fn login(phone: &Value) -> Login {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let [user, password, device] = ["user", "password", "device"].map(|name| text(&phone[name]));
    Login { user, password, extension: text(&phone["extensions"][0]), device }
}
