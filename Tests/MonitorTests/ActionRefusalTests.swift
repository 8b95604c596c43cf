import Directory
import OneLogin
import OneLoginSimulator
import Store
import Testing
import Timekeeping

@testable import Monitor

/// What OneLogin or the guards refuse ends there, and a guard sees what was done since the directory was copied.
@Suite struct ActionRefusalTests {
    typealias Bench = ActionTests.Bench

    static func request(_ action: TenantAction, _ user: Int64) -> ActionRunner.Request {
        ActionTests.request(action, user)
    }

    @Test(arguments: [400, 403, 404, 409, 422])
    func aDefiniteRefusalEndsTheActionWithCauseAndRemedy(_ status: Int) async throws {
        let bench = try Bench()
        let user = try await bench.user()
        let runner = bench.runner()
        let plan = try await runner.plan(Self.request(.lock(minutes: 15), user))
        var fault = Fault("/api/1/users/\(user)/lock_user", .always, .status(status))
        fault.isWholePath = true
        await bench.simulator.setFaults(FaultPlan([fault]))
        let ended = try await runner.run(plan.id, approvedBy: "ann")
        // The simulator's 400 stands for the rate limit.
        let cause = status == 400 ? "rate_limited: " : "refused: "
        #expect(ended.state == .failed && ended.note.hasPrefix(cause), "\(ended.note)")
        #expect(ended.note.contains("; "), "the remedy follows: \(ended.note)")
        await bench.simulator.setFaults(FaultPlan())
        #expect(try await runner.run(plan.id, approvedBy: "ann") == ended, "it is not sent again")
        #expect(try await bench.client.subject(userID: user).status == .active)
    }

    @Test func aFaultOfTheServerLeavesItOpen() async throws {
        let bench = try Bench()
        let user = try await bench.user()
        let runner = bench.runner()
        let plan = try await runner.plan(Self.request(.lock(minutes: 15), user))
        await bench.simulator.setFaults(FaultPlan([Fault("/api/1/users/\(user)/lock_user", .always, .html(502))]))
        await #expect(throws: ActionRunner.Problem.self) { _ = try await runner.run(plan.id, approvedBy: "ann") }
        #expect(try await bench.store.action(id: plan.id)?.state == .running)
        await bench.simulator.setFaults(FaultPlan())
        #expect(try await runner.run(plan.id, approvedBy: "ann").state == .done)
    }

    /// Two active users, the only super users by a copy made just now.
    static func pair(_ bench: Bench) async throws -> [Int64] {
        let page = try await bench.client.entities(EntityQuery(.user))
        let active = page.entities.compactMap { entity -> Int64? in
            if case .user(let user) = entity, user.status == .active { user.id } else { nil }
        }
        try #require(active.count >= 2)
        return Array(active.prefix(2))
    }

    @Test func theLastSuperUserIsSafeBeforeTheNextCopyToo() async throws {
        let bench = try Bench()
        let pair = try await Self.pair(bench)
        func runner(_ superUsers: [Int64] = pair, at copy: Timestamp = SyncBench.start) -> ActionRunner {
            bench.runner {
                $0.activeSuperUsers = Set(superUsers)
                $0.copiedAt = copy
            }
        }
        let early = try await runner().plan(Self.request(.suspend, pair[1]))
        let first = try await runner().plan(Self.request(.suspend, pair[0]))
        bench.clock.advance(by: .minutes(2))
        #expect(try await runner().run(first.id, approvedBy: "ann").state == .done)
        bench.clock.advance(by: .minutes(2))

        // The copy still shows both; what was planned before is refused when it is run, and a new plan at once.
        let late = try await runner().run(early.id, approvedBy: "ann")
        #expect(late.state == .refused && late.note.contains("is the last active super user"), "\(late.note)")
        for action in [TenantAction.suspend, .forcePasswordReset, .removeRole(7001)] {
            await #expect(throws: ActionRunner.Problem.self) {
                _ = try await runner().plan(Self.request(action, pair[1]))
            }
        }
        #expect(try await bench.client.subject(userID: pair[1]).status == .active)
        // A copy that began a minute after the change may be without it, since changes are queued; one of later is not.
        await #expect(throws: ActionRunner.Problem.self) {
            _ = try await runner(at: SyncBench.start + .minutes(3)).plan(Self.request(.suspend, pair[1]))
        }
        let other: Int64 = 99
        _ = try await runner([pair[1], other], at: SyncBench.start + .minutes(8)).plan(Self.request(.suspend, pair[1]))

        #expect(try await runner().undo(first.id, requestedBy: "ann").state == .done)
        #expect(
            try await runner().plan(Self.request(.suspend, pair[1])).state == .planned, "both are super users again")
    }

    @Test func whoMaySuspendMayTakeItBack() async throws {
        let bench = try Bench()
        let user = try await bench.user()
        let runner = bench.runner { $0.allowed = ["suspend"] }
        let plan = try await runner.plan(Self.request(.suspend, user))
        #expect(try await runner.run(plan.id, approvedBy: "ann").state == .done)
        await #expect(throws: ActionRunner.Problem.refused(.kindNotAllowed("reactivate"))) {
            _ = try await runner.plan(Self.request(.reactivate, user))
        }
        #expect(try await runner.undo(plan.id, requestedBy: "ann").state == .done)
        #expect(try await bench.client.subject(userID: user).status == .active)
    }

    @Test func whatIsSentAgainIsHeldAgainstTheGuardsAgain() async throws {
        let bench = try Bench()
        let user = try await bench.user()
        let rules = ActionGuard(isOn: true, perHour: 1, never: [], activeSuperUsers: [1, 2])
        let unsure = LosingClient(bench.client, loses: .request)
        func runner(_ edit: (inout ActionGuard) -> Void) -> ActionRunner {
            var rules = rules
            edit(&rules)
            return ActionRunner(
                connection: "acme", tenant: unsure, journal: bench.store, rules: rules, clock: bench.clock)
        }
        var plans: [String] = []
        for _ in 0..<2 {
            plans.append(try await runner { _ in }.plan(Self.request(.suspend, user)).id)
            bench.clock.advance(by: .seconds(1))
        }
        let id = plans[0]
        await #expect(throws: ActionRunner.Problem.self) { _ = try await runner { _ in }.run(id, approvedBy: "ann") }
        #expect(try await runner { _ in }.run(plans[1], approvedBy: "ann").state == .refused, "the hour has one")
        let off = try await runner { $0.never = [String(user)] }.run(id, approvedBy: "ann")
        #expect(off.state == .refused)
        #expect(try await bench.client.subject(userID: user).status == .active)
    }
}
