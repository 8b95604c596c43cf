import Alerting
public import Directory
import Evaluation
public import OneLogin
public import RuleLanguage
import Timekeeping

/// How often each activity rule holds over files: an answer for authors and for measuring, which raises nothing.
public struct FileCount {
    /// What one binding counted.
    public struct Line: Hashable, Sendable {
        public let policy: String
        public let rule: String
        /// How often its conditions held to the end, exceptions left out.
        public let fired: Int
        /// For how many different keys, at most a million.
        public let keys: Int
        /// Evaluations that had no value.
        public let failures: Int
        /// Keys that the rule remembers at the end, and the bytes that they take; rules may share them.
        public let liveKeys: Int
        public let stateBytes: Int
    }

    /// What came of the files.
    public struct Result: Sendable {
        /// One a binding, by rule and policy.
        public let lines: [Line]
        public let activities: Int
        public let unreadable: Int
        /// Keys and bytes that all rules remember at the end, what they share once.
        public let liveKeys: Int
        public let stateBytes: Int

        public var fired: Int { lines.reduce(0) { $0 + $1.fired } }
        public var keys: Int { lines.reduce(0) { $0 + $1.keys } }
    }

    private let book: RuleBook
    private let enricher: (any ActivityEnricher)?

    public init(book: RuleBook, enricher: (any ActivityEnricher)?) {
        self.book = book
        self.enricher = enricher
    }

    /// Counts over all activities of the files; memory does not grow with them.
    public func run(_ input: InputFiles, superUsers: [SuperUserResolver]) throws -> Result {
        let directory = try input.directory(observedAt: .earliest)
        let index = DirectoryIndex(
            directory?.snapshot ?? DirectorySnapshot(observedAt: .earliest), superUsers: superUsers)
        // What comes by standard input comes once, so it is held to its end, as far as there is room.
        let canRepeat = !input.eventFiles.contains("-")
        var closing = WindowClosing(disorder: canRepeat ? WindowClosing.usual : WindowClosing.atEnd, isKnown: false)
        var comparesFeeds = !canRepeat
        while true {
            let pass = try count(input, index, closing, comparesFeeds: comparesFeeds)
            let isTooLate = !closing.isKnown && pass.late > 0
            guard canRepeat, isTooLate || pass.sawTwoFeeds && !comparesFeeds else { return pass.result }
            closing = WindowClosing(disorder: pass.seenDisorder, isKnown: true)
            comparesFeeds = comparesFeeds || pass.sawTwoFeeds
        }
    }

    /// What one reading of the files gave.
    private struct Pass {
        let result: Result
        /// How much older than what came before it an activity was.
        let seenDisorder: TimeSpan
        /// Activities that came too late for windows.
        let late: Int
        let sawTwoFeeds: Bool
    }

    private func count(
        _ input: InputFiles, _ index: DirectoryIndex, _ closing: WindowClosing, comparesFeeds: Bool
    ) throws -> Pass {
        var closing = closing
        var options = ActivityEngine.Options()
        options.countsOnly = true
        options.comparesFeeds = comparesFeeds
        let engine = ActivityEngine(
            book: book, connection: "files", history: DirectoryTimeline(constant: index), options: options)
        var progress = ActivityProgress(horizon: .latest)
        let read = try input.activities { batch in
            enricher?.enrich(batch, rows: 0..<batch.count)
            progress.take(batch)
            _ = engine.process(batch)
            _ = closing.close(engine, latest: progress.latest)
        }
        _ = engine.finish()
        let lines = engine.statistics.map { binding, numbers in
            Line(
                policy: binding.policy, rule: binding.rule, fired: numbers.fired, keys: numbers.keys,
                failures: numbers.errors + numbers.unknowns, liveKeys: numbers.liveKeys,
                stateBytes: numbers.stateBytes)
        }.sorted { ($0.rule, $0.policy) < ($1.rule, $1.policy) }
        let result = Result(
            lines: lines, activities: read.activities, unreadable: read.unreadableCount, liveKeys: engine.liveKeys,
            stateBytes: engine.stateBytes)
        let needsOrder = engine.hasOrderedRules || engine.forgotTooMuch
        return Pass(
            result: result, seenDisorder: progress.seenDisorder, late: needsOrder ? engine.counts.late : 0,
            sawTwoFeeds: engine.sawTwoFeeds)
    }
}
