use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use mirror::{
    Documents, Failure, Fault, Fetched, Kind, Notice, Outcome, Problem, Scope, Source, assemble, plan,
};
use rustls::RootCertStore;
use serde_json::json;

use super::{FetchFailed, Progress, Wanted};
use crate::{Client, Config, Credential, Limits};
use small_cloud::{Said, SmallCloud, office};

mod small_cloud;

fn client(api: &str, limits: Limits) -> Client {
    let credential = Credential::parse_line("token-A:geheim", "").unwrap();
    Client::new(Config { api: api.to_owned(), credential, limits, authorities: RootCertStore::empty() })
        .unwrap()
}

/// Patient enough for a loaded machine, without the pauses of the real thing.
fn brisk() -> Limits {
    Limits { pause: Duration::from_millis(1), ..Limits::default() }
}

/// A sync with a cloud that is `office` but for what `odd` says.
async fn sync(
    odd: impl Fn(&str, usize) -> Option<Said> + Send + Sync + 'static,
) -> (Result<Fetched, FetchFailed>, SmallCloud) {
    sync_within(brisk(), odd).await
}

async fn sync_within(
    limits: Limits,
    odd: impl Fn(&str, usize) -> Option<Said> + Send + Sync + 'static,
) -> (Result<Fetched, FetchFailed>, SmallCloud) {
    let cloud = SmallCloud::start(move |path, nth| odd(path, nth).unwrap_or_else(|| office(path))).await;
    let fetched = client(&cloud.api, limits).fetch(Wanted::everything(), |_| ()).await;
    (fetched, cloud)
}

fn end(fetched: &Fetched, kind: Kind) -> Outcome {
    let mut ends = fetched.scopes.iter().filter(|(scope, _)| scope.kind == kind).map(|(_, end)| *end);
    let first = ends.next().unwrap();
    ends.find(|end| *end != Outcome::Complete).unwrap_or(first)
}

/// How many of a kind, each counted once.
fn count(fetched: &Fetched, kind: Kind) -> usize {
    let ids = fetched.documents.iter().filter(|document| document.key.kind == kind).map(|it| &it.key.id);
    ids.collect::<BTreeSet<_>>().len()
}

const fn failed(why: Failure) -> Outcome {
    Outcome::Failed(why)
}

#[tokio::test]
async fn an_office_is_read_whole() {
    let cloud = SmallCloud::start(|path, _| office(path)).await;
    let mut steps: Vec<Progress> = Vec::new();
    let fetched = client(&cloud.api, brisk())
        .fetch(Wanted::everything(), |progress| steps.push(progress))
        .await
        .unwrap();
    let mut known = Documents::default();
    known.apply(plan(&known, &fetched));
    let (house, notices) = assemble(&known);
    assert_eq!(notices, []);
    assert_eq!((house.users.len(), house.devices.len(), house.phonelines.len()), (3, 3, 3));
    let phone = house.device_of_login("7654321e2").unwrap();
    assert_eq!(phone.credentials.as_ref().unwrap().password.expose(), "geheim-e2");
    assert!(fetched.scopes.values().all(|end| *end == Outcome::Complete));
    let last = steps.last().unwrap();
    assert_eq!((last.answered, last.requests), (last.questions, fetched.requests));
    assert_eq!(usize::try_from(fetched.requests).unwrap(), cloud.asked().len());
}

#[tokio::test]
async fn a_whole_sync_costs_22_requests_six_for_each_user_four_for_each_line_two_for_each_phone_and_a_group()
{
    let (fetched, _) = sync(|_, _| None).await;
    assert_eq!(fetched.unwrap().requests, 22 + 6 * 3 + 4 * 3 + 1 + 2 * 3);
}

#[tokio::test]
async fn no_more_than_four_requests_are_under_way() {
    let cloud = SmallCloud::start(|path, _| office(path)).await;
    client(&cloud.api, brisk()).fetch(Wanted::everything(), |_| ()).await.unwrap();
    assert!((2..=4).contains(&cloud.most_at_once()), "{}", cloud.most_at_once());
}

#[tokio::test]
async fn every_request_shows_the_token() {
    let (fetched, cloud) = sync(|_, _| None).await;
    fetched.unwrap();
    let right = "authorization: Basic dG9rZW4tQTpnZWhlaW0=";
    assert!(cloud.heads().iter().all(|head| head.contains(right)));
}

#[tokio::test]
async fn a_refused_token_stops_at_once() {
    let (fetched, cloud) = sync(|_, _| Some(Said::status(401, "", "Unauthorized"))).await;
    assert_eq!(fetched.unwrap_err(), FetchFailed::TokenRefused);
    assert_eq!(cloud.asked().len(), 1);
}

#[tokio::test]
async fn a_token_taken_away_meanwhile_ends_the_sync() {
    let (fetched, _) = sync(|path, _| (path == "/v2/groups").then(|| Said::status(401, "", "{}"))).await;
    assert_eq!(fetched.unwrap_err(), FetchFailed::TokenRefused);
}

#[tokio::test]
async fn what_the_account_does_not_have_is_absent_and_not_asked_for_each_user() {
    let (fetched, cloud) = sync(|path, _| {
        let classic = path.contains("/phonelines") || path == "/v2/channels";
        classic.then(|| Said::status(403, "content-type: text/plain\r\n", "Classic PBX account required"))
    })
    .await;
    let fetched = fetched.unwrap();
    assert_eq!(end(&fetched, Kind::Channel), Outcome::Absent);
    assert_eq!(end(&fetched, Kind::Phoneline), Outcome::Absent);
    assert_eq!(cloud.asked().iter().filter(|path| path.contains("/phonelines")).count(), 1);
    assert_eq!(end(&fetched, Kind::Device), Outcome::Complete);
}

#[tokio::test]
async fn an_old_cloud_without_the_newer_interface_is_enough() {
    let (fetched, cloud) = sync(|path, _| path.starts_with("/v3").then(|| Said::status(401, "", "{}"))).await;
    let fetched = fetched.unwrap();
    assert_eq!(end(&fetched, Kind::Device), Outcome::Complete);
    assert_eq!(cloud.asked().iter().filter(|path| path.starts_with("/v3/devices")).count(), 1);
    assert!(fetched.documents.iter().filter(|d| d.key.kind == Kind::Device).all(|d| d.secret.is_some()));
}

#[tokio::test]
async fn a_newer_interface_that_breaks_does_not_spoil_the_documented_one() {
    for (said, asked) in [(Said::status(500, "", ""), 2), (Said::json(&json!({"surprise": true})), 3)] {
        let (fetched, cloud) = sync(move |path, _| path.starts_with("/v3").then(|| said.clone())).await;
        let fetched = fetched.unwrap();
        assert_eq!(end(&fetched, Kind::Device), Outcome::Complete);
        assert!(fetched.notices.contains(&Notice::new(Kind::Device, "", Problem::HalfTold)));
        assert_eq!(cloud.asked().iter().filter(|path| path.starts_with("/v3/devices")).count(), asked);
    }
}

#[tokio::test]
async fn numbers_come_from_the_newer_interface_when_the_documented_one_has_none() {
    let (fetched, _) = sync(|path, _| match path.split('?').next() {
        Some("/v2/numbers") => Some(Said::status(403, "", "")),
        Some("/v3/phone-numbers") => {
            Some(Said::json(&json!([{"e164Number": "+4930555010", "type": "GERMAN_LANDLINE"}])))
        }
        _ => None,
    })
    .await;
    let fetched = fetched.unwrap();
    assert_eq!(end(&fetched, Kind::Number), Outcome::Complete);
    assert!(fetched.documents.iter().any(|d| d.key.id == "+4930555010"));
}

#[tokio::test]
async fn both_forms_of_retry_after_are_obeyed() {
    let in_two_seconds = || httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
    for (status, after) in [(429, None), (503, None), (429, Some(in_two_seconds))] {
        let began = std::time::Instant::now();
        let busy = move || {
            let after = after.map_or_else(|| "1".to_owned(), |date| date());
            Said::status(status, &format!("retry-after: {after}\r\n"), "busy")
        };
        let (fetched, cloud) = sync(move |path, nth| (path == "/v2/users" && nth == 0).then(busy)).await;
        assert_eq!(end(&fetched.unwrap(), Kind::User), Outcome::Complete);
        assert_eq!(cloud.asked().iter().filter(|path| *path == "/v2/users").count(), 2);
        assert!(began.elapsed() > Duration::from_millis(900), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_longer_pause_than_a_sync_can_make_ends_the_asking_but_not_the_sync() {
    let (fetched, cloud) =
        sync(|path, _| (path == "/v2/users").then(|| Said::status(429, "retry-after: 3600\r\n", ""))).await;
    let fetched = fetched.unwrap();
    assert_eq!(end(&fetched, Kind::User), failed(Failure::RateLimited));
    assert_eq!(end(&fetched, Kind::Device), failed(Failure::NotAsked));
    assert!(cloud.asked().len() < 8, "{:?}", cloud.asked());
}

#[tokio::test]
async fn a_cloud_that_is_always_busy_is_given_up() {
    let (fetched, cloud) = sync(|path, _| (path == "/v2/users").then(|| Said::status(429, "", ""))).await;
    assert_eq!(end(&fetched.unwrap(), Kind::User), failed(Failure::RateLimited));
    assert_eq!(cloud.asked().iter().filter(|path| *path == "/v2/users").count(), 5);
}

#[tokio::test]
async fn a_read_that_failed_is_tried_once_more() {
    for hiccup in [Said::status(500, "", "oops"), Said::cut()] {
        let (fetched, _) =
            sync(move |path, nth| (path == "/v2/users" && nth == 0).then(|| hiccup.clone())).await;
        assert_eq!(end(&fetched.unwrap(), Kind::User), Outcome::Complete);
    }
}

#[tokio::test]
async fn an_answer_nobody_can_use_fails_its_own_question_only() {
    let huge = format!("[\"{}\"]", "x".repeat(200_000));
    for (said, why) in [
        (Said::status(500, "", "oops"), Failure::Status(500)),
        (Said::cut(), Failure::Unreachable),
        (Said::status(200, "", "{\"items\": [}"), Failure::Unreadable),
        (Said::status(200, "content-type: text/html\r\n", "<html>Login</html>"), Failure::Unreadable),
        (Said::status(200, "", ""), Failure::Unreadable),
        (Said::status(200, "", &"[".repeat(10_000)), Failure::Unreadable),
        (Said::status(200, "", &huge), Failure::TooLarge),
        (Said::status(302, "location: http://127.0.0.1:9/v2/groups\r\n", ""), Failure::Status(302)),
        (Said::status(402, "", ""), Failure::Status(402)),
    ] {
        let limits = Limits { body: 100_000, ..brisk() };
        let (fetched, _) =
            sync_within(limits, move |path, _| (path == "/v2/groups").then(|| said.clone())).await;
        let fetched = fetched.unwrap();
        assert_eq!(end(&fetched, Kind::Group), failed(why));
        assert_eq!(end(&fetched, Kind::Device), Outcome::Complete);
    }
}

#[tokio::test]
async fn json_under_a_wrong_name_is_json() {
    let (fetched, _) = sync(|path, _| {
        (path == "/v2/groups")
            .then(|| Said::status(200, "content-type: text/plain\r\n", r#"{"items": [{"id": "g0"}]}"#))
    })
    .await;
    assert_eq!(end(&fetched.unwrap(), Kind::Group), Outcome::Complete);
}

#[tokio::test]
async fn a_silent_cloud_costs_the_deadline_and_no_more() {
    let limits = Limits { deadline: Duration::from_millis(150), ..brisk() };
    let (fetched, _) = sync_within(limits, |path, _| (path == "/v2/groups").then(Said::silence)).await;
    assert_eq!(end(&fetched.unwrap(), Kind::Group), failed(Failure::TooSlow));
}

#[tokio::test]
async fn a_sync_ends_in_time_even_if_questions_are_left() {
    let limits = Limits { whole: Duration::ZERO, ..brisk() };
    let (fetched, cloud) = sync_within(limits, |_, _| None).await;
    assert_eq!(fetched.unwrap_err(), FetchFailed::Unanswered(Failure::TooSlow));
    assert_eq!(cloud.asked().len(), 0);
}

#[tokio::test]
async fn lists_are_turned_page_by_page() {
    let (fetched, cloud) = sync(|path, _| {
        let offset: usize = path.strip_prefix("/v2/numbers?offset=")?.split('&').next()?.parse().ok()?;
        let items: Vec<_> =
            (offset..250.min(offset + 100)).map(|n| json!({"id": n.to_string(), "number": "+49"})).collect();
        Some(Said::json(&json!({ "items": items })))
    })
    .await;
    let fetched = fetched.unwrap();
    assert_eq!(end(&fetched, Kind::Number), Outcome::Complete);
    assert_eq!(count(&fetched, Kind::Number), 250);
    assert_eq!(cloud.asked().iter().filter(|path| path.starts_with("/v2/numbers")).count(), 4);
}

/// A list of 300 numbers of which one is removed after the first page was read.
fn shrinking(path: &str, count: usize, until: usize) -> Option<Said> {
    let offset: usize = path.strip_prefix("/v2/numbers?offset=")?.split('&').next()?.parse().ok()?;
    let gone = if offset == 0 { count } else { count + 1 }.min(until);
    let left = (gone..300).skip(offset).take(100);
    let items: Vec<_> = left.map(|n| json!({"id": n.to_string(), "number": "+49"})).collect();
    Some(Said::json(&json!({ "items": items })))
}

#[tokio::test]
async fn a_list_that_shrinks_while_it_is_read_is_read_again_and_loses_nothing() {
    let (fetched, _) = sync(|path, count| shrinking(path, count, 1)).await;
    let fetched = fetched.unwrap();
    assert_eq!(end(&fetched, Kind::Number), Outcome::Complete);
    assert_eq!(count(&fetched, Kind::Number), 299);
}

#[tokio::test]
async fn a_list_that_never_stands_still_takes_nothing_away() {
    let (fetched, cloud) = sync(|path, count| shrinking(path, count, 300)).await;
    assert_eq!(end(&fetched.unwrap(), Kind::Number), failed(Failure::Unreadable));
    assert_eq!(cloud.asked().iter().filter(|path| path.starts_with("/v2/numbers")).count(), 6);
}

#[tokio::test]
async fn what_was_absent_is_asked_for_again_a_day_later() {
    for (hours, questions) in [(23, 0), (25, 1)] {
        let cloud = SmallCloud::start(|path, _| office(path)).await;
        let mut before = Fetched::new(SystemTime::now() - Duration::from_secs(hours * 60 * 60));
        before.there.insert((Kind::Channel, Source::V2), false);
        let mut wanted = Wanted::everything();
        wanted.absences.learn(&before);
        let fetched = client(&cloud.api, brisk()).fetch(wanted, |_| ()).await.unwrap();
        assert_eq!(cloud.asked().iter().filter(|path| *path == "/v2/channels").count(), questions);
        let there = end(&fetched, Kind::Channel);
        assert_eq!(there == Outcome::Complete, questions == 1, "{there:?}");
    }
}

#[tokio::test]
async fn a_list_without_end_is_left_after_a_hundred_pages() {
    let (fetched, cloud) = sync(|path, _| {
        path.starts_with("/v2/numbers").then(|| Said::json(&json!([{"id": path.len(), "number": path}])))
    })
    .await;
    assert_eq!(end(&fetched.unwrap(), Kind::Number), failed(Failure::TooManyPages));
    assert_eq!(cloud.asked().iter().filter(|path| path.starts_with("/v2/numbers")).count(), 100);
}

#[tokio::test]
async fn a_user_id_from_the_cloud_cannot_lead_elsewhere() {
    let (fetched, cloud) = sync(|path, _| {
        (path == "/v2/users")
            .then(|| Said::json(&json!([{"id": "../../v2/history"}, {"id": "w0?x"}, {"id": "w1"}])))
    })
    .await;
    fetched.unwrap();
    assert!(cloud.asked().iter().all(|path| !path.contains("history") && !path.contains("w0")));
    assert!(cloud.asked().iter().any(|path| path == "/v2/w1/devices"));
}

#[tokio::test]
async fn nobody_there_is_the_network_s_fault() {
    let cloud = SmallCloud::start(|path, _| office(path)).await;
    let api = cloud.api.clone();
    cloud.stop().await;
    let ended = client(&api, brisk()).fetch(Wanted::everything(), |_| ()).await.unwrap_err();
    assert_eq!((ended, ended.fault()), (FetchFailed::Unanswered(Failure::Unreachable), Fault::Network));
}

#[tokio::test]
async fn a_stranger_s_certificate_is_not_shown_the_token() {
    let stranger = small_cloud::Stranger::start();
    let ended = client(&stranger.api, brisk()).fetch(Wanted::everything(), |_| ()).await.unwrap_err();
    assert_eq!((ended, ended.fault()), (FetchFailed::Unanswered(Failure::Untrusted), Fault::Box));
    assert!(!stranger.was_told_anything());
}

#[tokio::test]
async fn without_the_list_of_users_nothing_of_theirs_is_complete() {
    let (fetched, _) = sync(|path, _| (path == "/v2/users").then(|| Said::json(&json!({})))).await;
    let fetched = fetched.unwrap();
    assert_eq!(end(&fetched, Kind::User), failed(Failure::Unreadable));
    assert_eq!(fetched.scopes[&Scope::all(Kind::Device)], failed(Failure::NotAsked));
}
