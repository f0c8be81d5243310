//! Files that come in the body of a request.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{MirrorAsk, done, refusal};
use crate::charter::{Doors, May};
use crate::ledger::LedgerAsk;
use crate::routes::App;

/// Largest file taken, bytes; 10,000 contacts in Outlook's ninety columns are 5 MB.
pub(crate) const FILE: usize = 16 << 20;

/// Files as they were chosen, in the body.
pub(super) fn doors() -> Doors {
    let upload = |keep| {
        move |State(app): State<App>, Upload(file): Upload| done(app, MirrorAsk::ContactUpload { file, keep })
    };
    let rates =
        |State(app): State<App>, Upload(file): Upload| done(app, MirrorAsk::Ledger(LedgerAsk::Rates(file)));
    Doors::default()
        .act("/api/v1/contacts/look", May::Call, ["Kontakte geprüft", "Checked contacts"], upload(false))
        .act("/api/v1/contacts/take", May::Call, ["Kontakte übernommen", "Took contacts over"], upload(true))
        .act("/api/v1/billing/rates", May::Set, ["Tarife geladen", "Loaded rates"], rates)
        .bodies(FILE)
}

/// A file as it was chosen.
pub(crate) struct Upload(pub(crate) Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let file = Bytes::from_request(request, state).await;
        let too_large = |_| {
            let reason = format!("files of more than {} MiB are not taken", FILE >> 20);
            refusal(StatusCode::PAYLOAD_TOO_LARGE, reason)
        };
        file.map(|file| Self(file.to_vec())).map_err(too_large)
    }
}
