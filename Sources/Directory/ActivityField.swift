/// The fields of an activity, each at its place in a batch's row of slots.
///
/// Names are ours; the wire names are mapped in `OneLogin`. The comment gives the slot's tag; any of them but
/// `id`, `time`, `kind`, `type`, `typeID` and `observedBy` may be null.
public enum ActivityField: Int, CaseIterable, Sendable {
    /// string: the API's number or the webhook's uuid as text, unique in its feed.
    case id
    /// timestamp: when it happened.
    case time
    /// string: our closed vocabulary, see ``ActivityKind``.
    case kind
    /// string: OneLogin's event name, `UNKNOWN_<number>` when the number is not in the table.
    case type
    /// int: OneLogin's event type number; 0 for derived activities.
    case typeID
    /// int and string: whom it was done to.
    case userID, userName
    /// int and string: who did it.
    case actorID, actorName
    /// string: what did it when no person did, such as `Mapping`.
    case actorSystem
    /// int: the administrator behind an assumed session.
    case assumingActorID
    /// string: IPv4 or IPv6 address.
    case ip, proxyIP
    /// int and string pairs: the objects involved.
    case appID, appName, roleID, roleName, groupID, groupName, policyID, policyName
    /// int and string: the authentication factor.
    case deviceID, deviceName
    /// string and string: the privilege; the id is text since delegated privileges have uuids.
    case privilegeID, privilegeName
    /// string: the API credential used, and its name.
    case clientID, credentialName
    /// int and string.
    case directoryID, directoryName
    /// string: free text.
    case notes, customMessage, errorDescription, operation, riskReasons, userAgent, loginName, param, entity
    /// string: names of other objects.
    case mappingName, trustedIdentityProviderName, certificateName, factorType, noteTitle
    /// int.
    case resolution, resourceTypeID, objectID, certificateID
    /// int, 0 to 100.
    case riskScore
    /// string: the browser or the risk cookie seen.
    case riskCookieID, browserFingerprint
    /// string: the group, role or status before, for activities derived from snapshots.
    case previousName
    /// string: ISO 3166 alpha-2 code, from enrichment.
    case country
    /// double: degrees, from enrichment.
    case latitude, longitude
    /// int: autonomous system number, from enrichment.
    case asn
    /// bool: an anonymising network, from enrichment.
    case isAnonymous
    /// string: the name of the first of our own networks that holds `ip`, from enrichment.
    case network
    /// string: `api`, `webhook`, `file`, `snapshot` or `rule`.
    case observedBy
    /// bool: it came later than the lateness limit; windows leave it out.
    case isLate
    /// string: the wire object as JSON text.
    case raw

    /// What only enrichment fills.
    public static let enriched: Set<ActivityField> = [
        .country, .latitude, .longitude, .asn, .isAnonymous, .network,
    ]

    /// How many slots a row has.
    public static let count = ActivityField.raw.rawValue + 1
}
