import Alerting
public import Delivery
public import Directory
import Evaluation
import Foundation
import HTTPClient
import HTTPTransport
public import Logging
import OneLogin
import OneLoginSimulator
public import Reporting
public import RuleLanguage
import Settings
import Store
public import Sync
public import Timekeeping

/// The main job on a simulated tenant: connect, sync, watch an hour of attacks, audit.
///
/// The tenant answers over HTTP on this machine; time is a clock that is moved on, so an hour takes seconds.
public struct Demonstration: Sendable {
    /// What is told while it runs.
    public enum Step: Sendable {
        case tenant(url: String, users: Int)
        case tested(ConnectionTest)
        case synced(SyncOutcome, users: Int, activities: Int)
        case hourPassed
        case judged(planted: Int, found: Int, missed: [String])
    }

    /// How long the watched time is.
    static let watched = TimeSpan.hours(1)

    private let book: RuleBook
    private let users: Int
    private let seed: UInt64
    private let logger: Logger

    public init(book: RuleBook, users: Int, seed: UInt64, logger: Logger) {
        self.book = book
        self.users = users
        self.seed = seed
        self.logger = logger
    }

    /// Runs it all.
    ///
    /// - Parameters:
    ///   - receiver: Hears of every alert.
    ///   - tell: Told of every step.
    /// - Returns: The audit report at the end.
    public func run(
        now: Timestamp, receiver: any Receiver, toolVersion: String, tell: @escaping @Sendable (Step) -> Void
    ) async throws -> AuditReport {
        let clock = ManualClock(now)
        var options = SimulatorOptions()
        options.seed = seed
        options.users = users
        let simulator = Simulator(options: options, clock: clock)
        let (ports, portKnown) = AsyncStream.makeStream(of: Int.self)
        let server = Task { try await simulator.run { portKnown.yield($0) } }
        defer { server.cancel() }
        var firstPort: Int?
        for await port in ports {
            firstPort = port
            break
        }
        guard let port = firstPort else { throw CancellationError() }
        let url = "http://127.0.0.1:\(port)"
        tell(.tenant(url: url, users: users))
        return try await NetworkSender.with(NetworkSettings()) { sender in
            try await watch(
                simulator, url: url, sender: sender, clock: clock, receiver: receiver, toolVersion: toolVersion,
                tell: tell)
        }
    }

    private func watch(
        _ simulator: Simulator, url: String, sender: any HTTPSender, clock: ManualClock, receiver: any Receiver,
        toolVersion: String, tell: @escaping @Sendable (Step) -> Void
    ) async throws -> AuditReport {
        let link = OneLoginConnection(
            subdomain: "demo", clientID: SimulatorOptions.fakeClientID,
            clientSecret: Secret(SimulatorOptions.fakeClientSecret), baseURL: url)
        // An hour passes in seconds here, which the dates of the simulator's answers do not say.
        var settings = OneLoginSettings()
        settings.comparesClocks = false
        let source = OneLoginClient(link, sender: sender, clock: clock, settings: settings)
        tell(.tested(await source.testConnection()))
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        var cadence = SyncCadence()
        cadence.lateness = .minutes(1)
        let runner = SyncRunner(
            connection: "demo", source: source, facts: store, cadence: cadence, clock: clock, logger: logger)
        let cycle = Cycle(
            connections: [
                Cycle.Connection(
                    sync: runner,
                    watch: ConnectionWatch(
                        connection: "demo", book: book, facts: store, alerts: store,
                        routing: NoticeRouting(defaultReceivers: [receiver.name]),
                        superUsers: SuperUserResolver.standard, lateness: cadence.lateness, clock: clock))
            ],
            dispatcher: Dispatcher(outbox: store, receivers: [receiver], clock: clock, logger: logger), clock: clock)
        let start = clock.now()
        for kind in PlantedKind.attacks { await simulator.plant(kind, at: start + .minutes(2)) }
        await simulator.applyGroupChanges(at: start + .minutes(20))
        let first = try await runner.runOnce()
        let snapshot = try await store.currentSnapshot(connection: "demo")
        tell(.synced(first, users: snapshot?.users.count ?? 0, activities: first.newActivities))
        _ = try await cycle.run()
        while clock.now() < start + Self.watched {
            clock.advance(by: .minutes(3))
            _ = try await cycle.run()
        }
        tell(.hourPassed)
        let alerts = try await store.alerts(AlertQuery(connection: "demo", limit: 10_000))
        tell(Self.judgement(await simulator.truth, since: start, alerts))
        return try await TenantAudit(
            book: book, superUsers: SuperUserResolver.standard, source: source, cadence: cadence, clock: clock
        ).run(connection: "demo", tenant: "demo", toolVersion: toolVersion, logger: logger)
    }

    /// Compares what was planted with the alerts that came.
    private static func judgement(_ truth: GroundTruth, since start: Timestamp, _ alerts: [Alert]) -> Step {
        let wanted = truth.cases.filter { $0.kind.isState || $0.from >= start }
        let missed = wanted.filter { planted in !alerts.contains { tells($0, of: planted) } }
        return .judged(
            planted: wanted.count, found: wanted.count - missed.count,
            missed: missed.map { name($0.rule, $0.key.sorted { $0.key < $1.key }.map(\.value)) }.sorted())
    }

    /// Whether an alert is about a planted case: the same rule, and the same key or one of its events.
    private static func tells(_ alert: Alert, of planted: PlantedCase) -> Bool {
        guard alert.binding.rule == planted.rule else { return false }
        let key = planted.key.sorted { $0.key < $1.key }.map(\.value)
        if alert.dedupKey.key.map(\.plainText) == key { return true }
        return !Set(planted.eventIDs.map { String($0) }).isDisjoint(with: alert.activityIDs)
    }

    private static func name(_ rule: String, _ key: [String]) -> String {
        key.isEmpty ? rule : "\(rule) \(key.joined(separator: " "))"
    }
}
