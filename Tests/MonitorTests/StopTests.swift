import Alerting
import Delivery
import Directory
import HTTPTransport
import Logging
import OneLogin
import OneLoginSimulator
import ServiceLifecycle
import Store
import Sync
import Testing
import Timekeeping

@testable import Monitor

/// A monitor that is told to stop ends at the next page, fails nobody, and the next start goes on there.
@Suite(.timeLimit(.minutes(15))) struct StopTests {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let activities = 4

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let held: HeldTenant.Place
        var heeds = true
        /// What is there when it stopped.
        let records: Int
        let stored: Int
        /// What the next start asks for.
        let rest: [HeldTenant.Place]

        var isOfHistory: Bool { held.isOfHistory }
    }

    static let polls = [HeldTenant.Place.activities(page: 0), .activities(page: 1), .activities(page: 2)]
    static let rows = [
        Row(
            testDescription: "at the first page of users", held: .users(page: 0), records: 0, stored: 0,
            rest: [.users(page: 0), .users(page: 1), .users(page: 2), .users(page: 3)] + polls
                + [.activities(page: 3)]),
        Row(
            testDescription: "at the third page of users", held: .users(page: 2), records: 4, stored: 0,
            rest: [.users(page: 2), .users(page: 3)] + polls + [.activities(page: 3)]),
        Row(
            testDescription: "at a page that heeds no cancellation", held: .users(page: 2), heeds: false, records: 4,
            stored: 0, rest: [.users(page: 2), .users(page: 3)] + polls + [.activities(page: 3)]),
        Row(
            testDescription: "at the first page of the history", held: .activities(page: 0), records: 8, stored: 0,
            rest: polls + [.activities(page: 3)]),
        // The second of the stored ones comes again: a poll begins a little before what it has.
        Row(
            testDescription: "at the third page of the history", held: .activities(page: 2), records: 8, stored: 2,
            rest: polls),
    ]

    static func cycle(_ tenant: HeldTenant, _ store: SQLiteStore, _ clock: ManualClock) -> Cycle {
        var cadence = SyncCadence()
        cadence.lateness = .seconds(1)
        let watch = SideBySideTests.watch("acme", store, cadence, clock: clock)
        let sync = SyncRunner(
            connection: "acme", source: tenant, facts: store, cadence: cadence, ledger: store, clock: clock,
            logger: quiet)
        return Cycle(
            connections: [Cycle.Connection(sync: sync, watch: watch)],
            dispatcher: Dispatcher(outbox: store, receivers: [], clock: clock, logger: quiet), clock: clock)
    }

    @Test(arguments: rows) func itEndsAtThePageAndGoesOnThere(_ row: Row) async throws {
        let clock = ManualClock(ScriptedTenant.start)
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        let tenant = HeldTenant(activities: Self.activities, holds: row.held, heeds: row.heeds, clock: clock)
        let monitor = MonitorService(
            cycle: Self.cycle(tenant, store, clock), clock: SleepingClock(clock: clock), logger: Self.quiet)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: monitor, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: Self.quiet))
        let run = Task { try await group.run() }
        for await _ in tenant.reached.stream { break }
        await group.triggerGracefulShutdown()
        try await run.value

        let state = try #require(try await store.state(connection: "acme"))
        #expect(state.cause == nil && state.reason == nil && state.remedy == nil)
        #expect([.connecting, .initialSync].contains(state.word) && state.progress?.records ?? 0 == row.records)
        #expect(try await store.activities(connection: "acme", after: 0, limit: 100).positions.count == row.stored)
        #expect(try await store.alerts(AlertQuery(limit: 100)).isEmpty)
        #expect(clock.now() == ScriptedTenant.start, "nobody waited")

        tenant.release()
        _ = tenant.asked()
        clock.advance(by: .seconds(2))
        let report = try await Self.cycle(tenant, store, clock).run()
        // With a copy there is, a start looks for what changed in it, and polls before it compares.
        let asked = tenant.asked().filter { !row.isOfHistory || $0.isOfHistory }
        #expect(Array(asked.prefix(row.rest.count)) == row.rest && (row.isOfHistory || asked.count == row.rest.count))
        #expect(report.connections.last?.sync.status == .connected)
        #expect(try await store.currentSnapshot(connection: "acme")?.users.count == HeldTenant.users)
        let alerts = try await store.alerts(AlertQuery(limit: 100))
        #expect(alerts.count == 0, "what was before the first sync raises nothing")
        #expect(report.connections.map(\.evaluation.activities).reduce(0, +) == Self.activities)
        #expect(try await store.gaps(connection: "acme", limit: 10).isEmpty)
    }

    /// Calls that are tried again later wait; being told to stop ends that, and the copy goes on at the page.
    @Test(arguments: [Fault.Effect.status(503), .html(429)])
    func aWaitBetweenTriesEndsAtOnce(_ effect: Fault.Effect) async throws {
        let bench = try SyncBench()
        await bench.simulator.setFaults(FaultPlan([Fault("/api/1/users", .page(3), effect)]))
        let (asleep, falls) = AsyncStream.makeStream(of: Void.self)
        let link = OneLoginConnection(
            subdomain: "demo", clientID: SimulatorOptions.fakeClientID,
            clientSecret: Secret(SimulatorOptions.fakeClientSecret))
        let client = OneLoginClient(
            link, sender: bench.log, clock: SleepingClock(clock: bench.clock) { falls.yield() }, random: { 0.5 })
        let runner = SyncRunner(
            connection: "acme", source: client, facts: bench.store, ledger: bench.store, clock: bench.clock,
            logger: Self.quiet)
        let run = Task { try await runner.runOnce() }
        for await _ in asleep { break }
        runner.stop()
        let stopped = try await run.value
        #expect(stopped.wasStopped && stopped.failures.isEmpty && stopped.status == .connecting)
        #expect(stopped.state.resume?.kind == .user && stopped.state.resume?.cursor != nil)
        #expect(try await bench.store.state(connection: "acme") == stopped.state)

        let asked = bench.log.take().count
        let again = try await runner.runOnce()
        #expect(again.wasStopped && bench.log.take().isEmpty, "told once, it asks for nothing after \(asked) calls")
        await bench.simulator.setFaults(FaultPlan())
        let done = try await bench.runner.runOnce()
        #expect(
            done.status == .connected
                && bench.log.take().first { $0.hasPrefix("/api/1/users") }?
                    .contains("after_cursor") == true
        )
    }

    /// A later copy that is stopped leaves the connection as it was: connected, with the copy before.
    @Test func aStopWhileConnectedSaysNothingNew() async throws {
        let bench = try SyncBench()
        let first = try await bench.runner.runOnce()
        bench.clock.advance(by: .minutes(16))
        bench.runner.stop()
        let stopped = try await bench.runner.runOnce()
        #expect(stopped.wasStopped && stopped.status == .connected && stopped.failures.isEmpty)
        #expect(stopped.state.word == .connected && stopped.state.since == first.state.since)
        #expect(try await bench.store.gaps(connection: "acme", limit: 10).isEmpty)
    }

    /// An evaluation that does not end is cancelled when patience is over; one that does gives what it has.
    @Test(arguments: [true, false]) func patienceEndsAfterAShutdown(isQuick: Bool) async throws {
        let clock = ManualClock()
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let asked = Asking { () async throws -> Int in
            let body: @Sendable () async throws -> Int = {
                begin.yield()
                // Who waits here is woken by the shutdown, or by the cancellation after it.
                if isQuick {
                    try await gracefulShutdown()
                } else {
                    try await SleepingClock(clock: clock).sleep(for: .zero)
                }
                return 7
            }
            return try await Patience(clock: isQuick ? SleepingClock(clock: clock) : clock).cancel(body)
        }
        let group = ServiceGroup(configuration: .init(services: [.init(service: asked)], logger: Self.quiet))
        let run = Task { try await group.run() }
        for await _ in begun { break }
        await group.triggerGracefulShutdown()
        try await run.value
        #expect(await asked.answer.first { _ in true } == (isQuick ? 7 : nil))
    }
}

/// A service that asks once.
private struct Asking: Service {
    let ask: @Sendable () async throws -> Int
    let answer: AsyncStream<Int>
    private let give: AsyncStream<Int>.Continuation

    init(_ ask: @escaping @Sendable () async throws -> Int) {
        self.ask = ask
        (answer, give) = AsyncStream.makeStream()
    }

    func run() async throws {
        if let value = try? await ask() { give.yield(value) }
        give.finish()
        try? await gracefulShutdown()
    }
}
