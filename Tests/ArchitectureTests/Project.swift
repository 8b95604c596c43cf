import Foundation

/// The checkout that these tests are compiled from.
enum Project {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every Swift file below a folder of the checkout, by path.
    static func swiftFiles(below folder: String) throws -> [SwiftFile] {
        let base = root.appendingPathComponent(folder).path
        let names = try FileManager.default.subpathsOfDirectory(atPath: base).filter { $0.hasSuffix(".swift") }
        return try names.sorted().map { name in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: base).appendingPathComponent(name))
            return SwiftFile(path: folder + "/" + name, bytes: [UInt8](bytes))
        }
    }

    /// The text of a file of the checkout.
    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// Whether the checkout has a file or folder.
    static func has(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    /// The files of `Sources`, read once.
    static let sources = Result { try swiftFiles(below: "Sources") }
    /// The files of `Tests`, read once.
    static let tests = Result { try swiftFiles(below: "Tests") }
}
