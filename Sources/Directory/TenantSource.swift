public import Timekeeping

/// Where a tenant's directory and activities come from.
///
/// OneLogin implements it; Sync drives it.
///
/// Every call is one attempt at one page: retries for rate limits and server faults are the source's own, within
/// its retry policy; what it throws is final for this run.
public protocol TenantSource: Sendable {
    /// One page of a collection.
    func entities(_ query: EntityQuery) async throws(SourceFailure) -> EntityPage

    /// One page of activities, oldest first.
    func activities(_ query: ActivityQuery) async throws(SourceFailure) -> ActivityPage

    /// What this credential can do, found out without changing anything.
    func testConnection() async -> ConnectionTest

    /// What the answers so far have told of the source itself; no call is made.
    func health() async -> SourceHealth

    /// The source's own names of its types of events, by number; at most a day old.
    func eventTypeNames() async throws(SourceFailure) -> [Int64: String]
}

extension TenantSource {
    /// It names none.
    public func eventTypeNames() async throws(SourceFailure) -> [Int64: String] { [:] }

    /// Nothing is known of it.
    public func health() async -> SourceHealth { SourceHealth() }
}

/// What a source's answers tell of itself.
public struct SourceHealth: Hashable, Sendable {
    public var budget: CallBudget?
    /// How far its clock is ahead of ours, in seconds.
    public var clockSkewSeconds: Int64?
    /// The difference of the clocks as a failure, when it is too large to live with.
    public var skewFailure: SourceFailure?

    public init() {}
}

/// Which page of which collection is wanted.
public struct EntityQuery: Hashable, Sendable {
    public let kind: EntityKind
    /// nil for the first page, then what the page before named.
    public var cursor: String?
    /// The users whose records are wanted, for kinds that are read user by user (devices); else empty.
    public var userIDs: [Int64]
    /// Only users that changed since, without those that were deleted; nil for all.
    public var updatedSince: Timestamp?

    public init(_ kind: EntityKind, cursor: String? = nil, userIDs: [Int64] = []) {
        self.kind = kind
        self.cursor = cursor
        self.userIDs = userIDs
    }
}

/// Some records of a collection.
public struct EntityPage: Hashable, Sendable {
    public var entities: [Entity]
    /// Where the next page begins; nil when this was the last.
    public var next: String?
    /// Rows in the whole collection, where the source says so.
    public var total: Int?
    /// Rows that could not be read.
    public var unreadable: [UnreadableText]
    /// Members of the rows that are not known here.
    public var unknownFields: UnknownFieldCounts

    public init(
        entities: [Entity], next: String? = nil, total: Int? = nil, unreadable: [UnreadableText] = [],
        unknownFields: UnknownFieldCounts = UnknownFieldCounts()
    ) {
        self.unknownFields = unknownFields
        self.entities = entities
        self.next = next
        self.total = total
        self.unreadable = unreadable
    }
}

/// Which activities are wanted: `[since, until)` as far as the source keeps to it; the caller removes duplicates.
public struct ActivityQuery: Hashable, Sendable {
    public var since: Timestamp
    public var until: Timestamp?
    public var cursor: String?

    public init(since: Timestamp, until: Timestamp? = nil, cursor: String? = nil) {
        self.since = since
        self.until = until
        self.cursor = cursor
    }
}

/// Some activities in the order of the source.
public struct ActivityPage: Sendable {
    public var batch: ActivityBatch
    public var next: String?
    public var unreadable: [UnreadableText]
    /// Members of the records that are not known here.
    public var unknownFields = UnknownFieldCounts()

    public init(batch: ActivityBatch, next: String? = nil, unreadable: [UnreadableText] = []) {
        self.batch = batch
        self.next = next
        self.unreadable = unreadable
    }
}

/// A record that could not be read, with its text and why: what quarantine keeps.
public struct UnreadableText: Hashable, Sendable, Codable {
    /// Bytes of a record that are kept.
    public static let textLimit = 65_536

    /// Where it was, such as `events.ndjson:17` or `GET /api/1/events`.
    public let place: String
    public let reason: String
    /// The record, at most 64 KiB of it.
    public let text: String

    public init(place: String, reason: String, text: String) {
        self.place = place
        self.reason = reason
        self.text = text.utf8.count > Self.textLimit ? Self.cut(text) : text
    }

    /// As many whole characters of Unicode as fit.
    private static func cut(_ text: String) -> String {
        var end = text.utf8.index(text.startIndex, offsetBy: textLimit)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}

/// Why a source could not answer, told so that an operator knows what to do next.
public struct SourceFailure: Error, Hashable, Sendable {
    /// The cause by class; each has its own code, message and remedy.
    public enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
        /// The secret holds white space inside.
        case secretHasBlank = "secret_has_blank"
        /// Client id not known to the tenant, or deleted.
        case credentialsRejected = "credentials_rejected"
        /// The credential lacks the scope for this call.
        case scopeMissing = "scope_missing"
        /// The tenant's subscription or the credential has no access to this collection.
        case notAvailable = "not_available"
        /// No tenant answers under the subdomain.
        case tenantUnknown = "tenant_unknown"
        /// Name resolution, connection or TLS failed, or no answer came in time.
        case unreachable
        case rateLimited = "rate_limited"
        /// The server failed (5xx) and went on failing.
        case serverFault = "server_fault"
        /// The server did not take a change as it was asked for (409, 422 …): it was not made.
        case refused
        /// An answer that is not what the API documents.
        case malformedAnswer = "malformed_answer"
        /// The local clock and the server's are too far apart.
        case clockSkew = "clock_skew"
        /// A complete copy lacks so much that a second one must say the same.
        case heldForConfirmation = "held_for_confirmation"
        case cancelled
    }

    public let cause: Cause
    /// What we tried, such as `GET /api/2/users`.
    public let attempt: String
    /// What came back, as a clause.
    public let answer: String
    /// What to do next, in the imperative.
    public let remedy: String
    /// When to try again, where the source said so.
    public let retryAfter: TimeSpan?

    public init(_ cause: Cause, attempt: String, answer: String, remedy: String, retryAfter: TimeSpan? = nil) {
        self.cause = cause
        self.attempt = attempt
        self.answer = answer
        self.remedy = remedy
        self.retryAfter = retryAfter
    }
}

/// What `Test now` found: one probe a line.
public struct ConnectionTest: Hashable, Sendable, Codable {
    /// One thing that was tried.
    public struct Probe: Hashable, Sendable, Codable {
        /// `token`, `users`, `events`, `apps`, `roles`, `privileges`, `rate limit`.
        public let name: String
        public let isOK: Bool
        /// Whether a failure of it stops the connection from being used at all.
        public let isRequired: Bool
        /// What was seen, or what went wrong.
        public let detail: String
        public let cause: SourceFailure.Cause?
        public let remedy: String?

        public init(
            name: String, isOK: Bool, isRequired: Bool, detail: String, cause: SourceFailure.Cause? = nil,
            remedy: String? = nil
        ) {
            self.name = name
            self.isOK = isOK
            self.isRequired = isRequired
            self.detail = detail
            self.cause = cause
            self.remedy = remedy
        }
    }

    public var probes: [Probe]
    /// The scope that the probes show the credential to have, such as `Read All`; nil when they show none.
    public var seenScope: String?

    public init(probes: [Probe] = []) { self.probes = probes }

    /// Whether the connection can be used: every required probe passed.
    public var isUsable: Bool { !probes.isEmpty && probes.allSatisfy { $0.isOK || !$0.isRequired } }
}
