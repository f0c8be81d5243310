//! A telephone whose every packet the story writes itself.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use tests::{Gatehouse, Login, Wire, wire::Draft};

/// A phone in a call that it made: what it signals with, and what it speaks with.
pub(crate) struct Caller {
    pub(crate) wire: Wire,
    /// Its ACK, from which every further request of the call is made.
    pub(crate) dialog: Draft,
    pub(crate) voice: UdpSocket,
    /// Where the box wants its voice.
    pub(crate) there: SocketAddr,
}

/// A socket for voice.
pub(crate) fn mouth() -> UdpSocket {
    let voice = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    voice.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    voice
}

/// Where a description wants what it is about.
pub(crate) fn wanted_at(house: &Gatehouse, description: &str) -> SocketAddr {
    let media = description.lines().find_map(|line| line.strip_prefix("m=")).unwrap();
    let port = media.split(' ').nth(1).unwrap().parse().unwrap();
    SocketAddr::from((house.address(), port))
}

impl Caller {
    /// Registers, dials and waits until somebody answers.
    pub(crate) fn dials(house: &Gatehouse, login: &Login, whom: &str) -> Self {
        let mut wire = Wire::udp(house.sip());
        assert_eq!(wire.register(login, 600).status(), Some(200));
        let voice = mouth();
        let uri = format!("sip:{whom}@{}", house.sip());
        let mut draft = wire.draft("INVITE", &login.user, &uri).offering(voice.local_addr().unwrap());
        let accepted = wire.ask_as(login, &mut draft);
        assert_eq!(accepted.status(), Some(200), "{accepted:?}");
        let contact = accepted.header("Contact").unwrap();
        let uri = contact.trim_start_matches('<').split('>').next().unwrap().to_owned();
        let to = accepted.header("To").unwrap().to_owned();
        let dialog = Draft { method: "ACK".into(), uri, to, lines: vec![], body: String::new(), ..draft };
        let ack = wire.write(&dialog);
        wire.send(ack);
        Self { wire, dialog, voice, there: wanted_at(house, accepted.body()) }
    }

    /// The next request of the call.
    pub(crate) fn draft(&mut self, method: &str) -> Draft {
        self.dialog.number += 1;
        Draft { method: method.into(), ..self.dialog.clone() }
    }

    pub(crate) fn hangs_up(mut self) {
        let bye = self.draft("BYE");
        assert_eq!(self.wire.ask(&bye).status(), Some(200));
    }
}
