import Evaluation

/// The outcomes of rules' tests as JUnit XML, one suite a rule.
struct JUnitReport {
    let session: RuleTestSession

    var text: String {
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
        lines.append("<testsuites tests=\"\(session.outcomes.count)\" failures=\"\(session.failed)\">")
        let groups = Dictionary(grouping: session.outcomes, by: \.rule)
        for rule in groups.keys.sorted() {
            let tests = groups[rule] ?? []
            let failures = tests.filter { !$0.isPassed }.count
            lines.append("  <testsuite name=\(quoted(rule)) tests=\"\(tests.count)\" failures=\"\(failures)\">")
            lines += tests.flatMap(lines(of:))
            lines.append("  </testsuite>")
        }
        return (lines + ["</testsuites>"]).joined(separator: "\n") + "\n"
    }

    private func lines(of outcome: RuleTestRunner.Outcome) -> [String] {
        let place = session.place(of: outcome)
        let head = "    <testcase classname=\(quoted(outcome.rule)) name=\(quoted(outcome.test)) file=\(quoted(place))"
        guard !outcome.isPassed else { return [head + "/>"] }
        let failures = outcome.failures.map { "      <failure message=\(quoted($0))/>" }
        return [head + ">"] + failures + ["    </testcase>"]
    }

    /// An attribute's value; what XML cannot hold becomes U+FFFD.
    private func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\n", "\r", "\t": out += "&#\(scalar.value);"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
