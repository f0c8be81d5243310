//! What a client of the API meets: logins, rights, pages, shapes and refusals.

use serde_json::json;

use crate::http::{read, send};
use crate::{office, office_account};

#[tokio::test]
async fn a_wrong_or_missing_token_is_refused_with_the_error_document() {
    let cloud = office().await;
    let url = format!("{}/v2/users", cloud.api());
    for login in [None, Some("token-PRACTICE:wrong"), Some("nobody:practice-secret"), Some("no-colon")] {
        let answer = send("GET", &url, login, "").await;
        assert_eq!(answer.status, 401, "{login:?}");
        assert_eq!(answer.json()["errors"][0]["status"], 401);
    }
    let v3 = send("GET", &format!("{}/v3/phone-numbers", cloud.api()), None, "").await;
    assert_eq!((v3.status, &v3.json()["name"]), (401, &json!("REQUEST_NOT_AUTHENTICATED")));
}

#[tokio::test]
async fn rights_are_those_of_the_user_cut_down_to_the_token() {
    let cloud = office().await;
    let get = async |login, path: &str| {
        send("GET", &format!("{}{path}", cloud.api()), Some(login), "").await.status
    };
    assert_eq!(get("token-READER:reader-secret", "/v2/users").await, 200);
    assert_eq!(get("token-READER:reader-secret", "/v2/balance").await, 403);
    assert_eq!(get("token-CLERK:clerk-secret", "/v2/w1/devices").await, 200);
    assert_eq!(get("token-CLERK:clerk-secret", "/v2/w0/devices").await, 403);
    assert_eq!(get("token-CLERK:clerk-secret", "/v3/devices?userId=w0").await, 403);
}

#[tokio::test]
async fn the_history_comes_in_pages_newest_first() {
    let cloud = office().await;
    let first = read(&cloud, "/v2/history").await.json();
    assert_eq!((first["items"].as_array().unwrap().len(), &first["totalCount"]), (10, &json!(19)));
    assert_eq!(first["items"][0]["created"], "2026-11-20T11:00:00Z");
    let rest = read(&cloud, "/v2/history?offset=10&limit=100").await.json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 9);
    let some = read(&cloud, "/v2/history?types=FAX&types=SMS&limit=100").await.json();
    assert_eq!(some["totalCount"], 2);
    let from = read(&cloud, "/v2/history?from=2026-11-20T10:00:00Z&limit=100").await.json();
    assert_eq!(from["totalCount"], 3);
    assert_eq!(read(&cloud, "/v2/history?limit=1001").await.status, 400);
    assert_eq!(read(&cloud, "/v2/numbers?offset=x").await.status, 400);
}

#[tokio::test]
async fn a_history_that_picks_says_where_it_goes_on() {
    let cloud = office().await;
    cloud.patch("quirks", json!({"historyPicks": true})).unwrap();
    let page = read(&cloud, "/v2/history?limit=10&to=2026-11-01T00:00:00Z").await.json();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["nextOffset"]), (0, &json!(10)));
    let last = read(&cloud, "/v2/history?limit=10&offset=10").await.json();
    assert_eq!((last["items"].as_array().unwrap().len(), &last["nextOffset"]), (9, &json!(null)));
}

#[tokio::test]
async fn a_group_is_made_and_removed_by_the_newer_interface_alone() {
    let cloud = office().await;
    let ask = async |method, path: &str, body| {
        send(method, &format!("{}{path}", cloud.api()), Some("token-PRACTICE:practice-secret"), body).await
    };
    let made = ask("POST", "/v3/groups", r#"{"alias": "Lager"}"#).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let there = read(&cloud, &format!("/v2/groups/{id}")).await.json();
    assert_eq!((made.status, &there["alias"]), (200, &json!("Lager")));
    assert_eq!(ask("POST", "/v2/groups", r#"{"alias": "Lager"}"#).await.status, 405);
    assert_eq!(ask("DELETE", &format!("/v3/groups/{id}"), "").await.status, 204);
    assert_eq!(ask("DELETE", &format!("/v3/groups/{id}"), "").await.status, 404);
}

#[tokio::test]
async fn numbers_of_version_3_are_a_bare_array_with_blocks_inside() {
    let cloud = office().await;
    let all = read(&cloud, "/v3/phone-numbers").await.json();
    let block = all.as_array().unwrap().iter().find(|it| it["type"] == "GERMAN_LANDLINE_BLOCK").unwrap();
    assert_eq!((block["numbers"].as_array().unwrap().len(), &block["routing"]), (10, &json!(null)));
    let unrouted = read(&cloud, "/v2/numbers?offset=10&limit=1").await.json();
    assert_eq!(unrouted["items"][0]["endpointId"], "");
}

#[tokio::test]
async fn app_devices_exist_but_stay_out_of_the_list() {
    let cloud = office().await;
    let listed = read(&cloud, "/v2/w3/devices").await.json();
    let ids: Vec<_> = listed["items"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
    assert_eq!(ids, [json!("e4")]);
    assert_eq!(read(&cloud, "/v2/devices/e8").await.json()["type"], "app");
}

#[tokio::test]
async fn logins_can_be_missing_from_version_2_and_version_3_can_be_missing() {
    let cloud = office().await;
    let proxy = json!(cloud.sip().address().to_string());
    let device = read(&cloud, "/v2/devices/e0").await.json();
    assert_eq!(
        (&device["credentials"]["username"], &device["credentials"]["outboundProxy"]),
        (&json!("7654321e0"), &proxy)
    );
    cloud.patch("quirks", json!({"v2Credentials": false})).unwrap();
    assert_eq!(read(&cloud, "/v2/devices/e0").await.json().get("credentials"), None);
    let v3 = read(&cloud, "/v3/devices?userId=w0").await.json();
    assert_eq!(v3["items"][0]["sipCredentials"]["password"], "Uebung-e0-5550");
    cloud.patch("quirks", json!({"v3": false})).unwrap();
    assert_eq!(read(&cloud, "/v3/devices?userId=w0").await.status, 404);
}

#[tokio::test]
async fn version_3_takes_narrow_rights_or_all_of_them() {
    let cloud = office().await;
    cloud.patch("tokens/narrow", json!({"secret": "s", "user": "w0", "scopes": ["devices:read"]})).unwrap();
    let url = format!("{}/v3/devices?userId=w0", cloud.api());
    for (needs_all, status) in [(false, 200), (true, 403)] {
        cloud.patch("quirks", json!({"v3NeedsAll": needs_all})).unwrap();
        assert_eq!(send("GET", &url, Some("narrow:s"), "").await.status, status);
    }
    assert_eq!(read(&cloud, "/v3/devices?userId=w0").await.status, 200, "with all rights");
}

#[tokio::test]
async fn a_neo_account_has_channels_and_refuses_phone_lines_in_plain_text() {
    let cloud = office().await;
    assert_eq!(read(&cloud, "/v2/channels").await.status, 403);
    let neo =
        office_account().patched("", json!({"generation": "neo", "channels": {"c-1": {"name": "Zentrale"}}}));
    cloud.replace(neo.unwrap());
    assert_eq!(read(&cloud, "/v2/channels").await.json()["items"][0]["name"], "Zentrale");
    let refused = read(&cloud, "/v2/w0/phonelines").await;
    assert_eq!((refused.status, refused.body.starts_with('{')), (403, false));
}

#[tokio::test]
async fn what_is_not_there_is_404_and_what_is_somebody_elses_is_403() {
    let cloud = office().await;
    for (path, status) in [
        ("/v2/nothing", 404),
        ("/v2/users/w99", 404),
        ("/v2/devices/e99", 404),
        ("/v2/w0/phonelines/p1", 403),
        ("/v2/w0/phonelines/p99/forwardings", 403),
        ("/v2/settings/sipgateio", 403),
        ("/v2/contacts/c-1/more", 404),
    ] {
        assert_eq!(read(&cloud, path).await.status, status, "{path}");
    }
    let write =
        send("PATCH", &format!("{}/v2/history", cloud.api()), Some("token-PRACTICE:practice-secret"), "")
            .await;
    assert_eq!(write.status, 405);
}

#[tokio::test]
async fn private_contacts_are_seen_by_their_owner_only() {
    let cloud = office().await;
    let contacts = read(&cloud, "/v2/contacts").await;
    assert_eq!(contacts.json()["totalCount"], 3);
    assert!(!contacts.body.contains("Fremdes Geheimnis"));
}

#[tokio::test]
async fn contacts_can_be_read_by_cursor_and_addresses_can_look_like_those_of_contacts() {
    let cloud = office().await;
    cloud.patch("quirks", json!({"contactCursor": true, "contactAddresses": true})).unwrap();
    let first = read(&cloud, "/v2/contacts?offset=0&limit=500").await.json();
    assert_eq!((first["items"].as_array().unwrap().len(), first.get("totalCount")), (2, None));
    let next = first["pagination"]["nextCursor"].as_str().unwrap();
    let second = read(&cloud, &format!("/v2/contacts?cursor={next}")).await.json();
    assert_eq!(
        (second["items"].as_array().unwrap().len(), &second["pagination"]["nextCursor"]),
        (1, &json!(null))
    );
    let address = read(&cloud, "/v2/addresses/88").await.json();
    assert_eq!((&address["streetAddress"], address.get("street")), (&json!("Musterstraße 1"), None));
}
