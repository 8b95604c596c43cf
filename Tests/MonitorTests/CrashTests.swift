import Alerting
import Delivery
import Diagnostics
import Directory
import Evaluation
import Foundation
import Logging
import OneLogin
import RuleLanguage
import Store
import Sync
import Testing
import Timekeeping

@testable import Monitor

/// Live over random batches, with the process ending at every commit, equals a run without an end and one replay.
///
/// `TOCSIN_CRASH_SEEDS=50` tries as many logs, `TOCSIN_CRASH_STEP=1` every commit instead of every fifth; a failure
/// names its seed and commit.
@Suite struct CrashTests {
    static let rules = """
        rule: each-assumed
        title: t
        severity: low
        activity: { match: activity.kind == "user.assumed" }
        message: "${activity.id}"
        ---
        rule: assumed-by-user
        title: t
        severity: low
        activity: { match: activity.kind == "user.assumed" }
        key: [activity.user_id]
        cooldown: 3m
        ---
        rule: burst
        title: t
        severity: low
        severity_when: [{ if: n >= 4, set: high }]
        activity:
          match: activity.kind == "login.failure"
          threshold: { by: [activity.user_id], within: 4m, let: { n: count(), ips: "collect(activity.ip, 3)" } }
          alert_if: n >= 3
        message: "${n} ${ips}"
        ---
        rule: then-in
        title: t
        severity: low
        activity:
          sequence:
            by: [activity.user_id]
            within: 5m
            steps:
              - { id: removed, match: activity.kind == "mfa.removed" }
              - { id: login, match: activity.kind == "login.success" && target != null && target.department == "IT" }
        message: "${removed.id} ${login.id}"
        ---
        rule: not-replaced
        title: t
        severity: low
        activity:
          sequence:
            by: [activity.user_id]
            within: 4m
            steps:
              - { id: removed, match: activity.kind == "mfa.removed" }
              - { id: again, match: activity.kind == "mfa.enrolled", absent: true }
        ---
        rule: quiet
        title: t
        severity: low
        activity: { match: activity.kind == "login.success", flatline: { by: [activity.user_id], within: 6m } }
        ---
        rule: new-address
        title: t
        severity: low
        activity:
          match: activity.kind == "login.success"
          profiles:
            ip:
              match: activity.kind == "login.success"
              by: [activity.user_id]
              value: activity.ip
              history: 20m
              learn: 2m
          alert_if: is_new.ip
        key: [activity.user_id, activity.ip]
        """

    static func book(_ text: String = rules) -> RuleBook {
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(
            files: [SourceText(name: "Rules/test/rules.yaml", text: text)])
        #expect(loaded.diagnostics.filter { $0.diagnostic.level == .error }.map(\.diagnostic.message) == [])
        return loaded.book
    }

    /// A generator whose numbers are the same on every machine.
    struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ (state >> 29)) &* 0x94d0_49bb_1331_11eb
        }
    }

    static let turns = 10
    static let turn = TimeSpan.minutes(2)
    static let lateness = TimeSpan.minutes(3)

    static func entries(_ dice: inout Dice) -> [ScriptedTenant.Entry] {
        (0..<Int.random(in: 30...60, using: &dice)).map { id in
            let second = Int64.random(in: 1..<1100, using: &dice)
            return ScriptedTenant.Entry(
                id: 1000 + id, second: second,
                // In time for the poll's overlap, or at once.
                arrival: second + (Bool.random(using: &dice) ? 0 : Int64.random(in: 0..<100, using: &dice)),
                type: [3, 5, 5, 6, 6, 6, 22, 24].randomElement(using: &dice) ?? 5,
                user: Int64.random(in: 1...3, using: &dice), ip: "192.0.2.\(Int.random(in: 1...3, using: &dice))")
        }
    }

    /// What a run left behind.
    struct Outcome: Equatable {
        var alerts: [String] = []
        var commits = 0
    }

    static func cycle(
        _ tenant: ScriptedTenant, _ store: FaultyStore, _ outbox: SQLiteStore, _ book: RuleBook,
        savesAfter: Int = 1_000_000, waitingLimit: Int = 20_000
    ) -> Cycle {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var cadence = SyncCadence()
        cadence.lateness = lateness
        cadence.directory = .seconds(1)
        cadence.activities = .seconds(1)
        cadence.history = .days(1)
        return Cycle(
            connections: [
                Cycle.Connection(
                    sync: SyncRunner(
                        connection: "acme", source: tenant, facts: store, cadence: cadence, clock: tenant.clock,
                        logger: logger),
                    watch: ConnectionWatch(
                        connection: "acme", book: book, facts: store, alerts: store,
                        routing: NoticeRouting(defaultReceivers: ["ear"]), superUsers: [], lateness: lateness,
                        clock: tenant.clock, savesAfter: savesAfter, waitingLimit: waitingLimit))
            ],
            dispatcher: Dispatcher(
                outbox: outbox, receivers: [ConnectionWatchTests.Ear()], clock: tenant.clock, logger: logger),
            clock: tenant.clock)
    }

    /// Runs a script turn by turn; a process that ends is started again at the same moment.
    ///
    /// - Parameters:
    ///   - savesAfter: After how many activities the state of the engine is saved; a start goes on from it.
    ///   - waitingLimit: How many activities wait for the watermark when many came at once.
    static func run(
        _ seed: UInt64, endsAt: Int?, savesAfter: Int = 1_000_000, waitingLimit: Int = 20_000
    ) async throws -> (Outcome, SQLiteStore) {
        var dice = Dice(state: seed)
        let tenant = ScriptedTenant(
            entries: entries(&dice), departments: [(0, "IT"), (500, "Sales"), (700, "IT")],
            pageSize: Int.random(in: 3...9, using: &dice), clock: ManualClock(ScriptedTenant.start))
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        let book = book()
        var faulty = FaultyStore(store, endsAt: endsAt)
        var cycle = cycle(
            tenant, faulty, store, book, savesAfter: savesAfter, waitingLimit: waitingLimit)
        var outcome = Outcome()
        for _ in 0..<turns {
            do {
                _ = try await cycle.run()
            } catch is FaultyStore.End {
                #expect(faulty.hasEnded)
            }
            if faulty.hasEnded {
                faulty = FaultyStore(store, endsAt: nil)
                cycle = Self.cycle(
                    tenant, faulty, store, book, savesAfter: savesAfter, waitingLimit: waitingLimit)
                _ = try await cycle.run()
            }
            tenant.clock.advance(by: turn)
        }
        outcome.commits = faulty.commits
        outcome.alerts = try await alerts(in: store)
        return (outcome, store)
    }

    /// Every alert with its life, as text, by id.
    static func alerts(in store: SQLiteStore) async throws -> [String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var texts: [String] = []
        for alert in try await store.alerts(AlertQuery(limit: 100_000)).sorted(by: { $0.id < $1.id }) {
            let life = try await store.transitions(alertID: alert.id).map { "\($0.kind) \($0.at.rfc3339)" }
            texts.append(
                String(decoding: try encoder.encode(alert), as: UTF8.self) + " " + life.joined(separator: ", "))
        }
        return texts
    }

    static var seeds: ClosedRange<UInt64> {
        1...(ProcessInfo.processInfo.environment["TOCSIN_CRASH_SEEDS"].flatMap { UInt64($0) } ?? 1)
    }

    private static let step =
        ProcessInfo.processInfo.environment["TOCSIN_CRASH_STEP"].flatMap { Int($0) }.map { max(1, $0) } ?? 5

    /// - Parameter savesAfter: How often the state of the engine is saved: at every turn, at some, never.
    @Test(arguments: [1, 13, 1_000_000])
    func anEndAtACommitGivesTheSameAlerts(_ savesAfter: Int) async throws {
        var fired = Set<Substring>()
        for seed in Self.seeds {
            let (whole, _) = try await Self.run(seed, endsAt: nil, savesAfter: savesAfter)
            for id in Self.book().rules.map(\.id) where whole.alerts.contains(where: { $0.contains("\"\(id)\"") }) {
                fired.insert(id[...])
            }
            for commit in stride(from: Int(seed % 5), to: whole.commits, by: Self.step) {
                let (broken, _) = try await Self.run(
                    seed, endsAt: commit, savesAfter: savesAfter, waitingLimit: 3)
                guard broken.alerts != whole.alerts else { continue }
                let first = zip(whole.alerts, broken.alerts).first { $0 != $1 }
                Issue.record(
                    """
                    seed \(seed), commit \(commit): \(whole.alerts.count) and \(broken.alerts.count) alerts, first \
                    difference \(String(describing: first))
                    """)
                return
            }
        }
        // So many of the seven rules find something in the log of the first seed.
        #expect(fired.count >= 6, "only \(fired.sorted())")
    }

    @Test(arguments: [3, 20_000])
    func theStoredFactsReplayedOnceGiveTheSameAlerts(_ waitingLimit: Int) async throws {
        for seed in Self.seeds {
            let (live, store) = try await Self.run(seed, endsAt: nil, waitingLimit: waitingLimit)
            #expect(try await Self.replay(store, Self.book()) == live.alerts, "seed \(seed)")
        }
    }

    /// The alerts of one replay of everything that is stored.
    static func replay(_ store: SQLiteStore, _ book: RuleBook, comparesFeeds: Bool = false) async throws -> [String] {
        let cursor = try #require(try await store.cursor(connection: "acme", source: .api))
        var options = ActivityEngine.Options()
        options.coverageStart = cursor.firstSyncStarted
        options.activeFrom = { _ in cursor.firstSyncStarted }
        options.comparesFeeds = comparesFeeds
        let engine = ActivityEngine(
            book: book, connection: "acme",
            history: DirectoryTimeline(try await store.versions(connection: "acme"), superUsers: []),
            options: options)
        let all = try await store.activities(connection: "acme", after: 0, limit: 100_000)
        let watermark = cursor.completeUntil - lateness
        var machine = AlertMachine()
        var changes = machine.observe(engine.process(all.batch))
        changes.append(machine.observe(engine.advance(to: watermark)))
        changes.append(machine.advance(connection: "acme", watermark: watermark))
        let replayed = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        try await replayed.apply(changes, notices: [], progress: nil, at: watermark)
        return try await alerts(in: replayed)
    }
}
