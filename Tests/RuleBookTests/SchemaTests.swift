import Diagnostics
import Evaluation
import Foundation
import RuleLanguage
import Testing

/// The published JSON Schema: it is what the program makes, and it judges as the loader does.
@Suite struct SchemaTests {
    static let python = ProcessInfo.processInfo.environment["TOCSIN_PYTHON"]
    static let kinds: [EnvelopeSchema.Kind?] = [nil] + EnvelopeSchema.Kind.allCases

    /// Set `TOCSIN_RECORD_SNAPSHOTS=1` to write the files anew; such a run fails.
    @Test(arguments: kinds)
    func theCopyInTheDocsIsWhatTheProgramPrints(_ kind: EnvelopeSchema.Kind?) throws {
        let path = ShippedFiles.root.appendingPathComponent("docs/schema/" + EnvelopeSchema.fileName(of: kind))
        let text = EnvelopeSchema(schema: IdentitySchema.schema).text(of: kind)
        if ProcessInfo.processInfo.environment["TOCSIN_RECORD_SNAPSHOTS"] == "1" {
            try text.write(to: path, atomically: true, encoding: .utf8)
            Issue.record("written anew: \(path.lastPathComponent)")
        }
        #expect(try String(contentsOf: path, encoding: .utf8) == text, "run `tocsin rules schema` and copy it")
    }

    @Test(.enabled(if: python != nil, "TOCSIN_PYTHON names no interpreter that has `jsonschema`"))
    func theSchemaTakesEveryFileWeShip() async throws {
        let examples = ShippedFiles.files(below: "../shared/design/examples")
        let files = ShippedFiles.rules + ShippedFiles.policies + examples
        let verdicts = try await judge(files.map { ($0.name, $0.text) })
        #expect(verdicts.count == files.count)
        let refused = verdicts.filter { !$0.accepts }
        #expect(refused.isEmpty, "\(refused.map { $0.name + ": " + ($0.reason ?? "") }.joined(separator: "\n"))")
    }

    /// A mistake counts when the loader finds it in the envelope: not in the YAML, in CEL, or between two files.
    @Test(.enabled(if: python != nil, "TOCSIN_PYTHON names no interpreter that has `jsonschema`"))
    func schemaAndLoaderAgreeOnBrokenFiles() async throws {
        let loader = RuleBookLoader(schema: IdentitySchema.schema)
        var cases: [(name: String, text: String)] = []
        var accepted: [Bool] = []
        for test in BrokenEnvelopes.all {
            let found = loader.load(files: [SourceText(name: "Rules/topic/r.yaml", text: test.text)]).diagnostics
            let codes = found.filter { $0.diagnostic.level == .error }.map(\.diagnostic.code)
            guard !codes.contains(where: BrokenEnvelopes.isYAML) else { continue }
            cases.append(test)
            accepted.append(!codes.contains(where: BrokenEnvelopes.counts))
        }
        #expect(accepted.filter { !$0 }.count >= 200)
        #expect(accepted.filter { $0 }.count >= 100, "some are right: both sides of each edge")
        let verdicts = try await judge(cases)
        #expect(verdicts.count == cases.count)
        let differing = zip(verdicts, accepted).filter { $0.accepts != $1 }
        let agreement = Double(cases.count - differing.count) / Double(cases.count)
        let words = differing.map { "\($0.name): loader \($1), schema \($0.accepts) \($0.reason ?? "")" }
        #expect(agreement >= 0.98, "\(words.joined(separator: "\n"))")
        let broken = accepted.filter { !$0 }.count
        print(
            "schema and loader agree on \(cases.count - differing.count) of \(cases.count) envelopes, \(broken) broken")
        for word in words.prefix(30) { print("  differ: \(word)") }
    }

    // MARK: The judge

    struct Verdict: Decodable {
        let name: String
        let accepts: Bool
        let reason: String?
    }

    struct Case: Encodable {
        let name: String
        let text: String
    }

    private func judge(_ cases: [(name: String, text: String)]) async throws -> [Verdict] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let schema = folder.appendingPathComponent("schema.json")
        try EnvelopeSchema(schema: IdentitySchema.schema).text(of: nil).write(
            to: schema, atomically: true, encoding: .utf8)
        let input = folder.appendingPathComponent("cases")
        let encoder = JSONEncoder()
        let lines = try cases.map {
            String(decoding: try encoder.encode(Case(name: $0.name, text: $0.text)), as: UTF8.self)
        }
        try (lines.joined(separator: "\n") + "\n").write(to: input, atomically: true, encoding: .utf8)
        let output = folder.appendingPathComponent("verdicts")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.python))
        process.arguments = [
            ShippedFiles.root.appendingPathComponent("Tests/Python/judge_schema.py").path, schema.path,
        ]
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        let code = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { done.resume(throwing: error) }
        }
        #expect(code == 0)
        return try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Verdict.self, from: Data($0.utf8))
        }
    }
}
