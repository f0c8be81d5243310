//! Reading requests: the few headers the practice cloud needs, taken from their text.

use std::net::SocketAddr;

use rsipstack::sip::{HasHeaders as _, Request, Transport};

use super::SOURCE;
use super::digest::split_outside_quotes;

/// The values of a header, in order.
pub(super) fn header<'a>(request: &'a Request, name: &'a str) -> impl Iterator<Item = &'a str> {
    request.headers().iter().filter(move |it| it.name().eq_ignore_ascii_case(name)).map(|it| it.value())
}

/// User part of the URI in a From or To header.
pub(super) fn user_of(request: &Request, name: &str) -> Option<String> {
    Some(user(uri_in(header(request, name).next()?)).to_owned())
}

/// Whether the request belongs to a dialog.
pub(super) fn to_tag(request: &Request) -> bool {
    let to = header(request, "To").next().unwrap_or_default();
    to.rsplit('>')
        .next()
        .is_some_and(|params| params.split(';').any(|param| param.trim().starts_with("tag=")))
}

/// Where the packet came from, and how.
pub(super) fn source(request: &Request) -> Option<(Transport, SocketAddr)> {
    let (transport, address) = header(request, SOURCE).next()?.split_once(' ')?;
    Some((transport.try_into().ok()?, address.parse().ok()?))
}

/// The contacts of a REGISTER: URI and the `expires` parameter behind it.
pub(super) fn contacts(request: &Request) -> Vec<(String, Option<u64>)> {
    let all = header(request, "Contact").flat_map(split_outside_quotes);
    all.map(|contact| {
        let parameters = contact.rsplit('>').next().unwrap_or_default().split(';');
        let expires = parameters.filter_map(|it| it.trim().strip_prefix("expires=")).next();
        (uri_in(contact).to_owned(), expires.and_then(|seconds| seconds.parse().ok()))
    })
    .collect()
}

/// The URI in a name-addr: between the brackets behind a quoted display name, or the text up to its parameters.
pub(super) fn uri_in(text: &str) -> &str {
    let text = text.trim();
    let behind_name =
        text.strip_prefix('"').and_then(|rest| rest.split_once('"')).map_or(text, |(_, rest)| rest);
    match behind_name.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
        None => behind_name.split(';').next().unwrap_or_default().trim(),
    }
}

/// User part of a SIP URI.
pub(super) fn user(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or("", |(_, rest)| rest);
    rest.split_once('@').map_or("", |(user, _)| user.split(';').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_name_cannot_pose_as_the_address() {
        assert_eq!(
            user(uri_in("\"Chef <sip:ceo@corp.test>\" <sip:7654321e0@sipgate.de>;tag=1")),
            "7654321e0"
        );
        assert_eq!(user(uri_in("sip:7654321e0@sipgate.de;tag=1")), "7654321e0");
        assert_eq!(user("sip:+49305550100;phone-context=x@h"), "+49305550100");
        assert_eq!(user("sip:sipgate.de"), "");
    }
}
