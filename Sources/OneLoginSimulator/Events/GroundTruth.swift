public import Timekeeping

/// What can be planted in a simulated tenant; the raw value is the id of the rule that is expected to find it.
public enum PlantedKind: String, CaseIterable, Sendable {
    // Bad states of the directory.
    case tooManySuperUsers = "too-many-super-users"
    case staleCredentials = "stale-credentials"
    case privilegedUserWithoutMFA = "privileged-user-without-mfa"
    /// Comes about between two snapshots only; see ``Simulator/applyGroupChanges(at:users:)``.
    case massGroupChange = "mass-group-change"
    // Attacks that show in events.
    case massDeletionByActor = "mass-deletion-by-actor"
    case massGroupChangeByActor = "mass-group-change-by-actor"
    case passwordSpray = "password-spray"
    case bruteForce = "brute-force"
    case userAssumed = "user-assumed"
    case mfaDeviceRemoved = "mfa-device-removed"
    case mfaRemovedThenLogin = "mfa-removed-then-login"
    case superUserGranted = "super-user-granted"
    case apiCredentialCreated = "api-credential-created"
    case secretInNotes = "secret-in-notes"

    /// Whether it is a state of the directory, with no events of its own.
    public var isState: Bool {
        switch self {
        case .tooManySuperUsers, .staleCredentials, .privilegedUserWithoutMFA, .massGroupChange: true
        default: false
        }
    }

    /// Those that show in events, in the order they are planted.
    public static let attacks = allCases.filter { !$0.isState }
}

/// One thing a rule must find, and who or what it is about.
public struct PlantedCase: Hashable, Sendable {
    /// Cases of one attack share a number; an attack may trip several rules.
    public let attack: Int
    public let kind: PlantedKind
    /// The id of the rule that must find it.
    public let rule: String
    /// What the finding is about, by field name: `user_id`, `actor_id`, `ip` or `client_id`; empty for the tenant.
    public let key: [String: String]
    /// When it begins; for a state, the moment it was made.
    public let from: Timestamp
    /// The ids of the events that show it, once they have happened.
    public internal(set) var eventIDs: [Int] = []
    /// The ids of all users concerned, rising.
    public let userIDs: [Int]
    /// Other rules of the same list that may find the same events, depending on what their reader already knows.
    public internal(set) var mayTrip: [String] = []
}

/// Everything planted in a simulated tenant; what is not listed here is background that no such rule may find.
public struct GroundTruth: Hashable, Sendable {
    public let seed: UInt64
    /// How many users the tenant was made with.
    public let users: Int
    /// In the order they were planted.
    public internal(set) var cases: [PlantedCase] = []

    /// The cases a rule must find.
    public func cases(rule: String) -> [PlantedCase] { cases.filter { $0.rule == rule } }

    /// One line a case for people: the rule, what it is about, when, and how many events show it.
    public var text: String {
        cases.map { planted in
            let key = planted.key.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            let events = planted.eventIDs.isEmpty ? "" : ", \(planted.eventIDs.count) events"
            return "\(planted.rule): \(key.isEmpty ? "the tenant" : key), from \(planted.from.rfc3339)\(events)\n"
        }.joined()
    }

    /// One line of JSON, the same bytes for the same truth.
    public var json: String {
        var text = JSONText()
        text.object { text in
            text.field("seed", String(seed))
            text.field("users", users)
            text.list("planted", cases) { text, planted in
                text.object { text in
                    text.field("attack", planted.attack)
                    text.field("kind", planted.kind.rawValue)
                    text.field("rule", planted.rule)
                    text.objectField("key") { text in
                        for (name, value) in planted.key.sorted(by: { $0.key < $1.key }) { text.field(name, value) }
                    }
                    text.field("from", planted.from.rfc3339)
                    text.list("event_ids", planted.eventIDs) { $0.value($1) }
                    text.list("user_ids", planted.userIDs) { $0.value($1) }
                    text.list("may_trip", planted.mayTrip) { $0.value($1) }
                }
            }
        }
        return String(decoding: text.bytes, as: UTF8.self)
    }
}
