use std::time::{Duration, Instant};

use super::{
    AGAIN, Contact, EVENTS, Event, Firmware, LONGEST, Light, Look, Order, Panel, RESET, ROUND, SILENCE,
    Shine, write,
};

/// A box's end of the line, with a clock of its own.
struct Desk {
    panel: Panel,
    now: Instant,
}

impl Desk {
    fn new() -> Self {
        let now = Instant::now();
        Self { panel: Panel::new(now), now }
    }

    fn after(&mut self, time: Duration) {
        self.now += time;
        self.panel.handle_timeout(self.now);
    }

    fn hears(&mut self, words: &str) {
        self.panel.handle(self.now, super::line::said_by_panel(words).as_bytes());
    }

    fn sends(&mut self) -> Option<String> {
        self.panel.poll_output(self.now)
    }

    /// Takes every order until there is none; what they were.
    fn takes_all(&mut self) -> Vec<String> {
        let mut taken = Vec::new();
        while let Some(order) = self.sends() {
            taken.push(order.split('*').next().unwrap().to_owned());
            self.hears("OK");
        }
        taken
    }

    fn found() -> Self {
        let mut desk = Self::new();
        desk.after(Duration::ZERO);
        assert_eq!(desk.sends().unwrap(), write(Order::Hello));
        desk.hears("PANEL 1 7");
        assert_eq!(desk.panel.poll_event(), Some(Event::Found(Firmware { protocol: 1, version: 7 })));
        desk.takes_all();
        desk
    }
}

#[test]
fn it_is_greeted_until_it_answers_and_then_shown_how_to_look() {
    let mut desk = Desk::new();
    for _ in 0..3 {
        desk.after(ROUND);
        assert_eq!(desk.sends().unwrap(), write(Order::Hello));
        assert_eq!(desk.sends(), None, "once each round");
    }
    desk.panel.wants(Look { power: Shine::On, ..Look::default() });
    desk.hears("PANEL 1 7");
    let orders = ["LIGHT power on", "LIGHT line off", "LIGHT call off", "LIGHT fault off", "RELAY open"];
    assert_eq!(desk.takes_all(), orders);
    assert!(desk.takes_all().is_empty(), "nothing twice");
}

#[test]
fn only_what_changes_is_told() {
    let mut desk = Desk::found();
    desk.panel.wants(Look { contact: Contact::Closed, fault: Shine::Blink, ..Look::default() });
    assert_eq!(desk.takes_all(), ["LIGHT fault blink", "RELAY closed"]);
    desk.panel.wants(Look { fault: Shine::Blink, ..Look::default() });
    assert_eq!(desk.takes_all(), ["RELAY open"]);
}

#[test]
fn an_order_that_nobody_took_is_given_again() {
    let mut desk = Desk::found();
    desk.panel.wants(Look { contact: Contact::Closed, ..Look::default() });
    let order = desk.sends().unwrap();
    assert_eq!(desk.sends(), None);
    desk.after(AGAIN);
    assert_eq!(desk.sends(), Some(order));
    desk.panel.handle(desk.now, b"OK*0000\r\n");
    assert_eq!((desk.sends(), desk.panel.garbled), (None, 1), "damaged, so it was not taken");
}

#[test]
fn a_light_it_does_not_have_is_asked_for_once() {
    let mut desk = Desk::found();
    desk.panel.wants(Look { line: Shine::On, ..Look::default() });
    assert_eq!(desk.sends().unwrap(), write(Order::Light(Light::Line, Shine::On)));
    desk.hears("WHAT");
    assert_eq!(desk.sends(), None);
}

#[test]
fn the_watchdog_is_fed_every_round_before_anything_else() {
    let mut desk = Desk::found();
    desk.panel.wants(Look { call: Shine::On, ..Look::default() });
    desk.after(ROUND);
    assert_eq!(desk.takes_all(), ["GUARD 120", "FEED", "READ", "LIGHT call on"]);
}

#[test]
fn a_panel_that_starts_anew_is_shown_everything_again() {
    let mut desk = Desk::found();
    desk.panel.wants(Look { power: Shine::On, ..Look::default() });
    assert_eq!(desk.takes_all(), ["LIGHT power on"]);
    desk.hears("PANEL 1 7");
    assert_eq!(desk.takes_all().len(), 5);
}

#[test]
fn one_that_falls_silent_is_said_to_be_gone() {
    let mut desk = Desk::found();
    desk.after(SILENCE);
    assert_eq!(desk.panel.poll_event(), Some(Event::Lost));
    assert_eq!(desk.panel.poll_event(), None);
    assert_eq!(desk.sends().unwrap(), write(Order::Hello));
}

#[test]
fn a_button_held_long_enough_forgets_everything_and_says_so_once() {
    let mut desk = Desk::found();
    desk.hears("BUTTON down");
    desk.after(Duration::from_secs(1));
    desk.hears("BUTTON up");
    assert_eq!(desk.panel.poll_event(), Some(Event::Pressed));
    desk.hears("BUTTON down");
    assert!(desk.panel.next_deadline() <= desk.now + RESET);
    desk.after(RESET);
    assert_eq!(desk.panel.poll_event(), Some(Event::Held));
    desk.after(RESET);
    desk.hears("BUTTON up");
    assert!(!matches!(desk.panel.poll_event(), Some(Event::Held | Event::Pressed)));
}

#[test]
fn figures_come_through_in_any_pieces() {
    let mut desk = Desk::found();
    let lines = super::line::said_by_panel("SUPPLY 12050") + &super::line::said_by_panel("TEMPERATURE 41250");
    for byte in lines.bytes() {
        desk.panel.handle(desk.now, &[byte]);
    }
    assert_eq!(desk.panel.poll_event(), Some(Event::Supply(12_050)));
    assert_eq!(desk.panel.poll_event(), Some(Event::Temperature(41_250)));
}

#[test]
fn noise_takes_no_room() {
    let mut desk = Desk::found();
    desk.panel.handle(desk.now, &[0xff; 10 * LONGEST]);
    desk.panel.handle(desk.now, b"\n");
    assert_eq!(desk.panel.garbled, 1);
    for _ in 0..2 * EVENTS {
        desk.hears("SUPPLY 1");
    }
    assert_eq!(std::iter::from_fn(|| desk.panel.poll_event()).count(), EVENTS);
}
