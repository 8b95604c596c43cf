import Alerting
import CEL
import Diagnostics
import Directory
import FieldStorage
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// What windows may hold, on both sides: the last that fits, and the first that does not and says so.
@Suite struct WindowLimitTests {
    typealias Act = TestFacts.Act
    typealias Change = (inout ActivityEngine.Options) -> Void

    static func engine(_ rule: String, _ change: Change) -> ActivityEngine {
        let text = "rule: all\ntitle: t\nseverity: low\n" + rule
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(
            files: [SourceText(name: "Rules/limit/all.yaml", text: text)])
        #expect(loaded.diagnostics.filter { $0.diagnostic.level == .error }.map(\.diagnostic.message) == [])
        var options = ActivityEngine.Options()
        change(&options)
        let index = DirectoryIndex(DirectorySnapshot(observedAt: .earliest))
        return ActivityEngine(
            book: loaded.book, connection: "main", history: DirectoryTimeline(constant: index), options: options)
    }

    static func run(
        _ rule: String, _ acts: [Act], agent: String? = nil, _ change: Change = { _ in }
    ) -> (found: [Finding], statistics: RuleStatistics) {
        let engine = engine(rule, change)
        let batch = TestFacts.batch(acts)
        if let agent { for row in 0..<batch.count { batch[row, .userAgent] = batch.arena.copy(agent) } }
        var found = engine.process(batch)
        found += engine.finish()
        return (found, engine.statistics.first?.statistics ?? RuleStatistics())
    }

    static func roomFindings(_ found: [Finding]) -> [String] {
        found.filter { $0.dedupKey.binding.rule == RoomFinding.rule }.map(\.message)
    }

    /// What a pattern did not look at is told, by rules that answer on arrival and by those with memory.
    @Test(arguments: ["", "threshold: { by: [], within: 5m, let: { n: count() } }", "previous: { by: [], within: 5m }"])
    func aTextThatWasCutIsTold(_ verb: String) {
        let rule = """
            activity:
              match: activity.user_agent != null && activity.user_agent.matches("^a")
              \(verb)
            """
        for (bytes, isCut) in [(8192, false), (8193, true)] {
            let result = Self.run(
                rule, [Act(0, "login.success"), Act(1, "login.success")], agent: String(repeating: "a", count: bytes))
            #expect(!result.found.isEmpty)
            let words = EvidenceValue.text("patterns looked at the first 8192 bytes of a longer text")
            for finding in result.found {
                let told = finding.evidence.first { $0.name == "searched" }?.value
                #expect(told == (isCut ? words : nil), "\(verb) \(bytes)")
            }
        }
    }

    static let counting = """
        activity:
          match: activity.kind == "login.failure"
          threshold: { by: [activity.user_id], within: 1h, let: { n: count() } }
          alert_if: n >= 2
        """

    @Test func keysOfARule() {
        // Two users in turn: with room for both each reaches two, with room for one neither does.
        let acts = (0..<4).map { Act(Int64($0), "login.failure", user: Int64($0 % 2)) }
        for (keys, fires) in [(2, true), (1, false)] {
            let result = Self.run(Self.counting, acts) { $0.keyLimit = keys }
            #expect(result.found.contains { $0.dedupKey.binding.rule == "all" } == fires)
            #expect(result.statistics.evictedKeys == (fires ? 0 : 3))
            #expect(Self.roomFindings(result.found).isEmpty == fires)
        }
    }

    @Test func activitiesOfWindows() {
        let rule = Self.counting.replacing("n >= 2", with: "n >= 5")
        let acts = (0..<5).map { Act(Int64($0), "login.failure", user: 1) }
        for (limit, fires) in [(5, true), (4, false)] {
            let result = Self.run(rule, acts) { $0.windowActivities = limit }
            #expect(result.found.contains { $0.dedupKey.binding.rule == "all" } == fires)
            #expect(result.statistics.passedOver == (fires ? 0 : 1))
            #expect(
                Self.roomFindings(result.found)
                    == (fires
                        ? []
                        : [
                            "`all` has no room for more, and forgot the oldest of activities in its windows: 1 so far"
                        ]))
        }
    }

    @Test(arguments: ["min(activity.risk_score)", "first(activity.risk_score)"])
    func activitiesThatAreWalked(_ aggregate: String) {
        let rule = """
            activity:
              match: activity.kind == "login.failure" && activity.risk_score != null
              threshold: { by: [activity.user_id], within: 1h, let: { low: "\(aggregate)", n: count() } }
              alert_if: n == 5 && low == 0
            """
        let acts = (0..<5).map { Act(Int64($0), "login.failure", user: 1, number: Int64($0)) }
        for (limit, fires) in [(5, true), (4, false)] {
            let result = Self.run(rule, acts) { $0.walkedActivities = limit }
            #expect(result.found.contains { $0.dedupKey.binding.rule == "all" } == fires)
            #expect(result.statistics.passedOver == (fires ? 0 : 1))
            #expect(Self.roomFindings(result.found).isEmpty == fires)
        }
    }

    @Test func valuesOfCalendarWindows() {
        let rule = """
            activity:
              match: activity.kind == "login.failure"
              threshold: { by: [activity.user_id], within: 1h, window: tumbling, timezone: UTC,
                           let: { ips: distinct(activity.ip) } }
              alert_if: ips >= 3
            """
        let acts = (0..<3).map { Act(Int64($0), "login.failure", user: 1, ip: "192.0.2.\($0)") }
        for (limit, fires) in [(3, true), (2, false)] {
            let result = Self.run(rule, acts) { $0.windowActivities = limit }
            #expect(result.found.contains { $0.dedupKey.binding.rule == "all" } == fires)
            #expect(result.statistics.passedOver == (fires ? 0 : 1))
        }
        // Values of two keys: the one that was quiet for longer leaves.
        let two = [
            Act(0, "login.failure", user: 1, ip: "192.0.2.1"), Act(1, "login.failure", user: 2, ip: "192.0.2.2"),
        ]
        for (limit, evicted) in [(2, 0), (1, 1)] {
            let result = Self.run(rule, two) { $0.windowActivities = limit }
            #expect(result.statistics.evictedKeys == evicted)
        }
    }

    /// The small form of ten million keys against one rule.
    @Test func aFloodOfKeysTakesNoMoreThanItsRoom() {
        let flood = (0..<20_000).map { Act(Int64($0 / 10), "login.failure", user: Int64($0)) }
        let engine = Self.engine(Self.counting) { $0.keyLimit = 1000 }
        var found: [Finding] = []
        var most = 0
        for start in stride(from: 0, to: flood.count, by: 1000) {
            let acts = (start..<start + 1000).map { place in
                var act = flood[place]
                act.id = "\(place)"
                return act
            }
            found += engine.process(TestFacts.batch(acts))
            found += engine.advance(to: TestFacts.at(Int64(start / 10)))
            most = max(most, engine.stateBytes)
        }
        found += engine.finish()
        let statistics = engine.statistics.first?.statistics ?? RuleStatistics()
        #expect(statistics.liveKeys == 1000 && statistics.evictedKeys == 19_000)
        #expect(most < 1 << 20, "\(most) bytes")
        #expect(found.count == 1 && Self.roomFindings(found).count == 1)
    }
}
