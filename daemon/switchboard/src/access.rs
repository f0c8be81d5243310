//! Where a login may be used from, beyond its password.

use std::collections::HashMap;

use account::SipUser;
use ipnet::IpNet;
use sip::flow::Flow;

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
}

#[cfg(test)]
mod tests {
    use sip::flow::{Flow, Transport};

    use super::{Access, Rule};
    use crate::defence::WhyRefused;

    #[test]
    fn a_login_is_bound_to_its_networks_and_to_encryption() {
        let mut access = Access::default();
        let login = "7654321e0".parse().unwrap();
        let networks = vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
        access.set("7654321e0".parse().unwrap(), Rule { networks, encrypted: true });
        let flow = |peer: &str, transport| Flow {
            transport,
            local: "192.0.2.1:5061".parse().unwrap(),
            peer: peer.parse().unwrap(),
            connection: 7,
        };
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
