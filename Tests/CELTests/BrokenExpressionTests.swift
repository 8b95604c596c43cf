import Diagnostics
import Foundation
import Testing

@testable import CEL

/// What an author reads: one broken expression a file, one exact answer beside it.
///
/// `Snapshots/broken/NAME.cel` is the expression, `NAME.txt` what is said of it, and `NAME.json`, where it is there,
/// the same as JSON. `RECORD_SNAPSHOTS=1 swift test --filter BrokenExpressionTests` writes the answers anew and fails,
/// so that a passing run never records.
@Suite struct BrokenExpressionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        var testDescription: String { name }

        func file(_ suffix: String) -> URL { folder.appendingPathComponent("\(name).\(suffix)") }
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Snapshots/broken")
    static let isRecording = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil

    static let cases: [Case] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".cel") }.sorted().compactMap { file in
            guard var text = try? String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8) else {
                return nil
            }
            // A file of text ends in a line end, which is no part of the expression.
            if text.hasSuffix("\n") { text.removeLast() }
            return Case(name: String(file.dropLast(4)), text: text)
        }
    }()

    static func rendered(_ text: String, as format: DiagnosticFormat) -> String {
        let source = SourceText(name: "rule", text: text)
        let diagnostics = Fixture.environment.check(text).diagnostics
        return DiagnosticReport(diagnostics.map { SourcedDiagnostic(source, $0) }).rendered(as: format)
    }

    @Test func thereAreManyAndEachAnswerHasItsExpression() throws {
        #expect(Self.cases.count >= 180)
        #expect(Set(Self.cases.map(\.text)).count == Self.cases.count)
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        let known = Set(Self.cases.map(\.name))
        for file in files { #expect(known.contains(String(file.prefix { $0 != "." })), "\(file) has no expression") }
    }

    @Test(arguments: cases)
    func eachExpressionGetsItsAnswer(_ subject: Case) throws {
        for (suffix, format) in [("txt", DiagnosticFormat.text), ("json", .json)] {
            let file = subject.file(suffix)
            guard suffix == "txt" || FileManager.default.fileExists(atPath: file.path) else { continue }
            let now = Self.rendered(subject.text, as: format)
            if Self.isRecording {
                try now.write(to: file, atomically: true, encoding: .utf8)
                Issue.record("\(file.lastPathComponent) was recorded; run again without RECORD_SNAPSHOTS")
                continue
            }
            let before = try String(contentsOf: file, encoding: .utf8)
            #expect(now == before, "\(file.lastPathComponent)")
        }
    }

    @Test(arguments: cases)
    func everyBrokenExpressionHasAnErrorInsideItsText(_ subject: Case) {
        let result = Fixture.environment.check(subject.text)
        #expect(result.checked == nil)
        #expect(result.diagnostics.contains { $0.level == .error })
        for diagnostic in result.diagnostics {
            #expect(diagnostic.primary.span.start >= 0)
            #expect(diagnostic.primary.span.end <= subject.text.utf8.count + 1)
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
