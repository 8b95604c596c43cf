import Alerting
import Directory
import Store
import Synchronization
import Timekeeping

/// A store whose process ends at a commit: just before it, which is just after the one before.
///
/// Nothing is written from then on.
final class FaultyStore: FactStore, AlertStore, Sendable {
    struct End: Error {}

    private let store: SQLiteStore
    private let endsAt: Int?
    private let count = Mutex(0)

    /// - Parameter endsAt: The commit before which the process ends, from 0; nil: none.
    init(_ store: SQLiteStore, endsAt: Int?) {
        self.store = store
        self.endsAt = endsAt
    }

    /// Whether the process has ended; who asked for the commit may have taken the end for a fault of the store.
    var hasEnded: Bool { endsAt.map { commits > $0 } ?? false }

    /// How many commits there were, with the one at which it ended.
    var commits: Int { count.withLock { $0 } }

    private func commit<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let isEnd = count.withLock { count in
            if let endsAt, count > endsAt { return true }
            count += 1
            return count - 1 == endsAt
        }
        if isEnd { throw End() }
        return try await body()
    }

    // MARK: Writes

    func commit(
        _ batch: ActivityBatch, unreadable: [UnreadableText], cursor: SourceCursor, connection: String,
        source: ActivitySource, limits: LateLimits?
    ) async throws -> CommittedActivities {
        try await commit {
            try await store.commit(
                batch, unreadable: unreadable, cursor: cursor, connection: connection, source: source, limits: limits)
        }
    }

    func beginGeneration(connection: String, at moment: Timestamp) async throws -> Generation {
        try await commit { try await store.beginGeneration(connection: connection, at: moment) }
    }

    func stage(_ entities: [Entity], in generation: Generation, connection: String) async throws {
        try await commit { try await store.stage(entities, in: generation, connection: connection) }
    }

    func quarantine(
        _ records: [UnreadableText], of kind: EntityKind, connection: String, at moment: Timestamp
    ) async throws {
        try await commit { try await store.quarantine(records, of: kind, connection: connection, at: moment) }
    }

    func finish(
        _ generation: Generation, availability: [EntityKind: Availability], derived: ActivityBatch?,
        explained: [ExplainedChange], connection: String, at moment: Timestamp
    ) async throws -> Bool {
        try await commit {
            try await store.finish(
                generation, availability: availability, derived: derived, explained: explained,
                connection: connection, at: moment)
        }
    }

    func apply(
        _ changes: AlertChanges, notices: [Notice], progress: EngineProgress?, at moment: Timestamp
    ) async throws {
        try await commit { try await store.apply(changes, notices: notices, progress: progress, at: moment) }
    }

    func keep(_ state: EngineState) async throws { try await commit { try await store.keep(state) } }

    func activate(_ bindings: [BindingVersion], at moment: Timestamp) async throws -> [BindingVersion: Timestamp] {
        try await commit { try await store.activate(bindings, at: moment) }
    }

    func acknowledge(alertID: String, _ acknowledgement: Alert.Acknowledgement) async throws -> Bool {
        try await commit { try await store.acknowledge(alertID: alertID, acknowledgement) }
    }

    // MARK: Reads

    func cursor(connection: String, source: ActivitySource) async throws -> SourceCursor? {
        try await store.cursor(connection: connection, source: source)
    }

    func staged(_ generation: Generation, connection: String) async throws -> DirectorySnapshot {
        try await store.staged(generation, connection: connection)
    }

    func currentSnapshot(connection: String) async throws -> DirectorySnapshot? {
        try await store.currentSnapshot(connection: connection)
    }

    func versions(connection: String, since moment: Timestamp?) async throws -> DirectoryVersions {
        try await store.versions(connection: connection, since: moment)
    }

    func earliestTime(
        connection: String, after position: Int64, notBefore moment: Timestamp
    ) async throws -> Timestamp? {
        try await store.earliestTime(connection: connection, after: position, notBefore: moment)
    }

    func position(connection: String, before moment: Timestamp) async throws -> Int64 {
        try await store.position(connection: connection, before: moment)
    }

    func activities(
        connection: String, after position: Int64, limit: Int
    ) async throws -> (batch: ActivityBatch, positions: [Int64]) {
        try await store.activities(connection: connection, after: position, limit: limit)
    }

    func activities(
        connection: String, after position: Int64, upTo last: Int64, kinds: Set<String>?, limit: Int
    ) async throws -> (batch: ActivityBatch, positions: [Int64]) {
        try await store.activities(connection: connection, after: position, upTo: last, kinds: kinds, limit: limit)
    }

    func activities(
        connection: String, from: Timestamp, until: Timestamp, kinds: Set<String>
    ) async throws -> ActivityBatch {
        try await store.activities(connection: connection, from: from, until: until, kinds: kinds)
    }

    func activities(connection: String, ids: [String]) async throws -> ActivityBatch {
        try await store.activities(connection: connection, ids: ids)
    }

    func liveAlerts(connection: String, resolvedSince moment: Timestamp) async throws -> [Alert] {
        try await store.liveAlerts(connection: connection, resolvedSince: moment)
    }

    func progress(connection: String) async throws -> EngineProgress? {
        try await store.progress(connection: connection)
    }

    func engineState(connection: String, ruleBookDigest digest: String) async throws -> EngineState? {
        try await store.engineState(connection: connection, ruleBookDigest: digest)
    }

    func alerts(_ query: AlertQuery) async throws -> [Alert] { try await store.alerts(query) }
    func alert(id: String) async throws -> Alert? { try await store.alert(id: id) }
    func transitions(alertID: String) async throws -> [Transition] { try await store.transitions(alertID: alertID) }
}
