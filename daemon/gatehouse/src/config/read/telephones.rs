//! The section `[sip]`.

use std::path::PathBuf;

use transport::Listen;

use super::{Page, Part};
use crate::config::{PhoneCertificates, Sip, SipTls};

/// What `phone_certificates` may say.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Wanted {
    Off,
    Optional,
    Required,
}

impl<'t> Page<'t> {
    pub(super) fn sip(&mut self, part: Part<'t>) -> Sip {
        let domains = self.texts(part, "domains", &["sipgate.de"]);
        let origins = self.texts(part, "origins", &[]);
        Sip { listen: self.listen(part), domains, access: self.access(part), tls: self.tls(part), origins }
    }

    fn listen(&mut self, part: Part<'t>) -> Vec<Listen> {
        let texts = self.texts(part, "listen", &["udp:0.0.0.0:5060", "tcp:0.0.0.0:5060", "tls:0.0.0.0:5061"]);
        if texts.is_empty() {
            self.problem_at(part, "listen", "without a place to listen at no phone can register".to_owned());
        }
        let listens = texts.iter().filter_map(|text| {
            let wrong =
                |_| format!("{text:?} is not a place to listen at; write for example \"udp:0.0.0.0:5060\"");
            text.parse().map_err(wrong).map_err(|reason| self.problem_at(part, "listen", reason)).ok()
        });
        listens.collect()
    }

    fn tls(&mut self, part: Part<'t>) -> SipTls {
        let installed = match (self.path(part, "certificate"), self.path(part, "key")) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            (Some(_), None) => self.incomplete(part, "certificate", "a certificate needs sip.key as well"),
            (None, Some(_)) => self.incomplete(part, "key", "a key needs sip.certificate as well"),
        };
        SipTls { installed, phones: self.phone_certificates(part) }
    }

    fn phone_certificates(&mut self, part: Part<'t>) -> PhoneCertificates {
        let choices = [("off", Wanted::Off), ("optional", Wanted::Optional), ("required", Wanted::Required)];
        let wanted = self.choice(part, "phone_certificates", Wanted::Off, &choices);
        match (wanted, self.path(part, "phone_authorities")) {
            (Wanted::Off, _) => PhoneCertificates::Off,
            (Wanted::Optional, Some(file)) => PhoneCertificates::Optional(file),
            (Wanted::Required, Some(file)) => PhoneCertificates::Required(file),
            (Wanted::Optional | Wanted::Required, None) => {
                let reason = "this needs sip.phone_authorities, the file of those who sign them";
                self.incomplete(part, "phone_certificates", reason).unwrap_or_default()
            }
        }
    }

    fn path(&mut self, part: Part<'t>, key: &str) -> Option<PathBuf> {
        let text = self.text(part, key, "");
        (!text.is_empty()).then(|| text.into())
    }

    fn incomplete<T>(&mut self, part: Part<'t>, key: &str, reason: &str) -> Option<T> {
        self.problem_at(part, key, reason.to_owned());
        None
    }
}
