import ArgumentParser
import Foundation
import RuleLanguage

/// `tocsin rules coverage`: what the tests of rules leave untried.
struct RulesCoverageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract: "Says which parts of conditions the rules' own tests never made true or never made false.",
        discussion: """
            A condition is cut at &&, ||, ! and ?:. Each part counts twice, for true and for false; the branches of \
            severity_when are parts too. Exit codes: 0 done, 1 a test failed or --at-least is missed, 2 a file is wrong.
            """)

    @Argument(help: "Files and folders; the settings' rules where none is given.")
    var paths: [String] = []

    @Option(help: "Only rules whose id contains this text.")
    var only: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @Option(help: "End with 1 where less than so many percent were seen.")
    var atLeast: Double?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let session = try RuleTestSession(paths: paths, only: only, hasCoverage: true, common: common)
        let report = CoverageReport(session.coverage ?? [])
        switch format {
        case .text: Terminal.writeRaw(report.text)
        case .json: Terminal.write(try report.json())
        }
        if session.errorCount > 0 { throw Outcome.usage.exit }
        if session.failed > 0 || report.percent < atLeast ?? 0 { throw Outcome.findings.exit }
    }
}

/// What tests made of conditions, per rule and in all.
struct CoverageReport {
    private let rules: [(rule: String, points: [ConditionCoverage.Point])]

    init(_ points: [ConditionCoverage.Point]) {
        let groups = Dictionary(grouping: points, by: \.rule)
        rules = groups.keys.sorted().map { ($0, groups[$0] ?? []) }
    }

    private var all: [ConditionCoverage.Point] { rules.flatMap(\.points) }

    /// Seen outcomes of all, 100 where there is none.
    var percent: Double { Self.percent(all) }

    private static func percent(_ points: [ConditionCoverage.Point]) -> Double {
        points.isEmpty ? 100 : Double(points.map(\.seen).reduce(0, +)) * 100 / Double(points.count * 2)
    }

    private static func missing(_ point: ConditionCoverage.Point) -> String? {
        switch (point.wasTrue, point.wasFalse) {
        case (true, true): nil
        case (false, false): point.place == .branch ? "branch never evaluated" : "never evaluated"
        case (false, true): point.place == .branch ? "branch never taken" : "never true"
        case (true, false): "never false"
        }
    }

    var text: String {
        var lines: [String] = []
        for (rule, points) in rules where points.contains(where: { $0.seen < 2 }) {
            lines.append("\(rule): \(Self.figure(points))")
            for point in points {
                guard let missing = Self.missing(point) else { continue }
                lines.append("  \(point.file):\(point.line):\(point.column): \(missing): \(point.text)")
            }
        }
        lines.append("\(rules.count) rules, \(all.count) parts of conditions: \(Self.figure(all)) seen")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func figure(_ points: [ConditionCoverage.Point]) -> String {
        let seen = points.map(\.seen).reduce(0, +)
        return "\(seen) of \(points.count * 2) outcomes (\(String(format: "%.1f", percent(points))) %)"
    }

    /// A part of a condition as JSON shows it.
    private struct Row: Encodable {
        let rule: String
        let file: String
        let line: Int
        let column: Int
        let place: String
        let text: String
        let wasTrue: Bool
        let wasFalse: Bool
    }

    private struct Document: Encodable {
        let seen: Int
        let outcomes: Int
        let percent: Double
        let parts: [Row]
    }

    func json() throws -> String {
        let rows = all.map { point in
            Row(
                rule: point.rule, file: point.file, line: point.line, column: point.column,
                place: point.place.rawValue, text: point.text, wasTrue: point.wasTrue, wasFalse: point.wasFalse)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let seen = all.map(\.seen).reduce(0, +)
        let document = Document(seen: seen, outcomes: all.count * 2, percent: percent, parts: rows)
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }
}
