import Alerting
import Delivery
import Directory
import Logging
import OneLoginSimulator
import RuleLanguage
import Store
import Sync
import Synchronization
import Testing
import Timekeeping

@testable import Monitor

/// A credential that is revoked while the monitor runs, from the wire to the notice.
@Suite struct RevokedCredentialTests {
    /// Keeps what it was told.
    final class Ear: Receiver {
        let name = "ear"
        private let notices = Mutex<[String]>([])

        var told: [String] { notices.withLock { $0 } }

        func deliver(_ notice: Notice, at moment: Timestamp) async -> DeliveryOutcome {
            let rule = notice.transition.alert.binding.rule
            guard rule == OwnRule.connectionHealth.rawValue else { return .delivered(status: nil) }
            notices.withLock { $0.append("\(rule) \(notice.transition.kind)") }
            return .delivered(status: nil)
        }
    }

    @Test func itIsOneAlertWithoutAHotLoopAndResolvesWhenMended() async throws {
        let bench = try SyncBench { $0.tokenLifetime = .minutes(10) }
        let ear = Ear()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let cycle = Cycle(
            connections: [
                Cycle.Connection(
                    sync: bench.runner,
                    watch: ConnectionWatch(
                        connection: "acme", book: CrashTests.book(), facts: bench.store, alerts: bench.store,
                        routing: NoticeRouting(defaultReceivers: ["ear"]), superUsers: [], lateness: .minutes(5),
                        clock: bench.clock))
            ],
            dispatcher: Dispatcher(outbox: bench.store, receivers: [ear], clock: bench.clock, logger: logger),
            clock: bench.clock)
        _ = try await cycle.run()
        #expect(ear.told.isEmpty)

        await bench.simulator.setFaults(FaultPlan([Fault("/", .always, .status(401))]))
        _ = bench.log.take()
        for _ in 0..<120 {
            bench.clock.advance(by: .minutes(1))
            _ = try await cycle.run()
        }
        #expect(ear.told == ["connection-health opened"])
        let asked = bench.log.take()
        #expect(asked.filter { $0.hasPrefix("/auth/oauth2") }.count <= 120, "two hours, at most one a minute")
        #expect(asked.count <= 260, "two hours of refusals took \(asked.count) calls")

        await bench.simulator.setFaults(FaultPlan())
        for _ in 0..<20 {
            bench.clock.advance(by: .minutes(1))
            _ = try await cycle.run()
        }
        #expect(ear.told == ["connection-health opened", "connection-health resolved"])
        let outcome = try #require(try await bench.store.state(connection: "acme"))
        #expect(outcome.word == .connected)
    }
}
