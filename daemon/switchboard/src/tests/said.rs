//! A message as a phone sees it: text.

/// One message, sent or received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said(pub String);

impl Said {
    pub(super) fn first_line(&self) -> &str {
        self.0.lines().next().unwrap_or_default()
    }

    /// Zero for a request.
    pub(super) fn status(&self) -> u16 {
        let line = self.first_line().strip_prefix("SIP/2.0 ");
        line.and_then(|line| line.get(..3)).map_or(0, |status| status.parse().unwrap())
    }

    /// What a request asks, or what this answers.
    pub(super) fn method(&self) -> &str {
        self.header("CSeq").split(' ').nth(1).unwrap_or_default()
    }

    pub(super) fn is_request(&self, method: &str) -> bool {
        self.first_line().starts_with(&format!("{method} "))
    }

    pub(super) fn is_answer(&self, status: u16, method: &str) -> bool {
        self.status() == status && self.method() == method
    }

    /// The first of this name; empty if there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers(name).next().unwrap_or_default()
    }

    pub(super) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let head = self.0.split("\r\n\r\n").next().unwrap_or_default();
        let pairs = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        pairs.filter(move |(found, _)| *found == name).map(|(_, value)| value)
    }

    pub(super) fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    /// The description of voice in the body, which may be one part of several.
    pub(super) fn voice(&self) -> &str {
        let body = self.body();
        let Some(boundary) = body.starts_with("--").then(|| body.lines().next().unwrap_or_default()) else {
            return body;
        };
        let mut parts = body.split(boundary).filter_map(|part| part.split_once("\r\n\r\n"));
        let voice = parts.find(|(head, _)| head.contains("Content-Type: application/sdp"));
        voice.map_or("", |(_, voice)| voice.strip_suffix("\r\n").unwrap_or(voice))
    }

    /// The tag of From or To.
    pub(super) fn tag(&self, name: &str) -> &str {
        self.header(name).split_once(";tag=").map_or("", |(_, tag)| tag)
    }

    /// The address in the Contact.
    pub(super) fn contact(&self) -> &str {
        self.header("Contact").split(['<', '>']).nth(1).unwrap_or_default()
    }

    pub(super) fn number(&self) -> u32 {
        self.header("CSeq").split(' ').next().unwrap_or_default().parse().unwrap_or_default()
    }

    pub(super) fn branch(&self) -> &str {
        let via = self.header("Via").split_once(";branch=").map_or("", |(_, rest)| rest);
        via.split([';', ',']).next().unwrap_or_default()
    }
}
