import Alerting
import Foundation
import Reporting
import Testing
import Timekeeping

/// The forms of a backtest, and the code it ends with.
@Suite struct BacktestFormsTests {
    typealias Sample = BacktestComparisonTests

    static func report(
        _ before: [BacktestAlert], _ after: [BacktestAlert], baseline: BacktestReport.Baseline = .raised,
        unknown: [BacktestReport.Binding: [String]] = [:]
    ) -> BacktestReport {
        let bindings: Set<BacktestReport.Binding> = [
            .init(policy: "baseline", rule: "a-rule"), .init(policy: "baseline", rule: "quiet-rule"),
        ]
        var report = BacktestReport(
            toolVersion: "0.0.0", connection: "acme", range: Sample.range, baseline: baseline,
            before: .init(alerts: before, bindings: bindings),
            after: .init(alerts: after, bindings: bindings, unknown: unknown))
        report.activityCount = 1234
        report.directoryCount = 1
        return report
    }

    static var full: BacktestReport {
        let before = [
            Sample.alert("al_same", 3, key: "1"), Sample.alert("al_lost", 5, key: "2"),
            Sample.alert("al_moved", 30, key: "3", count: 2, values: Sample.value(20)),
        ]
        let after = [
            Sample.alert("al_same", 3, key: "1"),
            Sample.alert("al_new", 7, key: "4", severity: .critical, message: "actor 4 deleted 30 users"),
            Sample.alert(
                "al_earlier", 25, key: "3", severity: .critical, count: 5, message: "other words",
                values: Sample.value(10)),
            Sample.alert("al_hostile", 9, key: "\u{1B}[2Jx", rule: "b-rule", message: "</script>\n\u{202E}turned"),
        ]
        var report = report(
            before, after, baseline: .rules("old/Rules"),
            unknown: [.init(policy: "baseline", rule: "quiet-rule"): ["unknown(activity.country)"]])
        report.gaps = ["no activities from 2026-03-01T00:10:00Z to 2026-03-01T00:20:00Z: 503"]
        report.unreadableCount = 2
        return report
    }

    @Test func everyFormIsAsRecorded() throws {
        try expectSnapshot(Self.full.text(), "backtest.txt")
        try expectSnapshot(Self.full.json, "backtest.json")
        try expectSnapshot(Self.report([Sample.alert("x", 1)], [Sample.alert("x", 1)]).text(), "backtest-same.txt")
    }

    @Test func longListsAreCutInTextOnly() {
        let many = (0..<60).map { Sample.alert("al_\($0)", Int64($0), key: "k\($0)") }
        let report = Self.report([], many)
        #expect(report.text().contains("and 10 more gained; --format json has them all"))
        #expect(report.json.components(separatedBy: "\"id\":").count == 61)
    }

    struct CodeRow: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let report: BacktestReport
        let code: Int32
    }

    @Test(arguments: [
        CodeRow(testDescription: "the same", report: report([Sample.alert("x", 1)], [Sample.alert("x", 1)]), code: 0),
        CodeRow(testDescription: "gained", report: report([], [Sample.alert("x", 1)]), code: 1),
        CodeRow(testDescription: "lost", report: report([Sample.alert("x", 1)], []), code: 1),
        CodeRow(
            testDescription: "changed", report: report([Sample.alert("x", 1)], [Sample.alert("x", 1, count: 2)]),
            code: 1),
        CodeRow(
            testDescription: "a rule does not know",
            report: report([], [], unknown: [.init(policy: "baseline", rule: "a-rule"): ["why"]]), code: 3),
        CodeRow(testDescription: "gained and not whole", report: full, code: 3),
    ])
    func theCodeSaysWhatHolds(_ row: CodeRow) {
        #expect(row.report.exitDecision.code == row.code)
    }

    @Test func onlyWantedBindingsAreInTheReport() {
        let report = BacktestReport(
            toolVersion: "0", connection: "acme", range: Sample.range, baseline: .nothing,
            before: .init(),
            after: .init(alerts: [Sample.alert("x", 1), Sample.alert("y", 1, rule: "b-rule")]),
            wanted: { $0.rule == "b-rule" })
        #expect(report.rules.map(\.rule) == ["b-rule"])
        #expect(report.gainedCount == 1)
    }

    /// The schema in docs names every key that the JSON has, and no other.
    @Test func theSchemaNamesTheKeysOfTheJSON() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try Data(contentsOf: root.appending(path: "docs/schema/backtest.schema.json"))
        let schema = try JSONDecoder().decode(JSONTree.self, from: text)
        let document = try JSONDecoder().decode(JSONTree.self, from: Data(Self.full.json.utf8))
        try Self.compare(document, schema, in: schema, "$")
    }

    private static func compare(
        _ value: JSONTree, _ schema: JSONTree, in whole: JSONTree, _ place: String
    ) throws {
        if case .text(let name)? = schema["$ref"] {
            let part = try #require(whole["$defs"]?[String(name.split(separator: "/").last ?? "")], "\(place): \(name)")
            return try compare(value, part, in: whole, place)
        }
        switch value {
        case .object(let members):
            guard case .object(let properties)? = schema["properties"] else { return }
            #expect(Set(members.keys).isSubset(of: properties.keys), "\(place)")
            if case .list(let required)? = schema["required"] {
                #expect(required.allSatisfy { members[$0.word] != nil }, "\(place)")
            }
            for (name, item) in members {
                try compare(item, try #require(properties[name], "\(place).\(name)"), in: whole, "\(place).\(name)")
            }
        case .list(let items):
            guard let inner = schema["items"] else { return }
            for (index, item) in items.enumerated() { try compare(item, inner, in: whole, "\(place)[\(index)]") }
        case .text, .other: break
        }
    }
}

/// JSON as far as schemas need it.
private enum JSONTree: Decodable {
    case object([String: JSONTree])
    case list([JSONTree])
    case text(String)
    /// A number, true, false or null.
    case other

    init(from decoder: any Decoder) throws {
        let box = try decoder.singleValueContainer()
        if let value = try? box.decode([String: JSONTree].self) {
            self = .object(value)
        } else if let value = try? box.decode([JSONTree].self) {
            self = .list(value)
        } else if let value = try? box.decode(String.self) {
            self = .text(value)
        } else {
            self = .other
        }
    }

    subscript(_ name: String) -> JSONTree? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    var word: String { if case .text(let text) = self { text } else { "" } }
}
