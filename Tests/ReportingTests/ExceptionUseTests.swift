import Alerting
import Reporting
import Testing
import Timekeeping

/// Exceptions are shown with who answers for them, until when, and how often they held a finding back.
@Suite struct ExceptionUseTests {
    /// The end of 2027-01-31.
    static let expires = Timestamp(seconds: 1_801_440_000)

    static func report(at moment: Timestamp, hits: Int) -> AuditReport {
        var report = AuditReport(toolVersion: "test", connection: "corp", generatedAt: moment)
        var rule = AuditReport.RuleResult(
            id: "mass-deletion", title: "Many deletions", policy: "baseline", severity: .high, verdict: .pass,
            exceptedCount: hits)
        rule.exceptions = [
            AuditReport.ExceptionUse(
                name: "hr sync", reason: "nightly run", owner: "it-ops", expires: expires, hits: hits)
        ]
        report.rules = [rule]
        return report
    }

    @Test(arguments: [
        (-1, 2, "2 findings excepted, until 2027-01-31"), (-1, 0, "0 findings excepted, until 2027-01-31"),
        (0, 0, "ended on 2027-01-31, excepts nothing any more"),
    ])
    func anExceptionIsShownWithItsEnd(_ second: Int64, _ hits: Int, _ words: String) {
        let report = Self.report(at: Self.expires + .seconds(second), hits: hits)
        let text = report.text(ReportTextOptions(width: 200))
        #expect(text.contains("hr sync [baseline/mass-deletion] \(words) (it-ops: nightly run)"), "\(text)")
        #expect(report.html().contains(words) && report.html().contains("it-ops"))
        #expect(report.json.contains("\"hits\": \(hits)") || report.json.contains("\"hits\":\(hits)"))
    }

    @Test func aReportWithoutExceptionsSaysNothingOfThem() {
        var report = Self.report(at: Self.expires, hits: 0)
        report.rules[0].exceptions = []
        #expect(!report.text().contains("Exceptions") && !report.html().contains("id=\"exceptions\""))
        #expect(!report.json.contains("\"exceptions\""))
    }
}
