use proptest::prelude::*;

use super::{DAY, FEED, Feed, FeedRefused, HOLDS, LARGEST, LONGEST_FEED, MOST, Model, Offer, Stale};
use crate::signed::{HeadRefused, PUBLIC_KEY, Signer, new_key};

const NOW: u64 = 1_795_392_000;

struct Maker {
    signer: Signer,
    key: [u8; PUBLIC_KEY],
}

impl Maker {
    fn new() -> Self {
        let (private, public) = new_key().unwrap();
        Self { signer: Signer::new(&private).unwrap(), key: public.try_into().unwrap() }
    }
}

fn here() -> Model<'static> {
    Model { board: "generic", arch: "amd64", version: "0.1.0".parse().unwrap() }
}

fn offer(board: &str, arch: &str, version: &str) -> Offer {
    let kind = Model { board, arch, version: version.parse().unwrap() };
    Offer::of(kind, format!("https://example.org/{version}.update"), &b"the update"[..]).unwrap()
}

fn feed(versions: Vec<Offer>) -> Feed {
    Feed { made: NOW, until: NOW + 30 * DAY, versions }
}

#[test]
fn either_of_our_keys_is_believed_and_nobody_elses() {
    let (now, later) = (Maker::new(), Maker::new());
    let feed = feed(vec![offer("generic", "amd64", "0.2.0")]);
    for maker in [&now, &later] {
        assert_eq!(Feed::open(&feed.signed(&maker.signer), &[now.key, later.key]).unwrap(), feed);
    }
    let strange = Feed::open(&feed.signed(&Maker::new().signer), &[now.key, later.key]).unwrap_err();
    assert!(matches!(strange, FeedRefused::Head(HeadRefused::Signature)), "{strange}");
}

#[test]
fn the_newest_for_this_board_and_processor_is_found() {
    let feed = feed(vec![
        offer("generic", "amd64", "0.9.0"),
        offer("generic", "amd64", "0.10.0"),
        offer("generic", "arm64", "0.11.0"),
        offer("rpi", "amd64", "0.12.0"),
    ]);
    assert_eq!(feed.newest(here()).unwrap().1.version, "0.10.0");
    let newest = Model { version: "0.10.0".parse().unwrap(), ..here() };
    assert_eq!(feed.newest(newest), None, "what runs is not new");
    assert_eq!(feed.newest(Model { board: "other", ..here() }), None);
}

#[test]
fn it_counts_from_when_it_was_made_until_it_ends_and_never_after_a_later_one() {
    let feed = feed(vec![]);
    assert_eq!(feed.is_fresh(NOW, 0), Ok(()));
    assert_eq!(feed.is_fresh(NOW, NOW), Ok(()), "the same once more");
    assert_eq!(feed.is_fresh(NOW, NOW + 1), Err(Stale::Older));
    assert_eq!(feed.is_fresh(feed.until - 1, 0), Ok(()));
    assert_eq!(feed.is_fresh(feed.until, 0), Err(Stale::Expired));
    assert_eq!(feed.is_fresh(NOW - DAY, 0), Ok(()), "clocks differ");
    assert_eq!(feed.is_fresh(NOW - DAY - 1, 0), Err(Stale::Early));
}

#[test]
fn what_no_feed_holds_is_refused_even_when_it_is_signed() {
    let maker = Maker::new();
    let refused = |feed: &Feed| {
        matches!(Feed::open(&feed.signed(&maker.signer), &[maker.key]), Err(FeedRefused::Garbled))
    };
    let good = offer("generic", "amd64", "0.2.0");
    let with = |one: Offer| feed(vec![one]);
    assert!(!refused(&with(good.clone())));
    for (why, wrong) in [
        ("larger than any update", with(Offer { size: LARGEST + 1, ..good.clone() })),
        ("empty", with(Offer { size: 0, ..good.clone() })),
        ("no version", with(Offer { version: "0.2".into(), ..good.clone() })),
        ("no hash", with(Offer { sha256: "0".repeat(63), ..good.clone() })),
        ("no hash", with(Offer { sha256: "X".repeat(64), ..good.clone() })),
        ("no address", with(Offer { at: "https://example.org/a b".into(), ..good.clone() })),
        ("no board", with(Offer { board: String::new(), ..good.clone() })),
        ("too many", feed(vec![good.clone(); MOST + 1])),
        ("holds for ever", Feed { until: NOW + HOLDS + 1, ..feed(vec![]) }),
        ("ends before it begins", Feed { until: NOW, ..feed(vec![]) }),
    ] {
        assert!(refused(&wrong), "{why}");
    }
}

#[test]
fn cut_off_anywhere_lengthened_or_changed_by_a_bit_it_is_refused() {
    let maker = Maker::new();
    let file = feed(vec![offer("generic", "amd64", "0.2.0")]).signed(&maker.signer);
    assert!(file.len() <= LONGEST_FEED);
    for end in 0..file.len() {
        assert!(Feed::open(&file[..end], &[maker.key]).is_err(), "{end}");
        let mut changed = file.clone();
        changed[end] ^= 1;
        assert!(Feed::open(&changed, &[maker.key]).is_err(), "{end}");
    }
    assert!(Feed::open(&[file.as_slice(), b"x"].concat(), &[maker.key]).is_err());
}

#[test]
fn only_the_very_file_is_what_was_promised() {
    let offer = offer("generic", "amd64", "0.2.0");
    assert!(offer.is(&b"the update"[..]).unwrap());
    assert!(!offer.is(&b"the Update"[..]).unwrap() && !offer.is(&b"the updat"[..]).unwrap());
}

proptest! {
    #[test]
    fn no_document_stops_the_box(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Feed::open(&[FEED.magic, &bytes].concat(), &[[7; PUBLIC_KEY]]).is_err());
    }
}
