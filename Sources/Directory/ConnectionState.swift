public import Timekeeping

/// How a connection is doing, as it is kept in the store for whoever asks (architecture, section 5).
public struct ConnectionState: Hashable, Sendable, Codable {
    /// The stations of a connection's life.
    public enum Word: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nothing has been fetched yet.
        case connecting
        /// The first copy is on its way.
        case initialSync = "initial_sync"
        /// The last pass brought everything that this credential may see.
        case connected
        /// It works, but not all of it: the last good copy stands.
        case degraded
        /// Nothing can be fetched until somebody acts.
        case failed
    }

    public var word: Word
    /// What is wrong, as a clause; nil when nothing is.
    public var reason: String?
    /// What to do about it.
    public var remedy: String?
    public var cause: SourceFailure.Cause?
    /// Since when word and cause have been the same.
    public var since: Timestamp
    /// The last pass.
    public var checkedAt: Timestamp
    /// How far the copy that is being made has come; nil when none is.
    public var progress: SyncProgress?
    /// When the current copy of the directory was finished.
    public var lastCompleteSync: Timestamp?
    /// Every activity before it is here.
    public var eventsCompleteUntil: Timestamp?
    /// When factors were last read from the source.
    public var factorsReadAt: Timestamp?
    /// When users were last listed in full, deletions included.
    public var fullListAt: Timestamp?
    /// When the last copy was begun for which all rows of a collection were read; nil before such a copy.
    public var listedAt: [EntityKind: Timestamp]?
    public var budget: CallBudget?
    /// How far the source's clock is ahead of ours, in seconds; nil when it is not known.
    public var clockSkewSeconds: Int64?
    /// What complete copies lost that was too much to be believed at once, one a collection.
    public var heldLosses: [EntityKind: HeldLoss]?
    /// When the reading of the current copy was begun: what changed since may not be in it.
    public var directoryReadFrom: Timestamp?
    /// What the last comparison of two copies found.
    public var reconciliation: Reconciliation?
    /// Since when collections that could be read before are out of reach.
    public var outOfReachSince: [EntityKind: Timestamp] = [:]
    /// Where an interrupted copy goes on.
    public var resume: ResumePoint?

    public init(_ word: Word = .connecting, since moment: Timestamp) {
        self.word = word
        since = moment
        checkedAt = moment
    }

    /// Takes the outcome of a pass; `since` stays while word and cause do.
    public mutating func become(_ word: Word, _ failure: SourceFailure?, at moment: Timestamp) {
        if word != self.word || failure?.cause != cause { since = moment }
        self.word = word
        reason = failure.map { "\($0.attempt): \($0.answer)" }
        remedy = failure?.remedy
        cause = failure?.cause
        checkedAt = moment
    }
}

/// How far a copy has come.
public struct SyncProgress: Hashable, Sendable, Codable {
    /// What is being read: a kind of record, or `activities`.
    public var stage = "connecting"
    /// Records of this copy so far.
    public var records = 0
    /// Records in all, as far as the source has said or the copy before had.
    public var total: Int?
    /// Activities stored so far.
    public var activities = 0
    public var startedAt: Timestamp?

    public init() {}

    /// The share that is done, 0 to 1; nil while the total is not known.
    public var share: Double? {
        guard let total, total > 0 else { return nil }
        return min(1, Double(records) / Double(total))
    }

    /// How long the rest takes when it goes on as it has; nil before a hundredth is done.
    public func estimate(at now: Timestamp) -> TimeSpan? {
        guard let share, share >= 0.01, let startedAt, now > startedAt else { return nil }
        let spent = Double((now - startedAt).seconds)
        return .seconds(Int64((spent * (1 - share) / share).rounded(.up)))
    }
}

/// What is left of an account's calls, as the source last told.
public struct CallBudget: Hashable, Sendable, Codable {
    public var limit: Int?
    public var remaining: Int
    public var resetsAt: Timestamp?

    public init(limit: Int?, remaining: Int, resetsAt: Timestamp?) {
        self.limit = limit
        self.remaining = remaining
        self.resetsAt = resetsAt
    }
}

/// A complete copy that lacks many records of the one before: the next complete one decides.
public struct HeldLoss: Hashable, Sendable, Codable {
    /// Ids that are kept to recognise the same loss.
    public static let sampleLimit = 64

    public var kind: EntityKind
    public var lost: Int
    public var of: Int
    public var at: Timestamp
    /// The first of the lost ids, sorted.
    public var sample: [String]

    public init(kind: EntityKind, lost: Int, of: Int, at: Timestamp, sample: [String]) {
        self.kind = kind
        self.lost = lost
        self.of = of
        self.at = at
        self.sample = sample
    }
}

/// How the changes between two copies compare with what activities told.
public struct Reconciliation: Hashable, Sendable, Codable {
    /// When the later copy was finished.
    public var at: Timestamp
    /// Changes that an activity of the source explains.
    public var explained: Int
    /// Changes that none explains, which became activities of their own.
    public var derived: Int
    /// The same by kind of change; nil from a version that did not count them.
    public var kinds: [String: Counts]?

    /// Changes of one kind.
    public struct Counts: Hashable, Sendable, Codable {
        public var explained = 0
        public var derived = 0

        public init(explained: Int = 0, derived: Int = 0) {
            self.explained = explained
            self.derived = derived
        }
    }

    public init(at moment: Timestamp, explained: Int, derived: Int, kinds: [String: Counts]? = nil) {
        at = moment
        self.explained = explained
        self.derived = derived
        self.kinds = kinds
    }

    /// Counts what a comparison gave.
    public init(at moment: Timestamp, explained: [ExplainedChange], derived: ActivityBatch) {
        var kinds: [String: Counts] = [:]
        for change in explained { kinds[change.change.kind, default: Counts()].explained += 1 }
        for row in 0..<derived.count { kinds[derived.activity(at: row).kind, default: Counts()].derived += 1 }
        self.init(at: moment, explained: explained.count, derived: derived.count, kinds: kinds)
    }

    /// All changes that the comparison saw.
    public var seen: Int { explained + derived }
}

/// Where a copy that was interrupted goes on: all that was staged before it is kept.
public struct ResumePoint: Hashable, Sendable, Codable {
    public var generation: Generation
    /// The copy that it will be compared with; nil for a first one.
    public var base: Int64?
    /// Collections that were read to their end, or taken over.
    public var availability: [EntityKind: Availability]
    /// Those that were taken over from the copy before, users but for what changed.
    public var carried: Set<EntityKind>?
    /// The collection that was being read, and the cursor of its next page.
    public var kind: EntityKind?
    public var cursor: String?
    /// The last user whose factors were read.
    public var factorsReadTo: Int64?
    public var records: Int
    /// Rows that could not be read, by collection.
    public var unreadable: [EntityKind: Int]?
    /// Collections whose walk ended on a page without rows.
    public var endedEmpty: Set<EntityKind>?

    public init(generation: Generation, base: Int64? = nil) {
        self.generation = generation
        self.base = base
        availability = [:]
        records = 0
    }
}

/// A stretch of time of which a source may lack activities, and whether they were fetched later.
public struct SourceGap: Hashable, Sendable, Codable {
    public var source: ActivitySource
    public var from: Timestamp
    /// nil while the gap is open.
    public var until: Timestamp?
    /// Why nothing came, as a clause.
    public var reason: String
    /// Activities that were fetched when it closed.
    public var backfilled: Int

    public init(source: ActivitySource, from: Timestamp, until: Timestamp? = nil, reason: String, backfilled: Int = 0) {
        self.source = source
        self.from = from
        self.until = until
        self.reason = reason
        self.backfilled = backfilled
    }
}

/// Keeps how connections are doing, so that another process and the next start know.
///
/// Store implements it.
public protocol ConnectionLedger: Sendable {
    /// nil before the first pass.
    func state(connection: String) async throws -> ConnectionState?

    /// Replaces the state.
    func keep(_ state: ConnectionState, connection: String) async throws

    /// Gaps, the latest first.
    func gaps(connection: String, limit: Int) async throws -> [SourceGap]

    /// Stores a gap, or what is known of it now; (source, from) names it.
    func keep(_ gap: SourceGap, connection: String) async throws

    /// Types of events that came and are not known here, by number.
    func unknownEventTypes(connection: String) async throws -> [UnknownEventType]

    /// Keeps what the source calls such types.
    func name(eventTypes names: [Int64: String], connection: String) async throws

    /// Members of records that are not known here, by collection and name.
    func unknownFields(connection: String) async throws -> [UnknownField]

    /// Adds to what is known of them; beyond ``UnknownFieldCounts/nameLimit`` names of a collection as others.
    ///
    /// - Parameter collection: A kind of record, or ``UnknownField/events``.
    func count(
        unknownFields: UnknownFieldCounts, of collection: String, at moment: Timestamp, connection: String
    ) async throws
}

extension ConnectionLedger {
    /// Nothing is counted.
    public func unknownEventTypes(connection: String) async throws -> [UnknownEventType] { [] }

    /// Nothing is counted.
    public func unknownFields(connection: String) async throws -> [UnknownField] { [] }

    /// Nothing is kept.
    public func count(
        unknownFields: UnknownFieldCounts, of collection: String, at moment: Timestamp, connection: String
    ) async throws {}

    /// Nothing is kept.
    public func name(eventTypes names: [Int64: String], connection: String) async throws {}
}

/// A type of event that this program does not know: its events are stored and counted, and rules see them as such.
public struct UnknownEventType: Hashable, Sendable, Codable {
    public var typeID: Int64
    /// What the source calls it; nil while nobody has said.
    public var name: String?
    public var count: Int
    public var firstSeen: Timestamp
    public var lastSeen: Timestamp

    public init(typeID: Int64, name: String? = nil, count: Int, firstSeen: Timestamp, lastSeen: Timestamp) {
        self.typeID = typeID
        self.name = name
        self.count = count
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }
}

extension EntityKind: CodingKeyRepresentable {}
