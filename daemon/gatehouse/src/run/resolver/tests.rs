use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::Record;
use hickory_resolver::proto::rr::rdata::{A, CNAME, NAPTR, SOA, SRV};
use tokio::net::UdpSocket;

use super::*;

/// A name server on the loopback that behaves as the name it is asked about wants it to.
struct NameServer {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl NameServer {
    async fn start() -> Self {
        Self::at((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    async fn at(address: SocketAddr) -> Self {
        let socket = UdpSocket::bind(address).await.unwrap();
        let address = socket.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        tokio::spawn(serve(socket, counted));
        Self { address, asked }
    }

    fn asker(&self) -> Asker {
        Asker::new(NameServers::These(vec![self.address]))
    }
}

async fn serve(socket: UdpSocket, counted: Arc<AtomicUsize>) {
    let mut buffer = [0; 1500];
    while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
        counted.fetch_add(1, Ordering::Relaxed);
        if let Some(answer) = behave(&buffer[..length]) {
            socket.send_to(&answer, peer).await.unwrap();
        }
    }
}

fn name(text: &str) -> Name {
    Name::from_str(text).unwrap()
}

fn behave(asked: &[u8]) -> Option<Vec<u8>> {
    let asked = Message::from_vec(asked).unwrap();
    let query = asked.queries[0].clone();
    let mut answer = Message::response(asked.metadata.id, asked.metadata.op_code);
    answer.add_query(query.clone());
    let about = query.name().to_ascii().to_ascii_lowercase();
    let mut say = |ttl, data| {
        answer.add_answer(Record::from_rdata(query.name().clone(), ttl, data));
    };
    match (about.as_str(), query.query_type()) {
        ("silent.test.", _) => return None,
        ("broken.test.", _) => answer.metadata.response_code = ResponseCode::ServFail,
        ("unwilling.test.", _) => answer.metadata.response_code = ResponseCode::Refused,
        ("other.test.", _) => return Some(b"this is no answer".to_vec()),
        ("host.test.", RecordType::A) => {
            say(90, RData::A(A::new(192, 0, 2, 1)));
            say(30, RData::A(A::new(192, 0, 2, 2)));
        }
        ("alias.test.", RecordType::A) => {
            say(90, RData::CNAME(CNAME(name("host.test."))));
            answer.add_answer(Record::from_rdata(name("host.test."), 30, RData::A(A::new(192, 0, 2, 3))));
        }
        ("_sip._udp.test.", RecordType::SRV) => {
            say(60, RData::SRV(SRV::new(10, 20, 5070, name("Host.Test."))));
            say(60, RData::SRV(SRV::new(20, 0, 0, Name::root())));
        }
        ("test.", RecordType::NAPTR) => {
            let text = |text: &str| text.as_bytes().into();
            let to = name("_sip._udp.test.");
            say(60, RData::NAPTR(NAPTR::new(10, 20, text("s"), text("SIP+D2U"), text(""), to)));
        }
        ("empty.test.", _) => {}
        _ => {
            answer.metadata.response_code = ResponseCode::NXDomain;
            let soa = SOA::new(name("test."), name("test."), 1, 2, 3, 4, 17);
            answer.add_authority(Record::from_rdata(name("test."), 17, RData::SOA(soa)));
        }
    }
    Some(answer.to_vec().unwrap())
}

struct Asker {
    asks: mpsc::Sender<Question>,
    answers: mpsc::Receiver<News>,
}

impl Asker {
    fn new(servers: NameServers) -> Self {
        let (asks, asked) = mpsc::channel(MOST_WAITING);
        let (news, answers) = mpsc::channel(64);
        tokio::spawn(answer(servers, asked, news, LastAnswers::read(Path::new("/nowhere"))));
        Self { asks, answers }
    }

    async fn ask(&mut self, name: &str, kind: Kind) -> Option<Answer> {
        let question = Question { name: name.to_owned(), kind };
        self.asks.send(question.clone()).await.unwrap();
        let (about, answer) = self.heard().await;
        assert_eq!(about, question);
        answer
    }

    async fn heard(&mut self) -> (Question, Option<Answer>) {
        let Some(News::Answer(question, answer)) = self.answers.recv().await else { panic!("no answer") };
        (question, answer)
    }
}

fn addresses(answer: Option<Answer>) -> Vec<IpAddr> {
    let Some(Answer { records: Records::Addresses(addresses), .. }) = answer else { panic!("{answer:?}") };
    addresses
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[tokio::test]
async fn every_kind_is_answered_with_its_time_to_live() {
    let server = NameServer::start().await;
    let mut asker = server.asker();
    let host = asker.ask("host.test", Kind::A).await.unwrap();
    assert!((28..=30).contains(&host.ttl.as_secs()), "the shortest counts: {:?}", host.ttl);
    assert_eq!(addresses(Some(host)), [ip("192.0.2.1"), ip("192.0.2.2")]);
    assert_eq!(addresses(asker.ask("alias.test", Kind::A).await), [ip("192.0.2.3")]);
    let srv = asker.ask("_sip._udp.test", Kind::Srv).await.unwrap().records;
    let host = Srv { priority: 10, weight: 20, port: 5070, target: "host.test".into() };
    let no = Srv { priority: 20, weight: 0, port: 0, target: String::new() };
    assert_eq!(srv, Records::Srv(vec![host, no]));
    let naptr = asker.ask("test", Kind::Naptr).await.unwrap().records;
    let service = Naptr {
        order: 10,
        preference: 20,
        flags: "s".into(),
        service: "SIP+D2U".into(),
        replacement: "_sip._udp.test".into(),
    };
    assert_eq!(naptr, Records::Naptr(vec![service]));
}

#[tokio::test]
async fn nothing_is_an_answer_and_failure_is_none() {
    let server = NameServer::start().await;
    let mut asker = server.asker();
    let unknown = asker.ask("unknown.test", Kind::A).await.unwrap();
    assert_eq!(unknown, Answer { records: Records::Addresses(vec![]), ttl: Duration::from_secs(17) });
    let empty = asker.ask("empty.test", Kind::Srv).await.unwrap();
    assert_eq!(empty, Answer { records: Records::Srv(vec![]), ttl: NOTHING_HOLDS });
    for bad in ["broken.test", "unwilling.test", "other.test", "silent.test"] {
        assert_eq!(asker.ask(bad, Kind::A).await, None, "{bad}");
    }
}

/// Silence holds nobody up for longer than its bound, and others are answered meanwhile.
#[tokio::test]
async fn a_silent_server_is_waited_for_within_bounds() {
    let server = NameServer::start().await;
    let mut asker = server.asker();
    let start = Instant::now();
    let question = |name: &str| Question { name: name.to_owned(), kind: Kind::A };
    asker.asks.send(question("silent.test")).await.unwrap();
    asker.asks.send(question("host.test")).await.unwrap();
    assert_eq!(asker.heard().await.0, question("host.test"));
    assert_eq!(asker.heard().await, (question("silent.test"), None));
    assert!(start.elapsed() <= AT_MOST + Duration::from_secs(1), "{:?}", start.elapsed());
    let asked = server.asked.load(Ordering::Relaxed);
    assert!(asked <= 12, "{asked} datagrams for two questions");
}

/// The first server is gone: the second is asked in time.
#[tokio::test]
async fn the_next_server_helps_out() {
    let gone = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let server = NameServer::start().await;
    let mut asker = Asker::new(NameServers::These(vec![gone.local_addr().unwrap(), server.address]));
    assert_eq!(addresses(asker.ask("alias.test", Kind::A).await), [ip("192.0.2.3")]);
}

/// Without a name server every question fails at once; with a new file the same task finds its way.
#[tokio::test]
async fn the_systems_servers_are_read_anew() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut asker = Asker::new(NameServers::File(file.path().to_owned()));
    assert_eq!(asker.ask("host.test", Kind::A).await, None);
    // The file has no place for a port: another loopback address with the usual one, where that may be bound.
    let usual = SocketAddr::from(([127, 53, 7, 19], 53));
    if UdpSocket::bind(usual).await.is_err() {
        return;
    }
    let _server = NameServer::at(usual).await;
    std::fs::write(file.path(), "nameserver 127.53.7.19\n").unwrap();
    assert_eq!(addresses(asker.ask("alias.test", Kind::A).await), [ip("192.0.2.3")]);
    std::fs::remove_file(file.path()).unwrap();
    assert_eq!(asker.ask("host.test", Kind::A).await, None);
}
