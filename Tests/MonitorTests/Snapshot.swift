import Foundation
import Testing

/// Compares with a file beside the tests; `TOCSIN_RECORD=1` writes it instead, and fails so that no run passes by it.
func expectSnapshot(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/\(name)")
    if ProcessInfo.processInfo.environment["TOCSIN_RECORD"] == "1" {
        try text.write(to: file, atomically: true, encoding: .utf8)
        Issue.record("\(name) was recorded", sourceLocation: sourceLocation)
        return
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    let pairs = zip(expected.split(separator: "\n"), text.split(separator: "\n"))
    let first = pairs.first { $0 != $1 }
    #expect(
        expected == text, "\(name) differs\(first.map { ", first here:\n  was \($0)\n  is  \($1)" } ?? " in length")",
        sourceLocation: sourceLocation)
}
