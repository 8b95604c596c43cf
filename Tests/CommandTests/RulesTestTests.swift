import Foundation
import Testing

/// `tocsin rules test` as authors run it.
@Suite struct RulesTestTests {
    static let examples = Program.root.appendingPathComponent("../shared/design/examples").standardizedFileURL

    /// The rules with which the language was designed load, and pass their tests, as they are.
    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: examples.path), "needs ../shared/design/examples"))
    func theDesignExamplesPassThroughTheCommandLine() async throws {
        let program = try Program()
        defer { program.remove() }
        let tested = try await program.run("rules", "test", Self.examples.path, "--verbose")
        #expect(tested.code == 0, "\(tested.output)\(tested.errors)")
        #expect(tested.output.hasSuffix("36 passed, 0 failed\n"), "\(tested.output)")
        #expect(tested.output.split(separator: "\n").filter { $0.hasPrefix("ok ") }.count == 36)
        #expect(tested.errors.isEmpty, "\(tested.errors)")
        let checked = try await program.run("rules", "check", Self.examples.path)
        #expect(checked.code == 0, "\(checked.output)\(checked.errors)")
        #expect(checked.output == "12 files: 12 rules, 12 bound, 0 errors, 0 warnings\n")
        #expect(checked.errors.isEmpty, "\(checked.errors)")
    }

    static func rule(_ limit: Int) -> String {
        """
        rule: too-many
        title: Too many
        severity: low
        state: { each: user, group: { by: [], let: { n: count() } }, alert_if: n > \(limit) }
        message: "${n}"
        tests:
          - { name: one, directory: { users: [{ id: 1, username: a }] }, expect: [] }
          - name: two
            directory: { users: [{ id: 1, username: a }, { id: 2, username: b }] }
            expect: [{ vars: { n: 2 } }]
        """
    }

    @Test func onlyWhatFailedLastTimeIsRunAgain() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(Self.rule(2), to: "Rules/too-many.yaml")
        // Nothing is known yet, so all are run.
        let first = try await program.run("rules", "test", "Rules", "--only-failing")
        #expect(first.code == 1 && first.output.hasSuffix("1 passed, 1 failed\n"), "\(first.output)")
        let again = try await program.run("rules", "test", "Rules", "--only-failing", "--junit", "out.xml")
        #expect(
            again.code == 1 && again.output.hasSuffix("0 passed, 1 failed; 1 that passed last time were not run\n"),
            "\(again.output)")
        #expect(again.output.contains("FAILED too-many: two"))
        let junit = try String(contentsOf: program.folder.appendingPathComponent("out.xml"), encoding: .utf8)
        #expect(junit.contains("<testsuites tests=\"1\" failures=\"1\">"))
        // The mended one passes, and then there is nothing left to choose.
        try program.write(Self.rule(1), to: "Rules/too-many.yaml")
        let mended = try await program.run("rules", "test", "Rules", "--only-failing", "--verbose")
        #expect(mended.code == 0 && mended.output.contains("ok too-many: two"), "\(mended.output)")
        #expect(mended.output.hasSuffix("1 passed, 0 failed; 1 that passed last time were not run\n"))
        let all = try await program.run("rules", "test", "Rules", "--only-failing")
        #expect(all.output == "2 passed, 0 failed\n")
    }

    @Test func aRunWithoutTheFlagIsRememberedToo() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(Self.rule(0), to: "Rules/too-many.yaml")
        let plain = try await program.run("rules", "test", "Rules")
        #expect(plain.code == 1 && plain.output.hasSuffix("1 passed, 1 failed\n"), "\(plain.output)")
        let again = try await program.run("rules", "test", "Rules", "--only-failing")
        #expect(again.output.contains("FAILED too-many: one") && again.output.contains("1 that passed last time"))
    }
}
