import Diagnostics
import Foundation
import RuleLanguage

/// The YAML files below paths, with what cannot be read reported in place of an end.
struct SigmaFolder {
    /// Bytes of a file; larger ones are reported.
    static let fileLimitBytes = 1 << 20
    /// Files below one path.
    static let fileLimit = 100_000

    private let paths: [String]

    init(_ paths: [String]) { self.paths = paths }

    /// The files in order of their paths.
    func read(_ reports: inout [SigmaReport]) throws -> [SourceText] {
        var files: [SourceText] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                Terminal.writeError("error: there is no `\(path)`")
                throw Outcome.usage.exit
            }
            guard isFolder.boolValue else {
                files += text(path, &reports).map { [$0] } ?? []
                continue
            }
            let below = FileManager.default.enumerator(atPath: path)
            var names: [String] = []
            while let name = below?.nextObject() as? String, names.count < Self.fileLimit {
                if name.hasSuffix(".yml") || name.hasSuffix(".yaml") { names.append(name) }
            }
            for name in names.sorted() {
                let whole = path.hasSuffix("/") ? path + name : path + "/" + name
                files += text(whole, &reports).map { [$0] } ?? []
            }
        }
        return files
    }

    private func text(_ path: String, _ reports: inout [SigmaReport]) -> SourceText? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard attributes?[.type] as? FileAttributeType != .typeDirectory else { return nil }
        if let size = attributes?[.size] as? Int, size > Self.fileLimitBytes {
            reports.append(report(.limit, "the file has \(size) bytes, the limit is \(Self.fileLimitBytes)", path))
            return nil
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            reports.append(report(.notYAML, "the file cannot be read", path))
            return nil
        }
        guard let text = String(data: data, encoding: .utf8) else {
            reports.append(report(.notYAML, "the file is not UTF-8", path))
            return nil
        }
        return SourceText(name: path, text: text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
    }

    private func report(_ reason: SigmaReport.Reason, _ detail: String, _ path: String) -> SigmaReport {
        SigmaReport(reason: reason, detail: detail, file: path, line: 1)
    }
}

/// What an import says in the end.
struct SigmaSummary {
    let result: SigmaImporter.Result
    let fileCount: Int
    let written: Int

    private var counts: [(reason: String, count: Int)] {
        SigmaReport.Reason.allCases.compactMap { reason in
            let count = result.reports.filter { $0.reason == reason }.count
            return count > 0 ? (reason.rawValue, count) : nil
        }
    }

    /// - Parameter isShort: Whether rules of other products are counted only.
    func text(isShort: Bool) -> String {
        var lines = result.reports.filter { !isShort || $0.reason != .logSource }.map { report in
            let level = report.isNote ? "note" : "not imported"
            return "\(report.file):\(report.line): \(level): \(report.reason.rawValue): \(report.detail)"
        }
        lines.append("\(fileCount) files, \(result.documentCount) documents: \(written) rules written")
        lines += counts.map { "  \($0.count) \($0.reason)" }
        return lines.joined(separator: "\n")
    }

    private struct Row: Encodable {
        let file: String
        let line: Int
        let reason: String
        let detail: String
        let isNote: Bool
    }

    private struct Document: Encodable {
        let files: Int
        let documents: Int
        let written: Int
        let reasons: [String: Int]
        let reports: [Row]
    }

    func json() throws -> String {
        let rows = result.reports.map { report in
            Row(
                file: report.file, line: report.line, reason: report.reason.rawValue, detail: report.detail,
                isNote: report.isNote)
        }
        let reasons = Dictionary(counts.map { ($0.reason, $0.count) }, uniquingKeysWith: +)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let document = Document(
            files: fileCount, documents: result.documentCount, written: written, reasons: reasons, reports: rows)
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }
}
