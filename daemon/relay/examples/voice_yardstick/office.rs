//! An office that talks as long as it is told to: calls come and go by lines on the standard input, and what became of each
//! packet is known by its number.
//!
//! ```text
//! call NUMBER PORT_A PORT_B   both begin to speak, each to the box's port for its side
//! quiet NUMBER                both stop, and what the box says in their place is listened to
//! over NUMBER                 both stop; answers `over NUMBER SENT HEARD MISSING` once the last packet is in
//! tell                        answers a line of JSON: what happened since it was asked last
//! ```
//! The first side sends from the first socket and the other from the second, whatever the call, so that the box tells calls
//! apart by its own ports alone. Times are the kernel's where a packet arrives.

use super::stream::{Direction, Heard, PACE, Side};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, setsockopt, sockopt};
use nix::time::{ClockId, clock_gettime};
use std::collections::{BTreeMap, BinaryHeap};
use std::io::{BufRead as _, IoSliceMut, Write as _};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::Duration;

/// Between two looks at the sockets, where nothing is to be sent before.
const NAP: Duration = Duration::from_millis(1);
/// How long the last packets of a call may be under way.
const UNDER_WAY: Duration = Duration::from_millis(250);

/// Waits for calls and talks until the standard input ends.
pub(super) fn talk(relay: Ipv4Addr, sides: [SocketAddr; 2]) {
    let sockets = sides.map(|side| {
        let socket = UdpSocket::bind(side).unwrap();
        // Room for a moment in which this program does not run: what is lost here is no loss of the box.
        setsockopt(&socket, sockopt::RcvBufForce, &(32 << 20)).unwrap();
        setsockopt(&socket, sockopt::ReceiveTimestampns, &true).unwrap();
        socket.set_nonblocking(true).unwrap();
        socket
    });
    let (sender, words) = mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.ok().is_none_or(|line| sender.send(line).is_err()) {
                break;
            }
        }
    });
    Office::new(relay, sockets).talk(&words);
}

/// When a direction speaks next; the earliest first.
type Turn = std::cmp::Reverse<(Duration, usize)>;

struct Office {
    relay: Ipv4Addr,
    sockets: [UdpSocket; 2],
    directions: Vec<Direction>,
    turns: BinaryHeap<Turn>,
    /// Of each call the place of its first direction.
    calls: BTreeMap<u32, usize>,
    /// Which direction is heard from this port of the box, by side.
    from: [Vec<Option<usize>>; 2],
    ending: Vec<(Duration, u32)>,
    told: Told,
}

/// Of the time since it was told last.
#[derive(Default)]
struct Told {
    sent: u64,
    heard: u64,
    strangers: u64,
    /// How late a packet was sent, by our own fault.
    late: Duration,
}

impl Office {
    fn new(relay: Ipv4Addr, sockets: [UdpSocket; 2]) -> Self {
        Self {
            relay,
            sockets,
            directions: Vec::new(),
            turns: BinaryHeap::new(),
            calls: BTreeMap::new(),
            from: [vec![None; 65_536], vec![None; 65_536]],
            ending: Vec::new(),
            told: Told::default(),
        }
    }

    fn talk(&mut self, words: &Receiver<String>) {
        loop {
            loop {
                match words.try_recv() {
                    Ok(line) => self.obey(&line),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
            self.speak();
            self.listen();
            self.end_some();
            std::thread::sleep(NAP);
        }
    }

    fn obey(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["call", number, a, b] => {
                self.begin(number.parse().unwrap(), [a, b].map(|port| port.parse().unwrap()));
            }
            ["quiet", number] => self.silence(number.parse().unwrap()),
            ["over", number] => {
                let number = number.parse().unwrap();
                self.silence(number);
                self.ending.push((now() + UNDER_WAY, number));
            }
            ["tell"] => self.tell(),
            _ => unreachable!("the bench says nothing else: {line:?}"),
        }
    }

    fn begin(&mut self, number: u32, ports: [u16; 2]) {
        let place = self.directions.len();
        self.calls.insert(number, place);
        for side in [Side::A, Side::B] {
            let [own, other] = [ports[side.place()], ports[side.other().place()]];
            // Spread over the 20 ms as calls that began at any time are.
            let first = now() + PACE * (u32::try_from(self.directions.len()).unwrap() * 7 % 20) / 20;
            let at = self.directions.len();
            self.directions.push(Direction::new(at, side, SocketAddr::from((self.relay, own)), other, first));
            self.from[side.other().place()][usize::from(other)] = Some(at);
            self.turns.push(std::cmp::Reverse((first, at)));
        }
    }

    fn silence(&mut self, number: u32) {
        let place = self.calls[&number];
        for direction in &mut self.directions[place..place + 2] {
            direction.stop();
        }
    }

    fn speak(&mut self) {
        let at = now();
        while let Some(std::cmp::Reverse((due, place))) = self.turns.peek().copied()
            && due <= at
        {
            self.turns.pop();
            let direction = &mut self.directions[place];
            if !direction.speaks() {
                continue;
            }
            let sent = now();
            self.told.late = self.told.late.max(sent.saturating_sub(due));
            let to = direction.to();
            // A box that is being started again has nobody at a port for a moment; its kernel says so.
            let _ = self.sockets[direction.side().place()].send_to(direction.next(due, sent), to);
            self.told.sent += 1;
            self.turns.push(std::cmp::Reverse((due + PACE, place)));
        }
    }

    fn listen(&mut self) {
        for side in [Side::A, Side::B] {
            let mut packet = [0; 2_048];
            while let Some((length, port, at)) = receive(&self.sockets[side.place()], &mut packet) {
                self.told.heard += 1;
                let known = self.from[side.place()][usize::from(port)];
                let heard = known.map(|place| self.directions[place].heard(&packet[..length], at));
                self.told.strangers += u64::from(matches!(heard, None | Some(Heard::Stranger)));
            }
        }
    }

    fn end_some(&mut self) {
        let now = now();
        let (over, ending) = std::mem::take(&mut self.ending).into_iter().partition(|(at, _)| *at <= now);
        self.ending = ending;
        for (_, number) in over {
            let place = self.calls.remove(&number).unwrap();
            let mut sums = [0; 3];
            for direction in &mut self.directions[place..place + 2] {
                self.from[direction.side().other().place()][usize::from(direction.heard_from())] = None;
                direction.close();
                sums[0] += direction.sent();
                sums[1] += direction.received();
                sums[2] += direction.missing();
            }
            say(&format!("over {number} {} {} {}", sums[0], sums[1], sums[2]));
        }
    }

    fn tell(&mut self) {
        let told = std::mem::take(&mut self.told);
        let missing: u64 = self.directions.iter().map(Direction::missing).sum();
        let twice: u64 = self.directions.iter().map(Direction::twice).sum();
        let mut pauses: Vec<Duration> = Vec::new();
        let (mut drift, mut music) = (0.0_f64, Vec::new());
        for place in self.calls.values() {
            for direction in &mut self.directions[*place..place + 2] {
                pauses.push(direction.take_pause());
                drift = drift.max(direction.take_drift().abs());
                music.extend(direction.music().map(|music| music.told()));
            }
        }
        pauses.sort_unstable();
        let pause =
            |share: usize| pauses.get((pauses.len() * share / 100).min(pauses.len().saturating_sub(1)));
        let millis = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
        let [median, most] = [millis(pause(50)), millis(pauses.last())];
        let pauses: Vec<String> = pauses.iter().map(|pause| format!("{:.1}", millis(Some(pause)))).collect();
        say(&format!(
            "{{\"calls\": {}, \"sent\": {}, \"heard\": {}, \"missing\": {missing}, \"twice\": {twice}, \"strangers\": {}, \
             \"late_ms\": {:.1}, \"pause_ms\": {most:.1}, \"pause_median_ms\": {median:.1}, \"drift_ms\": {drift:.2}, \
             \"music\": [{}], \"pauses_ms\": [{}]}}",
            self.calls.len(),
            told.sent,
            told.heard,
            told.strangers,
            millis(Some(&told.late)),
            music.join(", "),
            pauses.join(", "),
        ));
    }
}

/// One packet: its length, the port it came from, and when it came.
fn receive(socket: &UdpSocket, packet: &mut [u8]) -> Option<(usize, u16, Duration)> {
    let mut control = nix::cmsg_space!(nix::sys::time::TimeSpec);
    let mut room = [IoSliceMut::new(packet)];
    let message =
        recvmsg::<SockaddrIn>(socket.as_raw_fd(), &mut room, Some(&mut control), MsgFlags::MSG_DONTWAIT)
            .ok()?;
    let at = message.cmsgs().unwrap().find_map(|word| match word {
        ControlMessageOwned::ScmTimestampns(at) => Some(Duration::from(at)),
        _ => None,
    });
    Some((message.bytes, message.address?.port(), at.unwrap()))
}

fn say(line: &str) {
    println!("{line}");
    let _ = std::io::stdout().flush();
}

/// The wall clock, which is the one that the kernel stamps with.
fn now() -> Duration {
    clock_gettime(ClockId::CLOCK_REALTIME).unwrap().into()
}
