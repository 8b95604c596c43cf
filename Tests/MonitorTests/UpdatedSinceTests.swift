import Directory
import FieldStorage
import Logging
import OneLogin
import Store
import Sync
import Synchronization
import Testing
import Timekeeping

/// A tenant too large to list all users each time: those that changed are read, the others carried over.
@Suite struct UpdatedSinceTests {
    static let count = 10_050

    /// Users by id, with those that are told as changed; deletions are told by events only.
    final class LargeTenant: TenantSource {
        struct State: Sendable {
            var departments: [Int64: String] = [:]
            var gone: Set<Int64> = []
            var changed: Set<Int64> = []
            var deletions: [(id: Int64, at: Timestamp)] = []
            var failsChanges = false
            var asked: [Timestamp?] = []
        }

        let state = Mutex(State())

        func entities(_ query: EntityQuery) async throws(SourceFailure) -> EntityPage {
            guard query.kind == .user else { return EntityPage(entities: []) }
            let state = state.withLock { state in
                if query.cursor == nil { state.asked.append(query.updatedSince) }
                return state
            }
            if query.updatedSince != nil, state.failsChanges {
                throw SourceFailure(.notAvailable, attempt: "GET /api/2/users/5", answer: "status 403", remedy: "look")
            }
            let all = query.updatedSince == nil ? Array(1...Int64(count)) : state.changed.sorted()
            let from = query.cursor.flatMap { Int($0) } ?? 0
            let page = all.dropFirst(from).prefix(2000)
            let users = page.filter { !state.gone.contains($0) }.map { id in
                var user = User(id: id, username: "u\(id)", createdAt: SyncBench.start - .days(9))
                user.roleIDs = [7001]
                user.department = state.departments[id] ?? "HR"
                return Entity.user(user)
            }
            let end = from + page.count
            return EntityPage(entities: users, next: end < all.count ? String(end) : nil)
        }

        func activities(_ query: ActivityQuery) async throws(SourceFailure) -> ActivityPage {
            let lines = state.withLock { $0.deletions }.filter { $0.at >= query.since }.map {
                #"{"id":\#(9000 + $0.id),"event_type_id":17,"user_id":\#($0.id),"created_at":"\#($0.at.rfc3339)"}"#
            }
            let read = EventBody(Array(lines.joined(separator: "\n").utf8), place: "test", source: .api)
            return ActivityPage(batch: read.batch, unreadable: read.unreadable)
        }

        func testConnection() async -> ConnectionTest { ConnectionTest() }
    }

    @Test func whatDidNotChangeIsCarriedAndWhatWasDeletedIsNot() async throws {
        let clock = ManualClock(SyncBench.start)
        let tenant = LargeTenant()
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        var cadence = SyncCadence()
        cadence.directory = .minutes(1)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let runner = SyncRunner(
            connection: "acme", source: tenant, facts: store, cadence: cadence, ledger: store, clock: clock,
            logger: quiet)
        func departments() async throws -> [Int64: String] {
            let users = try await store.currentSnapshot(connection: "acme")?.users ?? []
            #expect(users.allSatisfy { $0.roleIDs == [7001] })
            return Dictionary(uniqueKeysWithValues: users.map { ($0.id, $0.department ?? "") })
        }
        #expect(try await runner.runOnce().status == .connected)
        #expect(try await departments().count == Self.count)

        // One moves, one is deleted with an event, one without; the copy after the poll knows of the event.
        clock.advance(by: .minutes(10))
        tenant.state.withLock { state in
            state.departments = [5: "IT"]
            state.changed = [5]
            state.gone = [7, 9]
            state.deletions = [(7, SyncBench.start + .minutes(9))]
        }
        for _ in 0..<2 {
            #expect(try await runner.runOnce().status == .connected)
            clock.advance(by: .minutes(1))
        }
        let now = try await departments()
        #expect(now[5] == "IT" && now[6] == "HR")
        #expect(now[7] == nil, "an event tells of it")
        #expect(now[9] == "HR", "only a full list shows it")
        let asked = tenant.state.withLock { $0.asked }
        #expect(
            asked == [nil, SyncBench.start - cadence.overlap, SyncBench.start + .minutes(10) - cadence.overlap])

        // A changed user who cannot be read leaves the copy as it was.
        tenant.state.withLock { $0.failsChanges = true }
        let hurt = try await runner.runOnce()
        #expect(hurt.failures.first?.cause == .notAvailable && hurt.status.word == "degraded")
        #expect(try await departments() == now)
    }
}
