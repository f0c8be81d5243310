//! The hops that want to see every request of a dialog.

use crate::message::Message;
use crate::name::Name;
use crate::scan::{elements, unfolded};
use crate::view::NameAddr;

/// Values of Route, in the order our requests visit them.
#[derive(Debug)]
pub(super) struct RouteSet(Vec<Box<[u8]>>);

impl RouteSet {
    /// As the called side: in the order of the request (RFC 3261 12.1.1).
    pub(super) fn of_request(request: &Message<'_>) -> Self {
        Self(recorded(request).collect())
    }

    /// As the calling side: the other way round (RFC 3261 12.1.2).
    pub(super) fn of_answer(answer: &Message<'_>) -> Self {
        let mut routes = Self::of_request(answer);
        routes.0.reverse();
        routes
    }

    /// Values that were written down, in the order our requests visit them.
    pub(super) fn of_values(values: impl Iterator<Item = Box<[u8]>>) -> Self {
        Self(values.collect())
    }

    /// The same the other way.
    pub(super) fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|route| &**route)
    }

    /// Request-URI and Route values of a request to `target` (RFC 3261 12.2.1.1).
    ///
    /// A first hop without `lr` reads the Request-URI only, so it goes there and the target last.
    pub(super) fn way_to(&self, target: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
        let routes = || self.0.iter().map(|route| route.to_vec());
        let first = self.0.first().and_then(|route| NameAddr::parse(route));
        let Some(strict) = first.map(|first| first.uri).filter(|uri| !uri.params.has(b"lr")) else {
            return (target.to_vec(), routes().collect());
        };
        let last = [b"<", target, b">"].concat();
        (strict.without_headers().to_vec(), routes().skip(1).chain([last]).collect())
    }
}

fn recorded(message: &Message<'_>) -> impl Iterator<Item = Box<[u8]>> {
    let readable = |route: &&[u8]| NameAddr::parse(route).is_some();
    message.headers(Name::RecordRoute).flat_map(elements).filter(readable).map(|route| unfolded(route).into())
}
