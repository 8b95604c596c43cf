import Directory
import FieldStorage
import Synchronization
import Timekeeping

/// Facts in memory that keep to the port's promises: ids once, a cursor with its page, a flip only when complete.
final class MemoryFacts: FactStore {
    struct State: Sendable {
        var cursor: SourceCursor?
        var activities: [Activity] = []
        var generations: Int64 = 0
        var staged = DirectorySnapshot(observedAt: .earliest)
        var current: DirectorySnapshot?
        var explained: [ExplainedChange] = []
        /// Reasons by collection.
        var quarantine: [EntityKind: [String]] = [:]
    }

    private let state = Mutex(State())

    var now: State { state.withLock { $0 } }

    func cursor(connection: String, source: ActivitySource) async throws -> SourceCursor? { now.cursor }

    func commit(
        _ batch: ActivityBatch, unreadable: [UnreadableText], cursor: SourceCursor, connection: String,
        source: ActivitySource, limits: LateLimits?
    ) async throws -> CommittedActivities {
        state.withLock { state in
            if let limits, let stored = state.cursor {
                for row in 0..<batch.count where batch.activity(at: row).time < stored.completeUntil - limits.lateness {
                    batch[row, .isLate] = .bool(true)
                }
            }
            state.cursor = cursor
            return CommittedActivities(new: Self.add(batch, to: &state))
        }
    }

    private static func add(_ batch: ActivityBatch, to state: inout State) -> Int {
        let known = Set(state.activities.map(\.id))
        let new = (0..<batch.count).map { batch.activity(at: $0).detached() }.filter { !known.contains($0.id) }
        state.activities += new
        return new.count
    }

    func beginGeneration(connection: String, at moment: Timestamp) async throws -> Generation {
        state.withLock { state in
            state.generations += 1
            state.staged = DirectorySnapshot(generation: state.generations, observedAt: moment)
            return Generation(id: state.generations, startedAt: moment)
        }
    }

    func stage(_ entities: [Entity], in generation: Generation, connection: String) async throws {
        state.withLock { state in
            let ids = Set(entities.map { "\($0.kind) \($0.id)" })
            var kept = DirectorySnapshot(generation: state.staged.generation, observedAt: state.staged.observedAt)
            for kind in EntityKind.allCases {
                for entity in state.staged.entities(kind) where !ids.contains("\(kind) \(entity.id)") {
                    kept.append(entity)
                }
            }
            entities.forEach { kept.append($0) }
            state.staged = kept
        }
    }

    func quarantine(
        _ records: [UnreadableText], of kind: EntityKind, connection: String, at moment: Timestamp
    ) async throws {
        state.withLock { $0.quarantine[kind, default: []] += records.map(\.reason) }
    }

    func finish(
        _ generation: Generation, availability: [EntityKind: Availability], derived: ActivityBatch?,
        explained: [ExplainedChange], connection: String, at moment: Timestamp
    ) async throws -> Bool {
        state.withLock { state in
            guard !availability.values.contains(.incomplete) else { return false }
            state.staged.availability = availability
            state.staged.observedAt = moment
            state.current = state.staged
            if let derived { _ = Self.add(derived, to: &state) }
            state.explained += explained
            return true
        }
    }

    func earliestTime(
        connection: String, after position: Int64, notBefore moment: Timestamp
    ) async throws -> Timestamp? { nil }

    func staged(_ generation: Generation, connection: String) async throws -> DirectorySnapshot { now.staged }
    func currentSnapshot(connection: String) async throws -> DirectorySnapshot? { now.current }
    func versions(connection: String, since moment: Timestamp?) async throws -> DirectoryVersions {
        DirectoryVersions()
    }

    func activities(
        connection: String, after position: Int64, limit: Int
    ) async throws -> (batch: ActivityBatch, positions: [Int64]) {
        (ActivityBatch(capacity: 1), [])
    }

    func position(connection: String, before moment: Timestamp) async throws -> Int64 { 0 }

    func activities(
        connection: String, after position: Int64, upTo last: Int64, kinds: Set<String>?, limit: Int
    ) async throws -> (batch: ActivityBatch, positions: [Int64]) {
        (ActivityBatch(capacity: 1), [])
    }

    func activities(
        connection: String, from: Timestamp, until: Timestamp, kinds: Set<String>
    ) async throws -> ActivityBatch {
        let found = now.activities.filter { $0.time >= from && $0.time < until && kinds.contains($0.kind) }
        let batch = ActivityBatch(capacity: found.count)
        for activity in found {
            batch.retain(activity.batch)
            let row = batch.append()
            for field in ActivityField.allCases { batch[row, field] = activity[field] }
        }
        return batch
    }

    func activities(connection: String, ids: [String]) async throws -> ActivityBatch { ActivityBatch(capacity: 1) }
}
