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

/// Connections turn side by side, and are reported in their order.
@Suite struct SideBySideTests {
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
