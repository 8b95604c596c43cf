import Foundation
import Testing

/// Every module has its page, which says what comes in and out, where to start, and what it does not know.
@Suite struct PageTests {
    static let modules: [String] = ((try? ModuleTable.project.get())?.rows ?? []).map(\.module)
        .filter { !["CPCRE2", "CMaxMindDB"].contains($0) }

    @Test(arguments: modules)
    func aModuleHasItsPage(_ module: String) throws {
        let path = "Sources/\(module)/\(module).docc/\(module).md"
        try #require(Project.has(path), "\(path) is missing")
        let page = try Project.text(of: path)
        #expect(page.hasPrefix("# ``\(module)``"))
        for heading in ["## In and out", "## Start reading at", "## Does not know"] {
            #expect(page.contains(heading), "\(path) lacks \"\(heading)\"")
        }
    }
}
