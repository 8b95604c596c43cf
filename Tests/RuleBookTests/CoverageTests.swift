import Diagnostics
import Evaluation
import RuleLanguage
import Testing

/// What tests leave untried is named, part by part.
@Suite struct CoverageTests {
    static let rule = """
        rule: r
        title: t
        severity: low
        severity_when:
          - { if: activity.risk_score != null && activity.risk_score > 90, set: critical }
          - { if: activity.user_id == 8, set: high }
        activity:
          match: activity.kind == "login.failure" && (activity.ip == null || !activity.ip.startsWith("10."))
        tests:
          - name: fires
            activities:
              - { at: +1h, kind: login.failure, user_id: 8, ip: 192.0.2.1 }
            expect:
              - { severity: high }
          - name: quiet
            activities:
              - { at: +1h, kind: login.success, user_id: 8, ip: 192.0.2.1 }
              - { at: +1h, kind: login.failure, user_id: 8, ip: 10.0.0.1 }
            expect: []

        """

    private func points(of files: [SourceText]) -> [ConditionCoverage.Point] {
        let coverage = ConditionCoverage()
        let book = RuleBookLoader(schema: IdentitySchema.schema, coverage: coverage).load(files: files).book
        #expect(RuleTestRunner.run(book).allSatisfy { $0.isPassed })
        return coverage.report
    }

    @Test func partsAreCountedByThemselves() {
        let points = points(of: [SourceText(name: "Rules/own/r.yaml", text: Self.rule)])
        func part(_ text: String) -> [Bool]? { points.first { $0.text == text }.map { [$0.wasTrue, $0.wasFalse] } }
        #expect(part("activity.kind == \"login.failure\"") == [true, true])
        #expect(part("activity.ip == null") == [false, true])
        #expect(part("activity.ip.startsWith(\"10.\")") == [true, true])
        #expect(part("activity.risk_score > 90") == [false, false])
        #expect(part("activity.risk_score != null") == [false, true])
        #expect(part("activity.user_id == 8") == [true, false])
        let branches = points.filter { $0.place == .branch }.map(\.line)
        #expect(Set(branches) == [5, 6])
        #expect(points.first { $0.text == "activity.user_id == 8" }?.column == 11)
    }

    @Test func aRuleSaysTheSameWhetherWatchedOrNot() {
        let coverage = ConditionCoverage()
        let watched = RuleBookLoader(schema: IdentitySchema.schema, coverage: coverage).load(files: ShippedFiles.rules)
        let plain = RuleTestRunner.run(ShippedFiles.alone.book)
        let seen = RuleTestRunner.run(watched.book)
        #expect(plain.map(\.test) == seen.map(\.test))
        #expect(plain.map(\.failures) == seen.map(\.failures))
        let all = coverage.report
        let share = Double(all.map(\.seen).reduce(0, +)) / Double(max(1, all.count * 2))
        print("shipped rules: \(all.count) parts, \(Int((share * 1000).rounded())) per mille of outcomes seen")
        #expect(all.count > 300 && share >= 0.90)
    }
}
