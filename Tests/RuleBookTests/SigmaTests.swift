import Diagnostics
import Evaluation
import Foundation
import RuleLanguage
import Testing

/// Own Sigma files, one per modifier, value form, condition form and type of correlation, and what each becomes.
///
/// Set `TOCSIN_RECORD_SNAPSHOTS=1` to write the outputs anew; such a run fails.
@Suite struct SigmaTests {
    static let folder = "Tests/RuleLanguageTests/Sigma"
    static let files =
        (try? FileManager.default.contentsOfDirectory(
            atPath: ShippedFiles.root.appendingPathComponent(folder).path)) ?? []
    static let names = files.filter { $0.hasSuffix(".yml") }.map { String($0.dropLast(4)) }.sorted()

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: ShippedFiles.root.appendingPathComponent(folder + "/" + name), encoding: .utf8)
    }

    private static func result(_ name: String) throws -> (text: String, rules: [String], reports: [SigmaReport]) {
        let file = SourceText(name: name + ".yml", text: try text(name + ".yml"))
        let result = SigmaImporter(schema: IdentitySchema.schema).run([file])
        var reports = result.reports
        var rules: [String] = []
        for rule in result.rules {
            let outcome = ImportedRuleTrial().run(rule)
            if let text = outcome.text { rules.append(text) }
            let words = outcome.diagnostics.map { "\($0.diagnostic.code) \($0.diagnostic.message)" }
            if outcome.text == nil || !outcome.hasFiringTest || !outcome.hasQuietTest {
                let detail =
                    outcome.text == nil
                    ? words.joined(separator: "; ")
                    : "fires: \(outcome.hasFiringTest), quiet: \(outcome.hasQuietTest)"
                reports.append(
                    SigmaReport(
                        reason: outcome.text == nil ? .refused : .untested, detail: "\(rule.id): \(detail)",
                        file: rule.source, line: rule.line))
            }
        }
        let lines = reports.map { "# \($0.file):\($0.line): \($0.reason.rawValue): \($0.detail)" }
        return ((lines + rules).joined(separator: "\n---\n") + "\n", rules, reports)
    }

    @Test func thereIsACaseForEachForm() {
        #expect(Self.names.count >= 110)
    }

    @Test(arguments: names)
    func aFileBecomesItsSnapshot(_ name: String) throws {
        let result = try Self.result(name)
        #expect(!result.rules.isEmpty || !result.reports.isEmpty, "nothing is dropped without a word")
        if ProcessInfo.processInfo.environment["TOCSIN_RECORD_SNAPSHOTS"] == "1" {
            let path = ShippedFiles.root.appendingPathComponent(Self.folder + "/" + name + ".txt")
            try result.text.write(to: path, atomically: true, encoding: .utf8)
            Issue.record("written anew: \(name)")
        }
        #expect(try Self.text(name + ".txt") == result.text)
    }

    @Test(arguments: names)
    func whatIsWrittenPassesCheckAndTest(_ name: String) throws {
        for text in try Self.result(name).rules {
            let id = text.split(separator: "\n").first { $0.hasPrefix("rule: ") }?.dropFirst(6) ?? ""
            let file = SourceText(name: "Rules/sigma/\(id).yaml", text: text)
            let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(files: [file])
            #expect(loaded.diagnostics.allSatisfy { $0.diagnostic.level == .warning }, "\(name)")
            #expect(loaded.book.rules.count == 1)
            for outcome in RuleTestRunner.run(loaded.book) { #expect(outcome.isPassed, "\(name): \(outcome.failures)") }
            #expect(RuleFormatter.format(file) == .formatted(text))
        }
    }

    /// Files cut anywhere, with bytes changed and lines repeated: everything is imported or reported, nothing crashes.
    @Test func noTextStopsTheImporter() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("sigma: seed \(seed)")
        var state = seed
        func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(max(1, count)))
        }
        let importer = SigmaImporter(schema: IdentitySchema.schema)
        let marks = Array("*?|:#&![]{}'\"-\\%@`,>\u{7F}\u{0}é".utf8)
        for name in Self.names {
            let bytes = Array(try Self.text(name + ".yml").utf8)
            for _ in 0..<12 {
                var changed = bytes
                switch next(3) {
                case 0: changed = Array(changed.prefix(next(changed.count)))
                case 1: for _ in 0..<4 { changed[next(changed.count)] = marks[next(marks.count)] }
                default: changed.insert(contentsOf: changed[next(changed.count)...].prefix(40), at: next(changed.count))
                }
                let file = SourceText(name: "x.yml", text: String(decoding: changed, as: UTF8.self))
                let result = importer.run([file])
                #expect(!result.rules.isEmpty || !result.reports.isEmpty, "seed \(seed), \(name)\n\(file.text)")
            }
        }
    }

    @Test(arguments: [
        String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 50_000),
        String(repeating: "- ", count: 50_000) + "x", "detection: &a\n  x: [*a, *a]\n",
        "title: x\nlogsource: { product: onelogin }\ndetection:\n  s: { user_name: \""
            + String(repeating: "*a", count: 20_000)
            + "\" }\n  condition: s\n",
        "title: x\nlogsource: { product: onelogin }\ndetection:\n  s: { user_name: a }\n  condition: "
            + String(repeating: "not ", count: 5000) + "s\n",
    ])
    func whatIsTooMuchIsReported(_ text: String) {
        let result = SigmaImporter(schema: IdentitySchema.schema).run([SourceText(name: "x.yml", text: text)])
        let texts = result.rules.map { ImportedRuleTrial().run($0).text }
        #expect(!result.reports.isEmpty || texts.contains(nil))
    }
}
