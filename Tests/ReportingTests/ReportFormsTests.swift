import Alerting
import Crypto
import Foundation
import Reporting
import Testing
import Timekeeping

@Suite struct ReportFormsTests {
    @Test(arguments: ["full", "clean", "hostile"])
    func everyFormIsAsRecorded(_ name: String) throws {
        let report = ["full": ReportSample.full, "clean": ReportSample.clean, "hostile": ReportSample.hostile][name]
        let sample = try #require(report)
        try expectSnapshot(sample.text(), name + ".txt")
        try expectSnapshot(sample.json, name + ".json")
        try expectSnapshot(sample.html(), name + ".html")
    }

    @Test func colourChangesNothingButTheColour() {
        let plain = ReportSample.full.text(ReportTextOptions(hasColor: false, width: 80))
        let coloured = ReportSample.full.text(ReportTextOptions(hasColor: true, width: 80))
        #expect(!plain.contains("\u{1B}") && coloured.contains("\u{1B}[1;31m"))
        #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
    }

    @Test(arguments: [40, 60, 80, 132])
    func linesBreakAtTheWidth(_ width: Int) {
        let text = ReportSample.full.text(ReportTextOptions(width: width))
        for line in text.split(separator: "\n") where line.count > width {
            // Only a word that is longer than the line may stick out.
            #expect(line.split(separator: " ").contains { $0.count > width / 3 }, "\(line)")
        }
    }

    @Test func whatComesFromTheTenantMovesNoCursor() {
        let text = ReportSample.hostile.text(ReportTextOptions(hasColor: false))
        let isHarmless = text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n" || (scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar != "\u{202E}")
        }
        #expect(isHarmless)
        #expect(text.contains("\\u{1b}[2J"))
    }

    @Test func whatComesFromTheTenantOpensNoTag() {
        let html = ReportSample.hostile.html()
        #expect(!html.contains("<script") && !html.contains("\u{1B}") && !html.contains("\u{202E}"))
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"))
    }

    @Test func thePageAllowsItsOwnStyleAndNothingElse() throws {
        let html = ReportSample.full.html()
        let start = try #require(html.firstRange(of: "<style>")).upperBound
        let end = try #require(html.firstRange(of: "</style>")).lowerBound
        let digest = Data(SHA256.hash(data: Data(html[start..<end].utf8))).base64EncodedString()
        #expect(html.contains("default-src &#39;none&#39;; style-src &#39;sha256-\(digest)&#39;;"))
        #expect(!html.contains(" style=") && !html.contains("http://") && !html.contains("https://"))
    }

    @Test func everyElementThatOpensCloses() throws {
        for report in [ReportSample.full, ReportSample.clean, ReportSample.hostile] {
            var open: [Substring] = []
            for match in report.html().matches(of: /<(\/?)([a-z0-9]+)[^>]*>/) {
                let name = match.output.2
                if name == "meta" { continue }
                if match.output.1.isEmpty { open.append(name) } else { #expect(open.popLast() == name) }
            }
            #expect(open.isEmpty)
        }
    }

    @Test func aLongReportIsBoundedAndSaysSo() {
        var report = ReportSample.clean
        report.rules[0].verdict = .fail
        report.rules[0].findings = (0..<5000).map { ReportSample.finding(.high, "user\($0)", "m") }
        report.rules[0].findingCount = 5000
        let html = report.html(findingLimit: 100)
        #expect(html.matches(of: /class="subject"/).count == 100)
        #expect(html.contains("4,900 more, which the JSON report lists."))
        #expect(html.utf8.count < 100_000)
        #expect(report.text(ReportTextOptions(findingLimit: 3)).contains("and 4,997 more"))
        #expect(report.html(findingLimit: 0).contains("5,000 more"))
    }

    struct Parsed: Decodable {
        struct Outcome: Decodable {
            let exitCode: Int
            let reasons: [String]
            let findings: Int
            let findingsBySeverity: [String: Int]
            let rulesByVerdict: [String: Int]
        }
        struct Rule: Decodable {
            struct Entry: Decodable {
                let key: [String]
                let time: Timestamp
                let message: String
            }
            let rule: String
            let verdict: String
            let reasons: [String]
            let findingCount: Int
            let findings: [Entry]
        }
        struct Control: Decodable {
            let id: String
            let state: String?
        }
        let version: Int
        let connection: String
        let generatedAt: Timestamp
        let outcome: Outcome
        let rules: [Rule]
        let controls: [Control]
    }

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    @Test func programsReadTheJSONBack() throws {
        let parsed = try Self.decoder.decode(Parsed.self, from: Data(ReportSample.full.json.utf8))
        #expect(parsed.version == 1 && parsed.connection == "corp" && parsed.generatedAt == ReportSample.moment)
        #expect(parsed.outcome.exitCode == 2 && parsed.outcome.findings == 42)
        #expect(parsed.outcome.reasons == ["rule_error", "remote_error", "incomplete_data", "findings"])
        #expect(parsed.outcome.findingsBySeverity.count == 5 && parsed.outcome.findingsBySeverity["medium"] == 41)
        #expect(parsed.outcome.rulesByVerdict == ["fail": 2, "error": 1, "unknown": 1, "pass": 1])
        #expect(parsed.rules.map(\.verdict) == ["fail", "fail", "error", "unknown", "pass"])
        #expect(parsed.rules[1].findingCount == 41 && parsed.rules[1].findings.count == 3)
        #expect(parsed.controls.map(\.state) == ["fail", "unknown", "pass", nil])
        let hostile = try Self.decoder.decode(Parsed.self, from: Data(ReportSample.hostile.json.utf8))
        #expect(hostile.connection == ReportSample.hostile.connection)
    }

    @Test func everyKeyOfTheJSONIsDocumented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/report.md"), encoding: .utf8)
        // The evidence's own names are the rules', and severities and verdicts are values.
        let free: Set = ["days", "ratio", "roles", "last_login"]
        for match in ReportSample.full.json.matches(of: /"([a-z_]+)":/) where !free.contains(String(match.output.1)) {
            #expect(page.contains("`\(match.output.1)`"), "docs/report.md has no `\(match.output.1)`")
        }
    }
}
