import Diagnostics
import Foundation
import RuleLanguage
import Testing

/// The twelve rules of the language's design load as they are.
@Suite struct ExampleTests {
    static let hasExamples = FileManager.default.fileExists(atPath: Folders.examples)

    @Test(.enabled(if: hasExamples, "the design's examples are not beside this checkout"))
    func everyExampleLoadsWithoutAWord() throws {
        let names = Folders.files(in: Folders.examples, ending: ".yaml")
        let files = try names.map { ("Rules/examples/" + $0, try Folders.read(Folders.examples + "/" + $0)) }
        let loaded = Loading(files: files)
        #expect(loaded.report.rendered(as: .text) == "")
        #expect(loaded.book.rules.count == names.count)
        #expect(names.count >= 12)
        #expect(loaded.book.bindings.count == names.count)
        #expect(loaded.book.rules.map(\.tests.count).reduce(0, +) >= 36)
    }
}
