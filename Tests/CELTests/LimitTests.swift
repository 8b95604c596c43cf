import Diagnostics
import Testing

@testable import CEL

/// Every limit of an expression, on both sides.
@Suite struct LimitTests {
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
