//! Listening to those who speak without being asked: relays that send copies of DHCP, and switches that account (RADIUS).

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use account::Secret;
use emergency::{Mac, Mark, Report};
use ipnet::IpNet;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use crate::look::{GRACE, LookFailed, Looked};
use crate::word::{Stays, Word};
use crate::{dhcp, radius};

/// Somebody is listened to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listener {
    /// Where.
    pub at: SocketAddr,
    /// Whoever else sends is not heard.
    pub from: Vec<IpNet>,
    /// What is spoken there.
    pub speech: Speech,
}

/// What is spoken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Speech {
    /// Copies of what phones and DHCP servers say.
    Dhcp,
    /// Accounting, signed with this secret.
    Radius(Secret),
}

/// Hardware that is carried elsewhere is heard from there; until then it is believed to hang where it did. Phones ask for their
/// address again after half of its time (RFC 2131 4.4.5), so that leases may last two days.
const BELIEVED: Duration = Duration::from_secs(24 * 3600);
/// What is heard within this is told at once.
const TOGETHER: Duration = Duration::from_secs(1);
/// Hardware of which something is heard within it; more of it speaks again.
const MOST: usize = 4096;
/// A port that is taken is tried again.
const AGAIN: Duration = Duration::from_secs(30);
/// Larger than any honest packet of both.
const ROOM: usize = 4096;

/// What is heard until it is told; the last word about each counts.
#[derive(Debug, Default)]
struct Heard {
    marks: HashMap<Mac, Mark>,
    addresses: HashMap<IpAddr, Mac>,
}

impl Heard {
    fn put(&mut self, word: &Word) {
        if self.marks.len().max(self.addresses.len()) >= MOST {
            return;
        }
        self.marks.extend(word.mark.clone().map(|mark| (word.mac, mark)));
        self.addresses.extend(word.address.map(|address| (address, word.mac)));
    }

    fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.addresses.is_empty()
    }

    fn report(self) -> Report {
        Report { marks: self.marks.into_iter().collect(), addresses: self.addresses.into_iter().collect() }
    }
}

impl Listener {
    /// Listens until nobody wants to know any more.
    pub(crate) async fn listen_for_ever(self, told: mpsc::Sender<Looked>) {
        let word = if self.speech == Speech::Dhcp { "dhcp" } else { "radius" };
        let name: Arc<str> = format!("{word} {}", self.at).into();
        let tell = async |told_now, believed| {
            told.send(Looked { name: Arc::clone(&name), told: told_now, believed }).await.is_ok()
        };
        let socket = loop {
            if let Ok(socket) = UdpSocket::bind(self.at).await {
                break socket;
            }
            if !tell(Err(LookFailed::Taken), GRACE).await {
                return;
            }
            sleep(AGAIN).await;
        };
        let pass_on = async |heard: Heard, believed| {
            if heard.is_empty() { !told.is_closed() } else { tell(Ok(heard.report()), believed).await }
        };
        let mut goes_on = tell(Ok(Report::default()), GRACE).await;
        while goes_on {
            let (stay, leave) = self.listen(&socket).await;
            // Of hardware that leaves and comes again within a second the coming counts.
            goes_on = pass_on(leave, GRACE).await && pass_on(stay, BELIEVED).await;
        }
    }

    /// What is heard of hardware that stays, and of hardware that leaves, within a second of the first word.
    async fn listen(&self, socket: &UdpSocket) -> (Heard, Heard) {
        let (mut stay, mut leave) = (Heard::default(), Heard::default());
        let mut room = [0; ROOM];
        let until = Instant::now() + TOGETHER;
        loop {
            let (length, from) = tokio::select! {
                Ok(heard) = socket.recv_from(&mut room) => heard,
                () = sleep_until(until) => return (stay, leave),
            };
            let packet = room.get(..length).unwrap_or_default();
            let Some(word) = self.hear(socket, packet, from).await else { continue };
            match word.stays {
                Stays::Stays => stay.put(&word),
                Stays::Leaves => leave.put(&word),
            }
        }
    }

    async fn hear(&self, socket: &UdpSocket, packet: &[u8], from: SocketAddr) -> Option<Word> {
        let ip = from.ip().to_canonical();
        if !self.from.iter().any(|net| net.contains(&ip)) {
            return None;
        }
        match &self.speech {
            Speech::Dhcp => dhcp(packet),
            Speech::Radius(secret) => {
                let accounted = radius(packet, secret)?;
                // Whoever does not hear it sends again.
                let _ = socket.send_to(&accounted.answer, from).await;
                accounted.word
            }
        }
    }
}
