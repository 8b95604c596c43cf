public import Directory
public import OneLogin
public import Reporting
public import RuleLanguage
public import Timekeeping

/// A backtest over files: the archive path, in which nothing is stored.
///
/// The directory of the files is valid for all time; rules over it are judged once, at the end of the range.
public struct FileBacktest {
    private let superUsers: [SuperUserResolver]
    private let enricher: (any ActivityEnricher)?

    public init(superUsers: [SuperUserResolver], enricher: (any ActivityEnricher)?) {
        self.superUsers = superUsers
        self.enricher = enricher
    }

    /// Judges the files by two books, or by one against nothing.
    ///
    /// - Parameters:
    ///   - other: The book to compare with, and the folder it is from.
    ///   - moment: `now` of rules over the directory.
    ///   - wanted: Says which bindings are of interest.
    public func run(
        _ input: InputFiles, book: RuleBook, against other: (book: RuleBook, path: String)?, range: BacktestRange,
        now moment: Timestamp, connection: String, toolVersion: String,
        wanted: (BacktestReport.Binding) -> Bool = { _ in true }
    ) throws -> BacktestReport {
        let directory = try input.directory(observedAt: moment)
        let index = directory.map { DirectoryIndex($0.snapshot, superUsers: superUsers) }
        let empty = DirectoryIndex(DirectorySnapshot(observedAt: moment), superUsers: superUsers)
        let history = DirectoryTimeline(constant: index ?? empty)
        let books = [book] + (other.map { [$0.book] } ?? [])
        func pass(_ disorder: TimeSpan, comparesFeeds: Bool) -> BacktestPass {
            BacktestPass(
                books.map {
                    BacktestSide(
                        book: $0, connection: connection, history: history, comparesFeeds: comparesFeeds,
                        isInOrder: false)
                }, range: range, now: moment, disorder: disorder)
        }
        // What comes by standard input comes once, so it is held to its end.
        let canRepeat = !input.eventFiles.contains("-")
        var comparesFeeds = !canRepeat
        var run = pass(canRepeat ? WindowClosing.usual : WindowClosing.atEnd, comparesFeeds: comparesFeeds)
        var read = try self.read(input, into: run)
        while run.mustRepeat || run.sawTwoFeeds && !comparesFeeds {
            comparesFeeds = comparesFeeds || run.sawTwoFeeds
            run = pass(max(WindowClosing.usual, run.seenDisorder), comparesFeeds: comparesFeeds)
            read = try self.read(input, into: run)
        }
        for side in run.sides {
            side.finish()
            if let index { side.judgeOnce(index, at: moment) } else { side.missDirectory("no directory was given") }
        }
        let sides = run.sides.map { $0.result() }
        var report = BacktestReport(
            toolVersion: toolVersion, connection: connection, range: range,
            baseline: other.map { .rules($0.path) } ?? .nothing,
            before: sides.count > 1 ? sides[1] : BacktestReport.Side(), after: sides[0], wanted: wanted)
        report.activityCount = run.count
        report.directoryCount = index == nil ? 0 : 1
        report.unreadableCount = read.unreadableCount + (directory?.report.unreadableCount ?? 0)
        return report
    }

    private func read(_ input: InputFiles, into pass: BacktestPass) throws -> InputReport {
        let missing = enricher.missing
        return try input.activities { batch in
            enricher?.enrich(batch, rows: 0..<batch.count)
            batch.markUnknown(missing)
            pass.take(batch)
        }
    }
}
