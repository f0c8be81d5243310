//! Channels of the newer generation.

use serde_json::{Value, json};

use super::{Answer, Asked, Refused, Route, as_written, items, route};

pub(super) const ROUTES: &[Route] = &[
    route("/v2/channels", &["channels:read"], |asked| {
        neo(asked)?;
        Ok(items(asked.account.objects("channels").map(as_written)))
    }),
    route("/v2/channels/{channelId}/events", &["channels:read", "events:read"], events),
];

/// A classic account has no channels; the product is absent.
fn neo(asked: &Asked<'_>) -> Result<(), Refused> {
    if asked.account.has_channels() { Ok(()) } else { Err(Refused::Forbidden) }
}

fn events(asked: &Asked<'_>) -> Result<Answer, Refused> {
    neo(asked)?;
    let (_, channel) = asked.object("channels", "channelId")?;
    let (_, limit) = asked.page(20, 1000)?;
    let position = asked.asked_for("position").map_or(Ok(0), str::parse::<usize>);
    let position = position.map_err(|_| Refused::BadParameter("position"))?;
    let all = channel.get("_events").and_then(Value::as_array).into_iter().flatten();
    let page: Vec<&Value> = all.skip(position).take(limit).collect();
    let next = position + page.len();
    Ok(Answer::Json(json!({"events": page, "limit": limit, "position": next})))
}
