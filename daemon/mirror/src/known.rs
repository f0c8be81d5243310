//! The fields each object was ever seen with, in either interface. Others are kept all the same, and a notice says so once.

use crate::Kind;

/// Kinds that are not listed are stored only, and nothing is read from them yet.
const KNOWN: &[(Kind, &str)] = &[
    (Kind::Account, "company mainProductType logoUrl verified historyLifeTime"),
    (Kind::Identity, "sub domain masterSipId locale"),
    (
        Kind::User,
        "id firstname lastname email defaultDevice busyOnBusy addressId directDialIds timezone admin",
    ),
    (
        Kind::Device,
        "id alias type online dnd activePhonelines activeGroups credentials sipCredentials registered \
         emergencyAddressId addressUrl number incomingCallDisplay esim simState contingents",
    ),
    (
        Kind::Phoneline,
        "id alias blockAnonymousUrl devicesUrl forwardingsUrl numbersUrl parallelForwardingsUrl voicemailsUrl",
    ),
    (Kind::Group, "id alias groupNumbersUrl groupUsersUrl departmentId voicemails users devices"),
    (
        Kind::Number,
        "id number localized type endpointId endpointAlias endpointUrl e164Number routing numbers mnpState portId",
    ),
    (
        Kind::Address,
        "id addressId address1 address2 countrycode state postcode city street number type emergencyState \
         numbersUrl poBox extendedAddress streetAddress locality region postalCode country",
    ),
    (Kind::Balance, "amount currency"),
    (Kind::Routing, "e164Number type routing numbers"),
    (Kind::Channel, "id name owner locale createdAt users settings"),
    (Kind::Voicemail, "id alias belongsToEndpoint accessNumber extension endpoint transcription"),
    (Kind::Faxline, "id alias tagline canSend canReceive numbersUrl callerIdUrl taglineUrl"),
    (Kind::GroupFaxline, "id alias tagline canSend canReceive numbersUrl callerIdUrl taglineUrl groupId"),
    (Kind::Blocked, "phoneNumber isBlock"),
];

/// Whether objects of this kind were never seen with this field.
pub(crate) fn is_news(kind: Kind, field: &str) -> bool {
    let known = KNOWN.iter().find(|(listed, _)| *listed == kind);
    known.is_some_and(|(_, fields)| fields.split_whitespace().all(|known| known != field))
}
