import Diagnostics
import Testing

/// The five forms of a report.
@Suite struct ReportTests {
    /// The source without its marks, and what stands between `«` and `»`.
    static func marked(_ text: String) -> (source: SourceText, span: Span) {
        let start =
            text.utf8.count - (text.split(separator: "«", omittingEmptySubsequences: false).last?.utf8.count ?? 0) - 2
        let inner = text.replacing("«", with: "")
        let end =
            inner.utf8.count - (inner.split(separator: "»", omittingEmptySubsequences: false).last?.utf8.count ?? 0) - 2
        return (SourceText(name: "Rules/a.yaml", text: inner.replacing("»", with: "")), Span(start, end))
    }

    static func report(_ text: String, help: String? = "do it") -> DiagnosticReport {
        let (source, span) = marked(text)
        return DiagnosticReport([
            SourcedDiagnostic(
                source, Diagnostic(.error, "R0203", "`user` has no field `x`", at: span, label: "here", help: help))
        ])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let place: String
        let line: String
        let carets: String
    }

    static let rows = [
        Row(testDescription: "plain", text: "a: «xy» z", place: "1:4", line: "a: xy z", carets: "   ^^ here"),
        Row(testDescription: "behind a tab", text: "a:\t«xy»", place: "1:4", line: "a:  xy", carets: "    ^^ here"),
        Row(
            testDescription: "behind wide characters", text: "日本 «x»", place: "1:4", line: "日本 x", carets: "     ^ here"
        ),
        Row(
            testDescription: "behind a combining mark", text: "e\u{301} «x»", place: "1:4", line: "e\u{301} x",
            carets: "  ^ here"),
        Row(testDescription: "at the end of a line", text: "ab«»\ncd", place: "1:3", line: "ab", carets: "  ^ here"),
        Row(testDescription: "over lines", text: "a «bc\nde»", place: "1:3", line: "a bc", carets: "  ^^ here"),
        Row(
            testDescription: "an escape sequence", text: "\u{1B}[2J «x»", place: "1:6", line: "\u{FFFD}[2J x",
            carets: "     ^ here"),
    ]

    @Test(arguments: rows)
    func caretsStandUnderWhatTheyMean(_ row: Row) {
        let text = Self.report(row.text).rendered(as: .text)
        #expect(
            text == """
                error[R0203]: `user` has no field `x`
                 --> Rules/a.yaml:\(row.place)
                  |
                1 | \(row.line)
                  | \(row.carets)
                  = help: do it

                """)
    }

    @Test func aLongLineIsCutAroundItsCaret() {
        let text = Self.report(String(repeating: "a", count: 500) + "«x»" + String(repeating: "b", count: 500))
            .rendered(as: .text)
        let lines = text.split(separator: "\n").map { Array($0.unicodeScalars) }
        #expect(lines.allSatisfy { $0.count <= 200 })
        let caret = lines[4].firstIndex(of: "^")
        #expect(caret.map { lines[3][$0] } == "x")
    }

    @Test func secondaryPlacesAreShownInOrder() {
        let source = SourceText(name: "a", text: "one\ntwo\nthree\nfour")
        let diagnostic = Diagnostic(
            .error, "R0105", "twice", at: Span(14, 18), label: "again", secondary: [.init(Span(0, 3), "first")])
        #expect(
            DiagnosticReport([SourcedDiagnostic(source, diagnostic)]).rendered(as: .text) == """
                error[R0105]: twice
                 --> a:4:1
                  |
                1 | one
                  | --- first
                  ...
                4 | four
                  | ^^^^ again

                """)
    }

    @Test func shortIsOneLine() {
        #expect(
            Self.report("a\n «x»").rendered(as: .short)
                == "Rules/a.yaml:2:2: error[R0203]: `user` has no field `x`\n")
    }

    @Test func githubEscapesWhatWouldEndItsFields() {
        let text = Self.report("«x»", help: "50%: a,b\nc").rendered(as: .github)
        #expect(
            text == "::error file=Rules/a.yaml,line=1,col=1,endLine=1,endColumn=2,title=R0203"
                + "::`user` has no field `x`%0Ahere%0Ahelp: 50%25: a,b%0Ac\n")
    }

    @Test func jsonHoldsEveryPart() {
        let text = Self.report("a: «x»").rendered(as: .json)
        for part in ["\"code\": \"R0203\"", "\"line\": 1", "\"column\": 4", "\"endColumn\": 5", "\"errors\": 1"] {
            #expect(text.contains(part))
        }
        #expect(
            DiagnosticReport([]).rendered(as: .json)
                == "{\n  \"diagnostics\": [],\n  \"errors\": 0,\n  \"warnings\": 0\n}\n")
    }

    @Test func sarifNamesItsRulesOnce() {
        let text = Self.report("a: «x»").rendered(as: .sarif)
        #expect(text.contains("\"version\": \"2.1.0\""))
        #expect(text.contains("\"ruleId\": \"R0203\""))
        #expect(text.contains("\"startColumn\": 4"))
    }

    @Test func theOrderOfInputDoesNotMatterAndDoublesGo() {
        let source = SourceText(name: "b", text: "xyz")
        let other = SourceText(name: "a", text: "xyz")
        let one = SourcedDiagnostic(source, Diagnostic(.error, "R1", "m", at: Span(1, 2)))
        let two = SourcedDiagnostic(source, Diagnostic(.warning, "R2", "m", at: Span(0, 1)))
        let three = SourcedDiagnostic(other, Diagnostic(.error, "R3", "m", at: Span(2, 3)))
        let report = DiagnosticReport([one, two, three, one])
        #expect(report.entries == [three, two, one])
        #expect(report.errorCount == 2 && report.warningCount == 1)
        #expect(DiagnosticReport([three, one, two]).rendered(as: .text) == report.rendered(as: .text))
    }
}
