import Testing

@testable import PCRE2

/// Gives the UTF-8 of a text to `body`.
func withText<T>(_ text: String, _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
    var text = text
    return try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
}

@Suite struct PatternTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let pattern: String
        /// The refused text begins here.
        let offset: Int
        var isAllowedExtended = false
        var testDescription: String { pattern }
    }

    @Test(arguments: [
        Refusal(pattern: "a(*ACCEPT)b", offset: 1),
        Refusal(pattern: "(*UTF)a", offset: 0),
        Refusal(pattern: "x\\Ga", offset: 1),
        Refusal(pattern: "foo\\Kbar", offset: 3),
        Refusal(pattern: "a(?C1)b", offset: 1),
        Refusal(pattern: "(a)\\1", offset: 3, isAllowedExtended: true),
        Refusal(pattern: "(?<n>a)\\k<n>", offset: 7, isAllowedExtended: true),
        Refusal(pattern: "(?<n>a)(?P=n)", offset: 7, isAllowedExtended: true),
        Refusal(pattern: "(a|b(?R))", offset: 4, isAllowedExtended: true),
        Refusal(pattern: "(a)(?1)", offset: 3, isAllowedExtended: true),
        Refusal(pattern: "(?<n>a)(?&n)", offset: 7, isAllowedExtended: true),
        Refusal(pattern: "(?x)# [\n(*FAIL)", offset: 8),
    ])
    func refusesWhatReachesTooFar(_ row: Refusal) throws {
        let plain = #expect(throws: PatternError.self) { try Pattern(row.pattern) }
        #expect(plain?.offset == row.offset)
        if row.isAllowedExtended {
            #expect(throws: Never.self) { try Pattern(row.pattern, extended: true) }
        } else {
            #expect(throws: PatternError.self) { try Pattern(row.pattern, extended: true) }
        }
    }

    @Test(arguments: ["[(*]", "\\(*", "\\Q(*\\E", "[\\Q]\\E(*]", "(?:a)(?=b)(?<!c)", "(?<name>x)", "[[:alpha:](*]"])
    func allowsWhatOnlyLooksLikeIt(_ pattern: String) {
        #expect(throws: Never.self) { try Pattern(pattern) }
    }

    @Test func pointsAtTheFault() {
        let error = #expect(throws: PatternError.self) { try Pattern("abc(def") }
        #expect(error?.offset == 7)
        #expect(error?.message.contains("parenthesis") == true)
    }

    @Test func lengthAndNestingHaveLimits() {
        #expect(throws: Never.self) { try Pattern(String(repeating: "a", count: 4096)) }
        #expect(throws: PatternError.self) { try Pattern(String(repeating: "a", count: 4097)) }
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth)
        }
        #expect(throws: Never.self) { try Pattern(nested(50)) }
        #expect(throws: PatternError.self) { try Pattern(nested(51)) }
    }

    @Test func namesItsGroups() throws {
        let pattern = try Pattern("(?<user>[a-z]+)@(?<host>[a-z.]+)")
        #expect(pattern.captureCount == 2)
        #expect(pattern.group(named: "host") == 2)
        #expect(pattern.group(named: "port") == nil)
    }
}

@Suite struct MatcherTests {
    static func matcher(_ change: (inout MatchLimits) -> Void = { _ in }) -> Matcher {
        var limits = MatchLimits()
        change(&limits)
        return Matcher(limits: limits) { 0 }
    }

    @Test(arguments: [true, false])
    func findsWhereOneCallWouldFind(_ usesMachineCode: Bool) throws {
        let matcher = Self.matcher()
        let pattern = try Pattern("(?i)b(é+)c", usesMachineCode: usesMachineCode)
        for padding in [0, 1, 62, 63, 64, 65, 127, 128, 129, 1000] {
            let text = String(repeating: "é", count: padding) + "Bééc tail"
            try withText(text) { bytes in
                let isFound = try matcher.matches(pattern, bytes)
                #expect(isFound)
                #expect(matcher.range(of: 0) == (2 * padding)..<(2 * padding + 6))
                #expect(matcher.range(of: 1) == (2 * padding + 1)..<(2 * padding + 5))
                #expect(matcher.range(of: 2) == nil)
            }
        }
    }

    @Test func theEndOfTheTextIsTheOnlyDollar() throws {
        let pattern = try Pattern("a$")
        #expect(try withText("ba") { try Self.matcher().matches(pattern, $0) })
        #expect(try withText("ba\n") { try Self.matcher().matches(pattern, $0) } == false)
        #expect(try withText("") { try Self.matcher().matches(pattern, $0) } == false)
        #expect(try withText("") { try Self.matcher().matches(Pattern("^$"), $0) })
    }

    @Test(arguments: [true, false])
    func tooMuchBacktrackingIsAnError(_ usesMachineCode: Bool) throws {
        let evil = try Pattern("^(a+)+$", usesMachineCode: usesMachineCode)
        let text = String(repeating: "a", count: 28) + "b"
        #expect(throws: MatchFailure.matchLimit) { try withText(text) { try Self.matcher().matches(evil, $0) } }
    }

    @Test func stepsHaveALimit() throws {
        let pattern = try Pattern("x")
        let text = String(repeating: "a", count: 64 * 4)
        let enough = Self.matcher { $0.steps = 4 }
        #expect(try withText(text) { try enough.matches(pattern, $0) } == false)
        let short = Self.matcher { $0.steps = 3 }
        #expect(throws: MatchFailure.stepLimit) { try withText(text) { try short.matches(pattern, $0) } }
    }

    @Test func theDeadlineIsLookedAtBetweenSteps() throws {
        var now: UInt64 = 0
        let matcher = Matcher {
            now += 3_000_000; return now
        }
        let pattern = try Pattern("x")
        let short = String(repeating: "a", count: 64)
        #expect(try withText(short) { try matcher.matches(pattern, $0) } == false)
        let long = String(repeating: "a", count: 1000)
        #expect(throws: MatchFailure.deadline) { try withText(long) { try matcher.matches(pattern, $0) } }
    }

    @Test func longTextIsSearchedInItsFirstPart() throws {
        let matcher = Self.matcher { $0.subjectBytes = 100 }
        let pattern = try Pattern("b")
        #expect(try withText(String(repeating: "a", count: 99) + "b") { try matcher.matches(pattern, $0) })
        #expect(!matcher.wasCut)
        #expect(try withText(String(repeating: "a", count: 100) + "b") { try matcher.matches(pattern, $0) } == false)
        #expect(matcher.wasCut)
        #expect(try withText(String(repeating: "a", count: 101)) { try matcher.matches(Pattern("a$"), $0) } == false)
    }
}
