//! The section `[acme]`: a certificate that everybody trusts.

use acme::{Plan, Wanted};

use super::{Page, Part};
use crate::config::Acme;

impl<'t> Page<'t> {
    pub(super) fn acme(&mut self, part: Part<'t>) -> Option<Acme> {
        let server = part.value("server").is_some().then(|| {
            self.parsed(
                part,
                "server",
                ([127, 0, 0, 1], 53).into(),
                "an address and port such as 192.0.2.53:53",
            )
        });
        let wanted = Wanted {
            names: self.texts(part, "names", &[]),
            directory: self.text(part, "directory", ""),
            contact: self.text(part, "contact", ""),
            server,
            zone: self.text(part, "zone", ""),
            key_name: self.text(part, "key_name", ""),
            key_algorithm: self.text(part, "key_algorithm", ""),
        };
        let key_file = self.text(part, "key_file", "");
        let authorities = self.text(part, "authorities", "");
        let plan = match Plan::read(&wanted) {
            Ok(plan) => plan?,
            Err(refused) => {
                self.problem_at(part, refused.key, format!("write {}", refused.why));
                return None;
            }
        };
        if key_file.is_empty() {
            let reason = "name the file with the key for changes of the zone: key_file = \"/etc/...\"";
            self.problem_at(part, "key_file", reason.to_owned());
        }
        let authorities = (!authorities.is_empty()).then(|| authorities.into());
        Some(Acme { plan, key_file: key_file.into(), authorities })
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    const WHOLE: &str = "[acme]\nnames = [\"telefon.buero.example\"]\nserver = \"192.0.2.53:53\"\n\
        key_name = \"box\"\nkey_file = \"/etc/gatehouse/zone.key\"\n";

    #[test]
    fn nobody_is_asked_for_a_certificate_unless_a_name_is_given() {
        assert_eq!(parse("a.toml", "").unwrap().acme, None);
        let acme = parse("a.toml", WHOLE).unwrap().acme.unwrap();
        assert_eq!(acme.plan.names(), ["telefon.buero.example"]);
        assert_eq!((acme.key_file.to_str(), acme.authorities), (Some("/etc/gatehouse/zone.key"), None));
    }

    #[test]
    fn what_cannot_be_followed_is_named() {
        for (from, to, key) in [
            ("telefon.buero.example", "192.0.2.7", "acme.names"),
            ("192.0.2.53:53", "ns.example", "acme.server"),
            ("server = \"192.0.2.53:53\"\n", "", "acme.server"),
            ("\"box\"", "\"\"", "acme.key_name"),
            ("key_file = \"/etc/gatehouse/zone.key\"\n", "", "acme.key_file"),
        ] {
            let refused = parse("a.toml", &WHOLE.replace(from, to)).unwrap_err().to_string();
            assert!(refused.contains(key), "{key}: {refused}");
        }
    }
}
