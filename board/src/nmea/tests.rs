//! Sentences as receivers say them.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Place, Receiver, Says, Sentence, SentenceRefused, read};

/// With its check, as a receiver works it out.
fn sound(words: &str) -> String {
    format!("${words}*{:02X}", words.bytes().fold(0, |sum, byte| sum ^ byte))
}

fn said(words: &str) -> Result<Sentence, SentenceRefused> {
    read(sound(words).as_bytes())
}

const MINIMUM: &str = "GPRMC,123519.00,A,4807.038,N,01131.000,E,022.4,084.4,230326,003.1,W,A";

#[test]
fn the_recommended_minimum_says_when_and_where() {
    let sentence = said(MINIMUM).unwrap();
    assert_eq!(sentence.moment.unwrap().to_string(), "2026-03-23T12:35:19Z");
    let place = sentence.place.unwrap();
    assert_eq!(
        (place, place.to_string().as_str()),
        (Place { latitude: 48_117_300, longitude: 11_516_667 }, "48.11730, 11.51666")
    );
}

#[test]
fn a_sentence_known_from_elsewhere_has_the_check_it_says() {
    // The example that every description of the standard has.
    let line = "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47";
    let sentence = read(line.as_bytes()).unwrap();
    assert_eq!(
        (sentence.satellites, sentence.place.unwrap().to_string().as_str()),
        (Some(8), "48.11730, 11.51666")
    );
    assert_eq!(read(line.replace("*47", "*46").as_bytes()), Err(SentenceRefused::Damaged));
}

#[test]
fn south_and_west_are_negative_and_half_a_millionth_is_rounded() {
    let place = said("GNGGA,000001,3351.0000,S,15112.3456789,W,1,05,1,1,M,,,,").unwrap().place.unwrap();
    assert_eq!(place, Place { latitude: -33_850_000, longitude: -151_205_761 });
    assert_eq!(place.to_string(), "-33.85000, -151.20576");
    assert_eq!(Place { latitude: -9_000, longitude: 5 }.to_string(), "-0.00900, 0.00000");
}

#[test]
fn who_is_not_sure_says_no_place() {
    let place = |words: &str| said(words).unwrap().place;
    assert_eq!(place(&MINIMUM.replace(",A,48", ",V,48")), None);
    assert_eq!(place(&MINIMUM.replace("W,A", "W,E")), None, "estimated");
    assert_eq!(place(&MINIMUM.replace("W,A", "W,S")), None, "simulated");
    assert_eq!(place("GPRMC,,V,,,,,,,,,,N"), None);
    for quality in ["0", "6", "7", "8", ""] {
        assert_eq!(place(&format!("GPGGA,123519,4807.038,N,01131.000,E,{quality},08,0.9,5,M,4,M,,")), None);
    }
    let early = said(&MINIMUM.replace(",A,48", ",V,48")).unwrap();
    assert_eq!(early.moment, None, "nor a time it has only guessed");
}

#[test]
fn time_and_date_alone_are_understood() {
    let moment = said("GPZDA,235960.00,29,02,2028,00,00").unwrap().moment.unwrap();
    assert_eq!(moment.to_string(), "2028-02-29T23:59:60Z");
    assert_eq!(said("GPZDA,,,,,,"), Ok(Sentence::default()));
}

#[test]
fn what_cannot_be_is_refused() {
    for wrong in [
        "GPZDA,240000,01,01,2026,,",
        "GPZDA,120000,29,02,2027,,",
        "GPZDA,120000,01,13,2026,,",
        "GPZDA,120000,01,01,1999,,",
        "GPZDA,12000x,01,01,2026,,",
        "GPGGA,1,9100.0,N,01131.0,E,1,08,,,,,,,",
        "GPGGA,1,9000.1,N,01131.0,E,1,08,,,,,,,",
        "GPGGA,1,4860.0,N,01131.0,E,1,08,,,,,,,",
        "GPGGA,1,4807.0,X,01131.0,E,1,08,,,,,,,",
        "GPGGA,1,4807.0,N,18100.0,E,1,08,,,,,,,",
        "GPGGA,1,-807.0,N,01131.0,E,1,08,,,,,,,",
        "GPGGA,1,4807.0,N,01131.0,E,1,999,,,,,,,",
    ] {
        assert_eq!(said(wrong), Err(SentenceRefused::Wrong), "{wrong}");
    }
    for other in ["GPGSV,1,1,00", "PUBX,00", "GP", ""] {
        assert_eq!(said(other), Err(SentenceRefused::OfAnotherKind), "{other}");
    }
    for damaged in
        ["", "$", "GPZDA*00", "$GPZDA", "$GPZDA*4", "$GPZDA*+8", "$GPZDA*480", "$\u{7f}*7F", "!GPZDA*48"]
    {
        assert_eq!(read(damaged.as_bytes()), Err(SentenceRefused::Damaged), "{damaged}");
    }
    assert_eq!(read(&[b'$'; 81]), Err(SentenceRefused::TooLong));
}

#[test]
fn a_receiver_is_believed_as_long_as_it_says_so() {
    let (mut receiver, now) = (Receiver::default(), Instant::now());
    let second = Duration::from_secs(1);
    receiver.handle(now, format!("noise\r\n{}\r\n{}\r\n", sound(MINIMUM), sound("GPGSV,1,1,00")).as_bytes());
    receiver.handle(
        now,
        format!("{}\n", sound("GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,5,M,4,M,,")).as_bytes(),
    );
    let says = receiver.says(now + 9 * second);
    assert_eq!((says.satellites, says.place.is_some(), says.moment.is_some()), (Some(8), true, true));
    assert_eq!(receiver.says(now + 10 * second), Says::default());
    receiver.handle(now, format!("{}\n", sound("GPGGA,123520,,,,,0,00,,,M,,M,,")).as_bytes());
    assert_eq!(receiver.says(now).place, None, "it has lost the satellites");
    assert_eq!(receiver.garbled, 1);
}

#[test]
fn what_a_receiver_says_does_not_depend_on_the_pieces_it_comes_in() {
    let line = format!("{}\r\n", sound(MINIMUM));
    let (mut receiver, now) = (Receiver::default(), Instant::now());
    line.as_bytes().chunks(1).for_each(|piece| receiver.handle(now, piece));
    assert!(receiver.says(now).place.is_some());
    receiver.handle(now, &[b'x'; 100_000]);
    receiver.handle(now, b"\n");
    assert_eq!(receiver.garbled, 1, "an endless line");
}

proptest! {
    #[test]
    fn no_sound_sentence_leads_off_the_earth(fields in prop::collection::vec("[0-9.NSEWAV]{0,10}", 0..14), kind in 0..3_usize) {
        let kind = ["GPRMC", "GPGGA", "GNZDA"][kind];
        let Ok(sentence) = said(&format!("{kind},{}", fields.join(","))) else { return Ok(()) };
        if let Some(Place { latitude, longitude }) = sentence.place {
            prop_assert!(latitude.abs() <= 90_000_000 && longitude.abs() <= 180_000_000);
        }
    }
}
