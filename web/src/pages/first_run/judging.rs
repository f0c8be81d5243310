//! Whether a step is done: seen on the house where it shows, else said by somebody.

use std::sync::Arc;
use std::time::SystemTime;

use super::super::locations::site::{self, Sites};
use super::steps::name;
use crate::parts::{Cell, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::vault::{FirstRun, Step};
use crate::view::past::{Event, Outcome, Witness};
use crate::view::{CallState, MirrorState, View};
use crate::when;
use crate::words::Lang;

/// Phones that must be there before one can call another.
const PAIR: usize = 2;

/// What stands about a step, in one sentence.
pub(super) enum Verdict {
    Done(String),
    Open(String),
}

impl Verdict {
    pub(super) fn into_words(self) -> String {
        match self {
            Self::Done(words) | Self::Open(words) => words,
        }
    }
}

/// The house at one moment, as far as the steps are about it.
pub(super) struct Found {
    pub(super) t: Lang,
    pub(super) now: SystemTime,
    pub(super) view: Arc<View>,
    /// Under which the page is shown as ours.
    pub(super) names: Vec<String>,
    /// `None` while the box does not say.
    pub(super) sites: Option<Sites>,
    /// The newest call in which people talked.
    talked: Option<Event>,
    pub(super) run: FirstRun,
}

impl Found {
    pub(super) async fn look(app: &App, shell: &Shell, run: FirstRun) -> Self {
        let past = app.commands.past(Witness::House, None).await.unwrap_or_default();
        let talked = past.events.into_iter().find(|event| event.outcome == Outcome::Answered);
        Self {
            t: shell.t,
            now: shell.now,
            view: Arc::clone(&shell.view),
            names: app.certificates.names().to_vec(),
            sites: site::sites(app).await.ok(),
            talked,
            run,
        }
    }

    /// Neither done nor put off.
    pub(super) fn is_open(&self, step: Step) -> bool {
        matches!(self.verdict(step), Verdict::Open(_)) && !self.run.skipped.contains(&step)
    }

    /// Where to go on.
    pub(super) fn next_open(&self) -> Step {
        Step::ALL.into_iter().find(|step| self.is_open(*step)).unwrap_or(Step::Handover)
    }

    pub(super) fn mark(&self, step: Step) -> Cell {
        let t = self.t;
        match self.verdict(step) {
            Verdict::Done(_) => Cell::mark(Tone::Good, t.pick("erledigt", "done")),
            Verdict::Open(_) if self.run.skipped.contains(&step) => {
                Cell::mark(Tone::Warn, t.pick("verschoben", "put off"))
            }
            Verdict::Open(_) => Cell::mark(Tone::Calm, t.pick("offen", "open")),
        }
    }

    pub(super) fn verdict(&self, step: Step) -> Verdict {
        match step {
            Step::Access => Verdict::Done(
                self.t
                    .pick("Die Verwaltung hat ein Passwort.", "The administration has a password.")
                    .to_owned(),
            ),
            Step::Network => self.network(),
            Step::Account => self.account(),
            Step::Place => self.place(),
            Step::Phones => self.phones(),
            Step::Fax => self.fax(),
            Step::Calls => self.calls(),
            Step::Handover => self.handover(),
        }
    }

    fn said(&self, step: Step, words: String) -> Verdict {
        if self.run.confirmed.contains(&step) { Verdict::Done(words) } else { Verdict::Open(words) }
    }

    fn network(&self) -> Verdict {
        let names = self.names.join(", ");
        let time = when::local(self.t, &self.view.account.zone, self.now, self.now);
        let day = when::day(&self.view.account.zone, self.now);
        let words = match self.t {
            Lang::De => format!("Diese Box heißt {names}. Ihre Uhr zeigt {time} am {day}."),
            Lang::En => format!("This box is called {names}. Its clock shows {time} on {day}."),
        };
        self.said(Step::Network, words)
    }

    fn account(&self) -> Verdict {
        let (t, mirror) = (self.t, &self.view.mirror);
        if mirror.fetched.is_some() {
            let company = &self.view.account.company;
            let (users, devices, numbers) = (mirror.users, mirror.devices, mirror.numbers);
            return Verdict::Done(match t {
                Lang::De => format!("{company}: {users} Benutzer, {devices} Geräte, {numbers} Rufnummern."),
                Lang::En => format!("{company}: {users} users, {devices} devices, {numbers} numbers."),
            });
        }
        Verdict::Open(match &mirror.state {
            MirrorState::Failed { reason } => t.say(reason).to_owned(),
            MirrorState::Never | MirrorState::Current | MirrorState::Stale => t
                .pick(
                    "Noch ist kein Konto verbunden, oder es wird gerade gelesen.",
                    "No account is linked yet, or it is just being read.",
                )
                .to_owned(),
        })
    }

    fn place(&self) -> Verdict {
        let t = self.t;
        let Some(sites) = &self.sites else {
            return Verdict::Open(
                t.pick("Die Box kennt noch keine Orte.", "The box knows no places yet.").to_owned(),
            );
        };
        let Some(name) = sites.assumed_name() else {
            let words = t.pick(
                "Das Konto hat noch keine Anschrift: erst dort anlegen, dann erscheint sie hier.",
                "The account has no address yet: add it there first, then it appears here.",
            );
            return Verdict::Open(words.to_owned());
        };
        let calls = match (t, sites.commissioned) {
            (Lang::De, true) => "110 und 112 sind in Betrieb.",
            (Lang::De, false) => "110 und 112 verlassen das Haus erst nach der Inbetriebnahme.",
            (Lang::En, true) => "110 and 112 are in service.",
            (Lang::En, false) => "110 and 112 leave the house only once commissioned.",
        };
        let words = match t {
            Lang::De => format!("Hilfe käme nach: {name}. {calls}"),
            Lang::En => format!("Help would come to: {name}. {calls}"),
        };
        self.said(Step::Place, words)
    }

    fn phones(&self) -> Verdict {
        let (all, here) = (self.view.phones.len(), self.view.registered());
        let server = self.server();
        let words = match self.t {
            Lang::De => {
                format!("{here} von {all} Telefonen sind angemeldet. Der Server für Telefone ist {server}.")
            }
            Lang::En => format!("{here} of {all} phones are registered. The server for phones is {server}."),
        };
        if here > 0 && here >= PAIR.min(all) { Verdict::Done(words) } else { Verdict::Open(words) }
    }

    /// What to enter in a phone: an address of the box, with the port where it is not the usual one (RFC 3261 19.1.2).
    pub(super) fn server(&self) -> String {
        let address = self
            .names
            .iter()
            .find(|name| name.parse::<std::net::Ipv4Addr>().is_ok_and(|it| !it.is_loopback()));
        let listen = self.view.machine.sip.iter().find_map(|listen| listen.strip_prefix("udp:"));
        let bound = listen.and_then(|it| it.parse::<std::net::SocketAddr>().ok());
        let named = bound.filter(|it| !it.ip().is_unspecified()).map(|it| it.ip().to_string());
        let host = named.or_else(|| address.or_else(|| self.names.first()).cloned()).unwrap_or_default();
        match bound.map(|it| it.port()).filter(|port| *port != 5060) {
            Some(port) => format!("{host}:{port}"),
            None => host,
        }
    }

    fn fax(&self) -> Verdict {
        let lines = self.view.account.faxlines.len();
        if lines == 0 && self.view.mirror.fetched.is_some() {
            let words = self.t.pick("Das Konto hat keinen Faxanschluss.", "The account has no fax line.");
            return Verdict::Done(words.to_owned());
        }
        let words = match self.t {
            Lang::De => format!("Das Konto hat {lines} Faxanschlüsse; Faxe kommen in der Cloud an."),
            Lang::En => format!("The account has {lines} fax lines; faxes arrive in the cloud."),
        };
        self.said(Step::Fax, words)
    }

    fn calls(&self) -> Verdict {
        let t = self.t;
        if let Some(call) = self.view.calls.iter().find(|call| call.state != CallState::Ringing) {
            let (from, to) = (&call.caller.number, &call.callee.number);
            return Verdict::Done(match t {
                Lang::De => format!("Gerade sprechen {from} und {to} miteinander."),
                Lang::En => format!("{from} and {to} are talking right now."),
            });
        }
        let Some(call) = &self.talked else {
            let words = t.pick("Noch hat niemand telefoniert.", "Nobody has telephoned yet.");
            return Verdict::Open(words.to_owned());
        };
        let at = when::local(t, &self.view.account.zone, call.at, self.now);
        let (from, to) = (&call.from.number, &call.to.number);
        Verdict::Done(match t {
            Lang::De => format!("Zuletzt sprachen {from} und {to} miteinander ({at})."),
            Lang::En => format!("{from} and {to} talked last ({at})."),
        })
    }

    fn handover(&self) -> Verdict {
        let t = self.t;
        let before = Step::ALL.into_iter().filter(|step| *step != Step::Handover);
        let open: Vec<&str> = before
            .filter(|step| matches!(self.verdict(*step), Verdict::Open(_)))
            .map(|step| name(t, step))
            .collect();
        let words = match (t, open.is_empty()) {
            (Lang::De, true) => "Alles ist geprüft.".to_owned(),
            (Lang::En, true) => "Everything is checked.".to_owned(),
            (Lang::De, false) => format!("Noch zu tun: {}.", open.join(", ")),
            (Lang::En, false) => format!("Still to do: {}.", open.join(", ")),
        };
        match self.run.finished {
            Some(_) => Verdict::Done(words),
            None => Verdict::Open(words),
        }
    }
}
