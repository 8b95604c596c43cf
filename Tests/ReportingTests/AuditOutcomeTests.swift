import Alerting
import Reporting
import Testing
import Timekeeping

@Suite struct AuditOutcomeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reasons: Set<ExitDecision.Reason>
        let code: Int32
    }

    @Test(arguments: [
        Row(testDescription: "nothing", reasons: [], code: 0),
        Row(testDescription: "findings", reasons: [.findings], code: 1),
        Row(testDescription: "findings in incomplete data", reasons: [.findings, .incompleteData], code: 3),
        Row(testDescription: "a tenant that did not answer", reasons: [.incompleteData, .remoteError], code: 4),
        Row(testDescription: "everything", reasons: [.findings, .incompleteData, .remoteError, .ruleError], code: 2),
    ])
    func theFirstOfTwoFourThreeOneCounts(_ row: Row) {
        let decision = ExitDecision(row.reasons)
        #expect(decision.code == row.code)
        #expect(Set(decision.reasons) == row.reasons)
        #expect(decision.reasons.first?.code ?? 0 == row.code)
    }

    static func report(_ change: (inout AuditReport) -> Void) -> AuditReport {
        var report = ReportSample.clean
        change(&report)
        return report
    }

    static func verdict(_ verdict: Verdict) -> AuditReport { report { $0.rules[0].verdict = verdict } }

    @Test func theReportSaysWhatHolds() {
        #expect(ReportSample.clean.exitDecision.reasons == [])
        #expect(Self.verdict(.fail).exitDecision.reasons == [.findings])
        #expect(Self.verdict(.unknown(reasons: [])).exitDecision.reasons == [.incompleteData])
        #expect(Self.verdict(.error(causes: [])).exitDecision.reasons == [.ruleError])
        #expect(Self.report { $0.sources[0].isComplete = false }.exitDecision.reasons == [.incompleteData])
        #expect(Self.report { $0.quarantineCount = 1 }.exitDecision.reasons == [.incompleteData])
        let incomplete = Self.report { $0.collections = [.init(name: "users", count: 1, availability: .incomplete)] }
        #expect(incomplete.exitDecision.reasons == [.incompleteData])
        #expect(Self.report { $0.failures = [.init(.remote, message: "m")] }.exitDecision.reasons == [.remoteError])
        #expect(Self.report { $0.failures = [.init(.rules, message: "m")] }.exitDecision.reasons == [.ruleError])
        #expect(ReportSample.full.exitDecision.code == 2)
    }

    @Test func whatIsNotAvailableOrExceptedChangesNothing() {
        let devices = AuditReport.CollectionState(name: "devices", count: 0, availability: .notAvailable)
        #expect(Self.report { $0.collections = [devices] }.exitDecision.code == 0)
        #expect(Self.report { $0.rules[0].exceptedCount = 9 }.exitDecision.code == 0)
    }

    @Test func countsFindingsBySeverityAlsoThoseThatAreNotListed() {
        let counts = ReportSample.full.findingCounts
        #expect(counts.map(\.severity) == [.critical, .medium])
        #expect(counts.map(\.count) == [1, 41])
        #expect(ReportSample.full.findingCount == 42)
    }

    @Test func aControlIsAsBadAsTheWorstOfItsRules() {
        let report = ReportSample.full
        let states = report.controls[0].controls.map { report.state(of: $0, in: "baseline") }
        #expect(states == [.fail, .unknown, .pass, nil])
        #expect(report.state(of: report.controls[0].controls[0], in: "other") == nil)
    }

    @Test func theWorstComesFirst() {
        #expect(
            ReportSample.full.sortedRules.map(\.id) == [
                "too-many-super-users", "stale-credentials", "spray", "privileged-without-mfa", "never-signed-in",
            ])
        let findings = [
            ReportSample.finding(.low, "b", "m"), ReportSample.finding(.low, "a", "m"),
            ReportSample.finding(.high, "z", "m", hour: 9), ReportSample.finding(.low, "c", "m", hour: 0),
        ]
        let rule = AuditReport.RuleResult(
            id: "r", title: "R", policy: "p", severity: .low, verdict: .fail, findings: findings)
        #expect(rule.findings.map { $0.key } == [[.text("z")], [.text("c")], [.text("a")], [.text("b")]])
        #expect(rule.findingCount == 4)
    }

    @Test(arguments: [
        (EvidenceValue.double(3), "3"), (.double(0.123456), "0.1235"), (.double(-2.5), "-2.5"),
        (.double(.infinity), "inf"), (.double(1e300), "1e+300"), (.bool(true), "yes"), (.null, "none"),
        (.list([.int(1), .text("a")]), "1, a"), (.time(Timestamp(seconds: 0)), "1970-01-01T00:00:00Z"),
    ])
    func valuesReadWell(_ value: EvidenceValue, text: String) {
        #expect(value.plainText == text)
    }
}
