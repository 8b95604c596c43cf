import Foundation
import Testing

@testable import CEL

/// The language, function by function: `Snapshots/language/TOPIC.txt` has an expression and what it gives in each line.
///
/// `EXPRESSION => LITERAL`, or `=> error` for what cannot be read, does not check or has no value.
@Suite struct LanguageTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let topic: String
        let expression: String
        let wanted: String
        var testDescription: String { "\(topic): \(expression)" }
    }

    static let rows: [Row] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Snapshots/language")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.sorted().flatMap { file -> [Row] in
            let text = (try? String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)) ?? ""
            return text.components(separatedBy: "\n").filter { !$0.isEmpty }.map { line in
                let parts = line.components(separatedBy: " => ")
                return Row(
                    topic: String(file.dropLast(4)), expression: parts.dropLast().joined(separator: " => "),
                    wanted: parts[parts.count - 1])
            }
        }
    }()

    @Test func everyTopicIsThere() {
        let topics = Set(Self.rows.map(\.topic))
        #expect(topics.count == 11)
        #expect(Self.rows.count >= 700)
        #expect(Self.rows.allSatisfy { !$0.expression.isEmpty })
    }

    @Test(arguments: rows)
    func givesWhatTheLanguageSays(_ row: Row) {
        let given = (try? Fixture.value(row.expression))?.literal ?? "error"
        #expect(given.utf8.elementsEqual(row.wanted.utf8), "\(given)")
    }

    /// What a value prints reads back as the same value.
    @Test(arguments: rows.filter { $0.wanted != "error" && !$0.wanted.contains("NaN") })
    func literalsReadBack(_ row: Row) throws {
        let value = try Fixture.value(row.expression)
        #expect(try Fixture.value(value.literal) == value)
    }
}
