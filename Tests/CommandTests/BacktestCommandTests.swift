import Foundation
import Testing

/// `tocsin backtest` as it is called wrongly.
@Suite struct BacktestCommandTests {
    @Test func whatCannotBeTestedIsCodeTwo() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(RulesTestTests.rule(1), to: "Rules/too-many.yaml")
        for (arguments, words) in [
            (["--from", "yesterday"], "`yesterday` is neither a time"),
            (["--to", "7d"], "`7d` is no time"),
            (["--against-policies", "x"], "--against-policies says whose policies"),
            ([], "name one connection with --connection: the settings have none"),
            (["--against", "nowhere"], "no such file or folder"),
            (["--rule", "too-few"], "there is no rule `too-few`"),
            (["--input", "nowhere.ndjson"], "nowhere.ndjson"),
        ] as [([String], String)] {
            let answer = try await program.run(["backtest"] + arguments)
            #expect(answer.code == 2 && answer.errors.contains(words), "\(arguments): \(answer.errors)")
            #expect(answer.output.isEmpty)
        }
    }

    /// Files judged by the rules here against others: as JSON, with the code that the document names.
    @Test(arguments: [(3, 0), (4, 1)])
    func theJSONNamesWhatIsLost(_ limit: Int, _ lost: Int) async throws {
        let program = try Program()
        defer { program.remove() }
        let rule = RuleAuthoringTests.failures
        try program.write(rule.replacing("n >= 3", with: "n >= \(limit)"), to: "Rules/failures.yaml")
        try program.write(rule, to: "old/Rules/failures.yaml")
        try program.write(RuleAuthoringTests.activities, to: "events.ndjson")
        let answer = try await program.run(
            "backtest", "--input", "events.ndjson", "--against", "old", "--format", "json")
        #expect(answer.code == (lost > 0 ? 1 : 0), "\(answer.output)\(answer.errors)")
        let report = try RuleAuthoringTests.json(answer.output)
        #expect(report["version"] as? Int == 1)
        #expect((report["facts"] as? [String: Any])?["activities"] as? Int == 4)
        let outcome = try #require(report["outcome"] as? [String: Any])
        #expect(outcome["exit_code"] as? Int == Int(answer.code))
        #expect(outcome["before"] as? Int == 1 && outcome["lost"] as? Int == lost)
        let rules = try #require(report["rules"] as? [[String: Any]])
        #expect((rules.first?["lost"] as? [Any])?.count == lost)
    }
}
