import Glibc
import Testing

@testable import PCRE2

/// What a hundred evil patterns cost, and that a limit is never taken for "no match".
@Suite struct EvilPatternTests {
    struct Tally {
        var searches = 0
        var hits = 0
        /// Nanoseconds of processor time of each search under the deadline.
        var times: [UInt64] = []

        var words: String {
            let sorted = times.sorted().map { Double($0) / 1e6 }
            let p99 = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
            return "\(searches) searches, \(hits) reached a limit, p99 \(p99) ms, slowest \(sorted.last ?? 0) ms"
        }
    }

    private static func threadNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Runs every pattern on every text; deadlines are left out, so that the outcome depends on nothing else.
    static func tally(usesMachineCode: Bool, bytes: [Int]) throws -> Tally {
        var generous = MatchLimits()
        generous.matchLimit = 1_000_000
        let matcher = Matcher { 0 }
        let patient = Matcher(limits: generous) { 0 }
        let timed = Matcher(nanoseconds: threadNanoseconds)
        var tally = Tally()
        for text in EvilPatterns.all {
            let pattern = try EvilPatterns.pattern(text, usesMachineCode: usesMachineCode)
            for subject in EvilPatterns.subjects(bytes: bytes) {
                tally.searches += 1
                let start = threadNanoseconds()
                _ = search(timed, pattern, subject)
                tally.times.append(threadNanoseconds() - start)
                switch search(matcher, pattern, subject) {
                case .success(let found):
                    // With a hundred times the budget the answer is the same: no limit was hidden in it.
                    #expect(search(patient, pattern, subject) == .success(found), "\(text)")
                case .failure(.matchLimit), .failure(.memoryLimit): tally.hits += 1
                case .failure(let other): Issue.record("\(text) ended with \(other)")
                }
            }
        }
        return tally
    }

    private static func search(
        _ matcher: Matcher, _ pattern: Pattern, _ subject: String
    ) -> Result<Bool, MatchFailure> {
        withText(subject) { bytes in
            do throws(MatchFailure) { return .success(try matcher.matches(pattern, bytes)) } catch {
                return .failure(error)
            }
        }
    }

    @Test func thereAreAHundred() {
        #expect(EvilPatterns.all.count == 100)
        #expect(Set(EvilPatterns.all).count == 100)
        #expect(EvilPatterns.subjects(bytes: [1, 2]).count == 20)
    }

    @Test func everySearchEndsAndALimitIsAnError() throws {
        let tally = try Self.tally(usesMachineCode: true, bytes: [40, 8190])
        print("evil patterns, machine code: \(tally.words)")
        #expect(tally.searches == 2000)
        #expect(tally.hits > 100)
    }

    @Test func theInterpreterEndsToo() throws {
        let tally = try Self.tally(usesMachineCode: false, bytes: [40, 1000])
        print("evil patterns, interpreted: \(tally.words)")
        #expect(tally.hits > 100)
    }

    @Test func theDeadlineEndsWhatNoOtherLimitDoes() throws {
        var now: UInt64 = 0
        let matcher = Matcher {
            now += 1_000_000
            return now
        }
        let pattern = try EvilPatterns.pattern("\\s+$", usesMachineCode: false)
        let blanks = String(repeating: " ", count: 8000) + "x"
        #expect(Self.search(matcher, pattern, blanks) == .failure(.deadline))
    }
}

/// The probe: texts made of a pattern's own parts show what it is bad at.
@Suite struct PatternProbeTests {
    @Test func mostEvilPatternsAreFound() throws {
        var missed: [String] = []
        for text in EvilPatterns.all {
            let pattern = try EvilPatterns.pattern(text)
            if PatternProbe().weakness(of: pattern) == nil { missed.append(text) }
        }
        print("probe: \(EvilPatterns.all.count - missed.count) of \(EvilPatterns.all.count) evil patterns found")
        for text in missed { print("  not found: \(text)") }
        #expect(missed.count <= 10)
    }

    @Test(arguments: EvilPatterns.harmless)
    func ordinaryPatternsAreLeftAlone(_ text: String) throws {
        #expect(PatternProbe().weakness(of: try EvilPatterns.pattern(text)) == nil)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let pattern: String
        let kind: PatternWeakness.Kind
        let example: String
        var testDescription: String { pattern }
    }

    @Test(arguments: [
        Row(pattern: "^(a+)+$", kind: .givesUp, example: "aaaaaaaaaaa"),
        Row(pattern: "^(\\w+\\s?)+$", kind: .givesUp, example: "aaaaaaaaaaa"),
        Row(pattern: "\\s+$", kind: .isSlow, example: "           "),
        Row(pattern: "[a-z]+@evil", kind: .isSlow, example: "aaaaaa"),
    ])
    func saysWhatTextIsBad(_ row: Row) throws {
        let weakness = try #require(PatternProbe().weakness(of: EvilPatterns.pattern(row.pattern)))
        #expect(weakness.kind == row.kind)
        #expect(weakness.example.hasPrefix(row.example), "\(weakness.example)")
        #expect(weakness.steps >= 8_000)
        #expect(weakness.nanoseconds == nil)
        if row.kind == .givesUp { #expect(weakness.bytes <= 64) }
    }

    @Test func theSameEveryTime() throws {
        let pattern = try EvilPatterns.pattern("(\\w+:\\s*\\w+,?\\s*)+;")
        #expect(PatternProbe().weakness(of: pattern) == PatternProbe().weakness(of: pattern))
    }

    @Test func itsBudgetEndsIt() throws {
        var budget = PatternProbe.Budget()
        budget.nanoseconds = 50
        var now: UInt64 = 0
        let clock = {
            now += 100
            return now
        }
        let pattern = try EvilPatterns.pattern("^(a+)+$")
        #expect(PatternProbe(budget: budget, nanoseconds: clock).weakness(of: pattern) == nil)
        budget.nanoseconds = 1_000_000
        #expect(PatternProbe(budget: budget, nanoseconds: clock).weakness(of: pattern) != nil)
    }
}
