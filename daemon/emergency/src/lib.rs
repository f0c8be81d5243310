//! Which call is an emergency, where the phone stands, and which line says so.
//!
//! ```text
//!   what was dialled ──dialled──> emergency, privileged, test or ordinary
//!   extension plan ───plan─────> collisions, each with its reason
//!   switches, leases ──traces──> sightings of each phone
//!   sightings, places ─resolve─> Table: phone -> place, rule, why      (worked out on every change)
//!   Table, lines ───lines──────> Ready: phone -> place and ladder of lines   (the same)
//!   call ───────────gate───────> help, pass or not; Hunt climbs the ladder, Callbacks wait for the control centre
//! ```
//!
//! In go texts and facts; out come decisions that cannot fail. Nothing here refuses, waits or panics while somebody
//! calls for help. It refuses to know SIP messages, sockets, files and clocks.
//!
//! The law behind it: TKG § 164 (110 and 112 at any time), NotrufV § 4 (digits before and after, no automatic calls).

pub mod alarms;
pub mod appointment;
pub mod area;
pub mod bindings;
pub mod callback;
pub mod dialled;
pub mod facts;
pub mod gate;
pub mod hunt;
pub mod lines;
pub mod pidf;
pub mod place;
pub mod plan;
pub mod preempt;
pub mod resolve;
pub mod standing;
pub mod table;
pub mod traces;

pub use alarms::Alarms;
pub use appointment::Appointment;
pub use bindings::{Bindings, BindingsRefused, Key, KeyRefused, Mac, Mark};
pub use callback::{Announced, Callbacks, Opened, Ring, Shown, Window, WindowRefused};
pub use dialled::{Class, DryRunRefused, Emergency, How, Numbers, NumbersRefused, Overlap, Service};
pub use facts::{Change, ChangeRefused, Facts, Moved};
pub use gate::{
    BARS, Bar, Call, Caller, Commissioned, Passage, Ready, Rules, Started, Strangers, Understood, Verdict,
    gate,
};
pub use hunt::{Dress, Hunt, LegId, Redirect};
pub use lines::{AddressFit, Capable, Line, Rung, Step, Via, ladder};
pub use pidf::{AddressRefused, Document, Named};
pub use place::{
    Civic, CloudAddress, CloudState, Coordinates, Location, LocationId, LocationKind, NotCoordinates, Places,
    PlacesRefused,
};
pub use plan::{Collision, Consequence, Origin, Planned, PlannedSort};
pub use preempt::{Holding, Running, make_room};
pub use resolve::{Confidence, Conflict, Ground, Resolution, Rule, Said};
pub use standing::{Networks, Seen, Sighting, Standing, Whereabouts};
pub use table::Table;
pub use traces::{Report, Traces};
