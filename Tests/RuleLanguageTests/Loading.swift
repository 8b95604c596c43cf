import Diagnostics
import Foundation
import RuleLanguage
import Testing

/// Loads texts as files and gives the book with the diagnostics in short form.
struct Loading {
    let book: RuleBook
    let report: DiagnosticReport

    init(_ files: (String, String)...) { self.init(files: files) }

    init(files: [(String, String)]) {
        let loader = RuleBookLoader(schema: TestSchema.schema)
        let result = loader.load(files: files.map { SourceText(name: $0.0, text: $0.1) })
        book = result.book
        report = DiagnosticReport(result.diagnostics)
    }

    /// One rule with a header that is right, and this body.
    init(rule body: String) {
        self.init(("Rules/topic/r.yaml", "rule: r\ntitle: t\nseverity: low\n" + body))
    }

    var short: String { report.rendered(as: .short) }
    var codes: [String] { report.entries.map(\.diagnostic.code) }

    /// The one binding of a book of one rule.
    func binding() throws -> BoundRule { try #require(book.bindings.first, "\(short)") }
}

/// Folders beside the tests, found from this file.
enum Folders {
    private static var tests: String {
        String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex))
    }
    static var snapshots: String { tests + "/Snapshots" }
    static var examples: String { tests + "/../../../shared/design/examples" }
    static var docs: String { tests + "/../../docs" }

    static func files(in folder: String, ending: String) -> [String] {
        let found = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(ending) }.sorted()
    }

    static func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}
