import Directory
import HTTPTransport
import OneLogin
import OneLoginSimulator
import Store
import Synchronization
import Testing
import Timekeeping

@testable import Monitor

/// Actions against the simulator: they act once, and what they did can be given back.
@Suite struct ActionTests {
    /// The user that things are done to: not a super user.
    static let place = 12

    struct Bench {
        let simulator: Simulator
        let clock = ManualClock(SyncBench.start)
        let client: OneLoginClient
        let store: SQLiteStore

        init() throws {
            var options = SimulatorOptions()
            options.users = 40
            options.historyEvents = 10
            options.planted = []
            simulator = Simulator(options: options, clock: clock)
            let link = OneLoginConnection(
                subdomain: "demo", clientID: options.clientID, clientSecret: Secret(options.clientSecret))
            client = OneLoginClient(link, sender: InProcessSender(simulator), clock: clock, random: { 0.5 })
            store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        }

        func runner(_ edit: (inout ActionGuard) -> Void = { _ in }) -> ActionRunner {
            var rules = ActionGuard(isOn: true, perHour: 1000, never: [], activeSuperUsers: [1, 2])
            edit(&rules)
            return ActionRunner(connection: "acme", tenant: client, journal: store, rules: rules, clock: clock)
        }

        /// How many events of a type there are about a user.
        func events(_ type: Int, of user: Int64) async throws -> Int {
            var query = ActivityQuery(since: SyncBench.start - .days(1))
            var count = 0
            while true {
                let page = try await client.activities(query)
                for row in 0..<page.batch.count {
                    let activity = page.batch.activity(at: row)
                    if activity.integer(.typeID) == Int64(type), activity.integer(.userID) == user { count += 1 }
                }
                guard let next = page.next else { return count }
                query.cursor = next
            }
        }

        func user() async throws -> Int64 {
            var users: [Int64] = []
            var query = EntityQuery(.user)
            while true {
                let page = try await client.entities(query)
                for entity in page.entities {
                    if case .user(let user) = entity, user.status == .active { users.append(user.id) }
                }
                guard let next = page.next else { break }
                query.cursor = next
            }
            // With a factor and a role, so that both can be taken.
            for user in users.dropFirst(ActionTests.place) {
                let subject = try await client.subject(userID: user)
                if !subject.factorIDs.isEmpty, !subject.roleIDs.isEmpty { return user }
            }
            return try #require(nil as Int64?, "no user has a factor and a role")
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Done first, so that there is something to change.
        var first: TenantAction?
        let action: @Sendable (ActionSubject) -> TenantAction
        /// The event that tells of it.
        let event: Int
        var canBeUndone = true
    }

    static let rows = [
        Row(testDescription: "activate", first: .forcePasswordReset, action: { _ in .activate }, event: 16),
        Row(testDescription: "suspend", action: { _ in .suspend }, event: 21),
        Row(testDescription: "reactivate", first: .suspend, action: { _ in .reactivate }, event: 32),
        Row(testDescription: "lock", action: { _ in .lock(minutes: 15) }, event: 531),
        Row(testDescription: "unlock", first: .lock(minutes: 15), action: { _ in .unlock }, event: 12),
        Row(testDescription: "set group", action: { .setGroup($0.groupID == 4100 ? 4110 : 4100) }, event: 14),
        Row(
            testDescription: "add role",
            action: { subject in
                .addRole(stride(from: 7001, to: 7040, by: 3).first { !subject.roleIDs.contains($0) } ?? 0)
            }, event: 513),
        Row(testDescription: "remove role", action: { .removeRole($0.roleIDs.first ?? 0) }, event: 514),
        Row(testDescription: "force password reset", action: { _ in .forcePasswordReset }, event: 14),
        Row(testDescription: "end sessions", action: { _ in .endSessions }, event: 516, canBeUndone: false),
        Row(
            testDescription: "remove factor", action: { .removeFactor($0.factorIDs.first ?? "0") }, event: 24,
            canBeUndone: false),
    ]

    static func request(_ action: TenantAction, _ user: Int64) -> ActionRunner.Request {
        ActionRunner.Request(action, userID: user, reason: "a test", requestedBy: "test")
    }

    @Test(arguments: rows, LosingClient.Loss.allCases)
    func runTwiceItActsOnce(_ row: Row, _ loss: LosingClient.Loss) async throws {
        let bench = try Bench()
        let user = try await bench.user()
        if let first = row.first { try await bench.client.perform(first, userID: user) }
        let before = try await bench.client.subject(userID: user)
        let action = row.action(before)
        let earlier = try await bench.events(row.event, of: user)
        let unsure = LosingClient(bench.client, loses: loss)
        let runner = ActionRunner(
            connection: "acme", tenant: unsure, journal: bench.store,
            rules: ActionGuard(isOn: true, perHour: 1000, never: [], activeSuperUsers: [1, 2]), clock: bench.clock)
        let plan = try await runner.plan(Self.request(action, user))
        #expect(try await bench.events(row.event, of: user) == earlier, "a plan does nothing")
        #expect(try await runner.preview(plan.id).note == "would be done")
        if loss != .nothing {
            await #expect(throws: ActionRunner.Problem.self) { _ = try await runner.run(plan.id, approvedBy: "ann") }
            #expect(try await bench.store.action(id: plan.id)?.state == .running)
            let made = loss == .answer ? 1 : 0
            #expect(try await bench.events(row.event, of: user) == earlier + made)
        }
        let ends = [
            try await runner.run(plan.id, approvedBy: "ann"), try await runner.run(plan.id, approvedBy: "ann"),
            try await runner.run(plan.id, approvedBy: "ann"),
        ]
        #expect(ends.map(\.state) == [.done, .done, .done])
        // A change that was not made is sent again, once; one that was is not.
        #expect(unsure.sent.withLock { $0 } == (loss == .request ? 2 : 1))
        #expect(try await bench.events(row.event, of: user) == earlier + 1)
        let after = try await bench.client.subject(userID: user)
        #expect(action.holds(for: after) != false)
        guard row.canBeUndone else {
            await #expect(throws: ActionRunner.Problem.self) { _ = try await runner.undo(plan.id, requestedBy: "t") }
            return
        }
        let undone = try await runner.undo(plan.id, requestedBy: "test")
        #expect(undone.state == .done && undone.undoes == plan.id)
        let restored = try await bench.client.subject(userID: user)
        #expect(restored == before)
        #expect(try await runner.undo(plan.id, requestedBy: "test").id == undone.id)
        #expect(try await bench.store.action(id: plan.id)?.state == .undone)
    }

    @Test func whatIsSoAlreadyIsNotDone() async throws {
        let bench = try Bench()
        let user = try await bench.user()
        let runner = bench.runner()
        let plan = try await runner.plan(Self.request(.activate, user))
        #expect(try await runner.run(plan.id, approvedBy: "ann").state == .already)
        #expect(try await bench.events(16, of: user) == 0)
    }

    @Test func theCapCountsWhatWasBegunInTheLastHour() async throws {
        let bench = try Bench()
        let user = try await bench.user()
        let runner = bench.runner { $0.perHour = 2 }
        for action in [TenantAction.suspend, .reactivate] {
            _ = try await runner.run(try await runner.plan(Self.request(action, user)).id, approvedBy: "ann")
            bench.clock.advance(by: .minutes(10))
        }
        await #expect(throws: ActionRunner.Problem.refused(.capReached(perHour: 2))) {
            _ = try await runner.plan(Self.request(.suspend, user))
        }
        bench.clock.advance(by: .minutes(41))
        #expect(try await runner.plan(Self.request(.suspend, user)).state == .planned)
    }

    @Test func aPlanIsAskedForItsGuardsAgainWhenItIsRun() async throws {
        let bench = try Bench()
        let user = try await bench.user()
        let plan = try await bench.runner().plan(Self.request(.suspend, user))
        let late = try await bench.runner { $0.isOn = false }.run(plan.id, approvedBy: "ann")
        #expect(late.state == .refused && late.note == "actions are off")
        #expect(try await bench.events(21, of: user) == 0)
    }
}

/// A tenant whose first change gets no answer: it was made, or it never arrived.
final class LosingClient: TenantActing {
    enum Loss: Sendable, CaseIterable {
        case nothing, answer, request
    }

    private let client: OneLoginClient
    private let loses: Loss
    let sent = Mutex(0)

    init(_ client: OneLoginClient, loses: Loss) {
        self.client = client
        self.loses = loses
    }

    func subject(userID: Int64) async throws(SourceFailure) -> ActionSubject {
        try await client.subject(userID: userID)
    }

    func perform(_ action: TenantAction, userID: Int64) async throws(SourceFailure) {
        let count = sent.withLock { count in
            count += 1
            return count
        }
        if count > 1 || loses != .request { try await client.perform(action, userID: userID) }
        guard loses != .nothing, count == 1 else { return }
        throw SourceFailure(.unreachable, attempt: "PUT /x", answer: "no whole answer within 60000 ms", remedy: "wait")
    }

    func sessionsEnded(userID: Int64, since moment: Timestamp) async throws(SourceFailure) -> Bool {
        try await client.sessionsEnded(userID: userID, since: moment)
    }
}
