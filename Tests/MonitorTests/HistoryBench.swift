import Alerting
import Delivery
import Directory
import Logging
import OneLogin
import Reporting
import RuleLanguage
import Store
import Sync
import Timekeeping

@testable import Monitor

/// A connection that is set up on a tenant with ninety days behind it, and watched from then on.
struct HistoryBench {
    typealias Entry = ScriptedTenant.Entry

    static let start = ScriptedTenant.start
    static let day: Int64 = 86_400

    static let rules = """
        rule: factor-removed
        title: A factor was removed
        severity: medium
        activity: { match: activity.kind == "mfa.removed" }
        key: [activity.user_id]
        message: "a factor of ${activity.user_id} was removed"
        ---
        rule: failures
        title: Many failures
        severity: low
        severity_when: [{ if: n >= 5, set: high }]
        params: { limit: { type: int, default: 3 } }
        activity:
          match: activity.kind == "login.failure"
          threshold: { by: [activity.user_id], within: 10m, let: { n: count() } }
          alert_if: n >= params.limit
        message: "${n} failures"
        ---
        rule: department
        title: Somebody is in the department
        severity: high
        params: { name: { type: string, default: IT } }
        state: { each: user, where: user.department == params.name }
        message: "${user.username} is in ${params.name}"
        """

    /// The factors of user 1, five failures of user 2, and of user 3 two just before the start and one after it.
    static let past: [Entry] =
        [
            Entry(id: 100, second: -80 * day, arrival: 0, type: 24, user: 1),
            Entry(id: 101, second: -10 * day, arrival: 0, type: 24, user: 1),
            Entry(id: 110, second: -90, arrival: 0, type: 6, user: 3),
            Entry(id: 111, second: -60, arrival: 0, type: 6, user: 3),
        ] + (0..<5).map { Entry(id: 120 + $0, second: -40 * day + Int64($0) * 20, arrival: 0, type: 6, user: 2) }

    /// What comes after the start: user 3's third failure, a factor, and two failures of user 2.
    static let later: [Entry] = [
        Entry(id: 200, second: 20, arrival: 21, type: 6, user: 3),
        Entry(id: 201, second: 300, arrival: 300, type: 24, user: 1),
        Entry(id: 202, second: 400, arrival: 401, type: 6, user: 2),
        Entry(id: 203, second: 430, arrival: 431, type: 6, user: 2),
        Entry(id: 204, second: 2000, arrival: 2001, type: 6, user: 2),
        Entry(id: 205, second: 2010, arrival: 2011, type: 6, user: 2),
    ]

    let tenant: ScriptedTenant
    let store: SQLiteStore
    var clock: ManualClock { tenant.clock }

    init(entries: [Entry] = past + later, store: SQLiteStore? = nil) throws {
        tenant = ScriptedTenant(
            entries: entries, departments: [(0, "IT"), (900, "Sales"), (1500, "IT")], pageSize: 4,
            clock: ManualClock(Self.start))
        self.store = try store ?? SQLiteStore.inMemory(decoder: WireActivityDecoder())
    }

    static func book(_ replacements: [(String, String)] = []) -> RuleBook {
        CrashTests.book(replacements.reduce(rules) { $0.replacing($1.0, with: $1.1) })
    }

    /// A cycle that begins where the store stands, as after a start of the process.
    func cycle(_ book: RuleBook) -> Cycle {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var cadence = SyncCadence()
        cadence.lateness = .minutes(1)
        cadence.activities = .seconds(1)
        cadence.directory = .minutes(5)
        cadence.history = .days(90)
        return Cycle(
            connections: [
                Cycle.Connection(
                    sync: SyncRunner(
                        connection: "acme", source: tenant, facts: store, cadence: cadence, clock: clock,
                        logger: logger),
                    watch: ConnectionWatch(
                        connection: "acme", book: book, facts: store, alerts: store,
                        routing: NoticeRouting(defaultReceivers: ["ear"]), superUsers: [],
                        lateness: cadence.lateness, clock: clock))
            ],
            dispatcher: Dispatcher(
                outbox: store, receivers: [ConnectionWatchTests.Ear()], clock: clock, logger: logger),
            clock: clock)
    }

    /// Turns every minute until `second` after the start.
    func turn(_ cycle: Cycle, until second: Int64) async throws {
        while clock.now() < Self.start + .seconds(second) {
            _ = try await cycle.run()
            clock.advance(by: .minutes(1))
        }
        _ = try await cycle.run()
    }

    /// The alerts in the store as `rule key second-of-its-first-finding`, sorted.
    func alerts() async throws -> [String] {
        try await store.alerts(AlertQuery(limit: 1000)).map { alert in
            let key = alert.dedupKey.key.map(\.plainText).joined(separator: ",")
            return "\(alert.binding.rule) \(key) \((alert.firstSeenAt - Self.start).seconds)"
        }.sorted()
    }

    /// A backtest from days before the start to now.
    func backtest(
        _ book: RuleBook, against: StoreBacktest.Baseline = .raised, days: Int64 = 90
    ) async throws -> BacktestReport {
        try await StoreBacktest(store: store, connection: "acme", superUsers: []).run(
            book: book, against: against,
            range: BacktestRange(from: Self.start - .days(days), to: clock.now()), now: clock.now(),
            toolVersion: "test")
    }

    /// What differs, as `+ rule key second`, `- ...` and `~ rule key second fields`.
    static func differences(_ report: BacktestReport) -> [String] {
        func name(_ alert: BacktestAlert) -> String {
            let key = alert.key.map(\.plainText).joined(separator: ",")
            return "\(alert.rule) \(key) \((alert.first - start).seconds)"
        }
        return report.rules.flatMap { rule in
            rule.gained.map { "+ " + name($0) } + rule.lost.map { "- " + name($0) }
                + rule.changed.map { change in
                    "~ \(name(change.after)) \(change.fields.map(\.rawValue).joined(separator: ","))"
                }
        }
    }
}
