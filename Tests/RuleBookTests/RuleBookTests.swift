import Alerting
import Diagnostics
import Evaluation
import RuleLanguage
import Testing

/// The book we ship, as a whole.
@Suite struct RuleBookTests {
    @Test func everyFileLoadsWithoutADiagnostic() {
        #expect(ShippedFiles.rules.count > 80)
        #expect(!ShippedFiles.policies.isEmpty)
        for diagnostics in [ShippedFiles.shipped.diagnostics, ShippedFiles.alone.diagnostics] {
            #expect(diagnostics.isEmpty, "\(DiagnosticReport(diagnostics).rendered(as: .text))")
        }
    }

    @Test func everyRuleFileGaveItsRule() {
        let files = ShippedFiles.rules.map(\.name).filter { !$0.hasSuffix("/define.yaml") }
        let expected = files.map { String($0.split(separator: "/").last?.dropLast(5) ?? "") }
        #expect(ShippedFiles.alone.book.rules.map(\.id) == expected.sorted())
    }

    @Test(arguments: ShippedFiles.alone.book.rules.map(\.id))
    func aRuleSaysWhatItIs(_ id: String) throws {
        let rule = try #require(ShippedFiles.alone.book.rule(id))
        #expect(!rule.title.isEmpty)
        #expect(rule.title.count <= 80)
        #expect(rule.description.count > rule.title.count / 2)
        #expect(rule.owner != nil)
        for tag in rule.tags {
            #expect(Self.isWellFormed(tag), "`\(tag)` of \(id)")
        }
    }

    /// `attack.t1078`, `attack.t1078.004`, `cis.5.3` or a word.
    static func isWellFormed(_ tag: String) -> Bool {
        let parts = tag.split(separator: ".", omittingEmptySubsequences: false)
        let isNumber = { (part: Substring) in !part.isEmpty && part.allSatisfy(\.isNumber) }
        switch parts.first {
        case "attack":
            guard parts.count == 2 || parts.count == 3, parts[1].first == "t" else { return false }
            return parts[1].count == 5 && isNumber(parts[1].dropFirst())
                && (parts.count == 2 || parts[2].count == 3 && isNumber(parts[2]))
        case "cis": return parts.count == 3 && isNumber(parts[1]) && isNumber(parts[2])
        default: return parts.count == 1 && !tag.isEmpty && tag.allSatisfy { $0.isLowercase || $0 == "-" }
        }
    }

    @Test(arguments: [
        ("attack.t1078", true), ("attack.t1078.004", true), ("attack.1078", false), ("attack.t107", false),
        ("attack.t1078.4", false), ("cis.5.3", true), ("cis.5", false), ("resilience", true), ("Resilience", false),
    ])
    func tagsHaveTheirForm(_ tag: String, _ isRight: Bool) {
        #expect(Self.isWellFormed(tag) == isRight)
    }

    @Test(arguments: ShippedFiles.alone.book.rules.map(\.id))
    func aRuleHasATestThatFiresAndOneThatIsQuiet(_ id: String) throws {
        let rule = try #require(ShippedFiles.alone.book.rule(id))
        #expect(rule.tests.contains { !$0.expectations.isEmpty }, "\(id) has no test that fires")
        #expect(rule.tests.contains { $0.expectations.isEmpty }, "\(id) has no test that is quiet")
        #expect(Set(rule.tests.map(\.name)).count == rule.tests.count, "\(id) has two tests of one name")
    }

    static let bindings: [String: BoundRule] = Dictionary(
        ShippedFiles.alone.book.bindings.map { ($0.rule.id, $0) }, uniquingKeysWith: { first, _ in first })

    @Test(arguments: ShippedFiles.alone.book.rules.filter(\.isEnabled).map(\.id))
    func theTestsOfARulePass(_ id: String) throws {
        let bound = try #require(Self.bindings[id])
        for outcome in RuleTestRunner().run(bound) {
            #expect(outcome.isPassed, "\(id), \(outcome.test): \(outcome.failures.joined(separator: "; "))")
        }
    }

    @Test func theBaselineBindsEveryEnabledRuleButThoseThatNeedAList() throws {
        let bound = Set(ShippedFiles.shipped.book.bindings.filter { $0.policy == "baseline" }.map(\.rule.id))
        let enabled = Set(ShippedFiles.shipped.book.rules.filter(\.isEnabled).map(\.id))
        #expect(enabled.subtracting(bound) == ["break-glass-used"])
        #expect(bound.subtracting(enabled).isEmpty)
    }

    @Test func controlsNameRulesThatTheirPolicyBinds() {
        for policy in ShippedFiles.shipped.book.policies {
            let bound = Set(ShippedFiles.shipped.book.bindings.filter { $0.policy == policy.id }.map(\.rule.id))
            for control in policy.controls {
                #expect(Set(control.rules).subtracting(bound).isEmpty, "\(policy.id), \(control.id)")
            }
        }
    }
}
