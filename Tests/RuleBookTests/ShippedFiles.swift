import Diagnostics
import Evaluation
import Foundation
import RuleLanguage

/// The files that this checkout ships, and the books they give.
enum ShippedFiles {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The YAML files below a folder, by path from the root.
    static func files(below folder: String) -> [SourceText] {
        let base = root.appendingPathComponent(folder)
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: base.path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { name in
            (try? String(contentsOf: base.appendingPathComponent(name), encoding: .utf8)).map {
                SourceText(name: folder + "/" + name, text: $0)
            }
        }
    }

    static let rules = files(below: "Rules")
    static let policies = files(below: "Policies")

    /// Rules and policies together, as a monitor loads them.
    static let shipped = RuleBookLoader(schema: IdentitySchema.schema).load(files: rules + policies)
    /// The rules alone: each bound with its own defaults, disabled ones included where a test asks for them.
    static let alone = RuleBookLoader(schema: IdentitySchema.schema).load(files: rules)
}
