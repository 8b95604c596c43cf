import Alerting
import Delivery
import Directory
import Logging
import OneLogin
import Store
import Sync
import Testing
import Timekeeping

@testable import Monitor

/// One connection's long copy is no other's wait, and all are reported in their order.
@Suite struct SideBySideTests {
    /// A clock that only the test moves: who sleeps by it lets others run, and then looks again.
    struct StillClock: WallClock {
        let clock: ManualClock

        func now() -> Timestamp { clock.now() }

        func sleep(for span: TimeSpan) async throws {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Passes on of which connection's alert it was told.
    struct Ear: Receiver {
        let name = "ear"
        let heard: AsyncStream<String>.Continuation

        func deliver(_ notice: Notice, at moment: Timestamp) async -> DeliveryOutcome {
            heard.yield(notice.transition.alert.binding.connection)
            return .delivered(status: nil)
        }
    }

    static func connection(
        _ name: String, _ source: any TenantSource, _ store: SQLiteStore, clock: ManualClock
    ) -> Cycle.Connection {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var cadence = SyncCadence()
        cadence.lateness = .seconds(1)
        return Cycle.Connection(
            sync: SyncRunner(
                connection: name, source: source, facts: store, cadence: cadence, clock: clock, logger: logger),
            watch: watch(name, store, cadence, clock: clock))
    }

    /// Watches a connection for users who are assumed, each an alert of its own.
    static func watch(
        _ name: String, _ store: SQLiteStore, _ cadence: SyncCadence, clock: ManualClock
    ) -> ConnectionWatch {
        let book = CrashTests.book(
            """
            rule: each-assumed
            title: t
            severity: low
            activity: { match: activity.kind == "user.assumed" }
            message: "${activity.id}"
            key: [activity.id]
            """)
        return ConnectionWatch(
            connection: name, book: book, facts: store, alerts: store,
            routing: NoticeRouting(defaultReceivers: ["ear"]), superUsers: [], lateness: cadence.lateness,
            clock: clock)
    }

    @Test(.timeLimit(.minutes(15))) func alertsOfOneAreToldWhileTheOtherIsCopied() async throws {
        let clock = ManualClock(ScriptedTenant.start)
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        let tenant = ScriptedTenant(
            entries: [120, 600].map { .init(id: $0, second: Int64($0), arrival: Int64($0), type: 3, user: 1) },
            pageSize: 5, clock: clock)
        let held = HeldTenant(activities: 0, holds: .users(page: 1), heeds: true, clock: clock)
        let (heard, ear) = AsyncStream.makeStream(of: String.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let cycle = Cycle(
            connections: [
                Self.connection("slow", held, store, clock: clock),
                Self.connection("quick", tenant, store, clock: clock),
            ],
            dispatcher: Dispatcher(outbox: store, receivers: [Ear(heard: ear)], clock: clock, logger: logger),
            clock: clock)
        let service = Task {
            try await MonitorService(cycle: cycle, clock: StillClock(clock: clock), logger: logger).run()
        }
        defer {
            service.cancel()
            held.release()
        }
        for await _ in held.reached.stream { break }
        while try await store.cursor(connection: "quick", source: .api) == nil {
            try Task.checkCancellation()
            await Task.yield()
        }
        // Two activities in turns of their own: each is told before the clock moves on.
        var told: [String] = []
        for second in [120, 600] as [Int64] {
            clock.set(to: ScriptedTenant.start + .seconds(second + 1))
            for await name in heard {
                told.append(name)
                break
            }
        }
        #expect(told == ["quick", "quick"])
        #expect(try await store.currentGeneration(connection: "slow") == nil)
    }

    @Test func oneTurnOfAllReportsInTheOrderOfTheSettings() async throws {
        let clock = ManualClock(ScriptedTenant.start)
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        let tenant = ScriptedTenant(entries: [], pageSize: 5, clock: clock)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let names = ["c", "a", "b"]
        let cycle = Cycle(
            connections: names.map { Self.connection($0, tenant, store, clock: clock) },
            dispatcher: Dispatcher(outbox: store, receivers: [], clock: clock, logger: logger), clock: clock)
        #expect(try await cycle.run().connections.map(\.name) == names)
    }
}
