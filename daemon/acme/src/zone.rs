//! The zone that shows whose a name is: a record is written (RFC 2136), signed with the admin's key (RFC 8945), and taken away again.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime};

use hickory_proto::op::{Message, Query, ResponseCode, update_message};
use hickory_proto::rr::rdata::TXT;
use hickory_proto::rr::{Name, RData, Record, RecordSet, RecordType, TSigner};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{sleep, timeout};

use crate::Tsig;

/// Nobody keeps the record for longer, seconds.
const LIFE: u32 = 60;
/// Clocks may differ by so much (RFC 8945 10), seconds.
const FUDGE: u16 = 300;
/// One question with its answer.
const WITHIN: Duration = Duration::from_secs(10);
/// How long the zone's other servers may take to follow the first one.
const FOLLOW: Duration = Duration::from_secs(120);
const ROUND: Duration = Duration::from_secs(2);
/// A zone has fewer servers.
const MOST_SERVERS: usize = 16;

/// Why the record is not there.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ZoneFailed {
    /// The name server does not answer.
    #[error("the name server {0} does not answer ({1})")]
    Silent(SocketAddr, io::ErrorKind),
    /// It does not know the key, or the clocks differ.
    #[error(
        "the name server {0} does not take the key: its name, algorithm, secret or clock differ from the server's"
    )]
    Key(SocketAddr),
    /// It knows the key and does not allow the change.
    #[error("the name server {0} does not change {1} ({2})")]
    Refused(SocketAddr, Name, ResponseCode),
    /// It says what cannot be understood, or what it did not sign.
    #[error("the answer of the name server {0} cannot be trusted")]
    Odd(SocketAddr),
    /// Another server of the zone does not follow.
    #[error("the name server {0} of the zone does not show the change after two minutes")]
    Behind(SocketAddr),
}

/// The zone, by the server that takes its changes.
pub(crate) struct Zone {
    pub(crate) server: SocketAddr,
    pub(crate) origin: Name,
    pub(crate) key: TSigner,
}

impl Zone {
    pub(crate) fn new(server: SocketAddr, origin: Name, tsig: &Tsig) -> Result<Self, ZoneFailed> {
        let key = TSigner::new(tsig.key.to_vec(), tsig.algorithm.clone(), tsig.name.clone(), FUDGE);
        Ok(Self { server, origin, key: key.map_err(|_| ZoneFailed::Key(server))? })
    }

    /// Adds a text to `record`; what is there stays.
    pub(crate) async fn put(&self, record: &Name, text: &str) -> Result<(), ZoneFailed> {
        self.change(update_message::append(rows(record, text), self.origin.clone(), false, false)).await
    }

    /// Takes that text away.
    pub(crate) async fn take(&self, record: &Name, text: &str) -> Result<(), ZoneFailed> {
        self.change(update_message::delete_by_rdata(rows(record, text), self.origin.clone(), false)).await
    }

    async fn change(&self, mut message: Message) -> Result<(), ZoneFailed> {
        let server = self.server;
        let odd = || ZoneFailed::Odd(server);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut verifier = message.finalize(&self.key, now).map_err(|_| odd())?.ok_or_else(odd)?;
        let answer = ask(server, &message).await?;
        let told = Message::from_vec(&answer).map_err(|_| odd())?;
        if told.response_code == ResponseCode::NotAuth {
            return Err(ZoneFailed::Key(server));
        }
        if told.response_code != ResponseCode::NoError {
            return Err(ZoneFailed::Refused(server, self.origin.clone(), told.response_code));
        }
        verifier.verify(&answer).map(drop).map_err(|_| odd())
    }

    /// Waits until every server of the zone that answers shows the text.
    pub(crate) async fn shows(&self, record: &Name, text: &str) -> Result<(), ZoneFailed> {
        let mut behind = self.server;
        let servers = self.servers().await?;
        let all = async {
            for server in servers {
                behind = server;
                follows(server, record, text).await;
            }
        };
        let late = timeout(FOLLOW, all).await.is_err();
        if late { Err(ZoneFailed::Behind(behind)) } else { Ok(()) }
    }

    /// The first server, and those the zone names.
    async fn servers(&self) -> Result<Vec<SocketAddr>, ZoneFailed> {
        let mut named = Vec::new();
        for data in self.records(&self.origin, RecordType::NS).await? {
            let RData::NS(name) = data else { continue };
            named.extend(self.addresses(&name.0).await);
        }
        let mut all = vec![self.server];
        for address in named.into_iter().take(MOST_SERVERS) {
            // The first server is asked where the admin said.
            if all.iter().all(|known| known.ip() != address) {
                all.push((address, 53).into());
            }
        }
        Ok(all)
    }

    async fn addresses(&self, name: &Name) -> Vec<IpAddr> {
        if !self.origin.zone_of(name) {
            let host = name.to_ascii();
            let found = timeout(WITHIN, lookup_host((host.trim_end_matches('.'), 53))).await;
            return found.ok().and_then(Result::ok).into_iter().flatten().map(|found| found.ip()).collect();
        }
        let v4 = self.records(name, RecordType::A).await.unwrap_or_default();
        let v6 = self.records(name, RecordType::AAAA).await.unwrap_or_default();
        v4.iter().chain(&v6).filter_map(RData::ip_addr).collect()
    }

    async fn records(&self, name: &Name, kind: RecordType) -> Result<Vec<RData>, ZoneFailed> {
        let told = Message::from_vec(&ask(self.server, &question(name, kind)).await?);
        let told = told.map_err(|_| ZoneFailed::Odd(self.server))?;
        Ok(told.answers.into_iter().map(|record| record.data).collect())
    }
}

fn rows(record: &Name, text: &str) -> RecordSet {
    Record::from_rdata(record.clone(), LIFE, RData::TXT(TXT::new(vec![text.to_owned()]))).into()
}

fn question(name: &Name, kind: RecordType) -> Message {
    let mut message = Message::query();
    message.add_query(Query::query(name.clone(), kind));
    message
}

async fn follows(server: SocketAddr, record: &Name, text: &str) {
    while !shown(server, record, text).await {
        sleep(ROUND).await;
    }
}

/// Whether a server shows the text; one that cannot be reached from here shows nobody anything, and holds nothing up.
async fn shown(server: SocketAddr, record: &Name, text: &str) -> bool {
    let Ok(answer) = ask(server, &question(record, RecordType::TXT)).await else { return true };
    let Ok(told) = Message::from_vec(&answer) else { return false };
    told.answers.iter().any(|answer| {
        let RData::TXT(txt) = &answer.data else { return false };
        txt.txt_data.iter().any(|part| **part == *text.as_bytes())
    })
}

/// One question over TCP (RFC 7766).
async fn ask(server: SocketAddr, message: &Message) -> Result<Vec<u8>, ZoneFailed> {
    let silent = |kind| ZoneFailed::Silent(server, kind);
    let bytes = message.to_vec().map_err(|_| ZoneFailed::Odd(server))?;
    let length = u16::try_from(bytes.len()).map_err(|_| ZoneFailed::Odd(server))?;
    let exchange = async {
        let mut way = TcpStream::connect(server).await?;
        way.write_all(&[&length.to_be_bytes(), bytes.as_slice()].concat()).await?;
        let mut answer = vec![0; usize::from(way.read_u16().await?)];
        way.read_exact(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = timeout(WITHIN, exchange).await.map_err(|_| silent(io::ErrorKind::TimedOut))?;
    answer.map_err(|fault| silent(fault.kind()))
}
