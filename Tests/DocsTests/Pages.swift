import Foundation
import Testing

/// The pages of this checkout: `docs/`, and those at its top.
enum Pages {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct Page: Sendable, CustomTestStringConvertible {
        /// From the checkout's root.
        let path: String
        let text: String
        var testDescription: String { path }

        /// The folder that relative links start from.
        var folder: URL { root.appendingPathComponent(path).deletingLastPathComponent() }

        /// Blocks between fences of one language, with the line at which each begins.
        func blocks(_ language: String) -> [(line: Int, text: String)] {
            var blocks: [(line: Int, text: String)] = []
            var open: (language: Substring, line: Int, lines: [Substring])?
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                if let block = open {
                    if line.hasPrefix("```") {
                        if block.language == language {
                            blocks.append((block.line, block.lines.joined(separator: "\n") + "\n"))
                        }
                        open = nil
                    } else {
                        open?.lines.append(line)
                    }
                } else if line.hasPrefix("```") {
                    open = (line.dropFirst(3), number + 2, [])
                }
            }
            return blocks
        }

        /// Where links lead, code left out.
        var links: [String] {
            var isCode = false
            return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line -> [String] in
                if line.hasPrefix("```") { isCode.toggle() }
                return isCode ? [] : Self.links(in: line)
            }
        }

        private static func links(in line: Substring) -> [String] {
            let prose = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .map { $0.offset % 2 == 0 ? String($0.element) : "code" }.joined()
            return prose.components(separatedBy: "](").dropFirst()
                .compactMap { $0.split(separator: ")", omittingEmptySubsequences: false).first.map(String.init) }
        }
    }

    static let all: [Page] = {
        let manager = FileManager.default
        let top = (try? manager.contentsOfDirectory(atPath: root.path)) ?? []
        let docs = (try? manager.subpathsOfDirectory(atPath: root.appendingPathComponent("docs").path)) ?? []
        return (top + docs.map { "docs/" + $0 }).filter { $0.hasSuffix(".md") }.sorted().compactMap { path in
            (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)).map {
                Page(path: path, text: $0)
            }
        }
    }()
}
