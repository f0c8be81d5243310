use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{Event, Listed, PAGE, Trail, Window, read_history};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

/// A history as the cloud shows it: newest first, both bounds inclusive.
fn cloud(all: &[Event], window: &Window) -> (Vec<Event>, Listed) {
    let fits = |event: &&Event| {
        window.from.is_none_or(|from| event.at >= from) && window.to.is_none_or(|to| event.at <= to)
    };
    let mut all: Vec<Event> = all.iter().filter(fits).cloned().collect();
    all.sort_by_key(|event| std::cmp::Reverse((event.at, event.id.clone())));
    let page: Vec<Event> = all.into_iter().skip(window.skip).take(PAGE).collect();
    let listed = Listed { count: page.len(), next: None };
    (page, listed)
}

fn later() -> SystemTime {
    at(100_000_000)
}

/// Reads the newest page, or where a walk forwards goes on; says how many entries to pass over next.
fn forward(
    trail: &mut Trail,
    all: &[Event],
    skip: usize,
    here: &mut BTreeMap<String, Event>,
) -> Option<usize> {
    let window = trail.forward(skip);
    let (events, listed) = cloud(all, &window);
    let more = trail.went_forward(&window, &events, listed, later());
    here.extend(events.into_iter().map(|event| (event.id.clone(), event)));
    more.then(|| window.after(listed))
}

fn event(id: u64, second: u64) -> Event {
    let body = json!({"id": id.to_string()});
    Event { id: id.to_string(), at: at(second), body: (&body).into() }
}

#[test]
fn it_is_read_to_its_beginning_though_new_entries_push_the_pages_on() {
    // Many share a second, more than a page holds among them.
    let mut all: Vec<Event> = (0..3_000).map(|n| event(n, if n < 1_200 { 7 } else { n })).collect();
    let mut trail = Trail::default();
    let mut here = BTreeMap::new();
    let mut asked = 0;
    while !trail.is_whole() {
        asked += 1;
        assert!(asked < 30, "{trail:?}");
        let window = trail.backward().unwrap_or_else(|| trail.forward(0));
        let (events, listed) = cloud(&all, &window);
        if window.to.is_some() {
            trail.went_back(&window, &events, listed);
        } else {
            let _more = trail.went_forward(&window, &events, listed, later());
        }
        here.extend(events.into_iter().map(|event| (event.id.clone(), event)));
        all.push(event(10_000 + asked, 5_000 + asked));
    }
    let (events, _) = cloud(&all, &trail.forward(0));
    here.extend(events.into_iter().map(|event| (event.id.clone(), event)));
    assert_eq!(here.len(), all.len());
    assert!(asked <= 10, "{asked}");
}

#[test]
fn a_restart_in_the_middle_of_much_news_leaves_no_gap() {
    let mut all: Vec<Event> = (0..10).map(|n| event(n, n)).collect();
    let (mut trail, mut here) = (Trail::default(), BTreeMap::new());
    assert_eq!(forward(&mut trail, &all, 0, &mut here), None);
    // Three pages of news, one every ten seconds; the power goes after the first page.
    all.extend((0..1_200).map(|n| event(100 + n, 100 + n * 10)));
    assert!(forward(&mut trail, &all, 0, &mut BTreeMap::new()).is_some());
    let mut trail: Trail = serde_json::from_str(&serde_json::to_string(&trail).unwrap()).unwrap();
    let mut skip = Some(0);
    while let Some(on) = skip {
        skip = forward(&mut trail, &all, on, &mut here);
    }
    assert_eq!(here.len(), all.len());
}

/// The cloud counts its whole list and shows of each stretch of 100 what fits the question.
fn picks(all: &[Event], window: &Window) -> (Vec<Event>, Listed) {
    let mut all: Vec<Event> = all.to_vec();
    all.sort_by_key(|event| std::cmp::Reverse((event.at, event.id.clone())));
    let stretch = all.iter().skip(window.skip).take(100);
    let fits = |event: &&Event| {
        window.from.is_none_or(|from| event.at >= from) && window.to.is_none_or(|to| event.at <= to)
    };
    let page: Vec<Event> = stretch.filter(fits).cloned().collect();
    let next = Some(window.skip + 100).filter(|next| *next < all.len());
    let listed = Listed { count: page.len(), next };
    (page, listed)
}

#[test]
fn a_list_that_says_where_it_goes_on_is_followed_through_short_and_empty_pages() {
    let mut all: Vec<Event> = (0..1_000).map(|n| event(n, n * 60)).collect();
    let (mut trail, mut here, mut asked) = (Trail::default(), BTreeMap::new(), 0);
    while !trail.is_whole() {
        asked += 1;
        assert!(asked < 30, "{trail:?}");
        let window = trail.backward().unwrap_or_else(|| trail.forward(0));
        let (events, listed) = picks(&all, &window);
        if asked > 1 {
            trail.went_back(&window, &events, listed);
        } else {
            assert!(!trail.went_forward(&window, &events, listed, later()));
        }
        here.extend(events.into_iter().map(|event| (event.id, ())));
        // News push the rest on, so that an entry may be told twice.
        all.push(event(10_000 + asked, 100_000 + asked));
    }
    let news = asked;
    assert_eq!(here.len(), 1_000, "{asked}");
    let (mut skip, mut pages) = (Some(0), 0);
    while let Some(on) = skip {
        pages += 1;
        let window = trail.forward(on);
        let (events, listed) = picks(&all, &window);
        let more = trail.went_forward(&window, &events, listed, later());
        here.extend(events.into_iter().map(|event| (event.id, ())));
        skip = more.then(|| window.after(listed));
    }
    assert_eq!((here.len(), pages), (1_000 + usize::try_from(news).unwrap(), 2));
}

#[test]
fn an_entry_dated_in_the_future_hides_no_later_ones() {
    let mut all = vec![event(1, 0), event(2, 1_000_000_000)];
    let (mut trail, mut here) = (Trail::default(), BTreeMap::new());
    let window = trail.forward(0);
    let (events, listed) = cloud(&all, &window);
    assert!(!trail.went_forward(&window, &events, listed, at(10)));
    all.push(event(3, 20));
    let _more = forward(&mut trail, &all, 0, &mut here);
    assert!(here.contains_key("3"));
}

#[test]
fn what_lies_behind_is_not_asked_for_again() {
    let all: Vec<Event> = (0..10).map(|n| event(n, n * 3_600)).collect();
    let mut trail = Trail::default();
    let _more = forward(&mut trail, &all, 0, &mut BTreeMap::new());
    let window = trail.backward().unwrap();
    let (events, listed) = cloud(&all, &window);
    trail.went_back(&window, &events, listed);
    let window = trail.backward().unwrap();
    trail.went_back(&window, &[], Listed::default());
    assert_eq!(trail.backward(), None);
    assert_eq!(cloud(&all, &trail.forward(0)).1.count, 2, "the newest and the one an hour before");
    let kept = serde_json::to_string(&trail).unwrap();
    assert_eq!(serde_json::from_str::<Trail>(&kept).unwrap(), trail);
}

#[test]
fn dates_of_every_zone_are_one_moment_and_nonsense_is_left_out() {
    let entry = |id: Value, created: &str| json!({"id": id, "created": created});
    let page = json!({"items": [
        entry(json!("1"), "2026-10-25T02:30:00+02:00"), entry(json!("2"), "2026-10-25T00:30:00Z"),
        entry(json!("3"), "2026-10-25T02:30:00+01:00"), entry(json!("4"), "yesterday"), entry(json!(null), "")]});
    let (events, listed) = read_history(&page).unwrap();
    assert_eq!((events.len(), listed.count), (3, 5));
    assert_eq!(events[0].at, events[1].at);
    assert_eq!(events[2].at.duration_since(events[0].at).unwrap(), Duration::from_secs(3_600));
    assert!(read_history(&json!({"sorry": 1})).is_err());
}
