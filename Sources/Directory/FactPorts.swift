public import Timekeeping

/// How far one source of a connection has been read.
public struct SourceCursor: Hashable, Sendable, Codable {
    /// Everything before it is here; the next poll starts a little earlier and duplicates fall out.
    public var readUntil: Timestamp
    /// The `until` of the last complete poll: what the evaluation's watermark follows.
    public var completeUntil: Timestamp
    /// Where the first sync began; rules raise nothing for activities before it.
    public var firstSyncStarted: Timestamp

    public init(readUntil: Timestamp, completeUntil: Timestamp, firstSyncStarted: Timestamp) {
        self.readUntil = readUntil
        self.completeUntil = completeUntil
        self.firstSyncStarted = firstSyncStarted
    }
}

/// One record of the directory and the time for which it was so.
public struct EntityVersion: Hashable, Sendable {
    public let entity: Entity
    /// From when on it was seen so.
    public let seenFrom: Timestamp
    /// Until when, exclusive; nil: it still is.
    public let seenUntil: Timestamp?
    /// It is of the first complete reading of its collection, so what was before `seenFrom` is assumed to be the same.
    public let isFirst: Bool

    public init(entity: Entity, seenFrom: Timestamp, seenUntil: Timestamp?, isFirst: Bool) {
        self.entity = entity
        self.seenFrom = seenFrom
        self.seenUntil = seenUntil
        self.isFirst = isFirst
    }
}

/// A staged copy of the directory and what it holds so far.
public struct Generation: Hashable, Sendable, Codable {
    public let id: Int64
    public let startedAt: Timestamp

    public init(id: Int64, startedAt: Timestamp) {
        self.id = id
        self.startedAt = startedAt
    }
}

/// How late an activity may come, counted from where the list of events was complete before.
public struct LateLimits: Hashable, Sendable {
    /// What comes later than this is marked late: windows may have been evaluated without it.
    public var lateness: TimeSpan
    /// What comes later than this goes to quarantine.
    public var quarantine: TimeSpan

    public init(lateness: TimeSpan, quarantine: TimeSpan = .hours(24)) {
        self.lateness = lateness
        self.quarantine = quarantine
    }
}

/// What became of the activities of one commit.
public struct CommittedActivities: Hashable, Sendable {
    /// Those that were not here before.
    public var new = 0
    /// Those of them that are marked late.
    public var late = 0
    /// Those that came too late and are in quarantine, not among the new ones.
    public var tooLate = 0

    public init(new: Int = 0, late: Int = 0, tooLate: Int = 0) {
        self.new = new
        self.late = late
        self.tooLate = tooLate
    }
}

/// Keeps facts: what Sync writes and Evaluation reads.
///
/// Store implements it.
public protocol FactStore: Sendable {
    /// The cursor of a source, nil before its first sync.
    func cursor(connection: String, source: ActivitySource) async throws -> SourceCursor?

    /// Stores new activities, quarantine and the cursor in one transaction; activities already here by
    /// (connection, source feed, id) are passed over.
    ///
    /// - Parameter limits: Decides by the API's cursor as it was before, in the same transaction, what came late: a
    ///   fact, so that a replay leaves it out of windows too. nil, or no cursor yet: nothing is late.
    func commit(
        _ batch: ActivityBatch, unreadable: [UnreadableText], cursor: SourceCursor, connection: String,
        source: ActivitySource, limits: LateLimits?
    ) async throws -> CommittedActivities

    /// Begins a staged copy of the directory.
    func beginGeneration(connection: String, at moment: Timestamp) async throws -> Generation

    /// Adds records to a staged copy.
    func stage(_ entities: [Entity], in generation: Generation, connection: String) async throws

    /// Keeps rows of a collection that could not be read, with why; one that is here already has come again.
    ///
    /// - Parameter moment: When the copy that they came with was begun.
    func quarantine(
        _ records: [UnreadableText], of kind: EntityKind, connection: String, at moment: Timestamp) async throws

    /// Makes the staged copy current in one transaction when no collection is incomplete, and stores the versions
    /// that differ; else drops it and records why.
    ///
    /// - Parameters:
    ///   - derived: Activities that the comparison gave, stored in the same transaction.
    ///   - explained: The changes that activities had told, kept in the same transaction: the latest
    ///     ``ExplainedChange/limit`` of a connection.
    /// - Returns: Whether it became current.
    func finish(
        _ generation: Generation, availability: [EntityKind: Availability], derived: ActivityBatch?,
        explained: [ExplainedChange], connection: String, at moment: Timestamp
    ) async throws -> Bool

    /// The staged records, by kind and id.
    func staged(_ generation: Generation, connection: String) async throws -> DirectorySnapshot

    /// How many records of a kind are staged.
    func stagedCount(_ kind: EntityKind, in generation: Generation, connection: String) async throws -> Int

    /// The current snapshot, nil before the first complete sync.
    func currentSnapshot(connection: String) async throws -> DirectorySnapshot?

    /// The generation of the current snapshot, without reading it.
    func currentGeneration(connection: String) async throws -> Int64?

    /// The versions of records: what as-of joins read.
    ///
    /// - Parameter moment: Those that ended before it are left out; nil for every version.
    func versions(connection: String, since moment: Timestamp?) async throws -> DirectoryVersions

    /// Activities in (position) order after a position, at most `limit`; the batch's row order is the order of
    /// arrival, and `positions` has one rising number a row.
    func activities(
        connection: String, after position: Int64, limit: Int
    ) async throws -> (batch: ActivityBatch, positions: [Int64])

    /// The position before the first activity at or after a moment; that of the last activity when there is none.
    func position(connection: String, before moment: Timestamp) async throws -> Int64

    /// The time of the earliest activity after a position that is no earlier than `moment`; nil when there is none.
    func earliestTime(connection: String, after position: Int64, notBefore moment: Timestamp) async throws -> Timestamp?

    /// Activities of some kinds in (position) order after a position up to another, at most `limit`, as
    /// `activities(connection:after:limit:)` gives them.
    ///
    /// - Parameter kinds: nil: all.
    func activities(
        connection: String, after position: Int64, upTo last: Int64, kinds: Set<String>?, limit: Int
    ) async throws -> (batch: ActivityBatch, positions: [Int64])

    /// Activities of `[from, until)` of some kinds that were not derived from snapshots, in (time, id) order: what
    /// explains a change of the directory.
    func activities(
        connection: String, from: Timestamp, until: Timestamp, kinds: Set<String>
    ) async throws -> ActivityBatch

    /// Activities whose ids are given, in (time, id) order: the evidence of an alert.
    func activities(connection: String, ids: [String]) async throws -> ActivityBatch

    /// Every activity of ``PrivilegeLedger/kinds``, in any order.
    func privilegeChanges(connection: String) async throws -> [ActivityBatch]
}

extension FactStore {
    public func stagedCount(_ kind: EntityKind, in generation: Generation, connection: String) async throws -> Int {
        try await staged(generation, connection: connection).entities(kind).count
    }

    public func currentGeneration(connection: String) async throws -> Int64? {
        try await currentSnapshot(connection: connection)?.generation
    }

    public func privilegeChanges(connection: String) async throws -> [ActivityBatch] {
        var batches: [ActivityBatch] = []
        var position: Int64 = 0
        while true {
            let some = try await activities(
                connection: connection, after: position, upTo: .max, kinds: PrivilegeLedger.kinds, limit: 1000)
            guard let last = some.positions.last else { return batches }
            batches.append(some.batch)
            position = last
        }
    }
}

extension FactStore {
    /// Stores activities of which none is late.
    ///
    /// - Returns: How many were new.
    public func commit(
        _ batch: ActivityBatch, unreadable: [UnreadableText], cursor: SourceCursor, connection: String,
        source: ActivitySource
    ) async throws -> Int {
        try await commit(
            batch, unreadable: unreadable, cursor: cursor, connection: connection, source: source, limits: nil
        ).new
    }
}

extension FactStore {
    /// Every version of every record.
    public func versions(connection: String) async throws -> DirectoryVersions {
        try await versions(connection: connection, since: nil)
    }
}

extension FactStore {
    /// Finishes a copy that was compared with none, or of which nothing had been told.
    public func finish(
        _ generation: Generation, availability: [EntityKind: Availability], derived: ActivityBatch?,
        connection: String, at moment: Timestamp
    ) async throws -> Bool {
        try await finish(
            generation, availability: availability, derived: derived, explained: [], connection: connection,
            at: moment)
    }
}
