import Foundation
import Testing

/// The table of modules in `docs/architecture.md`: layer, module, what it may import, what owns which package.
struct ModuleTable: Sendable {
    struct Row: Sendable, CustomTestStringConvertible {
        let layer: Int
        let module: String
        /// Modules of this project it may import.
        let imports: Set<String>
        /// Modules of packages it may import.
        let packages: Set<String>
        var testDescription: String { module }
    }

    let rows: [Row]
    var modules: Set<String> { Set(rows.map(\.module)) }

    /// Reads the rows `| layer | module | imports | packages | … |` of a page.
    init(page: String) {
        rows = page.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().map(String.init)
            guard cells.count >= 5, let layer = Int(cells[0].filter { $0 != " " }),
                let module = Self.names(cells[1]).first
            else { return nil }
            return Row(
                layer: layer, module: module, imports: Set(Self.names(cells[2])), packages: Set(Self.names(cells[3])))
        }
    }

    /// The words in backquotes of a cell.
    private static func names(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    func row(_ module: String) -> Row? { rows.first { $0.module == module } }

    /// The table of this checkout.
    static let project = Result { ModuleTable(page: try Project.text(of: "docs/architecture.md")) }
}

/// The targets of `Package.swift` and the modules of this project each depends on.
struct PackageManifest {
    let targets: [String: Set<String>]

    /// Reads `module("Name", [...])` and the executable target; products of packages are passed over.
    init(text: String, modules: Set<String>) {
        var targets: [String: Set<String>] = [:]
        for opening in [" module(\"", " module(\n", ".executableTarget("] {
            var rest = Substring(text)
            while let range = rest.range(of: opening) {
                let call = Self.call(rest[range.lowerBound...])
                let names = Self.literals(Self.withoutProducts(call))
                if let name = names.first(where: { modules.contains($0) }) {
                    targets[name] = Set(names).intersection(modules).subtracting([name])
                }
                rest = rest[range.upperBound...]
            }
        }
        self.targets = targets
    }

    /// The text up to the parenthesis that closes the first one.
    private static func call(_ text: Substring) -> Substring {
        var depth = 0
        for place in text.indices {
            if text[place] == "(" { depth += 1 }
            if text[place] == ")" {
                depth -= 1
                if depth == 0 { return text[...place] }
            }
        }
        return text
    }

    private static func withoutProducts(_ text: Substring) -> String {
        var text = String(text)
        while let range = text.range(of: "product(") {
            let product = call(text[range.lowerBound...])
            text.removeSubrange(product.startIndex..<product.endIndex)
        }
        return text
    }

    private static func literals(_ text: String) -> [String] {
        text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
