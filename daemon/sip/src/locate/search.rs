//! One look over everything known about a target: RFC 3263 4.1 and 4.2.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use super::cache::Cache;
use super::order::by_weight;
use super::question::{Kind, Naptr, Question, Records, Srv};
use super::{Family, Reach};
use crate::flow::Transport;
use crate::seed::Seed;
use crate::view::{Scheme, Uri};

/// Hops of one search; whoever failed at that many has tried enough.
const MOST_HOPS: usize = 24;

/// Services of a domain that are looked at: one for each transport.
const MOST_SERVICES: usize = 5;

/// What a URI says about where it leads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    host: Host,
    port: Option<u16>,
    transport: Option<Transport>,
    secure: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Host {
    Address(IpAddr),
    Name(String),
}

/// One place to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// How to speak there.
    pub transport: Transport,
    /// Where.
    pub address: SocketAddr,
    /// Whose certificate is expected there: the name that was asked for (RFC 5922 7.2); `None` where
    /// the target was an address.
    pub name: Option<String>,
}

impl Hop {
    pub(super) const fn way(&self) -> (Transport, SocketAddr) {
        (self.transport, self.address)
    }
}

impl Target {
    /// Where this URI leads: its maddr if it has one, else its host (RFC 3263 4).
    ///
    /// `None` for `tel:` and foreign kinds, and for transports that nobody knows.
    #[must_use]
    pub fn of(uri: &Uri<'_>) -> Option<Self> {
        let secure = uri.scheme == Scheme::Sips;
        let place = uri.params.value(b"maddr").or_else(|| uri.host.map(|host| host.raw()))?;
        let host = Host::of(str::from_utf8(place).ok()?);
        let transport = match uri.transport() {
            Some(word) => {
                Some(Transport::from_token(word)?).map(|plain| if secure { secured(plain) } else { plain })
            }
            None => None,
        };
        Some(Self { host, port: uri.port, transport, secure })
    }

    /// Where a name, an address, or either with a port leads, as people write it into a setting; `transport` wins over a
    /// `;transport=` that stands there.
    #[must_use]
    pub fn named(place: &str, transport: Option<Transport>) -> Option<Self> {
        let uri = format!("sip:{place}");
        let uri = Uri::parse(uri.as_bytes()).filter(|uri| uri.user.is_none())?;
        let said = Self::of(&uri)?;
        Some(Self { transport: transport.or(said.transport), ..said })
    }
}

impl Host {
    fn of(text: &str) -> Self {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        bare.parse().map_or_else(|_| Self::Name(text.to_owned()), Self::Address)
    }
}

/// `sips:` with `transport=tcp` means TLS over TCP (RFC 3261 26.2.2).
const fn secured(plain: Transport) -> Transport {
    match plain {
        Transport::Udp | Transport::Tcp | Transport::Tls => Transport::Tls,
        Transport::Ws | Transport::Wss => Transport::Wss,
    }
}

/// The port where nothing else is said (RFC 3261 19.1.2, RFC 7118 for the web's).
const fn usual_port(transport: Transport) -> u16 {
    match transport {
        Transport::Udp | Transport::Tcp => 5060,
        Transport::Tls => 5061,
        Transport::Ws => 80,
        Transport::Wss => 443,
    }
}

/// The name under which a domain's hosts for a transport stand (RFC 3263 4.1).
const fn service(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "_sip._udp.",
        Transport::Tcp => "_sip._tcp.",
        Transport::Tls => "_sips._tcp.",
        Transport::Ws => "_sip._ws.",
        Transport::Wss => "_sips._ws.",
    }
}

/// What a NAPTR record is about (RFC 3263 4.1, RFC 7118 5.2).
fn transport_of(naptr: &Naptr) -> Option<Transport> {
    let known = [
        ("SIP+D2U", Transport::Udp),
        ("SIP+D2T", Transport::Tcp),
        ("SIPS+D2T", Transport::Tls),
        ("SIP+D2W", Transport::Ws),
        ("SIPS+D2W", Transport::Wss),
    ];
    let leads_to_srv = naptr.flags.eq_ignore_ascii_case("s");
    known
        .into_iter()
        .find(|(word, _)| leads_to_srv && naptr.service.eq_ignore_ascii_case(word))
        .map(|(_, transport)| transport)
}

/// A look at everything known; what is not known becomes questions.
pub(super) struct Search<'a> {
    pub(super) now: Instant,
    pub(super) cache: &'a Cache,
    pub(super) reach: &'a Reach,
    pub(super) seed: &'a mut Seed,
    /// What it has leaned on so far.
    pub(super) standing: Standing,
}

/// What an answer about a target leans on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// The first of the records runs out then, and the target is worth another look; `None` where it needs no names.
    pub until: Option<Instant>,
    /// No name server has answered for one of them since then: what was known before goes on being used.
    pub failing: Option<Instant>,
}

impl Standing {
    /// What leans on both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let first = |one: Option<Instant>, two: Option<Instant>| one.into_iter().chain(two).min();
        Self { until: first(self.until, other.until), failing: first(self.failing, other.failing) }
    }
}

impl<'a> Search<'a> {
    /// The hops, or what has to be asked first.
    pub(super) fn hops(&mut self, target: &Target) -> Result<Vec<Hop>, Vec<Question>> {
        let usual = if target.secure { Transport::Tls } else { Transport::Udp };
        let mut hops = match (&target.host, target.port, target.transport) {
            (Host::Address(ip), port, transport) => {
                let transport = transport.unwrap_or(usual);
                let address = SocketAddr::new(*ip, port.unwrap_or_else(|| usual_port(transport)));
                vec![Hop { transport, address, name: None }]
            }
            (Host::Name(name), Some(port), transport) => {
                self.at_host(name, name, port, transport.unwrap_or(usual))?
            }
            (Host::Name(name), None, Some(transport)) => self.by_service(name, transport)?,
            (Host::Name(name), None, None) => self.by_domain(name, target.secure)?,
        };
        hops.retain(|hop| self.reach.transports.contains(&hop.transport) && self.reaches(hop.address.ip()));
        hops.truncate(MOST_HOPS);
        Ok(hops)
    }

    fn reaches(&self, ip: IpAddr) -> bool {
        let family = if ip.is_ipv4() { Family::V4 } else { Family::V6 };
        self.reach.families.contains(&family)
    }

    /// The domain says which transports it has, or each is looked for (RFC 3263 4.1).
    fn by_domain(&mut self, name: &str, secure: bool) -> Result<Vec<Hop>, Vec<Question>> {
        let mut services = self.naptr(name)?;
        services.sort_by_key(|naptr| (naptr.order, naptr.preference));
        let fits = |transport: &Transport| {
            self.reach.transports.contains(transport) && (!secure || transport.encrypted())
        };
        let said: Vec<(Transport, String)> = services
            .into_iter()
            .filter_map(|naptr| Some((transport_of(&naptr).filter(fits)?, naptr.replacement)))
            .take(MOST_SERVICES)
            .collect();
        if !said.is_empty() {
            return self.at_services(name, said);
        }
        let wanted = self.reach.transports.iter().copied().filter(fits);
        // Browsers' transports are found by NAPTR or not at all: nobody publishes them otherwise.
        let plain = wanted.filter(|transport| !matches!(transport, Transport::Ws | Transport::Wss));
        let each: Vec<_> =
            plain.map(|transport| (transport, format!("{}{name}", service(transport)))).collect();
        let transport = if secure { Transport::Tls } else { Transport::Udp };
        match self.at_services(name, each)? {
            found if found.is_empty() => self.by_service(name, transport),
            found => Ok(found),
        }
    }

    /// The transport is given, the port is not (RFC 3263 4.2).
    fn by_service(&mut self, name: &str, transport: Transport) -> Result<Vec<Hop>, Vec<Question>> {
        match self.srv(&format!("{}{name}", service(transport)))? {
            None => self.at_host(name, name, usual_port(transport), transport),
            Some(hosts) => self.at_hosts(name, transport, hosts),
        }
    }

    /// The hosts of several services, one after the other; everything missing is asked at once.
    fn at_services(
        &mut self,
        name: &str,
        services: Vec<(Transport, String)>,
    ) -> Result<Vec<Hop>, Vec<Question>> {
        let mut missing = vec![];
        let mut hops = vec![];
        for (transport, service) in services {
            let found = match self.srv(&service) {
                Ok(hosts) => self.at_hosts(name, transport, hosts.unwrap_or_default()),
                Err(questions) => Err(questions),
            };
            match found {
                Ok(found) => hops.extend(found),
                Err(questions) => missing.extend(questions),
            }
        }
        if missing.is_empty() { Ok(hops) } else { Err(missing) }
    }

    fn at_hosts(
        &mut self,
        name: &str,
        transport: Transport,
        hosts: Vec<Srv>,
    ) -> Result<Vec<Hop>, Vec<Question>> {
        let mut missing = vec![];
        let mut hops = vec![];
        for host in by_weight(hosts, self.seed) {
            match self.at_host(name, &host.target, host.port, transport) {
                Ok(found) => hops.extend(found),
                Err(questions) => missing.extend(questions),
            }
        }
        if missing.is_empty() { Ok(hops) } else { Err(missing) }
    }

    /// Every address of one host, the preferred family first.
    fn at_host(
        &mut self,
        name: &str,
        host: &str,
        port: u16,
        transport: Transport,
    ) -> Result<Vec<Hop>, Vec<Question>> {
        let mut missing = vec![];
        let mut hops = vec![];
        for family in &self.reach.families {
            let kind = if *family == Family::V4 { Kind::A } else { Kind::Aaaa };
            let Some(question) = Question::about(host, kind) else { continue };
            match self.known(&question) {
                None => missing.push(question),
                Some(Some(Records::Addresses(ips))) => hops.extend(ips.iter().map(|ip| Hop {
                    transport,
                    address: SocketAddr::new(*ip, port),
                    name: Some(name.to_owned()),
                })),
                Some(_) => {}
            }
        }
        if missing.is_empty() { Ok(hops) } else { Err(missing) }
    }

    /// What the cache knows; what was looked at is noted.
    fn known(&mut self, question: &Question) -> Option<Option<&'a Records>> {
        if let Some((until, failing)) = self.cache.holds(question) {
            self.standing = self.standing.and(Standing { until: Some(until), failing });
        }
        self.cache.known(self.now, question)
    }

    fn naptr(&mut self, name: &str) -> Result<Vec<Naptr>, Vec<Question>> {
        let Some(question) = Question::about(name, Kind::Naptr) else { return Ok(vec![]) };
        match self.known(&question) {
            None => Err(vec![question]),
            Some(Some(Records::Naptr(records))) => Ok(records.clone()),
            Some(_) => Ok(vec![]),
        }
    }

    /// The hosts of a service; `None` when the domain knows nothing of it, an empty list when it says no.
    fn srv(&mut self, name: &str) -> Result<Option<Vec<Srv>>, Vec<Question>> {
        let Some(question) = Question::about(name, Kind::Srv) else { return Ok(None) };
        match self.known(&question) {
            None => Err(vec![question]),
            Some(Some(Records::Srv(records))) if !records.is_empty() => {
                let offered = records.iter().filter(|host| !matches!(&*host.target, "" | "."));
                Ok(Some(offered.cloned().collect()))
            }
            Some(_) => Ok(None),
        }
    }
}
