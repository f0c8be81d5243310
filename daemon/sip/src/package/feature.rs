//! Do-not-disturb and forwarding, set at the phone and shown at the phone: `as-feature-event` of BroadSoft, as Cisco, Polycom,
//! Yealink and others speak it. The words are those of ECMA-323.

use super::DocumentRefused;
use super::xml::Element;

/// Kind of this body.
pub const KIND: &str = "application/x-as-feature-event+xml";

const NAMESPACE: &str = "http://www.ecma-international.org/standards/ecma-323/csta/ed3";
/// No number is longer.
const LONGEST_TARGET: usize = 64;
/// Nobody lets a phone ring more often.
const MOST_RINGS: u8 = 36;

/// A feature of a phone: what is wished in a SUBSCRIBE, what is so in a NOTIFY.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Feature {
    /// Nobody may ring the phone.
    DoNotDisturb(bool),
    /// Calls go elsewhere.
    Forward {
        /// Which calls.
        when: When,
        /// Whether it is in force.
        on: bool,
        /// Whereto, as dialled; kept also while it is off.
        target: String,
        /// How often it rings before.
        rings: Option<u8>,
    },
}

/// Which calls are forwarded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// All.
    Always,
    /// Those that find the phone busy.
    Busy,
    /// Those that nobody answers.
    Unanswered,
}

impl Feature {
    /// What is so, for the phone's display.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let root = |name| Element::new(name).with("xmlns", NAMESPACE).child(Element::new("device"));
        match self {
            Self::DoNotDisturb(on) => {
                root("DoNotDisturbEvent").child(Element::new("doNotDisturbOn").text(on.to_string()))
            }
            Self::Forward { when, on, target, rings } => root("ForwardingEvent")
                .child(Element::new("forwardingType").text(when.word()))
                .child(Element::new("forwardStatus").text(on.to_string()))
                .child(Element::new("forwardTo").text(target))
                .children(rings.map(|rings| Element::new("ringCount").text(rings.to_string()))),
        }
        .document()
    }

    /// What a phone wishes.
    ///
    /// # Errors
    /// [`DocumentRefused`]
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentRefused> {
        let root = Element::read(bytes)?;
        match root.name.as_ref() {
            "SetDoNotDisturb" => Ok(Self::DoNotDisturb(flag(&root, "doNotDisturbOn")?)),
            "SetForwarding" => Self::forward(&root),
            _ => Err(DocumentRefused::Foreign),
        }
    }

    fn forward(root: &Element) -> Result<Self, DocumentRefused> {
        let said = root.text_of("forwardingType");
        let when = When::ALL.into_iter().find(|when| said == Some(when.word()));
        let target = root.text_of("forwardDN").unwrap_or_default();
        let fits = target.chars().all(|c| !c.is_control()) && target.chars().count() <= LONGEST_TARGET;
        let rings = root.text_of("ringCount").and_then(|rings| rings.parse().ok());
        Ok(Self::Forward {
            when: when.ok_or(DocumentRefused::Value("forwardingType"))?,
            on: flag(root, "activateForward")?,
            target: Some(target).filter(|_| fits).ok_or(DocumentRefused::Value("forwardDN"))?.to_owned(),
            rings: rings.filter(|rings| *rings <= MOST_RINGS),
        })
    }
}

fn flag(root: &Element, name: &'static str) -> Result<bool, DocumentRefused> {
    match root.text_of(name) {
        Some("true" | "1") => Ok(true),
        Some("false" | "0") => Ok(false),
        _ => Err(DocumentRefused::Value(name)),
    }
}

impl When {
    const ALL: [Self; 3] = [Self::Always, Self::Busy, Self::Unanswered];

    const fn word(self) -> &'static str {
        match self {
            Self::Always => "forwardImmediate",
            Self::Busy => "forwardBusy",
            Self::Unanswered => "forwardNoAns",
        }
    }
}
