import Directory
import OneLogin
import OneLoginSimulator
import Store
import Sync
import Testing
import Timekeeping

/// An operator sees which changes of a copy events told, and what became of the others.
@Suite struct ReconciledChangeTests {
    @Test func aChangeIsKeptWithTheActivityThatToldIt() async throws {
        let bench = try SyncBench(users: 60)
        _ = try await bench.runner.runOnce()
        let users = try #require(try await bench.store.currentSnapshot(connection: "acme")).users
        let user = try #require(users.last { $0.status == .active }).id
        bench.clock.advance(by: .minutes(1))
        try await bench.client.perform(.suspend, userID: user)
        await bench.simulator.applyGroupChanges(at: bench.clock.now() + .minutes(1), users: 5)
        bench.clock.advance(by: .minutes(15))
        let outcome = try await bench.runner.runOnce()
        let found = try #require(outcome.state.reconciliation)
        #expect(found.kinds?["user.suspended"] == .init(explained: 1, derived: 0))
        #expect(found.kinds?["user.group_changed"] == .init(explained: 0, derived: 5))
        #expect(found.kinds?.values.reduce(0) { $0 + $1.explained } == found.explained)
        #expect(found.kinds?.values.reduce(0) { $0 + $1.derived } == found.derived)

        let all = try await bench.store.changes(connection: "acme", explained: nil, limit: 100)
        #expect(all.count == found.seen)
        let told = try #require(all.first { $0.change.kind == "user.suspended" })
        #expect(told.isExplained && told.change.userID == user && told.at == found.at)
        let event = try await bench.store.activities(connection: "acme", ids: [told.activityID])
        #expect(event.count == 1 && event.activity(at: 0).kind == "user.suspended")
        #expect(event.activity(at: 0).text(.observedBy) == "api" && event.activity(at: 0).integer(.userID) == user)

        let derived = try await bench.store.changes(connection: "acme", explained: false, limit: 100)
        #expect(derived == all.filter { !$0.isExplained })
        for change in derived where change.change.kind == "user.group_changed" {
            let activity = try await bench.store.activities(connection: "acme", ids: [change.activityID])
            #expect(activity.activity(at: 0).integer(.groupID) == change.change.objectID)
        }
        #expect(try await bench.store.changes(connection: "acme", explained: true, limit: 100) == [told])
        #expect(try await bench.store.changes(connection: "acme", explained: nil, limit: 2).count == 2)
        #expect(try await bench.store.changes(connection: "other", explained: nil, limit: 100).isEmpty)
    }
}
