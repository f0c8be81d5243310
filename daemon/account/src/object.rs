//! The objects of the account that calls depend on. Fields the box has no use for yet stay in the mirrored document.

use crate::{
    AddressId, DeviceId, E164, EndpointId, Extension, GroupId, NumberId, PhonelineId, Secret, SipUser, UserId,
};

/// Whose account this is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Identity {
    /// The account number that starts every SIP user name, seven digits.
    pub master_sip_id: String,
    /// The SIP domain phones of this account use, `sipgate.de`.
    pub domain: String,
    /// The customer's name.
    pub company: String,
    /// The product as the cloud names it, `TEAM`, `TRUNKING`, ...
    pub product: String,
}

/// A person with a login.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct User {
    /// `w0`
    pub id: UserId,
    /// Given and family name, as shown to those this person calls.
    pub name: String,
    /// Short numbers that ring this person.
    pub extensions: Vec<Extension>,
    /// The device that this person's calls leave through unless they say otherwise.
    pub default_device: Option<DeviceId>,
    /// Refuse a second call while one is up (German: "Besetzt bei Besetzt").
    pub busy_on_busy: bool,
    /// May change the account.
    pub admin: bool,
    /// Where this person is for the emergency services unless the phone says better.
    pub address: Option<AddressId>,
}

/// What kind of terminal a device is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DeviceKind {
    /// Registers by SIP; the only kind the box serves itself.
    Register,
    /// A SIM card.
    Mobile,
    /// A number elsewhere.
    External,
    /// The cloud's own app.
    App,
    /// A kind this version has not heard of.
    Other,
}

/// How a phone proves who it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credentials {
    /// `7654321e4`
    pub user: SipUser,
    /// In clear, because the cloud's registrar asks for digests over it.
    pub password: Secret,
    /// The cloud's registrar for this device.
    pub server: String,
    /// Where to send to reach that registrar.
    pub outbound_proxy: String,
}

/// A phone or other terminal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Device {
    /// `e4`
    pub id: DeviceId,
    /// The name people gave it, "Empfang".
    pub alias: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// Do not disturb: it does not ring.
    pub dnd: bool,
    /// Lines this device rings for.
    pub phonelines: Vec<PhonelineId>,
    /// Groups this device rings for.
    pub groups: Vec<GroupId>,
    /// Its login; absent for everything that is not a SIP phone.
    pub credentials: Option<Credentials>,
    /// Where it stands, for the emergency services.
    pub emergency_address: Option<AddressId>,
}

/// A user's line on a classic account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Phoneline {
    /// `p0`
    pub id: PhonelineId,
    /// Its name.
    pub alias: String,
    /// Whose line it is.
    pub owner: UserId,
}

/// People who are rung together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
    /// `g0`
    pub id: GroupId,
    /// Its name, "Zentrale".
    pub alias: String,
}

/// What kind of number it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NumberKind {
    /// A geographic number.
    Landline,
    /// A mobile number.
    Mobile,
    /// A number of another country.
    International,
    /// A short number inside the house.
    Extension,
    /// A block or a kind this version has not heard of.
    Other,
}

/// A number of the account and what it leads to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Number {
    /// Opaque.
    pub id: NumberId,
    /// As the cloud states it: international form, or the digits of an extension.
    pub digits: String,
    /// What kind of number.
    pub kind: NumberKind,
    /// Where calls to it go; absent when it is booked but leads nowhere.
    pub endpoint: Option<EndpointId>,
}

impl Number {
    /// The international form, for numbers that have one.
    #[must_use]
    pub fn e164(&self) -> Option<E164> {
        self.digits.parse().ok()
    }
}

/// A place that the emergency services can be sent to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Address {
    /// Opaque.
    pub id: AddressId,
    /// Street, number, postcode and city in one line.
    pub line: String,
    /// The cloud's word on whether it may be used for emergency calls, as it is.
    pub emergency_state: String,
}

/// What is left to spend.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Balance {
    /// In ten-thousandths of the currency's unit, as the cloud counts.
    pub ten_thousandths: i64,
    /// ISO 4217, `EUR`.
    pub currency: String,
}
