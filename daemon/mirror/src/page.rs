//! `docs/MIRROR.md`, made from the tables of this crate and compared with what lies in the tree. Run with
//! `MIRROR_PAGE=write` to bring the file up to date.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::{Beat, ENDPOINTS, Kind};

/// A subject of the account, the kinds that carry it, the acts that change it, and the test that shows it.
struct Area(&'static str, &'static str, &'static [Kind], &'static [&'static str], &'static str);

const LISTED: &str = "tests/journeys/the_house_and_the_cloud_agree.rs every_kind_of_object_is_listed_with_source_age_and_completeness";
const CHANGED: &str = "tests/journeys/the_house_and_the_cloud_agree.rs a_change_in_the_house_is_seen_in_the_cloud_and_in_the_mirror";
const ONCE: &str = "tests/journeys/the_house_and_the_cloud_agree.rs a_new_password_whose_answer_is_lost_is_not_asked_for_again";
const MADE: &str =
    "tests/journeys/the_house_and_the_cloud_agree.rs a_group_is_made_once_though_the_cloud_s_answer_is_lost";
const CHECKED: &str = "daemon/mirror/src/journal/tests.rs what_the_cloud_would_refuse_is_not_journalled";
const BACK: &str =
    "daemon/mirror/src/history/tests.rs it_is_read_to_its_beginning_though_new_entries_push_the_pages_on";
const OWN: &str = "";
const SIGNED_IN: &str = "tests/journeys/locked_out_and_back_in.rs who_guesses_is_kept_waiting_and_the_console_lets_the_owner_back_in";
const VOUCHED: &str = "tests/journeys/people_known_elsewhere_sign_in.rs whom_another_house_vouches_for_comes_in_and_no_liar_does";
const COUNTED: &str = "tests/journeys/money_and_contacts.rs groups_and_people_are_counted_over_sixty_days";
const ITEMS: &str = "tests/journeys/money_and_contacts.rs single_calls_leave_as_files_filtered_and_priced";
const PRIVACY: &str =
    "tests/journeys/money_and_contacts.rs what_is_not_to_be_kept_is_on_no_page_and_on_no_disk";
const CREDIT: &str = "tests/journeys/money_and_contacts.rs little_credit_is_said_until_it_has_risen";
const FILES: &str = "tests/journeys/money_and_contacts.rs contacts_leave_and_come_as_files";
const TAKEN_ON: &str =
    "tests/journeys/many_people_at_once.rs nothing_leaves_before_every_cell_is_right_and_a_restart_goes_on";
const THROUGH: &str = "tests/journeys/every_generation_of_account.rs what_went_through_channels_is_read_to_its_beginning_and_then_as_it_happens";

const AREAS: &[Area] = &[
    Area("1-5", "signing in (the box's own)", &[], &[], SIGNED_IN),
    Area("6-9", "company sign-in (the box's own)", &[], &[], VOUCHED),
    Area("10-11", "calls, voicemails, faxes, messages (`/v2/history`)", &[Kind::LiveCall], &[], BACK),
    Area("12-13", "locations", &[Kind::Address], &[], LISTED),
    Area(
        "14",
        "emergency location of a phone",
        &[Kind::Device, Kind::User],
        &["device_state", "user_address"],
        CHECKED,
    ),
    Area("15-16", "book numbers", &[Kind::Link], &[], LISTED),
    Area("17", "what a number leads to", &[Kind::Number, Kind::Routing], &["number_target"], CHECKED),
    Area("18", "extensions", &[Kind::Number], &["extension_new", "extension_gone"], CHECKED),
    Area(
        "19",
        "blocks and their members",
        &[Kind::Number, Kind::Routing],
        &[],
        "daemon/mirror/src/read/tests.rs a_block_brings_its_members_along",
    ),
    Area("20", "cancel numbers", &[Kind::Link], &[], LISTED),
    Area("21", "port away", &[Kind::Porting], &[], LISTED),
    Area("22", "phone-book entry", &[Kind::Link], &[], LISTED),
    Area("23-26", "channels", &[Kind::Channel], &[], THROUGH),
    Area("27-28", "statistics", &[], &[], COUNTED),
    Area("29", "service hours", &[], &[], OWN),
    Area("30", "sender number", &[Kind::CallerId, Kind::LocalPrefix], &["device_caller_id"], CHECKED),
    Area("31-32", "dashboard", &[Kind::Account, Kind::Identity], &[], LISTED),
    Area(
        "33",
        "users, devices, rights",
        &[
            Kind::User,
            Kind::Device,
            Kind::Phoneline,
            Kind::CallRestriction,
            Kind::Notification,
            Kind::Recording,
            Kind::Webhook,
        ],
        &[
            "user_role",
            "user_busy_on_busy",
            "user_default_device",
            "device_alias",
            "device_new",
            "device_gone",
            "user_gone",
            "restriction",
        ],
        CHANGED,
    ),
    Area("34", "many users at once", &[], &[], TAKEN_ON),
    Area("35", "group statistics", &[], &[], COUNTED),
    Area(
        "36-37",
        "groups",
        &[Kind::Group, Kind::GroupMember],
        &["group_new", "group_gone", "group_join", "group_leave"],
        MADE,
    ),
    Area(
        "38-40",
        "group forwarding, greeting, queue",
        &[Kind::Forwarding, Kind::BlockAnonymous, Kind::LineVoicemail, Kind::Voicemail],
        &["forwardings"],
        CHECKED,
    ),
    Area("41-42, 46-47", "credit, and when it runs low", &[Kind::Balance], &[], CREDIT),
    Area("43-45", "estimate, itemised calls, privacy, files", &[], &[], PRIVACY),
    Area(
        "48-51, 53-55",
        "plan, contract, payment, and what the product allows",
        &[Kind::Link, Kind::Capability],
        &[],
        LISTED,
    ),
    Area("52", "new SIP password", &[Kind::Device], &["device_password"], ONCE),
    Area("56", "call costs", &[], &[], ITEMS),
    Area(
        "57, 61",
        "contacts",
        &[Kind::Contact, Kind::Directory, Kind::Blocked],
        &["contact_new", "contact_change", "contact_gone", "block", "unblock"],
        "daemon/mirror/src/journal/tests.rs no_act_reaches_what_wipes_the_history_the_contacts_or_switches_numbers_off",
    ),
    Area("58-60, 62", "contact files", &[], &[], FILES),
    Area("-", "fax lines, message extensions", &[Kind::Faxline, Kind::GroupFaxline, Kind::Sms], &[], LISTED),
];

fn page() -> String {
    let mut page = String::from(HEAD);
    arithmetic(&mut page, &Office { lines: 50, groups: 10, channels: 0 });
    page.push_str(NEO);
    arithmetic(&mut page, &Office { lines: 0, groups: 0, channels: 10 });
    page.push_str(AFTER_ARITHMETIC);
    for kind in Kind::ALL {
        let right = kind.endpoints().next().map_or("", |endpoint| endpoint.right);
        let beat = match kind.beat() {
            Beat::Watched => "60 s",
            Beat::Often => "5 min",
            Beat::Steady => "15 min",
            Beat::Daily => "1 day",
        };
        let each = kind.parent().map_or_else(|| "once".to_owned(), |parent| format!("each {parent}"));
        writeln!(page, "| `{kind}` | {} | {each} | {beat} | {right} |", paths(*kind)).unwrap();
    }
    page.push_str("| (events) | `/v2/history` | once | 60 s | history:read |\n");
    page.push_str("| (events) | `/v2/channels/{channel}/events` | each channel | 60 s | channels:read |\n");
    page.push_str(AREAS_HEAD);
    for Area(rows, subject, kinds, acts, proof) in AREAS {
        let kinds: Vec<String> = kinds.iter().map(|kind| format!("`{kind}` {}", paths(*kind))).collect();
        let acts: Vec<String> = acts.iter().map(|act| format!("`{act}`")).collect();
        let (file, test) = proof.split_once(' ').unwrap_or(("the box's own, not mirrored", ""));
        writeln!(page, "| {rows} | {subject} | {} | {} | {file} {test} |", kinds.join(", "), acts.join(" "))
            .unwrap();
    }
    page
}

/// Where a kind is read.
fn paths(kind: Kind) -> String {
    let paths: Vec<String> = kind.endpoints().map(|endpoint| format!("`{}`", endpoint.name())).collect();
    paths.join(" ")
}

/// An account as the arithmetic takes it.
struct Office {
    /// Kinds that hang on lines and groups: none of them on a neo account.
    lines: u32,
    groups: u32,
    channels: u32,
}

fn arithmetic(page: &mut String, office: &Office) {
    let (mut all, mut each_minute) = (0, 0.0);
    for (beat, which) in [
        (Beat::Watched, "watched: live calls, credit, numbers, history, whose account it is"),
        (Beat::Often, "often: identity, users, devices of each user"),
        (Beat::Steady, "steady: lines, groups, forwardings, contacts, ..."),
        (Beat::Daily, "daily"),
    ] {
        let objects = |kind: &Kind| match kind.parent() {
            None => 1,
            Some(Kind::Group) => office.groups,
            Some(Kind::Phoneline) => office.lines,
            Some(_) => 50,
        };
        let requests = |kind: &Kind| {
            kind.endpoints().map(|it| if it.paged { 2 } else { 1 }).sum::<u32>() * objects(kind)
        };
        // The history, each channel's events, and who we are: each round begins with that question.
        let history = if beat == Beat::Watched { 2 + office.channels } else { 0 };
        let sum = Kind::ALL.iter().filter(|kind| kind.beat() == beat).map(requests).sum::<u32>() + history;
        let rate = f64::from(sum) * 60.0 / beat.every().as_secs_f64();
        writeln!(page, "| {which} | {sum} | {} s | {rate:.1} |", beat.every().as_secs()).unwrap();
        all += sum;
        each_minute += rate;
    }
    writeln!(page, "| together | {all} | | {each_minute:.1} |").unwrap();
    assert!(all <= 640 && each_minute <= 60.0);
}

const HEAD: &str = "# The mirror

Made from the tables in `daemon/mirror` (`MIRROR_PAGE=write cargo nextest run -p mirror the_page`); do not edit.

## How current

Everything is fetched in two lanes, four requests at a time, so that what people watch never waits for what takes minutes. `Retry-After` holds
both lanes. The long-run budget is 60 requests a minute, one more for each user beyond 60; the
first copy may take ten minutes' worth at once. A simulated day of the first of these offices holds ages and budget
(`daemon/gatehouse/src/run/mirroring/lane/tests.rs`).

For 50 users with a phone and a line each and 10 groups (lists with pages cost one request more than they have pages):

| beat | requests | every | a minute |
|---|---|---|---|
";

const NEO: &str = "
A neo account of 50 users with ten channels, which are asked for their events one by one, and no lines or groups:

| beat | requests | every | a minute |
|---|---|---|---|
";

const AFTER_ARITHMETIC: &str = "
What answers 403 or 404 is absent: remembered with its date and asked again after a day.

## What is read

| kind | path | asked | at most this old | right |
|---|---|---|---|---|
";

const AREAS_HEAD: &str = "
## What the account holds

Acts are what `gatehouse mirror change` takes; each goes through the journal, to the cloud first and only then into the mirror.

| rows | subject | kinds and where they are read | acts | shown by |
|---|---|---|---|---|
";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_page_says_what_the_tables_say() {
    let file = root().join("docs/MIRROR.md");
    if std::env::var_os("MIRROR_PAGE").is_some() {
        std::fs::write(&file, page()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap_or_default(), page(), "run with MIRROR_PAGE=write");
}

#[test]
fn every_kind_belongs_to_a_subject_every_subject_is_there_and_every_proof_exists() {
    for kind in ENDPOINTS.iter().map(|endpoint| endpoint.kind) {
        assert!(AREAS.iter().any(|area| area.2.contains(&kind)), "{kind}");
    }
    // Every subject of the account's own help pages has a row.
    let row = |text: &str| text.parse::<u8>().ok();
    let span = |text: &str| match text.split_once('-') {
        Some((first, last)) => row(first).zip(row(last)).map(|(first, last)| first..=last),
        None => row(text).map(|row| row..=row),
    };
    let rows: BTreeSet<u8> =
        AREAS.iter().flat_map(|area| area.0.split(", ").filter_map(span).flatten()).collect();
    assert_eq!(rows, (1..=62).collect());
    for proof in AREAS.iter().filter_map(|area| area.4.split_once(' ')) {
        let text = std::fs::read_to_string(root().join(proof.0)).unwrap();
        assert!(text.contains(&format!("fn {}()", proof.1)), "{proof:?}");
    }
}
