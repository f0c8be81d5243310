//! Which web pages may telephone over the box (RFC 6455 10.2): a page of somebody else must not use what a browser is signed in to.

/// The pages of the box itself, and those the admin named. Who is no browser sends no origin and is let in; everybody is asked for a
/// password later.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Browsers {
    /// Host names and addresses of the box; a page from there is ours on every port.
    pub names: Vec<String>,
    /// Origins as browsers write them: `https://phone.example`.
    pub origins: Vec<String>,
}

impl Browsers {
    /// Whether a page of this origin may connect.
    #[must_use]
    pub(crate) fn admit(&self, origin: &str) -> bool {
        let named = self.origins.iter().any(|known| known.trim_end_matches('/').eq_ignore_ascii_case(origin));
        let host = host(origin);
        named || host.is_some_and(|host| self.names.iter().any(|name| name.eq_ignore_ascii_case(host)))
    }
}

/// `gatehouse.local` of `https://gatehouse.local:8443`.
fn host(origin: &str) -> Option<&str> {
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"))?;
    match authority.strip_prefix('[') {
        Some(address) => Some(address.split_once(']')?.0),
        None => Some(authority.split_once(':').map_or(authority, |(host, _)| host)),
    }
}

#[cfg(test)]
mod tests {
    use super::Browsers;

    #[test]
    fn our_pages_and_named_pages_may_connect_and_nobody_else() {
        let browsers = Browsers {
            names: vec!["gatehouse.local".to_owned(), "192.0.2.1".to_owned(), "2001:db8::1".to_owned()],
            origins: vec!["https://phone.example/".to_owned()],
        };
        for ours in [
            "https://gatehouse.local",
            "https://Gatehouse.local:8443",
            "http://192.0.2.1:8080",
            "https://[2001:db8::1]:8443",
            "https://phone.example",
        ] {
            assert!(browsers.admit(ours), "{ours}");
        }
        for foreign in [
            "",
            "null",
            "gatehouse.local",
            "https://evil.example",
            "https://gatehouse.local.evil.example",
            "https://phone.example:8443",
            "http://phone.example",
            "ftp://gatehouse.local",
            "https://gatehouse.local@evil.example",
        ] {
            assert!(!browsers.admit(foreign), "{foreign}");
        }
    }
}
