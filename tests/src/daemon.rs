//! The box: the daemon as it ships, with a data folder of its own.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Output},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    Loopback, PATIENCE, Place, PracticeCloud, Program,
    cloud::TOKEN,
    program::{built, run},
    until,
};

/// A box in the office. Power off when dropped.
#[derive(Debug)]
pub struct Gatehouse {
    program: Option<Program>,
    /// Whether somebody stands by who starts it again when it falls.
    kept: bool,
    place: Place,
    address: Ipv4Addr,
    folder: TempDir,
    config: String,
    _claim: Option<Loopback>,
}

impl Gatehouse {
    /// A box on this machine that mirrors `cloud`, ready for calls and with the account read.
    #[must_use]
    pub fn beside(cloud: &PracticeCloud) -> Self {
        let mut this = Self::new();
        this.mirrors(&cloud.api);
        this.power_on();
        this.knows_the_account();
        this
    }

    /// The same, whose mailboxes answer nobody: a caller hears why nobody else does.
    #[must_use]
    pub fn without_mailboxes_beside(cloud: &PracticeCloud) -> Self {
        let mut this = Self::new();
        this.mirrors(&cloud.api);
        this.has_no_mailboxes();
        this.power_on();
        this.knows_the_account();
        this
    }

    /// The same with somebody standing by (`gatehouse keep`), who starts it again when it falls.
    #[must_use]
    pub fn kept_beside(cloud: &PracticeCloud) -> Self {
        let mut this = Self::new();
        this.mirrors(&cloud.api);
        this.kept = true;
        this.power_on();
        this.knows_the_account();
        this
    }

    /// A box on this machine, switched off, without an account.
    #[must_use]
    pub fn new() -> Self {
        let claim = Loopback::claim();
        let mut this = Self::at(Place::Here, claim.address());
        this._claim = Some(claim);
        this
    }

    /// A box at another place, switched off, without an account.
    #[must_use]
    pub fn at(place: Place, address: Ipv4Addr) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("data")).expect("a data folder");
        let config = format!(
            "[sip]\nlisten = [\"udp:{address}:5060\", \"tcp:{address}:5060\", \"tls:{address}:5061\"]\n\
             [media]\naddress = \"{address}\"\n\
             [web]\nhttps = \"{address}:8443\"\nhttp = \"{address}:8080\"\n\
             [log]\nlevel = \"debug\"\n"
        );
        Self { program: None, kept: false, place, address, folder, config, _claim: None }
    }

    /// Links it to the account at `api`.
    pub fn mirrors(&mut self, api: &str) {
        let token = PracticeCloud::token_file(self.folder.path());
        let link = format!("token_id = \"{}\"\ntoken_file = \"{}\"\n", TOKEN.0, token.display());
        self.config += &format!("[cloud]\napi = \"{api}\"\n{link}");
    }

    /// Its mailboxes answer nobody: a caller hears why nobody else does.
    pub fn has_no_mailboxes(&mut self) {
        self.configured_with("[voicemail]\nenabled = false\n");
    }

    /// Adds lines to its configuration file.
    pub fn configured_with(&mut self, lines: &str) {
        self.config += lines;
    }

    /// Its configuration, to be changed before it is switched on.
    pub fn config(&mut self) -> &mut String {
        &mut self.config
    }

    /// Switches it on and waits until it says that phones can call (`READY=1`).
    pub fn power_on(&mut self) {
        let path = self.folder.path().join("notify");
        let _ = fs::remove_file(&path);
        let notify = UnixDatagram::bind(&path).expect("a notify socket");
        notify.set_read_timeout(Some(PATIENCE)).expect("a timeout above zero");
        let mut command = self.command(&[if self.kept { "keep" } else { "run" }]);
        command.env("NOTIFY_SOCKET", &path);
        let program = self.program.insert(Program::start("gatehouse", command, self.folder.path()));
        let mut message = [0; 4096];
        loop {
            let length = notify.recv(&mut message).unwrap_or_else(|error| {
                panic!("the box does not get ready ({error}); its log:\n{}", program.log());
            });
            let text = String::from_utf8_lossy(message.get(..length).unwrap_or_default()).into_owned();
            if text.lines().any(|line| line == "READY=1") {
                return;
            }
        }
    }

    /// Tries to switch it on; it is expected to refuse and to end by itself.
    #[must_use]
    pub fn refuses_to_start(&mut self) -> Output {
        let mut command = Command::new("timeout");
        let daemon = self.command(&["run"]);
        command.args(["--signal=KILL", "20"]).arg(daemon.get_program()).args(daemon.get_args());
        command.output().expect("timeout runs")
    }

    /// Pulls the plug (SIGKILL); its data stay.
    pub fn power_cut(&mut self) {
        self.running().kill();
        self.program = None;
    }

    /// The daemon falls (SIGKILL) with somebody standing by.
    pub fn falls(&mut self) {
        self.child("KILL");
    }

    /// Asks whoever stands by to start the daemon again (SIGUSR1), as `systemctl restart` does.
    pub fn restarts(&mut self) {
        assert!(self.kept, "somebody must stand by");
        self.running().signal("USR1");
    }

    /// How often it said that phones can call.
    #[must_use]
    pub fn starts(&self) -> usize {
        self.log().matches("phones can call").count()
    }

    /// Whether it answers over its socket, which it does a moment after phones can call.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.command(&["calls", "--json"]).output().is_ok_and(|told| told.status.success())
    }

    /// Sends the daemon itself a signal, past whoever stands by.
    fn child(&mut self, signal: &str) {
        let parent = self.running().pid().to_string();
        let child = Command::new("pgrep").args(["-P", &parent]).output().expect("pgrep runs");
        let child = String::from_utf8_lossy(&child.stdout).trim().to_owned();
        let sent = Command::new("kill").args([format!("-{signal}"), child]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Asks it to stop as the service manager does (SIGTERM) and waits for its end.
    pub fn stop(&mut self) -> ExitStatus {
        self.running().signal("TERM");
        let status = self.running().end();
        self.program = None;
        status
    }

    /// The running daemon.
    pub fn running(&mut self) -> &mut Program {
        self.program.as_mut().expect("the box is switched on")
    }

    /// Where phones register.
    #[must_use]
    pub fn sip(&self) -> SocketAddr {
        SocketAddr::from((self.address, 5060))
    }

    /// Where phones register over TLS.
    #[must_use]
    pub fn sips(&self) -> SocketAddr {
        SocketAddr::from((self.address, 5061))
    }

    /// The certificate that phones and browsers are given to trust.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.data().join("tls/root.crt")
    }

    /// SHA-256 of the public key it shows to browsers, in base64 (RFC 7469 2.4).
    #[must_use]
    pub fn fingerprint_of_key(&self) -> String {
        let script = format!(
            "openssl s_client -connect {}:8443 </dev/null 2>/dev/null | openssl x509 -pubkey -noout \
             | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64",
            self.address
        );
        let mut command = self.place.command("sh");
        command.args(["-c", &script]);
        run(command).trim().to_owned()
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder in which its configuration, token and log lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its log of all its lives.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("gatehouse.log")).unwrap_or_default()
    }

    /// A command line of the daemon with this box's configuration and data.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> Command {
        let file = self.folder.path().join("gatehouse.toml");
        fs::write(&file, &self.config).expect("a configuration file");
        let mut command = self.place.command(built("gatehouse"));
        command.args(words).arg("--config").arg(file).arg("--data").arg(self.data());
        command
    }

    /// What a subcommand prints as JSON (`phones`, `calls`, `mirror`, `status`).
    #[must_use]
    pub fn tells(&self, subcommand: &str) -> Value {
        let words: Vec<&str> = subcommand.split(' ').chain(["--json"]).collect();
        let text = run(self.command(&words));
        let told: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{subcommand}: {error}: {text}"));
        assert!(!told["schema"].is_null(), "{subcommand} --json names its schema: {told}");
        told
    }

    /// Orders a change over its socket, made from this revision; returns the answer, whatever it is.
    #[must_use]
    pub fn orders(&self, path: &str, revision: &Value, change: &Value) -> Value {
        let mut command = self.place.command("curl");
        command.args(["-sS", "-m", "10", "--unix-socket"]).arg(self.data().join("gatehouse.sock"));
        command.args(["-H", "content-type: application/json", "-H", &format!("if-match: \"{revision}\"")]);
        command.args(["-d", &change.to_string(), &format!("http://localhost{path}")]);
        let text = run(command);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"))
    }

    /// Waits until its mirror holds all of the account, what becomes of calls and contacts too.
    pub fn knows_the_whole_account(&self) {
        until("a whole copy", || self.tells("mirror")["age_seconds"].as_u64());
    }

    /// Waits until its mirror holds people, phones and numbers of the account.
    pub fn knows_the_account(&self) {
        until("the account in the mirror", || {
            (!self.tells("phones")["phones"].as_array()?.is_empty()).then_some(())
        });
    }

    /// The ids of all devices that are registered now (`e0`), sorted.
    #[must_use]
    pub fn registered(&self) -> Vec<String> {
        let told = self.tells("phones");
        let phones = told["phones"].as_array().cloned().unwrap_or_default();
        let registered = phones.iter().filter(|phone| phone["state"] == "registered");
        let mut ids: Vec<String> =
            registered.map(|phone| phone["device"].as_str().unwrap_or_default().to_owned()).collect();
        ids.sort();
        ids
    }

    /// Waits until this many devices are shown as registered (what is shown follows within a second).
    pub fn has_registered(&self, devices: usize) {
        until(&format!("{devices} registered devices"), || {
            (self.registered().len() == devices).then_some(())
        });
    }

    /// Waits until all these devices are shown as registered; panics with the names of those that are not.
    pub fn remembers(&self, devices: &[String]) {
        let end = Instant::now() + Duration::from_secs(5);
        loop {
            let registered = self.registered();
            let lost: Vec<&String> = devices.iter().filter(|device| !registered.contains(device)).collect();
            if lost.is_empty() {
                return;
            }
            assert!(Instant::now() < end, "forgotten: {lost:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// How many calls stand now.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.tells("calls")["calls"].as_array().map_or(0, Vec::len)
    }

    /// How many rows of a table are on disk, in this file of the data folder; none while it cannot be read.
    #[must_use]
    pub fn rows(&self, file: &str, table: &str) -> usize {
        let count = format!(
            "import sqlite3,sys\nc = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True)\n\
             print(c.execute('SELECT count(*) FROM {table}').fetchone()[0])"
        );
        let mut python = Command::new("python3");
        python.args(["-c", &count]).arg(self.data().join(file));
        let said = python.output().expect("python runs").stdout;
        String::from_utf8_lossy(&said).trim().parse().unwrap_or(0)
    }

    /// The set-up code of the first start, as it stands on the console: `7KQ4-M2XR-9TDB`.
    #[must_use]
    pub fn setup_code(&self) -> String {
        let log = self.log();
        let mut words = log.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        words
            .find(|word| is_code(word))
            .unwrap_or_else(|| panic!("no set-up code in the log:\n{log}"))
            .to_owned()
    }

    /// Fetches a page or API path over HTTPS with curl; returns status and body. The certificate is
    /// taken as it comes: whether it is trusted is a journey of its own.
    #[must_use]
    pub fn fetch(&self, path: &str, options: &[&str]) -> (u16, String) {
        let mut command = self.place.command("curl");
        command.args(["-ksS", "-m", "10", "-w", "\n%{http_code}"]).args(options);
        command.arg(format!("https://{}:8443{path}", self.address));
        let text = run(command);
        let (body, status) = text.rsplit_once('\n').expect("curl prints the status");
        (status.parse().expect("a status is a number"), body.to_owned())
    }
}

impl Default for Gatehouse {
    fn default() -> Self {
        Self::new()
    }
}

fn is_code(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let fits =
        |part: &&str| part.len() == 4 && part.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    parts.len() == 3 && parts.iter().all(fits)
}
