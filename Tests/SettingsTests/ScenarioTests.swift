import Diagnostics
import Settings
import Testing
import Timekeeping

@Suite struct ScenarioTests {
    static func load(_ text: String) -> ScenarioResult {
        ScenarioLoader.load(SourceText(name: "spray.yaml", text: text))
    }

    @Test func readsEverything() throws {
        let result = Self.load(
            """
            title: A spray at ten
            seed: 7
            users: 2000
            start: 2026-02-02T09:55:00Z
            speed: 60
            history: { days: 2, events: 20000 }
            scope: Read All
            service:
              { calls_per_hour: 900, token_lifetime: 10m, write_delay: 5s, privileges: false, old_rate_limit: true }
            plant: [too-many-super-users]
            timeline:
              - { at: "10:00", plant: password-spray, within: 5m }
              - { at: +30m, plant: brute-force, times: 3, every: 10m }
              - { at: -2h, move_users: 30 }
              - { at: 2026-02-02T11:00:00Z, fault: "/api/1/events=429", for: 2h }
            """)
        let scenario = try #require(result.scenario, "\(result.diagnostics)")
        #expect(scenario.seed == 7 && scenario.users == 2000 && scenario.speed == 60)
        #expect(scenario.historyDays == 2 && scenario.historyEvents == 20_000)
        #expect(scenario.scope?.text == "Read All" && scenario.planted.map(\.text) == ["too-many-super-users"])
        #expect(scenario.callsPerHour == 900 && scenario.tokenLifetime == .minutes(10))
        #expect(scenario.writeDelay == .seconds(5) && scenario.hasPrivileges == false)
        #expect(scenario.rateLimitsAsBadRequest == true)
        let start = try #require(scenario.start)
        #expect(start == Timestamp(rfc3339: "2026-02-02T09:55:00Z"))
        #expect(
            scenario.steps.map { $0.at.resolved(from: start).rfc3339 } == [
                "2026-02-02T10:00:00Z", "2026-02-02T10:25:00Z", "2026-02-02T07:55:00Z", "2026-02-02T11:00:00Z",
            ])
        #expect(scenario.steps.map(\.times) == [1, 3, 1, 1] && scenario.steps[1].every == .minutes(10))
        guard case .plant(let kind, let within) = scenario.steps[0].action else {
            Issue.record("no attack")
            return
        }
        #expect(kind.text == "password-spray" && within == .minutes(5))
        guard case .fault(let plan, let span) = scenario.steps[3].action else {
            Issue.record("no fault")
            return
        }
        #expect(plan.text == "/api/1/events=429" && span == .hours(2))
    }

    @Test func aTimeOfDayIsTheNextOneOfItsKind() {
        let ten = Scenario.Moment.timeOfDay(36_000)
        func at(_ text: String) -> String? { Timestamp(rfc3339: text).map { ten.resolved(from: $0).rfc3339 } }
        #expect(at("2026-02-02T09:59:59Z") == "2026-02-02T10:00:00Z")
        #expect(at("2026-02-02T10:00:00Z") == "2026-02-02T10:00:00Z")
        #expect(at("2026-02-02T10:00:01Z") == "2026-02-03T10:00:00Z")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let yaml: String
        let code: SettingsCode
    }

    @Test(arguments: [
        Row(testDescription: "a key of nothing", yaml: "‹colour›: red", code: .unknownKey),
        Row(testDescription: "too few users", yaml: "users: ‹29›", code: .badValue),
        Row(testDescription: "no moment", yaml: "start: ‹yesterday›", code: .badValue),
        Row(
            testDescription: "a step without a time", yaml: "timeline:\n  - { ‹plant›: brute-force }", code: .missingKey
        ),
        Row(testDescription: "a step that does nothing", yaml: "timeline:\n  - { ‹at›: +1m }", code: .missingKey),
        Row(
            testDescription: "a step that does two things",
            yaml: "timeline:\n  - { ‹at›: +1m, plant: brute-force, move_users: 3 }", code: .twoSources),
        Row(
            testDescription: "an hour too many", yaml: "timeline:\n  - { at: ‹\"24:00\"›, plant: brute-force }",
            code: .badValue),
        Row(
            testDescription: "one digit", yaml: "timeline:\n  - { at: ‹\"9:00\"›, plant: brute-force }",
            code: .badValue),
        Row(testDescription: "no YAML", yaml: "timeline: [", code: .syntax),
        Row(testDescription: "a list", yaml: "‹-› users", code: .wrongType),
    ])
    func whatIsWrongIsToldWithItsPlace(_ row: Row) throws {
        let marked = MarkedText(row.yaml)
        let result = Self.load(marked.text)
        #expect(result.scenario == nil)
        let diagnostic = try #require(result.diagnostics.first?.diagnostic)
        #expect(diagnostic.code == row.code.rawValue)
        if let span = marked.span { #expect(diagnostic.primary.span == span) }
    }
}
