public import Alerting
import CEL
public import Diagnostics
import FieldStorage
public import RuleLanguage
import Timekeeping

/// Runs the tests that stand in rules, on simulated time, through the engine that judges real facts.
public struct RuleTestRunner: Sendable {
    /// What became of one test.
    public struct Outcome: Sendable {
        public let rule: String
        public let test: String
        /// What was expected and did not come, or came unexpected; empty when the test passed.
        public let failures: [String]
        /// Where the test stands in the rule's file.
        public let place: Span
        /// What was found, one an episode, in order of firing.
        public let findings: [Finding]

        public var isPassed: Bool { failures.isEmpty }
    }

    private static let connection = "test"
    /// In the order of evaluation.
    private let signalRules: [BoundRule]

    /// A runner for rules that may read signals.
    ///
    /// - Parameter signals: The bound signal rules, those that others read first.
    public init(signals: [BoundRule] = []) { signalRules = signals }

    /// Runs every test of every bound rule of a book, by rule and in the order of writing.
    ///
    /// - Parameter book: Best loaded without policies, since tests are written for a rule's own parameters.
    public static func run(_ book: RuleBook) -> [Outcome] {
        let signals = book.signalOrder.flatMap { id in
            book.bindings.filter { $0.rule.id == id && $0.rule.isSignal }
        }
        let runner = RuleTestRunner(signals: signals)
        return book.bindings.flatMap { runner.run($0) }
    }

    /// Runs every test of a rule as it was bound, in order.
    public func run(_ bound: BoundRule) -> [Outcome] { bound.rule.tests.map { run($0, of: bound) } }

    /// Runs one test.
    public func run(_ test: RuleTest, of bound: BoundRule) -> Outcome {
        var miss: ClosestMiss?
        let findings: [Finding]
        var failures: [String] = []
        switch bound.body {
        case .state:
            let pass = StatePass([bound], connection: Self.connection)
            let results = pass.evaluate(FixtureDirectory(test), generation: 1, at: test.start)
            findings = results.flatMap(\.evaluation.findings)
            failures = results.flatMap { Self.troubles($0.evaluation.verdict) }
        case .activity:
            (findings, miss, failures) = replay(test, bound)
        }
        failures += compare(test, bound, findings, miss)
        return Outcome(
            rule: bound.rule.id, test: test.name, failures: failures, place: test.place, findings: findings)
    }

    private static func troubles(_ verdict: Verdict) -> [String] {
        switch verdict {
        case .pass, .fail: []
        case .unknown(let reasons): reasons.map { "the verdict is unknown: \($0)" }
        case .error(let causes): causes.map { "the evaluation failed: \($0)" }
        }
    }

    private func replay(_ test: RuleTest, _ bound: BoundRule) -> ([Finding], ClosestMiss?, [String]) {
        var options = ActivityEngine.Options()
        options.coverageStart = test.start
        options.findingLimit = .max
        options.keepsSignals = true
        let signals = signalRules.filter { $0.policy == bound.policy && $0.rule.id != bound.rule.id }
        let engine = ActivityEngine(
            bindings: signals + [bound], connection: Self.connection, users: FixtureDirectory(test),
            options: options)
        let miss = ClosestMiss(bound, start: test.start, connection: Self.connection)
        let rule = engine.rules.last
        let alertIf = rule?.body.alertIf
        rule?.onMiss = { miss.note($0, alertIf) }
        rule?.onStep = { miss.note($0, done: $1) }
        var findings = engine.process(FixtureDirectory.activities(test.activities))
        findings += engine.finish(at: test.end)
        if bound.rule.isSignal { findings += engine.raisedSignals }
        let causes = rule.map { $0.statistics.causes.keys.sorted() } ?? []
        let own = findings.filter { $0.dedupKey.binding.rule == bound.rule.id }
        return (Finding.openings(of: own), miss, causes.map { "the evaluation failed: \($0)" })
    }

    // MARK: Expected against got

    private func compare(_ test: RuleTest, _ bound: BoundRule, _ findings: [Finding], _ miss: ClosestMiss?) -> [String]
    {
        var left = findings
        if case .state = bound.body {
            // Rows have no order in time: each expectation takes the first finding that meets it.
            left = []
            var rest = findings
            for expectation in test.expectations {
                let place = rest.firstIndex { differences(expectation, $0, test).isEmpty } ?? rest.indices.first
                if let place { left.append(rest.remove(at: place)) }
            }
            left += rest
        }
        var failures: [String] = []
        for (place, expectation) in test.expectations.enumerated() {
            guard place < left.count else {
                var text = "expected finding \(place + 1): \(describe(expectation, test)); got none"
                if let closest = miss?.text { text += "; closest miss: \(closest)" }
                failures.append(text)
                continue
            }
            failures += differences(expectation, left[place], test).map { "finding \(place + 1): \($0)" }
        }
        for finding in left.dropFirst(test.expectations.count) {
            failures.append("expected no more findings; got \(describe(finding, test))")
        }
        return failures
    }

    private func differences(_ expected: RuleTest.Expectation, _ found: Finding, _ test: RuleTest) -> [String] {
        var out: [String] = []
        if let key = expected.key, !ExpectedValue.agree(key, found.dedupKey.key) {
            let wanted = ExpectedValue.text(.list(key))
            out.append("expected key \(wanted), got \(ExpectedValue.text(.list(found.dedupKey.key)))")
        }
        if let severity = expected.severity, severity != found.severity {
            out.append("expected severity \(severity.rawValue), got \(found.severity.rawValue)")
        }
        if let time = expected.time, time != found.time {
            out.append("expected at \(offset(time, test)), got \(offset(found.time, test))")
        }
        for (name, value) in expected.variables {
            guard let evidence = found.evidence.first(where: { $0.name == name }) else {
                out.append("expected \(name) = \(ExpectedValue.text(value)), got no such variable")
                continue
            }
            if !ExpectedValue.agree(value, evidence.value) {
                out.append(
                    "expected \(name) = \(ExpectedValue.text(value)), got \(ExpectedValue.text(evidence.value))")
            }
        }
        if let pattern = expected.messagePattern, let program = expected.messageMatches,
            !matches(program, found.message)
        {
            out.append("expected a message that matches `\(pattern)`, got `\(found.message)`")
        }
        return out
    }

    private func matches(_ program: Program, _ message: String) -> Bool {
        let row = RowBuffer(slotCount: 1)
        row.slots[0] = row.text(message)
        let context = EvaluationContext()
        return withUnsafeTemporaryAllocation(of: UnsafePointer<Slot>?.self, capacity: 1) { tables in
            tables.initialize(repeating: UnsafePointer(row.slots))
            guard let base = tables.baseAddress else { return false }
            return program.truth(Frame(tables: base, context: context)) == .yes
        }
    }

    private func offset(_ time: Timestamp, _ test: RuleTest) -> String {
        let span = time - test.start
        return span < .zero ? span.shortText : "+" + span.shortText
    }

    private func describe(_ expected: RuleTest.Expectation, _ test: RuleTest) -> String {
        var parts: [String] = []
        if let key = expected.key { parts.append("key \(ExpectedValue.text(.list(key)))") }
        if let severity = expected.severity { parts.append("severity \(severity.rawValue)") }
        if let time = expected.time { parts.append("at \(offset(time, test))") }
        parts += expected.variables.map { "\($0.name) = \(ExpectedValue.text($0.value))" }
        if let pattern = expected.messagePattern { parts.append("message like `\(pattern)`") }
        return parts.isEmpty ? "any" : parts.joined(separator: ", ")
    }

    private func describe(_ found: Finding, _ test: RuleTest) -> String {
        let key = ExpectedValue.text(.list(found.dedupKey.key))
        return "key \(key), severity \(found.severity.rawValue), at \(offset(found.time, test)): \(found.message)"
    }
}
