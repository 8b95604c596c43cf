import Diagnostics
import FieldStorage
import Testing

@testable import CEL

/// Every limit of an expression, on both sides.
@Suite struct LimitTests {
    @Test(arguments: [#"'\"#, #"b'\"#, #"r"\"#, #"'''a\"#]) func aTextThatEndsInABackslashEndsWithTheSource(
        _ text: String
    ) {
        let diagnostics = parse(text).diagnostics
        #expect(diagnostics.map(\.primary.span) == [Span(0, text.utf8.count)])
    }

    @Test func constantsThatFailAreCompiledOnceHoweverDeepTheyLie() throws {
        let nested = String(repeating: "(1 + ", count: 28) + "1 / 0" + String(repeating: ")", count: 28)
        #expect(throws: EvaluationFailure.divisionByZero) { try Fixture.value(nested) }
        let doubles = String(repeating: "(0.5 * ", count: 28) + "[0.5][1]" + String(repeating: ")", count: 28)
        #expect(throws: EvaluationFailure.indexOutOfRange(1)) { try Fixture.value(doubles) }
    }

    static func limits(_ change: (inout Limits) -> Void) -> Limits {
        var limits = Limits()
        change(&limits)
        return limits
    }

    static func failure(_ text: String, _ limits: Limits = .default) -> EvaluationFailure? {
        do {
            _ = try Fixture.value(text, limits: limits)
            return nil
        } catch { return error as? EvaluationFailure }
    }

    @Test func theTextOfAnExpression() {
        let text = "'" + String(repeating: "a", count: 8 * 1024 - 2) + "'"
        #expect(parse(text).diagnostics.isEmpty)
        #expect(parse(text + " ").diagnostics.map(\.code) == ["R0208"])
    }

    @Test func nesting() {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
        }
        #expect(parse(nested(63)).diagnostics.isEmpty)
        #expect(parse(nested(64)).diagnostics.map(\.code) == ["R0208"])
        #expect(parse(String(repeating: "!", count: 3000) + "true").diagnostics.map(\.code) == ["R0208"])
        #expect(parse("1" + String(repeating: " + 1", count: 200)).diagnostics.isEmpty)
        #expect(parse("1" + String(repeating: " + 1", count: 2000)).diagnostics.map(\.code) == ["R0208"])
    }

    @Test func steps() {
        let text = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(x, x).size() == 10"
        #expect(Self.failure(text, Self.limits { $0.steps = 10 }) == nil)
        #expect(Self.failure(text, Self.limits { $0.steps = 9 }) == .limit(.steps))
    }

    @Test func aUsedUpBudgetHasAPlace() throws {
        let text = "count > 1 && [1, 2, 3].all(x, [1, 2, 3].all(y, x + y < 9))"
        let program = try Fixture.program(text)
        var world = Fixture.World()
        world.limits.steps = 5
        world.run { frame in
            #expect(program.truth(frame) == .failed)
            #expect(frame.context.failure == .limit(.steps))
            // The walk that took the last step: the inner one.
            #expect(frame.context.failureSpan?.start == 30)
        }
    }

    @Test func backtrackingOfAPattern() {
        let text = "'aaaaaaaaaaaaaaa!'.matches('^(a+)+$')"
        #expect(Self.failure(text, Self.limits { $0.regexBacktracking = 1_000_000 }) == nil)
        #expect(Self.failure(text, Self.limits { $0.regexBacktracking = 1000 }) == .limit(.patternBacktracking))
    }

    @Test func textThatAPatternLooksAt() throws {
        var world = Fixture.World()
        world.limits.regexSubjectBytes = 13
        let program = try Fixture.program("activity.kind.matches('success$')")
        world.run { frame in
            #expect(program.truth(frame) == .yes)
            #expect(!frame.context.didCutText)
        }
        world.limits.regexSubjectBytes = 12
        world.run { frame in
            #expect(program.truth(frame) == .no)
            #expect(frame.context.didCutText)
            frame.context.reset()
            #expect(!frame.context.didCutText)
        }
    }

    @Test func timeOfAPatternSearch() throws {
        let program = try Fixture.program("activity.kind.matches('x$')")
        var world = Fixture.World()
        world.activity = ObjectValue(
            type: Fixture.activity, fields: ["kind": .string(String(repeating: "a", count: 1000))])
        for (step, failure) in [(UInt64(100_000), nil), (1_000_000, EvaluationFailure.limit(.patternTime))] {
            var now: UInt64 = 0
            let tables: [UnsafePointer<Slot>?] = [world.activity.row, nil, nil]
            let context = EvaluationContext {
                now += step
                return now
            }
            tables.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                let truth = program.truth(Frame(tables: base, context: context))
                #expect(truth == (failure == nil ? .no : .failed))
                #expect(context.failure == failure)
            }
        }
    }

    @Test func aDeadlineThatWasHitIsAFactThatAReplayHonours() throws {
        let program = try Fixture.program("activity.kind.matches('x$')")
        let activity = ObjectValue(
            type: Fixture.activity, fields: ["kind": .string(String(repeating: "a", count: 1000))])
        var now: UInt64 = 0
        let hurried = EvaluationContext {
            now += 10_000_000
            return now
        }
        let patient = EvaluationContext { 0 }
        let tables: [UnsafePointer<Slot>?] = [activity.row, nil, nil]
        withExtendedLifetime(activity) {
            tables.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                #expect(program.truth(Frame(tables: base, context: hurried)) == .failed)
                #expect(hurried.deadlineHits.map(\.pattern) == ["x$"])
                #expect(program.truth(Frame(tables: base, context: patient)) == .no)
                #expect(patient.deadlineHits.isEmpty)
                patient.knownDeadlineHits = hurried.deadlineHits
                #expect(program.truth(Frame(tables: base, context: patient)) == .failed)
                #expect(patient.failure == .limit(.patternTime))
            }
        }
    }

    @Test func aLimitThatIsReachedIsNamed() {
        #expect(EvaluationFailure.limit(.steps).description == "the limit of evaluation steps was reached")
        #expect(
            EvaluationFailure.limit(.patternTime).description == "the limit of time of a pattern search was reached")
    }

    @Test func noBranchHidesAUsedUpBudget() {
        let text = "true in [false] || [1, 2, 3].all(x, [1, 2, 3].all(y, x > 0)) || [1].exists(z, true)"
        #expect(Self.failure(text, Self.limits { $0.steps = 5 }) == .limit(.steps))
        #expect(Self.failure(text) == nil)
    }

    @Test func listsThatFunctionsMake() {
        #expect(Self.failure("lists.range(100).size() == 100", Self.limits { $0.listElements = 100 }) == nil)
        let short = Self.limits { $0.listElements = 99 }
        #expect(Self.failure("lists.range(100).size() == 100", short) == .limit(.listElements))
    }

    @Test func textThatFunctionsMake() {
        let text = "'aaaaaaaaaa'.replace('a', 'bb').size() == 20"
        #expect(Self.failure(text, Self.limits { $0.textResultBytes = 20 }) == nil)
        #expect(Self.failure(text, Self.limits { $0.textResultBytes = 19 }) == .limit(.textBytes))
    }

    @Test(arguments: ["^(a+)+$", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*a){20}$"])
    func anEvilPatternIsAnErrorAndNeverFalse(_ pattern: String) {
        let text = "'" + String(repeating: "a", count: 40) + "!'.matches(r'\(pattern)')"
        #expect(Self.failure(text) == .limit(.patternBacktracking))
    }
}
