//! A page in a browser, made of the same libraries from the other end, comes to the door. A real one does in the journeys.

use super::setting::{PHONE_A, PHONE_B, Phone, STRANGER, Setting, config, hear, socket, voice, waiting};
use crate::Config;
use bytes::BytesMut;
use media::dtls::{Fingerprint, Identity};
use media::ice::Credentials;
use media::relay::{Command, Event, Lease, LegPlan, RtcpPath};
use media::sdp::Meeting;
use media::srtp::{Keys, LONGEST_KEY, MasterKey, OVERHEAD, Receiver, Sender, Suite};
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::RingProvider;
use rtc_dtls::config::ConfigBuilder;
use rtc_dtls::crypto::Certificate;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use rtc_stun::attributes::{ATTR_USE_CANDIDATE, ATTR_USERNAME};
use rtc_stun::fingerprint::FingerprintAttr;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId};
use rtc_stun::textattrs::TextAttribute;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Instant;

const SUITE: Suite = Suite::AeadAes128Gcm;
/// Datagrams of a handshake that is not disturbed.
const MOST: usize = 20;

struct Page {
    socket: UdpSocket,
    meeting: Meeting,
    door: SocketAddr,
    dtls: Endpoint,
    lease: Lease,
}

impl Page {
    fn at(address: impl Into<IpAddr>, lease: Lease, seed: u8) -> Self {
        let provider = Arc::new(RingProvider::new());
        let certificate =
            Certificate::generate_self_signed(vec!["page".to_owned()], provider.crypto()).unwrap();
        let fingerprint = print(&certificate.certificate[0]);
        let config = ConfigBuilder::default()
            .with_crypto_provider(provider)
            .with_certificates(vec![certificate])
            .with_insecure_skip_verify(true)
            .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
            .build(true, None)
            .unwrap();
        let door = SocketAddr::new(lease.address, lease.door.expect("browsers are served").port);
        let mut dtls = Endpoint::new(door, TransportProtocol::UDP, None);
        dtls.connect(Instant::now(), door, Arc::new(config), None).unwrap();
        let [ours, theirs] = [seed, seed + 1].map(|seed| Credentials::drawn(&[seed; LONGEST_KEY]));
        let meeting = Meeting { ours, theirs, fingerprint };
        Self { socket: socket(address), meeting, door, dtls, lease }
    }

    fn plan(&self) -> LegPlan {
        let meeting = Some(Box::new(self.meeting.clone()));
        let open = Phone { lease: self.lease, rtp: socket(PHONE_A), rtcp: socket(PHONE_A) }.plan();
        LegPlan { rtp: None, rtcp: None, rtcp_path: RtcpPath::Shared, meeting, ..open }
    }

    fn check_from(&self, from: &UdpSocket, password: &str) {
        let Meeting { ours, theirs, .. } = &self.meeting;
        let provider = RingProvider::new();
        let mut check = Message::new();
        let names = TextAttribute::new(ATTR_USERNAME, format!("{}:{}", ours.name, theirs.name));
        check.build(&[Box::new(TransactionId::new()), Box::new(BINDING_REQUEST), Box::new(names)]).unwrap();
        check.add(ATTR_USE_CANDIDATE, &[]);
        let seal = MessageIntegrity::new_raw_integrity_with_provider(password.as_bytes(), provider.crypto());
        seal.add_to(&mut check).unwrap();
        FingerprintAttr.add_to(&mut check).unwrap();
        from.send_to(&check.raw, self.door).unwrap();
    }

    fn check(&self) {
        self.check_from(&self.socket, self.meeting.ours.password());
        let mut answer = Message::new();
        answer.unmarshal_binary(&hear(&self.socket)).unwrap();
        assert_eq!(answer.typ, BINDING_SUCCESS);
    }

    /// Says what the handshake has to say, from there.
    fn speak_dtls(&mut self, from: Option<&UdpSocket>) {
        while let Some(datagram) = self.dtls.poll_transmit() {
            from.unwrap_or(&self.socket).send_to(&datagram.message, self.door).unwrap();
        }
    }

    /// Its two ends of the voice, once keys are agreed on.
    fn agree(&mut self) -> (Sender, Receiver) {
        for _ in 0..MOST {
            self.speak_dtls(None);
            let said = BytesMut::from(&hear(&self.socket)[..]);
            let events = self.dtls.read(Instant::now(), self.door, None, said).unwrap();
            if events.iter().any(|event| matches!(event, EndpointEvent::HandshakeComplete)) {
                self.speak_dtls(None);
                return self.ends();
            }
        }
        panic!("no agreement");
    }

    fn ends(&self) -> (Sender, Receiver) {
        let state = self.dtls.get_connection_state(self.door).unwrap();
        let both = state.export_keying_material("EXTRACTOR-dtls_srtp", &[], 56).unwrap();
        let key = |key: usize, salt: usize| {
            let bytes = [&both.as_ref()[key..key + 16], &both.as_ref()[salt..salt + 12]].concat();
            MasterKey::new(SUITE, &bytes).unwrap()
        };
        let keys = Keys { ours: key(0, 32), theirs: key(16, 44), mki: 0 };
        (Sender::new(&keys.ours), Receiver::new(&keys.theirs, 0))
    }

    fn say(&self, sender: &mut Sender, sequence: u16) {
        let mut packet = voice(1, sequence);
        let length = packet.len();
        packet.resize(length + OVERHEAD, 0);
        let closed = sender.protect(&mut packet, length).unwrap();
        self.socket.send_to(&packet[..closed], self.door).unwrap();
    }

    fn hears(&self, receiver: &mut Receiver) -> Vec<u8> {
        let mut packet = hear(&self.socket);
        let length = receiver.unprotect(&mut packet).expect("closed with its key");
        packet.truncate(length);
        packet
    }
}

fn print(certificate: &[u8]) -> Fingerprint {
    let hash = RingProvider::new().crypto().hash(rtc_crypto::HashAlgorithm::Sha256, certificate).unwrap();
    let pairs: Vec<_> = hash.iter().map(|byte| format!("{byte:02X}")).collect();
    Fingerprint::parse(&format!("sha-256 {}", pairs.join(":"))).unwrap()
}

fn house(pairs: u16) -> Setting {
    Setting::start(Config { identity: Some(Identity::new().unwrap()), ..config(pairs) })
}

/// A page and a phone, joined; nobody has spoken.
fn call(setting: &Setting, seed: u8) -> (Page, Phone) {
    let leases = setting.lease(2);
    let (page, phone) = (Page::at(PHONE_A, leases[0], seed), Phone::new(PHONE_B, leases[1]));
    setting.tell(Command::Expect { leg: page.lease.leg, plan: page.plan() });
    setting.tell(Command::Expect { leg: phone.lease.leg, plan: phone.plan() });
    setting.tell(Command::Join { a: page.lease.leg, b: phone.lease.leg });
    setting.settle();
    (page, phone)
}

fn talk(page: &Page, phone: &Phone, (sender, receiver): &mut (Sender, Receiver), sequence: u16) {
    page.say(sender, sequence);
    assert_eq!(hear(&phone.rtp), voice(1, sequence));
    phone.speak(sequence);
    assert_eq!(page.hears(receiver), voice(1, sequence));
}

#[test]
fn pages_come_to_one_door_and_each_talks_with_its_own_phone() {
    let setting = house(12);
    let mut calls = [call(&setting, 10), call(&setting, 20)];
    assert_eq!(calls[0].0.door, calls[1].0.door);
    for (sequence, (page, phone)) in (1..).zip(&mut calls) {
        page.check();
        let leg = page.lease.leg;
        let here = page.socket.local_addr().unwrap();
        setting.wait_for(|event| (*event == Event::Latched { leg, address: here }).then_some(()));
        let mut ends = page.agree();
        page.check();
        talk(page, phone, &mut ends, sequence);
    }
    for (page, phone) in &calls {
        assert_eq!((waiting(&page.socket), waiting(&phone.rtp)), (0, 0), "nothing of the other call");
    }
}

#[test]
fn nothing_is_said_to_a_page_before_there_are_keys() {
    let setting = house(8);
    let (mut page, phone) = call(&setting, 10);
    phone.speak(1);
    page.check();
    phone.speak(2);
    setting.figures(page.lease.leg, |figures| figures.unsent == 2);
    assert_eq!(waiting(&page.socket), 0);
    page.socket.set_nonblocking(false).unwrap();
    let mut ends = page.agree();
    talk(&page, &phone, &mut ends, 3);
}

#[test]
fn a_stranger_at_the_door_moves_nothing_and_begins_nothing() {
    let setting = house(8);
    let (mut page, phone) = call(&setting, 10);
    let stranger = socket(STRANGER);
    page.check_from(&stranger, "a-guess-of-the-password-0000");
    stranger.send_to(&voice(1, 1), page.door).unwrap();
    // Its hello comes first (RFC 8842 names the race); only the address that has proven itself may begin.
    let mut thief = Page::at(STRANGER, page.lease, 10);
    thief.speak_dtls(Some(&stranger));
    page.check();
    let mut ends = page.agree();
    talk(&page, &phone, &mut ends, 2);
    page.check_from(&stranger, "a-guess-of-the-password-0000");
    thief.speak_dtls(Some(&stranger));
    stranger.send_to(&voice(1, 3), page.door).unwrap();
    talk(&page, &phone, &mut ends, 4);
    assert_eq!((waiting(&stranger), waiting(&phone.rtp)), (0, 0));
}

#[test]
fn a_page_with_another_certificate_is_not_talked_with() {
    let setting = house(8);
    let (page, phone) = call(&setting, 10);
    let mut other = Page::at(PHONE_A, page.lease, 10);
    other.check();
    let (mut sender, _) = other.agree();
    other.say(&mut sender, 1);
    phone.speak(1);
    setting.figures(page.lease.leg, |figures| figures.unsent >= 1);
    assert_eq!(waiting(&phone.rtp), 0);
}

#[test]
fn a_page_that_moves_is_followed_with_the_same_keys() {
    let setting = house(8);
    let (mut page, phone) = call(&setting, 10);
    page.check();
    let mut ends = page.agree();
    talk(&page, &phone, &mut ends, 1);
    let before = std::mem::replace(&mut page.socket, socket(PHONE_A));
    page.check();
    talk(&page, &phone, &mut ends, 2);
    assert_eq!(waiting(&before), 0);
}

#[test]
fn a_seat_that_a_phone_takes_is_a_phones_again() {
    let setting = house(8);
    let (mut page, phone) = call(&setting, 10);
    page.check();
    page.agree();
    let next = Phone::new(PHONE_A, page.lease);
    setting.tell(Command::Expect { leg: next.lease.leg, plan: next.plan() });
    setting.settle();
    next.speak(1);
    assert_eq!(hear(&phone.rtp), voice(1, 1));
    phone.speak(2);
    assert_eq!(hear(&next.rtp), voice(1, 2));
    page.check_from(&page.socket, page.meeting.ours.password());
    next.speak(3);
    assert_eq!(hear(&phone.rtp), voice(1, 3));
    assert_eq!(waiting(&page.socket), 0);
}
