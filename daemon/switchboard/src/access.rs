//! Where a login may be used from, beyond its password.

use std::collections::HashMap;

use account::SipUser;
use ipnet::IpNet;
use media::sdp::Security;
use sip::flow::{Flow, Transport};

use crate::defence::WhyRefused;

/// Rules for single logins; a login without one may be used from everywhere and over every transport.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Access {
    rules: HashMap<SipUser, Rule>,
}

/// What holds for one login.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rule {
    /// Networks it may be used from; empty means all.
    pub networks: Vec<IpNet>,
    /// Only over TLS or a browser's encrypted connection.
    pub encrypted: bool,
    /// Whether its voice is closed (SRTP). By default it may be where its signalling is encrypted, and is open elsewhere:
    /// whoever reads the signalling has the keys. A browser closes it always, in its own way.
    pub srtp: Option<Security>,
}

impl Access {
    /// Sets the rule for a login.
    pub fn set(&mut self, login: SipUser, rule: Rule) {
        self.rules.insert(login, rule);
    }

    /// Whether a login that proved itself may be used over this path.
    pub(crate) fn check(&self, login: &SipUser, flow: &Flow) -> Result<(), WhyRefused> {
        let Some(rule) = self.rules.get(login) else { return Ok(()) };
        let here = flow.peer.ip().to_canonical();
        if !rule.networks.is_empty() && !rule.networks.iter().any(|network| network.contains(&here)) {
            return Err(WhyRefused::NotFromHere);
        }
        if rule.encrypted && !flow.transport.encrypted() {
            return Err(WhyRefused::NotEncrypted);
        }
        Ok(())
    }

    /// How the voice of a login travels that is reached over this path.
    pub(crate) fn security(&self, login: &SipUser, flow: &Flow) -> Security {
        let usual = match flow.transport {
            Transport::Ws | Transport::Wss => return Security::Browser,
            Transport::Tls => Security::Optional,
            Transport::Udp | Transport::Tcp => Security::Off,
        };
        self.rules.get(login).and_then(|rule| rule.srtp).unwrap_or(usual)
    }
}

#[cfg(test)]
mod tests {
    use media::sdp::Security;
    use sip::flow::{Flow, Transport};

    use super::{Access, Rule};
    use crate::defence::WhyRefused;

    fn flow(peer: &str, transport: Transport) -> Flow {
        let local = "192.0.2.1:5061".parse().unwrap();
        Flow { transport, local, peer: peer.parse().unwrap(), connection: 7 }
    }

    #[test]
    fn keys_travel_where_nobody_reads_them_unless_the_admin_says_otherwise() {
        let mut access = Access::default();
        let [usual, bold] = ["7654321e0", "7654321e1"].map(|login| login.parse().unwrap());
        access.set("7654321e1".parse().unwrap(), Rule { srtp: Some(Security::Required), ..Rule::default() });
        for (login, transport, expected) in [
            (&usual, Transport::Tls, Security::Optional),
            (&usual, Transport::Wss, Security::Browser),
            (&usual, Transport::Udp, Security::Off),
            (&bold, Transport::Ws, Security::Browser),
            (&bold, Transport::Udp, Security::Required),
            (&bold, Transport::Tls, Security::Required),
        ] {
            assert_eq!(access.security(login, &flow("192.0.2.9:4000", transport)), expected, "{transport:?}");
        }
    }

    #[test]
    fn a_login_is_bound_to_its_networks_and_to_encryption() {
        let mut access = Access::default();
        let login = "7654321e0".parse().unwrap();
        let networks = vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
        access.set("7654321e0".parse().unwrap(), Rule { networks, encrypted: true, srtp: None });
        for (peer, transport, verdict) in [
            ("192.0.2.9:4000", Transport::Tls, Ok(())),
            ("[2001:db8::9]:4000", Transport::Wss, Ok(())),
            ("[::ffff:192.0.2.9]:4000", Transport::Tls, Ok(())),
            ("192.0.2.9:4000", Transport::Tcp, Err(WhyRefused::NotEncrypted)),
            ("198.51.100.9:4000", Transport::Tls, Err(WhyRefused::NotFromHere)),
        ] {
            assert_eq!(access.check(&login, &flow(peer, transport)), verdict, "{peer} {transport:?}");
        }
        let other = "7654321e1".parse().unwrap();
        assert_eq!(access.check(&other, &flow("198.51.100.9:4000", Transport::Udp)), Ok(()));
    }
}
