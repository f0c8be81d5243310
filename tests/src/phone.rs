//! A real desk phone: baresip, with a voice of its own (one tone) and a recorder at its ear.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::PathBuf,
    process::Stdio,
    sync::mpsc::Sender,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

mod setup;

pub use setup::Setup;

use crate::{
    Feed, PATIENCE, Place, Program,
    loopback::free_port,
    tone::{self, Heard, Samples},
    until,
};

/// Seconds for which a phone has something to say; then it hangs up.
const SPEECH: u32 = 120;

/// A phone that is switched on.
pub struct Phone {
    name: String,
    sip: SocketAddr,
    /// As its registrar knows it, and as its menu takes it.
    account: (String, String),
    control: Box<dyn Write + Send>,
    events: Feed<Value>,
    _bridge: Option<std::process::Child>,
    program: Program,
    folder: TempDir,
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phone").field("name", &self.name).field("sip", &self.sip).finish_non_exhaustive()
    }
}

impl Phone {
    fn start(setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (place, address) = setup.place.clone();
        let [sip, control] = [free_port(), free_port()];
        let sip = SocketAddr::from((address, sip));
        fs::create_dir(folder.path().join("heard")).expect("a folder for recordings");
        let mut voice = setup.before.map(|(hertz, seconds)| tone::sine(hertz, seconds)).unwrap_or_default();
        voice.extend(tone::sine(setup.voice, SPEECH));
        tone::write_wav(&folder.path().join("voice.wav"), &voice);
        let config = setup::config(folder.path(), sip, control) + &setup::trust(setup.trusts.as_deref());
        fs::write(folder.path().join("config"), config).expect("a config");
        fs::write(folder.path().join("accounts"), "").expect("no accounts yet");
        let mut command = place.command("stdbuf");
        command.args(["-oL", "baresip", "-f"]).arg(folder.path());
        let program = Program::start(&setup.name, command, folder.path());
        let (sender, events) = Feed::new(&setup.name);
        let (control, bridge) = connect(&place, control, sender);
        let user = setup.login.as_ref().map(|login| login.user.as_str()).unwrap_or_default();
        let account = (format!("sip:{user}@{}", setup.server), setup::account(&setup, sip));
        let mut phone =
            Self { name: setup.name, sip, account, control, events, _bridge: bridge, program, folder };
        // Only now, so that no event of the registration is missed.
        phone.takes_its_account();
        phone
    }

    fn takes_its_account(&mut self) {
        self.press("uanew", &self.account.1.clone());
        self.events.wait("its account", |event| (event["token"] == "uanew").then_some(()));
    }

    /// Gives its account up and takes it again, as one does that was switched off and on; once more where it finds out only thereby that
    /// its connection is dead.
    pub fn registers_anew(&mut self) {
        until("a new registration", || {
            self.press("uadel", &self.account.0.clone());
            self.press("uanew", &self.account.1.clone());
            let registered = self.events.wait("an answer", |event| match event["type"].as_str() {
                Some("REGISTER_OK") => Some(true),
                Some("REGISTER_FAIL") => Some(false),
                _ => None,
            });
            registered.then_some(())
        });
    }

    /// The address at which it takes calls.
    #[must_use]
    pub fn sip(&self) -> SocketAddr {
        self.sip
    }

    /// Presses a key: any command of baresip's menu (`hold`, `resume`, `hangup`, ...).
    pub fn press(&mut self, command: &str, parameter: &str) {
        let text = json!({"command": command, "params": parameter, "token": command}).to_string();
        write!(self.control, "{}:{text},", text.len()).expect("the phone listens");
        self.control.flush().expect("the phone listens");
    }

    /// Dials an extension, a number or an address.
    pub fn dial(&mut self, whom: &str) {
        self.press("dial", whom);
    }

    /// Waits until the registrar has accepted it.
    pub fn registered(&mut self) {
        self.happens("REGISTER_OK");
    }

    /// Waits until it rings and returns who calls: number (the user part) and name as the display
    /// shows them.
    pub fn rings(&mut self) -> Caller {
        self.rings_within(PATIENCE).unwrap_or_else(|| panic!("{} does not ring", self.name))
    }

    /// Like [`Phone::rings`], but `None` when it does not ring within `limit`.
    pub fn rings_within(&mut self, limit: Duration) -> Option<Caller> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.events.within(limit, |event| {
            let caller = Caller { name: text(&event["peerdisplayname"]), uri: text(&event["peeruri"]) };
            (event["type"] == "CALL_INCOMING").then_some(caller)
        })
    }

    /// Waits until it hears that the other side rings.
    pub fn hears_ringing(&mut self) {
        self.happens("CALL_RINGING");
    }

    /// Lifts the receiver.
    pub fn answers(&mut self) {
        self.press("accept", "");
    }

    /// Waits until a call stands.
    pub fn talks(&mut self) {
        self.happens("CALL_ESTABLISHED");
    }

    /// Waits until voice packets arrive.
    pub fn gets_voice(&mut self) {
        self.happens("CALL_RTPESTAB");
    }

    /// Puts the other side on hold.
    pub fn holds(&mut self) {
        self.press("hold", "");
        self.happens("CALL_REMOTE_SDP");
    }

    /// Takes the other side back.
    pub fn resumes(&mut self) {
        self.press("resume", "");
        self.happens("CALL_REMOTE_SDP");
    }

    /// Puts the receiver down.
    pub fn hangs_up(&mut self) {
        self.press("hangup", "");
    }

    /// Waits until the call is over and returns the reason it shows.
    pub fn call_ends(&mut self) -> String {
        self.happens("CALL_CLOSED")["param"].as_str().unwrap_or_default().to_owned()
    }

    /// Waits for any event of baresip, by its type.
    pub fn happens(&mut self, kind: &str) -> Value {
        self.events.wait(kind, |event| (event["type"] == kind).then(|| event.clone()))
    }

    /// Waits as long for the call to be over, where that is decided elsewhere.
    pub fn call_ends_within(&mut self, limit: Duration) {
        let closed = self.events.within(limit, |event| (event["type"] == "CALL_CLOSED").then_some(()));
        closed.unwrap_or_else(|| panic!("{}'s call goes on", self.name));
    }

    /// Everything that arrived at its ear in its calls so far, one recording a call, oldest first.
    /// The recorder writes what was decoded, without gaps for what was lost, and ends at the first
    /// hold (sndfile module of baresip 1.0); later voice is judged with [`crate::Capture`].
    #[must_use]
    pub fn recordings(&self) -> Vec<Samples> {
        let folder = fs::read_dir(self.folder.path().join("heard")).expect("the folder of recordings");
        let mut paths: Vec<PathBuf> = folder.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.to_string_lossy().ends_with("-dec.wav"));
        paths.sort();
        paths.iter().map(|path| tone::read_wav(path)).collect()
    }

    /// Listens to the last call until `hertz` was there for `seconds`, and tells what was heard.
    pub fn hears(&self, hertz: u32, seconds: f64) -> Heard {
        until(&format!("{} to hear {hertz} Hz", self.name), || {
            let heard = tone::listen(self.recordings().last()?, hertz);
            (heard.seconds >= seconds).then_some(heard)
        })
    }

    /// Its log.
    #[must_use]
    pub fn log(&self) -> String {
        self.program.log()
    }
}

/// Who calls, as the display shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Display name, empty when none was sent.
    pub name: String,
    /// Address.
    pub uri: String,
}

impl Caller {
    /// The user part of the address: extension or number.
    #[must_use]
    pub fn number(&self) -> &str {
        let rest = self.uri.split_once(':').map_or(self.uri.as_str(), |(_, rest)| rest);
        rest.split_once('@').map_or(rest, |(user, _)| user)
    }
}

/// Reaches the phone's control port where the phone stands; through a shell in its namespace if need be.
fn connect(
    place: &Place,
    port: u16,
    events: Sender<Value>,
) -> (Box<dyn Write + Send>, Option<std::process::Child>) {
    if *place == Place::Here {
        let stream =
            until("the phone's control port", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok());
        let ear = stream.try_clone().expect("a socket can be cloned");
        std::thread::spawn(move || read_events(ear, &events));
        return (Box::new(stream), None);
    }
    let script = format!(
        "until exec 3<>/dev/tcp/127.0.0.1/{port}; do sleep 0.05; done 2>/dev/null; cat <&3 & exec cat >&3"
    );
    let mut command = place.command("bash");
    let command = command.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut bridge = command.spawn().expect("bash runs");
    let ear = bridge.stdout.take().expect("a piped output");
    std::thread::spawn(move || read_events(ear, &events));
    (Box::new(bridge.stdin.take().expect("a piped input")), Some(bridge))
}

/// Reads JSON in netstrings (`12:{...},`) until the phone is switched off.
fn read_events(mut ear: impl Read, events: &Sender<Value>) -> Option<()> {
    let mut byte = [0];
    loop {
        let mut length = 0_usize;
        loop {
            ear.read_exact(&mut byte).ok()?;
            match byte {
                [b':'] => break,
                [digit @ b'0'..=b'9'] => length = length * 10 + usize::from(digit - b'0'),
                _ => return None,
            }
        }
        let mut text = vec![0; length + 1];
        ear.read_exact(&mut text).ok()?;
        text.pop();
        events.send(serde_json::from_slice(&text).ok()?).ok()?;
    }
}
