//! The live stream: what comes, how often, and when it ends.

use super::*;

struct Stream(Incoming);

impl Stream {
    async fn open(house: &House, cookie: &str) -> Self {
        let answer = house.send(request("GET", "/events").header("cookie", cookie), "").await;
        assert_eq!(answer.headers().get("content-type").unwrap(), "text/event-stream");
        Self(answer.into_body())
    }

    /// The next message; `None` once the stream has ended.
    async fn next(&mut self) -> Option<String> {
        let frame = self.0.frame().await?.ok()?;
        Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
    }
}

#[tokio::test]
async fn the_first_message_brings_everything_and_the_next_only_what_changed() {
    let (house, cookie) = House::set_up().await;
    let mut stream = Stream::open(&house, &cookie).await;
    let first = stream.next().await.unwrap();
    for id in ["health", "figures", "notices", "calls", "phone-e0", "mirror"] {
        assert!(first.contains(&format!("id=\"{id}\"")), "{id}\n{first}");
    }

    house.change(|view| Arc::make_mut(&mut view.phones)[0].alias = "Neues Telefon".to_owned());
    let row = stream.next().await.unwrap();
    assert!(row.contains("id=\"phone-e0\"") && row.contains("Neues Telefon"), "{row}");
    assert!(
        !row.contains("phone-e1") && !row.contains("id=\"calls\"") && !row.contains("id=\"figures\""),
        "{row}"
    );

    house.change(|view| view.calls.clear());
    let ended = stream.next().await.unwrap();
    assert!(ended.contains("id=\"calls\"") && ended.contains("id=\"figures\""), "{ended}");
    assert!(!ended.contains("id=\"phone"), "{ended}");
}

#[tokio::test]
async fn of_many_calls_only_those_are_sent_that_come_go_or_change() {
    let (house, cookie) = House::set_up().await;
    let call = |view: &View, id: &str| Call { id: id.to_owned(), ..view.calls[0].clone() };
    house.change(|view| view.calls = ["1", "2", "3"].map(|id| call(view, id)).into());
    let mut stream = Stream::open(&house, &cookie).await;
    stream.next().await.unwrap();
    house.change(|view| {
        view.calls.remove(0);
        view.calls[1].state = CallState::Held;
        let come = call(view, "4");
        view.calls.push(come);
    });
    let next = stream.next().await.unwrap();
    assert!(next.contains("<template data-gone=\"call-1\"></template>"), "{next}");
    assert!(next.contains("<template data-into=\"calls-now\"><tr id=\"call-4\">"), "{next}");
    assert!(next.contains("<template><tr id=\"call-3\">"), "{next}");
    assert!(next.contains("id=\"calls-count\" class=\"count\">3<"), "{next}");
    assert!(!next.contains("call-2") && !next.contains("id=\"calls\""), "{next}");

    house.change(|view| view.calls.reverse());
    let moved = stream.next().await.unwrap();
    assert!(moved.contains("id=\"calls\"") && !moved.contains("data-gone"), "{moved}");
}

#[tokio::test]
async fn a_picture_that_looks_the_same_sends_nothing() {
    let (house, cookie) = House::set_up().await;
    let mut stream = Stream::open(&house, &cookie).await;
    stream.next().await.unwrap();
    house.change(|_| ());
    house.change(|view| Arc::make_mut(&mut view.phones)[1].alias = "Anders".to_owned());
    let next = stream.next().await.unwrap();
    assert!(next.contains("Anders"), "{next}");
}

#[tokio::test]
async fn a_hundred_changes_a_second_become_four_messages() {
    let (house, cookie) = House::set_up().await;
    let mut stream = Stream::open(&house, &cookie).await;
    stream.next().await.unwrap();
    let started = tokio::time::Instant::now();
    let mut messages = 0;
    for round in 0..100 {
        house.change(|view| Arc::make_mut(&mut view.phones)[0].alias = format!("Runde {round}"));
        let heard = tokio::time::timeout(Duration::from_millis(10), stream.next()).await;
        messages += u128::from(heard.is_ok());
    }
    let allowed = started.elapsed().as_millis() / 250 + 1;
    assert!(messages <= allowed, "{messages} messages, {allowed} allowed");
    house.change(|view| Arc::make_mut(&mut view.phones)[0].alias = "Schluss".to_owned());
    while !stream.next().await.unwrap().contains("Schluss") {}
}

#[tokio::test]
async fn after_a_message_with_many_parts_nobody_is_told_more_for_a_second() {
    let (house, cookie) = House::set_up().await;
    let mut stream = Stream::open(&house, &cookie).await;
    stream.next().await.unwrap();
    let call = |view: &View, id: usize| Call { id: id.to_string(), ..view.calls[0].clone() };
    house.change(|view| view.calls.extend((0..40).map(|id| call(view, id)).collect::<Vec<_>>()));
    stream.next().await.unwrap();
    let told = tokio::time::Instant::now();
    house.change(|view| drop(view.calls.pop()));
    while !stream.next().await.unwrap().contains("data-gone") {}
    assert!(told.elapsed() > Duration::from_millis(800), "{:?}", told.elapsed());
}

#[tokio::test]
async fn the_stream_ends_with_the_session() {
    let (house, cookie) = House::set_up().await;
    let mut stream = Stream::open(&house, &cookie).await;
    stream.next().await.unwrap();
    house.post("/logout", &cookie, "").await;
    house.change(|view| Arc::make_mut(&mut view.phones)[0].alias = "geheim".to_owned());
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn the_stream_speaks_the_chosen_language() {
    let (house, cookie) = House::set_up().await;
    let mut stream = Stream::open(&house, &format!("{cookie}; lang=en")).await;
    assert!(stream.next().await.unwrap().contains("Phones can call"));
}
