//! Where the real cloud is known to differ from its description of July 2022, each with the reason and with where that is
//! known from: the description itself, or public clients of the cloud (repository and path).

/// One reason to differ.
pub(super) struct Deviation {
    /// Why.
    pub(super) reason: &'static str,
    /// Where it is known from.
    pub(super) source: &'static str,
    /// Which paths.
    pub(super) paths: &'static [&'static str],
    /// `more` is a field not described, `less` a described one that is absent.
    pub(super) all: &'static [&'static str],
}

pub(super) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        reason: "two schemas share the name AddressResponse; the file shows that of a contact, the path answers the postal one \
         that its own PUT takes, with emergencyState and numbersUrl as seen in clients of 2026",
        source: "the body of PUT /addresses/{addressId} in the same file; emergencyState and numbersUrl from the types of a client of 2026",
        paths: &["/v2/addresses", "/v2/addresses/{addressId}"],
        all: &[
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
    },
    Deviation {
        reason: "two schemas share the name NumberResponse; the file shows that of a contact",
        source: "the items of /numbers in the same file",
        paths: &[
            "/v2/groupfaxlines/{faxlineId}/numbers",
            "/v2/groups/{groupId}/numbers",
            "/v2/{userId}/faxlines/{faxlineId}/numbers",
            "/v2/{userId}/phonelines/{phonelineId}/numbers",
        ],
        all: &["more id", "more localized", "type other type"],
    },
    Deviation {
        reason: "the file describes what all devices have in common; the answer is a union of their kinds, and carries fields \
         nobody described",
        source: "the schemas of register, mobile and external devices in the same file; wiesson/sipgate-mcp test/sipgate-backend.test.ts",
        paths: &[
            "/v2/devices/{deviceId}",
            "/v2/{userId}/devices",
            "/v2/{userId}/phonelines/{phonelineId}/devices",
        ],
        all: &[
            "less dnd",
            "more addressUrl",
            "more credentials",
            "more emergencyAddressId",
            "more number",
            "more registered",
            "more simState",
        ],
    },
    Deviation {
        reason: "app devices came after 2022",
        source: "the cloud's own words for assistants that program against it, 2026",
        paths: &["/v2/devices/{deviceId}", "/v2/{userId}/phonelines/{phonelineId}/devices"],
        all: &["type other value"],
    },
    Deviation {
        reason: "a user without a device has no default one",
        source: "inferred: no source has seen such a user",
        paths: &["/v2/users", "/v2/users/{userId}"],
        all: &["less defaultDevice"],
    },
    Deviation {
        reason: "the file describes what all entries have in common; calls, voicemails, faxes and messages have more",
        source: "sipgate-io/sipgateio-node lib/history/history.types.ts",
        paths: &["/v2/history", "/v2/history/{entryId}"],
        all: &[
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
    },
    Deviation {
        reason: "an export is CSV text, described as the list",
        source: "the path's own summary in the same file",
        paths: &["/v2/history/export"],
        all: &["other type"],
    },
    Deviation {
        reason: "takes several users and hence answers a list, described as one object",
        source: "the path's parameter userIds in the same file",
        paths: &["/v2/callrestrictions"],
        all: &[
            "less charged",
            "less foreignSpecial",
            "less highCostForeignNumbers",
            "less roaming",
            "less userId",
            "more items",
        ],
    },
    Deviation {
        reason: "a capability is yes or no; the file says object for lack of a type",
        source: "the same file, which gives no type at all",
        paths: &["/v2/restrictions"],
        all: &["value other type"],
    },
];

/// (reason and source, paths) that are in use but not in the file.
pub(super) const NOT_DESCRIBED: &[(&str, &[&str])] = &[
    (
        "added after 2022: 10x-media/payload-plugins packages/sipgate/src/utils/sipgate.neo.rest.ts",
        &["/v2/channels", "/v2/channels/{channelId}/events"],
    ),
    (
        "added after 2022: wiesson/sipgate-mcp CHANGELOG.md 0.5.0",
        &["/v2/contacts/{contactId}", "/v2/contacts/csv"],
    ),
    (
        "version 3 has a file of its own, which is not public: the cloud's own words for assistants, 2026",
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
        "announcements are not mirrored",
        &[
            "/v2/autorecordings/greetings",
            "/v2/{userId}/phonelines/{phonelineId}/voicemails/{voicemailId}/greetings",
        ],
    ),
    ("web hooks cannot reach a box in an office", &["/v2/{userId}/phonelines/{phonelineId}/sipgateio/log"]),
];
