//! How a phone is set up before it is switched on, and how that reads in its files.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use super::Phone;
use crate::{Login, Place, tone};

/// How a phone is set up before it is switched on.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What its display shows as its own name, and the name of its log.
    pub name: String,
    /// Its credential, if it registers.
    pub login: Option<Login>,
    /// The registrar.
    pub server: SocketAddr,
    /// `udp`, `tcp` or `tls`.
    pub transport: &'static str,
    /// The certificate it trusts over TLS.
    pub trusts: Option<PathBuf>,
    /// Where it stands, and the address it has there.
    pub place: (Place, IpAddr),
    /// The tone it says, in hertz, one of [`tone::TONES`].
    pub voice: u32,
    /// What it says first, in hertz, and for how many seconds.
    pub before: Option<(u32, u32)>,
    /// Whether it closes its voice, in its own words: `srtp` if it can, `srtp-mand` or not at all.
    pub srtp: Option<&'static str>,
}

impl Setup {
    /// A phone on this machine, over UDP, that says 440 Hz.
    #[must_use]
    pub fn new(name: &str, server: SocketAddr) -> Self {
        let place = (Place::Here, Ipv4Addr::LOCALHOST.into());
        Self {
            name: name.to_owned(),
            login: None,
            server,
            transport: "udp",
            trusts: None,
            place,
            voice: tone::TONES[0],
            before: None,
            srtp: None,
        }
    }

    /// The same phone with this credential.
    #[must_use]
    pub fn login(mut self, login: &Login) -> Self {
        self.login = Some(login.clone());
        self
    }

    /// The same phone over `udp` or `tcp`.
    #[must_use]
    pub fn over(mut self, transport: &'static str) -> Self {
        self.transport = transport;
        self
    }

    /// The same phone over TLS, trusting whom this certificate signed.
    #[must_use]
    pub fn over_tls(mut self, root: &Path) -> Self {
        (self.transport, self.trusts) = ("tls", Some(root.to_owned()));
        self
    }

    /// The same phone with another tone.
    #[must_use]
    pub fn voice(mut self, hertz: u32) -> Self {
        self.voice = hertz;
        self
    }

    /// The same phone, which says this for so many seconds before.
    #[must_use]
    pub fn saying_first(mut self, hertz: u32, seconds: u32) -> Self {
        self.before = Some((hertz, seconds));
        self
    }

    /// The same phone with keys for its voice: `srtp` or `srtp-mand`.
    #[must_use]
    pub fn closing(mut self, how: &'static str) -> Self {
        self.srtp = Some(how);
        self
    }

    /// The same phone at another place.
    #[must_use]
    pub fn at(mut self, place: Place, address: impl Into<IpAddr>) -> Self {
        self.place = (place, address.into());
        self
    }

    /// Switches it on.
    #[must_use]
    pub fn start(self) -> Phone {
        Phone::start(self)
    }
}

pub(super) fn account(setup: &Setup, here: SocketAddr) -> String {
    let Setup { name, server, transport, .. } = setup;
    let keys = setup.srtp.map_or_else(String::new, |how| format!(";mediaenc={how}"));
    match &setup.login {
        Some(Login { user, password, .. }) => format!(
            "\"{name}\" <sip:{user}@{server};transport={transport}>;auth_user={user};auth_pass={password};\
             outbound=\"sip:{server};transport={transport}\";regint=120;audio_codecs=PCMA/8000/1{keys}"
        ),
        None => format!("\"{name}\" <sip:{name}@{here}>;regint=0;audio_codecs=PCMA/8000/1"),
    }
}

pub(super) fn trust(root: Option<&Path>) -> String {
    root.map_or_else(String::new, |root| format!("sip_cafile {}\n", root.display()))
}

pub(super) fn config(folder: &Path, here: SocketAddr, control: u16) -> String {
    let address = here.ip();
    let folder = folder.display();
    format!(
        "poll_method epoll
sip_listen {here}
net_interface {address}
call_local_timeout 60
call_max_calls 4
audio_player aubridge,ear
audio_alert aubridge,bell
audio_source aufile,{folder}/voice.wav
ausrc_format s16
auplay_format s16
auenc_format s16
audec_format s16
ringback_disabled yes
statmode_default off
module_path /usr/lib/baresip/modules
module g711.so
module sndfile.so
module aufile.so
module aubridge.so
module srtp.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
snd_path {folder}/heard
"
    )
}
