//! A softphone that many people use: linphone, with a voice of its own (one tone) and a recorder at its ear.

use std::{
    fs::{self, File},
    io::Write as _,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    Login, Place, Program,
    program::run,
    tone::{self, Heard},
    until,
};

/// Seconds for which it has something to say.
const SPEECH: u32 = 120;
/// Bytes before the samples of a recording; they are empty until it is over.
const HEADER: usize = 44;
/// Between two questions whether it is registered.
const PAUSE: Duration = Duration::from_millis(500);

/// How it closes its voice, in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Not at all.
    Open,
    /// SRTP, keys in the description.
    Srtp,
    /// SRTP, keys agreed on by DTLS where the voice goes; reached by ICE.
    Dtls,
}

/// How it is set up before it is switched on.
#[derive(Debug)]
pub struct Setup<'a> {
    /// Its credential.
    pub login: &'a Login,
    /// The registrar.
    pub server: SocketAddr,
    /// `udp`, `tcp` or `tls`.
    pub transport: &'static str,
    /// The root it trusts over TLS. The name is not compared: its mbed TLS knows no addresses in certificates.
    pub trusts: Option<PathBuf>,
    /// Where it stands, and the address it has there.
    pub place: (Place, IpAddr),
    /// The tone it says, in hertz.
    pub voice: u32,
    /// Anything but this it refuses.
    pub closing: Closing,
}

/// A linphone that is switched on.
#[derive(Debug)]
pub struct Linphone {
    keys: File,
    program: Program,
    folder: TempDir,
}

impl Linphone {
    /// Switches it on and waits until the registrar has accepted it.
    #[must_use]
    pub fn start(setup: &Setup<'_>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path();
        fs::create_dir_all(path.join(".local/share/linphone")).expect("a folder for its memory");
        tone::write_wav(&path.join("voice.wav"), &tone::sine(setup.voice, SPEECH));
        fs::write(path.join("rc"), config(setup)).expect("a config");
        let mut pipe = std::process::Command::new("mkfifo");
        pipe.arg(path.join("keys"));
        run(pipe);
        let mut command = setup.place.0.command("bash");
        command.current_dir(path).env("HOME", path);
        command.args(["-c", "exec stdbuf -oL linphonec -c rc -d 4 -l log <keys 2>noise"]);
        let program = Program::start("linphone", command, path);
        let keys = File::options().write(true).open(path.join("keys")).expect("linphone listens");
        let mut phone = Self { keys, program, folder };
        phone.press("soundcard use files");
        phone.press(&format!("record {}", phone.recording().display()));
        until("linphone to be registered", || {
            phone.press("status register");
            phone.program.lines().within(PAUSE, |line| line.starts_with("registered,").then_some(()))
        });
        phone
    }

    /// Types a command.
    pub fn press(&mut self, command: &str) {
        writeln!(self.keys, "{command}").expect("linphone listens");
    }

    /// Dials an extension at the registrar.
    pub fn dial(&mut self, whom: &str, server: SocketAddr) {
        self.press(&format!("call sip:{whom}@{server}"));
    }

    /// Waits until it rings.
    pub fn rings(&mut self) {
        self.says("incoming call");
    }

    /// Lifts the receiver.
    pub fn answers(&mut self) {
        self.press("answer");
    }

    /// Waits until voice flows, and speaks.
    pub fn talks(&mut self) {
        self.says("Media streams established");
        self.press(&format!("play {}", self.folder.path().join("voice.wav").display()));
    }

    /// Waits until it says that nobody else can listen.
    pub fn is_closed(&mut self) {
        self.says("is fully encrypted");
    }

    /// Puts the receiver down.
    pub fn hangs_up(&mut self) {
        self.press("terminate");
    }

    /// Waits until the call is over without a fault.
    pub fn call_ends(&mut self) {
        self.says("ended (No error)");
    }

    /// Listens until `hertz` was there for `seconds`, and tells what was heard.
    pub fn hears(&self, hertz: u32, seconds: f64) -> Heard {
        until(&format!("linphone to hear {hertz} Hz"), || {
            let file = fs::read(self.recording()).ok()?;
            let (samples, _) = file.get(HEADER..)?.as_chunks();
            let coarse: Vec<i16> = samples.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
            let heard = tone::listen(&coarse, hertz);
            (heard.seconds >= seconds).then_some(heard)
        })
    }

    /// Packets of voice that did not reach it in the call that is over.
    pub fn lost(&self) -> u64 {
        until("linphone to count", || {
            let log = fs::read_to_string(self.folder.path().join("log")).ok()?;
            let line = log.lines().rev().find(|line| line.contains("incoming cumulative lost"))?;
            line.split_ascii_whitespace().rev().nth(1)?.parse().ok()
        })
    }

    fn says(&mut self, text: &str) {
        self.program.lines().wait(text, |line| line.contains(text).then_some(()));
    }

    fn recording(&self) -> PathBuf {
        self.folder.path().join("heard.wav")
    }
}

fn config(setup: &Setup<'_>) -> String {
    let Setup { login: Login { user, password, .. }, server, transport, .. } = setup;
    let port = |wanted| if *transport == wanted { 5070 } else { 0 };
    let [udp, tcp, tls] = ["udp", "tcp", "tls"].map(port);
    let (closing, ice) = match setup.closing {
        Closing::Open => ("none", ""),
        Closing::Srtp => ("srtp", ""),
        Closing::Dtls => ("dtls", "ice"),
    };
    let must = u8::from(setup.closing != Closing::Open);
    let root = setup.trusts.as_deref().map_or_else(String::new, |root| root.display().to_string());
    let address = setup.place.1;
    format!(
        "[sip]
sip_port={udp}
sip_tcp_port={tcp}
sip_tls_port={tls}
bind_address={address}
guess_hostname=0
register_only_when_network_is_up=0
root_ca={root}
verify_server_cn=0
media_encryption={closing}
media_encryption_mandatory={must}
default_proxy=0
[rtp]
audio_rtp_port=7078
rtcp_mux=1
[net]
nat_policy_ref=house
[nat_policy_0]
ref=house
protocols={ice}
[auth_info_0]
username={user}
passwd={password}
realm=*
[proxy_0]
reg_proxy=<sip:{server};transport={transport}>
reg_route=<sip:{server};transport={transport};lr>
reg_identity=sip:{user}@{server}
reg_expires=120
reg_sendregister=1
publish=0
nat_policy_ref=house
[audio_codec_0]
mime=PCMA
rate=8000
channels=1
enabled=1
[video]
enabled=0
[misc]
store_friends=0
"
    )
}
