//! A form with a file in it, as a browser sends it (RFC 7578).

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::StatusCode;
use axum::response::Response;
use tokio::time::timeout;

use crate::pages::refused;
use crate::words::Lang;

/// Parts of a form of ours, at most.
const PARTS: usize = 16;
/// A form that comes more slowly is not waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// What was filled in. Forms of ours have one file at most.
pub(crate) struct Filled {
    /// As it was chosen; empty when none was.
    pub(crate) file: Vec<u8>,
    fields: BTreeMap<String, String>,
}

impl Filled {
    /// What stands in a field, without blanks around it.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map(|text| text.trim()).unwrap_or_default()
    }

    async fn read(mut form: Multipart) -> Result<Self, MultipartError> {
        let (mut file, mut fields) = (Vec::new(), BTreeMap::new());
        for _ in 0..PARTS {
            let Some(field) = form.next_field().await? else { break };
            if field.file_name().is_some() {
                file = field.bytes().await?.to_vec();
            } else {
                let name = field.name().unwrap_or_default().to_owned();
                fields.insert(name, field.text().await?);
            }
        }
        Ok(Self { file, fields })
    }
}

impl<S: Send + Sync> FromRequest<S> for Filled {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(t) = Lang::from_request_parts(&mut parts, state).await;
        let form = Multipart::from_request(Request::from_parts(parts, body), state).await;
        let Ok(form) = form else { return Err(broken(t, StatusCode::BAD_REQUEST)) };
        let read = timeout(PATIENCE, Self::read(form)).await;
        let read = read.map_err(|_| broken(t, StatusCode::REQUEST_TIMEOUT))?;
        read.map_err(|fault| broken(t, fault.status()))
    }
}

fn broken(t: Lang, status: StatusCode) -> Response {
    let reason = match status {
        StatusCode::PAYLOAD_TOO_LARGE => {
            t.pick("Dateien über 16 MiB werden nicht angenommen.", "Files of more than 16 MiB are not taken.")
        }
        _ => t.form_broken(),
    };
    refused(t, status, t.failed_title(), reason)
}
