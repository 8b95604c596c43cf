public import Diagnostics
import Foundation

/// The rule and policy files below folders, read in the order of their paths.
public struct RuleFolders: Sendable {
    /// Why a file or folder could not be read.
    public struct UnreadableFile: Error, Hashable, Sendable {
        public let path: String
        public let reason: String
    }

    /// How many files are read; a folder with more is most likely not one of rules.
    public static let fileLimit = 20_000
    /// The largest rule file, in bytes.
    public static let byteLimit = 1 << 20

    /// Files and folders, as the author gave them.
    public let paths: [String]

    public init(_ paths: [String]) { self.paths = paths }

    /// Every `*.yaml` and `*.yml` file below the paths, each once.
    ///
    /// - Throws: The first path that is not there or not readable; a folder without rule files gives none.
    public func read() throws(UnreadableFile) -> [SourceText] {
        var seen = Set<String>()
        var sources: [SourceText] = []
        for path in paths {
            for file in try files(below: path) where seen.insert(file).inserted {
                guard sources.count < Self.fileLimit else {
                    throw UnreadableFile(path: path, reason: "more than \(Self.fileLimit) rule files")
                }
                sources.append(try source(at: file))
            }
        }
        return sources
    }

    private func files(below path: String) throws(UnreadableFile) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw UnreadableFile(path: path, reason: "no such file or folder")
        }
        guard isFolder.boolValue else { return [path] }
        guard let walk = FileManager.default.enumerator(atPath: path) else {
            throw UnreadableFile(path: path, reason: "the folder cannot be read")
        }
        let base = path.hasSuffix("/") ? path : path + "/"
        return walk.compactMap { $0 as? String }
            .filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
            .filter { !$0.split(separator: "/").contains { $0.hasPrefix(".") } }
            .map { base + $0 }
            .sorted()
    }

    private func source(at path: String) throws(UnreadableFile) -> SourceText {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw UnreadableFile(path: path, reason: "the file cannot be read")
        }
        guard bytes.count <= Self.byteLimit else {
            throw UnreadableFile(path: path, reason: "the file is larger than \(Self.byteLimit) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UnreadableFile(path: path, reason: "the file is not UTF-8")
        }
        return SourceText(name: path, text: text)
    }
}
