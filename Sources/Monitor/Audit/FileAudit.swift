public import Directory
public import OneLogin
public import Reporting
public import RuleLanguage
public import Timekeeping

/// An audit of files: the archive path, in which nothing is stored.
///
/// Memory does not grow with the activities as long as they are nearly in order of time. Files in any other order,
/// split or given twice, give the same report: they are read a second time, now with the disorder known. The same is
/// done with files of two feeds, which tell of much the same.
public struct FileAudit {
    private let book: RuleBook
    private let superUsers: [SuperUserResolver]
    private let enricher: (any ActivityEnricher)?

    public init(book: RuleBook, superUsers: [SuperUserResolver], enricher: (any ActivityEnricher)?) {
        self.book = book
        self.superUsers = superUsers
        self.enricher = enricher
    }

    /// Judges what the files hold.
    ///
    /// - Parameters:
    ///   - moment: `now` of state rules.
    ///   - name: What the report calls the files.
    public func run(
        _ input: InputFiles, at moment: Timestamp, name: String, toolVersion: String
    ) throws -> AuditReport {
        var report = AuditReport(toolVersion: toolVersion, connection: name, generatedAt: moment)
        let directory = try input.directory(observedAt: moment)
        let index = directory.map { DirectoryIndex($0.snapshot, superUsers: superUsers) }
        let empty = DirectoryIndex(DirectorySnapshot(observedAt: moment), superUsers: superUsers)
        let history = DirectoryTimeline(constant: index ?? empty)
        // What comes by standard input comes once, so it is held to its end.
        let canRepeat = !input.eventFiles.contains("-")
        var pass = AuditPass(
            book: book, connection: name, history: history, now: moment, comparesFeeds: !canRepeat,
            canRepeat: canRepeat)
        var read = try self.read(input, into: pass)
        while pass.mustRepeat {
            pass = pass.repeated()
            read = try self.read(input, into: pass)
        }
        report.rules = pass.finish(
            index: index, at: moment, directoryGap: "no directory was given with --input",
            activityGap: input.eventFiles.isEmpty ? "no activities were given with --input" : nil)
        describe(input, read, directory?.report, &report)
        report.kinds = pass.kinds
        report.describe(range: pass.range)
        if let index { report.describe(index) }
        report.describe(policies: book.policies, connection: name)
        return report
    }

    private func read(_ input: InputFiles, into pass: AuditPass) throws -> InputReport {
        let missing = enricher.missing
        return try input.activities { batch in
            enricher?.enrich(batch, rows: 0..<batch.count)
            batch.markUnknown(missing)
            pass.take(batch)
        }
    }

    private func describe(
        _ input: InputFiles, _ read: InputReport, _ directory: InputReport?, _ report: inout AuditReport
    ) {
        if !input.eventFiles.isEmpty {
            report.sources.append(
                AuditReport.DataSource(
                    name: Self.label(input.eventFiles), recordCount: read.activities,
                    unreadableCount: read.unreadableCount))
        }
        report.describe(unreadable: read.unreadable, count: read.unreadableCount)
        guard let directory else { return }
        report.sources.append(
            AuditReport.DataSource(
                name: Self.label(input.directoryFiles), recordCount: directory.entities.values.reduce(0, +),
                unreadableCount: directory.unreadableCount))
        report.describe(unreadable: directory.unreadable, count: directory.unreadableCount)
    }

    private static func label(_ files: [String]) -> String {
        files.count <= 2 ? files.joined(separator: ", ") : "\(files[0]) and \(files.count - 1) more"
    }
}
