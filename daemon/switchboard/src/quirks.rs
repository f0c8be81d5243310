//! What certain phones cannot do, each with the phone it was seen on.

use sip::message::Message;
use sip::name::Name;

/// Beginnings of a User-Agent that gives up when any challenge names another algorithm than MD5, instead of passing it
/// over as RFC 3261 22.2 wants. Seen: baresip 1.0.0 on Debian 12 ("Function not implemented").
const MD5_ONLY: [&str; 2] = ["baresip v0.", "baresip v1."];

/// Whether to ask this phone for MD5 alone. One that does not say what it is gets what every phone knows.
pub(crate) fn knows_md5_only(request: &Message<'_>) -> bool {
    let agent = request.text(Name::UserAgent).unwrap_or_default();
    agent.is_empty() || MD5_ONLY.iter().any(|known| agent.starts_with(known))
}

#[cfg(test)]
mod tests {
    use sip::message::Message;

    use super::knows_md5_only;

    #[test]
    fn only_phones_that_stumble_over_it_are_spared_sha_256() {
        for (line, spared) in [
            ("User-Agent: baresip v1.0.0 (x86_64/linux)\r\n", true),
            ("", true),
            ("User-Agent: baresip v3.9.0 (x86_64/linux)\r\n", false),
            ("User-Agent: snomD785/10.1.46.16\r\n", false),
        ] {
            let text = format!("REGISTER sip:a.de SIP/2.0\r\n{line}\r\n");
            assert_eq!(knows_md5_only(&Message::parse(text.as_bytes()).unwrap()), spared, "{line}");
        }
    }
}
