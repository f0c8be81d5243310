//! Where the real cloud is known to differ from its description of July 2022, each with the reason.

/// (reason, paths, differences): `more` is a field not described, `less` a described one that is absent.
pub(super) const DEVIATIONS: &[(&str, &[&str], &[&str])] = &[
    (
        "two schemas share the name AddressResponse; the file shows that of a contact, the path answers the postal one \
         that its own PUT takes, with emergencyState and numbersUrl as seen in clients of 2026",
        &["/v2/addresses", "/v2/addresses/{addressId}"],
        &[
            "less country",
            "less extendedAddress",
            "less locality",
            "less poBox",
            "less postalCode",
            "less region",
            "less streetAddress",
            "more address1",
            "more address2",
            "more addressId",
            "more city",
            "more countrycode",
            "more emergencyState",
            "more number",
            "more numbersUrl",
            "more postcode",
            "more state",
            "more street",
            "more type",
        ],
    ),
    (
        "two schemas share the name NumberResponse; the file shows that of a contact",
        &[
            "/v2/groupfaxlines/{faxlineId}/numbers",
            "/v2/groups/{groupId}/numbers",
            "/v2/{userId}/faxlines/{faxlineId}/numbers",
            "/v2/{userId}/phonelines/{phonelineId}/numbers",
        ],
        &["more id", "more localized", "type other type"],
    ),
    (
        "the file describes what all devices have in common; the answer is a union of their kinds, and carries fields \
         nobody described",
        &["/v2/devices/{deviceId}", "/v2/{userId}/devices", "/v2/{userId}/phonelines/{phonelineId}/devices"],
        &[
            "less dnd",
            "more addressUrl",
            "more credentials",
            "more emergencyAddressId",
            "more number",
            "more registered",
            "more simState",
        ],
    ),
    (
        "app devices came after 2022",
        &["/v2/devices/{deviceId}", "/v2/{userId}/phonelines/{phonelineId}/devices"],
        &["type other value"],
    ),
    (
        "a user without a device has no default one",
        &["/v2/users", "/v2/users/{userId}"],
        &["less defaultDevice"],
    ),
    (
        "the file describes what all entries have in common; calls, voicemails, faxes and messages have more",
        &["/v2/history", "/v2/history/{entryId}"],
        &[
            "more callId",
            "more callStatus",
            "more documentUrl",
            "more duration",
            "more faxStatusType",
            "more pageCount",
            "more previewUrl",
            "more recordingUrl",
            "more recordings",
            "more reportUrl",
            "more smsContent",
            "more transcription",
        ],
    ),
    ("an export is CSV text, described as the list", &["/v2/history/export"], &["other type"]),
    (
        "takes several users and hence answers a list, described as one object",
        &["/v2/callrestrictions"],
        &[
            "less charged",
            "less foreignSpecial",
            "less highCostForeignNumbers",
            "less roaming",
            "less userId",
            "more items",
        ],
    ),
    (
        "a capability is yes or no; the file says object for lack of a type",
        &["/v2/restrictions"],
        &["value other type"],
    ),
];

/// (reason, paths) that are in use but not in the file.
pub(super) const NOT_DESCRIBED: &[(&str, &[&str])] = &[
    ("added after 2022", &["/v2/channels", "/v2/channels/{channelId}/events"]),
    ("added after 2022", &["/v2/contacts/{contactId}", "/v2/contacts/csv"]),
    (
        "version 3 has a file of its own, which is not public",
        &["/v3/devices", "/v3/events", "/v3/groups", "/v3/phone-numbers", "/v3/voicemails"],
    ),
];

/// (reason, paths) that are in the file but not practised.
pub(super) const NOT_SERVED: &[(&str, &[&str])] = &[
    (
        "for the cloud's own app",
        &["/v2/app/events", "/v2/app/tacs", "/v2/app/users", "/v2/translations/{language}"],
    ),
    ("a list of URL templates", &["/v2/"]),
    (
        "for whoever registers OAuth clients",
        &[
            "/v2/authorization/oauth2/clients",
            "/v2/authorization/oauth2/clients/{clientId}",
            "/v2/authorization/oauth2/clients/{clientId}/gdpr",
        ],
    ),
    ("for whoever signs a contract", &["/v2/identityVerification"]),
    (
        "recordings are not mirrored",
        &[
            "/v2/autorecordings/greetings",
            "/v2/autorecordings/{extension}/settings",
            "/v2/{userId}/phonelines/{phonelineId}/voicemails/{voicemailId}/greetings",
        ],
    ),
    ("web hooks cannot reach a box in an office", &["/v2/{userId}/phonelines/{phonelineId}/sipgateio/log"]),
];
