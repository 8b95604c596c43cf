public import Directory
import FieldStorage
import JSONScanning
public import Timekeeping

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files given with `--input`: events, a directory, or both.
///
/// What a file holds is told from its first records, not from its name; a folder is searched one level deep.
public struct InputFiles: Sendable {
    /// Unreadable records that are kept with their text; the rest is only counted.
    public static let keptUnreadable = 1000
    /// Activities in a batch.
    public static let batchRows = 256

    /// Files of events, in the order given, and by name within a folder.
    public let eventFiles: [String]
    /// Files of a directory.
    public let directoryFiles: [String]
    /// Files of a folder that hold neither.
    public let otherFiles: [String]

    /// Sorts the files; reads the start of each.
    ///
    /// - Parameter paths: Files, folders, or `-` for events from standard input.
    public init(_ paths: [String]) throws(InputFailure) {
        var events: [String] = []
        var directories: [String] = []
        var others: [String] = []
        for path in paths {
            guard path != "-", let names = Self.names(inFolder: path) else {
                if path == "-" { events.append(path); continue }
                // A file that was named itself is used: as events when nothing tells, so that each record is reported.
                if try Self.content(of: path) == .directory { directories.append(path) } else { events.append(path) }
                continue
            }
            let before = events.count + directories.count
            for name in names {
                let file = path + "/" + name
                switch try Self.content(of: file) {
                case .events: events.append(file)
                case .directory: directories.append(file)
                case nil: others.append(file)
                }
            }
            if events.count + directories.count == before { throw .nothingUsable(path: path) }
        }
        eventFiles = events
        directoryFiles = directories
        otherFiles = others
    }

    /// Reads every event in the order of files and lines.
    ///
    /// - Parameter take: Gets full batches and a last one; the batch is used again afterwards, so what outlives the
    ///   call must be copied (``Activity/detached()``).
    /// - Returns: What was read, and what could not be.
    public func activities(
        decoder: any ActivityDecoder = WireActivityDecoder(), _ take: (ActivityBatch) throws -> Void
    ) throws -> InputReport {
        var report = InputReport()
        let batch = ActivityBatch(capacity: Self.batchRows)
        func flush() throws {
            guard batch.count > 0 else { return }
            try take(batch)
            batch.removeAll()
        }
        for path in eventFiles {
            var walk = try RecordWalk(path)
            defer { walk.finish() }
            let retained = RetainedBlock()
            try walk.run { [path] finding in
                switch finding {
                case .unreadable(let reason, let text, let line): report.add(reason, text, path, line)
                case .record(let record):
                    if retained.block != record.block.toOpaque() {
                        retained.block = record.block.toOpaque()
                        batch.retain(record.block.takeUnretainedValue())
                    }
                    do throws(UnreadableRecord) {
                        try decoder.decode(record.text, into: batch, source: .file)
                        report.activities += 1
                    } catch {
                        report.add(error.reason, record.text, path, record.line)
                    }
                    if batch.isFull {
                        try flush()
                        retained.block = nil
                    }
                }
                return true
            }
            report.files += 1
        }
        try flush()
        return report
    }

    /// Reads the directory; nil when no file holds one.
    ///
    /// A collection that no file names is not available; one with unreadable rows is incomplete.
    public func directory(observedAt moment: Timestamp) throws -> (snapshot: DirectorySnapshot, report: InputReport)? {
        guard !directoryFiles.isEmpty else { return nil }
        var assembly = DirectoryAssembly(observedAt: moment)
        for path in directoryFiles {
            var walk = try RecordWalk(path)
            defer { walk.finish() }
            let kind = Self.stem(path).flatMap { RecordWalk.Collection(rawValue: $0) }
            assembly.begin(kind)
            try walk.run { finding in
                assembly.take(finding, path: path, fallback: kind)
                return true
            }
            assembly.report.files += 1
        }
        return assembly.finished()
    }

    private enum Content { case events, directory }

    /// What the first record of a file shows; nil when there is none, or it shows neither.
    private static func content(of path: String) throws(InputFailure) -> Content? {
        var walk = try RecordWalk(path)
        defer { walk.finish() }
        var found: Content?
        var looked = 0
        do {
            try walk.run { finding in
                looked += 1
                guard case .record(let record) = finding else { return looked < 20 }
                found = content(of: record, stem: stem(path))
                return found == nil && looked < 20
            }
        } catch let failure as InputFailure {
            throw failure
        } catch {
            return nil
        }
        return found
    }

    private static func content(of record: RecordWalk.Record, stem: String?) -> Content? {
        guard let members = JSONMembers(record.text) else { return nil }
        if members.has("event_type_id") || members["event"]?.kind == .object { return .events }
        if let collection = record.collection, collection != .data, collection != .events { return .directory }
        if let stem, RecordWalk.Collection(rawValue: stem) != nil, members.has("id") { return .directory }
        return DirectoryAssembly.collection(of: members) == nil ? nil : .directory
    }

    /// The name of a file without folder and ending, in lower case.
    private static func stem(_ path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        return name.split(separator: ".").first.map { $0.lowercased() }
    }

    /// The names of the JSON files of a folder, sorted; nil when the path is no folder.
    private static func names(inFolder path: String) -> [String]? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let isJSON = [".ndjson", ".jsonl", ".json"].contains { name.lowercased().hasSuffix($0) }
            if isJSON, !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}

/// The block that the batch retains for the record before.
private final class RetainedBlock {
    @exclusivity(unchecked) var block: UnsafeMutableRawPointer?
}

/// What was read from files, and what could not be.
public struct InputReport: Hashable, Sendable {
    public internal(set) var files = 0
    public internal(set) var activities = 0
    /// Directory records by kind.
    public internal(set) var entities: [EntityKind: Int] = [:]
    /// Records that could not be read, all of them counted.
    public internal(set) var unreadableCount = 0
    /// The first ``InputFiles/keptUnreadable`` of them.
    public internal(set) var unreadable: [UnreadableText] = []

    mutating func add(_ reason: String, _ text: UnsafeRawBufferPointer, _ path: String, _ line: Int) {
        unreadableCount += 1
        guard unreadable.count < InputFiles.keptUnreadable else { return }
        let name = path.split(separator: "/").last.map { String($0) } ?? path
        unreadable.append(
            UnreadableText(
                place: "\(name):\(line)", reason: reason, text: String(decoding: text.prefix(65_536), as: UTF8.self)))
    }
}
