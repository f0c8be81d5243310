//! Answers what the switchboard asks about names. No call waits for it: a line keeps what it has found.
//!
//! ```text
//!   switchboard ── Question ──> (bounded queue) ──> at most 8 asked at once, 5 s each ──> News::Answer
//!                                                        ^ the system's name servers, read anew when they change
//! ```

mod last_answers;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::system_conf::parse_resolv_conf;
use sip::locate::{Answer, Kind, Naptr, Question, Records, Srv};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::debug;

use super::exchange::News;
pub(crate) use last_answers::LastAnswers;

/// Questions that wait to be asked; whoever asks more is told that asking failed.
pub(crate) const MOST_WAITING: usize = 64;
/// Questions under way at once.
const MOST_ASKED: usize = 8;
/// One name server has this long before the question is sent again, once.
const PATIENCE: Duration = Duration::from_secs(1);
/// After this a question has failed, however many name servers there are.
const AT_MOST: Duration = Duration::from_secs(5);
/// How long "there is no such name" holds when the name server does not say (RFC 2308 5 allows three hours at most).
const NOTHING_HOLDS: Duration = Duration::from_secs(60);

/// Who is asked.
#[derive(Clone, Debug)]
pub(crate) enum NameServers {
    /// Those of this file, which has the form of `resolv.conf(5)`.
    File(PathBuf),
    /// These.
    These(Vec<SocketAddr>),
}

impl NameServers {
    /// What the configuration names, or the system's own.
    pub(crate) fn of(named: &[SocketAddr]) -> Self {
        if named.is_empty() { Self::File("/etc/resolv.conf".into()) } else { Self::These(named.to_vec()) }
    }
}

/// Answers until nobody can ask any more.
pub(crate) async fn answer(
    servers: NameServers,
    mut asked: mpsc::Receiver<Question>,
    answers: mpsc::Sender<News>,
    last: LastAnswers,
) {
    let mut directory = Directory::new(servers);
    let mut asking = JoinSet::new();
    loop {
        tokio::select! {
            question = asked.recv(), if asking.len() < MOST_ASKED => {
                let Some(question) = question else { return };
                asking.spawn(ask(directory.now(), question));
            }
            Some(Ok((question, answer))) = asking.join_next() => {
                answer.iter().for_each(|answer| last.learn(&question, answer));
                if answers.send(News::Answer(question, answer)).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// The resolver, and what its configuration was made of.
struct Directory {
    servers: NameServers,
    read: Option<Vec<u8>>,
    resolver: Option<TokioResolver>,
}

impl Directory {
    fn new(servers: NameServers) -> Self {
        Self { servers, read: None, resolver: None }
    }

    /// The resolver with the name servers of this moment; `None` when there is none to ask.
    fn now(&mut self) -> Option<TokioResolver> {
        match &self.servers {
            NameServers::These(these) => {
                self.resolver = self.resolver.take().or_else(|| build(named(these)));
            }
            NameServers::File(path) => {
                let read = read(path);
                if self.read != read {
                    self.resolver = read.as_ref().and_then(|text| build(parse_resolv_conf(text).ok()?.0));
                    self.read = read;
                }
            }
        }
        self.resolver.clone()
    }
}

/// At most so much of the file is read; three name servers are usual.
const LARGEST_FILE: usize = 64 * 1024;

fn read(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok().filter(|text| text.len() <= LARGEST_FILE)
}

fn named(these: &[SocketAddr]) -> ResolverConfig {
    let server = |address: &SocketAddr| {
        let mut both = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
        both.iter_mut().for_each(|way| way.port = address.port());
        NameServerConfig::new(address.ip(), true, both.into())
    };
    ResolverConfig::from_name_servers(these.iter().map(server).collect())
}

/// What holds is kept by whoever asked, so nothing is kept here.
fn build(servers: ResolverConfig) -> Option<TokioResolver> {
    let mut builder = TokioResolver::builder_with_config(servers, TokioRuntimeProvider::default());
    let options: &mut ResolverOpts = builder.options_mut();
    (options.timeout, options.attempts, options.cache_size) = (PATIENCE, 1, 0);
    builder.build().ok()
}

async fn ask(resolver: Option<TokioResolver>, question: Question) -> (Question, Option<Answer>) {
    let Some(resolver) = resolver else { return (question, None) };
    let kind = match question.kind {
        Kind::Naptr => RecordType::NAPTR,
        Kind::Srv => RecordType::SRV,
        Kind::A => RecordType::A,
        Kind::Aaaa => RecordType::AAAA,
    };
    // With the dot it is the whole name: nothing of the house's own domain is put behind it.
    let lookup = resolver.lookup(format!("{}.", question.name), kind);
    let answer = match tokio::time::timeout(AT_MOST, lookup).await {
        Ok(Ok(found)) => Some(found_for(question.kind, &found)),
        Ok(Err(why)) => nothing_for(question.kind, &why),
        Err(_) => None,
    };
    if answer.is_none() {
        debug!(kind = ?question.kind, "no name server answered a question");
    }
    (question, answer)
}

fn found_for(kind: Kind, found: &Lookup) -> Answer {
    let data = || found.answers().iter().map(|record| &record.data);
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "aliases on the way to the record are of no use to us"
    )]
    let mut records = match kind {
        Kind::Naptr => Records::Naptr(data().filter_map(naptr).collect()),
        Kind::Srv => Records::Srv(data().filter_map(srv).collect()),
        Kind::A | Kind::Aaaa => Records::Addresses(
            data()
                .filter_map(|data| match data {
                    RData::A(address) if kind == Kind::A => Some(address.0.into()),
                    RData::AAAA(address) if kind == Kind::Aaaa => Some(address.0.into()),
                    _ => None,
                })
                .collect(),
        ),
    };
    records.cut();
    Answer { records, ttl: found.valid_until().saturating_duration_since(Instant::now()) }
}

fn naptr(data: &RData) -> Option<Naptr> {
    let RData::NAPTR(naptr) = data else { return None };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    Some(Naptr {
        order: naptr.order,
        preference: naptr.preference,
        flags: text(&naptr.flags)?,
        service: text(&naptr.services)?,
        replacement: host(&naptr.replacement),
    })
}

fn srv(data: &RData) -> Option<Srv> {
    let RData::SRV(srv) = data else { return None };
    Some(Srv { priority: srv.priority, weight: srv.weight, port: srv.port, target: host(&srv.target) })
}

fn host(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}

/// "There is none" is an answer; a name server that is silent, broken or unwilling has given none.
fn nothing_for(kind: Kind, why: &NetError) -> Option<Answer> {
    let NetError::Dns(DnsError::NoRecordsFound(nothing)) = why else { return None };
    if !matches!(nothing.response_code, ResponseCode::NXDomain | ResponseCode::NoError) {
        return None;
    }
    let records = match kind {
        Kind::Naptr => Records::Naptr(vec![]),
        Kind::Srv => Records::Srv(vec![]),
        Kind::A | Kind::Aaaa => Records::Addresses(vec![]),
    };
    let ttl = nothing.negative_ttl.map_or(NOTHING_HOLDS, |seconds| Duration::from_secs(seconds.into()));
    Some(Answer { records, ttl })
}

#[cfg(test)]
mod tests;
