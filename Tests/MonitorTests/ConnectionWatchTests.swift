import Alerting
import Delivery
import Directory
import Evaluation
import Foundation
import Logging
import OneLogin
import OneLoginSimulator
import RuleLanguage
import Store
import Sync
import Testing
import Timekeeping

@testable import Monitor

/// The cycle on a simulated tenant: what is planted is found once, wherever the process ends in between.
@Suite struct ConnectionWatchTests {
    /// Receives notices in memory.
    final class Ear: Receiver {
        let name = "ear"
        func deliver(_ notice: Notice, at moment: Timestamp) async -> DeliveryOutcome { .delivered(status: nil) }
    }

    static func cycle(
        _ tenant: SimulatedTenant, _ source: any TenantSource, _ store: SQLiteStore, _ book: RuleBook
    ) -> Cycle {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var cadence = SyncCadence()
        cadence.lateness = .minutes(1)
        return Cycle(
            connections: [
                Cycle.Connection(
                    sync: SyncRunner(
                        connection: "acme", source: source, facts: store, cadence: cadence, ledger: store,
                        clock: tenant.clock, logger: logger),
                    watch: ConnectionWatch(
                        connection: "acme", book: book, facts: store, alerts: store,
                        routing: NoticeRouting(defaultReceivers: ["ear"]), superUsers: SuperUserResolver.standard,
                        lateness: cadence.lateness, clock: tenant.clock))
            ],
            dispatcher: Dispatcher(outbox: store, receivers: [Ear()], clock: tenant.clock, logger: logger),
            clock: tenant.clock)
    }

    /// Runs an hour of attacks in steps of three minutes.
    ///
    /// - Parameter endsAfter: Turns after which the process "ends": store, runner and watch are made anew.
    /// - Returns: The alerts of activities by id with their transitions, and those of states by rule and key: a start
    ///   copies the directory anew, so states may be seen first in another generation.
    static func hour(endsAfter: Set<Int>) async throws -> [String: [Transition.Kind]] {
        var options = SimulatorOptions()
        options.users = 200
        options.seed = 11
        return try await SimulatedTenant.with(options) { tenant, sender in
            let book = try SimulatedTenant.shippedBook()
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("watch-\(UUID())")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let path = folder.appendingPathComponent("tocsin.db").path
            var settings = OneLoginSettings()
            settings.comparesClocks = false
            let source = OneLoginClient(tenant.link(), sender: sender, clock: tenant.clock, settings: settings)
            let start = tenant.clock.now()
            for kind in PlantedKind.attacks { await tenant.simulator.plant(kind, at: start + .minutes(2)) }
            var store = try SQLiteStore.open(at: path, decoder: WireActivityDecoder())
            var cycle = Self.cycle(tenant, source, store, book)
            for turn in 0..<20 {
                _ = try await cycle.run()
                tenant.clock.advance(by: .minutes(3))
                if endsAfter.contains(turn) {
                    try store.close()
                    store = try SQLiteStore.open(at: path, decoder: WireActivityDecoder())
                    cycle = Self.cycle(tenant, source, store, book)
                }
            }
            var lives: [String: [Transition.Kind]] = [:]
            for alert in try await store.alerts(AlertQuery(limit: 100_000)) {
                var name = alert.id
                if case .generation = alert.episode { name = alert.dedupKey.keyID }
                #expect(lives[name] == nil, "two alerts of one episode: \(alert.binding.rule) \(alert.dedupKey.key)")
                lives[name] = try await store.transitions(alertID: alert.id).map(\.kind)
            }
            let truth = await tenant.simulator.truth
            let rules = Set(try await store.alerts(AlertQuery(limit: 100_000)).map(\.binding.rule))
            let wanted = Set(truth.cases.filter { $0.kind != .massGroupChange }.map(\.rule))
            #expect(wanted.subtracting(rules).isEmpty)
            try store.close()
            return lives
        }
    }

    @Test func anEndAtAnyTurnGivesTheSameAlerts() async throws {
        let whole = try await Self.hour(endsAfter: [])
        let broken = try await Self.hour(endsAfter: [0, 1, 2, 3, 4, 7, 12])
        // A state may come and go between two copies, so only what activities say must be the same.
        let isOfActivity = { (entry: (key: String, value: [Transition.Kind])) in entry.key.hasPrefix("al_") }
        #expect(whole.filter(isOfActivity).count > 20)
        #expect(broken.filter(isOfActivity) == whole.filter(isOfActivity))
    }
}
