//! Who may do what. A route behind the door exists only together with a word about who may use it, and one that changes
//! something only together with the words under which that is written down.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::api::problem;
use crate::connection::Peer;
use crate::door::Who;
use crate::live::is_stream;
use crate::pages;
use crate::routes::App;
use crate::vault::{Role, Scope};
use crate::words::Lang;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum May {
    /// Whoever signed in.
    Everybody,
    /// Whoever signed in, for what is theirs alone and nobody else's; a program only where it works with calls.
    Mind,
    /// Who may look at the whole house.
    See,
    /// Who works with calls and fax.
    Call,
    /// Who works with telephones.
    Phone,
    /// Who sets the telephone system up.
    Set,
    /// Who says who else may come in. Never a program.
    Rule,
    /// Whose box it is: all of it at once. Never a program.
    Own,
}

impl May {
    pub(crate) const fn role(self, role: Role) -> bool {
        match role {
            Role::Owner => true,
            Role::Admin => !matches!(self, Self::Own),
            Role::Installer => !matches!(self, Self::Own | Self::Rule),
            Role::Operator => !matches!(self, Self::Own | Self::Rule | Self::Set),
            Role::Auditor => matches!(self, Self::Everybody | Self::Mind | Self::See),
            Role::User => matches!(self, Self::Everybody | Self::Mind),
        }
    }

    /// What a token must be allowed to.
    pub(crate) const fn scope(self) -> Option<Scope> {
        match self {
            Self::Everybody | Self::See => Some(Scope::Read),
            Self::Call | Self::Mind => Some(Scope::Calls),
            Self::Phone => Some(Scope::Phones),
            Self::Set => Some(Scope::System),
            Self::Rule | Self::Own => None,
        }
    }
}

/// One route and its law.
#[derive(Debug, Clone)]
pub(crate) struct Right {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) may: May,
    /// What is written down when it was used; empty for reading.
    pub(crate) deed: [&'static str; 2],
}

/// Every route behind the door.
pub(crate) type Charter = Arc<[Right]>;

/// What the answer to a request that changed something carries outward, to be written down.
#[derive(Debug, Clone)]
pub(crate) struct Did {
    pub(crate) method: Method,
    pub(crate) route: &'static str,
    /// The address itself, where the route has places to fill.
    pub(crate) about: String,
}

/// Routes behind the door.
#[derive(Default)]
pub(crate) struct Doors {
    router: Router<App>,
    rights: Vec<Right>,
}

impl Doors {
    /// Something to look at.
    pub(crate) fn see<H: Handler<T, App>, T: 'static>(
        self,
        path: &'static str,
        may: May,
        handler: H,
    ) -> Self {
        self.with(Right { method: Method::GET, path, may, deed: ["", ""] }, on(MethodFilter::GET, handler))
    }

    /// Something to take away; `deed` is written down although nothing changes: it leaves the house.
    pub(crate) fn take<H: Handler<T, App>, T: 'static>(
        self,
        path: &'static str,
        may: May,
        deed: [&'static str; 2],
        handler: H,
    ) -> Self {
        self.with(Right { method: Method::GET, path, may, deed }, on(MethodFilter::GET, handler))
    }

    /// Something to do with a form or an order; `deed` is what is written down, German and English.
    pub(crate) fn act<H: Handler<T, App>, T: 'static>(
        self,
        path: &'static str,
        may: May,
        deed: [&'static str; 2],
        handler: H,
    ) -> Self {
        self.with(Right { method: Method::POST, path, may, deed }, on(MethodFilter::POST, handler))
    }

    /// Something to replace whole.
    pub(crate) fn put<H: Handler<T, App>, T: 'static>(
        self,
        path: &'static str,
        may: May,
        deed: [&'static str; 2],
        handler: H,
    ) -> Self {
        self.with(Right { method: Method::PUT, path, may, deed }, on(MethodFilter::PUT, handler))
    }

    fn with(mut self, right: Right, handler: MethodRouter<App>) -> Self {
        let law = right.clone();
        let guarded = handler.route_layer(from_fn(move |t: Lang, request: Request, next: Next| {
            guard(law.clone(), t, request, next)
        }));
        self.router = self.router.route(right.path, guarded);
        self.rights.push(right);
        self
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.rights.extend(other.rights);
        self
    }

    /// These routes take larger bodies, in bytes.
    pub(crate) fn bodies(self, most: usize) -> Self {
        Self { router: self.router.layer(DefaultBodyLimit::max(most)), ..self }
    }

    pub(crate) fn open(self) -> (Router<App>, Charter) {
        (self.router, self.rights.into())
    }
}

/// Lets in whom the law names. Programs on the box itself may do everything; they could as well read its disk.
async fn guard(right: Right, t: Lang, request: Request, next: Next) -> Response {
    let on_the_box = request.extensions().get() == Some(&Peer::Socket);
    let allowed = request.extensions().get::<Who>().map(|who| who.may(right.may));
    if !(on_the_box || allowed == Some(true)) {
        return kept_out(t, right.path);
    }
    let about = if right.path.contains('{') { request.uri().path().to_owned() } else { String::new() };
    let mut answer = next.run(request).await;
    let changed = !right.deed[0].is_empty() && answer.status().as_u16() < 400;
    if changed {
        answer.extensions_mut().insert(Did { method: right.method, route: right.path, about });
    }
    answer
}

fn kept_out(t: Lang, path: &str) -> Response {
    if path.starts_with("/api/") || is_stream(path) {
        return problem(StatusCode::FORBIDDEN, "this account or token may not do that");
    }
    pages::refused(t, StatusCode::FORBIDDEN, t.foreign_title(), t.may_not())
}
