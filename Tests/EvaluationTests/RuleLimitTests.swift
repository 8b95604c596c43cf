import Alerting
import CEL
import Diagnostics
import Directory
import RuleLanguage
import Testing

@testable import Evaluation

/// Each limit of rule-language.md section 9, set for a whole rule book: what is at it goes, what is beyond it does not.
@Suite struct RuleLimitTests {
    /// A rule whose condition is `text`, and what it collects.
    static func load(
        _ text: String, collects count: Int? = nil, _ change: (inout RuleLimits) -> Void
    ) -> (book: RuleBook, codes: [String], messages: [String]) {
        var limits = RuleLimits.default
        change(&limits)
        var lines = ["rule: bad-thing", "title: A bad thing", "severity: low", "activity:", "  match: \(text)"]
        if let count {
            lines += [
                "  threshold:", "    by: [activity.ip]", "    within: 1h",
                "    let: { who: 'collect(activity.user_name, \(count))' }", "  alert_if: who.size() > 3",
            ]
        }
        let file = SourceText(name: "Rules/bad-thing.yaml", text: lines.joined(separator: "\n") + "\n")
        let loaded = RuleBookLoader(schema: IdentitySchema.schema, limits: limits).load(files: [file])
        let errors = loaded.diagnostics.map(\.diagnostic).filter { $0.level == .error }
        return (loaded.book, errors.map(\.code), errors.map(\.message))
    }

    @Test(arguments: [(33, true), (32, false)])
    func bytesOfAnExpression(_ limit: Int, _ fits: Bool) {
        let loaded = Self.load(#"activity.kind == "login.failure""#) { $0.expressions.textBytes = limit - 1 }
        #expect(loaded.codes.isEmpty == fits, "\(loaded.messages)")
    }

    @Test(arguments: [(20, true), (10, false)])
    func nestingOfAnExpression(_ limit: Int, _ fits: Bool) {
        let brackets = String(repeating: "(", count: 12) + "true" + String(repeating: ")", count: 12)
        let text = #"activity.kind == "login.failure" && "# + brackets
        let loaded = Self.load(text) { $0.expressions.nesting = limit }
        #expect(loaded.messages.contains { $0.contains("nested deeper than \(limit)") } != fits)
    }

    @Test(arguments: [(6, true), (5, false)])
    func valuesThatCollectKeeps(_ limit: Int, _ fits: Bool) {
        let loaded = Self.load(#"activity.kind == "login.failure""#, collects: 6) { $0.collectedValues = limit }
        #expect(loaded.codes.isEmpty == fits)
        #expect(loaded.messages.contains("`collect` keeps 1 to \(limit) values") != fits)
    }

    @Test(arguments: [(1000, 0), (5, 1)])
    func stepsOfAnEvaluation(_ limit: Int, _ errors: Int) throws {
        let text = #"activity.kind == "login.failure" && ["a", "b", "c"].map(x, x + activity.kind).all(y, y != "z")"#
        #expect(try Self.errors(of: Self.load(text) { $0.expressions.steps = limit }.book) == errors)
    }

    @Test(arguments: [(100, 1), (4, 0)])
    func textThatAPatternLooksAt(_ limit: Int, _ hits: Int) throws {
        let text = #"activity.kind.matches("failure$")"#
        #expect(try Self.hits(of: Self.load(text) { $0.expressions.regexSubjectBytes = limit }.book) == hits)
    }

    @Test(arguments: [(10_000, 0), (1, 1)])
    func backtrackingOfAPattern(_ limit: Int, _ errors: Int) throws {
        let text = #"activity.kind.matches("^(lo|[a-z.])*u$")"#
        #expect(try Self.errors(of: Self.load(text) { $0.expressions.regexBacktracking = limit }.book) == errors)
    }

    @Test func aSearchThatTheClockEndedEndsSoInAReplayWithAnotherClock() throws {
        let book = Self.load(#"activity.kind.matches("x$")"#) { _ in }.book
        let act = TestFacts.Act(0, String(repeating: "a", count: 1000), user: 1)
        func run(_ searches: Set<EndedSearch>, clock: @escaping () -> UInt64) throws -> (errors: Int, Set<EndedSearch>)
        {
            var options = ActivityEngine.Options()
            options.patternClock = clock
            options.endedSearches = searches
            let engine = TestFacts.engine(book.bindings, options: options)
            _ = engine.process(TestFacts.batch([act]))
            return (try #require(engine.statistics.first?.statistics).errors, engine.endedSearches)
        }
        var now: UInt64 = 0
        let (errors, searches) = try run([]) {
            now += 10_000_000
            return now
        }
        #expect(errors == 1 && searches.map(\.pattern) == ["x$"])
        #expect(try run([]) { 0 }.errors == 0, "without the fact the replay would differ")
        #expect(try run(searches) { 0 }.errors == 1)
    }

    @Test func booksOfOtherLimitsHaveOtherDigests() {
        let text = #"activity.kind == "login.failure""#
        let plain = Self.load(text) { _ in }.book
        #expect(plain.digest == Self.load(text) { $0.keys = 100_000 }.book.digest)
        #expect(plain.digest != Self.load(text) { $0.keys = 99_999 }.book.digest)
    }

    private static func run(_ book: RuleBook) throws -> RuleStatistics {
        #expect(book.bindings.count == 1)
        let engine = TestFacts.engine(book.bindings)
        _ = engine.process(TestFacts.batch([TestFacts.Act(0, "login.failure", user: 1)]))
        _ = engine.finish()
        return try #require(engine.statistics.first?.statistics)
    }

    private static func errors(of book: RuleBook) throws -> Int { try run(book).errors }
    private static func hits(of book: RuleBook) throws -> Int { try run(book).fired }
}
