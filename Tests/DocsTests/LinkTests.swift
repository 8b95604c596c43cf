import Foundation
import Testing

@Suite struct LinkTests {
    @Test func thePagesOfTheTutorialAreThere() {
        let paths = Pages.all.map(\.path)
        for path in ["CONTRIBUTING.md", "docs/architecture.md", "docs/codes.md", "docs/operations.md"] {
            #expect(paths.contains(path))
        }
    }

    @Test(arguments: Pages.all)
    func relativeLinksLeadSomewhere(_ page: Pages.Page) {
        for link in page.links where !link.contains("://") && !link.hasPrefix("mailto:") && !link.hasPrefix("#") {
            let path = link.split(separator: "#").first.map(String.init) ?? link
            let target = page.folder.appendingPathComponent(path).standardizedFileURL.path
            #expect(FileManager.default.fileExists(atPath: target), "\(page.path): \(link)")
        }
    }

    @Test func linksAreFoundOutsideOfCodeOnly() {
        let text = "a [b](c.md) `[d](e)` [f](g.md#h)\n```text\n[i](j.md)\n```\n"
        #expect(Pages.Page(path: "docs/x.md", text: text).links == ["c.md", "g.md#h"])
    }

    @Test func blocksAreFoundByLanguage() {
        let page = Pages.Page(path: "docs/x.md", text: "x\n```yaml\na: 1\n```\n```sh\nb\n```\n")
        #expect(page.blocks("yaml").map(\.text) == ["a: 1\n"])
        #expect(page.blocks("yaml").map(\.line) == [3])
    }
}

/// Every code that can be shown is explained, and no page explains one that is gone.
@Suite struct CodeTests {
    /// Codes as they stand in source text: `"R0101"`.
    static func codes(in text: String) -> Set<String> {
        let pieces = text.split(separator: "\"", omittingEmptySubsequences: false)
        return Set(pieces.lazy.filter(isCode).map(String.init))
    }

    static func isCode(_ text: Substring) -> Bool {
        text.utf8.count == 5 && "RPCO".contains(text.first ?? " ") && text.dropFirst().allSatisfy(\.isNumber)
            && text.dropFirst().first == "0"
    }

    static let sources: Set<String> = {
        let base = Pages.root.appendingPathComponent("Sources")
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: base.path)) ?? []
        return names.filter { $0.hasSuffix(".swift") }.reduce(into: []) { codes, name in
            let text = try? String(contentsOf: base.appendingPathComponent(name), encoding: .utf8)
            codes.formUnion(Self.codes(in: text ?? ""))
        }
    }()

    @Test func everyCodeIsOnAPage() {
        #expect(!Self.sources.isEmpty)
        let rows = Pages.all.filter { $0.path.hasPrefix("docs/") }.flatMap { page in
            page.text.split(separator: "\n").filter { $0.hasPrefix("|") }
        }
        let explained = Set(rows.compactMap { $0.split { !$0.isLetter && !$0.isNumber }.first }.map(String.init))
        for code in Self.sources.subtracting(explained).sorted() {
            Issue.record("\(code) is explained in no table of docs/")
        }
    }

    @Test func thePageOfCodesHasNoneThatIsGone() throws {
        let page = try #require(Pages.all.first { $0.path == "docs/codes.md" })
        let shown = page.text.split(separator: "`").filter(Self.isCode).map(String.init)
        #expect(shown.count == Set(shown).count, "a code stands on the page twice")
        for code in shown {
            #expect(Self.sources.contains(code), "\(code) is in no source")
        }
    }

    @Test(arguments: [("R0101", true), ("X0101", false), ("R1101", false), ("R010", false), ("R01O1", false)])
    func codesAreToldFromOtherText(_ text: String, _ isCode: Bool) {
        #expect(Self.isCode(text[...]) == isCode)
    }
}
