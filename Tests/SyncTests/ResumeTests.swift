import Directory
import Synchronization
import Testing
import Timekeeping

@testable import Sync

/// Counts what a closure was told.
final class Counter: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }

    func add() { value.withLock { $0 += 1 } }
}

/// An interrupted copy goes on where it stopped.
@Suite struct ResumeTests {
    static func script(users: Int = 8) -> ScriptedTenant.Script {
        var script = SyncRunnerTests.script()
        script.pages[.user] = (1...Int64(users)).map { [SyncRunnerTests.user($0, group: 10)] }
        return script
    }

    static func asked(_ bench: SyncRunnerTests.Bench, _ kind: EntityKind, since count: Int) -> [String] {
        bench.tenant.asked.dropFirst(count).filter { $0.hasPrefix(kind.rawValue + " ") }
    }

    @Test(arguments: [SourceFailure.Cause.rateLimited, .malformedAnswer, .credentialsRejected], [true, false])
    func aListOfUsersGoesOnAtItsPage(_ cause: SourceFailure.Cause, _ isFirst: Bool) async throws {
        let bench = SyncRunnerTests.Bench(Self.script())
        if !isFirst {
            _ = try await bench.runner.runOnce()
            bench.clock.advance(by: .minutes(15))
        }
        bench.tenant.change { $0.failures = [.user: (5, SyncRunnerTests.failure(cause))] }
        let stopped = try await bench.runner.runOnce()
        #expect(!stopped.directoryChanged && stopped.state.resume?.cursor == "5")
        bench.tenant.change { $0.failures = [:] }
        let count = bench.tenant.asked.count
        bench.clock.advance(by: .minutes(15))
        let done = try await bench.runner.runOnce()
        #expect(done.directoryChanged && done.state.resume == nil && done.status == .connected)
        #expect(Self.asked(bench, .user, since: count) == ["user 5", "user 6", "user 7"])
        #expect(bench.facts.now.current?.users.map(\.id) == Array(1...8))
    }

    @Test func aCursorThatIsRefusedLaterIsForgotten() async throws {
        let bench = SyncRunnerTests.Bench(Self.script())
        bench.tenant.change { $0.failures = [.user: (5, SyncRunnerTests.failure(.malformedAnswer))] }
        _ = try await bench.runner.runOnce()
        bench.clock.advance(by: .minutes(15))
        #expect(try await bench.runner.runOnce().state.resume == nil)
        bench.tenant.change { $0.failures = [:] }
        let count = bench.tenant.asked.count
        bench.clock.advance(by: .minutes(15))
        #expect(try await bench.runner.runOnce().directoryChanged)
        #expect(Self.asked(bench, .user, since: count).count == 8)
    }

    @Test(arguments: [(23, 0), (24, 8)])
    func anOldOneBeginsAnew(_ hours: Int64, _ pages: Int) async throws {
        let bench = SyncRunnerTests.Bench(Self.script())
        bench.tenant.change { $0.failures = [.group: (0, SyncRunnerTests.failure(.serverFault))] }
        _ = try await bench.runner.runOnce()
        bench.tenant.change { $0.failures = [:] }
        let count = bench.tenant.asked.count
        bench.clock.advance(by: .hours(hours))
        #expect(try await bench.runner.runOnce().directoryChanged)
        #expect(Self.asked(bench, .user, since: count).count == pages)
    }

    @Test func factorsGoOnAfterTheLastUserWhoseWereRead() async throws {
        var script = SyncRunnerTests.script(groups: Dictionary(uniqueKeysWithValues: (1...250).map { ($0, 10) }))
        script.factorFailure = (150, SyncRunnerTests.failure(.rateLimited))
        let bench = SyncRunnerTests.Bench(script)
        let stopped = try await bench.runner.runOnce()
        #expect(stopped.state.resume?.factorsReadTo == 100)
        bench.tenant.change { $0.factorFailure = nil }
        let count = bench.tenant.asked.count
        bench.clock.advance(by: .minutes(1))
        #expect(try await bench.runner.runOnce().directoryChanged)
        #expect(Self.asked(bench, .device, since: count) == ["device - from 101", "device - from 201"])
        #expect(Self.asked(bench, .user, since: count).isEmpty)
    }

    @Test func aRowThatCouldNotBeReadBeforeTheStopIsNoDeletion() async throws {
        let bench = SyncRunnerTests.Bench(Self.script(users: 20))
        _ = try await bench.runner.runOnce()
        bench.tenant.change { script in
            script.pages[.user]?.remove(at: 19)
            script.unreadable[.user] = [UnreadableText(place: "GET /users", reason: "no id", text: "{}")]
            script.failures = [.user: (5, SyncRunnerTests.failure(.rateLimited))]
        }
        bench.clock.advance(by: .minutes(15))
        let stopped = try await bench.runner.runOnce()
        bench.tenant.change { $0.failures = [:] }
        bench.clock.advance(by: .minutes(15))
        let done = try await bench.runner.runOnce()
        #expect(done.directoryChanged && stopped.unreadable == 1 && done.unreadable == 0)
        #expect(bench.facts.now.current?.users.count == 20)
        #expect(bench.facts.now.activities.isEmpty)
    }
}
