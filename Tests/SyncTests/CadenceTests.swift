import Directory
import Testing
import Timekeeping

@testable import Sync

/// How often what is read, and what that costs.
@Suite struct CadenceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kind: EntityKind
        let users: Int
        var chosen: TimeSpan?
        let interval: TimeSpan
    }

    @Test(arguments: [
        Row(testDescription: "roles of a small tenant", kind: .role, users: 10_000, interval: .minutes(15)),
        Row(testDescription: "roles of a larger one", kind: .role, users: 10_001, interval: .hours(1)),
        Row(testDescription: "groups of a larger one", kind: .group, users: 10_001, interval: .minutes(15)),
        Row(
            testDescription: "roles, as chosen", kind: .role, users: 10_001, chosen: .minutes(30),
            interval: .minutes(30)
        ),
        Row(
            testDescription: "no more often than copies", kind: .app, users: 5, chosen: .minutes(1),
            interval: .minutes(15)),
        Row(testDescription: "factors", kind: .device, users: 5, interval: .days(1)),
    ])
    func eachCollectionHasItsOwn(_ row: Row) {
        var cadence = SyncCadence()
        cadence.collections[row.kind] = row.chosen
        #expect(cadence.interval(of: row.kind, users: row.users) == row.interval)
    }

    @Test func aCollectionIsTakenOverBetweenItsReadings() async throws {
        var cadence = SyncCadence()
        cadence.collections[.role] = .hours(1)
        var script = SyncRunnerTests.script()
        script.pages[.role] = [[.role(Role(id: 1, name: "old", userIDs: [1], adminIDs: [1]))]]
        let bench = SyncRunnerTests.Bench(script, cadence: cadence)
        _ = try await bench.runner.runOnce()
        let told = SyncRunnerTests.start + .minutes(5)
        bench.tenant.change { script in
            script.pages[.role] = [[.role(Role(id: 1, name: "new", userIDs: [1], adminIDs: [1, 2]))]]
            script.activities = [("told", told, "role.admin_granted", 2, nil)]
        }
        for _ in 1...3 {
            bench.clock.advance(by: .minutes(15))
            #expect(try await bench.runner.runOnce().directoryChanged)
            #expect(bench.facts.now.current?.roles.map(\.name) == ["old"])
        }
        bench.clock.advance(by: .minutes(15))
        let outcome = try await bench.runner.runOnce()
        #expect(bench.facts.now.current?.roles.map(\.name) == ["new"])
        #expect(
            outcome.state.reconciliation?.explained == 1 && outcome.state.reconciliation?.derived == 0,
            "the event is older than the copy before, and not than the reading of roles before")
    }

    /// What a tenant has, to count the calls that reading it costs.
    struct Tenant {
        var users = 200_000
        var groups = 200
        var privileges = 50
        var eventsPerHour = 20_000
    }

    /// Calls to version 1 of the API in each hour of a day after the first sync, as the plan has them.
    static func countedCalls(_ tenant: Tenant, _ cadence: SyncCadence, failsOver: Bool = false) -> [Int] {
        var plan = SyncPlan(cadence)
        let begin = SyncRunnerTests.start
        var listed: [EntityKind: Timestamp] = [:]
        for kind in EntityKind.allCases { listed[kind] = begin }
        plan.restore(factors: begin)
        var hours = [Int](repeating: 0, count: 26)
        func pages(_ rows: Int) -> Int { (rows + 49) / 50 }
        for minute in 0..<(26 * 60) {
            let now = begin + .minutes(Int64(minute))
            var calls = 0
            for step in plan.due(at: now) {
                plan.note(step, at: now, isComplete: true)
                guard case .directory(let readsFactors) = step else {
                    calls += 1
                    continue
                }
                if cadence.listsUsers(listedAt: listed[.user], users: tenant.users, at: now) {
                    calls += pages(tenant.users)
                    listed[.user] = now
                }
                for kind in [EntityKind.group, .privilege]
                where cadence.isDue(kind, readAt: listed[kind], users: tenant.users, at: now) {
                    listed[kind] = now
                    calls += kind == .group ? pages(tenant.groups) : 1 + 2 * tenant.privileges
                }
                // One by one in version 1, where version 2 is closed to the credential.
                if readsFactors, failsOver, tenant.users <= cadence.factorUserLimit { calls += tenant.users }
                calls += 1
            }
            hours[minute / 60] += calls
        }
        return hours.map { $0 + tenant.eventsPerHour / 1000 }
    }

    @Test(arguments: [
        (1_000, true, 1584), (4_000, true, 4824), (10_000, false, 1304), (25_000, false, 2201), (200_000, false, 4201),
    ])
    func noHourTakesMoreCallsThanThereAre(_ users: Int, _ failsOver: Bool, _ most: Int) {
        let hours = Self.countedCalls(Tenant(users: users), SyncCadence(), failsOver: failsOver)
        #expect(hours.max() == most, "\(hours)")
        #expect(most <= 5000 - 150)
    }
}
