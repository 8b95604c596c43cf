import Directory
import HTTPTransport
import Logging
import OneLogin
import OneLoginSimulator
import Store
import Sync
import Synchronization
import Timekeeping

/// A simulated tenant in this process, a client, a store and a runner: syncs without sockets and without waiting.
struct SyncBench {
    static let start = Timestamp(seconds: 1_767_225_600)

    let simulator: Simulator
    let log: RequestLog
    let client: OneLoginClient
    let store: SQLiteStore
    let clock: ManualClock
    let runner: SyncRunner

    /// - Parameter skew: How far the tenant's clock is ahead of ours, for all that it dates.
    init(
        seed: UInt64 = 3, users: Int = 30, skew: TimeSpan = .zero, cadence: SyncCadence = SyncCadence(),
        _ edit: (inout SimulatorOptions) -> Void = { _ in }
    ) throws {
        var options = SimulatorOptions()
        options.seed = seed
        options.users = users
        options.pageSize = 2
        options.rateLimit = 10_000_000
        options.historyEvents = 30
        options.planted = []
        edit(&options)
        clock = ManualClock(Self.start)
        simulator = Simulator(
            options: options, clock: skew == .zero ? clock : ScenarioClock(clock, start: Self.start + skew))
        log = RequestLog(InProcessSender(simulator))
        let link = OneLoginConnection(
            subdomain: "demo", clientID: options.clientID, clientSecret: Secret(options.clientSecret))
        var settings = OneLoginSettings()
        settings.pageRows = 12
        settings.eventPageRows = 50
        settings.retry.tries = 2
        client = OneLoginClient(link, sender: log, clock: clock, settings: settings, random: { 0.5 })
        store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        runner = SyncRunner(
            connection: "acme", source: client, facts: store, cadence: cadence, ledger: store, clock: clock,
            logger: quiet)
    }

    /// Who and what is in the current directory, and who belongs to what: all that must not change by itself.
    ///
    /// Sign-ins go on while faults are injected, so records as wholes differ from copy to copy.
    func directory() async throws -> [String]? {
        guard let snapshot = try await store.currentSnapshot(connection: "acme") else { return nil }
        var lines = EntityKind.allCases.map { "\($0) \(snapshot.availability(of: $0))" }
        lines += snapshot.users.map { "user \($0.id) \($0.groupID ?? 0) \($0.roleIDs ?? [])" }
        lines += snapshot.groups.map { "group \($0.id)" }
        lines += snapshot.roles.map { "role \($0.id) \($0.userIDs ?? []) \($0.adminIDs ?? []) \($0.appIDs ?? [])" }
        lines += snapshot.apps.map { "app \($0.id)" }
        lines += snapshot.privileges.map { "privilege \($0.id) \($0.userIDs) \($0.roleIDs)" }
        lines += snapshot.mappings.map { "mapping \($0.id)" }
        lines += snapshot.devices.map { "device \($0.id)" }
        return lines.sorted()
    }

    /// How many activities of each kind snapshots have given.
    func derived() async throws -> [String: Int] {
        var kinds: [String: Int] = [:]
        var position: Int64 = 0
        while true {
            let some = try await store.activities(connection: "acme", after: position, limit: 1000)
            guard let last = some.positions.last else { return kinds }
            for row in 0..<some.batch.count where some.batch.activity(at: row).text(.observedBy) == "snapshot" {
                kinds[some.batch.activity(at: row).kind, default: 0] += 1
            }
            position = last
        }
    }
}

/// Passes requests on and keeps what was asked.
final class RequestLog: HTTPSender {
    private let sender: any HTTPSender
    private let urls = Mutex<[String]>([])

    init(_ sender: any HTTPSender) { self.sender = sender }

    func send(_ request: HTTPRequest, limits: HTTPLimits) async throws(TransportFailure) -> HTTPResponse {
        urls.withLock { $0.append(request.url) }
        return try await sender.send(request, limits: limits)
    }

    /// Path and query of everything asked since the last look.
    func take() -> [String] {
        urls.withLock { urls in
            let taken = urls
            urls = []
            return taken.map { url in
                let rest = url.dropFirst(url.hasPrefix("https://") ? 8 : 7)
                return String(rest[(rest.firstIndex(of: "/") ?? rest.startIndex)...])
            }
        }
    }
}
