import Alerting
import Delivery
import Directory
import Evaluation
import Logging
import OneLogin
import RuleLanguage
import Store
import Sync
import Testing
import Timekeeping

@testable import Monitor

/// What the API and a webhook both tell, and what OneLogin tells under two type numbers, is counted once: live, after
/// an end at any commit, and in a replay.
@Suite struct TwoFeedTests {
    static let rules = """
        rule: each-grant
        title: t
        severity: low
        activity: { match: activity.kind == "role.granted" }
        key: [activity.user_id, activity.role_id]
        cooldown: 1s
        ---
        rule: grants
        title: t
        severity: low
        activity:
          match: activity.kind == "role.granted"
          threshold: { by: [activity.user_id], within: 10m, let: { n: count(), ids: "collect(activity.id, 9)" } }
          alert_if: n >= 2
        message: "${n} ${ids}"
        ---
        rule: failures
        title: t
        severity: low
        activity:
          match: activity.kind == "login.failure"
          threshold: { by: [activity.user_id], within: 4m, let: { n: count() } }
          alert_if: n >= 3
        message: "${n}"
        """

    static let turns = 12
    static let turn = TimeSpan.minutes(2)

    /// An occurrence, and how it is told: what each feed has of it from when on; nil: never.
    struct Occurrence {
        let entry: ScriptedTenant.Entry
        let webhookArrival: Int64?
    }

    static func script(_ dice: inout CrashTests.Dice) -> [Occurrence] {
        var all: [Occurrence] = []
        var id = 1000
        func tell(_ second: Int64, _ type: Int, _ user: Int64, _ dice: inout CrashTests.Dice) {
            id += 1
            let api = second + Int64.random(in: 0..<100, using: &dice)
            let webhook = Int.random(in: 0..<5, using: &dice) > 0 ? second + .random(in: 0..<100, using: &dice) : nil
            let entry = ScriptedTenant.Entry(
                id: id, second: second, arrival: api, type: type, user: user, role: type > 100 ? 77 : nil)
            all.append(Occurrence(entry: entry, webhookArrival: webhook))
        }
        for _ in 0..<Int.random(in: 20...30, using: &dice) {
            let second = Int64.random(in: 1..<1200, using: &dice)
            let user = Int64.random(in: 1...3, using: &dice)
            switch Int.random(in: 0..<3, using: &dice) {
            case 0:
                tell(second, 147, user, &dice)
                tell(second + Int64.random(in: 0...2, using: &dice), 513, user, &dice)
            case 1: tell(second, 513, user, &dice)
            default: tell(second, 6, user, &dice)
            }
        }
        return all
    }

    /// Runs a script turn by turn with both feeds, or with one; a process that ends is started again.
    static func run(
        _ seed: UInt64, endsAt: Int? = nil, hasWebhook: Bool = true
    ) async throws -> (alerts: [Alert], texts: [String], commits: Int, store: SQLiteStore) {
        var dice = CrashTests.Dice(state: seed)
        let script = script(&dice)
        let tenant = ScriptedTenant(
            entries: script.map(\.entry), pageSize: 7, clock: ManualClock(ScriptedTenant.start))
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        let book = CrashTests.book(rules)
        var faulty = FaultyStore(store, endsAt: endsAt)
        var cycle = CrashTests.cycle(tenant, faulty, store, book)
        var told = Set<Int>()
        for _ in 0..<turns {
            while true {
                do {
                    // First what came by webhook, so that each side is the first now and then.
                    if hasWebhook { try await post(script, &told, tenant, faulty) }
                    _ = try await cycle.run()
                } catch is FaultyStore.End {
                    #expect(faulty.hasEnded)
                }
                guard faulty.hasEnded else { break }
                faulty = FaultyStore(store, endsAt: nil)
                cycle = CrashTests.cycle(tenant, faulty, store, book)
            }
            tenant.clock.advance(by: turn)
        }
        let alerts = try await store.alerts(AlertQuery(limit: 10_000))
        return (alerts, try await CrashTests.alerts(in: store), faulty.commits, store)
    }

    /// Posts what the webhook has by now and did not bring; one post an event, so each is a commit.
    static func post(
        _ script: [Occurrence], _ told: inout Set<Int>, _ tenant: ScriptedTenant, _ facts: FaultyStore
    ) async throws {
        let now = (tenant.clock.now() - ScriptedTenant.start).seconds
        let entry = EventEntry(
            connection: "acme", facts: facts, enricher: nil, lateness: CrashTests.lateness, clock: tenant.clock)
        for one in script where one.webhookArrival.map({ $0 <= now }) ?? false {
            guard !told.contains(one.entry.id) else { continue }
            let time = (ScriptedTenant.start + .seconds(one.entry.second)).rfc3339
                .replacing("T", with: " ").replacing("Z", with: " UTC")
            let role = one.entry.role.map { ",\"role_id\":\($0)" } ?? ""
            let text = """
                {"uuid":"uuid-\(one.entry.id)","event_timestamp":"\(time)","event_type_id":\(one.entry.type),\
                "account_id":1,"user_id":\(one.entry.user),"actor_user_id":9,"ipaddr":"\(one.entry.ip)"\(role)}
                """
            _ = try await entry.take(Array("[\(text)]".utf8))
            told.insert(one.entry.id)
        }
    }

    /// What alerts count, whoever told of it.
    static func counts(_ alerts: [Alert]) -> [String] {
        alerts.map { alert in
            "\(alert.dedupKey.binding.rule) \(alert.dedupKey.key) \(alert.firstSeenAt.rfc3339) "
                + "\(alert.lastSeenAt.rfc3339) \(alert.findingCount)"
        }.sorted()
    }

    @Test func twoFeedsGiveWhatOneGives() async throws {
        for seed in 1...UInt64(3) {
            let both = try await Self.run(seed)
            let one = try await Self.run(seed, hasWebhook: false)
            #expect(Set(both.alerts.map(\.dedupKey.binding.rule)).count >= 2, "seed \(seed)")
            // An act that was told of twice may be named by either, up to 2 s apart: alerts that answer on arrival.
            let ordered = { (alerts: [Alert]) in
                Self.counts(alerts.filter { $0.dedupKey.binding.rule != "each-grant" })
            }
            #expect(ordered(both.alerts) == ordered(one.alerts), "seed \(seed)")
            let plain = { (alerts: [Alert]) in
                alerts.filter { $0.dedupKey.binding.rule == "each-grant" }.reduce(0) { $0 + $1.findingCount }
            }
            #expect(plain(both.alerts) == plain(one.alerts), "seed \(seed)")
        }
    }

    @Test func anEndAtACommitGivesTheSameAlerts() async throws {
        let seed = CrashTests.seeds.upperBound
        let whole = try await Self.run(seed)
        for commit in stride(from: Int(seed % 7), to: whole.commits, by: 7) {
            let broken = try await Self.run(seed, endsAt: commit)
            #expect(broken.texts == whole.texts, "seed \(seed), commit \(commit)")
        }
    }

    @Test func oneReplayGivesTheSameAlerts() async throws {
        let seed = CrashTests.seeds.upperBound
        let live = try await Self.run(seed)
        let replayed = try await CrashTests.replay(live.store, CrashTests.book(Self.rules), comparesFeeds: true)
        #expect(replayed == live.texts, "seed \(seed)")
    }
}
