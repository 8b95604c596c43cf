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
}
