//! The front panel: a small controller on a serial line with lights, a button, a relay contact, its own look at supply and
//! temperature, and a watchdog. The line is described in `docs/BOARD.md`.
//!
//! ```text
//!   wanted: lights, contact ──> Panel ── one order at a time, until it is taken ──> serial line
//!   pressed, held, supply, temperature <── Panel <── reports, each checked ──────── serial line
//! ```
//!
//! A machine: it is told bytes and moments, and asked what to send and what happened. It knows no serial port.

mod line;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

pub use line::{Firmware, LONGEST, LineRefused, Order, Report, read, write};

/// An order that nobody took is given again after this time.
const AGAIN: Duration = Duration::from_millis(500);
/// How often the watchdog is fed, and supply and temperature asked for.
const ROUND: Duration = Duration::from_secs(5);
/// A panel that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(15);
/// After so many seconds without food the panel takes the box for dead and cuts its supply for a moment.
const GUARD: u16 = 120;
/// Held for so long the button means: forget everything.
pub const RESET: Duration = Duration::from_secs(10);
/// More events than this nobody has looked at for a while: the oldest goes.
const EVENTS: usize = 64;

/// A light of the panel.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Light {
    /// The box runs.
    Power,
    /// Lines to the outside.
    Line,
    /// Somebody talks.
    Call,
    /// Somebody should look at the page.
    Fault,
}

/// What a light does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Shine {
    /// Dark.
    #[default]
    Off,
    /// Steady.
    On,
    /// Twice a second.
    Blink,
}

/// The relay's contact.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Contact {
    /// As without power.
    #[default]
    Open,
    /// A strobe light or horn behind it is on.
    Closed,
}

/// How the panel shall look.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Look {
    /// See [`Light::Power`].
    pub power: Shine,
    /// See [`Light::Line`].
    pub line: Shine,
    /// See [`Light::Call`].
    pub call: Shine,
    /// See [`Light::Fault`].
    pub fault: Shine,
    /// The relay.
    pub contact: Contact,
}

impl Look {
    /// All that it takes to look like this.
    fn orders(self) -> [Order; 5] {
        [
            Order::Light(Light::Power, self.power),
            Order::Light(Light::Line, self.line),
            Order::Light(Light::Call, self.call),
            Order::Light(Light::Fault, self.fault),
            Order::Relay(self.contact),
        ]
    }
}

/// What happened at the panel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Event {
    /// It is there; its firmware.
    Found(Firmware),
    /// It says nothing any more.
    Lost,
    /// The button was pressed and released sooner than [`RESET`].
    Pressed,
    /// The button is held and has been for [`RESET`]: forget everything.
    Held,
    /// Of the box, in millivolts.
    Supply(u32),
    /// Inside the box, in thousandths of a degree Celsius.
    Temperature(i32),
}

/// One panel. Tell it bytes with [`Panel::handle`] and time with [`Panel::handle_timeout`], then drain [`Panel::poll_output`] and
/// [`Panel::poll_event`].
#[derive(Debug)]
pub struct Panel {
    wanted: Look,
    /// What it has taken since it was found.
    shown: Vec<Order>,
    found: bool,
    heard: Instant,
    /// Bytes of a line that has not ended.
    partial: Vec<u8>,
    /// Told and not yet taken, and when.
    under_way: Option<(Order, Instant)>,
    next_round: Instant,
    /// Due in this round.
    due: VecDeque<Order>,
    pressed: Option<Instant>,
    events: VecDeque<Event>,
    /// Lines that were refused: noise, or a panel that speaks something else.
    pub garbled: u64,
}

impl Panel {
    /// A panel that has not answered yet.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self {
            wanted: Look::default(),
            shown: Vec::new(),
            found: false,
            heard: now,
            partial: Vec::new(),
            under_way: None,
            next_round: now,
            due: VecDeque::new(),
            pressed: None,
            events: VecDeque::new(),
            garbled: 0,
        }
    }

    /// From now on it shall look like this.
    pub fn wants(&mut self, look: Look) {
        self.wanted = look;
    }

    /// Bytes of the serial line, in any pieces.
    pub fn handle(&mut self, now: Instant, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' => self.line(now),
                // One more than fits, so that an endless line is refused and takes no room.
                _ if self.partial.len() <= LONGEST => self.partial.push(*byte),
                _ => {}
            }
        }
    }

    fn line(&mut self, now: Instant) {
        let line = std::mem::take(&mut self.partial);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        match read(line) {
            Ok(report) => self.report(now, report),
            Err(_) => self.garbled += 1,
        }
    }

    fn report(&mut self, now: Instant, report: Report) {
        self.heard = now;
        match report {
            Report::Panel(firmware) => {
                // It has just started, and shows nothing.
                self.shown.clear();
                self.found = true;
                self.under_way = None;
                self.happens(Event::Found(firmware));
            }
            Report::Taken | Report::Refused => {
                if let Some((order, _)) = self.under_way.take() {
                    self.shown.retain(|shown| !shown.concerns_the_same(&order));
                    self.shown.push(order);
                }
            }
            Report::Down => self.pressed = self.pressed.or(Some(now)),
            Report::Up => {
                let held = self.pressed.take().map(|since| now.saturating_duration_since(since));
                if held.is_some_and(|held| held < RESET) {
                    self.happens(Event::Pressed);
                }
            }
            Report::Supply(millivolts) => self.happens(Event::Supply(millivolts)),
            Report::Temperature(millidegrees) => self.happens(Event::Temperature(millidegrees)),
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.pressed.is_some_and(|since| now.saturating_duration_since(since) >= RESET) {
            // Once: whoever goes on holding has said it.
            self.pressed = None;
            self.happens(Event::Held);
        }
        if self.found && now.saturating_duration_since(self.heard) >= SILENCE {
            self.found = false;
            self.under_way = None;
            self.happens(Event::Lost);
        }
        if now >= self.next_round {
            self.next_round = now + ROUND;
            self.due = if self.found {
                [Order::Guard(GUARD), Order::Feed, Order::Read].into()
            } else {
                [Order::Hello].into()
            };
        }
    }

    /// What to write to the serial line now.
    pub fn poll_output(&mut self, now: Instant) -> Option<String> {
        if self.under_way.is_some_and(|(_, told)| now.saturating_duration_since(told) < AGAIN) {
            return None;
        }
        let order = match self.under_way {
            Some((order, _)) => order,
            None => self.next_order()?,
        };
        // A greeting is answered by a report of its own, and repeated with the rounds.
        self.under_way = (order != Order::Hello).then_some((order, now));
        Some(write(order))
    }

    /// What is due comes before what has changed: a watchdog must not wait for lights.
    fn next_order(&mut self) -> Option<Order> {
        let due = self.due.pop_front();
        let changed = || self.wanted.orders().into_iter().find(|order| !self.shown.contains(order));
        due.or_else(|| self.found.then(changed).flatten())
    }

    /// What happened, oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When it wants [`Panel::handle_timeout`] and [`Panel::poll_output`] at the latest.
    #[must_use]
    pub fn next_deadline(&self) -> Instant {
        let again = self.under_way.map(|(_, told)| told + AGAIN);
        let held = self.pressed.map(|since| since + RESET);
        let silent = self.found.then(|| self.heard + SILENCE);
        [again, held, silent].into_iter().flatten().fold(self.next_round, Instant::min)
    }

    fn happens(&mut self, event: Event) {
        if self.events.len() == EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}

#[cfg(test)]
mod tests;
