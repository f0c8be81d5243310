//! Calls now. The real list knows established calls only, never ringing ones.

use serde_json::json;

use super::{Answer, Route, route};

pub(super) const ROUTES: &[Route] = &[route("/v2/calls", &["rtcm:read"], |asked| {
    Ok(Answer::Json(json!({"data": asked.line.established()})))
})];
