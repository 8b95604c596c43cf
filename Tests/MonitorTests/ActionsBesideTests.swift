import Directory
import FieldStorage
import Foundation
import OneLogin
import Store
import Synchronization
import Testing
import Timekeeping

@testable import Monitor

/// Actions of two processes on one store, as two stores that are open on one file: each is done once.
@Suite struct ActionsBesideTests {
    /// A tenant of one user that counts what is done, and lets others go first while it is at it.
    final class CountingTenant: TenantActing {
        struct State: Sendable {
            var status = UserStatus.active
            var performed: [String] = []
        }

        let state = Mutex(State())
        var performed: [String] { state.withLock { $0.performed } }

        func subject(userID: Int64) async throws(SourceFailure) -> ActionSubject {
            await Task.yield()
            var subject = ActionSubject(id: userID, username: "u\(userID)")
            subject.status = state.withLock { $0.status }
            return subject
        }

        func perform(_ action: TenantAction, userID: Int64) async throws(SourceFailure) {
            for _ in 0..<20 { await Task.yield() }
            state.withLock { state in
                state.performed.append("\(action.word) \(userID)")
                if action == .suspend { state.status = .suspended }
                if action == .reactivate { state.status = .active }
            }
        }

        func sessionsEnded(userID: Int64, since moment: Timestamp) async throws(SourceFailure) -> Bool { false }
    }

    struct Bench {
        let folder: URL
        /// The monitor's, and a command's beside it.
        let stores: [SQLiteStore]
        let tenant = CountingTenant()
        let clock = ManualClock(SyncBench.start)

        init() throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("beside-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let path = folder.appendingPathComponent("tocsin.db").path
            stores = [
                try SQLiteStore.open(at: path, decoder: WireActivityDecoder()),
                try SQLiteStore.open(at: path, access: .beside, decoder: WireActivityDecoder()),
            ]
        }

        func runner(_ place: Int, perHour: Int = 1000) -> ActionRunner {
            ActionRunner(
                connection: "acme", tenant: tenant, journal: stores[place],
                rules: ActionGuard(isOn: true, perHour: perHour, never: [], activeSuperUsers: [1, 2]), clock: clock)
        }

        func plan(_ action: TenantAction = .endSessions, user: Int64 = 7, by place: Int = 0) async throws -> String {
            let request = ActionRunner.Request(action, userID: user, reason: "test \(user)", requestedBy: "test")
            return try await runner(place).plan(request).id
        }

        func end() throws {
            for store in stores.reversed() { try store.close() }
            try FileManager.default.removeItem(at: folder)
        }
    }

    /// What came of a try: the state, or that another process is at it.
    static func outcome(_ body: () async throws -> ActionRecord) async throws -> ActionRecord.State? {
        do {
            return try await body().state
        } catch ActionRunner.Problem.inProgress {
            return nil
        }
    }

    @Test func twoProcessesThatRunOneActionDoItOnce() async throws {
        let bench = try Bench()
        for user: Int64 in 10..<40 {
            let id = try await bench.plan(user: user, by: Int(user) % 2)
            async let one = Self.outcome { try await bench.runner(0).run(id, approvedBy: "ann") }
            async let two = Self.outcome { try await bench.runner(1).run(id, approvedBy: "bob") }
            let outcomes = try await [one, two]
            #expect(outcomes.contains(.done) && outcomes.allSatisfy { $0 == nil || $0 == .done }, "\(outcomes)")
            #expect(try await bench.stores[0].action(id: id) == bench.stores[1].action(id: id))
            #expect(try await bench.runner(1).run(id, approvedBy: "eve").state == .done)
        }
        #expect(bench.tenant.performed == (10..<40).map { "end-sessions \($0)" })
        try bench.end()
    }

    @Test func twoProcessesThatUndoOneActionTakeItBackOnce() async throws {
        let bench = try Bench()
        let id = try await bench.plan(.suspend)
        #expect(try await bench.runner(1).run(id, approvedBy: "ann").state == .done)
        async let one = Self.outcome { try await bench.runner(0).undo(id, requestedBy: "ann") }
        async let two = Self.outcome { try await bench.runner(1).undo(id, requestedBy: "bob") }
        let outcomes = try await [one, two]
        #expect(outcomes.contains(.done), "\(outcomes)")
        #expect(bench.tenant.performed == ["suspend 7", "reactivate 7"])
        #expect(try await bench.stores[0].action(id: id)?.state == .undone)
        try bench.end()
    }

    @Test func oneThatIsDismissedHereIsNotRunThere() async throws {
        let bench = try Bench()
        let id = try await bench.plan()
        var proposal = try #require(try await bench.stores[0].action(id: id))
        proposal.state = .proposed
        try await bench.stores[0].keep(proposal, at: bench.clock.now())
        #expect(try await bench.runner(1).dismiss(id, by: "ann", reason: "no").state == .dismissed)
        #expect(try await bench.runner(0).run(id, approvedBy: "bob").state == .dismissed)
        #expect(bench.tenant.performed.isEmpty)
        try bench.end()
    }

    @Test(arguments: [(0, true), (-1, false)] as [(Int64, Bool)])
    func aClaimHoldsUntilItsEnd(_ secondsPastEnd: Int64, _ isDone: Bool) async throws {
        let bench = try Bench()
        let id = try await bench.plan()
        var begun = try #require(try await bench.stores[0].action(id: id))
        begun.state = .running
        begun.startedAt = bench.clock.now()
        begun.claimedUntil = bench.clock.now() + ActionRunner.claim
        try await bench.stores[0].keep(begun, at: bench.clock.now())
        bench.clock.advance(by: ActionRunner.claim + .seconds(secondsPastEnd))
        let outcome = try await Self.outcome { try await bench.runner(1).run(id, approvedBy: "ann") }
        #expect(outcome == (isDone ? .done : nil))
        #expect(bench.tenant.performed.count == (isDone ? 1 : 0))
        try bench.end()
    }

    @Test func theCapHoldsForBothTogether() async throws {
        let bench = try Bench()
        for user: Int64 in 10..<20 {
            let id = try await bench.plan(user: user)
            let other = try await bench.plan(user: user + 100)
            async let one = bench.runner(0, perHour: 5).run(id, approvedBy: "ann")
            async let two = bench.runner(1, perHour: 5).run(other, approvedBy: "bob")
            _ = try await [one, two]
        }
        #expect(bench.tenant.performed.count <= 5 && bench.tenant.performed.count >= 4)
        try bench.end()
    }

    @Test func aMonitorThatWritesAndActionsBesideItLoseNothing() async throws {
        let bench = try Bench()
        let monitor = Task {
            for number in 0..<200 {
                let batch = ActivityBatch(capacity: 1)
                let record = QuarantineReplayTests.record(number, minutesAgo: 1, type: 6)
                let text = batch.arena.copy(record)
                try WireActivityDecoder().decode(text.text, into: batch, source: .api)
                batch[0, .raw] = text
                let cursor = SourceCursor(
                    readUntil: SyncBench.start, completeUntil: SyncBench.start, firstSyncStarted: SyncBench.start)
                _ = try await bench.stores[0].commit(
                    batch, unreadable: [], cursor: cursor, connection: "acme", source: .api)
            }
        }
        for user: Int64 in 10..<40 {
            let id = try await bench.plan(user: user, by: 1)
            #expect(try await bench.runner(1).run(id, approvedBy: "ann").state == .done)
        }
        try await monitor.value
        let (one, two) = (bench.stores[0], bench.stores[1])
        #expect(try await one.activities(connection: "acme", after: 0, limit: 500).positions.count == 200)
        #expect(try await two.activities(connection: "acme", after: 0, limit: 500).positions.count == 200)
        let done = try await one.actions(connection: "acme", limit: 100)
        #expect(done.count == 30 && done.allSatisfy { $0.state == .done })
        try bench.end()
    }
}
