//! The configuration file: every key known, every value checked before anything starts, every error with its line and its remedy.

pub(crate) mod brought;
mod dial_in;
mod keys;
mod read;

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use brought::Brought;
pub(crate) use dial_in::DialInRule;
use media::clip::Language;
pub(crate) use read::{ConfigRefused, load};
use transport::Listen;

/// What the box was told, with defaults for all it was not told.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The box's own file, which was read, or is not there.
    pub file: PathBuf,
    /// Whether one counts instead that a backup brought.
    pub brought: Brought,
    /// Where everything that must survive lives.
    pub data: PathBuf,
    pub sip: Sip,
    pub media: Media,
    pub web: Web,
    /// Houses whose people may sign in on the page.
    pub sign_in: Vec<SignIn>,
    pub cloud: Cloud,
    pub trunk: Trunk,
    /// How people dial out of the house, and what they may not; taken over while running.
    pub outgoing: switchboard::dialling::Outgoing,
    /// Where telephones find their configuration; taken over while running.
    pub provisioning: switchboard::provisioning::Provisioning,
    pub emergency: Emergency,
    pub voicemail: Voicemail,
    /// A certificate that everybody trusts, where the admin owns a name.
    pub acme: Option<Acme>,
    pub updates: Updates,
    pub mailboxes: Mailboxes,
    pub log: Log,
}

impl Config {
    /// The sections that differ in what a running box cannot change.
    pub(crate) fn needs_restart(&self, wanted: &Self) -> Vec<&'static str> {
        let differs = [
            ("data", self.data != wanted.data),
            ("sip", (&self.sip.listen, &self.sip.domains) != (&wanted.sip.listen, &wanted.sip.domains)),
            ("media", self.media != wanted.media),
            ("web", (&self.web, &self.sign_in) != (&wanted.web, &wanted.sign_in)),
            ("cloud", self.cloud != wanted.cloud),
            ("trunk", self.trunk.name_servers != wanted.trunk.name_servers),
            ("emergency", self.emergency != wanted.emergency),
            ("voicemail", self.voicemail != wanted.voicemail || self.mailboxes != wanted.mailboxes),
            ("acme", self.acme != wanted.acme),
            ("updates", self.updates != wanted.updates),
            ("log", self.log != wanted.log),
        ];
        differs.into_iter().filter(|(_, differs)| *differs).map(|(section, _)| section).collect()
    }
}

/// Where phones find us.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Sip {
    /// Where phones connect; opened at start.
    pub listen: Vec<Listen>,
    /// Domains that phones may use besides our own addresses; the first is the realm of our challenges.
    pub domains: Vec<String>,
    /// Where single logins may be used from.
    pub access: switchboard::Access,
    pub tls: SipTls,
    /// Pages that may telephone besides the box's own, as browsers write them: `https://phone.example`; taken over while running.
    pub origins: Vec<String>,
}

/// What telephones over TLS are shown and must show; taken over while running.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct SipTls {
    /// Certificate and key that the admin installed; `None` means the box's own.
    pub installed: Option<(PathBuf, PathBuf)>,
    pub phones: PhoneCertificates,
}

/// Whether phones show certificates of their own, and the file of the authorities that sign them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) enum PhoneCertificates {
    #[default]
    Off,
    Optional(PathBuf),
    Required(PathBuf),
}

/// Where voice goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Media {
    /// The address put into session descriptions; `None` means the one the phone reached us at.
    pub address: Option<IpAddr>,
    pub ports: RangeInclusive<u16>,
    pub fast_path: FastPath,
    pub hold_music: HoldMusic,
}

/// What who is put on hold hears.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum HoldMusic {
    /// The box's own.
    Melody,
    /// This WAV file.
    File(PathBuf),
    Off,
}

/// Whether mailboxes of the house answer where nobody does, and how.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Mailboxes {
    pub enabled: bool,
    /// Longest message.
    pub longest: Duration,
    /// What a mailbox speaks that has no greeting of its own.
    pub language: Language,
}

/// Whether voice may be forwarded inside the kernel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FastPath {
    Auto,
    Off,
}

/// Where the page is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Web {
    pub https: SocketAddr,
    pub http: SocketAddr,
}

/// A house whose people may sign in on the page (OpenID Connect).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SignIn {
    /// In addresses, `entra`.
    pub name: String,
    /// On the button, `Microsoft`.
    pub title: String,
    /// As it calls itself, `https://accounts.google.com`.
    pub issuer: String,
    pub client: String,
    /// A file with the client's secret on one line.
    pub secret_file: Option<PathBuf>,
    /// Where it sends browsers back to; registered with the client.
    pub redirect: String,
    /// What names the account here.
    pub claim: Claim,
    /// It may stand in the office's own network.
    pub private: bool,
}

/// What of a person names their account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Claim {
    /// The address that the issuer vouches for.
    Email,
    /// The name they sign in with there; for issuers of one company alone.
    Login,
    /// The issuer's own name for them, which never changes.
    Subject,
}

/// The account that is mirrored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Cloud {
    /// Base address without version.
    pub api: String,
    pub token_id: String,
    /// A file with the token on one line; `None` when the token was given to `gatehouse link`.
    pub token_file: Option<PathBuf>,
    /// Realm of the cloud's login.
    pub login: String,
    /// The client registered with the cloud for logging in.
    pub client_id: Option<String>,
    pub client_secret_file: Option<PathBuf>,
    /// Where the login sends the browser back to, as registered.
    pub redirect: String,
    /// Authorities that may vouch for the cloud besides the public ones: a firewall's that opens TLS.
    pub authorities: Option<PathBuf>,
}

/// How outside calls leave; taken over while running, except for `name_servers`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Trunk {
    pub mode: TrunkMode,
    /// The trunk, where the mode wants one.
    pub main: Option<Provider>,
    /// Used when no other line can be, the first before the second.
    pub backup: Vec<Provider>,
    /// Authorities that may vouch for servers over TLS besides the system's.
    pub authorities: Option<PathBuf>,
    /// Whether the lines are cut once a month at night, to see what still works.
    pub drill_monthly: bool,
    /// Whether the account may send its calls on to a second line, and how long its own must have been gone for that.
    pub detour: Option<Duration>,
    /// A number outside that says back what it hears, for tests of the access line.
    pub echo: Option<String>,
    /// Who is asked for names; empty means the system's name servers.
    pub name_servers: Vec<SocketAddr>,
}

/// Which ways to the cloud are on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TrunkMode {
    /// None: calls stay in the house, or leave by a second line.
    Off,
    Devices,
    Trunk,
    Both,
}

impl TrunkMode {
    /// Whether the account's phones are lines.
    pub(crate) const fn has_phones(self) -> bool {
        matches!(self, Self::Devices | Self::Both)
    }
}

/// A trunk or gateway.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Provider {
    /// What people call it.
    pub name: account::LineId,
    /// What lies behind it, for the order in which calls for help try lines.
    pub via: emergency::Via,
    pub target: sip::locate::Target,
    /// The host of the server, which is the domain in addresses as well.
    pub domain: String,
    pub user: account::SipUser,
    /// `None`: it wants none, such as a gateway in the same network.
    pub password_file: Option<PathBuf>,
    /// Numbers it may show, the usual one first.
    pub presents: Vec<account::E164>,
    /// Numbers of the account whose calls go out over it before they go out over the line of the phone.
    pub carries: Vec<account::E164>,
    /// How many calls it carries at once.
    pub calls: Option<u16>,
    /// How it wants numbers.
    pub manner: switchboard::lines::Manner,
    /// Whom its numbers ring that the account leads to nobody in the house.
    pub dial_in: Vec<DialInRule>,
    /// The account's number that is rung by calls for a number that the account does not know.
    pub rings: Option<account::E164>,
}

/// What emergency calls may do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Emergency {
    pub rules: emergency::Rules,
    /// Second lines that may carry a call for help; empty means all of them.
    pub backup: Vec<account::LineId>,
    pub looking: Looking,
    pub ways: AlarmWays,
    pub servers: LocationServers,
}

/// Servers that are asked about places and control centres, outside Germany.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct LocationServers {
    /// Where the house stands (RFC 5985).
    pub held: Option<String>,
    /// Which control centre is competent there (RFC 5222).
    pub lost: Option<String>,
}

/// How people on site are told that somebody calls for help, besides page and telephones.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct AlarmWays {
    pub mail: Option<MailServer>,
    /// The file by which the kernel switches a light or a door.
    pub strobe: Option<PathBuf>,
}

/// Where letters are handed in, and who gets them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct MailServer {
    pub host: String,
    pub port: u16,
    pub closed: alarm::Closed,
    /// Name, and the file with the password.
    pub login: Option<(String, PathBuf)>,
    pub from: alarm::Address,
    pub to: Vec<alarm::Address>,
}

/// Who is asked where telephones hang, and how often.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Looking {
    pub switches: Vec<AskedSwitch>,
    pub leases: Vec<sightings::LeaseFile>,
    pub ears: Vec<Ear>,
    pub every: Duration,
}

/// Where relays and switches are listened to, and who of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Ear {
    pub at: SocketAddr,
    pub from: Vec<ipnet::IpNet>,
    /// With the secret of RADIUS in this file; `None`: copies of DHCP.
    pub secret_file: Option<PathBuf>,
}

/// A switch, and where its secrets are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct AskedSwitch {
    /// Host and port.
    pub address: String,
    pub name: Option<String>,
    pub access: SwitchAccess,
}

/// The files in which a switch's secrets stand, each on one line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum SwitchAccess {
    Community(PathBuf),
    User {
        name: String,
        auth: (sightings::AuthKind, PathBuf),
        privacy: Option<(sightings::PrivacyKind, PathBuf)>,
    },
}

/// What becomes of messages in mailboxes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Voicemail {
    /// They are deleted after this; `None` is never.
    pub keep: Option<Duration>,
    /// What all of them may hold of the disk, bytes.
    pub budget: u64,
}

/// From whom a certificate is fetched, and how the box shows that a name is its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Acme {
    pub plan: acme::Plan,
    /// The file with the key for changes of the zone.
    pub key_file: PathBuf,
    /// Who vouches for the authority's own server besides the system's authorities.
    pub authorities: Option<PathBuf>,
}

/// Where new versions are looked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Updates {
    /// The address of a signed feed; `None`: nobody is asked.
    pub feed: Option<String>,
    /// Whether what it offers is installed without being told to, and when it starts.
    pub install: Option<web::Starts>,
    /// The folder with the public keys of whoever makes versions.
    pub keys: PathBuf,
}

/// How much is said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Log {
    pub level: tracing::level_filters::LevelFilter,
}

#[cfg(test)]
mod tests;
