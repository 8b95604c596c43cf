import Foundation
import Settings

/// Which tests of rules failed when they were run last, kept between runs for `--only-failing`.
///
/// One small file for each folder that the command is called in, below `$XDG_CACHE_HOME` or `~/.cache`; it can be
/// removed at any time. Where it cannot be written, nothing is remembered.
struct FailingTests {
    /// One test by its rule and name.
    struct Name: Hashable, Codable, Comparable {
        let rule: String
        let test: String

        static func < (left: Name, right: Name) -> Bool { (left.rule, left.test) < (right.rule, right.test) }
    }

    private let file: URL?

    /// The memory of a folder.
    init(
        folder: String = FileManager.default.currentDirectoryPath,
        environment: [String: String] = SettingsInput.processEnvironment()
    ) {
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 + "/.cache" }
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home
        // FNV-1a: it only has to name a file, and to name it alike in every run.
        let digest = folder.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        file = cache.map { URL(fileURLWithPath: $0 + "/tocsin/failing-tests/\(String(digest, radix: 16)).json") }
    }

    /// Those that failed; empty where none did or nothing is remembered.
    func names() -> Set<Name> {
        guard let file, let data = try? Data(contentsOf: file),
            let names = try? JSONDecoder().decode([Name].self, from: data)
        else { return [] }
        return Set(names)
    }

    /// Takes over how a run came out: what was not run is remembered as it was.
    func note(passed: Set<Name>, failed: Set<Name>) {
        guard let file else { return }
        let names = self.names().subtracting(passed).union(failed).sorted()
        if names.isEmpty {
            try? FileManager.default.removeItem(at: file)
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let data = try? encoder.encode(names) else { return }
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? data.write(to: file, options: .atomic)
    }
}
