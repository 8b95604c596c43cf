public import Diagnostics
import Timekeeping

/// Reads scenario files, which have the same plain YAML as settings.
public enum ScenarioLoader {
    /// How many users a tenant may have.
    static let users = 30...2_000_000
    /// How many events the history may hold.
    static let events = 0...20_000_000
    static let days = 1...400
    static let speed = 1...86_400
    /// How often one step may be repeated, and how many people it may move.
    static let times = 1...1000
    static let moved = 1...10_000
    static let stepLimit = 1000
    static let calls = 1...1_000_000_000

    /// The scenario of a file, or every error at once.
    public static func load(_ source: SourceText) -> ScenarioResult {
        let report = SettingsReport()
        var scenario = Scenario()
        do throws(UnreadableYAML) {
            let root = try SettingsParser.parse(source)
            if let root, !root.isMap {
                report.error(
                    .wrongType, "a scenario is a section of keys, and this is \(root.kind)", source, root.span)
            }
            read(Section(root, path: "", source: source, report: report), &scenario)
        } catch {
            report.error(error.code, error.message, source, error.span, help: error.help)
        }
        let diagnostics = report.sorted
        let isUsable = !diagnostics.contains { $0.diagnostic.level == .error }
        return ScenarioResult(scenario: isUsable ? scenario : nil, diagnostics: diagnostics)
    }

    private static func read(_ section: Section, _ scenario: inout Scenario) {
        section.check(keys: [
            "title", "seed", "users", "start", "speed", "history", "scope", "service", "plant", "timeline",
        ])
        scenario.seed = section.number("seed", 0...Int.max).map(UInt64.init)
        scenario.users = section.number("users", users)
        scenario.speed = section.number("speed", speed) ?? 1
        scenario.start = section.text("start").flatMap { text in
            let moment = Timestamp(rfc3339: text.value)
            if moment == nil {
                section.report.error(
                    .badValue, "`\(text.value)` is no moment", at: text, help: "write it like `2026-02-02T09:55:00Z`")
            }
            return moment
        }
        let history = section.section("history")
        history.check(keys: ["days", "events"])
        scenario.historyDays = history.number("days", days)
        scenario.historyEvents = history.number("events", events)
        scenario.scope = section.text("scope").map(located)
        readService(section.section("service"), &scenario)
        scenario.planted = section.texts("plant")?.map(located) ?? []
        let steps = section.sections("timeline")
        if steps.count > stepLimit, let place = section.place("timeline") {
            section.report.error(
                .badValue, "`timeline` has \(steps.count) entries, and \(stepLimit) is the limit", section.source,
                place)
        }
        scenario.steps = steps.compactMap(step)
    }

    private static func readService(_ section: Section, _ scenario: inout Scenario) {
        section.check(keys: ["calls_per_hour", "token_lifetime", "write_delay", "privileges", "old_rate_limit"])
        scenario.callsPerHour = section.number("calls_per_hour", calls)
        scenario.tokenLifetime = section.span("token_lifetime", .seconds(1)...(.days(30)))
        scenario.writeDelay = section.span("write_delay", .milliseconds(1)...(.hours(1)))
        scenario.hasPrivileges = section.truth("privileges")
        scenario.rateLimitsAsBadRequest = section.truth("old_rate_limit")
    }

    private static func step(_ section: Section) -> Scenario.Step? {
        section.check(keys: ["at", "plant", "within", "move_users", "fault", "for", "times", "every"])
        let at = moment(section)
        var actions: [Scenario.Step.Action] = []
        if let kind = section.text("plant") {
            actions.append(.plant(kind: located(kind), within: section.span("within", .milliseconds(1)...(.days(7)))))
        }
        if section.place("move_users") != nil, let count = section.number("move_users", moved) {
            actions.append(.moveUsers(count))
        }
        if let plan = section.text("fault") {
            actions.append(.fault(plan: located(plan), lasting: section.span("for", .milliseconds(1)...(.days(7)))))
        }
        guard actions.count == 1, let action = actions.first else {
            section.report.error(
                actions.isEmpty ? .missingKey : .twoSources,
                actions.isEmpty ? "a step of the timeline does nothing" : "a step of the timeline does several things",
                section.source, section.span,
                help: "give it one of `plant`, `move_users` and `fault`")
            return nil
        }
        guard let at else { return nil }
        var step = Scenario.Step(at: at, action: action)
        step.times = section.number("times", times) ?? 1
        step.every = section.span("every", .milliseconds(1)...(.days(7))) ?? .minutes(1)
        return step
    }

    /// `10:00`, `10:00:30`, `+30m`, `-2h` or an RFC 3339 moment.
    private static func moment(_ section: Section) -> Scenario.Moment? {
        guard let text = section.requiredText("at", help: "say when, like `at: \"10:00\"` or `at: +30m`") else {
            return nil
        }
        if let first = text.value.first, first == "+" || first == "-",
            let span = TimeSpan(String(text.value.dropFirst())),
            span >= .zero
        {
            return .offset(first == "-" ? -span : span)
        }
        if let moment = Timestamp(rfc3339: text.value) { return .moment(moment) }
        let parts = text.value.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.utf8.count == 2 ? Int64($0) : nil }
        if (2...3).contains(parts.count), numbers.count == parts.count, (0...23).contains(numbers[0]),
            numbers.dropFirst().allSatisfy({ (0...59).contains($0) })
        {
            return .timeOfDay(numbers[0] * 3600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0))
        }
        section.report.error(
            .badValue, "`\(text.value)` is no moment", at: text,
            help: "write it like `\"10:00\"` (UTC), `+30m`, `-2h` or `2026-02-02T10:00:00Z`")
        return nil
    }

    private static func located(_ text: Located<String>) -> Scenario.Located {
        Scenario.Located(text: text.value, source: text.source, span: text.span)
    }
}

extension Scenario.Located {
    /// What is wrong with the word, where it stands.
    public func problem(_ message: String, help: String) -> SourcedDiagnostic {
        SourcedDiagnostic(source, Diagnostic(.error, SettingsCode.badValue.rawValue, message, at: span, help: help))
    }
}
