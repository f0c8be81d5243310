use super::*;

fn packet(timestamp: u32, payload: &[u8]) -> Packet<'_> {
    Packet { marker: false, payload_type: 101, sequence: 1, timestamp, ssrc: 7, payload }
}

fn press(name: char, millis: u64) -> Press {
    Press { digit: Digit::named(name).unwrap(), duration: Duration::from_millis(millis) }
}

#[test]
fn every_key_has_a_name_a_number_and_two_frequencies() {
    for (number, name) in (0u8..).zip("0123456789*#ABCD".chars()) {
        let digit = Digit::named(name).unwrap();
        assert_eq!((digit, digit.name()), (Digit(number), name));
        assert_eq!(Digit::named(name.to_ascii_lowercase()), Some(digit));
    }
    assert_eq!(
        [Digit(5), Digit(10), Digit(13)].map(Digit::frequencies),
        [(770, 1_336), (941, 1_209), (770, 1_633)]
    );
    assert_eq!((Digit::named('x'), Digit::named('ä')), (None, None));
}

/// The event of RFC 4733 as phones send it: growing, then three times the end.
#[test]
fn a_key_is_told_once_when_it_ends() {
    let mut keypad = Keypad::default();
    let events = [(false, 160), (false, 320), (true, 800), (true, 800), (true, 800)];
    let heard = |keypad: &mut Keypad, timestamp, event| -> Vec<_> {
        let payloads =
            events.map(|(end, duration)| TelephoneEvent { event, end, volume: 10, duration }.compose());
        payloads.iter().filter_map(|payload| keypad.hear(&packet(timestamp, payload))).collect()
    };
    assert_eq!(heard(&mut keypad, 1_000, 5), [press('5', 100)]);
    assert_eq!(heard(&mut keypad, 1_000, 5), [], "a late copy");
    assert_eq!(heard(&mut keypad, 5_000, 5), [press('5', 100)], "the same key again");
    assert_eq!(heard(&mut keypad, 9_000, 16), [], "flash is no key");
    assert_eq!(keypad.hear(&packet(1, &[5, 0x80, 0])), None);
}

#[test]
fn payloads_are_read_as_they_are_written() {
    let payload = [11, 0x8a, 0x03, 0x20];
    let event = TelephoneEvent { event: 11, end: true, volume: 10, duration: 800 };
    assert_eq!((TelephoneEvent::parse(&payload), event.compose()), (Some(event), payload));
}

#[test]
fn a_key_takes_the_place_of_the_voice() {
    for step in [80, 160, 240, 480] {
        let mut dialling = Dialling::new(press('#', 100));
        let sent: Vec<_> = (0u32..)
            .map_while(|number| dialling.next((u32::MAX - 200).wrapping_add(number * step)))
            .collect();
        let mut keypad = Keypad::default();
        let heard: Vec<_> =
            sent.iter().filter_map(|one| keypad.hear(&packet(one.timestamp, &one.payload))).collect();
        assert_eq!(heard, [press('#', 100)], "{step}");
        let ends = sent.iter().filter(|one| one.payload[1] & 0x80 != 0).count();
        assert_eq!((ends, sent[0].marker, sent[1].marker), (3, true, false));
        assert!(sent.iter().all(|one| one.timestamp == sent[0].timestamp));
        let durations: Vec<_> =
            sent.iter().map(|one| TelephoneEvent::parse(&one.payload).unwrap().duration).collect();
        assert!(durations.is_sorted() && durations.ends_with(&[800; 3]), "{durations:?}");
    }
}

#[test]
fn keys_in_info_are_read_as_phones_write_them() {
    for (body, expected) in [
        ("Signal=5\r\nDuration=160\r\n", Some(press('5', 160))),
        ("Signal= *\nDuration= 250", Some(press('*', 250))),
        ("signal=11", Some(press('#', 160))),
        ("Signal=d\r\nDuration=x\r\n", Some(press('D', 160))),
        ("Duration=99999999\r\nSignal=1\r\n", Some(press('1', 8_000))),
        ("7", Some(press('7', 160))),
        ("#\r\n", Some(press('#', 160))),
        ("Signal=16", None),
        ("Signal=", None),
        ("hello", None),
        ("", None),
    ] {
        assert_eq!(Press::of_info(body.as_bytes()), expected, "{body:?}");
    }
    assert_eq!(Press::of_info(press('*', 250).info_body().as_bytes()), Some(press('*', 250)));
    assert_eq!(Press::of_info(&[0xff; 10]), None);
}

/// A stream of voice packets with keys pressed into it; what comes out.
fn through(keyboard: &mut Keyboard, events: Option<u8>, packets: u16) -> Vec<Vec<u8>> {
    let one = |number: u16| {
        let mut packet = vec![0x80, 8];
        packet.extend(number.to_be_bytes());
        packet.extend((u32::from(number) * 160).to_be_bytes());
        packet.extend([0, 0, 0, 7]);
        packet.extend([0xd5; 160]);
        packet
    };
    let replaced = |number| {
        let mut packet = one(number);
        let length = keyboard.replace(events, &mut packet, 172);
        packet.truncate(length);
        packet
    };
    (0..packets).map(replaced).collect()
}

#[test]
fn keys_pass_as_events_in_an_unbroken_numbering_and_voice_goes_on() {
    let mut keyboard = Keyboard::default();
    assert!(!keyboard.is_busy());
    assert!("12#".chars().all(|name| keyboard.press(press(name, 100))));
    let sent = through(&mut keyboard, Some(113), 60);
    let sent: Vec<_> = sent.iter().map(|packet| Packet::parse(packet).unwrap()).collect();
    let mut keypad = Keypad::default();
    let events = sent.iter().filter(|packet| packet.payload_type == 113);
    let heard: Vec<_> = events.filter_map(|packet| keypad.hear(packet)).collect();
    assert_eq!(heard, [press('1', 100), press('2', 100), press('#', 100)]);
    assert!(sent.iter().map(|packet| packet.sequence).eq(0..60));
    let voice = sent.iter().filter(|packet| packet.payload_type == 8).count();
    assert!((60 - 3 * 9..60).contains(&voice) && !keyboard.is_busy(), "{voice} of 60 are voice");
}

#[test]
fn a_side_that_knows_no_events_hears_the_tones() {
    let mut keyboard = Keyboard::default();
    assert!("9*".chars().all(|name| keyboard.press(press(name, 100))));
    let mut ear = crate::tone::KeyEar::default();
    let law = crate::g711::Law::A;
    let heard: String = through(&mut keyboard, None, 40)
        .iter()
        .filter_map(|packet| ear.hear(packet[12..].iter().map(|byte| law.decode(*byte))))
        .map(Digit::name)
        .collect();
    assert_eq!((heard.as_str(), keyboard.is_busy()), ("9*", false));
}

#[test]
fn more_keys_than_anybody_types_are_refused() {
    let mut keyboard = Keyboard::default();
    let taken = (0..100).filter(|_| keyboard.press(press('1', 100))).count();
    assert_eq!(taken, 32);
}

#[test]
fn a_key_that_passes_as_an_event_already_is_not_pressed_again() {
    let mut keyboard = Keyboard::default();
    assert!("57".chars().all(|name| keyboard.press(press(name, 100))));
    let payload = TelephoneEvent { event: 5, end: false, volume: 10, duration: 160 }.compose();
    let mut packet = vec![0x80, 101, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7];
    packet.extend(payload);
    let before = packet.clone();
    assert_eq!((keyboard.replace(Some(101), &mut packet, 16), &packet), (16, &before));
    let sent = through(&mut keyboard, Some(101), 30);
    let told = sent.iter().filter(|packet| packet[1] & 0x7f == 101).map(|packet| packet[12]);
    assert!(
        told.clone().count() > 0 && told.clone().all(|event| event == 7),
        "{:?}",
        told.collect::<Vec<_>>()
    );
}
