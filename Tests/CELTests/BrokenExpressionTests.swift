import Diagnostics
import Foundation
import Testing

@testable import CEL

/// What an author reads: one broken expression, one exact answer.
///
/// `RECORD_SNAPSHOTS=1 swift test --filter BrokenExpressionTests` writes the file anew and fails, so that a passing
/// run never records.
@Suite struct BrokenExpressionTests {
    static let expressions = [
        // Grammar
        "", "1 +", "activity.kind = 'a'", "activity.kind == 'a' & true", "(1 + 2", "[1, 2", "{'a': 1", "{'a' 1}",
        "1 2", "count > 1 and count < 3", "'abc", "'''abc", "'a\\qb'", "'\\u12'", "'\\ud800'", "9223372036854775808",
        "18446744073709551616u", "1e999", "0x", "12abc", "activity..kind", "activity.", "count >", "? 1 : 2",
        "true ? 1", "if", "a.`b", "@", "count > 1)", "[1, ,2]", "foo(1,", "1 + + 2", "(", "count == 1 || || true",
        "# comment", "activity.kind == 'a' && (count > && activity.risk > )",
        // Names
        "activty.kind == 'a'", "activity.coutry == 'NO'", "activity.country.code == 'NO'", "params.mx > 1",
        "params > 1", "is_new.city", "user.device", "size", "unknown_thing", "user.devices[0].knd == 'a'",
        "user.devices.exists(d, d.knd == 'a')", "optinal.of(1)", "math.cel(1.0)", "now.second",
        // Operators
        "activity.kind == 1", "activity.kind > 1", "count > '1'", "count + 'a'", "'a' + count", "1 + 1.0", "1 == 1.0",
        "now - 90", "now + now", "user.username == null", "!count", "-activity.kind", "count && true",
        "activity.kind || true", "count ? 1 : 2", "true ? 1 : 'a'", "1 in 2", "'a' in 'abc'", "1 in ['a']",
        "activity.risk in lists.admins", "user.roles == 'Viewer'", "'a' % 'b'", "true < 1", "[1] < [2]",
        // Calls
        "activity.kind.startWith('a')", "activity.kind.startsWith(1)", "activity.kind.startsWith()",
        "startsWith(activity.kind, 'a')", "activity.kind.timestamp()", "sze(user.roles)", "count.size()",
        "size(count)", "math.greatest('a')", "math.greatest()", "math.least([])", "days('1')", "geo_km(1, 2, 3, 4)",
        "is_admin()", "is_admin(activity)", "is_admn(user)", "user.roles.join(1)", "now.getHours(1)", "int([1])",
        "[1, 'a']", "{1: 'a', 'b': 2}", "{[1]: 2}", "[?1]", "Foo{a: 1}", "'a'[0]", "user.roles['a']", "{'a': 1}[1]",
        // Macros
        "has(activity)", "has(activity.kind, 1)", "has(1)", "user.roles.exists(1, true)", "user.roles.exists(r)",
        "user.roles.exists(r, r)", "count.exists(c, c > 1)", "user.roles.map(r)", "user.roles.all(r.x, true)",
        "[1].exists(i, i, true)", "cel.bind(1, 2, 3)", "user.roles.sortBy(r, [r])", "activity.risk.optMap(x, x)",
        "[1].transformMapEntry(i, v, v)",
        // Constants that can never be right
        "activity.kind.matches('(')", "activity.kind.matches(r'a[b')", "activity.kind.matches('\\\\w+(')",
        "activity.kind.matches(activity.country)", "activity.kind.matches('a(*FAIL)')",
        "activity.kind.matches(r'(a)\\1')", "regex.extract(activity.kind, '(a)(b)')",
        "regex.replace(activity.kind, 'a', r'\\1')", "cidr('10.0.0.0/33')", "ip('10.0.0.256')",
        "timestamp('2026-02-30T00:00:00Z')", "duration('90d')", "activity.kind.matches(1)",
        // Several at once
        "activity.coutry == 'NO' && activity.kind > 1 && unknown", "activity.x.y.z == activity.q",
    ]

    static var snapshot: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Snapshots/broken.txt")
    }

    static func rendered(_ text: String) -> String {
        let source = SourceText(name: "rule", text: text)
        let diagnostics = Fixture.environment.check(text).diagnostics
        return DiagnosticReport(diagnostics.map { SourcedDiagnostic(source, $0) }).rendered(as: .text)
    }

    @Test func eachExpressionGetsItsAnswer() throws {
        let now = Self.expressions.map { "%% \($0)\n\(Self.rendered($0))" }.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
            try now.write(to: Self.snapshot, atomically: true, encoding: .utf8)
            Issue.record("the snapshot was recorded; run again without RECORD_SNAPSHOTS")
            return
        }
        let before = try String(contentsOf: Self.snapshot, encoding: .utf8)
        let cases = before.components(separatedBy: "%% ")
        for (one, two) in zip(now.components(separatedBy: "%% "), cases) { #expect(one == two) }
        #expect(now == before)
    }

    @Test(arguments: expressions)
    func everyBrokenExpressionHasAnErrorInsideItsText(_ text: String) {
        let result = Fixture.environment.check(text)
        #expect(result.checked == nil)
        #expect(result.diagnostics.contains { $0.level == .error })
        for diagnostic in result.diagnostics {
            #expect(diagnostic.primary.span.start >= 0 && diagnostic.primary.span.end <= text.utf8.count + 1)
            #expect(DiagnosticCode(rawValue: diagnostic.code) != nil)
            #expect(!diagnostic.message.contains("\n") && !diagnostic.message.contains("_=="))
        }
    }

    @Test func aCaretPointsIntoThePattern() throws {
        let text = "activity.kind.matches(\"\\\\w+(\")"
        let diagnostic = try #require(Fixture.environment.check(text).diagnostics.first)
        #expect(diagnostic.code == "R0205")
        // The pattern's fault is at its end: the closing quote.
        #expect(diagnostic.primary.span == Span(text.utf8.count - 2, text.utf8.count - 1))
    }
}
