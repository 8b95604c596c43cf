import Diagnostics
import Foundation
import Settings

/// Files that are in memory only.
struct MemoryFiles: SettingsFiles {
    var files: [String: FileText] = [:]

    func read(_ path: String) throws(FileFailure) -> FileText {
        guard let file = files[path] else { throw FileFailure(reason: "no such file or directory") }
        return file
    }
}

enum SettingsSample {
    /// A connection that is complete when `files` are there.
    static let connection = """
        connections:
          - name: corp
            subdomain: corp-example
            client_id: abc
            client_secret_file: /run/corp

        """
    static let files = MemoryFiles(files: [
        "/run/corp": FileText("s3cret\n"), "/run/soc": FileText("whsec_abc"), "/run/old": FileText("whsec_old"),
    ])

    static func load(
        _ yaml: String, environment: [String: String] = [:], flags: [String: String] = [:],
        files: MemoryFiles = files, readsSecrets: Bool = true
    ) -> SettingsResult {
        SettingsLoader.load(
            SettingsInput(
                file: SourceText(name: "/etc/tocsin/tocsin.yaml", text: yaml), environment: environment, flags: flags,
                readsSecrets: readsSecrets, files: files))
    }

    /// The repository's documentation page.
    static func documentation() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/settings.md"), encoding: .utf8)
    }
}

/// A text with `‹` and `›` around the place that a diagnostic must point at.
struct MarkedText {
    let text: String
    let span: Span?

    init(_ marked: String) {
        let parts = marked.split(separator: "‹", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            text = marked
            span = nil
            return
        }
        let rest = parts[1].split(separator: "›", maxSplits: 1, omittingEmptySubsequences: false)
        text = String(parts[0]) + rest.joined()
        span = Span(parts[0].utf8.count, parts[0].utf8.count + rest[0].utf8.count)
    }
}
